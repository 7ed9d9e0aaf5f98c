"""One week in the making: what is given, what was carried in, its plan and roster as problems."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Agent, Contract, DayWish, Leave, SchedulingRules, ShiftTemplate
from wfm.scheduling.assign import RosterProblem
from wfm.scheduling.catalogue import Catalogue, compile_catalogue, on_lanes
from wfm.scheduling.fairness import burden_prices, option_burdens
from wfm.scheduling.hand_over import with_hand_over
from wfm.scheduling.limits import BreakForm, SolveLimits
from wfm.scheduling.line import Demand, Line, demand_on, local_dates
from wfm.scheduling.measure import Segment
from wfm.scheduling.past import Past
from wfm.scheduling.people import Person, week_people
from wfm.scheduling.presence import head_limits, joined_queues, opened, places_of
from wfm.scheduling.problem import Block, CoverProblem
from wfm.scheduling.replan import Former, Replan, former_roster, with_fixed_days
from wfm.scheduling.result import Progress
from wfm.scheduling.sharing import Horizon, Key
from wfm.scheduling.skills import Pool, group_name, pools_of
from wfm.scheduling.solver import Engine, SolveStatus
from wfm.scheduling.turns import duties, in_spans
from wfm.work_rules import Arranged

__all__ = [
    "Carried",
    "Inputs",
    "Week",
    "cover_problem",
    "held_prices",
    "hours_fit",
    "lanes_on_line",
    "open_week",
    "own_options",
    "roster_problem",
    "settled",
    "wish_prices",
]

_WISH_PRICE = 8.0
_PIN_PRICE = 500.0
_LONG_AGO = -(10**6)
_SLACK_PART = 10
"""Slack is at most this part of a person's range of hours: hours kept free are hours not worked."""


