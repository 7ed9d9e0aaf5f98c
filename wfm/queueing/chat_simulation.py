"""A simulated day of a chat queue: staff that changes, agents with several chats at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.queueing.arguments import Floats, positive
from wfm.queueing.editions import formulas
from wfm.queueing.estimates import Estimate, estimate, ratio

__all__ = ["SimulatedChats", "simulate_chats"]

_CHATS_PER_ROW = 8
"""Chats that cost as much time uncompiled as one case of Erlang A."""


@dataclass(frozen=True, slots=True)
class SimulatedChats:
    """What a simulated day brought; a chat counts in the interval it came in.

    Parameters
    ----------
    sl_offered, p_abandon, asa_answered_s
        Over all intervals.
    sl_offered_by_interval
        NaN where no chat came.
    occupancy
        Share of the agents' time with at least one chat.
    """

    sl_offered: Estimate
    p_abandon: Estimate
    asa_answered_s: Estimate
    sl_offered_by_interval: Estimate
    occupancy: Estimate


def simulate_chats(
    rng: np.random.Generator,
    arrivals_per_hour: Sequence[float],
    agents: Sequence[int],
    aht_by_level_s: Sequence[float],
    *,
    patience_s: float,
    threshold_s: float = 60.0,
    interval_s: float = 1800.0,
    replications: int = 20,
    handle_time_cv: float = 1.0,
    warm_up_s: float = 0.0,
) -> SimulatedChats:
    """Simulate a chat queue over a day of intervals.

    Parameters
    ----------
    rng
        Source of chance; each replication gets a child of it.
    arrivals_per_hour, agents
        Chats offered [1/h] and agents present, one value per interval.
    aht_by_level_s
        Handle time of a chat whose agent holds 1, 2, ... chats [s].
    patience_s
        Mean time to leave the line, exponential [s].
    handle_time_cv
        Standard deviation of the work of a chat over its mean: 1 is exponential, else lognormal.
    warm_up_s
        Time run before the first interval with its rate and staff, not counted [s].

    Raises
    ------
    ValueError
        When intervals differ in number or a number is out of range.

    Notes
    -----
    A chat goes to the agent with the fewest; all chats of an agent go on at the pace of so many,
    and change it when one comes or ends. Nobody hands a chat over: whose shift ends finishes those
    held. Unlike :func:`wfm.queueing.chat.chat_service`, chats are not spread anew at every end.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> day = simulate_chats(rng, [120.0] * 4, [8] * 4, [300, 400], patience_s=120)
    >>> bool(0.9 < day.sl_offered.mean <= 1.0)
    True
    """
    positive(interval_s=interval_s, replications=replications, patience_s=patience_s)
    positive(**{f"aht_by_level_s[{k}]": aht for k, aht in enumerate(aht_by_level_s)})
    if not aht_by_level_s or len(arrivals_per_hour) != len(agents) or not len(agents):
        raise ValueError("a handle time is needed, and chats and agents of the same intervals")
    if min(agents) < 0 or not all(0 <= rate < math.inf for rate in arrivals_per_hour):
        raise ValueError("arrivals_per_hour and agents must be finite and at least 0")
    if not all(0 <= each < math.inf for each in (handle_time_cv, warm_up_s, threshold_s)):
        raise ValueError("handle_time_cv, warm_up_s and threshold_s must be at least 0")
    expected = np.asarray(arrivals_per_hour, float) * interval_s / 3600.0
    kernels = formulas("chat_simulation", int(expected.sum() * replications) // _CHATS_PER_ROW)
    staff, aht = np.asarray(agents, np.int64), np.asarray(aht_by_level_s, float)
    counts, busy = np.zeros((replications, len(staff), 4)), np.zeros(replications)
    for at, source in enumerate(rng.spawn(replications)):
        arrived = _arrivals(source, expected, interval_s, warm_up_s)
        lasts = patience_s * source.standard_exponential(len(arrived))
        work = _work(source, len(arrived), handle_time_cv)
        begun = np.full(len(arrived), math.nan)
        day = kernels.Chats(
            arrived, arrived + lasts, work, staff, aht, float(interval_s), float(warm_up_s)
        )
        busy[at] = kernels.serve_chats(day, begun)
        counts[at] = _counts(arrived, begun, threshold_s, interval_s, len(staff))
    return _result(counts, busy / max(float(staff.sum()) * interval_s, 1e-12))


def _arrivals(
    rng: np.random.Generator, expected: Floats, interval_s: float, warm_up_s: float
) -> Floats:
    """Moments of a Poisson process whose rate is constant within an interval [s]."""
    starts = np.arange(len(expected)) * interval_s
    times = [
        start + interval_s * rng.random(rng.poisson(mean))
        for start, mean in zip(starts, expected, strict=True)
    ]
    times.append(-warm_up_s * rng.random(rng.poisson(expected[0] * warm_up_s / interval_s)))
    return np.sort(np.concatenate(times))


def _work(rng: np.random.Generator, count: int, cv: float) -> Floats:
    """Work of chats over the mean one: exponential where cv is 1, else lognormal."""
    if cv == 1.0:
        return rng.standard_exponential(count)
    variance = math.log1p(cv * cv)
    drawn: NDArray[np.float64] = rng.lognormal(-0.5 * variance, math.sqrt(variance), count)
    return drawn


def _counts(
    arrived: Floats, begun: Floats, threshold_s: float, interval_s: float, intervals: int
) -> Floats:
    """By interval: offered, answered, answered in T, wait of the answered [s]."""
    counted = arrived >= 0
    place = (arrived[counted] // interval_s).astype(int).clip(max=intervals - 1)
    wait_s = begun[counted] - arrived[counted]
    answered = np.isfinite(wait_s)
    soon = answered & (wait_s <= threshold_s)
    weights: list[Any] = [None, answered, soon, np.where(answered, wait_s, 0.0)]
    return np.stack([np.bincount(place, each, intervals) for each in weights], axis=1)


def _result(counts: Floats, occupancy: Floats) -> SimulatedChats:
    total = counts.sum(axis=1)
    return SimulatedChats(
        sl_offered=estimate(ratio(total[:, 2], total[:, 0])),
        p_abandon=estimate(ratio(total[:, 0] - total[:, 1], total[:, 0])),
        asa_answered_s=estimate(ratio(total[:, 3], total[:, 1])),
        sl_offered_by_interval=estimate(ratio(counts[..., 2], counts[..., 0])),
        occupancy=estimate(occupancy),
    )
