"""From need to shift counts: the week as an LP, then day by day, then the breaks.

One model of a week finds nothing in a minute, and its LP is solved in a second. So the LP says how
many heads and hours of each contract a day gets; these are rounded; each day is then solved with
whole shifts and relaxed breaks; last, breaks are made whole with the shifts fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.cover import CoverModel, cover_model
from wfm.scheduling.flow import cover_cost
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.problem import Block, CoverProblem, Plan, staff_on_line
from wfm.scheduling.rough import rough_breaks, rough_day
from wfm.scheduling.solver import Solution, SolveStatus, solve

__all__ = ["Step", "place_breaks", "plan_days"]

_BROKEN = 50.0
"""Price of a head or an hour outside its range, in agent-hours short."""

_REST_MARGIN = 0.03
"""Part of a block's people kept out of the late-then-early count when planning [fraction]."""

_WORTH = 0.0003
"""Part of a day's need below which a gap is not worth closing [fraction]."""

_WEEK_SHARE = 0.75
"""Part of the time left that the LP of the horizon may take: without it days know little."""

_SLACK_BELOW = 0.3
"""Part of the slack kept above the least hours: with ample supply they are all worked for nothing.
Measured on 300 people: objective 157 against 270 with the whole slack and 172 with none."""

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


@dataclass(frozen=True, slots=True)
class _Targets:
    """What the LP gives each day: heads (blocks, days) and paid seconds (blocks, days).

    Heads are whole; ``fewest`` and ``most`` are their neighbours where the LP's are not.
    """

    heads: NDArray[np.int64]
    fewest: NDArray[np.int64]
    most: NDArray[np.int64]
    paid_s: NDArray[np.float64]
    staff: NDArray[np.float64]
    bound: float


def plan_days(
    problem: CoverProblem, limits: SolveLimits | None = None, *, step: Step = _silent
) -> Plan:
    """Plan shift counts for every day of the line.

    The bound of the horizon is proved beside the planning, in a thread of its own.
    Blocks with limited heads are planned through the LP of the whole horizon; unlimited blocks need
    no such coupling and each day is solved by itself.

    Returns
    -------
    Plan
        Counts and breaks; the objective is recomputed from them, the bound is the LP's.
    """
    limits = limits or SolveLimits()
    days = len(problem.line.dates)
    with ThreadPoolExecutor(1) as beside:
        targets = _week_targets(problem, limits)
        proof = beside.submit(_bound_without_slack, problem, limits, targets.bound)
        step("plan", 1, days + 2, None)
        counts = np.zeros((len(problem.blocks), len(problem.catalogue)), dtype=np.int64)
        staff = targets.staff.copy()
        for day in range(days):
            carry = problem.carry + staff.sum(axis=0) - staff[day]
            counts += _solve_day(problem, targets, counts, day, carry, limits)
            staff[day] = _day_staff(problem, counts.sum(axis=0), day, carry, limits)
            step("plan", day + 2, days + 2, _gap_now(problem, staff, targets.bound))
        breaks = place_breaks(problem, counts.sum(axis=0), limits)
        bound = proof.result()
    objective = _objective(problem, counts, breaks)
    step("plan", days + 2, days + 2, _part(problem, objective - bound))
    return Plan(counts, breaks, objective, bound)


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


def _broken_price(problem: CoverProblem) -> float:
    """Price of a head or an hour outside its range: far above what it could win in coverage."""
    steps_h = 3600 / problem.line.step_s
    prices = np.array([np.maximum(d.steepest, d.over).max() for d in problem.demands])
    return _BROKEN * steps_h * max(float(prices.max()), 1e-6)


def _range_rows(
    made: CoverModel, terms: list[tuple[object, float]], low: float, high: float, price: float
) -> None:
    """Keep a sum within a range, at a price outside of it: a row for each end."""
    short = made.model.variable(price=price, whole=False)
    above = made.model.variable(price=price, whole=False)
    made.model.row([*terms, (short, 1.0), (above, -1.0)], ">=", low)
    made.model.row([*terms, (short, 1.0), (above, -1.0)], "<=", high)


