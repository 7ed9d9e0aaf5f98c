"""The plan: need against supply, what closes the gap, and what it all costs, row by row.

Every line is plain arithmetic on lines above it and on the inputs, so that a spreadsheet can say
the same; :mod:`wfm.reports.excel_budget` writes these very formulas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.capacity.inputs import CapacityInputs
from wfm.capacity.need import GroupNeed, Need
from wfm.capacity.supply import CohortHeads, GroupSupply, group_supply
from wfm.capacity.timeline import Floats
from wfm.headcount import LicenceKind

__all__ = ["COSTS", "CapacityPlan", "capacity_plan", "totals"]

COSTS = (
    "pay_cost",
    "trainee_cost",
    "premium_cost",
    "overtime_cost",
    "time_off_saving",
    "support_cost",
    "on_cost",
    "recruiting_cost",
    "training_cost",
    "seat_cost",
    "licence_cost",
    "telephony_cost",
    "night_cost",
    "outsourcing_cost",
)
"""Lines that the total is the sum of; voluntary time off is a negative one."""


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """A plan, with all that it was made from.

    Parameters
    ----------
    months
        One row per group and period, columns of ``schema.CAPACITY_MONTH`` but ``run``.
    """

    inputs: CapacityInputs
    need: Need
    supply: tuple[GroupSupply, ...]
    months: pd.DataFrame

    @property
    def total_cost(self) -> float:
        """Cost of all groups and periods."""
        return float(self.months["total_cost"].sum())


def capacity_plan(inputs: CapacityInputs, need: Need) -> CapacityPlan:
    """Plan of every group, period by period.

    Raises
    ------
    ValueError
        When people move that are not there.
    """
    supply = tuple(group_supply(inputs, group.name) for group in inputs.group)
    frames = [
        _group_months(inputs, need.of(one.group), one, position)
        for position, one in enumerate(supply)
    ]
    return CapacityPlan(inputs, need, supply, pd.concat(frames, ignore_index=True))


def _group_months(
    inputs: CapacityInputs, need: GroupNeed, supply: GroupSupply, position: int
) -> pd.DataFrame:
    group = inputs.group[position]
    rows = pd.DataFrame(
        {
            "group": group.name,
            "month": [period.name for period in inputs.periods],
            "site": group.site,
            "department": group.department,
            "cost_centre": group.cost_centre,
        }
    )
    rows = rows.assign(**_need_lines(inputs, need, supply))
    rows = rows.assign(**_head_lines(supply))
    rows = rows.assign(**_gap_lines(inputs, rows, need))
    return rows.assign(**_money_lines(inputs, rows, need, supply))


def _need_lines(inputs: CapacityInputs, need: GroupNeed, supply: GroupSupply) -> dict[str, Floats]:
    shrinkage = inputs.shrinkage_of(need.group)
    base_h = need.base_hours(supply.mix)
    required_h = base_h / (1.0 - shrinkage)
    per_fte = inputs.hours_per_fte
    return {
        "working_days": np.array([p.working_days for p in inputs.periods], float),
        "contacts": need.contacts,
        "own_contacts": need.own_contacts,
        "workload_h": need.workload_h,
        "aht_mix": supply.mix,
        "base_h": base_h,
        "occupancy": _ratio(need.workload_h * supply.mix, base_h),
        "shrinkage_in_office": inputs.shrinkage_of(need.group, in_office=True),
        "shrinkage_out_of_office": inputs.shrinkage_of(need.group, in_office=False),
        "shrinkage": shrinkage,
        "required_h": required_h,
        "hours_per_fte": per_fte,
        "net_fte": _ratio(base_h, per_fte),
        "required_fte": _ratio(required_h, per_fte),
        "peak_agents": need.peak_agents,
    }


def _head_lines(supply: GroupSupply) -> dict[str, Floats]:
    hired = sum(
        (_at(one, one.calendar.starting, one.cohort.trainees) for one in supply.cohorts),
        np.zeros(len(supply.mix)),
    )
    return {
        "opening_heads": supply.total("opening"),
        "leavers": supply.total("leavers"),
        "transfers": supply.transfers,
        "leave": supply.leave,
        "promotions": supply.promotions,
        "graduates": supply.total("joined"),
        "closing_heads": supply.total("closing"),
        "on_leave": supply.on_leave,
        "new_hires": hired,
        "trainees": supply.total("trainees"),
        "supply_fte": supply.agent_fte,
        "productive_fte": supply.productive_fte,
        "support_heads": supply.support.sum(axis=0),
    }


def _at(one: CohortHeads, place: int, value: float) -> Floats:
    out = np.zeros(len(one.opening))
    if 0 <= place < len(out):
        out[place] = value
    return out


def _gap_lines(inputs: CapacityInputs, rows: pd.DataFrame, need: GroupNeed) -> dict[str, Floats]:
    """Over and under, and what closes them: overtime, hours bought in, time off."""
    own_h = (rows["supply_fte"] * rows["hours_per_fte"]).to_numpy(float)
    required_h = rows["required_h"].to_numpy(float)
    under_h = np.maximum(required_h - own_h, 0.0)
    over_h = np.maximum(own_h - required_h, 0.0)
    overtime_h = np.minimum(under_h, inputs.flex.overtime * own_h)
    bought_h = np.minimum(under_h - overtime_h, inputs.flex.outsourced * required_h)
    time_off_h = np.minimum(over_h, inputs.flex.voluntary_time_off * own_h)
    available_h = own_h + overtime_h + bought_h - time_off_h
    coverage = _ratio(available_h, required_h, empty=1.0)
    per_fte = rows["hours_per_fte"].to_numpy(float)
    return {
        "over_fte": _ratio(over_h, per_fte),
        "under_fte": _ratio(under_h, per_fte),
        "overtime_h": overtime_h,
        "bought_h": bought_h,
        "time_off_h": time_off_h,
        "missed_h": np.maximum(under_h - overtime_h - bought_h, 0.0),
        "coverage": coverage,
        "service_level": need.service_at(coverage),
    }


def _money_lines(
    inputs: CapacityInputs, rows: pd.DataFrame, need: GroupNeed, supply: GroupSupply
) -> dict[str, Floats]:
    price = inputs.price
    paid_h = inputs.paid_hours_per_fte
    agents = _agent_pay(inputs, supply, paid_h)
    hour = _ratio(agents.pay, agents.hours)
    support_pay = sum(
        (role.per_hour * row for role, row in zip(inputs.role, supply.support, strict=True)),
        np.zeros(len(paid_h)),
    )
    support = support_pay * paid_h
    premium = _premium(inputs, rows, need, agents.pay)
    overtime = rows["overtime_h"].to_numpy(float) * hour * price.overtime
    saved = 0.0 - rows["time_off_h"].to_numpy(float) * hour
    pay = agents.pay + agents.trainee_pay + premium + overtime + saved + support
    seats, licences = _seats(inputs, rows, need, supply)
    length = np.array([period.months for period in inputs.periods])
    class_weeks, trainee_weeks = _training_weeks(inputs, supply)
    lines = {
        "pay_cost": agents.pay,
        "trainee_cost": agents.trainee_pay,
        "premium_cost": premium,
        "overtime_cost": overtime,
        "time_off_saving": saved,
        "support_cost": support,
        "on_cost": price.on_cost * pay,
        "recruiting_cost": price.per_hire * rows["new_hires"].to_numpy(float),
        "training_cost": price.per_trainee_week * trainee_weeks
        + price.per_class_week * class_weeks,
        "seat_cost": price.seat_month * seats * length,
        "licence_cost": price.licence_month * licences * length,
        "telephony_cost": price.toll_free_minute * need.phone_minutes
        + price.trunk_month * need.trunks * length,
        "night_cost": price.night_hour * need.night_open_h * _night_share(inputs, need.group),
        "outsourcing_cost": price.outsourced_contact
        * np.maximum(need.contacts - need.own_contacts, 0.0)
        + price.outsourced_hour * rows["bought_h"].to_numpy(float),
    }
    total = np.asarray(sum(lines[name] for name in COSTS), float)
    all_paid = agents.hours + agents.trainee_hours + rows["overtime_h"].to_numpy(float)
    return {
        "paid_h": all_paid - rows["time_off_h"].to_numpy(float),
        "seats": seats,
        "licences": licences,
        "trunks": need.trunks,
        **lines,
        "total_cost": total,
        "cost_per_contact": _ratio(total, need.contacts),
        "cost_per_fte": _ratio(total, rows["supply_fte"].to_numpy(float)),
    }


def _premium(inputs: CapacityInputs, rows: pd.DataFrame, need: GroupNeed, pay: Floats) -> Floats:
    """Premiums on the hours at work: who is on leave earns none, who is in a meeting does."""
    price = inputs.price
    share = price.night * need.night + price.weekend * need.weekend + price.holiday * need.holiday
    return np.asarray(pay * (1.0 - rows["shrinkage_out_of_office"].to_numpy(float)) * share, float)


@dataclass(frozen=True, slots=True)
class _AgentPay:
    hours: Floats
    pay: Floats
    trainee_hours: Floats
    trainee_pay: Floats


def _agent_pay(inputs: CapacityInputs, supply: GroupSupply, paid_h: Floats) -> _AgentPay:
    """Paid hours and pay of those on the contacts and of those in training."""
    hours, pay, trainee_hours, trainee_pay = (np.zeros(len(paid_h)) for _ in range(4))
    probation = inputs.price.probation
    for one in supply.cohorts:
        fte, rate = inputs.fte_of(one.cohort.contract), inputs.rate_of(one.cohort.grade)
        worked = one.average * fte * paid_h
        share = 1.0 - (1.0 - probation) * one.calendar.probation
        hours = hours + worked
        pay = pay + worked * rate * share
        learnt = one.trainees * fte * paid_h
        trainee_hours = trainee_hours + learnt
        trainee_pay = trainee_pay + learnt * rate * probation
    return _AgentPay(hours, pay, trainee_hours, trainee_pay)


def _training_weeks(inputs: CapacityInputs, supply: GroupSupply) -> tuple[Floats, Floats]:
    """Weeks of classes, and of trainees, per period."""
    weeks = np.array([period.days / 7 for period in inputs.periods])
    classes = sum(
        (one.calendar.in_training for one in supply.cohorts if one.cohort.trainees > 0),
        np.zeros(len(weeks)),
    )
    return classes * weeks, supply.total("trainees") * weeks


def _seats(
    inputs: CapacityInputs, rows: pd.DataFrame, need: GroupNeed, supply: GroupSupply
) -> tuple[Floats, Floats]:
    """Desks on the floor, and licences.

    At the busiest interval as many sit there as the requirement says, more or fewer as the plan
    covers more or less of it; support staff have a desk each.
    """
    slower = _ratio(rows["base_h"].to_numpy(float), need.base_hours(1.0), empty=1.0)
    at_once = need.peak_agents * slower * rows["coverage"].to_numpy(float)
    seats = np.ceil(np.round(at_once, 9)) + supply.support.sum(axis=0)
    if inputs.licence_kind is LicenceKind.CONCURRENT:
        return seats, seats
    named = supply.total("average") + supply.total("trainees") + supply.support.sum(axis=0)
    return seats, np.ceil(np.round(named, 9))


def _night_share(inputs: CapacityInputs, group: str) -> float:
    """Share of a site's fixed cost that a group bears: the groups of a site share alike."""
    site = next(one.site for one in inputs.group if one.name == group)
    return 1.0 / sum(one.site == site for one in inputs.group)


