"""Money of the budget workbook: each line of cost as a formula, and the pay of every cohort."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wfm.budget_lines import Part
from wfm.capacity import CapacityInputs, CapacityPlan, totals
from wfm.capacity.plan import COSTS
from wfm.capacity.supply import CohortHeads, GroupSupply
from wfm.headcount import LicenceKind
from wfm.pipeline.budget.rows import ALL, heading_row, line_row, overlap, ratio_of, total_rows
from wfm.reports.budget_book import MonthRow

__all__ = ["money_rows"]

Floats = NDArray[np.float64]


def money_rows(plan: CapacityPlan) -> tuple[MonthRow, ...]:
    """Totals, cost centres, the cost lines of each group, and the pay of every cohort below."""
    rows = [*total_rows(plan, Part.MONEY), *_unit_costs(plan), *_cost_centres(plan)]
    for supply in plan.supply:
        rows += _group_money(plan, supply)
    for supply in plan.supply:
        for one in supply.cohorts:
            rows += _cohort_pay(plan.inputs, one)
    return tuple(rows)


def _unit_costs(plan: CapacityPlan) -> list[MonthRow]:
    every = totals(plan.months)
    return [
        line_row(
            ALL,
            f"t_{name}",
            every[name].to_numpy(float),
            ratio_of("{t_total_cost}", f"{{t_{below}}}"),
            number="#,##0.00",
        )
        for name, below in (("cost_per_contact", "contacts"), ("cost_per_fte", "supply_fte"))
    ]


def _cost_centres(plan: CapacityPlan) -> list[MonthRow]:
    rows = [heading_row(ALL, "By cost centre")]
    by = totals(plan.months, "cost_centre")
    for centre in dict.fromkeys(group.cost_centre for group in plan.inputs.group):
        groups = [group.name for group in plan.inputs.group if group.cost_centre == centre]
        values = by.loc[by["cost_centre"] == centre, "total_cost"].to_numpy(float)
        formula = "+".join(f"{{total_cost@{name}}}" for name in groups)
        label = f"Cost centre {centre or 'not named'}"
        made = line_row(ALL, f"centre/{centre}", values, formula, label=label, unit="money")
        rows.append(made)
    return rows


def _group_money(plan: CapacityPlan, supply: GroupSupply) -> list[MonthRow]:
    group, inputs = supply.group, plan.inputs
    months = plan.months[plan.months["group"] == group]

    def line(name: str, formula: str) -> MonthRow:
        return line_row(group, name, months[name].to_numpy(float), formula)

    weeks = "{+c_trainees}*{days@}/7"
    courses = "+".join(
        overlap(f"{{${one.cohort.name}/Hired}}", f"{{${one.cohort.name}/On contacts}}")
        for one in supply.cohorts
        if one.cohort.joins
    )
    at_once = "{peak_agents}*" + ratio_of("{base_h}", "{load_2}", "1") + "*{coverage}"
    named = "ROUNDUP(ROUND({+c_mean}+{+c_trainees}+{support_heads},9),0)"
    concurrent = inputs.licence_kind is LicenceKind.CONCURRENT
    share = 1 / sum(one.site == months["site"].iloc[0] for one in inputs.group)
    return [
        heading_row(group, "Money"),
        line("paid_h", "{+c_hours}+{+c_learning_h}+{overtime_h}-{time_off_h}"),
        line("seats", f"ROUNDUP(ROUND({at_once},9),0)+{{support_heads}}"),
        line("licences", "{seats}" if concurrent else named),
        line("trunks", ""),
        *_pay_lines(inputs, line),
        line("recruiting_cost", "{$price.per_hire}*{new_hires}"),
        line(
            "training_cost",
            f"{{$price.per_trainee_week}}*{weeks}"
            f"+{{$price.per_class_week}}*({courses or '0'})*{{days@}}/7",
        ),
        line("seat_cost", "{$price.seat_month}*{seats}*{months@}"),
        line("licence_cost", "{$price.licence_month}*{licences}*{months@}"),
        line(
            "telephony_cost",
            "{$price.toll_free_minute}*{phone_minutes}+{$price.trunk_month}*{trunks}*{months@}",
        ),
        line("night_cost", f"{{$price.night_hour}}*{{night_open_h}}*{share!r}"),
        line(
            "outsourcing_cost",
            "{$price.outsourced_contact}*({contacts}-{own_contacts})"
            "+{$price.outsourced_hour}*{bought_h}",
        ),
        line("total_cost", "+".join(f"{{{name}}}" for name in COSTS)),
        line("cost_per_contact", ratio_of("{total_cost}", "{contacts}")),
        line("cost_per_fte", ratio_of("{total_cost}", "{supply_fte}")),
    ]


def _pay_lines(inputs: CapacityInputs, line: Callable[[str, str], MonthRow]) -> list[MonthRow]:
    """Pay with its premiums and on-costs."""
    hour = ratio_of("{+c_pay}", "{+c_hours}")
    roles = [f"{{role/{role.name}}}*{{$role.{role.name}.per_hour}}" for role in inputs.role]
    loaded = ("pay", "trainee", "premium", "overtime", "support")
    pay = "+".join(f"{{{part}_cost}}" for part in loaded) + "+{time_off_saving}"
    return [
        line("pay_cost", "{+c_pay}"),
        line("trainee_cost", "{+c_learning_pay}"),
        line(
            "premium_cost",
            "{pay_cost}*(1-{shrinkage_out_of_office})*({$price.night}*{night}"
            "+{$price.weekend}*{weekend}+{$price.holiday}*{holiday})",
        ),
        line("overtime_cost", f"{{overtime_h}}*{hour}*{{$price.overtime}}"),
        line("time_off_saving", f"0-{{time_off_h}}*{hour}"),
        line("support_cost", f"({'+'.join(roles) or '0'})*{{paid_hours_per_fte@}}"),
        line("on_cost", f"{{$price.on_cost}}*({pay})"),
    ]


def _cohort_pay(inputs: CapacityInputs, one: CohortHeads) -> list[MonthRow]:
    """Paid hours and pay of a cohort, on the contacts and in training."""
    name, group = one.cohort.name, one.cohort.group
    fte, rate = inputs.fte_of(one.cohort.contract), inputs.rate_of(one.cohort.grade)
    paid, probation = inputs.paid_hours_per_fte, inputs.price.probation
    hours, learnt = one.average * fte * paid, one.trainees * fte * paid
    share = 1.0 - (1.0 - probation) * one.calendar.probation
    pay = f"{{${name}/Pay}}"
    lines: list[tuple[str, str, str, Floats, str]] = [
        ("c_hours", "paid hours", "h", hours, f"{{c_fte/{name}}}*{{paid_hours_per_fte@}}"),
        (
            "c_pay",
            "pay",
            "money",
            hours * rate * share,
            f"{{c_hours/{name}}}*{pay}*(1-(1-{{$price.probation}})*{{c_probation/{name}}})",
        ),
        (
            "c_learning_h",
            "paid hours in training",
            "h",
            learnt,
            f"{{c_trainees/{name}}}*{{${name}/FTE}}*{{paid_hours_per_fte@}}",
        ),
        (
            "c_learning_pay",
            "pay in training",
            "money",
            learnt * rate * probation,
            f"{{c_learning_h/{name}}}*{pay}*{{$price.probation}}",
        ),
    ]
    return [
        line_row(group, f"{key}/{name}", values, formula, label=f"{name}: {label}", unit=unit)
        for key, label, unit, values, formula in lines
    ]
