"""Need, Supply and Money of the budget workbook: each line of the engine as a formula.

The formulas are the ones of :mod:`wfm.capacity.plan` and :mod:`wfm.capacity.supply`, written for a
spreadsheet; the values beside them are the engine's. A test recalculates the workbook and compares
every cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from wfm.budget_lines import LINES, Part
from wfm.capacity import CapacityInputs, CapacityPlan, totals
from wfm.capacity.inputs import MoveKind
from wfm.capacity.need import FACTORS, RATIOS, GroupNeed
from wfm.capacity.plan import COSTS
from wfm.capacity.supply import CohortHeads, GroupSupply, pool_of, survival
from wfm.headcount import LicenceKind, ShrinkageBase
from wfm.pipeline.budget_inputs import OPEN_END, hazard_formula
from wfm.reports.budget_book import MonthRow

__all__ = ["ALL", "money_rows", "need_rows", "supply_rows"]

Floats = NDArray[np.float64]

ALL = "All"
"""Group of the totals."""

_EPOCH = dt.date(1899, 12, 30)
_FORMATS = {"fraction": "0.0%", "ratio": "0.000", "money": "#,##0", "h": "#,##0"}
_MEANS = {"net_fte", "required_fte", "supply_fte", "productive_fte", "over_fte", "under_fte"}
_SUMS = {
    *("contacts", "own_contacts", "workload_h", "base_h", "required_h", "leavers", "transfers"),
    *("leave", "promotions", "graduates", "new_hires", "overtime_h", "bought_h", "time_off_h"),
    *("missed_h", "paid_h", "total_cost", *COSTS),
}


def _row(
    group: str,
    key: str,
    values: Floats,
    formula: str = "",
    *,
    first: str = "",
    label: str = "",
    unit: str = "",
    number: str = "",
) -> MonthRow:
    """Row of a line, or of a figure that only the workbook has."""
    name = key.removeprefix("t_")
    line = next((line for line in LINES if line.name == name), None)
    shown = label or (line.label if line else key)
    of = unit or (line.unit if line else "")
    form = number or ("#,##0.00" if key.startswith("cost_per") else _FORMATS.get(of, "#,##0.0"))
    total = "mean" if name in _MEANS else "sum" if name in _SUMS else ""
    strong = name in ("required_fte", "supply_fte", "total_cost", "closing_heads")
    data = np.asarray(values, float)
    detail = key.partition("/")[0] in _COHORT or key.startswith(("load_", "served_"))
    return MonthRow(group, key, shown, of, data, formula, first, form, total, strong, detail)


def _heading(group: str, label: str = "") -> MonthRow:
    return MonthRow(group, "", label, "", np.empty(0))


def _interpolated(at: str, grid: Sequence[float], keys: Sequence[str]) -> str:
    """Sum that :func:`wfm.capacity.need.interpolated` makes."""
    parts = [f"{{{keys[0]}}}"]
    for k in range(len(grid) - 1):
        step = f"MIN(MAX(({at}-{grid[k]})/{grid[k + 1] - grid[k]!r},0),1)"
        parts.append(f"({{{keys[k + 1]}}}-{{{keys[k]}}})*{step}")
    return "+".join(parts)


def _over(above: str, below: str, empty: str = "0") -> str:
    return f"IF({below}=0,{empty},{above}/{below})"


# -- Need ------------------------------------------------------------------------------------


def need_rows(plan: CapacityPlan) -> tuple[MonthRow, ...]:
    """Calendar, totals, and the need of each group."""
    rows = [*_calendar(plan.inputs), *_totals(plan, Part.NEED)]
    for need in plan.need.groups:
        rows += _group_need(plan, need)
    return tuple(rows)


def _calendar(inputs: CapacityInputs) -> list[MonthRow]:
    periods = inputs.periods

    def days(dates: Sequence[dt.date]) -> Floats:
        return np.array([(day - _EPOCH).days for day in dates], float)

    start, end = days([p.start for p in periods]), days([p.end for p in periods])
    weekdays = np.array([p.weekdays for p in periods], float)
    length = np.array([p.months for p in periods])
    plain = {"number": "#,##0", "unit": "days"}
    date = {"number": "yyyy-mm-dd"}
    hours = "{$full_time_hours}/5*{%s@}"
    return [
        _heading("", "Calendar"),
        _row("", "start", start, label="First day", **date),
        _row("", "end", end, label="Day after the last", **date),
        _row("", "days", end - start, "{end@}-{start@}", label="Days", **plain),
        _row("", "months", length, label="Length", unit="months", number="0.000"),
        _row("", "weekdays", weekdays, label="Mondays to Fridays", **plain),
        _row("", "working_days", np.array([p.working_days for p in periods], float), number="0"),
        _row("", "hours_per_fte", inputs.hours_per_fte, hours % "working_days"),
        _row(
            "",
            "paid_hours_per_fte",
            inputs.paid_hours_per_fte,
            hours % "weekdays",
            label="Paid hours per FTE",
            unit="h",
        ),
    ]


def _totals(plan: CapacityPlan, part: Part) -> list[MonthRow]:
    """Sums over all groups of what can be summed."""
    every = totals(plan.months)
    rows = [_heading(ALL, "All groups")]
    for line in LINES:
        if line.part is part and (line.name in _SUMS | _MEANS or line.name.endswith("_heads")):
            values = every[line.name].to_numpy(float)
            rows.append(_row(ALL, f"t_{line.name}", values, f"{{+{line.name}@}}"))
    return rows


def _group_need(plan: CapacityPlan, need: GroupNeed) -> list[MonthRow]:
    group, inputs = need.group, plan.inputs
    months = plan.months[plan.months["group"] == group]

    def line(name: str, formula: str = "") -> MonthRow:
        return _row(group, name, months[name].to_numpy(float), formula)

    keys = [f"load_{k}" for k in range(len(FACTORS))]
    return [
        _heading(group, "Need"),
        line("contacts"),
        line("own_contacts"),
        line("workload_h"),
        line("aht_mix", _over("{supply_fte}", "{productive_fte}", "1")),
        line("base_h", _interpolated("{aht_mix}", FACTORS, keys)),
        line("occupancy", _over("{workload_h}*{aht_mix}", "{base_h}")),
        line("shrinkage_in_office", _shrinkage(inputs, group, in_office=True)),
        line("shrinkage_out_of_office", _shrinkage(inputs, group, in_office=False)),
        line("shrinkage", _shrinkage(inputs, group)),
        line("required_h", "{base_h}/(1-{shrinkage})"),
        line("net_fte", _over("{base_h}", "{hours_per_fte@}")),
        line("required_fte", _over("{required_h}", "{hours_per_fte@}")),
        line("peak_agents"),
        *_curves(need, keys),
    ]


def _curves(need: GroupNeed, keys: Sequence[str]) -> list[MonthRow]:
    """What the queueing model said: values that no formula makes anew."""
    group = need.group
    rows = [_heading(group, "From the queueing model, interval by interval")]
    for k, factor in enumerate(FACTORS):
        label = f"Base hours at {factor:g} × the load"
        rows.append(_row(group, keys[k], need.hours[:, k], label=label, unit="h"))
    for k, ratio in enumerate(RATIOS):
        label, key = f"Service with {ratio:.0%} of the hours", f"served_{k}"
        rows.append(_row(group, key, need.service[:, k], label=label, unit="fraction"))
    for key, label, values in (
        ("night", "Share of hours at night", need.night),
        ("weekend", "Share of hours at the weekend", need.weekend),
        ("holiday", "Share of hours on public holidays", need.holiday),
    ):
        rows.append(_row(group, key, values, label=label, unit="fraction"))
    minutes, nights = need.phone_minutes, need.night_open_h
    rows.append(_row(group, "phone_minutes", minutes, label="Talk and queue time", unit="min"))
    rows.append(_row(group, "night_open_h", nights, label="Open hours at night", unit="h"))
    return rows


def _shrinkage(inputs: CapacityInputs, group: str, *, in_office: bool | None = None) -> str:
    kinds = [
        f"{{#shrinkage.{kind.name}.share}}"
        for kind in inputs.types_of(group)
        if in_office is None or kind.in_office is in_office
    ]
    if not kinds:
        return "0"
    if inputs.shrinkage_base is ShrinkageBase.CHAINED:
        return "1-" + "*".join(f"(1-{kind})" for kind in kinds)
    return "+".join(kinds)


# -- Supply ----------------------------------------------------------------------------------


def supply_rows(plan: CapacityPlan) -> tuple[MonthRow, ...]:
    """Totals, heads and gap of each group, and every cohort below."""
    rows = _totals(plan, Part.SUPPLY)
    for supply in plan.supply:
        rows += _group_heads(plan, supply)
    for supply in plan.supply:
        for one in supply.cohorts:
            rows += _cohort(plan.inputs, one, pool_of(plan.inputs, supply.group))
    return tuple(rows)


def _group_heads(plan: CapacityPlan, supply: GroupSupply) -> list[MonthRow]:
    group, inputs = supply.group, plan.inputs
    months = plan.months[plan.months["group"] == group]

    def line(name: str, formula: str, first: str = "") -> MonthRow:
        return _row(group, name, months[name].to_numpy(float), formula, first=first)

    away = [f"{{$headcount.{r.name}.on_leave}}" for r in inputs.headcount if r.group == group]
    roles = [f"role/{role.name}" for role in inputs.role]
    helping = "".join(
        f"+{{{key}}}*{{$role.{role.name}.productive}}"
        for key, role in zip(roles, inputs.role, strict=True)
    )
    rows = [
        _heading(group, "Heads"),
        line("opening_heads", "{+c_open}"),
        line("leavers", "{+c_leavers}"),
        line("transfers", _moves(inputs, group, "transfer")),
        line("leave", _moves(inputs, group, "leave")),
        line("promotions", _moves(inputs, group, "promotion")),
        line("graduates", "{+c_joined}"),
        line("closing_heads", "{+c_closing}"),
        line("on_leave", "{<on_leave}-{leave}", f"{'+'.join(away) or '0'}-{{leave}}"),
        line("new_hires", "{+c_hired}"),
        line("trainees", "{+c_trainees}"),
    ]
    for k, role in enumerate(inputs.role):
        of = f"{{role/{role.of}}}" if role.of else "({+c_mean}+{+c_trainees})"
        formula = f"{{$role.{role.name}.heads}}"
        if role.span > 0:
            formula = f"ROUNDUP(ROUND({of}/{{$role.{role.name}.span}},9),0)"
        rows.append(
            _row(group, roles[k], supply.support[k], formula, label=role.name, unit="persons")
        )
    return [
        *rows,
        line("support_heads", "+".join(f"{{{key}}}" for key in roles) or "0"),
        line("supply_fte", "{+c_fte}" + helping),
        line("productive_fte", "{+c_output_fte}" + helping),
        *_gap(line),
    ]


def _gap(line: Callable[[str, str], MonthRow]) -> list[MonthRow]:
    """Over and under, what closes them, and the service that follows."""
    own = "{supply_fte}*{hours_per_fte@}"
    under, over = f"MAX({{required_h}}-{own},0)", f"MAX({own}-{{required_h}},0)"
    available = f"({own}+{{overtime_h}}+{{bought_h}}-{{time_off_h}})"
    served = [f"served_{k}" for k in range(len(RATIOS))]
    return [
        line("over_fte", _over(over, "{hours_per_fte@}")),
        line("under_fte", _over(under, "{hours_per_fte@}")),
        line("overtime_h", f"MIN({under},{{$flex.overtime}}*{own})"),
        line("bought_h", f"MIN({under}-{{overtime_h}},{{$flex.outsourced}}*{{required_h}})"),
        line("time_off_h", f"MIN({over},{{$flex.voluntary_time_off}}*{own})"),
        line("missed_h", f"{under}-{{overtime_h}}-{{bought_h}}"),
        line("coverage", _over(available, "{required_h}", "1")),
        line("service_level", _interpolated("{coverage}", RATIOS, served)),
    ]


def _moves(inputs: CapacityInputs, group: str, kind: str) -> str:
    """Net heads of one kind in the month, move by move."""
    parts = []
    for move in inputs.moves:
        inside = f"({{$moves.{move.name}.date}}>={{start@}})*({{$moves.{move.name}.date}}<{{end@}})"
        heads = f"{{$moves.{move.name}.heads}}*{inside}"
        if move.kind is MoveKind.TRANSFER and kind == "transfer":
            sign = (move.to == group) - (move.group == group)
        elif move.kind is MoveKind.PROMOTION:
            sign = int(kind == "promotion" and move.group == group)
        else:
            leaves = move.kind is MoveKind.LEAVE
            sign = (-1 if leaves else 1) * (kind == "leave" and move.group == group)
        if sign and (kind != "leave" or move.kind in (MoveKind.LEAVE, MoveKind.RETURN)):
            parts.append(f"{'+' if sign > 0 else '-'}{heads}")
    return "".join(parts).removeprefix("+") or "0"


def _overlap(first: str, until: str) -> str:
    """Share of the month's days from one day to before another."""
    return f"MAX(0,MIN({{end@}},{until})-MAX({{start@}},{first}))/{{days@}}"


