"""From need to shift counts: the week as an LP, then day by day, then the breaks.

The LP (:mod:`wfm.scheduling.targets`) says how many heads and hours of each contract a day gets;
each day is then solved with whole shifts and relaxed breaks; last, breaks are made whole with the
shifts fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.cover import CoverModel, cover_model
from wfm.scheduling.flow import cover_cost
from wfm.scheduling.limits import Cut, SolveLimits
from wfm.scheduling.problem import CoverProblem, Plan, staff_on_line
from wfm.scheduling.rough import rough_breaks, rough_day, spread_breaks
from wfm.scheduling.solver import Solution, SolveStatus, solve
from wfm.scheduling.targets import (
    SLACK_BELOW,
    Targets,
    bound_without_slack,
    broken_price,
    every_option,
    range_rows,
    rest_cap,
    week_targets,
)

__all__ = ["Step", "place_breaks", "plan_days"]

_WORTH = 0.0003
"""Part of a day's need below which a gap is not worth closing [fraction]."""

_NODES = 25
"""Most branch-and-bound nodes a day: stops at the same roster on every machine."""

_NEAR = {False: 0.0006, True: 0.006}
"""How near its relaxation, as a part of a day's need, a day is that is made of the relaxation's own
shifts alone: nearer is not asked for; by whether queues share people. [fraction]"""

_TRACE = 1e-7
"""Shifts that a relaxation has no use for are below this."""

_FEW_NODES = 25
"""Nodes of such a day: it has a tenth of the shifts."""


Step = Callable[[str, int, int, float | None], None]
"""Told after each piece of work: stage, done, total, gap where it is known."""


def _silent(stage: str, done: int, total: int, gap: float | None) -> None:
    """Tell nobody."""


def plan_days(
    problem: CoverProblem,
    limits: SolveLimits | None = None,
    *,
    step: Step = _silent,
    proof: CoverProblem | None = None,
) -> Plan:
    """Plan shift counts for every day of the line.

    The bound of the horizon is proved beside the planning, in a thread of its own.
    Blocks with limited heads are planned through the LP of the whole horizon; unlimited blocks need
    no such coupling and each day is solved by itself.

    Parameters
    ----------
    proof
        Problem that the bound is one of; None is the problem itself.

    Returns
    -------
    Plan
        Counts and breaks; the objective is recomputed from them, the bound is the LP's.
    """
    limits = limits or SolveLimits()
    days = len(problem.line.dates)
    with ThreadPoolExecutor(1) as beside:
        targets = week_targets(problem, limits)
        apart = replace(limits, cut=Cut())  # the bound may come late: the plan does not hang on it
        known = None if proof else targets.bound
        proven = beside.submit(bound_without_slack, proof or problem, apart, known)
        step("plan", 1, days + 2, None)
        counts = np.zeros((len(problem.blocks), len(problem.catalogue)), dtype=np.int64)
        staff = targets.staff.copy()
        for day in range(days):
            carry = problem.carry + staff.sum(axis=0) - staff[day]
            counts += _solve_day(problem, targets, counts, day, carry, limits)
            staff[day] = _day_staff(problem, counts.sum(axis=0), day, carry, limits)
            step("plan", day + 2, days + 2, _gap_now(problem, staff, targets.bound))
        breaks = place_breaks(problem, counts.sum(axis=0), limits)
        bound = proven.result()
    objective = _objective(problem, counts, breaks)
    step("plan", days + 2, days + 2, _part(problem, objective - bound))
    return Plan(counts, breaks, objective, bound, targets.demands, limits.cut.seen)


def _part(problem: CoverProblem, price: float) -> float:
    """Price as a part of the demand, an agent for an interval being 1; priced as over is."""
    worth = sum(float(demand.need @ demand.over) for demand in problem.demands)
    return price / worth if worth > 0 else 0.0


def _gap_now(problem: CoverProblem, staff: NDArray[np.float64], bound: float) -> float:
    """Gap of the plan so far: days done as they are, the others as in the LP."""
    return max(_part(problem, cover_cost(problem, problem.carry + staff.sum(axis=0)) - bound), 0.0)


def _objective(
    problem: CoverProblem,
    counts: NDArray[np.int64],
    breaks: dict[tuple[int, int, int], NDArray[np.int64]],
) -> float:
    totals = counts.sum(axis=0)
    staff = problem.carry + staff_on_line(
        problem.catalogue, problem.steps, totals.astype(float), breaks
    )
    paid_h = float(totals @ problem.catalogue.paid_s) / 3600
    return cover_cost(problem, staff) + problem.price_paid_h * paid_h