def _bound_without_slack(problem: CoverProblem, limits: SolveLimits, bound: float) -> float:
    """Bound of the problem as the contracts put it: the slack is our own choice, not a rule."""
    if not any(block.slack_s or block.rest for block in problem.blocks):
        return bound
    if limits.over:
        return float("nan")
    blocks = tuple(replace(block, slack_s=0, former=None) for block in problem.blocks)
    return _week_targets(replace(problem, blocks=blocks), limits, exact=True).bound


def _every_option(problem: CoverProblem) -> NDArray[np.int64]:
    """Options that some block may work."""
    none = np.empty(0, dtype=np.int64)
    return np.unique(np.concatenate([none, *(block.options for block in problem.blocks)]))


def _week_targets(problem: CoverProblem, limits: SolveLimits, *, exact: bool = False) -> _Targets:
    """Solve the LP of the horizon and round its heads."""
    options = _every_option(problem)
    if limits.over:
        return _even_targets(problem)
    if not len(options):
        return replace(_even_targets(problem), bound=cover_cost(problem, problem.carry))
    made = cover_model(
        problem,
        options,
        form=limits.form,
        whole_shifts=False,
        whole_breaks=False,
        every_step=True,
    )
    price = _broken_price(problem)
    for b in range(len(problem.blocks)):
        _week_rows(made, problem, b, price)
        _rest_rows(made, problem, b, exact=exact)
    solution = solve(
        made.model,
        relaxed=True,
        time_limit_s=limits.left_s(_WEEK_SHARE),
        engine=limits.engine,
        stop=limits.stop,
    )
    days = len(problem.line.dates)
    if not solution.status.usable:
        return _even_targets(problem)
    counts = made.counts(solution, len(problem.blocks), len(problem.catalogue))
    begun = made.begun(solution, problem.steps)
    heads = np.zeros((len(problem.blocks), days))
    paid = np.zeros_like(heads)
    staff = np.zeros((days, problem.steps))
    for day in range(days):
        today = problem.catalogue.day == day
        heads[:, day] = counts[:, today].sum(axis=1)
        paid[:, day] = counts[:, today] @ problem.catalogue.paid_s[today]
        mine = {key: value for key, value in begun.items() if key[1] == day}
        totals = np.where(today, counts.sum(axis=0), 0.0)
        staff[day] = staff_on_line(problem.catalogue, problem.steps, totals, mine)
    rounded = np.array(
        [_rounded_heads(row, block.heads) for row, block in zip(heads, problem.blocks, strict=True)]
    ).reshape(heads.shape)
    grown = np.divide(rounded, heads, out=np.zeros_like(heads), where=heads > 0.5)
    target = np.where(heads > 0.5, paid * grown, paid)
    fewest, most = (
        np.asarray(f, dtype=np.int64) for f in (np.floor(heads + 1e-4), np.ceil(heads - 1e-4))
    )
    return _Targets(rounded.astype(np.int64), fewest, most, target, staff, solution.bound)


def _even_targets(problem: CoverProblem) -> _Targets:
    """Heads spread evenly, for when even the LP found nothing in time."""
    days = len(problem.line.dates)
    heads = np.zeros((len(problem.blocks), days), dtype=np.int64)
    paid = np.zeros((len(problem.blocks), days))
    for b, block in enumerate(problem.blocks):
        if block.heads is None or block.days is None:
            continue
        share = block.heads / max(float(block.heads.sum()), 1.0)
        heads[b] = _rounded_heads(share * block.days[1], block.heads)
        if block.paid_s is not None:
            paid[b] = share * sum(block.paid_s) / 2
    return _Targets(heads, heads, heads, paid, np.zeros((days, problem.steps)), float("nan"))


