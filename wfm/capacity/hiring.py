"""Hiring: which classes could start when, what one person hired then brings and costs, and the
plain rule of thumb "hire to need" that the program of :mod:`wfm.capacity.hire_program` is held to.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from wfm.capacity.inputs import CapacityInputs, HiringClass
from wfm.capacity.need import Need
from wfm.capacity.plan import CapacityPlan, capacity_plan
from wfm.capacity.supply import CohortHeads, calendar_of, class_cohort, roll
from wfm.capacity.timeline import Floats
from wfm.headcount import LicenceKind

__all__ = [
    "Candidate",
    "HirePrices",
    "candidates",
    "hire_to_need",
    "planned_cost",
    "requisition_date",
    "training_weeks",
    "with_classes",
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class that could be held; figures are per person who starts in it.

    Parameters
    ----------
    fte, output_fte
        Full-timers on the contacts, and the same by output, per period.
    cost
        Pay, on-costs, premiums, recruiting, training, licence and support staff over the whole
        plan, less what they are still worth at its end [money].
    class_cost
        Cost of the class whatever its size [money].
    """

    group: str
    contract: str
    grade: str
    start: dt.date
    fte: Floats
    output_fte: Floats
    cost: float
    class_cost: float

    def held(self, name: str, size: int) -> HiringClass:
        """The class with so many people."""
        return HiringClass(name, self.group, self.contract, self.grade, self.start, size)


@dataclass(frozen=True, slots=True)
class HirePrices:
    """Prices of a group's hours per period [money/h].

    Parameters
    ----------
    overtime, bought, missed
        An hour of overtime, bought in, not worked at all.
    time_off
        Saved by an hour of voluntary time off.
    """

    overtime: Floats
    bought: Floats
    missed: Floats
    time_off: Floats


def requisition_date(inputs: CapacityInputs, start: dt.date) -> dt.date:
    """Last day on which people for a class can be asked for.

    Examples
    --------
    >>> from wfm.capacity.timeline import months
    >>> inputs = CapacityInputs(months(dt.date(2026, 1, 1), 1), (), ())
    >>> requisition_date(inputs, dt.date(2026, 3, 2))
    datetime.date(2026, 1, 19)
    """
    return start - dt.timedelta(weeks=inputs.training.recruiting_weeks)


def training_weeks(inputs: CapacityInputs, start: dt.date) -> list[dt.date]:
    """Mondays of the weeks that a class is in training."""
    monday = start - dt.timedelta(days=start.weekday())
    end = start + dt.timedelta(weeks=inputs.training.weeks)
    return [monday + dt.timedelta(weeks=k) for k in range(math.ceil((end - monday).days / 7))]


def candidates(
    inputs: CapacityInputs, need: Need, group: str, not_before: dt.date
) -> tuple[Candidate, ...]:
    """Classes of a group that could start on a Monday after recruiting and graduate in the plan.

    People are hired on the contract and grade of the group's first class, or else of its largest
    headcount.
    """
    earliest = not_before + dt.timedelta(weeks=inputs.training.recruiting_weeks)
    begin = inputs.periods[0].start
    # who is trained before the plan begins belongs to its opening headcount
    earliest = max(earliest, begin - dt.timedelta(weeks=inputs.training.weeks) + _DAY)
    monday = earliest + dt.timedelta(days=-earliest.weekday() % 7)
    terms = _terms(inputs, group)
    found: list[Candidate] = []
    for k in count():
        start = monday + dt.timedelta(weeks=k)
        if terms is None or start + _trained(inputs) >= inputs.periods[-1].end:
            return tuple(found)
        found.append(_candidate(inputs, need, HiringClass("one", group, *terms, start, 1)))
    return ()


_DAY = dt.timedelta(days=1)


def _trained(inputs: CapacityInputs) -> dt.timedelta:
    return dt.timedelta(weeks=inputs.training.weeks)


