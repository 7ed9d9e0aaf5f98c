"""Days that move: what service really is when rate and staff change, and how to staff for it.

Interval by interval staffing (SIPP) pretends that each interval has been going on for ever. Long
handle times break that: the work of a busy half hour is done in the next one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.queueing.arguments import Floats, Limit, below_one, broadcast
from wfm.queueing.editions import formulas
from wfm.queueing.required import required_agents

__all__ = [
    "DayService",
    "Method",
    "corrected_agents",
    "day_service",
    "staffing_rate",
]

Method = Literal["sipp", "lag", "mol", "mol_peak"]


@dataclass(frozen=True, slots=True)
class DayService:
    """Service of each interval of a day, for the contacts that arrive in it.

    Parameters
    ----------
    sl_offered
        Answered within T / offered [fraction]; 1 where nothing comes.
    p_wait
        Share that waits [fraction].
    p_abandon
        Contacts that hang up in the interval / contacts offered in it [fraction].
    mean_queue, mean_busy
        Mean number waiting and being served.
    """

    sl_offered: Floats
    p_wait: Floats
    p_abandon: Floats
    mean_queue: Floats
    mean_busy: Floats


def day_service(
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    agents: ArrayLike,
    *,
    patience_s: ArrayLike,
    interval_s: float = 1800.0,
    threshold_s: float = 20.0,
    start: Literal["empty", "steady"] = "empty",
) -> DayService:
    """Service of a day whose rate and staff change with the interval, by forward equations.

    Parameters
    ----------
    arrivals_per_hour, aht_s, agents, patience_s
        One value per interval (or one for all), as for :func:`wfm.queueing.performance`.
    interval_s
        Length of an interval [s], above 0.
    start
        ``empty``: the doors open on the first interval; ``steady``: it has been going on for long.

    Raises
    ------
    ValueError
        When an argument is out of range or not one list of intervals.

    Notes
    -----
    M(t)/M(t)/n(t)+M: rate and staff constant within an interval. Where staff is cut, calls in
    excess go back to the front of the queue; the simulator lets agents finish their call. A contact
    that waits across the end of an interval is taken to meet the staff it arrived to.

    Examples
    --------
    A lunch dip in staff is felt after it is over:

    >>> service = day_service([600] * 4, 600, [105, 90, 105, 105], patience_s=120, start="steady")
    >>> service.sl_offered.round(2)
    array([0.9 , 0.58, 0.93, 0.9 ])
    """
    shape, (rate, aht, heads, patience) = broadcast(
        Limit("arrivals_per_hour", arrivals_per_hour),
        Limit("aht_s", aht_s, above=0.0),
        Limit("agents", agents),
        Limit("patience_s", patience_s, above=0.0),
    )
    if len(shape) != 1:
        raise ValueError(f"arguments must be one list of intervals, got shape {shape}")
    span = float(Limit("interval_s", interval_s, above=0.0).checked())
    threshold = float(Limit("threshold_s", threshold_s).checked())
    if start not in ("empty", "steady"):
        raise ValueError(f"start must be 'empty' or 'steady', got {start!r}")
    lam = rate / 3600.0
    states = _states(lam, aht, heads, patience, span)
    law = np.zeros(states)
    law[0] = 1.0
    # uncompiled, 1e5 cells of the law are moved one jump on in about half a millisecond
    updates = states * lam.size * span * (lam + np.minimum(heads, states) / aht).max()
    kernels = formulas("forward", int(updates / 2.5e5))
    rows = np.zeros((5, lam.size))
    if start == "steady":
        law = _steady(lam[0], aht[0], heads[0], patience[0], states)
    number = np.arange(states)
    mean = np.empty(states)
    for i in range(lam.size):
        served = np.minimum(number, heads[i])
        kernels.advance(law, mean, lam[i], served / aht[i] + (number - served) / patience[i], span)
        first = math.ceil(heads[i])
        soon = np.zeros(states - first)
        if heads[i] > 0:
            kernels.served_soon(heads[i] * patience[i] / aht[i], threshold / patience[i], soon)
        queue, busy = mean @ (number - served), mean @ served
        if lam[i] > 0:
            level = mean[:first].sum() + mean[first:] @ soon
            rows[:, i] = level, mean[first:].sum(), queue / patience[i] / lam[i], queue, busy
        else:
            rows[:, i] = 1.0, 0.0, 0.0, queue, busy
    return DayService(*rows)


def _states(lam: Floats, aht: Floats, heads: Floats, patience: Floats, span: float) -> int:
    """States that hold practically all probability: the fluid's peak and ten deviations."""
    level, peak = 0.0, 0.0
    for i in range(lam.size):
        step = min(aht[i], patience[i], span) / 20.0
        for _ in range(max(1, math.ceil(span / step))):
            busy = min(level, heads[i])
            level += step * (lam[i] - busy / aht[i] - (level - busy) / patience[i])
            level = max(0.0, level)
            peak = max(peak, level)
        steady = lam[i] * aht[i]
        peak = max(peak, min(steady, heads[i]))
        # where the load is just carried the queue wanders as far as patience lets it
        wander = math.sqrt(lam[i] * patience[i])
        peak = max(peak, min(steady, heads[i]) + wander)
    return math.ceil(max(peak + 10.0 * math.sqrt(peak + 1.0), float(heads.max()) + 1.0) + 30.0)