def _rest_after(
    made: CoverModel,
    problem: CoverProblem,
    b: int,
    day: int,
    done: NDArray[np.int64],
    price: float,
) -> None:
    """The rows of :func:`_rest_rows` for one day whose day before is settled, at a price."""
    block, catalogue = problem.blocks[b], problem.catalogue
    if block.heads is None or block.rest <= 0:
        return
    before = np.flatnonzero((catalogue.day == day - 1) & (done > 0))
    today = block.options[catalogue.day[block.options] == day]
    cap = rest_cap(block, day, exact=False)
    for start in np.unique(catalogue.start[today]):
        late = int(done[before[catalogue.end[before] + block.rest > start]].sum())
        if not late:
            break
        early = today[catalogue.start[today] <= start]
        above = made.model.variable(price=price, whole=False)
        terms = [(made.shifts[b, o], 1.0) for o in early.tolist()]
        made.model.row([*terms, (above, -1.0)], "<=", float(max(cap - late, 0)))


def _solve_day(
    problem: CoverProblem,
    targets: Targets,
    done: NDArray[np.int64],
    day: int,
    carry: NDArray[np.float64],
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Whole shifts of one day, breaks relaxed; shape (blocks, options)."""
    catalogue = problem.catalogue
    every = every_option(problem)
    options = every[catalogue.day[every] == day]
    counts = np.zeros((len(problem.blocks), len(catalogue)), dtype=np.int64)
    if not len(options):
        return counts
    if limits.over:
        return _by_thumb(problem, targets, day, carry)
    design = all(block.heads is None for block in problem.blocks)
    made = cover_model(problem, options, form=limits.form, whole_breaks=design, carry=carry)
    price = broken_price(problem)
    for b, block in enumerate(problem.blocks):
        mine = [o for o in block.options.tolist() if catalogue.day[o] == day]
        if block.heads is None or not mine:
            continue
        least, most = _day_heads(problem, targets, done, b, day)
        range_rows(made, [(made.shifts[b, o], 1.0) for o in mine], least, most, price)
        if block.paid_s is not None:
            low, high = _day_hours(problem, targets, done, b, day)
            hours = [(made.shifts[b, o], float(catalogue.paid_s[o]) / 3600) for o in mine]
            range_rows(made, hours, low / 3600, high / 3600, price)
        if day:
            _rest_after(made, problem, b, day, done[b], price)
    share = min(0.5, 2.0 / (len(problem.line.dates) - day))
    solve_day = _solved if design else _solved_shifts
    solution = solve_day(problem, made, day, limits, share)
    if not solution.status.usable:
        counts += _by_thumb(problem, targets, day, carry)
    else:
        counts += np.round(made.counts(solution, *counts.shape)).astype(np.int64)
    for b, block in enumerate(problem.blocks):
        if block.fixed is not None:
            counts[b] = np.maximum(counts[b], np.where(catalogue.day == day, block.fixed, 0))
    return counts


def _by_thumb(
    problem: CoverProblem, targets: Targets, day: int, carry: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Shifts of one day one head at a time, a promise over days priced step by step."""
    priced = replace(problem, demands=targets.demands or problem.demands)
    return rough_day(priced, day, targets.heads[:, day], targets.paid_s[:, day], carry)


def _close_enough(problem: CoverProblem, day: int, worth: float = _WORTH) -> float:
    """Price of less than one agent-step, or of a small part of the day's need: needs no proof."""
    first, last = problem.line.midnights[day], problem.line.midnights[day + 1]
    need = sum(float(demand.need[first:last].sum()) for demand in problem.demands)
    over = np.concatenate([demand.over[first:last] for demand in problem.demands])
    prices = np.maximum(over, problem.price_paid_h * 0.01)
    return float(np.median(prices)) * max(0.99, worth * need)


def _solved_shifts(
    problem: CoverProblem, made: CoverModel, day: int, limits: SolveLimits, share: float
) -> Solution:
    """A day's shifts among those that its relaxation works with; among all where that is not near.

    A vertex of the relaxation has few shifts, and whole numbers of just these are found in a tenth
    of the time.
    """
    loose = limits.relaxed(made.model, share, vertex=True)
    if not loose.status.usable:
        return _solved(problem, made, day, limits, share)
    idle = [v for v in made.shifts.values() if loose.of([v])[0] < _TRACE]
    for variable in idle:
        variable.upBound = 0.0
    few = _solved(problem, made, day, limits, share, nodes=_FEW_NODES)
    near = _close_enough(problem, day, _NEAR[problem.shared])
    if few.status.usable and few.objective - loose.objective <= near:
        return few
    for variable in idle:
        variable.upBound = None
    start = few.values if few.status.usable else None
    return _solved(problem, made, day, limits, share, start=start)


def _solved(
    problem: CoverProblem,
    made: CoverModel,
    day: int,
    limits: SolveLimits,
    share: float,
    *,
    nodes: int = _NODES,
    start: NDArray[np.float64] | None = None,
) -> Solution:
    found = solve(
        made.model,
        gap=limits.gap,
        gap_price=_close_enough(problem, day),
        nodes=nodes,
        interior_root=True,
        restarts=False,
        time_limit_s=limits.left_s(share),
        engine=limits.engine,
        seed=limits.seed,
        start=start,
        stop=limits.stop,
    )
    return limits.heeded(found)


def _day_heads(
    problem: CoverProblem, targets: Targets, done: NDArray[np.int64], b: int, day: int
) -> tuple[float, float]:
    """Heads of a block today: those of the LP, rounded; either way where its days are a range."""
    block = problem.blocks[b]
    heads = float(targets.heads[b, day])
    if block.days is None or block.days[0] == block.days[1]:
        return heads, heads
    spent = float(done[b].sum())
    least = block.days[0] - spent - float(targets.most[b, day + 1 :].sum())
    most = block.days[1] - spent - float(targets.fewest[b, day + 1 :].sum())
    low = max(float(targets.fewest[b, day]), least)
    return low, max(min(float(targets.most[b, day]), most), low)


def _day_hours(
    problem: CoverProblem, targets: Targets, done: NDArray[np.int64], b: int, day: int
) -> tuple[float, float]:
    """Paid time a block may get today so that later days, as planned, end inside its range [s]."""
    block, catalogue = problem.blocks[b], problem.catalogue
    assert block.paid_s is not None
    spent = float(done[b] @ catalogue.paid_s)
    later = targets.paid_s[b, day + 1 :].sum()
    step_s = float(np.gcd.reduce(catalogue.paid_s[block.options]))
    loose = step_s if targets.heads[b, day + 1 :].any() else 0.0
    low = block.paid_s[0] + SLACK_BELOW * block.slack_s - spent - later - loose
    high = block.paid_s[1] - block.slack_s - spent - later + loose
    return low, max(high, low)


def _day_staff(
    problem: CoverProblem,
    totals: NDArray[np.int64],
    day: int,
    carry: NDArray[np.float64],
    limits: SolveLimits,
) -> NDArray[np.float64]:
    """Agents at work from one day's shifts, with breaks placed as well as counts allow."""
    mine = np.where(problem.catalogue.day == day, totals, 0)
    begun, _ = _break_counts(problem, mine, day, carry, limits)
    return staff_on_line(problem.catalogue, problem.steps, mine.astype(float), begun)


def _break_counts(
    problem: CoverProblem,
    totals: NDArray[np.int64],
    day: int,
    carry: NDArray[np.float64],
    limits: SolveLimits,
    resting: NDArray[np.float64] | None = None,
) -> tuple[dict[tuple[int, int, int], NDArray[np.int64]], SolveStatus]:
    """Whole breaks of one day's shifts."""
    options = np.flatnonzero((problem.catalogue.day == day) & (totals > 0))
    if not len(options):
        return {}, SolveStatus.OPTIMAL
    if limits.over:
        return rough_breaks(problem, totals, day, carry, resting), SolveStatus.NO_PLAN
    made = cover_model(
        problem, options, form=limits.form, carry=carry, resting=resting, fixed=totals
    )
    if not made.breaks:
        return {}, SolveStatus.OPTIMAL
    solution = _solved(problem, made, day, limits, 0.5)
    if not solution.status.usable:
        return rough_breaks(problem, totals, day, carry, resting), solution.status
    begun = made.begun(solution, problem.steps)
    return {key: np.round(v).astype(np.int64) for key, v in begun.items()}, solution.status


def place_breaks(
    problem: CoverProblem, totals: NDArray[np.int64], limits: SolveLimits
) -> dict[tuple[int, int, int], NDArray[np.int64]]:
    """Place all breaks of fixed shifts, day after day; {(class, day, window): begun by step}."""
    days = len(problem.line.dates)
    flat, there = np.zeros((2, days, problem.steps))
    owed = any(demand.promise for demand in problem.demands)  # then all days count at once
    for day in range(days):
        mine = np.where(problem.catalogue.day == day, totals, 0)
        there[day] = staff_on_line(problem.catalogue, problem.steps, mine.astype(float), {})
        flat[day] = spread_breaks(problem, mine) if owed else there[day]
    out: dict[tuple[int, int, int], NDArray[np.int64]] = {}
    resting = problem.rest.copy()
    for day in range(days):
        carry = problem.carry + flat.sum(axis=0) - flat[day]
        begun, _ = _break_counts(problem, totals, day, carry, limits, resting)
        mine = np.where(problem.catalogue.day == day, totals, 0)
        flat[day] = staff_on_line(problem.catalogue, problem.steps, mine.astype(float), begun)
        resting += there[day] - flat[day]
        out |= begun
    return out
