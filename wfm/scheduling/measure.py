"""The roster written down and measured: figures read from what people do, not from models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import DayWish, SchedulingRules
from wfm.scheduling.breaks import Placed
from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.flow import share_out
from wfm.scheduling.line import Demand, Line, deeper_prices, prices_of, short_prices
from wfm.scheduling.people import Person
from wfm.scheduling.priced import by_contact
from wfm.scheduling.promise import agents_least, promise_of
from wfm.scheduling.result import ScheduleSummary
from wfm.scheduling.skills import Pool, group_name
from wfm.scheduling.solver import SolveStatus

__all__ = [
    "Segment",
    "activity_frame",
    "against_least",
    "coverage_frame",
    "shift_frame",
    "summarise",
    "wishes_met",
]


Worth = Mapping[tuple[str, float], float]
"""Price of a contact by queue and period."""

_REQUIRED = "agents_required"
_ROUNDING = 1e-3
"""How far a solver's bound may lie above the price that is read back."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One activity of one shift in real time."""

    agent: str
    group: str
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
    def of(cls, line: Line, catalogue: Catalogue, placed: Placed, person: Person) -> list[Segment]:
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
        head = (person.agent.agent, person.group, made.template, person.contract.name)
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
        row = (agent, start, one.shift_end, one.template, one.contract, one.group, paid_s, cost)
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


def coverage_frame(
    requirement: pd.DataFrame,
    rules: SchedulingRules,
    pools: Sequence[Pool],
    segments: Sequence[Segment],
    end: pd.Timestamp,
    worth: Worth | None = None,
) -> pd.DataFrame:
    """Columns of COVERAGE without run and service_level, and the price of over and under.

    Over, under and price are taken second by second and averaged over the interval, so that a break
    in one half is not netted with a crowd in the other; scheduled - required = over - under all the
    same. Who can serve several queues is counted where the flow of least price sends the person.
    Intervals without a row get one (required 0) when someone is at work in them, up to ``end``, the
    last midnight of the horizon: what comes after it is the next roster's to need and to count.

    Parameters
    ----------
    worth
        Where a queue owes service over days or weeks: what a contact is worth in each period.
    """
    columns = ["queue", "interval_start", "interval_s", "required", "scheduled", "over", "under"]
    rows: list[tuple[object, ...]] = []
    for pool in pools:
        need = requirement[requirement["queue"].isin(pool.queues)]
        if len(need):
            work = [segment for segment in segments if segment.work]
            rows += _pool_coverage(pool, need, rules, work, worth or {})
    frame = _typed(pd.DataFrame(rows, columns=[*columns, "price"]), "interval_start")
    frame = frame[frame["interval_start"] < end]
    frame = frame.sort_values(["queue", "interval_start"], ignore_index=True)
    return frame.astype({"interval_s": "Int64"})


