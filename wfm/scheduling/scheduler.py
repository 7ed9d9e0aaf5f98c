"""The scheduler's one entry: requirement and people in, a judged roster out.

Week by week: lay the line, compile the catalogue, plan shift counts per queue, hand them to
persons, mend what does not fit, place the breaks. What was worked before is carried into the next
week (rest, days in a row, agents still at work after midnight). Last the whole roster is read back
from its tables, checked and measured.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import gcd

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import (
    Agent,
    Contract,
    DayWish,
    Leave,
    SchedulingRules,
    ShiftTemplate,
    WishKind,
)
from wfm.scheduling.assign import OFF, RosterProblem, RosterResult, split
from wfm.scheduling.breaks import hand_out_breaks
from wfm.scheduling.catalogue import Catalogue, compile_catalogue
from wfm.scheduling.check import check_roster, roster_facts
from wfm.scheduling.fairness import burden_prices, next_ledger, option_burdens
from wfm.scheduling.line import Demand, Line, build_line, demand_on, grid_step_s, local_dates
from wfm.scheduling.measure import Segment, activity_frame, coverage_frame, shift_frame, summarise
from wfm.scheduling.people import Person, week_people, weeks
from wfm.scheduling.plan import SolveLimits, place_breaks, plan_days
from wfm.scheduling.problem import Block, CoverProblem, Plan, staff_on_line
from wfm.scheduling.result import Progress, Schedule
from wfm.scheduling.retour import best_week, gain_of_one, option_gains
from wfm.scheduling.roster import assign_people, flawed
from wfm.scheduling.solver import SolveStatus
from wfm.scheduling.validate import check_inputs

__all__ = ["schedule"]

_WISH_PRICE = 8.0
_LONG_AGO = -(10**6)
_PLAN_SHARE = 0.7
_SLACK_PART = 10
"""Slack is at most this part of a person's range of hours: hours kept free are hours not worked."""


@dataclass(slots=True)
class _Carried:
    """What one week hands to the next."""

    segments: list[Segment] = field(default_factory=list)
    last_end: dict[str, pd.Timestamp] = field(default_factory=dict)
    worked: dict[str, set[dt.date]] = field(default_factory=dict)
    bound: float = 0.0
    planned: int = 0
    status: SolveStatus = SolveStatus.OPTIMAL
    weeks: list[tuple[Sequence[dt.date], Sequence[Person]]] = field(default_factory=list)
    ledger: pd.DataFrame | None = None

    def burdens(self) -> dict[str, dict[str, float]]:
        """What each agent carries so far, by burden."""
        if self.ledger is None:
            return {}
        return {
            str(row["agent"]): {str(k): float(v) for k, v in row.items() if k != "agent"}
            for row in self.ledger.to_dict("records")
        }


@dataclass(frozen=True, slots=True)
class _Inputs:
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


def schedule(
    requirement: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    rules: SchedulingRules,
    *,
    timezone: str,
    leave: Sequence[Leave] = (),
    wishes: Sequence[DayWish] = (),
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    workers: int = 1,
    ledger: pd.DataFrame | None = None,
) -> Schedule:
    """Roster of named agents that covers a requirement at least price of over and under.

    Parameters
    ----------
    requirement
        Columns queue, interval_start (UTC), interval_s [s], agents_required (real). Rows of closed
        intervals may be absent. Optional under_price and over_price: price of an agent short or
        above for that interval, in place of the rules' prices.
    agents
        Each serves the queue of the first skill.
    contracts, templates
        By name.
    timezone
        IANA zone of the clocks in templates and wishes, and of the dates.
    leave, wishes
        Days nobody may be scheduled; days and times people ask for.
    seed
        Same inputs and seed, same roster, unless the time limit cuts in.
    progress
        Called after each piece of work.
    workers
        Pieces of the roster solved side by side.
    ledger
        What people carried before (:func:`wfm.scheduling.fairness.next_ledger`): lates, nights and
        weekends go first to those who had fewer, missed wishes weigh more. Within the horizon it is
        carried from week to week.

    Raises
    ------
    InputError
        With everything that is wrong with the inputs.

    Notes
    -----
    The horizon is every local date the requirement spans, cut into weeks of seven dates from the
    first. Too few people are no error: what is short is told per interval in the coverage. Ctrl-C
    while persons are assigned ends with the best roster so far.
    """
    began = time.monotonic()
    check_inputs(requirement, agents, contracts, templates, leave, wishes, timezone)
    given = _Inputs(
        requirement.reset_index(drop=True),
        agents,
        contracts,
        templates,
        rules,
        timezone,
        leave,
        wishes,
        seed,
        workers,
        progress or (lambda _: None),
    )
    step_s = _step_s(given)
    cuts = weeks(local_dates(given.requirement["interval_start"], timezone))
    carried = _Carried(ledger=ledger)
    for n, dates in enumerate(cuts):
        left = rules.time_limit_s - (time.monotonic() - began)
        until = time.monotonic() + max(left, 1.0) / (len(cuts) - n)
        before = len(carried.segments)
        _schedule_week(given, build_line(dates, step_s, timezone), carried, until)
        asked = [wish for wish in wishes if dates[0] <= wish.day <= dates[-1]]
        new = shift_frame(carried.segments[before:])
        carried.ledger = next_ledger(carried.ledger, new, asked, timezone)
    given.tell(Progress("check", 0, 1))
    made = _judged(given, carried, began)
    given.tell(Progress("check", 1, 1))
    return made


