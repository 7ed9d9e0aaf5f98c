"""Need and Supply of the budget workbook: each line of the engine as a formula.

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
from wfm.headcount import ShrinkageBase
from wfm.pipeline.budget.inputs import OPEN_END, hazard_formula
from wfm.reports.budget_book import MonthRow

__all__ = [
    "ALL",
    "heading_row",
    "line_row",
    "need_rows",
    "overlap",
    "ratio_of",
    "supply_rows",
    "total_rows",
]

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


def line_row(
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
    detail = key.startswith(("c_", "load_", "served_"))
    return MonthRow(group, key, shown, of, data, formula, first, form, total, strong, detail)


def heading_row(group: str, label: str = "") -> MonthRow:
    """Heading of a group's part of a sheet."""
    return MonthRow(group, "", label, "", np.empty(0))


def _interpolated(at: str, grid: Sequence[float], keys: Sequence[str]) -> str:
    """Sum that :func:`wfm.capacity.need.interpolated` makes."""
    parts = [f"{{{keys[0]}}}"]
    for k in range(len(grid) - 1):
        step = f"MIN(MAX(({at}-{grid[k]})/{grid[k + 1] - grid[k]!r},0),1)"
        parts.append(f"({{{keys[k + 1]}}}-{{{keys[k]}}})*{step}")
    return "+".join(parts)


def ratio_of(above: str, below: str, empty: str = "0") -> str:
    """Formula of a ratio, ``empty`` where there is nothing below."""
    return f"IF({below}=0,{empty},{above}/{below})"


# -- Need ------------------------------------------------------------------------------------


def need_rows(plan: CapacityPlan) -> tuple[MonthRow, ...]:
    """Calendar, totals, and the need of each group."""
    rows = [*_calendar(plan.inputs), *total_rows(plan, Part.NEED)]
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
        heading_row("", "Calendar"),
        line_row("", "start", start, label="First day", **date),
        line_row("", "end", end, label="Day after the last", **date),
        line_row("", "days", end - start, "{end@}-{start@}", label="Days", **plain),
        line_row("", "months", length, label="Length", unit="months", number="0.000"),
        line_row("", "weekdays", weekdays, label="Mondays to Fridays", **plain),
        line_row(
            "", "working_days", np.array([p.working_days for p in periods], float), number="0"
        ),
        line_row("", "hours_per_fte", inputs.hours_per_fte, hours % "working_days"),
        line_row(
            "",
            "paid_hours_per_fte",
            inputs.paid_hours_per_fte,
            hours % "weekdays",
            label="Paid hours per FTE",
            unit="h",
        ),
    ]


def total_rows(plan: CapacityPlan, part: Part) -> list[MonthRow]:
    """Sums over all groups of what can be summed."""
    every = totals(plan.months)
    rows = [heading_row(ALL, "All groups")]
    for line in LINES:
        if line.part is part and (line.name in _SUMS | _MEANS or line.name.endswith("_heads")):
            values = every[line.name].to_numpy(float)
            rows.append(line_row(ALL, f"t_{line.name}", values, f"{{+{line.name}@}}"))
    return rows


def _group_need(plan: CapacityPlan, need: GroupNeed) -> list[MonthRow]:
    group, inputs = need.group, plan.inputs
    months = plan.months[plan.months["group"] == group]

    def line(name: str, formula: str = "") -> MonthRow:
        return line_row(group, name, months[name].to_numpy(float), formula)

    keys = [f"load_{k}" for k in range(len(FACTORS))]
    return [
        heading_row(group, "Need"),
        line("contacts"),
        line("own_contacts"),
        line("workload_h"),
        line("aht_mix", ratio_of("{supply_fte}", "{productive_fte}", "1")),
        line("base_h", _interpolated("{aht_mix}", FACTORS, keys)),
        line("occupancy", ratio_of("{workload_h}*{aht_mix}", "{base_h}")),
        line("shrinkage_in_office", _shrinkage(inputs, group, in_office=True)),
        line("shrinkage_out_of_office", _shrinkage(inputs, group, in_office=False)),
        line("shrinkage", _shrinkage(inputs, group)),
        line("required_h", "{base_h}/(1-{shrinkage})"),
        line("net_fte", ratio_of("{base_h}", "{hours_per_fte@}")),
        line("required_fte", ratio_of("{required_h}", "{hours_per_fte@}")),
        line("peak_agents"),
        *_curves(need, keys),
    ]


