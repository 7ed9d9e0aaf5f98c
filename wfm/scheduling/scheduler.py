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
from wfm.scheduling.early import night_before
from wfm.scheduling.fairness import next_ledger
from wfm.scheduling.hand_over import hand_over_cost
from wfm.scheduling.horizon import plan_horizon
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.line import Line, build_line, grid_step_s
from wfm.scheduling.measure import shift_frame
from wfm.scheduling.mend import mend_week, polish_week
from wfm.scheduling.people import weeks
from wfm.scheduling.placing import place_week
from wfm.scheduling.priced import contact_prices
from wfm.scheduling.problem import Plan
from wfm.scheduling.read_back import read_back, with_offphone
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
    first_day: dt.date | None = None,
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
    first_day
        Date on which the first week begins, where nothing is required on it; None is the first date
        of the requirement.

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
        first_day,
    )
    cuts = weeks(given.dates)
    carried = Carried(ledger=ledger)
    if past is not None:
        carried.begin(past, timezone)
        midnight = pd.Timestamp(cuts[0][0], tz=timezone)
        carried.night = night_before(past, agents, set(requirement["queue"]), midnight)
    _schedule_weeks(given, cuts, carried, began)
    carried.segments = with_offphone(given, carried)
    given.tell(Progress("check", 0, 1))
    made = read_back(given, carried, began)
    given.tell(Progress("check", 1, 1))
    return made


def _schedule_weeks(
    given: Inputs, cuts: Sequence[tuple[dt.date, ...]], carried: Carried, began: float
) -> None:
    """Share the days of the horizon out, then schedule week after week, each in an even part."""
    step_s, limit_s = _step_s(given), given.rules.time_limit_s
    share = given.limits(began + _HORIZON_SHARE * limit_s)
    carried.horizon = plan_horizon(given, cuts, step_s, carried, share)
    if share.cut.seen:
        carried.status, carried.cut = SolveStatus.FEASIBLE, True
    carried.bound += carried.horizon.bound if carried.horizon else 0.0
    for n, dates in enumerate(cuts):
        left = _SOLVE_SHARE * limit_s - (time.monotonic() - began)
        until = time.monotonic() + left / (len(cuts) - n)
        before = len(carried.segments)
        _schedule_week(given, build_line(dates, step_s, given.timezone), carried, until)
        asked = [wish for wish in given.wishes if dates[0] <= wish.day <= dates[-1]]
        new = shift_frame(carried.segments[before:])
        carried.past.add(new, given.timezone)
        carried.ledger = next_ledger(carried.ledger, new, asked, given.timezone)


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
    place_week(week, assigned, carried, limits)
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
