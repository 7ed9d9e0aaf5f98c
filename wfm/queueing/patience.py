"""Patience read off the data: from single calls, from interval totals, from staffing alone.

An answered call tells only that its caller was willing to wait *longer*; leaving such calls out, or
taking the mean wait of those who hung up, gives figures several times too small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wfm.queueing.arguments import Floats, Limit, broadcast
from wfm.queueing.patience_law import EmpiricalPatience
from wfm.queueing.performance import performance

__all__ = [
    "PatienceEstimate",
    "SurvivalCurve",
    "estimate_patience",
    "patience_from_staffing",
    "patience_from_totals",
    "survival_of_patience",
]


@dataclass(frozen=True, slots=True)
class PatienceEstimate:
    """Mean patience with its uncertainty.

    Parameters
    ----------
    mean_s
        Mean time to hang up, the figure Erlang A wants [s]; infinite where nobody hung up.
    low_s, high_s
        Ends of the 95 % confidence interval [s].
    abandonments
        Callers who hung up, on which all rests.
    waited_s
        Time spent waiting by all callers [s].
    """

    mean_s: float
    low_s: float
    high_s: float
    abandonments: int
    waited_s: float


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """Share of callers still there after a wait (Kaplan-Meier), at the waits where somebody left.

    Parameters
    ----------
    wait_s
        Waits at which somebody hung up, rising [s].
    share_left
        Share still there just after each [fraction].
    std_error
        Standard error of the share (Greenwood).
    at_risk
        Callers still waiting just before each.
    """

    wait_s: Floats
    share_left: Floats
    std_error: Floats
    at_risk: Floats

    def law(self) -> EmpiricalPatience:
        """The curve in straight pieces, for :mod:`wfm.queueing.general_patience`."""
        rising = self.wait_s > 0
        start = float(self.share_left[~rising][-1]) if (~rising).any() else 1.0
        left = self.share_left[rising] / start if start > 0 else self.share_left[rising]
        return EmpiricalPatience((0.0, *self.wait_s[rising].tolist()), (1.0, *left.tolist()))


def estimate_patience(
    wait_s: ArrayLike, abandoned: ArrayLike, *, balked_within_s: float = 0.0
) -> PatienceEstimate:
    """Mean patience from single calls, answered ones counting as "at least so long".

    Parameters
    ----------
    wait_s
        Time in the queue of every call [s], at least 0; 0 where it was answered at once.
    abandoned
        Whether the caller hung up.
    balked_within_s
        Who hung up within this wait did not lose patience but turned away at the door, and does not
        count; 0 leaves out those who hung up in the instant they were queued.

    Raises
    ------
    ValueError
        When the arrays are empty, differ in length or hold waits that are negative or NaN.

    Notes
    -----
    Maximum likelihood of an exponential law with censoring: all waiting / abandonments. The
    interval takes their number as Poisson, exactly (Garwood).

    Examples
    --------
    >>> estimate = estimate_patience([10, 50, 0, 40, 20], [True, False, False, True, False])
    >>> estimate.mean_s, estimate.abandonments
    (60.0, 2)
    """
    waits, left = _calls(wait_s, abandoned)
    leavers = int((left & (waits > balked_within_s)).sum())
    return _estimate(float(waits.sum()), leavers)


def patience_from_totals(wait_all_s: ArrayLike, abandoned: ArrayLike) -> PatienceEstimate:
    """Mean patience from interval totals: waiting of all calls and number of abandonments.

    Parameters
    ----------
    wait_all_s
        Waiting time of answered and abandoned calls together, per interval [s].
    abandoned
        Calls that hung up, per interval.

    Notes
    -----
    The same likelihood as from single calls; it needs the sums only. Where the switch reports the
    wait of answered calls alone the result is too small by the waiting of those who hung up.

    Examples
    --------
    >>> patience_from_totals([3600.0, 1800.0], [40, 20]).mean_s
    90.0
    """
    _, (waited, leavers) = broadcast(Limit("wait_all_s", wait_all_s), Limit("abandoned", abandoned))
    if waited.size == 0:
        raise ValueError("wait_all_s must hold at least one interval, got none")
    return _estimate(float(waited.sum()), round(float(leavers.sum())))


def _estimate(waited_s: float, leavers: int) -> PatienceEstimate:
    from scipy.special import gammaincinv

    most = float(gammaincinv(leavers + 1, 0.975))
    least = float(gammaincinv(leavers, 0.025)) if leavers else 0.0
    return PatienceEstimate(
        mean_s=waited_s / leavers if leavers else math.inf,
        low_s=waited_s / most,
        high_s=waited_s / least if least > 0 else math.inf,
        abandonments=leavers,
        waited_s=waited_s,
    )


def survival_of_patience(wait_s: ArrayLike, abandoned: ArrayLike) -> SurvivalCurve:
    """Share of callers still there as the wait grows, without assuming a law.

    Parameters
    ----------
    wait_s, abandoned
        As for :func:`estimate_patience`.

    Notes
    -----
    Kaplan & Meier (1958); calls answered at the very wait at which another hangs up are taken to
    have been at risk. Beyond the longest waits the curve rests on few callers: see ``at_risk``.

    Examples
    --------
    >>> curve = survival_of_patience([10, 50, 0, 40, 20], [True, False, False, True, False])
    >>> curve.wait_s, curve.share_left
    (array([10., 40.]), array([0.75 , 0.375]))
    """
    waits, left = _calls(wait_s, abandoned)
    times, index = np.unique(waits, return_inverse=True)
    everyone = np.bincount(index, minlength=times.size).astype(np.float64)
    leavers = np.bincount(index, weights=left, minlength=times.size)
    at_risk = everyone[::-1].cumsum()[::-1]
    seen = leavers > 0
    times, leavers, at_risk = times[seen], leavers[seen], at_risk[seen]
    share = np.cumprod(1.0 - leavers / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.cumsum(leavers / (at_risk * (at_risk - leavers)))
        error = np.where(share > 0, share * np.sqrt(spread), 0.0)
    return SurvivalCurve(times, share, error, at_risk)


def patience_from_staffing(
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    agents: ArrayLike,
    abandoned: ArrayLike,
    offered: ArrayLike,
) -> float:
    """Mean patience at which Erlang A would lose as many calls as were lost [s].

    For histories without waiting times. Rests on the staffing being right, so prefer
    :func:`patience_from_totals` where waits were recorded.

    Parameters
    ----------
    arrivals_per_hour, aht_s, agents
        Per interval, as for :func:`wfm.queueing.performance`; agents that really were there.
    abandoned, offered
        Calls that hung up and calls offered, per interval.

    Raises
    ------
    ValueError
        When the lost share lies outside what patience from 0.1 s to 1e7 s gives.

    Examples
    --------
    >>> round(patience_from_staffing([600, 600], 300, [50, 52], [3.93, 2.67], [50, 50]))
    70
    """
    _, (rate, aht, heads, gone, calls) = broadcast(
        Limit("arrivals_per_hour", arrivals_per_hour),
        Limit("aht_s", aht_s, above=0.0),
        Limit("agents", agents),
        Limit("abandoned", abandoned),
        Limit("offered", offered),
    )

    def lost(patience_s: float) -> float:
        share = performance("erlang_a", rate, aht, heads, patience_s=patience_s).p_abandon
        return float(share @ calls)

    low, high, goal = math.log(0.1), math.log(1e7), float(gone.sum())
    if not lost(math.exp(high)) <= goal <= lost(math.exp(low)):
        raise ValueError(f"no patience makes Erlang A lose {goal:g} of {calls.sum():g} calls")
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if lost(math.exp(middle)) > goal else (low, middle)
    return math.exp(0.5 * (low + high))


def _calls(
    wait_s: ArrayLike, abandoned: ArrayLike
) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    waits = Limit("wait_s", wait_s).checked()
    left = np.asarray(abandoned, dtype=bool)
    if waits.ndim != 1 or waits.shape != left.shape or waits.size == 0:
        raise ValueError(
            "wait_s and abandoned must be two lists of one length, "
            f"got {waits.shape} and {left.shape}"
        )
    return waits, left
