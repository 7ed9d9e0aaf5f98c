"""Class dates and sizes at least cost, by an integer program; the gap to the bound is told.

New people are slower for a while, which makes the need of a month depend on who works in it. The
program takes the mix of people from the plan before, solves, takes the mix of its own plan, and
solves again until the classes stay the same.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pulp

from wfm.capacity.hiring import (
    Candidate,
    candidates,
    hire_prices,
    hire_to_need,
    planned_cost,
    requisition_date,
    training_weeks,
    with_classes,
)
from wfm.capacity.inputs import CapacityInputs, HiringClass
from wfm.capacity.need import Need
from wfm.capacity.plan import CapacityPlan, capacity_plan
from wfm.capacity.timeline import Floats

__all__ = ["HireStatus", "HiringPlan", "PlannedClass", "solve_hires"]

_ROUNDS = 4
"""Solves at most; the mix hardly moves after the second."""


class HireStatus(StrEnum):
    """What is known about the classes."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    NO_PLAN = "no plan"


@dataclass(frozen=True, slots=True)
class PlannedClass:
    """A class to hold, and the last day on which its people can be asked for."""

    held: HiringClass
    requisition: dt.date
    on_contacts: dt.date


@dataclass(frozen=True, slots=True)
class HiringPlan:
    """Classes at least cost, beside those of the rule of thumb.

    Parameters
    ----------
    cost, bound
        Of the program of the last round, hours not worked priced in; proven lower bound [money].
    plan, by_need
        Plans with the solved classes, and with those of :func:`wfm.capacity.hiring.hire_to_need`.
    rounds
        Programs solved.
    """

    status: HireStatus
    classes: tuple[PlannedClass, ...]
    cost: float
    bound: float
    plan: CapacityPlan
    by_need: CapacityPlan
    rounds: int
    seconds: float

    @property
    def gap(self) -> float:
        """Distance to the bound over the cost [fraction]."""
        return (self.cost - self.bound) / abs(self.cost) if self.cost else 0.0

    @property
    def saved(self) -> float:
        """What the program saves against the rule of thumb, hours not worked priced in."""
        return planned_cost(self.by_need) - planned_cost(self.plan)


