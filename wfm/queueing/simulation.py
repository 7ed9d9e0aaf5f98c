"""A simulated centre: skills, priorities, redials, transfers, staff that changes, error bars.

Where no formula reaches, calls are drawn and served one by one. Results are means over replications
with the half-width of their 95 % confidence interval; the same seed gives the same calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from wfm.queueing.arguments import Floats, not_negative, positive
from wfm.queueing.editions import formulas
from wfm.queueing.estimates import Estimate, estimate, ratio

__all__ = [
    "Estimate",
    "LineResult",
    "SimulatedGroup",
    "SimulatedQueue",
    "SimulationResult",
    "simulate",
    "simulate_line",
]

CALLS_PER_ROW = 20
"""Calls that cost as much time uncompiled as one case of Erlang A."""


@dataclass(frozen=True, slots=True)
class LineResult:
    """Service of one simulated queue; measures as in ``Performance``."""

    p_wait: Estimate
    sl_offered: Estimate
    p_abandon: Estimate
    p_abandon_within_t: Estimate
    asa_answered_s: Estimate
    mean_wait_all_s: Estimate
    occupancy: Estimate


@dataclass(frozen=True, slots=True)
class SimulatedQueue:
    """Calls that wait in one line.

    Parameters
    ----------
    name
        Name of the queue.
    arrivals_per_hour
        Calls offered [1/h], one value per interval.
    aht_s
        Average handle time [s].
    handle_time_cv
        Its standard deviation over its mean: 1 draws exponential times, anything else lognormal.
    patience_s
        Mean time to hang up, exponential [s]; infinite where nobody hangs up.
    threshold_s
        Answer threshold T [s].
    priority
        Importance when an agent picks among queues; smaller goes first.
    redial_probability, redial_delay_s
        Share of those who hang up that dial again, and the mean time until they do [s].
    transfer_to, transfer_probability
        Queue that a share of answered calls goes on to.
    """

    name: str
    arrivals_per_hour: Sequence[float]
    aht_s: float
    handle_time_cv: float = 1.0
    patience_s: float = math.inf
    threshold_s: float = 20.0
    priority: int = 0
    redial_probability: float = 0.0
    redial_delay_s: float = 600.0
    transfer_to: str = ""
    transfer_probability: float = 0.0

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        positive(aht_s=self.aht_s, redial_delay_s=self.redial_delay_s)
        if not self.patience_s > 0:
            raise ValueError(f"patience_s must be above 0, got {self.patience_s:g}")
        not_negative(handle_time_cv=self.handle_time_cv, threshold_s=self.threshold_s)
        for name in ("redial_probability", "transfer_probability"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be from 0 to below 1, got {getattr(self, name):g}")
        if not all(0 <= rate < math.inf for rate in self.arrivals_per_hour):
            raise ValueError(f"arrivals_per_hour of {self.name!r} must be finite and at least 0")


@dataclass(frozen=True, slots=True)
class SimulatedGroup:
    """Agents with the same skills.

    Parameters
    ----------
    name
        Name of the group.
    agents
        Agents present, one value per interval.
    serves
        Queues the group takes calls from, each with the rank at which a call of that queue tries
        the group: 1 before 2; equal ranks go where most agents are free.
    speed
        Handle time of the group over that of the queue.
    idle_reserved
        Idle agents kept for calls while outbound work fills the others; None is no outbound work.
    outbound_aht_s
        Mean time of an outbound job [s].
    """

    name: str
    agents: Sequence[int]
    serves: Mapping[str, int]
    speed: float = 1.0
    idle_reserved: int | None = None
    outbound_aht_s: float = 300.0

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        positive(speed=self.speed, outbound_aht_s=self.outbound_aht_s)
        if any(count < 0 for count in self.agents):
            raise ValueError(f"agents of {self.name!r} must be at least 0")


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What a simulated day brought.

    Parameters
    ----------
    queues, groups
        Names, in the order of the arrays' last axis.
    sl_offered, p_abandon, asa_answered_s, mean_wait_all_s, offered
        Per queue over the whole horizon; a call counts in the interval it arrived in.
    sl_offered_by_interval
        Per interval and queue; NaN where no call came in a replication's mean.
    occupancy
        Per group: handling time / agent time staffed.
    outbound_per_hour
        Per group: outbound jobs begun [1/h].
    replications
        How many days were drawn.
    """

    queues: tuple[str, ...]
    groups: tuple[str, ...]
    sl_offered: Estimate
    p_abandon: Estimate
    asa_answered_s: Estimate
    mean_wait_all_s: Estimate
    offered: Estimate
    sl_offered_by_interval: Estimate
    occupancy: Estimate
    outbound_per_hour: Estimate
    replications: int = field(default=1)