def _rounded_heads(heads: NDArray[np.float64], cap: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Whole heads a day with the same (rounded) sum: largest remainders, within the cap."""
    floor = np.floor(heads + 1e-6).astype(np.int64)
    missing = round(float(heads.sum())) - int(floor.sum())
    room = np.full(len(heads), missing + 1) if cap is None else cap - floor
    order = np.argsort(-(heads - floor), kind="stable")
    for day in [d for d in order if room[d] > 0][: max(missing, 0)]:
        floor[day] += 1
    return floor


def _week_rows(made: CoverModel, problem: CoverProblem, b: int, price: float) -> None:
    """Heads a day, shifts and hours of the horizon of one block."""
    block, catalogue = problem.blocks[b], problem.catalogue
    mine = [(option, made.shifts[b, option]) for option in block.options.tolist()]
    if block.heads is not None:
        for day, cap in enumerate(block.heads.tolist()):
            terms = [(v, 1.0) for option, v in mine if catalogue.day[option] == day]
            if terms:
                made.model.row(terms, "<=", float(cap))
    if block.days is not None and mine:
        low_days, high_days = map(float, block.days)
        _range_rows(made, [(v, 1.0) for _, v in mine], low_days, high_days, price)
    if block.paid_s is not None and mine:
        hours = [(v, float(catalogue.paid_s[option]) / 3600) for option, v in mine]
        slack_h = block.slack_s / 3600
        low = block.paid_s[0] / 3600 + _SLACK_BELOW * slack_h
        high = block.paid_s[1] / 3600 - slack_h
        _range_rows(made, hours, low, high, price)


def _rest_cap(block: Block, day: int, *, exact: bool) -> int:
    """People of the larger day; a few less when planning, as pieces do not divide evenly."""
    assert block.heads is not None
    cap = int(max(block.heads[day - 1], block.heads[day]))
    return cap if exact else cap - round(_REST_MARGIN * cap)


def _rest_rows(made: CoverModel, problem: CoverProblem, b: int, *, exact: bool) -> None:
    """Nobody is in both: shifts that end too late today and shifts that start early tomorrow.

    For each early start: shifts of the day before that end less than a rest before it, plus
    shifts of its day that start no later, are at most the heads of the larger day.
    """
    block, catalogue = problem.blocks[b], problem.catalogue
    rest = block.rest
    if block.heads is None or rest <= 0:
        return
    for day in range(1, len(problem.line.dates)):
        today = block.options[catalogue.day[block.options] == day]
        before = block.options[catalogue.day[block.options] == day - 1]
        if not len(today) or not len(before):
            continue
        latest = int(catalogue.end[before].max()) + rest
        for start in np.unique(catalogue.start[today]):
            if start >= latest:
                break
            late = before[catalogue.end[before] + rest > start]
            early = today[catalogue.start[today] <= start]
            terms = [(made.shifts[b, o], 1.0) for o in [*late.tolist(), *early.tolist()]]
            cap = _rest_cap(block, day, exact=exact)
            made.model.row(terms, "<=", float(cap))


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
    cap = _rest_cap(block, day, exact=False)
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
    targets: _Targets,
    done: NDArray[np.int64],
    day: int,
    carry: NDArray[np.float64],
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Whole shifts of one day, breaks relaxed; shape (blocks, options)."""
    catalogue = problem.catalogue
    every = _every_option(problem)
    options = every[catalogue.day[every] == day]
    counts = np.zeros((len(problem.blocks), len(catalogue)), dtype=np.int64)
    if not len(options):
        return counts
    if limits.over:
        return rough_day(problem, day, targets.heads[:, day], targets.paid_s[:, day], carry)
    design = all(block.heads is None for block in problem.blocks)
    made = cover_model(problem, options, form=limits.form, whole_breaks=design, carry=carry)
    price = _broken_price(problem)
    for b, block in enumerate(problem.blocks):
        mine = [o for o in block.options.tolist() if catalogue.day[o] == day]
        if block.heads is None or not mine:
            continue
        least, most = _day_heads(problem, targets, done, b, day)
        _range_rows(made, [(made.shifts[b, o], 1.0) for o in mine], least, most, price)
        if block.paid_s is not None:
            low, high = _day_hours(problem, targets, done, b, day)
            hours = [(made.shifts[b, o], float(catalogue.paid_s[o]) / 3600) for o in mine]
            _range_rows(made, hours, low / 3600, high / 3600, price)
        if day:
            _rest_after(made, problem, b, day, done[b], price)
    solution = _solved_shifts(problem, made, day, limits)
    if not solution.status.usable:
        counts += rough_day(problem, day, targets.heads[:, day], targets.paid_s[:, day], carry)
    else:
        counts += np.round(made.counts(solution, *counts.shape)).astype(np.int64)
    for b, block in enumerate(problem.blocks):
        if block.fixed is not None:
            counts[b] = np.maximum(counts[b], np.where(catalogue.day == day, block.fixed, 0))
    return counts


def _close_enough(problem: CoverProblem, day: int, worth: float = _WORTH) -> float:
    """Price of less than one agent-step, or of a small part of the day's need: needs no proof."""
    first, last = problem.line.midnights[day], problem.line.midnights[day + 1]
    need = sum(float(demand.need[first:last].sum()) for demand in problem.demands)
    over = np.concatenate([demand.over[first:last] for demand in problem.demands])
    prices = np.maximum(over, problem.price_paid_h * 0.01)
    return float(np.median(prices)) * max(0.99, worth * need)


def _solved_shifts(
    problem: CoverProblem, made: CoverModel, day: int, limits: SolveLimits
) -> Solution:
    """A day's shifts among those that its relaxation works with; among all where that is not near.

    A vertex of the relaxation has few shifts, and whole numbers of just these are found in a tenth
    of the time.
    """
    share = min(0.5, 2.0 / (len(problem.line.dates) - day))
    loose = solve(
        made.model,
        relaxed=True,
        vertex=True,
        time_limit_s=limits.left_s(share / 2),
        engine=limits.engine,
        stop=limits.stop,
    )
    if not loose.status.usable:
        return _solved(problem, made, day, limits, share)
    idle = [v for v in made.shifts.values() if loose.of([v])[0] < _TRACE]
    for variable in idle:
        variable.upBound = 0.0
    few = _solved(problem, made, day, limits, share / 2, nodes=_FEW_NODES)
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
    return solve(
        made.model,
        gap=limits.gap,
        gap_price=_close_enough(problem, day),
        nodes=nodes,
        interior_root=True,
        time_limit_s=limits.left_s(share),
        engine=limits.engine,
        seed=limits.seed,
        start=start,
        stop=limits.stop,
    )


def _day_heads(
    problem: CoverProblem, targets: _Targets, done: NDArray[np.int64], b: int, day: int
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
    problem: CoverProblem, targets: _Targets, done: NDArray[np.int64], b: int, day: int
) -> tuple[float, float]:
    """Paid time a block may get today so that later days, as planned, end inside its range [s]."""
    block, catalogue = problem.blocks[b], problem.catalogue
    assert block.paid_s is not None
    spent = float(done[b] @ catalogue.paid_s)
    later = targets.paid_s[b, day + 1 :].sum()
    step_s = float(np.gcd.reduce(catalogue.paid_s[block.options]))
    loose = step_s if targets.heads[b, day + 1 :].any() else 0.0
    low = block.paid_s[0] + _SLACK_BELOW * block.slack_s - spent - later - loose
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
    flat = np.zeros((days, problem.steps))
    for day in range(days):
        mine = np.where(problem.catalogue.day == day, totals, 0)
        flat[day] = staff_on_line(problem.catalogue, problem.steps, mine.astype(float), {})
    out: dict[tuple[int, int, int], NDArray[np.int64]] = {}
    resting = problem.rest.copy()
    for day in range(days):
        carry = problem.carry + flat.sum(axis=0) - flat[day]
        begun, _ = _break_counts(problem, totals, day, carry, limits, resting)
        mine = np.where(problem.catalogue.day == day, totals, 0)
        there = flat[day]
        flat[day] = staff_on_line(problem.catalogue, problem.steps, mine.astype(float), begun)
        resting += there - flat[day]
        out |= begun
    return out