def _curves(need: GroupNeed, keys: Sequence[str]) -> list[MonthRow]:
    """What the queueing model said: values that no formula makes anew."""
    group = need.group
    rows = [heading_row(group, "From the queueing model, interval by interval")]
    for k, factor in enumerate(FACTORS):
        label = f"Base hours at {factor:g} × the load"
        rows.append(line_row(group, keys[k], need.hours[:, k], label=label, unit="h"))
    for k, ratio in enumerate(RATIOS):
        label, key = f"Service with {ratio:.0%} of the hours", f"served_{k}"
        rows.append(line_row(group, key, need.service[:, k], label=label, unit="fraction"))
    for key, label, values in (
        ("night", "Share of hours at night", need.night),
        ("weekend", "Share of hours at the weekend", need.weekend),
        ("holiday", "Share of hours on public holidays", need.holiday),
    ):
        rows.append(line_row(group, key, values, label=label, unit="fraction"))
    minutes, nights = need.phone_minutes, need.night_open_h
    rows.append(line_row(group, "phone_minutes", minutes, label="Talk and queue time", unit="min"))
    rows.append(line_row(group, "night_open_h", nights, label="Open hours at night", unit="h"))
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
    rows = total_rows(plan, Part.SUPPLY)
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
        return line_row(group, name, months[name].to_numpy(float), formula, first=first)

    away = [f"{{$headcount.{r.name}.on_leave}}" for r in inputs.headcount if r.group == group]
    roles = [f"role/{role.name}" for role in inputs.role]
    helping = "".join(
        f"+{{{key}}}*{{$role.{role.name}.productive}}"
        for key, role in zip(roles, inputs.role, strict=True)
    )
    rows = [
        heading_row(group, "Heads"),
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
            line_row(group, roles[k], supply.support[k], formula, label=role.name, unit="persons")
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
        line("over_fte", ratio_of(over, "{hours_per_fte@}")),
        line("under_fte", ratio_of(under, "{hours_per_fte@}")),
        line("overtime_h", f"MIN({under},{{$flex.overtime}}*{own})"),
        line("bought_h", f"MIN({under}-{{overtime_h}},{{$flex.outsourced}}*{{required_h}})"),
        line("time_off_h", f"MIN({over},{{$flex.voluntary_time_off}}*{own})"),
        line("missed_h", f"{under}-{{overtime_h}}-{{bought_h}}"),
        line("coverage", ratio_of(available, "{required_h}", "1")),
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


def overlap(first: str, until: str) -> str:
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
        return line_row(
            group, c[key], values, formula, first=first, label=f"{name}: {label}", unit=unit
        )

    fte, length = inputs.fte_of(one.cohort.contract), len(inputs.periods)
    started = np.zeros(length)
    if 0 <= calendar.starting < length:
        started[calendar.starting] = one.cohort.trainees
    opened = "0" if one.cohort.joins else here["Heads"]
    start = f"({{{c['c_open']}}}+{{{c['c_joined']}}})"
    return [
        heading_row(group, name),
        row("c_present", calendar.present, overlap(joins, str(OPEN_END))),
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
            f"{here['In class']}*{overlap(here['Hired'], joins)}" if one.cohort.joins else "0",
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
    return overlap(f"MAX({first},{joins})", f"MAX({until},{joins})")


def _output_formula(inputs: CapacityInputs, name: str, *, known: bool) -> str:
    if not known or not inputs.training.ramp:
        return "1"
    joins, lost = f"{{${name}/On contacts}}", []
    first = f"{{${name}/Ramp begins}}"
    for k, step in enumerate(inputs.training.ramp, 1):
        until = f"{{${name}/Ramp {k} ends}}"
        part = overlap(f"MAX({first},{joins})", f"MAX({until},{joins})")
        lost.append(f"(1-{{$training.ramp.{step.name}.productivity}})*{part}")
        first = until
    present = f"{{c_present/{name}}}"
    return f"1-IF({present}=0,0,({'+'.join(lost)})/{present})"


def _probation_formula(inputs: CapacityInputs, name: str, *, known: bool) -> str:
    if not known or len(inputs.attrition) < 2:
        return "0"
    return ratio_of(_in_band(inputs, name, 0), f"{{c_present/{name}}}")
