"""Cases that cross nodes are tested with the families and processes that tests of cases use."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "integrations" / "government"))
