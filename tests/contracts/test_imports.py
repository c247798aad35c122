"""Who may import whom, and how little a start loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "duckdb", "ibis", "scipy", "pyarrow", "matplotlib", "pandas", "pyspark", "rich")
STORE = ("sqlalchemy", "alembic", "cryptography", "psycopg", "rfc8785")


def test_no_import_breaks_a_contract():
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("what", [
    "import jingwei.doors.cli",
    "import sys; sys.argv = ['jingwei', '--help']; from jingwei.doors.cli import main; main()",
    "import sys; sys.argv = ['jingwei', 'index', 'build', '--help']; from jingwei.doors.cli import main; main()",
    "import sys; sys.argv = ['jingwei', 'evaluate', '--help']; from jingwei.doors.cli import main; main()",
    "import sys; sys.argv = ['jingwei', '--version']; from jingwei.doors.cli import main; main()",
])
def test_a_start_loads_nothing_heavy(what):
    program = f"import sys, atexit; atexit.register(lambda: print([m for m in {HEAVY + STORE!r} if m in sys.modules], file=sys.stderr)); {what}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_ground_floor_needs_no_room_and_no_data_to_be_imported():
    modules = [f"jingwei.kernel.{p.stem}" for p in sorted((ROOT / "src/jingwei/kernel").glob("*.py")) if p.stem != "__init__"]
    program = (f"import sys, importlib; [importlib.import_module(m) for m in {modules!r}]; "
               f"print([m for m in sys.modules if m in {HEAVY!r} or m.startswith('jingwei.') and '.kernel' not in m])")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