def _ratio(above: Floats, below: Floats, *, empty: float = 0.0) -> Floats:
    above, below = np.asarray(above, float), np.asarray(below, float)
    out = np.full(len(above), empty)
    return np.asarray(np.divide(above, below, out=out, where=below != 0), float)


_SUMMED = (
    "contacts",
    "own_contacts",
    "workload_h",
    "base_h",
    "required_h",
    "net_fte",
    "required_fte",
    "opening_heads",
    "leavers",
    "transfers",
    "leave",
    "promotions",
    "graduates",
    "closing_heads",
    "on_leave",
    "new_hires",
    "trainees",
    "supply_fte",
    "productive_fte",
    "support_heads",
    "over_fte",
    "under_fte",
    "overtime_h",
    "bought_h",
    "time_off_h",
    "missed_h",
    "paid_h",
    "seats",
    "licences",
    "trunks",
    *COSTS,
    "total_cost",
)


def totals(months: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Sums over groups by period, of all or by site, department or cost centre.

    Ratios are made anew from the sums; the service level weighs each group by its contacts.
    """
    keys = ["month"] if by is None else [by, "month"]
    order = {name: k for k, name in enumerate(dict.fromkeys(months["month"]))}
    weighted = months.assign(served=months["service_level"] * months["own_contacts"])
    sums = weighted.groupby(keys, sort=False)[[*_SUMMED, "served"]].sum().reset_index()
    sums = sums.sort_values(keys, key=lambda c: c.map(order) if c.name == "month" else c)
    sums["service_level"] = _ratio(sums["served"], sums["own_contacts"], empty=1.0)
    sums["occupancy"] = _ratio(
        (months["occupancy"] * months["base_h"])
        .groupby([months[k] for k in keys], sort=False)
        .sum()
        .reindex(pd.MultiIndex.from_frame(sums[keys]) if by else sums["month"])
        .to_numpy(float),
        sums["base_h"].to_numpy(float),
    )
    sums["shrinkage"] = 1.0 - _ratio(sums["base_h"], sums["required_h"], empty=1.0)
    sums["cost_per_contact"] = _ratio(sums["total_cost"], sums["contacts"])
    sums["cost_per_fte"] = _ratio(sums["total_cost"], sums["supply_fte"])
    return sums.drop(columns="served").reset_index(drop=True)