def simulate_line(
    rng: np.random.Generator,
    arrivals_per_hour: float,
    aht_s: float,
    agents: int,
    *,
    calls: int,
    patience_s: float = math.inf,
    threshold_s: float = 20.0,
    handle_time_cv: float = 1.0,
    batches: int = 50,
) -> LineResult:
    """Simulate one queue in steady state, first come first served.

    Parameters
    ----------
    rng
        Source of chance.
    arrivals_per_hour, aht_s, agents, patience_s, threshold_s
        As for :func:`wfm.queueing.performance`; at least 1 agent.
    calls
        Calls to draw; a tenth more is drawn first and not counted.
    handle_time_cv
        1 draws exponential handle times, anything else lognormal.
    batches
        Pieces of the run whose means give the confidence interval.

    Examples
    --------
    >>> result = simulate_line(np.random.default_rng(1), 600, 300, 52, calls=20_000, patience_s=120)
    >>> bool(abs(result.sl_offered.mean - 0.844) < 0.03)
    True
    """
    positive(arrivals_per_hour=arrivals_per_hour, aht_s=aht_s, agents=agents, calls=calls)
    kernels = formulas("line_simulation", calls // CALLS_PER_ROW)
    free = np.zeros(int(agents))
    size = max(1, calls // batches)
    table = np.zeros((batches, 9))
    elapsed = 3600.0 / arrivals_per_hour
    common = (elapsed, aht_s, handle_time_cv, patience_s, threshold_s, free)
    kernels.simulate_line(rng, max(1, calls // 10), *common, np.zeros(9))
    for row in table:
        kernels.simulate_line(rng, size, *common, row)
    offered, waited, answered, soon, lost, lost_soon, wait, lost_wait, handled = table.T
    return LineResult(
        p_wait=estimate(waited / offered),
        sl_offered=estimate(soon / offered),
        p_abandon=estimate(lost / offered),
        p_abandon_within_t=estimate(lost_soon / offered),
        asa_answered_s=estimate(wait / np.maximum(answered, 1.0)),
        mean_wait_all_s=estimate((wait + lost_wait) / offered),
        occupancy=estimate(handled / (offered * elapsed * agents)),
    )


def simulate(
    rng: np.random.Generator,
    queues: Sequence[SimulatedQueue],
    groups: Sequence[SimulatedGroup],
    *,
    interval_s: float = 1800.0,
    replications: int = 20,
    warm_up_s: float = 0.0,
    agents_pick: Literal["priority", "longest_wait"] = "priority",
    workers: int = 1,
) -> SimulationResult:
    """Simulate a centre over a day or a week of intervals.

    Parameters
    ----------
    rng
        Source of chance; each replication gets a child of it, whatever the number of workers.
    queues, groups
        Calls and agents; all have the same number of intervals.
    interval_s
        Length of an interval [s], above 0.
    warm_up_s
        Time run before the first interval with its rate and staff, not counted [s].
    agents_pick
        Whether a free agent takes the most important queue first (the longest wait among equals) or
        the longest wait whatever the queue.
    workers
        Threads that share the replications.

    Raises
    ------
    ValueError
        When names do not match, intervals differ in number or a number is out of range.

    Notes
    -----
    Calls come as Poisson processes whose rate is constant within an interval. A call tries groups
    by rank; agents whose number is cut finish their call first. After the last interval no new
    calls come and those in line are served by its staff; redials and transfers until then count in
    the last interval.

    Examples
    --------
    Two queues, specialists first and a group of generalists behind them:

    >>> queues = [SimulatedQueue(name, [300.0] * 4, 240, patience_s=120) for name in "ab"]
    >>> groups = [
    ...     SimulatedGroup("A", [18] * 4, {"a": 1}),
    ...     SimulatedGroup("B", [18] * 4, {"b": 1}),
    ...     SimulatedGroup("both", [6] * 4, {"a": 2, "b": 2}),
    ... ]
    >>> result = simulate(np.random.default_rng(7), queues, groups, replications=5)
    >>> result.queues, bool((result.sl_offered.mean > 0.6).all())
    (('a', 'b'), True)
    """
    positive(interval_s=interval_s, replications=replications, workers=workers)
    not_negative(warm_up_s=warm_up_s)
    if agents_pick not in ("priority", "longest_wait"):
        raise ValueError(f"agents_pick must be 'priority' or 'longest_wait', got {agents_pick!r}")
    intervals = _check_names(queues, groups)
    calls = sum(sum(queue.arrivals_per_hour) for queue in queues) * interval_s / 3600.0
    kernels = formulas("centre_simulation", int(calls * replications) // CALLS_PER_ROW)
    centre = _centre(kernels, queues, groups, interval_s, warm_up_s, agents_pick)

    def once(source: np.random.Generator) -> Any:
        crew = _crew(kernels, len(queues), len(groups), intervals)
        kernels.run_centre(source, centre, crew)
        return crew

    sources = rng.spawn(replications)
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            runs = list(pool.map(once, sources))
    else:
        runs = [once(source) for source in sources]
    return _result(queues, groups, runs, interval_s)


def _check_names(queues: Sequence[SimulatedQueue], groups: Sequence[SimulatedGroup]) -> int:
    """Number of intervals, once everything fits together."""
    if not queues or not groups:
        raise ValueError("at least one queue and one group are needed")
    lengths = {len(queue.arrivals_per_hour) for queue in queues}
    lengths |= {len(group.agents) for group in groups}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(f"queues and groups must have the same intervals, got {sorted(lengths)}")
    names = {queue.name for queue in queues}
    if len(names) != len(queues):
        raise ValueError("queue names must differ")
    asked = {name for group in groups for name in group.serves}
    asked |= {queue.transfer_to for queue in queues if queue.transfer_probability > 0}
    if asked - names:
        raise ValueError(f"unknown queue {sorted(asked - names)[0]!r}; queues: {sorted(names)}")
    return lengths.pop()


def _centre(
    kernels: Any,
    queues: Sequence[SimulatedQueue],
    groups: Sequence[SimulatedGroup],
    interval_s: float,
    warm_up_s: float,
    agents_pick: str,
) -> Any:
    """Everything that stays the same during a run, as arrays."""
    place = {queue.name: q for q, queue in enumerate(queues)}

    def column(name: str) -> Floats:
        return np.array([getattr(queue, name) for queue in queues], dtype=np.float64)

    rank = [[group.serves.get(queue.name, kernels.NEVER) for group in groups] for queue in queues]
    kept = [-1 if group.idle_reserved is None else group.idle_reserved for group in groups]
    return kernels.Centre(
        rate=np.array([queue.arrivals_per_hour for queue in queues], dtype=np.float64) / 3600.0,
        staff=np.array([group.agents for group in groups], dtype=np.int64),
        rank=np.array(rank, dtype=np.int64),
        priority=np.array([queue.priority for queue in queues], dtype=np.int64),
        aht=column("aht_s"),
        cv=column("handle_time_cv"),
        factor=np.tile([float(group.speed) for group in groups], (len(queues), 1)),
        patience=column("patience_s"),
        threshold=column("threshold_s"),
        redial=column("redial_probability"),
        redial_delay=column("redial_delay_s"),
        transfer=column("transfer_probability"),
        transfer_to=np.array([place.get(queue.transfer_to, 0) for queue in queues], dtype=np.int64),
        reserved=np.array(kept, dtype=np.int64),
        outbound_aht=np.array([group.outbound_aht_s for group in groups], dtype=np.float64),
        span=float(interval_s),
        warm_up=float(warm_up_s),
        oldest_first=agents_pick == "longest_wait",
    )


def _crew(kernels: Any, queues: int, groups: int, intervals: int) -> Any:
    """Empty counts."""
    return kernels.Crew(
        idle=np.zeros(groups, dtype=np.int64),
        busy=np.zeros(groups, dtype=np.int64),
        since=np.zeros(groups),
        head=np.zeros(queues, dtype=np.int64),
        tail=np.zeros(queues, dtype=np.int64),
        counts=np.zeros((queues, intervals, 8)),
        busy_s=np.zeros((groups, intervals)),
        outbound=np.zeros((groups, intervals)),
    )


def _result(
    queues: Sequence[SimulatedQueue],
    groups: Sequence[SimulatedGroup],
    runs: list[Any],
    interval_s: float,
) -> SimulationResult:
    counts = np.stack([run.counts for run in runs])
    total = counts.sum(axis=2)
    staffed = np.array([sum(group.agents) for group in groups]) * interval_s
    busy = np.stack([run.busy_s.sum(axis=1) for run in runs])
    hours = interval_s * counts.shape[2] / 3600.0
    outbound = np.stack([run.outbound.sum(axis=1) for run in runs])
    by_interval = ratio(counts[..., 3], counts[..., 0]).transpose(0, 2, 1)
    return SimulationResult(
        queues=tuple(queue.name for queue in queues),
        groups=tuple(group.name for group in groups),
        sl_offered=estimate(ratio(total[..., 3], total[..., 0])),
        p_abandon=estimate(ratio(total[..., 4], total[..., 0])),
        asa_answered_s=estimate(ratio(total[..., 6], total[..., 2])),
        mean_wait_all_s=estimate(ratio(total[..., 6] + total[..., 7], total[..., 0])),
        offered=estimate(total[..., 0]),
        sl_offered_by_interval=estimate(by_interval),
        occupancy=estimate(ratio(busy, np.broadcast_to(staffed, busy.shape))),
        outbound_per_hour=estimate(outbound / hours),
        replications=len(runs),
    )
