"""A whole centre, event by event: queues, skill groups, routing, patience, redials, transfers.

Agents of a group are alike, so the state is counts and a heap of coming events. Calls whose
patience ends are found when they reach the head of their line, except where they may dial again:
there the end of patience is an event of its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .event_heap import Heap, Lines, grown_heap, grown_lines, pop, push
from .line_simulation import handle_time
from .mode import inlined, kernel, leaf

if TYPE_CHECKING:
    from wfm.queueing.arguments import Floats

__all__ = ["Centre", "Crew", "run_centre"]

END, REDIAL, GIVE_UP = 0, 1, 2
NEVER = 1 << 30
"""Rank of a group that does not serve a queue."""


class Centre(NamedTuple):
    """What does not change during a run; q queues, g groups, i intervals."""

    rate: Floats
    """Calls per second (q, i)."""
    staff: NDArray[np.int64]
    """Agents (g, i)."""
    rank: NDArray[np.int64]
    """Order in which a call tries the groups (q, g); NEVER where it may not."""
    priority: NDArray[np.int64]
    """Importance of the queue; small numbers first (q)."""
    aht: Floats
    cv: Floats
    factor: Floats
    """Handle time of the group over that of the queue (q, g)."""
    patience: Floats
    threshold: Floats
    redial: Floats
    redial_delay: Floats
    transfer: Floats
    transfer_to: NDArray[np.int64]
    reserved: NDArray[np.int64]
    """Idle agents above which outbound work starts (g); negative: no outbound work."""
    outbound_aht: Floats
    span: float
    """Length of an interval."""
    warm_up: float
    oldest_first: bool
    """Whether an agent takes the longest wait whatever the queue's importance."""


class Crew(NamedTuple):
    """What changes: counts, lines and statistics."""

    idle: NDArray[np.int64]
    busy: NDArray[np.int64]
    since: Floats
    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    counts: Floats
    """(q, i, 8): offered, waited, answered, answered in T, abandoned, abandoned in T, wait of
    answered, wait of abandoned."""
    busy_s: Floats
    """(g, i)."""
    outbound: Floats
    """Outbound jobs begun (g, i)."""


@inlined
def _interval(centre: Centre, time: float) -> int:
    """Interval of a time; -1 while warming up."""
    if time < 0.0:
        return -1
    return int(min(time / centre.span, centre.rate.shape[1] - 1.0))


@inlined
def _account(centre: Centre, crew: Crew, g: int, now: float) -> None:
    """Book the handling time of a group up to now."""
    middle = 0.5 * (crew.since[g] + now)
    i = _interval(centre, middle)
    if i >= 0 and middle < centre.span * centre.rate.shape[1]:
        crew.busy_s[g, i] += crew.busy[g] * (now - crew.since[g])
    crew.since[g] = now


@inlined
def _book_answer(centre: Centre, crew: Crew, q: int, arrived: float, wait: float) -> None:
    i = _interval(centre, arrived)
    if i >= 0:
        crew.counts[q, i, 2] += 1.0
        crew.counts[q, i, 6] += wait
        if wait <= centre.threshold[q]:
            crew.counts[q, i, 3] += 1.0


@inlined
def _book_loss(centre: Centre, crew: Crew, q: int, arrived: float, wait: float) -> None:
    i = _interval(centre, arrived)
    if i >= 0:
        crew.counts[q, i, 4] += 1.0
        crew.counts[q, i, 7] += wait
        if wait <= centre.threshold[q]:
            crew.counts[q, i, 5] += 1.0


@inlined
def _begin(
    centre: Centre, crew: Crew, heap: Heap, size: int, rng: np.random.Generator, now: float,
    q: int, g: int,
) -> int:  # fmt: skip
    """An idle agent of the group takes a call (or outbound work, q = -1)."""
    _account(centre, crew, g, now)
    crew.idle[g] -= 1
    crew.busy[g] += 1
    if q >= 0:
        duration = handle_time(rng, centre.aht[q] * centre.factor[q, g], centre.cv[q])
    else:
        duration = centre.outbound_aht[g] * rng.standard_exponential()
    return push(heap, size, now + duration, END, g, q)


@inlined
def _best_group(centre: Centre, crew: Crew, q: int) -> int:
    """Group for a call that arrives: lowest rank, then most idle; -1 where nobody is free."""
    best, best_rank, best_idle = -1, NEVER, 0
    for g in range(crew.idle.size):
        rank, idle = centre.rank[q, g], crew.idle[g]
        better = rank < best_rank or (rank == best_rank and idle > best_idle)
        if rank < NEVER and idle > 0 and better:
            best, best_rank, best_idle = g, rank, idle
    return best