def _cohort(inputs: CapacityInputs, one: CohortHeads, pool: str | None) -> list[MonthRow]:
    """A cohort's calendar and heads, row by row."""
    name, group = one.cohort.name, one.cohort.group
    calendar, known = one.calendar, one.cohort.hired is not None
    here = {
        key: f"{{${name}/{key}}}" for key in ("Hired", "On contacts", "Heads", "In class", "FTE")
    }
    joins = here["On contacts"]
    joined = f"IF(AND({joins}>={{start@}},{joins}<{{end@}}),{here['Heads']},0)"
    hired = f"IF(AND({here['Hired']}>={{start@}},{here['Hired']}<{{end@}}),{here['In class']},0)"
    moved = "{transfers}+{leave}-{promotions}" if name == pool else "0"
    c = {key: f"{key}/{name}" for key in _COHORT}

    def row(key: str, values: Floats, formula: str, first: str = "") -> MonthRow:
        label, unit = _COHORT[key]
        return _row(
            group, c[key], values, formula, first=first, label=f"{name}: {label}", unit=unit
        )

    fte, length = inputs.fte_of(one.cohort.contract), len(inputs.periods)
    started = np.zeros(length)
    if 0 <= calendar.starting < length:
        started[calendar.starting] = one.cohort.trainees
    opened = "0" if one.cohort.joins else here["Heads"]
    start = f"({{{c['c_open']}}}+{{{c['c_joined']}}})"
    return [
        _heading(group, name),
        row("c_present", calendar.present, _overlap(joins, str(OPEN_END))),
        row("c_stay", survival(inputs, calendar), _stay_formula(inputs, name, known=known)),
        row("c_output", calendar.productivity, _output_formula(inputs, name, known=known)),
        row("c_probation", calendar.probation, _probation_formula(inputs, name, known=known)),
        row("c_open", one.opening, f"{{<{c['c_closing']}}}", opened),
        row("c_joined", one.joined, joined if one.cohort.joins else "0"),
        row("c_leavers", one.leavers, f"{start}*(1-{{{c['c_stay']}}})"),
        row("c_moved", one.moved, moved),
        row("c_closing", one.closing, f"{start}-{{{c['c_leavers']}}}+{{{c['c_moved']}}}"),
        row("c_mean", one.average, f"{{{c['c_present']}}}*({start}+{{{c['c_closing']}}})/2"),
        row("c_fte", one.average * fte, f"{{{c['c_mean']}}}*{here['FTE']}"),
        row(
            "c_output_fte",
            one.average * fte * calendar.productivity,
            f"{{{c['c_fte']}}}*{{{c['c_output']}}}",
        ),
        row("c_hired", started, hired if one.cohort.joins else "0"),
        row(
            "c_trainees",
            one.trainees,
            f"{here['In class']}*{_overlap(here['Hired'], joins)}" if one.cohort.joins else "0",
        ),
    ]


