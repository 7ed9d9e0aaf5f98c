"""The scheduler's one entry: requirement and people in, a judged roster out.

Week by week: lay the line, compile the catalogue, plan shift counts per queue, hand them to
persons, mend what does not fit, place the breaks. What was worked before is carried into the next
week (rest, days in a row, agents still at work after midnight). Last the whole roster is read back
from its tables, checked and measured.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from math import gcd

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Agent, Contract, DayWish, Leave, SchedulingRules, ShiftTemplate
from wfm.scheduling.assign import OFF
from wfm.scheduling.breaks import Placed, hand_out_breaks
from wfm.scheduling.check import check_roster
from wfm.scheduling.check_presence import HEAD_RULES
from wfm.scheduling.facts import roster_facts
from wfm.scheduling.fairness import next_ledger
from wfm.scheduling.hand_over import hand_over_cost
from wfm.scheduling.horizon import plan_horizon
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.line import Line, build_line, grid_step_s, local_dates
from wfm.scheduling.measure import Segment, activity_frame, coverage_frame, shift_frame, summarise
from wfm.scheduling.mend import mend_week, polish_week, shift_totals
from wfm.scheduling.offphone import Frozen, most_saved, with_sessions
from wfm.scheduling.people import weeks
from wfm.scheduling.plan import place_breaks
from wfm.scheduling.priced import contact_prices
from wfm.scheduling.problem import CoverProblem, Plan
from wfm.scheduling.promise import missed_frame, missed_service
from wfm.scheduling.replan import Replan
from wfm.scheduling.result import Progress, Schedule
from wfm.scheduling.roster import assign_people
from wfm.scheduling.skills import Pool
from wfm.scheduling.solver import SolveStatus
from wfm.scheduling.turns import with_turns
from wfm.scheduling.validate import check_inputs
from wfm.scheduling.week import (
    Carried,
    Inputs,
    Week,
    lanes_on_line,
    open_week,
    roster_problem,
    settled,
)
from wfm.scheduling.week_plan import planned, proofs_of, teller
from wfm.scheduling.windows import with_windows
from wfm.work_rules import Arranged

__all__ = ["schedule", "week_on"]

_HORIZON_SHARE = 0.2
"""Part of the time limit for the days of the whole horizon."""

_SOLVE_SHARE = 0.95
"""Part of the time limit for models; the rest is for reading the roster back."""

_WINDOW_SHARE = 0.2
_PLAN_SHARE = 0.7
_ROSTER_SHARE = 0.7
"""Parts of the time left that windows of steady starts, the plan, the roster and its last touch may
take; breaks take the rest. They bind only where the whole time is short."""


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
    replan: Replan | None = None,
    arranged: Arranged | None = None,
    past: pd.DataFrame | None = None,
    executor: Executor | None = None,
    stop: threading.Event | None = None,
) -> Schedule:
    """Roster of named agents that covers a requirement at least price of over and under.

    Parameters
    ----------
    requirement
        Columns queue, interval_start (UTC), interval_s [s], agents_required (real). Rows of closed
        intervals may be absent. Optional under_price and over_price: price of an agent short or
        above for that interval, in place of the rules' prices; under_price_2, _3 … for each
        further under_depth agents short, where a shortage is dearer the deeper it is.
    agents
        Each serves the queues of all skills, one at a time: who can do several flows to where an
        agent is worth most.
    contracts, templates
        By name.
    timezone
        IANA zone of the clocks in templates and wishes, and of the dates.
    leave, wishes
        Days nobody may be scheduled; days and times people ask for.
    seed
        Same inputs and seed, same roster, unless time cuts the work short; the summary says so.
    progress
        Called after each piece of work.
    workers
        Pieces of the roster solved side by side.
    ledger
        What people carried before (:func:`wfm.scheduling.fairness.next_ledger`): lates, nights and
        weekends go first to those who had fewer, missed wishes weigh more. Within the horizon it is
        carried from week to week.
    replan
        A former roster of these dates: what of it stays, and what a change costs.
    arranged
        Hours people are available, shifts that are settled, work off the phone.
    past
        Shifts worked before the horizon: rests, days in a row, nights, weekends and averages count
        on from them.
    executor
        Where queues and pieces of the roster are solved, ``workers`` of them at a time, in place of
        threads: spawned processes, or a cluster.
    stop
        Set from outside (Ctrl-C) to end with the best roster so far.

    Raises
    ------
    InputError
        With everything that is wrong with the inputs.

    Notes
    -----
    The horizon is every local date the requirement spans, cut into weeks of seven dates from the
    first. Too few people are no error: what is short is told per interval in the coverage. When
    time is up, or ``stop`` is set, what is left is done by rule of thumb: a legal roster comes back
    all the same, and its status says that it is only feasible.
    """
    began = time.monotonic()
    arranged = arranged or Arranged()
    named = (requirement, agents, contracts, templates, leave, wishes)
    check_inputs(*named, timezone, rules.presence)
    given = Inputs(
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
        replan,
        arranged,
        executor,
        stop,
    )
    step_s = _step_s(given)
    cuts = weeks(local_dates(given.requirement["interval_start"], timezone))
    carried = Carried(ledger=ledger)
    if past is not None:
        carried.begin(past, timezone)
    share = given.limits(began + _HORIZON_SHARE * rules.time_limit_s)
    carried.horizon = plan_horizon(given, cuts, step_s, carried, share)
    if share.cut.seen:
        carried.status, carried.cut = SolveStatus.FEASIBLE, True
    carried.bound += carried.horizon.bound if carried.horizon else 0.0
    for n, dates in enumerate(cuts):
        left = _SOLVE_SHARE * rules.time_limit_s - (time.monotonic() - began)
        until = time.monotonic() + left / (len(cuts) - n)
        before = len(carried.segments)
        _schedule_week(given, build_line(dates, step_s, timezone), carried, until)
        asked = [wish for wish in wishes if dates[0] <= wish.day <= dates[-1]]
        new = shift_frame(carried.segments[before:])
        carried.past.add(new, timezone)
        carried.ledger = next_ledger(carried.ledger, new, asked, timezone)
    carried.segments = _with_sessions(given, carried)
    given.tell(Progress("check", 0, 1))
    made = _judged(given, carried, began)
    given.tell(Progress("check", 1, 1))
    return made


def _step_s(given: Inputs) -> int:
    """Step of the line: fits intervals, templates, and where intervals lie against midnight."""
    starts = given.requirement["interval_start"]
    local = starts.dt.tz_convert(given.timezone).dt.tz_localize(None)
    into_day = (local - local.dt.normalize()).dt.total_seconds().astype(int)
    intervals = [int(value) for value in given.requirement["interval_s"].unique()]
    return gcd(grid_step_s(intervals, given.templates.values()), *into_day.unique().tolist())


def week_on(given: Inputs, line: Line, carried: Carried) -> Week:
    """One week before anything is planned: what is needed, what may be asked of each person."""
    return _turned(open_week(given, line), carried)


def _turned(week: Week, carried: Carried) -> Week:
    """The same week with the days that the weeks round it leave to each person."""
    line = week.line
    carried.weeks.append((line.dates, week.people))
    people = with_turns(week.people, line, carried.past)
    if carried.horizon is not None:
        people = carried.horizon.rota.of_week(people, line.dates[0], carried.past)
    return settled(replace(week, people=people))


def _schedule_week(given: Inputs, line: Line, carried: Carried, until: float) -> None:
    """Plan, roster and mend one week; adds it to what is carried."""
    opened = open_week(given, line)
    week = _turned(opened, carried)
    limits = given.limits(until)
    proofs = proofs_of(opened, week, carried)
    if any(person.contract.duty.start_spread_s is not None for person in week.people):
        week.people = with_windows(week, carried, limits.part(_WINDOW_SHARE))
    plans = planned(week, carried, limits.part(_PLAN_SHARE), proofs)
    carried.bound += sum(plan.bound for plan in plans.values())
    for pool, plan in plans.items():
        if plan.demands:
            week.problems[pool] = replace(week.problems[pool], demands=plan.demands)
            carried.worth |= contact_prices(plan.demands)
    carried.planned += sum(int(plan.counts.sum()) for plan in plans.values())
    assigned = _assign_week(week, plans, carried, limits)
    _place_week(week, assigned, carried, limits)
    for pool, problem in week.problems.items():
        carried.handed_over += hand_over_cost(problem, lanes_on_line(week, pool, carried.segments))
    if limits.over or limits.cut.seen:
        carried.status, carried.cut = SolveStatus.FEASIBLE, True


def _assign_week(
    week: Week, plans: Mapping[Pool, Plan], carried: Carried, limits: SolveLimits
) -> NDArray[np.int64]:
    """Option of each person and day, -1 for off."""
    groups = week.groups()
    kinds: list[tuple[int, int, int]] = []
    blocks = dict.fromkeys(plans, 0)
    for g, (serves, label) in enumerate(groups):
        pool = next(pool for pool in plans if serves in pool.groups)
        counts = plans[pool].counts[blocks[pool]]
        blocks[pool] += 1
        lane = week.place(int(groups[serves, label][0]))[1] * len(week.catalogue)
        kinds += [(g, o - lane, int(counts[o])) for o in np.flatnonzero(counts).tolist()]
    table = np.array(kinds, dtype=np.int64).reshape(-1, 3)
    problem = roster_problem(week, carried, table[:, 1], table[:, 2])
    group_of = np.zeros(len(week.people), dtype=np.int64)
    for g, members in enumerate(groups.values()):
        group_of[members] = g
    problem = replace(
        problem,
        allowed=problem.allowed & (group_of[:, None] == table[:, 0][None, :]),
        held=_held_kinds(week, table, group_of) if week.given.replan else None,
    )
    result = assign_people(
        problem,
        list(groups.values()),
        limits.part(_ROSTER_SHARE),
        workers=week.given.workers,
        executor=week.given.executor,
        sites=np.unique([p.agent.site for p in week.people], return_inverse=True)[1],
        step=teller(week.given),
    )
    if result.status is not SolveStatus.OPTIMAL:
        carried.status = result.status
    assigned = result.assignment.copy()
    assigned[assigned != OFF] = table[:, 1][assigned[assigned != OFF]]
    touch = limits.part(_ROSTER_SHARE)
    assigned = mend_week(week, carried, problem, result, assigned, touch)
    return polish_week(week, carried, problem, assigned, touch)


def _held_kinds(
    week: Week, table: NDArray[np.int64], group_of: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Kind of each person's former shift, -1 where the plan has none of it."""
    kinds = {(int(g), int(option)): kind for kind, (g, option, _) in enumerate(table)}
    return np.array(
        [
            [kinds.get((int(group_of[p]), int(option)), -1) for option in row]
            for p, row in enumerate(week.former.option)
        ],
        dtype=np.int64,
    ).reshape(week.former.option.shape)