@inlined
def _purge(centre: Centre, crew: Crew, lines: Lines, q: int, now: float) -> None:
    """Take those off the head of a line whose patience has ended."""
    room = lines.arrived.shape[1]
    while crew.head[q] < crew.tail[q]:
        place = crew.head[q] % room
        if not lines.gone[q, place]:
            if lines.deadline[q, place] >= now:
                return
            arrived = lines.arrived[q, place]
            _book_loss(centre, crew, q, arrived, lines.deadline[q, place] - arrived)
        crew.head[q] += 1


@inlined
def _next_queue(centre: Centre, crew: Crew, lines: Lines, g: int, now: float) -> int:
    """Queue from which a free agent of the group takes a call; -1 where nobody waits."""
    best, best_level, best_arrived = -1, NEVER, math.inf
    room = lines.arrived.shape[1]
    for q in range(crew.head.size):
        if centre.rank[q, g] >= NEVER or crew.head[q] == crew.tail[q]:
            continue
        _purge(centre, crew, lines, q, now)
        if crew.head[q] == crew.tail[q]:
            continue
        level = 0 if centre.oldest_first else centre.priority[q]
        arrived = lines.arrived[q, crew.head[q] % room]
        if level < best_level or (level == best_level and arrived < best_arrived):
            best, best_level, best_arrived = q, level, arrived
    return best


@inlined
def _take_next(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    now: float, g: int,
) -> int:  # fmt: skip
    """An idle agent of the group takes the next waiting call, if there is one."""
    q = _next_queue(centre, crew, lines, g, now)
    if q < 0:
        return size
    arrived = lines.arrived[q, crew.head[q] % lines.arrived.shape[1]]
    crew.head[q] += 1
    _book_answer(centre, crew, q, arrived, now - arrived)
    return _begin(centre, crew, heap, size, rng, now, q, g)


@inlined
def _join(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    now: float, q: int,
) -> int:  # fmt: skip
    """A call comes in: an agent, or the end of the line."""
    i = _interval(centre, now)
    if i >= 0:
        crew.counts[q, i, 0] += 1.0
    g = _best_group(centre, crew, q)
    if g >= 0:
        _book_answer(centre, crew, q, now, 0.0)
        return _begin(centre, crew, heap, size, rng, now, q, g)
    if i >= 0:
        crew.counts[q, i, 1] += 1.0
    place = crew.tail[q] % lines.arrived.shape[1]
    deadline = now + centre.patience[q] * rng.standard_exponential()
    lines.arrived[q, place], lines.deadline[q, place] = now, deadline
    lines.gone[q, place] = False
    crew.tail[q] += 1
    if centre.redial[q] > 0.0:
        return push(heap, size, deadline, GIVE_UP, q, crew.tail[q] - 1)
    return size


@leaf
def _give_up(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    now: float, q: int, place: int,
) -> int:  # fmt: skip
    """A caller's patience ends; if still in line he leaves and perhaps dials again."""
    column = place % lines.arrived.shape[1]
    if place < crew.head[q] or lines.gone[q, column]:
        return size
    lines.gone[q, column] = True
    _book_loss(centre, crew, q, lines.arrived[q, column], now - lines.arrived[q, column])
    if rng.random() < centre.redial[q]:
        later = now + centre.redial_delay[q] * rng.standard_exponential()
        return push(heap, size, later, REDIAL, q, 0)
    return size


@leaf
def _set_staff(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    now: float, i: int,
) -> int:  # fmt: skip
    """Bring the groups to the interval's staff: idle agents leave, busy ones after their call."""
    for g in range(crew.idle.size):
        _account(centre, crew, g, now)
        change = centre.staff[g, i] - crew.idle[g] - crew.busy[g]
        if change < 0:
            crew.idle[g] -= min(crew.idle[g], -change)
        for _ in range(max(0, change)):
            crew.idle[g] += 1
            size = _take_next(centre, crew, lines, heap, size, rng, now, g)
    return size


@inlined
def _finish(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    now: float, i: int, g: int,
) -> int:  # fmt: skip
    """An agent ends a call: goes home if there are too many, else takes the next."""
    _account(centre, crew, g, now)
    crew.busy[g] -= 1
    if crew.busy[g] + crew.idle[g] >= centre.staff[g, i]:
        return size
    crew.idle[g] += 1
    return _take_next(centre, crew, lines, heap, size, rng, now, g)


@inlined
def _outbound(
    centre: Centre, crew: Crew, heap: Heap, size: int, rng: np.random.Generator, now: float
) -> int:
    """Fill idle agents above the reserve with outbound work."""
    i = _interval(centre, now)
    for g in range(crew.idle.size):
        while centre.reserved[g] >= 0 and crew.idle[g] > centre.reserved[g]:
            if i >= 0:
                crew.outbound[g, i] += 1.0
            size = _begin(centre, crew, heap, size, rng, now, -1, g)
    return size