_COHORT = {
    "c_present": ("share of the month on the contacts", "fraction"),
    "c_stay": ("share that stays", "fraction"),
    "c_output": ("output over a tenured agent's", "fraction"),
    "c_probation": ("share of that time in the first band", "fraction"),
    "c_open": ("opening heads", "persons"),
    "c_joined": ("joined", "persons"),
    "c_leavers": ("leavers", "persons"),
    "c_moved": ("moved in less out", "persons"),
    "c_closing": ("closing heads", "persons"),
    "c_mean": ("mean heads", "persons"),
    "c_fte": ("FTE", "FTE"),
    "c_output_fte": ("FTE by output", "FTE"),
    "c_hired": ("start training", "persons"),
    "c_trainees": ("in training, mean", "persons"),
}


def _stay_formula(inputs: CapacityInputs, name: str, *, known: bool) -> str:
    """Product over the tenure bands of (1 - hazard)^(months in the band)."""
    if not inputs.attrition:
        return "1"
    if not known:
        return f"(1-{hazard_formula(inputs, inputs.attrition[-1].name)})^{{months@}}"
    return "*".join(
        f"(1-{hazard_formula(inputs, band.name)})^({{months@}}*{_in_band(inputs, name, k)})"
        for k, band in enumerate(inputs.attrition)
    )