def _steady(lam: float, aht: float, heads: float, patience: float, states: int) -> Floats:
    """Stationary law, by its detailed balance."""
    number = np.arange(1, states)
    served = np.minimum(number, heads)
    with np.errstate(divide="ignore"):
        logs = np.cumsum(np.log(lam) - np.log(served / aht + (number - served) / patience))
    logs = np.concatenate([[0.0], logs])
    law = np.exp(logs - logs.max())
    return np.asarray(law / law.sum())


def staffing_rate(
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    *,
    interval_s: float = 1800.0,
    method: Method = "mol",
    load_before_erlang: float | None = None,
) -> Floats:
    """Rate to staff each interval for, in place of the rate that arrives in it.

    Parameters
    ----------
    arrivals_per_hour, aht_s
        One value per interval (or one handle time for all).
    method
        ``sipp`` leaves the rate as it is; ``lag`` looks one handle time back; ``mol`` takes the
        load that an infinite staff would be carrying (modified offered load), its mean over the
        interval; ``mol_peak`` takes its largest value, which large centres need where load climbs.
    load_before_erlang
        Load in progress when the first interval begins. None: the doors open, so ``mol`` starts
        from 0; ``lag``, which would then send nobody for the first callers, from the first rate.

    Raises
    ------
    ValueError
        When an argument is out of range or the method unknown.

    Notes
    -----
    The offered load m solves m' = λ - m / AHT for exponential handle times; its mean over the
    interval divided by AHT is the rate [1]_. Lagging by one handle time is its first-order
    form [2]_. Give the result to :func:`wfm.queueing.required_agents`.

    What to choose depends on size. A bank's day with peak 25 Erlang, 80/20, patience 120 s, half
    hours, has its worst half hour at handle times of 30 min at 0.68 by ``sipp`` and 0.78 by
    ``mol``, which also needs fewer agents. With peak 500 Erlang and 10 min, where a per cent of
    load decides, the simulator shows 0.64, 0.56 by ``mol`` (its mean is short at the end of a
    climb) and 0.82 by ``mol_peak`` for 5 % more agents.

    Examples
    --------
    >>> staffing_rate([0, 100, 100, 0], 1800, method="mol").round(1)
    array([ 0. , 36.8, 76.7, 54.7])
    >>> staffing_rate([0, 100, 100, 0], 1800, method="lag").round(1)
    array([  0.,   0., 100., 100.])

    .. [1] Jennings, Mandelbaum, Massey & Whitt (1996), Server staffing to meet time-varying demand.
    .. [2] Green, Kolesar & Soares (2001), Improving the SIPP approach, Operations Research 49.
    """
    shape, (rate, aht) = broadcast(
        Limit("arrivals_per_hour", arrivals_per_hour), Limit("aht_s", aht_s, above=0.0)
    )
    if len(shape) != 1:
        raise ValueError(f"arguments must be one list of intervals, got shape {shape}")
    span = float(Limit("interval_s", interval_s, above=0.0).checked())
    before = load_before_erlang
    if before is not None:
        Limit("load_before_erlang", before).checked()
    if method == "sipp":
        return rate
    if method == "lag":
        return _lagged(rate, aht, span, rate[0] if before is None else before * 3600.0 / aht[0])
    if method not in ("mol", "mol_peak"):
        raise ValueError(f"method must be 'sipp', 'lag', 'mol' or 'mol_peak', got {method!r}")
    return _offered_load(rate, aht, span, before or 0.0, peak=method == "mol_peak") * 3600.0 / aht