def _place_week(
    week: Week, assigned: NDArray[np.int64], carried: Carried, limits: SolveLimits
) -> None:
    """Place the breaks of the roster as it now stands and write it down in real time."""
    stays = (week.former.fixed >= 0) & (week.former.fixed == assigned) & week.former.kept
    for n, (pool, problem) in enumerate(week.problems.items()):
        mine = week.members(pool)
        kept = _kept_segments(week, mine, np.where(stays, assigned, OFF))
        base = replace(
            problem,
            carry=problem.carry + lanes_on_line(week, pool, kept),
            resting=problem.rest + lanes_on_line(week, pool, kept, resting=True),
        )
        free = np.where(stays, OFF, assigned)
        begun = place_breaks(base, shift_totals(week, free, pool), limits)
        for placed in _placed(week, problem, free, mine, begun):
            person = week.people[placed.person]
            kept += Segment.of(week.line, week.catalogue, placed, person)
        carried.add(kept, week.given.timezone)
        week.given.tell(Progress("breaks", n + 1, len(week.problems)))


def _placed(
    week: Week,
    problem: CoverProblem,
    free: NDArray[np.int64],
    mine: NDArray[np.int64],
    begun: dict[tuple[int, int, int], NDArray[np.int64]],
) -> list[Placed]:
    """Shifts of a pool with their breaks, back from the lanes to the week's one line."""
    lanes = {int(p): week.place(int(p))[1] for p in mine}
    worked = [
        (p, int(free[p, day]) + lane * len(week.catalogue))
        for p, lane in lanes.items()
        for day in np.flatnonzero(free[p] != OFF).tolist()
    ]
    return [
        Placed(
            placed.person,
            placed.option - lanes[placed.person] * len(week.catalogue),
            tuple(at - lanes[placed.person] * week.line.length for at in placed.breaks),
        )
        for placed in hand_out_breaks(problem.catalogue, worked, begun)
    ]


