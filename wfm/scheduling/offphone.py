"""Work off the phone where it is missed least: training, coaching, meetings inside shifts.

Placed when the roster stands, the longest and largest sessions first; each is then taken out once
more and placed anew, as others have moved. What an hour away costs is read from the coverage: next
to nothing where more are at work than required.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Agent, SchedulingRules
from wfm.scheduling.floors import Floors, floors_of
from wfm.scheduling.line import prices_of
from wfm.scheduling.measure import Segment
from wfm.work_rules import OffPhone

__all__ = ["Frozen", "most_saved", "with_sessions"]

_STEP_S = 300
_GRID_S = 900
"""Sessions start on the quarter hour."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What of a roster must not be touched: dates before one, and single shifts."""

    until: dt.date | None = None
    pinned: Collection[tuple[str, dt.date]] = ()

    def holds(self, agent: str, day: dt.date) -> bool:
        """Whether an agent's day must stay as it is."""
        return (self.until is not None and day < self.until) or (agent, day) in self.pinned


def most_saved(
    asked: Sequence[OffPhone], requirement: pd.DataFrame, rules: SchedulingRules
) -> float:
    """Most price of over that sessions can take away: a bound for rosters without them is above.

    Examples
    --------
    >>> day = dt.date(2024, 5, 6)
    >>> rows = pd.DataFrame({"interval_s": [1800, 1800], "over_price": [1.0, 2.0]})
    >>> most_saved([OffPhone("talk", ("a", "b"), 3600, day, day)], rows, SchedulingRules())
    8.0
    """
    per_s = prices_of(requirement, "over_price", rules.over) / requirement["interval_s"].to_numpy()
    return float(sum(len(what.agents) * what.length_s for what in asked) * per_s.max())


