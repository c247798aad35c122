"""How sure a share is that was counted on few cases."""

from __future__ import annotations

from jingwei.coordination.gauges.model import Gauge

LEVEL = 0.90


def interval(gauge: Gauge) -> tuple[float, float] | None:
    """90 % interval around the bounds of a gauge; None where it is not assessable.

    Its lower end belongs to the count in which all that is open comes out badly, its upper end to that in which it comes out well.
    """
    return None if gauge.value is None else jeffreys(*gauge.bounds)


def jeffreys(low: int, high: int, of: int) -> tuple[float, float]:
    """90 % Jeffreys interval of a share of which between ``low`` and ``high`` of ``of`` were counted.

    The count itself is exact: the interval is for the rate behind it, that of the next such case if it went like these.
    With k of n the ends are the 5 % and 95 % quantiles of Beta(k + 1/2, n - k + 1/2), but 0 when k = 0 and 1 when k = n
    (Brown, Cai and DasGupta 2001, section 3.1).
    """
    from scipy.stats import beta

    tail = (1 - LEVEL) / 2
    return (float(beta.ppf(tail, low + 0.5, of - low + 0.5)) if low else 0.0,
            float(beta.ppf(1 - tail, high + 0.5, of - high + 0.5)) if high < of else 1.0)