def solve_hires(
    inputs: CapacityInputs,
    need: Need,
    *,
    not_before: dt.date,
    seats: Mapping[str, int] | None = None,
    gap: float = 0.001,
    time_limit_s: float = 60.0,
) -> HiringPlan:
    """Classes that close the gap at least cost, within class sizes, trainers and seats.

    Parameters
    ----------
    not_before
        Day from which people can be asked for.
    seats
        Desks by site; sites that are not named have enough.
    gap
        Relative gap at which to stop [fraction].
    time_limit_s
        Wall clock for each program [s].

    Notes
    -----
    Every hour of a month is worked by own people, in overtime, bought in, or not at all; each has
    its price. The classes that the inputs hold already stay.
    """
    began = time.monotonic()
    plan = capacity_plan(inputs, need)
    by_need = capacity_plan(
        with_classes(inputs, hire_to_need(inputs, need, not_before=not_before)), need
    )
    offers = [one for g in inputs.group for one in candidates(inputs, need, g.name, not_before)]
    held: tuple[HiringClass, ...] = ()
    found = _Found(HireStatus.NO_PLAN, (), math.nan, math.nan)
    rounds = 0
    while rounds < _ROUNDS:
        rounds += 1
        found = _solved(inputs, plan, offers, seats or {}, gap, time_limit_s)
        if found.status is HireStatus.NO_PLAN:
            break
        plan = capacity_plan(with_classes(inputs, found.classes), need)
        if found.classes == held:
            break
        held = found.classes
    return HiringPlan(
        found.status,
        tuple(
            PlannedClass(
                one,
                requisition_date(inputs, one.start),
                one.start + dt.timedelta(weeks=inputs.training.weeks),
            )
            for one in found.classes
        ),
        found.cost,
        found.bound,
        plan,
        by_need,
        rounds,
        time.monotonic() - began,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    status: HireStatus
    classes: tuple[HiringClass, ...]
    cost: float
    bound: float


def _solved(
    inputs: CapacityInputs,
    plan: CapacityPlan,
    offers: Sequence[Candidate],
    seats: Mapping[str, int],
    gap: float,
    time_limit_s: float,
) -> _Found:
    """Solve one program; the mix of people is that of ``plan``."""
    base = capacity_plan(inputs, plan.need)
    problem = pulp.LpProblem("hires", pulp.LpMinimize)
    terms: list[tuple[Any, float]] = []
    size, held = [], []
    for k, one in enumerate(offers):
        size.append(problem.add_variable(f"n{k}", 0, inputs.training.largest, pulp.LpInteger))
        held.append(problem.add_variable(f"y{k}", 0, 1, pulp.LpInteger))
        terms += [(size[k], one.cost), (held[k], one.class_cost)]
        problem += size[k] <= inputs.training.largest * held[k]
        problem += size[k] >= inputs.training.smallest * held[k]
    for group in inputs.group:
        mine = [k for k, one in enumerate(offers) if one.group == group.name]
        terms += _cover(problem, inputs, plan, base, group.name, offers, size, mine)
    _training_room(problem, inputs, offers, size, held)
    _floor(problem, inputs, plan, base, offers, size, seats)
    constant = _fixed_cost(inputs, base)
    problem.setObjective(_sum(terms) + constant)
    return _read(problem, offers, size, gap, time_limit_s, constant)


def _sum(terms: Iterable[tuple[Any, float]]) -> Any:
    """Linear expression; a variable may come more than once, which PuLP alone would not add."""
    merged: dict[Any, float] = {}
    for variable, factor in terms:
        merged[variable] = merged.get(variable, 0.0) + factor
    return pulp.LpAffineExpression(merged)


def _cover(
    problem: Any,
    inputs: CapacityInputs,
    plan: CapacityPlan,
    base: CapacityPlan,
    group: str,
    offers: Sequence[Candidate],
    size: Sequence[Any],
    mine: Sequence[int],
) -> list[tuple[Any, float]]:
    """Hours of each month: own, overtime, bought, missed, less time off, and what is idle."""
    rows = plan.months[plan.months["group"] == group]
    now = base.months[base.months["group"] == group]
    mix = rows["aht_mix"].to_numpy(float)
    per_fte = rows["hours_per_fte"].to_numpy(float)
    required = rows["required_h"].to_numpy(float)
    price = hire_prices(inputs, base, group)
    seat = _seat_price(inputs, rows, required)
    own = now["productive_fte"].to_numpy(float) * mix * per_fte
    paid = now["supply_fte"].to_numpy(float) * per_fte
    terms: list[tuple[Any, float]] = []
    for m in range(len(rows)):
        name = f"{inputs.group.index(_named(inputs, group))}_{m}"
        overtime, bought, missed, off, idle = (
            problem.add_variable(f"{kind}{name}", 0) for kind in ("o", "b", "s", "v", "i")
        )
        new = [(size[k], float(offers[k].output_fte[m] * mix[m] * per_fte[m])) for k in mine]
        heads = [(size[k], float(offers[k].fte[m] * per_fte[m])) for k in mine]
        balance = [*new, (overtime, 1.0), (bought, 1.0), (missed, 1.0), (off, -1.0), (idle, -1.0)]
        problem += _sum(balance) == float(required[m] - own[m])
        limit = inputs.flex.overtime
        problem += _sum([(overtime, 1.0), *((v, -limit * c) for v, c in heads)]) <= float(
            limit * paid[m]
        )
        limit = inputs.flex.voluntary_time_off
        problem += _sum([(off, 1.0), *((v, -limit * c) for v, c in heads)]) <= float(
            limit * paid[m]
        )
        problem += bought <= float(inputs.flex.outsourced * required[m])
        terms += [
            (overtime, float(price.overtime[m] + seat[m])),
            (bought, float(price.bought[m] + seat[m])),
            (missed, float(price.missed[m])),
            (off, -float(price.time_off[m] + seat[m])),
            *((v, float(c * seat[m])) for v, c in new),
        ]
    return terms


def _named(inputs: CapacityInputs, group: str) -> Any:
    return next(one for one in inputs.group if one.name == group)


def _seat_price(inputs: CapacityInputs, rows: Any, required: Floats) -> Floats:
    """Seats per available hour: those of the busiest interval over the month's hours."""
    length = np.array([period.months for period in inputs.periods])
    peak = rows["peak_agents"].to_numpy(float) * rows["aht_mix"].to_numpy(float)
    cost = inputs.price.seat_month * length * peak
    return np.asarray(np.divide(cost, required, out=np.zeros(len(cost)), where=required > 0))


def _fixed_cost(inputs: CapacityInputs, base: CapacityPlan) -> float:
    """Cost that no class changes: the plan without classes less what the program prices anew."""
    total = planned_cost(base)
    for group in inputs.group:
        rows = base.months[base.months["group"] == group.name]
        price = hire_prices(inputs, base, group.name)
        total -= float(
            (
                rows["overtime_h"] * price.overtime
                + rows["bought_h"] * price.bought
                + rows["missed_h"] * price.missed
                - rows["time_off_h"] * price.time_off
            ).sum()
        )
        required = rows["required_h"].to_numpy(float)
        seat = _seat_price(inputs, rows, required)
        own = (rows["supply_fte"] * rows["hours_per_fte"]).to_numpy(float)
        total -= float((seat * (rows["coverage"].to_numpy(float) * required - own)).sum())
    return total


def _training_room(
    problem: Any,
    inputs: CapacityInputs,
    offers: Sequence[Candidate],
    size: Sequence[Any],
    held: Sequence[Any],
) -> None:
    """No more classes at a time than trainers, no more trainees than seats."""
    by_week: dict[dt.date, list[int]] = {}
    for k, one in enumerate(offers):
        for monday in training_weeks(inputs, one.start):
            by_week.setdefault(monday, []).append(k)
    for monday, places in by_week.items():
        there = [one for one in inputs.classes if monday in training_weeks(inputs, one.start)]
        trainers = max(0, inputs.training.trainers - len(there))
        free = max(0, inputs.training.seats - sum(one.size for one in there))
        problem += _sum([(held[k], 1.0) for k in places]) <= trainers
        problem += _sum([(size[k], 1.0) for k in places]) <= free


def _floor(
    problem: Any,
    inputs: CapacityInputs,
    plan: CapacityPlan,
    base: CapacityPlan,
    offers: Sequence[Candidate],
    size: Sequence[Any],
    seats: Mapping[str, int],
) -> None:
    """No more people at once than a site has desks; who is there already stays."""
    for site, desks in seats.items():
        groups = [group.name for group in inputs.group if group.site == site]
        for m in range(len(inputs.periods)):
            terms, there = [], 0.0
            for group in groups:
                rows = plan.months[plan.months["group"] == group].iloc[m]
                now = base.months[base.months["group"] == group].iloc[m]
                required = float(rows["required_fte"])
                at_once = float(rows["peak_agents"]) / required if required else 0.0
                there += float(now["supply_fte"]) * at_once + float(now["support_heads"])
                terms += [
                    (size[k], float(one.fte[m]) * at_once)
                    for k, one in enumerate(offers)
                    if one.group == group
                ]
            problem += _sum(terms) <= max(0.0, desks - there)


def _read(
    problem: Any,
    offers: Sequence[Candidate],
    size: Sequence[Any],
    gap: float,
    time_limit_s: float,
    constant: float,
) -> _Found:
    """Solve and read; only ``sol_status`` says whether there are values."""
    solver = pulp.HiGHS(msg=False, gapRel=gap, timeLimit=time_limit_s, threads=1)
    problem.solve(solver)
    if problem.sol_status not in {pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible}:
        return _Found(HireStatus.NO_PLAN, (), math.nan, math.nan)
    info = problem.solverModel.getInfo()
    bound = float(info.mip_dual_bound) + constant
    heads = [round(variable.varValue or 0.0) for variable in size]
    chosen = [(one, count) for one, count in zip(offers, heads, strict=True) if count]
    chosen.sort(key=lambda item: (item[0].start, item[0].group))
    made = tuple(one.held(f"class{k}", count) for k, (one, count) in enumerate(chosen, 1))
    proven = problem.sol_status == pulp.LpSolutionOptimal
    cost = float(pulp.value(problem.objective))
    return _Found(
        HireStatus.OPTIMAL if proven else HireStatus.FEASIBLE, made, cost, min(bound, cost)
    )