@dataclass(slots=True)
class _Cover:
    """Agents at work and required on steps of five minutes, by queue.

    Parameters
    ----------
    first
        Moment of step 0 [s since 1970].
    need, staff, under, over
        Shape (queues, steps); prices of an agent-interval.
    floors
        How many may leave their work in each step.
    """

    first: int
    queues: tuple[str, ...]
    need: NDArray[np.float64]
    staff: NDArray[np.float64]
    under: NDArray[np.float64]
    over: NDArray[np.float64]
    floors: Floors = field(default_factory=Floors)

    @property
    def times(self) -> pd.DatetimeIndex:
        """Start of each step."""
        step = pd.Timedelta(seconds=_STEP_S)
        start = pd.Timestamp(self.first, unit="s", tz="UTC")
        return pd.date_range(start, periods=self.need.shape[1], freq=step)

    def loss(self, rows: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Price of one agent fewer in each step, and the queue that misses the agent least."""
        mine = list(rows)
        gap = self.need[mine] - self.staff[mine]
        before = np.maximum(gap, 0) * self.under[mine] + np.maximum(-gap, 0) * self.over[mine]
        gap = gap + 1
        after = np.maximum(gap, 0) * self.under[mine] + np.maximum(-gap, 0) * self.over[mine]
        best = np.argmin(after - before, axis=0)
        return (after - before).min(axis=0), np.array(mine)[best]


@dataclass(frozen=True, slots=True)
class _Session:
    """One session; ``start`` is set once it is placed [s since 1970].

    Parameters
    ----------
    asked
        Who should take part.
    agents
        Who does: everybody, unless there is no moment when all are at work.
    """

    what: OffPhone
    asked: tuple[str, ...]
    agents: tuple[str, ...]
    start: int | None = None

    @property
    def end(self) -> int:
        """Moment after it."""
        assert self.start is not None
        return self.start + self.what.length_s


def with_sessions(
    segments: Sequence[Segment],
    asked: Sequence[OffPhone],
    requirement: pd.DataFrame,
    coverage: pd.DataFrame,
    rules: SchedulingRules,
    timezone: str,
    *,
    agents: Sequence[Agent] = (),
    frozen: Frozen | None = None,
) -> list[Segment]:
    """The same activities with sessions cut into the work.

    Parameters
    ----------
    asked
        What is to be placed; a session for which nobody of its people has room is left out.
    coverage
        Coverage of the segments as they are.
    agents
        Whom the floors of the rules count.
    frozen
        What must not be touched; sessions that are there already count as placed.

    Notes
    -----
    No session breaks a floor: who is needed there does not come.
    A session is placed by the roster that holds its last date. It lies in one stretch of work, so
    never over a break. Together means as many as can be of those who work on some date of the
    span; at which of those moments is decided by what it costs.
    """
    if not asked or not segments:
        return list(segments)
    cover = _cover(requirement, coverage, rules)
    cover.floors = floors_of(rules.presence, agents, segments, cover.times, timezone)
    work = _work_of(segments, frozen or Frozen(), timezone)
    rows = {s.agent: [cover.queues.index(queue) for queue in s.group.split("+")] for s in segments}
    local = coverage["interval_start"].dt.tz_convert(timezone).dt.date
    due = [what for what in asked if local.min() <= what.last <= local.max()]
    todo = sorted(
        _sessions(due, segments, work, timezone), key=lambda s: -s.what.length_s * len(s.agents)
    )
    placed: list[_Session] = []
    taken: list[_Taken] = []
    for session in todo:
        placed.append(_best(session, cover, work, rows, placed, timezone))
        taken.append(_take(cover, rows, placed[-1]))
    for k, session in enumerate(placed):
        for agent, part in zip(session.agents, taken[k], strict=False):  # none where not placed
            cover.staff[part] += 1
            cover.floors.leave([agent], part[1], -1)
        others = [other for at, other in enumerate(placed) if at != k]
        again = replace(session, agents=session.asked, start=None)
        placed[k] = _best(again, cover, work, rows, others, timezone)
        taken[k] = _take(cover, rows, placed[k])
    return _cut(segments, [session for session in placed if session.start is not None])


def _cover(requirement: pd.DataFrame, coverage: pd.DataFrame, rules: SchedulingRules) -> _Cover:
    """Lay coverage on steps of five minutes."""
    starts = _seconds(coverage["interval_start"])
    lengths = coverage["interval_s"].to_numpy(dtype=np.int64)
    first, last = int(starts.min()), int((starts + lengths).max())
    queues = tuple(sorted(coverage["queue"].unique()))
    shape = (len(queues), (last - first) // _STEP_S)
    need, staff, short, above = np.zeros((4, *shape))
    cover = _Cover(first, queues, need, staff, short, above)
    prices = requirement.set_index(["queue", "interval_start"])
    at = pd.MultiIndex.from_frame(coverage[["queue", "interval_start"]])
    known = prices.reindex(at).reset_index(drop=True)
    under, over = (
        prices_of(known, f"{name}_price", price)
        for name, price in (("under", rules.under), ("over", rules.over))
    )
    for k, row in enumerate(coverage.itertuples(index=False)):
        span = slice((starts[k] - first) // _STEP_S, (starts[k] + lengths[k] - first) // _STEP_S)
        queue = queues.index(row.queue)
        cover.need[queue, span], cover.staff[queue, span] = row.required, row.scheduled
        cover.under[queue, span], cover.over[queue, span] = under[k], over[k]
    return cover


def _seconds(times: pd.Series) -> NDArray[np.int64]:
    return np.asarray((times - pd.Timestamp(0, tz="UTC")).dt.total_seconds(), dtype=np.int64)


def _second(moment: pd.Timestamp) -> int:
    return int(moment.timestamp())


_Spans = dict[str, list[tuple[int, int]]]


def _work_of(segments: Sequence[Segment], frozen: Frozen, timezone: str) -> _Spans:
    """Stretches of work of each agent that may be cut."""
    out: _Spans = {}
    for segment in segments:
        day = segment.shift_start.tz_convert(timezone).date()
        if segment.work and not frozen.holds(segment.agent, day):
            span = (_second(segment.start), _second(segment.end))
            out.setdefault(segment.agent, []).append(span)
    return out


def _sessions(
    asked: Sequence[OffPhone], segments: Sequence[Segment], work: _Spans, timezone: str
) -> Iterator[_Session]:
    """Sessions that are still to be placed, one for all or one for each."""
    there = {(s.agent, s.activity, s.end - s.start) for s in segments if not s.work}
    for what in asked:
        length = pd.Timedelta(seconds=what.length_s)
        first = _second(pd.Timestamp(what.first).tz_localize(timezone))
        last = _second((pd.Timestamp(what.last) + pd.Timedelta(days=1)).tz_localize(timezone))
        left = [
            agent
            for agent in what.agents
            if (agent, what.activity, length) not in there
            and any(a < last and b > first for a, b in work.get(agent, ()))
        ]
        if what.together and left:
            yield _Session(what, tuple(left), tuple(left))
        elif not what.together:
            yield from (_Session(what, (agent,), (agent,)) for agent in left)


def _best(
    session: _Session,
    cover: _Cover,
    work: _Spans,
    rows: dict[str, list[int]],
    placed: Sequence[_Session],
    timezone: str,
) -> _Session:
    """The session when most can come, at the start that costs least; unplaced if nobody can."""
    starts, steps = _starts(session.what, timezone), session.what.length_s // _STEP_S
    inside = starts - cover.first
    starts = starts[(inside >= 0) & (inside // _STEP_S + steps <= cover.need.shape[1])]
    free = np.array(
        [
            _free(starts, session.what.length_s, work[agent], _busy(agent, placed))
            for agent in session.asked
        ]
    )
    free = cover.floors.may_leave(session.asked, free, (starts - cover.first) // _STEP_S, steps)
    if not free.any():
        return session
    most = np.flatnonzero(free.sum(axis=0) == free.sum(axis=0).max())
    price = np.concatenate([[0.0], np.cumsum(_price(session, cover, rows))])
    at = (starts[most] - cover.first) // _STEP_S
    best = most[np.argmin(price[at + steps] - price[at])]
    coming = tuple(a for a, can in zip(session.asked, free[:, best], strict=True) if can)
    return replace(session, agents=coming, start=int(starts[best]))


def _busy(agent: str, placed: Sequence[_Session]) -> list[tuple[int, int]]:
    """Sessions that an agent is in already."""
    return [(s.start, s.end) for s in placed if s.start is not None and agent in s.agents]


def _starts(what: OffPhone, timezone: str) -> NDArray[np.int64]:
    """Quarter hours of the span at which a session may start [s since 1970]."""
    found: list[int] = []
    for day in pd.date_range(what.first, what.last, freq="D"):
        clocks = range(-(-what.from_s // _GRID_S) * _GRID_S, what.to_s - what.length_s + 1, _GRID_S)
        for clock in clocks:
            local = day + pd.Timedelta(seconds=clock)
            moment = local.tz_localize(timezone, ambiguous=True, nonexistent="NaT")
            if moment is not pd.NaT:
                found.append(_second(moment))
    return np.array(found, dtype=np.int64)


def _free(
    starts: NDArray[np.int64],
    length_s: int,
    work: Sequence[tuple[int, int]],
    busy: Sequence[tuple[int, int]],
) -> NDArray[np.bool_]:
    """Whether an agent is at work and in no other session from each start on."""
    ends = starts + length_s
    at_work = np.zeros(len(starts), dtype=bool)
    for first, last in work:
        at_work |= (starts >= first) & (ends <= last)
    for first, last in busy:
        at_work &= (ends <= first) | (starts >= last)
    return at_work


def _price(session: _Session, cover: _Cover, rows: dict[str, list[int]]) -> NDArray[np.float64]:
    """Price of the session's people being away in each step."""
    staff = cover.staff.copy()
    total = np.zeros(staff.shape[1])
    steps = np.arange(staff.shape[1])
    for agent in session.agents:
        lost, queue = cover.loss(rows[agent])
        total += lost
        cover.staff[queue, steps] -= 1
    cover.staff[:] = staff
    return total


_Taken = list[tuple[NDArray[np.int64], NDArray[np.int64]]]
"""Queue and step from which each agent of a session was taken."""


def _take(cover: _Cover, rows: dict[str, list[int]], session: _Session) -> _Taken:
    """Take a placed session's people out of the coverage, each where missed least."""
    out: _Taken = []
    if session.start is None:
        return out
    first = (session.start - cover.first) // _STEP_S
    span = np.arange(first, first + session.what.length_s // _STEP_S)
    for agent in session.agents:
        _, queue = cover.loss(rows[agent])
        out.append((queue[span], span))
        cover.staff[out[-1]] -= 1
        cover.floors.leave([agent], span)
    return out


def _cut(segments: Sequence[Segment], sessions: Sequence[_Session]) -> list[Segment]:
    """Work cut where sessions lie."""
    by_agent: dict[str, list[_Session]] = {}
    for session in sessions:
        for agent in session.agents:
            by_agent.setdefault(agent, []).append(session)
    out: list[Segment] = []
    for segment in segments:
        mine = sorted(by_agent.get(segment.agent, ()), key=lambda s: s.start or 0)
        out += _parts(segment, mine) if segment.work else [segment]
    return out


def _parts(segment: Segment, sessions: Sequence[_Session]) -> Iterator[Segment]:
    """One stretch of work with the sessions inside of it, in order of time."""
    at = segment.start
    for session in sessions:
        start = pd.Timestamp(session.start, unit="s", tz="UTC")
        end = pd.Timestamp(session.end, unit="s", tz="UTC")
        if start >= segment.start and end <= segment.end:
            if start > at:
                yield replace(segment, start=at, end=start)
            name = session.what.activity
            yield replace(segment, start=start, end=end, activity=name, work=False, paid=True)
            at = end
    if at < segment.end:
        yield replace(segment, start=at)
