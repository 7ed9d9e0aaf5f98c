"""The roster written down and measured: figures read from what people do, not from models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import DayWish, SchedulingRules, WishKind
from wfm.scheduling.breaks import Placed
from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.line import Line
from wfm.scheduling.people import Person
from wfm.scheduling.result import ScheduleSummary
from wfm.scheduling.solver import SolveStatus

__all__ = [
    "Segment",
    "activity_frame",
    "coverage_frame",
    "shift_frame",
    "summarise",
    "wishes_met",
]


@dataclass(frozen=True, slots=True)
class Segment:
    """One activity of one shift in real time."""

    agent: str
    queue: str
    template: str
    contract: str
    cost_per_hour: float
    shift_start: pd.Timestamp
    shift_end: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp
    activity: str
    work: bool
    paid: bool

    @classmethod
    def of(
        cls, line: Line, catalogue: Catalogue, placed: Placed, person: Person, queue: str
    ) -> list[Segment]:
        """Work and breaks of a placed shift, in order of time."""
        made = catalogue.classes[catalogue.kind[placed.option]]
        first, last = int(catalogue.start[placed.option]), int(catalogue.end[placed.option])
        parts: list[tuple[int, int, str, bool, bool]] = []
        at = first
        for window, start in sorted(
            zip(made.breaks, placed.breaks, strict=True), key=lambda pair: pair[1]
        ):
            if start > at:
                parts.append((at, start, "work", True, True))
            at = start + window.length
            parts.append((start, at, window.name, False, window.paid))
        if last > at:
            parts.append((at, last, "work", True, True))
        head = (person.agent.agent, queue, made.template, person.contract.name)
        whole = (person.contract.cost_per_hour, line.time(first), line.time(last))
        return [
            cls(*head, *whole, line.time(a), line.time(b), name, work, paid)
            for a, b, name, work, paid in parts
        ]


def shift_frame(segments: Sequence[Segment]) -> pd.DataFrame:
    """Columns of ROSTER_SHIFT without run, in order of agent and time."""
    shifts: dict[tuple[str, pd.Timestamp], list[Segment]] = {}
    for segment in segments:
        shifts.setdefault((segment.agent, segment.shift_start), []).append(segment)
    rows = []
    for (agent, start), parts in sorted(shifts.items()):
        one = parts[0]
        paid_s = sum(int((p.end - p.start).total_seconds()) for p in parts if p.paid)
        cost = paid_s / 3600 * one.cost_per_hour
        row = (agent, start, one.shift_end, one.template, one.contract, one.queue, paid_s, cost)
        rows.append(row)
    names = ["agent", "start", "end", "template", "contract", "skill", "paid_s", "cost"]
    frame = pd.DataFrame(rows, columns=names)
    return _typed(frame, "start", "end").astype({"paid_s": "Int64", "cost": "float64"})


def activity_frame(segments: Sequence[Segment]) -> pd.DataFrame:
    """Columns of ROSTER_ACTIVITY without run, in order of agent and time."""
    rows = sorted((s.agent, s.start, s.end, s.activity, s.paid) for s in segments)
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "paid"])
    return _typed(frame, "start", "end").astype({"paid": "boolean"})


def _typed(frame: pd.DataFrame, *times: str) -> pd.DataFrame:
    for name in times:
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("us")
    return frame


def coverage_frame(requirement: pd.DataFrame, segments: Sequence[Segment]) -> pd.DataFrame:
    """Columns of COVERAGE without run and service_level.

    Over and under are taken second by second and averaged over the interval, so that a break in one
    half is not netted with a crowd in the other; scheduled - required = over - under all the same.
    Intervals without a row get one (required 0) when someone is at work in them.
    """
    columns = ["queue", "interval_start", "interval_s", "required", "scheduled", "over", "under"]
    rows: list[tuple[object, ...]] = []
    for queue, need in requirement.groupby("queue", sort=True):
        mine = [s for s in segments if s.queue == queue and s.work]
        rows += _queue_coverage(str(queue), need.sort_values("interval_start"), mine)
    frame = _typed(pd.DataFrame(rows, columns=columns), "interval_start")
    return frame.astype({"interval_s": "Int64"})


def _seconds(times: pd.Series) -> np.ndarray:
    return np.asarray((times - pd.Timestamp(0, tz="UTC")).dt.total_seconds(), dtype=np.int64)


def _queue_coverage(
    queue: str, need: pd.DataFrame, work: Sequence[Segment]
) -> list[tuple[object, ...]]:
    starts, lengths = _seconds(need["interval_start"]), need["interval_s"].to_numpy(dtype=np.int64)
    required = need["agents_required"].to_numpy(dtype=float)
    intervals = {
        int(s): (int(n), float(r)) for s, n, r in zip(starts, lengths, required, strict=True)
    }
    if not work:
        return [_coverage_row(queue, s, n, r, 0.0, 0.0, r) for s, (n, r) in intervals.items()]
    begin = _seconds(pd.Series([s.start for s in work]))
    end = _seconds(pd.Series([s.end for s in work]))
    usual, ends = int(lengths[0]), {s + n for s, (n, _) in intervals.items()}
    grid = int(np.gcd.reduce(np.concatenate([begin - starts[0], end - starts[0], lengths])))
    grid = int(np.gcd.reduce([grid, usual, *(starts - starts[0]).tolist()]))
    low = min(int(begin.min()), int(starts.min()))
    low -= (low - int(starts[0])) % usual
    low = int(starts[0]) - -(-(int(starts[0]) - low) // usual) * usual
    count = (max(int(end.max()), *ends) - low) // grid + usual // grid + 1
    change = np.zeros(count + 1)
    np.add.at(change, (begin - low) // grid, 1.0)
    np.add.at(change, (end - low) // grid, -1.0)
    staff = np.cumsum(change)
    covered = np.zeros(count, dtype=bool)
    rows = []
    for start, (length, agents) in intervals.items():
        span = slice((start - low) // grid, (start + length - low) // grid)
        covered[span] = True
        rows.append(_measured(queue, start, length, agents, staff[span]))
    for first in range(0, count - usual // grid, usual // grid):
        span = slice(first, first + usual // grid)
        if (staff[span] > 0).any() and not covered[span].any():
            rows.append(_measured(queue, low + first * grid, usual, 0.0, staff[span]))
    return sorted(rows, key=lambda row: str(row[1]))


def _measured(
    queue: str, start: int, length: int, agents: float, staff: np.ndarray
) -> tuple[object, ...]:
    over = float(np.maximum(staff - agents, 0).mean())
    under = float(np.maximum(agents - staff, 0).mean())
    return _coverage_row(queue, start, length, agents, float(staff.mean()), over, under)


def _coverage_row(
    queue: str,
    start: int,
    length: int,
    required: float,
    scheduled: float,
    over: float,
    under: float,
) -> tuple[object, ...]:
    moment = pd.Timestamp(start, unit="s", tz="UTC")
    return (queue, moment, length, required, scheduled, over, under)


def wishes_met(shifts: pd.DataFrame, wishes: Sequence[DayWish], timezone: str) -> list[bool]:
    """Whether each wish was met by the roster."""
    local = shifts["start"].dt.tz_convert(timezone).dt.tz_localize(None)
    ends = shifts["end"].dt.tz_convert(timezone).dt.tz_localize(None)
    by_day = {
        (agent, start.date()): (start, end)
        for agent, start, end in zip(shifts["agent"], local, ends, strict=True)
    }
    out = []
    for wish in wishes:
        if (wish.agent, wish.day) not in by_day:
            out.append(True)
            continue
        start, end = by_day[wish.agent, wish.day]
        clock = pd.Timestamp(wish.day) + pd.Timedelta(seconds=wish.clock_s)
        early = wish.kind is WishKind.EARLIEST_START and start >= clock
        out.append(early or (wish.kind is WishKind.LATEST_END and end <= clock))
    return out


def _priced(requirement: pd.DataFrame, coverage: pd.DataFrame, rules: SchedulingRules) -> float:
    """Price of over and under of a coverage table."""
    keys = ["queue", "interval_start"]
    names = [name for name in ("under_price", "over_price") if name in requirement.columns]
    given = coverage.merge(
        requirement[keys + names].assign(
            interval_start=requirement["interval_start"].dt.as_unit("us")
        ),
        on=keys,
        how="left",
    )
    total = 0.0
    for part, default in (("under", rules.under), ("over", rules.over)):
        name = f"{part}_price"
        price = given[name].astype("float64").fillna(default) if name in given else default
        total += float((given[part] * price).sum())
    return total


def summarise(
    requirement: pd.DataFrame,
    rules: SchedulingRules,
    shifts: pd.DataFrame,
    coverage: pd.DataFrame,
    violations: pd.DataFrame,
    wishes: Sequence[DayWish],
    timezone: str,
    *,
    bound: float,
    status: SolveStatus,
    planned: int,
    seconds: float,
) -> ScheduleSummary:
    """Figures of a roster from its tables."""
    objective = _priced(requirement, coverage, rules)
    demand = float(coverage["required"].sum())
    met = wishes_met(shifts, wishes, timezone)
    gap = float(objective - bound) / demand if demand > 0 else 0.0
    if status is SolveStatus.OPTIMAL and gap > rules.gap:
        status = SolveStatus.FEASIBLE  # each model was closed, the roster as a whole was not
    return ScheduleSummary(
        status=status,
        objective=objective,
        bound=float(bound),
        gap=gap,
        over=float(coverage["over"].sum()),
        under=float(coverage["under"].sum()),
        demand=demand,
        cost=float(shifts["cost"].sum()),
        seconds=seconds,
        unassigned=max(planned - len(shifts), 0),
        violations=int(violations["hard"].sum()),
        paid_h=float(shifts["paid_s"].sum()) / 3600,
        wishes_granted=sum(met),
        wishes_asked=len(met),
    )