def _in_band(inputs: CapacityInputs, name: str, k: int) -> str:
    joins = f"{{${name}/On contacts}}"
    first = f"{{${name}/Hired}}" if k == 0 else f"{{${name}/Band {k} ends}}"
    last = k == len(inputs.attrition) - 1
    until = str(OPEN_END) if last else f"{{${name}/Band {k + 1} ends}}"
    return _overlap(f"MAX({first},{joins})", f"MAX({until},{joins})")


def _output_formula(inputs: CapacityInputs, name: str, *, known: bool) -> str:
    if not known or not inputs.training.ramp:
        return "1"
    joins, lost = f"{{${name}/On contacts}}", []
    first = f"{{${name}/Ramp begins}}"
    for k, step in enumerate(inputs.training.ramp, 1):
        until = f"{{${name}/Ramp {k} ends}}"
        part = _overlap(f"MAX({first},{joins})", f"MAX({until},{joins})")
        lost.append(f"(1-{{$training.ramp.{step.name}.productivity}})*{part}")
        first = until
    present = f"{{c_present/{name}}}"
    return f"1-IF({present}=0,0,({'+'.join(lost)})/{present})"


def _probation_formula(inputs: CapacityInputs, name: str, *, known: bool) -> str:
    if not known or len(inputs.attrition) < 2:
        return "0"
    return _over(_in_band(inputs, name, 0), f"{{c_present/{name}}}")