def _step_s(given: _Inputs) -> int:
    """Step of the line: fits intervals, templates, and where intervals lie against midnight."""
    starts = given.requirement["interval_start"]
    local = starts.dt.tz_convert(given.timezone).dt.tz_localize(None)
    into_day = (local - local.dt.normalize()).dt.total_seconds().astype(int)
    intervals = [int(value) for value in given.requirement["interval_s"].unique()]
    return gcd(grid_step_s(intervals, given.templates.values()), *into_day.unique().tolist())


def _rows_of(given: _Inputs, line: Line) -> pd.DataFrame:
    starts = given.requirement["interval_start"]
    last = line.time(line.midnights[-1])
    return given.requirement[(starts >= line.origin) & (starts < last)]


def _schedule_week(given: _Inputs, line: Line, carried: _Carried, until: float) -> None:
    """Plan, roster and mend one week; adds it to what is carried."""
    rows = _rows_of(given, line)
    rules = given.rules
    demand = {
        str(queue): demand_on(line, rows, str(queue), rules.under, rules.over)
        for queue in sorted(rows["queue"].unique())
    }
    people = week_people(line, demand, given.agents, given.contracts, given.templates, given.leave)
    catalogue = compile_catalogue(line, given.templates.values())
    carried.weeks.append((line.dates, people))
    week = _Week(given, line, catalogue, demand, people, {})
    limits = SolveLimits(gap=rules.gap, until=until, seed=given.seed)
    plans: dict[str, Plan] = {}
    for n, (queue, need) in enumerate(demand.items()):
        problem = _cover_problem(week, queue, need, carried)
        week.problems[queue] = problem
        share = _PLAN_SHARE * limits.left_s() / (len(demand) - n)
        plan_limits = replace(limits, until=time.monotonic() + share)
        plans[queue] = plan_days(problem, plan_limits, step=_teller(given))
        carried.bound += plans[queue].bound
        carried.planned += int(plans[queue].counts.sum())
    assigned = _assign_week(week, plans, carried, limits)
    _place_week(week, assigned, carried, limits)


@dataclass(slots=True)
class _Week:
    given: _Inputs
    line: Line
    catalogue: Catalogue
    demand: dict[str, Demand]
    people: list[Person]
    problems: dict[str, CoverProblem]

    def groups(self) -> dict[tuple[str, str], NDArray[np.int64]]:
        """People by queue and contract."""
        found: dict[tuple[str, str], list[int]] = {}
        for index, person in enumerate(self.people):
            found.setdefault((person.queue, person.contract.name), []).append(index)
        return {key: np.array(members) for key, members in sorted(found.items())}


def _teller(given: _Inputs) -> Callable[[str, int, int], None]:
    return lambda stage, done, total: given.tell(Progress(stage, done, total))


def _options(week: _Week, contract: Contract, need: Demand) -> NDArray[np.int64]:
    """Options of a contract inside opening hours; on days without any, those that touch them."""
    catalogue = week.catalogue
    allowed = catalogue.allowed(contract)
    inside = allowed & catalogue.inside(need.open)
    touching = allowed & catalogue.touching(need.need > 0)
    bare = ~np.isin(catalogue.day, np.unique(catalogue.day[inside]))
    return np.flatnonzero(inside | (touching & bare))


