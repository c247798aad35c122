"""The fewest apps that still do everything in use: exact set cover by integer programming (HiGHS)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable

SECONDS = 20.0


def fewest(covers: npt.NDArray[np.bool_], cost: npt.NDArray[np.float64]) -> list[int]:
    """Rows of the smallest set that covers every column; among the smallest, one of the lowest cost.

    covers : (apps, functions) whether an app does a function; every function is done by one at least
    cost : (apps,) not negative
    Raises NotAssessable when the solver proves no optimum within its time.
    """
    if covers.shape[1] == 0:
        return []
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    count = covers.shape[0]
    every = LinearConstraint(csr_matrix(covers.T.astype(float)), lb=1)
    options = {"time_limit": SECONDS, "mip_rel_gap": 0.0}
    first = milp(np.ones(count), constraints=[every], integrality=np.ones(count), bounds=Bounds(0, 1), options=options)
    if first.status != 0:
        raise _unsolved()
    least = round(float(first.fun))
    few = LinearConstraint(np.ones((1, count)), ub=least)
    scaled = cost / max(1.0, float(cost.max(initial=0)))
    second = milp(scaled, constraints=[every, few], integrality=np.ones(count), bounds=Bounds(0, 1), options=options)
    if second.status != 0:
        raise _unsolved()
    return [int(n) for n in np.flatnonzero(second.x > 0.5)]


def _unsolved() -> NotAssessable:
    return NotAssessable(Text(f"{SECONDS:.0f} 秒内没有证明出最少的应用集合", f"no smallest set of apps was proved within {SECONDS:.0f} seconds"),
                         remedy=Text("请分地区评判。", "Judge one place at a time."))
