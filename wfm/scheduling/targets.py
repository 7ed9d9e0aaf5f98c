"""The week as an LP: how many heads and hours of each contract a day gets, and the bound.

One model of a week finds nothing in a minute, and its LP is solved in a second. Its heads are
rounded; the days are then solved one by one (:mod:`wfm.scheduling.plan`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.cover import CoverModel, cover_model
from wfm.scheduling.flow import cover_cost
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.line import Demand
from wfm.scheduling.priced import by_contact
from wfm.scheduling.problem import Block, CoverProblem, staff_on_line
from wfm.scheduling.solver import Solution

__all__ = [
    "SLACK_BELOW",
    "Targets",
    "bound_without_slack",
    "broken_price",
    "every_option",
    "range_rows",
    "rest_cap",
    "week_rows",
    "week_targets",
]

_BROKEN = 50.0
"""Price of a head or an hour outside its range, in agent-hours short."""

_REST_MARGIN = 0.03
"""Part of a block's people kept out of the late-then-early count when planning [fraction]."""

_WEEK_SHARE = 0.75
"""Part of the time left that the LP of the horizon may take: without it days know little."""

_MILD = 0.3
"""What a contact is worth at least, in the usual price: paid time that is there anyway serves."""

_ROOM = 0.05
"""Part of a day's heads by which its model may leave them where a promise is one of days."""

SLACK_BELOW = 0.3
"""Part of the slack kept above the least hours: with ample supply they are all worked for nothing.
Measured on 300 people: objective 157 against 270 with the whole slack and 172 with none."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the LP gives each day: heads (blocks, days) and paid seconds (blocks, days).

    Heads are whole; ``fewest`` and ``most`` are their neighbours where the LP's are not.
    ``demands`` price each step where a queue has a promise over days or weeks; else empty.
    """

    heads: NDArray[np.int64]
    fewest: NDArray[np.int64]
    most: NDArray[np.int64]
    paid_s: NDArray[np.float64]
    staff: NDArray[np.float64]
    bound: float
    demands: tuple[Demand, ...] = ()


def broken_price(problem: CoverProblem) -> float:
    """Price of a head or an hour outside its range: far above what it could win in coverage."""
    steps_h = 3600 / problem.line.step_s
    prices = np.array([np.maximum(d.steepest, d.over).max() for d in problem.demands])
    return _BROKEN * steps_h * max(float(prices.max()), 1e-6)


def week_targets(problem: CoverProblem, limits: SolveLimits, *, exact: bool = False) -> Targets:
    """Solve the LP of the horizon and round its heads."""
    options = every_option(problem)
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
    price = broken_price(problem)
    for b in range(len(problem.blocks)):
        week_rows(made, problem, b, price)
        _rest_rows(made, problem, b, exact=exact)
    solution = limits.relaxed(made.model, _WEEK_SHARE)
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
    priced = _by_contact(problem, made, solution)
    if priced:  # whole shifts serve a little less than parts of them
        room = np.ceil(_ROOM * heads).astype(np.int64)
        caps = [
            block.heads if block.heads is not None else most[b]
            for b, block in enumerate(problem.blocks)
        ]
        fewest, most = np.maximum(fewest - room, 0), np.minimum(most + room, np.array(caps))
    whole = rounded.astype(np.int64)
    return Targets(whole, fewest, most, target, staff, solution.bound, priced)


def _by_contact(
    problem: CoverProblem, made: CoverModel | None = None, solution: Solution | None = None
) -> tuple[Demand, ...]:
    """Demands with what a contact costs in the LP; without duals, what it costs in a usual one."""
    if not any(demand.promise for demand in problem.demands):
        return ()
    out = []
    for q, demand in enumerate(problem.demands):
        promise = demand.promise
        if promise is None:
            out.append(demand)
            continue
        worth = np.full(len(promise.owed), promise.usual)
        if made is not None and solution is not None and len(solution.duals):
            for period in range(len(worth)):
                if (q, period) in made.promised:
                    dual = abs(float(solution.duals[made.promised[q, period]]))
                    worth[period] = max(dual, _MILD * promise.usual)
        out.append(by_contact(demand, worth))
    return tuple(out)


def bound_without_slack(
    problem: CoverProblem, limits: SolveLimits, bound: float | None = None
) -> float:
    """Bound of the problem as the contracts put it: the slack is our own choice, not a rule.

    Parameters
    ----------
    bound
        That of the problem as it is, where known: it is the same where there is no slack.
    """
    owed = any(demand.promise for demand in problem.demands)
    loose = owed or any(block.slack_s or block.rest for block in problem.blocks)
    if bound is not None and not loose:
        return bound
    if limits.over:
        return float("nan")
    blocks = tuple(replace(block, slack_s=0, former=None) for block in problem.blocks)
    demands = tuple(
        replace(d, promise=replace(d.promise, room=0.0)) if d.promise else d
        for d in problem.demands
    )
    bare = replace(problem, blocks=blocks, demands=demands)
    return week_targets(bare, limits, exact=True).bound


def every_option(problem: CoverProblem) -> NDArray[np.int64]:
    """Options that some block may work."""
    none = np.empty(0, dtype=np.int64)
    return np.unique(np.concatenate([none, *(block.options for block in problem.blocks)]))


def _even_targets(problem: CoverProblem) -> Targets:
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
    staff, priced = np.zeros((days, problem.steps)), _by_contact(problem)
    return Targets(heads, heads, heads, paid, staff, float("nan"), priced)


def _rounded_heads(heads: NDArray[np.float64], cap: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Whole heads a day with the same (rounded) sum: largest remainders, within the cap."""
    floor = np.floor(heads + 1e-6).astype(np.int64)
    missing = round(float(heads.sum())) - int(floor.sum())
    room = np.full(len(heads), missing + 1) if cap is None else cap - floor
    order = np.argsort(-(heads - floor), kind="stable")
    for day in [d for d in order if room[d] > 0][: max(missing, 0)]:
        floor[day] += 1
    return floor


def week_rows(made: CoverModel, problem: CoverProblem, b: int, price: float) -> None:
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
        range_rows(made, [(v, 1.0) for _, v in mine], low_days, high_days, price)
    if block.paid_s is not None and mine:
        hours = [(v, float(catalogue.paid_s[option]) / 3600) for option, v in mine]
        slack_h = block.slack_s / 3600
        low = block.paid_s[0] / 3600 + SLACK_BELOW * slack_h
        high = block.paid_s[1] / 3600 - slack_h
        range_rows(made, hours, low, high, price)


def range_rows(
    made: CoverModel, terms: list[tuple[object, float]], low: float, high: float, price: float
) -> None:
    """Keep a sum within a range, at a price outside of it: a row for each end."""
    short = made.model.variable(price=price, whole=False)
    above = made.model.variable(price=price, whole=False)
    made.model.row([*terms, (short, 1.0), (above, -1.0)], ">=", low)
    made.model.row([*terms, (short, 1.0), (above, -1.0)], "<=", high)


def rest_cap(block: Block, day: int, *, exact: bool) -> int:
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
            cap = rest_cap(block, day, exact=exact)
            made.model.row(terms, "<=", float(cap))