@dataclass(slots=True)
class Carried:
    """What one week hands to the next."""

    segments: list[Segment] = field(default_factory=list)
    night: list[Segment] = field(default_factory=list)
    """People still at work from before the horizon."""
    last_end: dict[str, pd.Timestamp] = field(default_factory=dict)
    worked: dict[str, set[dt.date]] = field(default_factory=dict)
    bound: float = 0.0
    handed_over: float = 0.0
    """Price of who is over after the last midnight of each week."""
    worth: dict[tuple[str, float], float] = field(default_factory=dict)
    planned: int = 0
    status: SolveStatus = SolveStatus.OPTIMAL
    cut: bool = False
    weeks: list[tuple[Sequence[dt.date], Sequence[Person]]] = field(default_factory=list)
    ledger: pd.DataFrame | None = None
    past: Past = field(default_factory=Past)
    before: Past = field(default_factory=Past)
    horizon: Horizon | None = None

    def begin(self, shifts: pd.DataFrame, timezone: str) -> None:
        """Take over what was worked before the horizon."""
        self.past.add(shifts, timezone)
        self.before.add(shifts, timezone)
        for agent, done in self.past.by_agent.items():
            self.last_end[agent] = done[-1].end
            self.worked[agent] = self.past.days(agent)

    def add(self, segments: Sequence[Segment], timezone: str) -> None:
        """Take over what was rostered: activities, last ends, days worked."""
        self.segments += segments
        for segment in segments:
            name, day = segment.agent, segment.shift_start.tz_convert(timezone).date()
            end = self.last_end.get(name, segment.shift_end)
            self.last_end[name] = max(end, segment.shift_end)
            self.worked.setdefault(name, set()).add(day)

    def burdens(self) -> dict[str, dict[str, float]]:
        """What each agent carries so far, by burden."""
        if self.ledger is None:
            return {}
        return {
            str(row["agent"]): {str(k): float(v) for k, v in row.items() if k != "agent"}
            for row in self.ledger.to_dict("records")
        }


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything :func:`wfm.scheduling.scheduler.schedule` was given."""

    requirement: pd.DataFrame
    agents: Sequence[Agent]
    contracts: Mapping[str, Contract]
    templates: Mapping[str, ShiftTemplate]
    rules: SchedulingRules
    timezone: str
    leave: Sequence[Leave]
    wishes: Sequence[DayWish]
    seed: int
    workers: int
    tell: Callable[[Progress], None]
    replan: Replan | None = None
    arranged: Arranged = field(default_factory=Arranged)
    executor: Executor | None = None
    stop: threading.Event | None = None
    first_day: dt.date | None = None

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """Every local date of the horizon."""
        return local_dates(self.requirement["interval_start"], self.timezone, self.first_day)

    def limits(self, until: float) -> SolveLimits:
        """Limits of every model, up to a moment of :func:`time.monotonic`."""
        engine = Engine(self.rules.solver)
        form = BreakForm.AYKIN if engine is Engine.HIGHS else BreakForm.BECHTOLD_JACOBS
        return SolveLimits(self.rules.gap, until, engine, form, self.seed, self.stop)

    def pools(self) -> tuple[Pool, ...]:
        """Queues of the requirement by the people they share."""
        return pools_of(self.requirement["queue"].unique(), (a.skills for a in self.agents))

    def planned_pools(self) -> tuple[Pool, ...]:
        """The same for planning: queues and people as the rules of presence count them."""
        rules, queues = self.rules.presence, self.requirement["queue"].unique()
        return pools_of(
            queues,
            (a.skills for a in self.agents),
            places=[places_of(rules, a) for a in self.agents],
            joined=joined_queues(rules, self.agents, queues),
        )


@dataclass(slots=True)
class Week:
    """One week on its line, with its people and, once planned, its problems by pool."""

    given: Inputs
    line: Line
    catalogue: Catalogue
    demand: dict[str, Demand]
    people: list[Person]
    former: Former
    problems: dict[Pool, CoverProblem]

    def groups(self) -> dict[tuple[tuple[str, ...], str], NDArray[np.int64]]:
        """People by queues they serve, contract, hours they are there, window of starts, rules."""
        found: dict[tuple[tuple[str, ...], str], list[int]] = {}
        for index, person in enumerate(self.people):
            own = (person.spans, person.window, person.places)
            hours = "" if own == (None, None, ()) else f" {own}"
            found.setdefault((person.serves, person.contract.name + hours), []).append(index)
        return {key: np.array(members) for key, members in sorted(found.items())}

    def keys(self, pool: Pool) -> list[Key]:
        """Queues, contract and rules of presence of each block of a pool."""
        return [
            (who.serves, who.contract.name, who.places)
            for (serves, _), members in self.groups().items()
            if serves in pool.groups
            for who in (self.people[int(members[0])],)
        ]

    def members(self, pool: Pool) -> NDArray[np.int64]:
        """People of a pool."""
        mine = [p for p, person in enumerate(self.people) if person.serves in pool.groups]
        return np.array(mine, dtype=np.int64)

    def place(self, person: int) -> tuple[Pool, int]:
        """Pool and lane of a person."""
        who = self.people[person]
        pool = next(pool for pool in self.problems if who.serves in pool.groups)
        return pool, pool.lane(who.serves, who.places)


def open_week(given: Inputs, line: Line) -> Week:
    """What is needed in a week and what its contracts ask of each person, whatever came before."""
    starts = given.requirement["interval_start"]
    rows = given.requirement[(starts >= line.origin) & (starts < line.time(line.midnights[-1]))]
    rules = given.rules
    demand = {
        str(queue): demand_on(line, rows, str(queue), rules.under, rules.over)
        for queue in sorted(given.requirement["queue"].unique())
    }
    demand = opened(demand, line, rules.presence, given.agents)
    demand = with_hand_over(line, demand, given.requirement)
    rows_of_people = (given.agents, given.contracts, given.templates, given.leave)
    more = (given.arranged.availability, rules.presence)
    people = week_people(line, demand, *rows_of_people, *more)
    catalogue = compile_catalogue(line, given.templates.values())
    former = former_roster(None, line, catalogue, people)
    return Week(given, line, catalogue, demand, people, former, {})


def settled(week: Week) -> Week:
    """The same week with what of a former roster, and of what is agreed, must stay."""
    given = week.given
    args = (given.replan, week.line, week.catalogue, week.people, given.arranged.fixed)
    former = former_roster(*args)
    return replace(week, people=with_fixed_days(week.people, former), former=former)


def own_options(week: Week, contract: Contract, serves: Sequence[str]) -> NDArray[np.int64]:
    """Options of a contract inside opening hours; on days without any, those that touch them."""
    catalogue = week.catalogue
    allowed = catalogue.allowed(contract)
    asked = [week.demand[queue] for queue in serves]
    inside = allowed & catalogue.inside(np.any([need.open for need in asked], axis=0))
    needed = np.any([need.need > 0 for need in asked], axis=0)
    needed[week.line.midnights[-1] :] = False
    touching = allowed & catalogue.touching(needed)
    bare = ~np.isin(catalogue.day, np.unique(catalogue.day[inside]))
    return np.flatnonzero(inside | (touching & bare))


def _slack_s(given: Inputs, person: Person, paid_s: NDArray[np.int64]) -> int:
    """Slack of one person: the rules', at most a tenth of the range; none where shifts leave none.

    Parameters
    ----------
    paid_s
        Paid time of the shifts the person may work [s].
    """
    low, high = person.paid_s
    slack = int(min(given.rules.rest_slack_s, (high - low) / _SLACK_PART))
    if not len(paid_s):
        return 0
    tight = person.days[1] * int(paid_s.min()) > high - slack
    return 0 if tight or person.days[0] * int(paid_s.max()) < low + slack else slack


def cover_problem(week: Week, pool: Pool, carried: Carried) -> CoverProblem:
    """The plan of one pool: its people in blocks by contract, with what was carried in."""
    blocks = [
        _block(week, members, pool.lane(serves, week.people[members[0]].places), len(pool.groups))
        for (serves, _), members in week.groups().items()
        if serves in pool.groups
    ]
    demands = tuple(week.demand[queue] for queue in pool.queues)
    highest = max(float(np.maximum(d.steepest, d.over).max()) for d in demands)
    return CoverProblem(
        week.line,
        on_lanes(week.catalogue, len(pool.groups), week.line.length),
        demands,
        tuple(blocks),
        lanes_on_line(week, pool, [*carried.night, *carried.segments]),
        price_change=week.given.replan.change_price if week.given.replan else 0.0,
        lanes=pool.lanes,
        presence=head_limits(week.given.rules.presence, week.line, pool, highest) if blocks else (),
        resting=lanes_on_line(week, pool, carried.segments, resting=True),
    )


def _block(week: Week, members: NDArray[np.int64], lane: int, lanes: int) -> Block:
    """People of one contract and skill group in sums."""
    mine = [week.people[index] for index in members]
    contract, options = mine[0].contract, len(week.catalogue)

    def counted(had: NDArray[np.int64]) -> NDArray[np.int64]:
        counts = np.bincount(had[had >= 0], minlength=options)
        out = np.zeros(lanes * options, dtype=np.int64)
        out[lane * options :][:options] = counts
        return out

    own = own_options(week, contract, mine[0].serves)
    own = own[in_spans(mine[0], week.catalogue, week.line.step_s)[own]]
    paid_s = week.catalogue.paid_s[own]
    stay, keep = counted(week.former.fixed[members]), counted(week.former.option[members])
    return Block(
        contract.name,
        np.union1d(own + lane * options, np.flatnonzero(stay)),
        np.array([person.available for person in mine]).sum(axis=0),
        _summed([person.days for person in mine]),
        _summed([person.paid_s for person in mine]),
        -(-contract.rest_s // week.line.step_s),
        sum(_slack_s(week.given, person, paid_s) for person in mine),
        stay if stay.any() else None,
        keep if keep.any() else None,
    )


def lanes_on_line(
    week: Week, pool: Pool, segments: Sequence[Segment], *, resting: bool = False
) -> NDArray[np.float64]:
    """Agents at work, or on break, in each step of a pool's lanes, from what people do."""
    rules = week.given.rules.presence
    places = {agent.agent: places_of(rules, agent) for agent in week.given.agents} if rules else {}
    lanes: dict[tuple[str, tuple[int, ...]], list[Segment]] = {}
    for segment in segments:
        if segment.work is not resting and segment.end > week.line.origin:
            lanes.setdefault((segment.group, places.get(segment.agent, ())), []).append(segment)
    return np.concatenate(
        [_on_line(week.line, lanes.get((group_name(serves), own), ())) for serves, own in pool.keys]
    )


