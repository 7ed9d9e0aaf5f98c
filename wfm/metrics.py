"""Measures of service and accuracy: one definition each.

Arguments are array-likes of one shape or plain numbers; results are floats. Nothing here averages
ratios: sums are divided once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wfm.domain import ServiceLevelDefinition

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["aht_s", "asa_s", "bias", "poisson_floor", "service_level", "wape"]


def wape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Weighted absolute percentage error: sum |actual - forecast| / sum actual [fraction].

    NaN when nothing came in. The caller sums to the level (interval, day, week) first and names
    it, because errors inside a day cancel in the day's total.

    Examples
    --------
    >>> round(wape([90, 105, 100, 110], [100, 100, 100, 100]), 4)
    0.0617
    """
    import numpy as np

    a, f = np.asarray(actual, float), np.asarray(forecast, float)
    total = a.sum()
    return float(np.abs(a - f).sum() / total) if total > 0 else math.nan


def bias(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Relative bias: sum (forecast - actual) / sum actual [fraction]; above 0 is too high.

    Examples
    --------
    >>> round(bias([90, 110], [110, 110]), 4)
    0.1
    """
    import numpy as np

    a, f = np.asarray(actual, float), np.asarray(forecast, float)
    total = a.sum()
    return float((f - a).sum() / total) if total > 0 else math.nan


def poisson_floor(mean: ArrayLike) -> float:
    """WAPE that even a perfect forecast of a Poisson rate would have [fraction].

    Mean absolute deviation of a Poisson count round its mean m, exactly
    2 exp(-m) m^(floor(m)+1) / floor(m)! (De Moivre), summed over intervals; for large m it is
    sqrt(2 m / pi).

    Examples
    --------
    >>> round(poisson_floor([250.0]), 3), round(poisson_floor([1.0]), 2)
    (0.05, 0.74)
    """
    import numpy as np
    from scipy.special import gammaln

    m = np.asarray(mean, float)
    m = m[m > 0]
    if m.size == 0:
        return math.nan
    k = np.floor(m)
    deviation = 2 * np.exp(-m + (k + 1) * np.log(m) - gammaln(k + 1))
    return float(deviation.sum() / m.sum())


def service_level(
    definition: ServiceLevelDefinition,
    *,
    offered: float,
    answered: float,
    answered_in_threshold: float,
    abandoned_in_threshold: float,
) -> float:
    """Service level of counted contacts by one of the counted definitions [fraction].

    Raises
    ------
    ValueError
        For the virtual definition, which no count can give.

    Examples
    --------
    1000 answered, 860 of them in 20 s, 60 abandoned, 20 of them in 20 s:

    >>> counted = {"offered": 1060, "answered": 1000}
    >>> in_time = {"answered_in_threshold": 860, "abandoned_in_threshold": 20}
    >>> four = list(ServiceLevelDefinition)[:4]
    >>> [round(service_level(d, **counted, **in_time), 3) for d in four]
    [0.811, 0.86, 0.827, 0.83]
    """
    D = ServiceLevelDefinition  # noqa: N806 - the five names read better short
    parts = {
        D.OFFERED: (answered_in_threshold, offered),
        D.ANSWERED: (answered_in_threshold, answered),
        D.EXCL_SHORT_ABANDON: (answered_in_threshold, offered - abandoned_in_threshold),
        D.ABANDON_WITHIN_T_OK: (answered_in_threshold + abandoned_in_threshold, offered),
    }
    if definition not in parts:
        raise ValueError("the virtual service level cannot be counted, only computed")
    good, base = parts[definition]
    return good / base if base > 0 else math.nan


def asa_s(wait_answered_s: float, answered: float) -> float:
    """Mean wait of answered contacts [s]; NaN when none was answered."""
    return wait_answered_s / answered if answered > 0 else math.nan


def aht_s(handle_s: float, answered: float) -> float:
    """Average handle time [s]; NaN when none was answered."""
    return handle_s / answered if answered > 0 else math.nan