@leaf
def _draw_arrivals(
    centre: Centre, coming: Floats, rng: np.random.Generator, now: float, i: int, over: bool
) -> None:
    """Next call of each queue; memoryless, so at a change of rate the time starts afresh."""
    for q in range(coming.size):
        coming[q] = math.inf
        if not over and centre.rate[q, i] > 0.0:
            coming[q] = now + rng.standard_exponential() / centre.rate[q, i]


@inlined
def _handle_event(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    i: int,
) -> tuple[int, int]:  # fmt: skip
    """Take the first event off the heap; gives the number of events and the queue to join or -1."""
    now, kind, where, whom = heap.time[0], heap.what[0, 0], heap.what[0, 1], heap.what[0, 2]
    size = pop(heap, size)
    joins = -1
    if kind == END:
        size = _finish(centre, crew, lines, heap, size, rng, now, i, where)
        if whom >= 0 and centre.transfer[whom] > 0.0 and rng.random() < centre.transfer[whom]:
            joins = centre.transfer_to[whom]
    elif kind == REDIAL:
        joins = where
    else:
        size = _give_up(centre, crew, lines, heap, size, rng, now, where, whom)
    return size, joins


@leaf
def _run(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    coming: Floats, clock: Floats, spare: int,
) -> int:  # fmt: skip
    """Run until a line or the heap is nearly full, or all is done; gives the number of events.

    ``clock``: now, current interval, next change of rate and staff, 1 when all is done.
    """
    intervals, room = centre.rate.shape[1], lines.arrived.shape[1]
    horizon = intervals * centre.span
    while size + spare < heap.time.size:
        q = 0
        for k in range(coming.size):
            if coming[k] < coming[q]:
                q = k
        i = int(clock[1])
        joins = -1
        first = heap.time[0] if size > 0 else math.inf
        if clock[2] <= first and clock[2] <= coming[q]:
            if clock[2] == math.inf:
                clock[3] = 1.0
                return size
            size = _change(centre, crew, lines, heap, size, rng, coming, clock)
        elif coming[q] <= first:
            clock[0] = coming[q]
            coming[q] += rng.standard_exponential() / centre.rate[q, i]
            joins = q
        else:
            clock[0] = first
            size, joins = _handle_event(centre, crew, lines, heap, size, rng, i)
        if joins >= 0:
            size = _join(centre, crew, lines, heap, size, rng, clock[0], joins)
        if clock[0] < horizon:
            size = _outbound(centre, crew, heap, size, rng, clock[0])
        for k in range(coming.size):
            if crew.tail[k] - crew.head[k] >= room - 1:
                return size
    return size


@leaf
def _change(
    centre: Centre, crew: Crew, lines: Lines, heap: Heap, size: int, rng: np.random.Generator,
    coming: Floats, clock: Floats,
) -> int:  # fmt: skip
    """Go over to the next interval."""
    intervals = centre.rate.shape[1]
    now = clock[2]
    over = now >= intervals * centre.span
    clock[0] = now
    clock[1] = min(clock[1] + 1.0, intervals - 1.0)
    clock[2] = math.inf if over else now + centre.span
    for g in range(crew.idle.size):
        _account(centre, crew, g, now)
    _draw_arrivals(centre, coming, rng, now, int(clock[1]), over)
    if over:
        return size
    return _set_staff(centre, crew, lines, heap, size, rng, now, int(clock[1]))


@kernel
def run_centre(rng: np.random.Generator, centre: Centre, crew: Crew) -> None:
    """Run one replication from the warm-up to the last call; the counts of ``crew`` are filled."""
    queues = centre.rate.shape[0]
    # between two looks at the heap at most every agent begins something, and two calls come
    spare = centre.staff.sum(axis=0).max() + 2
    heap = Heap(np.empty(spare + 256), np.empty((spare + 256, 3), dtype=np.int64))
    lines = Lines(
        np.empty((queues, 256)), np.empty((queues, 256)), np.zeros((queues, 256), dtype=np.bool_)
    )
    clock = np.array([-centre.warm_up, 0.0, centre.span, 0.0])
    crew.since[:] = clock[0]
    coming = np.empty(queues)
    _draw_arrivals(centre, coming, rng, clock[0], 0, False)
    size = _set_staff(centre, crew, lines, heap, 0, rng, clock[0], 0)
    while clock[3] == 0.0:
        size = _run(centre, crew, lines, heap, size, rng, coming, clock, spare)
        if size + spare >= heap.time.size:
            heap = grown_heap(heap, size)
        for q in range(queues):
            if crew.tail[q] - crew.head[q] >= lines.arrived.shape[1] - 1:
                lines = grown_lines(lines, crew.head, crew.tail)
    for q in range(queues):
        _purge(centre, crew, lines, q, math.inf)