def _seconds(times: pd.Series) -> NDArray[np.int64]:
    return np.asarray((times - pd.Timestamp(0, tz="UTC")).dt.total_seconds(), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Even steps from before the first to after the last moment of anything [s]."""

    low: int
    step: int
    count: int

    def at(self, seconds: NDArray[np.int64] | int) -> NDArray[np.int64]:
        """Step of a moment."""
        return np.asarray((np.asarray(seconds) - self.low) // self.step)

    def staff(self, work: Sequence[Segment]) -> NDArray[np.float64]:
        """Agents at work in each step."""
        change = np.zeros(self.count + 1)
        np.add.at(change, self.at(_seconds(pd.Series([s.start for s in work]))), 1.0)
        np.add.at(change, self.at(_seconds(pd.Series([s.end for s in work]))), -1.0)
        return np.cumsum(change)[:-1]


def _grid(need: pd.DataFrame, work: Sequence[Segment]) -> _Grid:
    """Steps on which every interval and every activity begins and ends; whole intervals of room."""
    starts, lengths = _seconds(need["interval_start"]), need["interval_s"].to_numpy(np.int64)
    moments = np.concatenate([starts, starts + lengths])
    if work:
        ends = [pd.Series([getattr(s, name) for s in work]) for name in ("start", "end")]
        moments = np.concatenate([moments, *map(_seconds, ends)])
    step = int(np.gcd.reduce(np.concatenate([moments - starts[0], lengths])))
    usual = int(lengths.max())
    low = int(starts[0]) - -(-(int(starts[0]) - int(moments.min())) // usual) * usual
    return _Grid(low, step, -(-(int(moments.max()) - low) // usual) * usual // step)


def _pool_coverage(
    pool: Pool,
    need: pd.DataFrame,
    rules: SchedulingRules,
    work: Sequence[Segment],
    worth: Worth,
) -> list[tuple[object, ...]]:
    names = [group_name(group) for group in pool.groups]
    mine = [segment for segment in work if segment.group in names]
    grid = _grid(need, mine)
    lanes = [[s for s in mine if s.group == name] for name in names]
    staff = np.array([grid.staff(part) if part else np.zeros(grid.count) for part in lanes])
    demands = [_demand_on(grid, need[need["queue"] == q], rules, q) for q in pool.queues]
    asked = [_worthwhile(grid, need[need["queue"] == d.queue], d, rules, worth) for d in demands]
    agents = share_out(tuple(asked), pool.lanes, staff).sum(axis=0)
    rows = []
    for queue, demand, row in zip(pool.queues, demands, agents, strict=True):
        rows += _queue_coverage(queue, need[need["queue"] == queue], grid, demand, row)
    return rows


def _demand_on(grid: _Grid, rows: pd.DataFrame, rules: SchedulingRules, queue: str) -> Demand:
    """Need and prices of an agent-interval in each step; where nothing is asked, over is over."""
    steps = np.zeros(grid.count, dtype=np.int64)
    for row, (start, length) in enumerate(
        zip(_seconds(rows["interval_start"]), rows["interval_s"].astype(int), strict=True)
    ):
        steps[int(grid.at(start)) : int(grid.at(start + length))] = row + 1

    def laid(values: NDArray[np.float64], *, outside: float = 0.0) -> NDArray[np.float64]:
        return np.concatenate([[outside], values])[steps]

    need = laid(agents_least(rows).to_numpy(dtype=float))
    over = prices_of(rows, "over_price", rules.over)
    under = short_prices(rows, rules.under, rules.over)
    deeper = deeper_prices(rows, rules.under)
    knots = np.array([laid(knot) for knot, _ in deeper]).reshape(-1, grid.count)
    rises = np.array([laid(rise) for _, rise in deeper]).reshape(-1, grid.count)
    dear = float(np.median(over)) if len(over) else rules.over
    above = laid(over, outside=dear)
    return Demand(queue, need, laid(under), above, steps > 0, knots, rises)


def _worthwhile(
    grid: _Grid, rows: pd.DataFrame, demand: Demand, rules: SchedulingRules, worth: Worth
) -> Demand:
    """Demand as people flow by it: with what contacts are worth where service is owed over days."""
    first = grid.at(_seconds(rows["interval_start"]))
    promise = promise_of(rows, first, rows["interval_s"].to_numpy() // grid.step, rules.over)
    if promise is None or not worth:
        return demand
    found = [worth.get((demand.queue, float(label)), promise.usual) for label in promise.label]
    per_step = promise.steps.mean() * np.array(found)  # prices of this grid are of an interval
    return by_contact(replace(demand, promise=promise), per_step)


def _queue_coverage(
    queue: str, rows: pd.DataFrame, grid: _Grid, demand: Demand, staff: NDArray[np.float64]
) -> list[tuple[object, ...]]:
    cost = demand.cost(staff)
    out: list[tuple[object, ...]] = []

    def measured(start: int, length: int, required: float) -> None:
        span = slice(int(grid.at(start)), int(grid.at(start + length)))
        over = float(np.maximum(staff[span] - required, 0).mean())
        under = float(np.maximum(required - staff[span], 0).mean())
        moment = pd.Timestamp(start, unit="s", tz="UTC")
        figures = (required, float(staff[span].mean()), over, under, float(cost[span].mean()))
        out.append((queue, moment, length, *figures))

    lengths = rows["interval_s"].astype(int).tolist()
    for start, length, required in zip(
        _seconds(rows["interval_start"]).tolist(), lengths, rows["agents_required"], strict=True
    ):
        measured(start, length, float(required))
    for first, last in _closed(demand.open, lengths[0] // grid.step):
        if (staff[first:last] > 1e-6).any():
            measured(grid.low + first * grid.step, (last - first) * grid.step, 0.0)
    return out


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
        start, end = by_day.get((wish.agent, wish.day), (None, None))
        if start is None or end is None:
            out.append(wish.met(None))
            continue
        into_day = start - pd.Timestamp(wish.day)
        out.append(wish.met(int(into_day.total_seconds()), int((end - start).total_seconds())))
    return out


def _closed(open_: NDArray[np.bool_], usual: int) -> list[tuple[int, int]]:
    """Steps that no interval holds, in pieces of at most the usual interval."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], open_, [True]])))
    return [
        (at, min(at + usual, last))
        for first, last in edges.reshape(-1, 2).tolist()
        for at in range(first, last, usual)
    ]


def against_least(requirement: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Coverage with over and under of the agents that each interval must have, as it is priced.

    Where a service level is promised over days, that is the least staff, not the required one.
    """
    if "service_agents_1" not in requirement.columns:
        return coverage
    keys = ["queue", "interval_start"]
    known = requirement[keys].assign(
        interval_start=requirement["interval_start"].dt.as_unit("us"),
        least=agents_least(requirement),
    )
    least = coverage[keys].merge(known, on=keys, how="left")["least"].to_numpy()
    owed = pd.Series(least, coverage.index).fillna(coverage["required"])
    gap = owed - coverage["scheduled"]
    even = owed != coverage["required"]
    return coverage.assign(
        required=owed,
        under=coverage["under"].mask(even, gap.clip(lower=0)),
        over=coverage["over"].mask(even, (-gap).clip(lower=0)),
    )


def priced(requirement: pd.DataFrame, coverage: pd.DataFrame, rules: SchedulingRules) -> pd.Series:
    """Price of over and under of each row of a coverage table, as if even within the interval."""
    keys = ["queue", "interval_start"]
    names = [name for name in requirement.columns if name.startswith(("under_", "over_"))]
    known = requirement[keys + names].assign(
        interval_start=requirement["interval_start"].dt.as_unit("us")
    )
    rows = coverage.merge(known, on=keys, how="left").rename(columns={"required": _REQUIRED})
    if "under_depth" in rows:
        rows["under_depth"] = rows["under_depth"].fillna(1.0)
    staff = rows[_REQUIRED] - rows["under"]
    out = rows["under"] * prices_of(rows, "under_price", rules.under)
    out += rows["over"] * prices_of(rows, "over_price", rules.over)
    for knot, rise in deeper_prices(rows, rules.under):
        out += np.maximum(knot - staff, 0.0) * rise
    return out


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
    cut_short: bool = False,
    missed: float = 0.0,
) -> ScheduleSummary:
    """Figures of a roster from its tables; a coverage without price is priced by interval.

    Parameters
    ----------
    missed
        Price of promises over days or weeks that are not kept, and of who is over afterwards.
    """
    price = coverage["price"] if "price" in coverage else priced(requirement, coverage, rules)
    objective = float(price.sum()) + missed
    demand = float(coverage["required"].sum())
    met = wishes_met(shifts, wishes, timezone)
    above = float(objective - bound)
    gap = (0.0 if -_ROUNDING < above < 0 else above) / demand if demand > 0 else 0.0
    if status is SolveStatus.OPTIMAL and not gap <= rules.gap:
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
        cut_short=cut_short,
    )