def _kept_segments(week: Week, mine: NDArray[np.int64], stays: NDArray[np.int64]) -> list[Segment]:
    """Shifts that must stay, with the activities they had."""
    out: list[Segment] = []
    if week.given.replan is None:
        return out
    activities = dict(tuple(week.given.replan.activities.groupby("agent")))
    for index, day in [(p, d) for p in mine.tolist() for d in np.flatnonzero(stays[p] != OFF)]:
        person = week.people[index]
        start, end = (
            week.line.time(steps[stays[index, day]])
            for steps in (week.catalogue.start, week.catalogue.end)
        )
        template = week.catalogue.classes[week.catalogue.kind[stays[index, day]]].template
        rows = activities[person.agent.agent]
        for row in rows[(rows["start"] >= start) & (rows["start"] < end)].itertuples():
            head = (person.agent.agent, person.group, template, person.contract.name)
            whole = (person.contract.cost_per_hour, start, end, row.start, row.end)
            work = row.activity == "work"
            out.append(Segment(*head, *whole, row.activity, work, bool(row.paid)))
    return out


def _with_sessions(given: Inputs, carried: Carried) -> list[Segment]:
    """Work off the phone put where it is missed least; what is frozen or pinned stays."""
    asked, segments = given.arranged.offphone, carried.segments
    if not asked:
        return segments
    coverage = _coverage(given, carried)
    kept = given.replan
    frozen = Frozen(kept.freeze_until, kept.pinned) if kept else None
    needed = (given.requirement, coverage, given.rules, given.timezone)
    return with_sessions(segments, asked, *needed, agents=given.agents, frozen=frozen)