def _terms(inputs: CapacityInputs, group: str) -> tuple[str, str] | None:
    """Contract and grade of people to hire; None where nobody says."""
    for one in inputs.classes:
        if one.group == group:
            return one.contract, one.grade
    rows = [row for row in inputs.headcount if row.group == group]
    if rows:
        largest = max(rows, key=lambda row: row.heads)
        return largest.contract, largest.grade
    if inputs.contract and inputs.pay:
        return inputs.contract[0].name, inputs.pay[0].name
    return None


def _candidate(inputs: CapacityInputs, need: Need, one: HiringClass) -> Candidate:
    cohort = class_cohort(inputs, one)
    calendar = calendar_of(inputs, cohort)
    heads = roll(inputs, cohort, calendar)
    fte, rate = inputs.fte_of(one.contract), inputs.rate_of(one.grade)
    price, paid_h = inputs.price, inputs.paid_hours_per_fte
    own = need.of(one.group)
    worked = heads.average * fte * paid_h * rate * (1 - (1 - price.probation) * calendar.probation)
    away = inputs.shrinkage_of(one.group, in_office=False)
    premium = (1 - away) * (
        price.night * own.night + price.weekend * own.weekend + price.holiday * own.holiday
    )
    there = heads.average + heads.trainees
    support_hour, helping = _support_per_head(inputs)
    length = np.array([period.months for period in inputs.periods])
    licence = np.zeros(len(paid_h))
    if inputs.licence_kind is LicenceKind.NAMED:
        licence = price.licence_month * there * length
    cost = (1 + price.on_cost) * (worked * (1 + premium) + support_hour * there * paid_h) + licence
    entry = _entry_cost(inputs, heads)
    weeks = np.array([period.days / 7 for period in inputs.periods])
    return Candidate(
        one.group,
        one.contract,
        one.grade,
        one.start,
        heads.average * fte + helping * there,
        heads.average * fte * calendar.productivity + helping * there,
        float(cost.sum()) + entry - _worth(inputs, heads),
        float((price.per_class_week * calendar.in_training * weeks).sum()),
    )


def _support_per_head(inputs: CapacityInputs) -> tuple[float, float]:
    """Support staff that one more agent brings, unrounded: pay per hour, and FTE on contacts."""
    heads, hour, helping = {"": 1.0}, 0.0, 0.0
    for role in inputs.role:
        heads[role.name] = heads[role.of] / role.span if role.span > 0 else 0.0
        hour += heads[role.name] * role.per_hour
        helping += heads[role.name] * role.productive
    return hour, helping


def _entry_cost(inputs: CapacityInputs, heads: CohortHeads) -> float:
    """Recruiting, training and pay while in training of a cohort, within the plan [money]."""
    price, cohort = inputs.price, heads.cohort
    weeks = np.array([period.days / 7 for period in inputs.periods])
    hour = inputs.rate_of(cohort.grade) * price.probation * (1 + price.on_cost)
    hours = heads.trainees * inputs.fte_of(cohort.contract) * inputs.paid_hours_per_fte
    started = 0 <= heads.calendar.starting < len(weeks)
    hired = price.per_hire * cohort.trainees if started else 0.0
    return hired + float((price.per_trainee_week * heads.trainees * weeks + hours * hour).sum())


def _worth(inputs: CapacityInputs, heads: CohortHeads) -> float:
    """What graduates who are still there when the plan ends are worth: the entry of another.

    Whether somebody leaves does not depend on the years behind, so those who stay save exactly
    what their replacement would have cost. Without that no plan would hire in its last months.
    """
    graduates = heads.cohort.heads
    if heads.cohort.trainees <= 0 or graduates <= 0:
        return 0.0
    return _entry_cost(inputs, heads) * float(heads.closing[-1]) / graduates