# -- Money -----------------------------------------------------------------------------------


def money_rows(plan: CapacityPlan) -> tuple[MonthRow, ...]:
    """Totals, cost centres, the cost lines of each group, and the pay of every cohort below."""
    rows = [*_totals(plan, Part.MONEY), *_unit_costs(plan), *_cost_centres(plan)]
    for supply in plan.supply:
        rows += _group_money(plan, supply)
    for supply in plan.supply:
        for one in supply.cohorts:
            rows += _cohort_pay(plan.inputs, one)
    return tuple(rows)


def _unit_costs(plan: CapacityPlan) -> list[MonthRow]:
    every = totals(plan.months)
    return [
        _row(
            ALL,
            f"t_{name}",
            every[name].to_numpy(float),
            _over("{t_total_cost}", f"{{t_{below}}}"),
            number="#,##0.00",
        )
        for name, below in (("cost_per_contact", "contacts"), ("cost_per_fte", "supply_fte"))
    ]


def _cost_centres(plan: CapacityPlan) -> list[MonthRow]:
    rows = [_heading(ALL, "By cost centre")]
    by = totals(plan.months, "cost_centre")
    for centre in dict.fromkeys(group.cost_centre for group in plan.inputs.group):
        groups = [group.name for group in plan.inputs.group if group.cost_centre == centre]
        values = by.loc[by["cost_centre"] == centre, "total_cost"].to_numpy(float)
        formula = "+".join(f"{{total_cost@{name}}}" for name in groups)
        label = f"Cost centre {centre or 'not named'}"
        made = _row(ALL, f"centre/{centre}", values, formula, label=label, unit="money")
        rows.append(made)
    return rows


def _group_money(plan: CapacityPlan, supply: GroupSupply) -> list[MonthRow]:
    group, inputs = supply.group, plan.inputs
    months = plan.months[plan.months["group"] == group]

    def line(name: str, formula: str) -> MonthRow:
        return _row(group, name, months[name].to_numpy(float), formula)

    hour = _over("{+c_pay}", "{+c_hours}")
    roles = [f"{{role/{role.name}}}*{{$role.{role.name}.per_hour}}" for role in inputs.role]
    loaded = ("pay", "trainee", "premium", "overtime", "support")
    pay = "+".join(f"{{{part}_cost}}" for part in loaded) + "+{time_off_saving}"
    weeks = "{+c_trainees}*{days@}/7"
    courses = "+".join(
        _overlap(f"{{${one.cohort.name}/Hired}}", f"{{${one.cohort.name}/On contacts}}")
        for one in supply.cohorts
        if one.cohort.joins
    )
    at_once = "{peak_agents}*" + _over("{base_h}", "{load_2}", "1") + "*{coverage}"
    named = "ROUNDUP(ROUND({+c_mean}+{+c_trainees}+{support_heads},9),0)"
    concurrent = inputs.licence_kind is LicenceKind.CONCURRENT
    share = 1 / sum(one.site == months["site"].iloc[0] for one in inputs.group)
    return [
        _heading(group, "Money"),
        line("paid_h", "{+c_hours}+{+c_learning_h}+{overtime_h}-{time_off_h}"),
        line("seats", f"ROUNDUP(ROUND({at_once},9),0)+{{support_heads}}"),
        line("licences", "{seats}" if concurrent else named),
        line("trunks", ""),
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
        line("cost_per_contact", _over("{total_cost}", "{contacts}")),
        line("cost_per_fte", _over("{total_cost}", "{supply_fte}")),
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
        _row(group, f"{key}/{name}", values, formula, label=f"{name}: {label}", unit=unit)
        for key, label, unit, values, formula in lines
    ]