def _coverage(given: Inputs, carried: Carried) -> pd.DataFrame:
    """Coverage of what is rostered, with its price up to the horizon's last midnight."""
    last = local_dates(given.requirement["interval_start"], given.timezone)[-1]
    end = pd.Timestamp(last + dt.timedelta(days=1), tz=given.timezone).tz_convert("UTC")
    whom = (given.pools(), carried.segments, end, carried.worth)
    return coverage_frame(given.requirement, given.rules, *whom)


def _judged(given: Inputs, carried: Carried, began: float) -> Schedule:
    """Read the roster back from its tables: check it, measure it."""
    shifts = shift_frame(carried.segments)
    activities = activity_frame(carried.segments)
    measured = _coverage(given, carried)
    facts = roster_facts(
        shifts,
        activities,
        given.agents,
        given.contracts,
        given.templates,
        given.leave,
        carried.weeks,
        given.timezone,
        arranged=given.arranged,
        past=carried.before,
        presence=given.rules.presence,
    )
    violations = check_roster(facts)
    saved = most_saved(given.arranged.offphone, given.requirement, given.rules)
    missed = tuple(missed_service(given.requirement, measured, given.rules.over, given.timezone))
    if missed:
        violations = pd.concat([violations, missed_frame(missed, given.timezone)])
    coverage = measured.drop(columns=["price"])
    summary = summarise(
        given.requirement,
        given.rules,
        shifts,
        measured,
        violations,
        given.wishes,
        given.timezone,
        bound=float("nan") if missed or _heads_broken(violations) else carried.bound - saved,
        status=carried.status,
        planned=carried.planned,
        cut_short=carried.cut,
        seconds=time.monotonic() - began,
        missed=sum(each.price for each in missed) + carried.handed_over,
    )
    if summary.gap < 0 and (summary.violations or carried.horizon):
        # The bound is one for rosters in which everybody has the days and hours of the contract,
        # and after which all can go on having them.
        summary = replace(summary, bound=float("nan"), gap=float("nan"))
    return Schedule(shifts, activities, coverage, violations, summary, missed)


def _heads_broken(violations: pd.DataFrame) -> bool:
    """Whether too few or too many are there: the bound is one for rosters without."""
    return bool(violations["rule"].isin([rule.__name__ for rule in HEAD_RULES]).any())