def _on_line(line: Line, mine: Sequence[Segment]) -> NDArray[np.float64]:
    out = np.zeros(line.length)
    if mine:
        first = line.steps(pd.Series([segment.start for segment in mine]))
        last = line.steps(pd.Series([segment.end for segment in mine]))
        for a, b in zip(first.tolist(), last.tolist(), strict=True):
            out[max(a, 0) : max(b, 0)] += 1
    return out


def _summed(ranges: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def roster_problem(
    week: Week, carried: Carried, options: NDArray[np.int64], count: NDArray[np.int64]
) -> RosterProblem:
    """The roster of all people over some options of the catalogue."""
    former = week.former
    catalogue, line, people = week.catalogue, week.line, week.people
    available = np.array([person.available for person in people], dtype=bool)
    available = available.reshape(-1, len(line.dates))
    day = catalogue.day[options]
    return RosterProblem(
        days_on_line=len(line.dates),
        day=day,
        start=catalogue.start[options],
        end=catalogue.end[options],
        paid_s=catalogue.paid_s[options],
        count=count,
        days=np.array([person.days for person in people], dtype=np.int64).reshape(-1, 2),
        paid_range_s=np.array([person.paid_s for person in people], dtype=np.int64).reshape(-1, 2),
        rest=np.array([-(-p.contract.rest_s // line.step_s) for p in people], dtype=np.int64),
        in_row=np.array([p.contract.max_days_in_row for p in people], dtype=np.int64),
        allowed=available[:, day]
        & hours_fit(week)[:, options]
        & ((former.fixed[:, day] < 0) | (former.fixed[:, day] == options[None, :])),
        price=wish_prices(week, options, carried)
        + burden_week_prices(week, options, carried)
        - held_prices(week, options),
        last_end=np.array([_last_end(line, carried, p.agent.agent) for p in people]),
        run=np.array([_run_before(line, carried, p.agent.agent) for p in people], dtype=np.int64),
        clock_s=catalogue.clock_s[options],
        night=catalogue.night[options],
        template=catalogue.templates[options],
        duty=duties(people, line, carried.past, list(week.given.templates.values())),
    )


def hours_fit(week: Week) -> NDArray[np.bool_]:
    """Which options lie in the hours each person is available, shape (persons, options)."""
    rows = [in_spans(person, week.catalogue, week.line.step_s) for person in week.people]
    return np.array(rows, dtype=bool).reshape(-1, len(week.catalogue))


def _last_end(line: Line, carried: Carried, agent: str) -> int:
    if agent not in carried.last_end:
        return _LONG_AGO
    return int(line.steps(pd.Series([carried.last_end[agent]]))[0])


def _run_before(line: Line, carried: Carried, agent: str) -> int:
    worked, run = carried.worked.get(agent, set()), 0
    while line.dates[0] - dt.timedelta(days=run + 1) in worked:
        run += 1
    return run


def held_prices(week: Week, options: NDArray[np.int64]) -> NDArray[np.float64]:
    """What it is worth that a person keeps a former shift, or has one that must stay."""
    day = week.catalogue.day[options]
    change = week.given.replan.change_price if week.given.replan else 0.0
    out = change * (week.former.option[:, day] == options[None, :])
    out += _PIN_PRICE * (week.former.fixed[:, day] == options[None, :])
    return np.asarray(out)


def burden_week_prices(
    week: Week, options: NDArray[np.int64], carried: Carried
) -> NDArray[np.float64]:
    """Price of lates, nights and weekends for those who had more of them than their group."""
    out = np.zeros((len(week.people), len(options)))
    burdens = carried.burdens()
    if burdens:
        marks = option_burdens(week.line, week.catalogue, options)
        for members in week.groups().values():
            names = [week.people[index].agent.agent for index in members]
            out[members] = burden_prices(burdens, names, marks)
    return out


def wish_prices(week: Week, options: NDArray[np.int64], carried: Carried) -> NDArray[np.float64]:
    """Price of each option for each person: wishes that it would break.

    A wish weighs a quarter more for each wish of the person that was missed before.
    """
    burdens = carried.burdens()
    catalogue, out = week.catalogue, np.zeros((len(week.people), len(options)))
    rows = {person.agent.agent: index for index, person in enumerate(week.people)}
    dates = {day: index for index, day in enumerate(week.line.dates)}
    clock = catalogue.clock_s[options]
    length_s = (catalogue.end - catalogue.start)[options] * week.line.step_s
    for wish in week.given.wishes:
        if wish.agent in rows and wish.day in dates:
            here = np.flatnonzero(catalogue.day[options] == dates[wish.day])
            met = [wish.met(int(clock[k]), int(length_s[k])) for k in here.tolist()]
            missed = burdens.get(wish.agent, {}).get("wishes_missed", 0.0)
            price = _WISH_PRICE * wish.weight * (1 + missed / 4)
            if wish.met(None):
                out[rows[wish.agent], here[~np.array(met, dtype=bool)]] += price
            else:
                out[rows[wish.agent], here[np.array(met, dtype=bool)]] -= price
    return out