def hire_prices(inputs: CapacityInputs, plan: CapacityPlan, group: str) -> HirePrices:
    """Prices of a group's hours; a seat is paid with the hours that fill it.

    An hour that nobody works costs ``price.missed_hour``, or ten hours' pay where that is 0, so
    that hiring is worth while.
    """
    rows = plan.months[plan.months["group"] == group]
    own_h = (rows["supply_fte"] * inputs.paid_hours_per_fte).to_numpy(float)
    hour = np.full(len(rows), _mean_rate(inputs, group))
    hour = np.divide(rows["pay_cost"].to_numpy(float), own_h, out=hour, where=own_h > 0)
    loaded = hour * (1 + inputs.price.on_cost)
    missed = inputs.price.missed_hour
    return HirePrices(
        loaded * inputs.price.overtime,
        np.full(len(rows), inputs.price.outsourced_hour),
        np.full(len(rows), missed) if missed > 0 else 10 * loaded,
        loaded,
    )


def _mean_rate(inputs: CapacityInputs, group: str) -> float:
    terms = _terms(inputs, group)
    return inputs.rate_of(terms[1]) if terms else 0.0


def with_classes(inputs: CapacityInputs, classes: Sequence[HiringClass]) -> CapacityInputs:
    """The inputs with these classes beside those that are there."""
    return replace(inputs, classes=(*inputs.classes, *classes))


def planned_cost(plan: CapacityPlan) -> float:
    """Cost of a plan to compare hiring by [money].

    The total, the hours that nobody works at their price, less what those hired in it are still
    worth at its end.
    """
    cost = plan.total_cost
    for supply in plan.supply:
        rows = plan.months[plan.months["group"] == supply.group]
        price = hire_prices(plan.inputs, plan, supply.group).missed
        cost += float((rows["missed_h"].to_numpy(float) * price).sum())
        cost -= sum(_worth(plan.inputs, one) for one in supply.cohorts)
    return cost


def hire_to_need(
    inputs: CapacityInputs, need: Need, *, not_before: dt.date
) -> tuple[HiringClass, ...]:
    """Classes by the rule of thumb: month by month, the last class that can still close the gap.

    Sizes are what the month lacks, not what later months will need; a full training room pushes
    a class to an earlier week. That is what most spreadsheets do.
    """
    made: list[HiringClass] = []
    offers = {g.name: candidates(inputs, need, g.name, not_before) for g in inputs.group}
    for k, period in enumerate(inputs.periods):
        for group in inputs.group:
            in_time = [
                one for one in offers[group.name] if one.start + _trained(inputs) <= period.start
            ]
            while in_time:
                plan = capacity_plan(with_classes(inputs, made), need)
                rows = plan.months[plan.months["group"] == group.name].iloc[k]
                short = float(rows["under_fte"]) / max(float(rows["aht_mix"]), 1.0)
                last = _last_with_room(inputs, made, in_time)
                if short <= 1e-9 or last is None:
                    break
                wanted = math.ceil(short / last.output_fte[k] - 1e-9) if last.output_fte[k] else 0
                room = _room(inputs, made, last.start)
                size = min(max(wanted, inputs.training.smallest), inputs.training.largest, room)
                made.append(last.held(f"need{len(made) + 1}", size))
                in_time = [one for one in in_time if one.start <= last.start]
    return tuple(made)


def _last_with_room(
    inputs: CapacityInputs, made: Sequence[HiringClass], offers: Sequence[Candidate]
) -> Candidate | None:
    good = [one for one in offers if _room(inputs, made, one.start) >= inputs.training.smallest]
    return good[-1] if good else None


def _room(inputs: CapacityInputs, made: Sequence[HiringClass], start: dt.date) -> int:
    """Persons who can still start their training that day; none without a trainer."""
    free = inputs.training.seats
    for monday in training_weeks(inputs, start):
        busy = [
            one for one in (*inputs.classes, *made) if monday in training_weeks(inputs, one.start)
        ]
        if len(busy) >= inputs.training.trainers:
            return 0
        free = min(free, inputs.training.seats - sum(one.size for one in busy))
    return free