def _slack_s(given: _Inputs, person: Person) -> int:
    """Slack of one person: the rules', at most a tenth of the range."""
    return int(min(given.rules.rest_slack_s, (person.paid_s[1] - person.paid_s[0]) / _SLACK_PART))


def _cover_problem(week: _Week, queue: str, need: Demand, carried: _Carried) -> CoverProblem:
    line, blocks = week.line, []
    for (served, name), members in week.groups().items():
        if served != queue:
            continue
        mine = [week.people[index] for index in members]
        blocks.append(
            Block(
                name,
                _options(week, mine[0].contract, need),
                np.array([person.available for person in mine]).sum(axis=0),
                _summed([person.days for person in mine]),
                _summed([person.paid_s for person in mine]),
                -(-mine[0].contract.rest_s // line.step_s),
                sum(_slack_s(week.given, person) for person in mine),
            )
        )
    carry = np.zeros(line.length)
    for segment in carried.segments:
        if segment.queue == queue and segment.work and segment.end > line.origin:
            span = pd.Series([segment.start, segment.end])
            first, last = line.steps(span).tolist()
            carry[max(first, 0) : max(last, 0)] += 1
    return CoverProblem(line, week.catalogue, need, tuple(blocks), carry)


def _summed(ranges: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def _assign_week(
    week: _Week, plans: Mapping[str, Plan], carried: _Carried, limits: SolveLimits
) -> NDArray[np.int64]:
    """Option of each person and day, -1 for off."""
    groups = week.groups()
    kinds: list[tuple[int, int, int]] = []
    for g, (queue, name) in enumerate(groups):
        plan, cover = plans[queue], week.problems[queue]
        block = [b.name for b in cover.blocks].index(name)
        kinds += [
            (g, option, int(plan.counts[block, option]))
            for option in np.flatnonzero(plan.counts[block]).tolist()
        ]
    table = np.array(kinds, dtype=np.int64).reshape(-1, 3)
    problem = _roster_problem(week, carried, table[:, 1], table[:, 2])
    group_of = np.zeros(len(week.people), dtype=np.int64)
    for g, members in enumerate(groups.values()):
        group_of[members] = g
    problem = replace(
        problem, allowed=problem.allowed & (group_of[:, None] == table[:, 0][None, :])
    )
    result = assign_people(
        problem,
        list(groups.values()),
        limits,
        workers=week.given.workers,
        step=_teller(week.given),
    )
    if result.status is not SolveStatus.OPTIMAL:
        carried.status = result.status
    assigned = result.assignment.copy()
    assigned[assigned != OFF] = table[:, 1][assigned[assigned != OFF]]
    return _mend(week, carried, problem, result, assigned, limits)


def _roster_problem(
    week: _Week, carried: _Carried, options: NDArray[np.int64], count: NDArray[np.int64]
) -> RosterProblem:
    """The roster of all people over some options of the catalogue."""
    catalogue, line, people = week.catalogue, week.line, week.people
    available = np.array([person.available for person in people]).reshape(-1, len(line.dates))
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
        allowed=available[:, day],
        price=_wish_prices(week, options, carried) + _burden_prices(week, options, carried),
        last_end=np.array([_last_end(line, carried, p.agent.agent) for p in people]),
        run=np.array([_run_before(line, carried, p.agent.agent) for p in people], dtype=np.int64),
    )


def _last_end(line: Line, carried: _Carried, agent: str) -> int:
    if agent not in carried.last_end:
        return _LONG_AGO
    return int(line.steps(pd.Series([carried.last_end[agent]]))[0])


def _run_before(line: Line, carried: _Carried, agent: str) -> int:
    worked, run = carried.worked.get(agent, set()), 0
    while line.dates[0] - dt.timedelta(days=run + 1) in worked:
        run += 1
    return run


def _burden_prices(
    week: _Week, options: NDArray[np.int64], carried: _Carried
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


def _wish_prices(week: _Week, options: NDArray[np.int64], carried: _Carried) -> NDArray[np.float64]:
    """Price of each option for each person: wishes that it would break.

    A wish weighs a quarter more for each wish of the person that was missed before.
    """
    burdens = carried.burdens()
    catalogue, out = week.catalogue, np.zeros((len(week.people), len(options)))
    rows = {person.agent.agent: index for index, person in enumerate(week.people)}
    dates = {day: index for index, day in enumerate(week.line.dates)}
    clock = catalogue.clock_s[options]
    ends = clock + (catalogue.end - catalogue.start)[options] * week.line.step_s
    for wish in week.given.wishes:
        if wish.agent in rows and wish.day in dates:
            broken = catalogue.day[options] == dates[wish.day]
            if wish.kind is WishKind.EARLIEST_START:
                broken &= clock < wish.clock_s
            elif wish.kind is WishKind.LATEST_END:
                broken &= ends > wish.clock_s
            missed = burdens.get(wish.agent, {}).get("wishes_missed", 0.0)
            out[rows[wish.agent], broken] += _WISH_PRICE * wish.weight * (1 + missed / 4)
    return out


def _mend(
    week: _Week,
    carried: _Carried,
    problem: RosterProblem,
    result: RosterResult,
    assigned: NDArray[np.int64],
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Give people whose days or hours are out of range the week that helps coverage most."""
    out = assigned.copy()
    for person in flawed(problem, result.assignment).tolist():
        who = week.people[person]
        cover = week.problems[who.queue]
        block = next(b for b in cover.blocks if b.name == who.contract.name)
        open_days = np.flatnonzero(who.available)
        options = block.options[np.isin(week.catalogue.day[block.options], open_days)]
        out[person] = OFF
        staff = _rough_staff(week, out, who.queue) + cover.carry
        gains = option_gains(week.catalogue, gain_of_one(cover, staff))
        alone = split(problem, np.array([person]), problem.count)
        priced = gains.copy()
        priced[options] -= _wish_prices(week, options, carried)[person]
        out[person] = best_week(
            week.catalogue, options, priced, alone, time_limit_s=limits.left_s(0.3)
        )
    return out


def _rough_staff(week: _Week, assigned: NDArray[np.int64], queue: str) -> NDArray[np.float64]:
    """Agents at work before breaks are placed: each break spread evenly over its window."""
    totals = _totals(week, assigned, queue).astype(float)
    staff = staff_on_line(week.catalogue, week.line.length, totals, {})
    for option in np.flatnonzero(totals).tolist():
        for window in week.catalogue.classes[week.catalogue.kind[option]].breaks:
            first = int(week.catalogue.start[option]) + window.earliest
            span = window.latest - window.earliest + window.length
            staff[first : first + span] -= totals[option] * window.length / span
    return staff


def _totals(week: _Week, assigned: NDArray[np.int64], queue: str) -> NDArray[np.int64]:
    mine = [index for index, person in enumerate(week.people) if person.queue == queue]
    worked = assigned[mine]
    return np.bincount(worked[worked != OFF], minlength=len(week.catalogue))


def _place_week(
    week: _Week, assigned: NDArray[np.int64], carried: _Carried, limits: SolveLimits
) -> None:
    """Place the breaks of the roster as it now stands and write it down in real time."""
    for n, (queue, problem) in enumerate(week.problems.items()):
        begun = place_breaks(problem, _totals(week, assigned, queue), limits)
        worked = [
            (person, int(option))
            for person, row in enumerate(assigned)
            for option in row
            if option != OFF and week.people[person].queue == queue
        ]
        for placed in hand_out_breaks(week.catalogue, worked, begun):
            person = week.people[placed.person]
            made = Segment.of(week.line, week.catalogue, placed, person, queue)
            carried.segments += made
            name, day = person.agent.agent, int(week.catalogue.day[placed.option])
            carried.last_end[name] = max(segment.end for segment in made)
            carried.worked.setdefault(name, set()).add(week.line.dates[day])
        week.given.tell(Progress("breaks", n + 1, len(week.problems)))


def _judged(given: _Inputs, carried: _Carried, began: float) -> Schedule:
    """Read the roster back from its tables: check it, measure it."""
    shifts = shift_frame(carried.segments)
    activities = activity_frame(carried.segments)
    coverage = coverage_frame(given.requirement, carried.segments)
    facts = roster_facts(
        shifts,
        activities,
        given.agents,
        given.contracts,
        given.templates,
        given.leave,
        carried.weeks,
        given.timezone,
    )
    violations = check_roster(facts)
    summary = summarise(
        given.requirement,
        given.rules,
        shifts,
        coverage,
        violations,
        given.wishes,
        given.timezone,
        bound=carried.bound,
        status=carried.status,
        planned=carried.planned,
        seconds=time.monotonic() - began,
    )
    return Schedule(shifts, activities, coverage, violations, summary)