def _offered_load(rate: Floats, aht: Floats, span: float, level: float, *, peak: bool) -> Floats:
    """Load that an infinite staff would carry [erlang]: its mean of each interval, or its peak."""
    loads = np.empty(rate.size)
    for i in range(rate.size):
        steady = rate[i] * aht[i] / 3600.0
        decay = -math.expm1(-span / aht[i])
        after = level + (steady - level) * decay
        mean = steady + (level - steady) * decay * aht[i] / span
        loads[i] = max(level, after) if peak else mean
        level = after
    return loads


def _lagged(rate: Floats, aht: Floats, span: float, first: float) -> Floats:
    """Mean rate of the interval moved back by its handle time, ``first`` before the day begins."""
    edges = span * np.arange(rate.size + 1)
    sums = np.concatenate([[0.0], np.cumsum(rate * span)])

    def total(time_s: Floats) -> Floats:
        return np.asarray(np.interp(time_s, edges, sums) + np.minimum(time_s, 0.0) * first)

    return (total(edges[1:] - aht) - total(edges[:-1] - aht)) / span


def corrected_agents(
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    *,
    patience_s: ArrayLike,
    service_level: float,
    interval_s: float = 1800.0,
    threshold_s: float = 20.0,
    rounds: int = 200,
    start: Literal["empty", "steady"] = "empty",
) -> NDArray[np.int64]:
    """Agents per interval that keep the target in every interval of the moving day.

    Starts from modified offered load, adds an agent where the forward equations show a miss and
    takes one away where nothing misses without it.

    Parameters
    ----------
    service_level
        Least service level of every interval, answered in T / offered [fraction].
    rounds
        Most evaluations of the day while adding.

    Raises
    ------
    ValueError
        When an argument is out of range.

    Examples
    --------
    >>> rates = [20, 40, 60, 60, 40, 20]
    >>> agents = corrected_agents(rates, 1800, patience_s=120, service_level=0.8)
    >>> service = day_service(rates, 1800, agents, patience_s=120)
    >>> agents, bool(service.sl_offered.min() >= 0.8)
    (array([ 7, 15, 23, 28, 26, 18]), True)
    """
    below_one(service_level=service_level)
    moved = staffing_rate(arrivals_per_hour, aht_s, interval_s=interval_s)
    agents = required_agents(
        "erlang_a",
        moved,
        aht_s,
        patience_s=patience_s,
        threshold_s=threshold_s,
        service_level=service_level,
    ).agents.copy()

    def levels(heads: NDArray[np.int64]) -> Floats:
        return day_service(
            arrivals_per_hour,
            aht_s,
            heads,
            patience_s=patience_s,
            interval_s=interval_s,
            threshold_s=threshold_s,
            start=start,
        ).sl_offered

    for _ in range(rounds):
        short = levels(agents) < service_level
        if not short.any():
            break
        agents[short] += 1
    for i in range(agents.size):
        while agents[i] > 0:
            agents[i] -= 1
            if (levels(agents) < service_level).any():
                agents[i] += 1
                break
    return agents
