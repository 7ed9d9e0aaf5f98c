"""Inputs sheet and hiring plan of the budget workbook, from the inputs of a plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

from wfm.capacity import CapacityInputs
from wfm.capacity.hiring import requisition_date
from wfm.capacity.inputs import ShrinkageType
from wfm.capacity.supply import Cohort, cohorts_of
from wfm.headcount import AttritionBasis, Flex, Prices
from wfm.reports.budget_book import InputCell, InputSection, InputSeries, PlanCell, PlanRow

__all__ = ["OPEN_END", "hazard_formula", "hiring_rows", "input_sections"]

OPEN_END = 2958465
"""9999-12-31, as spreadsheets count days."""
_SHARE, _MONEY, _DATE, _COUNT = "0.0%", "#,##0.00", "yyyy-mm-dd;;", "#,##0.##"
_PAY_SHARES = ("on_cost", "probation", "overtime", "night", "weekend", "holiday")


def input_sections(inputs: CapacityInputs) -> tuple[InputSection, ...]:
    """Every number that the formulas of the workbook use, under its heading."""
    return (
        InputSection(
            "General",
            (_cell("full_time_hours", "Paid hours of a full-timer in a week", inputs, _COUNT),),
        ),
        InputSection("Attrition", tuple(_attrition(inputs))),
        InputSection("Pay per hour", tuple(_pay(inputs))),
        InputSection("Contracts", tuple(_contracts(inputs))),
        InputSection("Opening headcount", tuple(_headcount(inputs))),
        InputSection("Hiring classes", tuple(_classes(inputs))),
        InputSection("Moves", tuple(_moves(inputs))),
        InputSection("Recruiting and training", tuple(_training(inputs))),
        InputSection("Support roles", tuple(_roles(inputs))),
        InputSection("Closing gaps, largest shares", tuple(_flex(inputs))),
        InputSection("Prices", tuple(_prices(inputs))),
        InputSection(
            "Shrinkage",
            series=tuple(
                InputSeries(
                    f"shrinkage.{kind.name}.share", _shrinkage_label(kind), kind.share, _SHARE
                )
                for kind in inputs.shrinkage
            ),
        ),
    )


def _shrinkage_label(kind: ShrinkageType) -> str:
    where = "in the office" if kind.in_office else "out of office"
    return f"{kind.name} ({where})"


def _cell(address: str, label: str, inputs: object, number: str) -> InputCell:
    return InputCell(address, label, float(getattr(inputs, address.rpartition(".")[2])), number)


def _attrition(inputs: CapacityInputs) -> list[InputCell]:
    found = []
    for k, band in enumerate(inputs.attrition):
        head = f"attrition.{band.name}"
        found.append(_cell(f"{head}.annual", f"{band.name}: leavers a year", band, _SHARE))
        if k < len(inputs.attrition) - 1:
            found.append(_cell(f"{head}.weeks", f"{band.name}: length [weeks]", band, _COUNT))
    return found


def _pay(inputs: CapacityInputs) -> list[InputCell]:
    return [_cell(f"pay.{one.name}.per_hour", one.name, one, _MONEY) for one in inputs.pay]


def _contracts(inputs: CapacityInputs) -> list[InputCell]:
    return [
        _cell(f"contract.{one.name}.hours_per_week", f"{one.name}: hours a week", one, _COUNT)
        for one in inputs.contract
    ]


def _headcount(inputs: CapacityInputs) -> list[InputCell]:
    found = []
    for row in inputs.headcount:
        head = f"headcount.{row.name}"
        found.append(_cell(f"{head}.heads", f"{row.name}: heads", row, _COUNT))
        found.append(_cell(f"{head}.on_leave", f"{row.name}: of them on leave", row, _COUNT))
        if row.hired is not None:
            found.append(InputCell(f"{head}.hired", f"{row.name}: hired", row.hired, "yyyy-mm-dd"))
    return found


def _classes(inputs: CapacityInputs) -> list[InputCell]:
    found = []
    for one in inputs.classes:
        head = f"classes.{one.name}"
        found.append(InputCell(f"{head}.start", f"{one.name}: starts", one.start, "yyyy-mm-dd"))
        found.append(_cell(f"{head}.size", f"{one.name}: persons", one, _COUNT))
    return found


def _moves(inputs: CapacityInputs) -> list[InputCell]:
    found = []
    for move in inputs.moves:
        head, label = f"moves.{move.name}", f"{move.kind} {move.group} {move.to}".strip()
        found.append(InputCell(f"{head}.date", f"{label}: on", move.date, "yyyy-mm-dd"))
        found.append(_cell(f"{head}.heads", f"{label}: heads", move, _COUNT))
    return found


def _training(inputs: CapacityInputs) -> list[InputCell]:
    training = inputs.training
    found = [
        _cell("training.recruiting_weeks", "Recruiting [weeks]", training, _COUNT),
        _cell("training.weeks", "Training without output [weeks]", training, _COUNT),
        _cell("training.washout", "Fail the exam", training, _SHARE),
    ]
    for step in training.ramp:
        head = f"training.ramp.{step.name}"
        found.append(_cell(f"{head}.weeks", f"Ramp {step.name}: length [weeks]", step, _COUNT))
        found.append(_cell(f"{head}.productivity", f"Ramp {step.name}: output", step, _SHARE))
    return found


def _roles(inputs: CapacityInputs) -> list[InputCell]:
    found = []
    for role in inputs.role:
        head, of = f"role.{role.name}", role.of or "agents and trainees"
        found.append(_cell(f"{head}.per_hour", f"{role.name}: pay per hour", role, _MONEY))
        found.append(_cell(f"{head}.productive", f"{role.name}: on contacts", role, _SHARE))
        if role.span > 0:
            found.append(_cell(f"{head}.span", f"{role.name}: one for so many {of}", role, _COUNT))
        else:
            found.append(_cell(f"{head}.heads", f"{role.name}: heads per group", role, _COUNT))
    return found


def _flex(inputs: CapacityInputs) -> list[InputCell]:
    return [
        _cell(f"flex.{item.name}", item.name.replace("_", " "), inputs.flex, _SHARE)
        for item in fields(Flex)
    ]


def _prices(inputs: CapacityInputs) -> list[InputCell]:
    return [
        _cell(
            f"price.{item.name}",
            item.name.replace("_", " "),
            inputs.price,
            _SHARE if item.name in _PAY_SHARES else _MONEY,
        )
        for item in fields(Prices)
        if item.name not in ("missed_hour", "contact_value")  # for the solver and the frontier
    ]


def hazard_formula(inputs: CapacityInputs, band: str) -> str:
    """Monthly hazard of a band as a formula of its yearly rate."""
    rate = f"{{$attrition.{band}.annual}}"
    if inputs.attrition_basis is AttritionBasis.SIMPLE:
        return f"({rate}/12)"
    if inputs.attrition_basis is AttritionBasis.WORKING_DAY:
        return f"(1-(1-{rate}/250)^(250/12))"
    return f"(1-(1-{rate})^(1/12))"


def hiring_rows(inputs: CapacityInputs) -> tuple[PlanRow, ...]:
    """Cohorts with their dates: requisition, start, contacts, tenure bands, ramp."""
    return tuple(_plan_row(inputs, cohort) for cohort in cohorts_of(inputs))


def _plan_row(inputs: CapacityInputs, cohort: Cohort) -> PlanRow:
    a_class = cohort.joins is not None
    name = cohort.name
    start = f"{{$classes.{name}.start}}" if a_class else f"{{$headcount.{name}.hired}}"
    hired = cohort.hired
    fte = f"{{$contract.{cohort.contract}.hours_per_week}}/{{$full_time_hours}}"
    size = f"{{$classes.{name}.size}}" if a_class else ""
    heads = (
        f"{size}*(1-{{$training.washout}})"
        if a_class
        else f"{{$headcount.{name}.heads}}-{{$headcount.{name}.on_leave}}"
    )
    ask = requisition_date(inputs, hired) if a_class and hired else 0.0
    cells = [
        PlanCell("Group", cohort.group),
        PlanCell("Contract", cohort.contract),
        PlanCell("Grade", cohort.grade),
        PlanCell("FTE", inputs.fte_of(cohort.contract), fte, "0.000"),
        PlanCell("Pay", inputs.rate_of(cohort.grade), f"{{$pay.{cohort.grade}.per_hour}}", _MONEY),
        _dated("Ask by", ask, f"{start}-7*{{$training.recruiting_weeks}}" if a_class else "0"),
        PlanCell("In class", cohort.trainees, size or "0", _COUNT),
        _dated("Hired", hired or 0.0, start if hired else "0"),
        _dated(
            "On contacts",
            cohort.joins or 0.0,
            f"{start}+7*{{$training.weeks}}" if a_class else "0",
        ),
        PlanCell("Heads", cohort.heads, heads, "#,##0.00"),
    ]
    return PlanRow(name, (*cells, *_edges(inputs, cohort)))


def _dated(heading: str, value: dt.date | float, formula: str) -> PlanCell:
    return PlanCell(heading, value, formula, _DATE)


def _edges(inputs: CapacityInputs, cohort: Cohort) -> list[PlanCell]:
    """Days on which tenure bands and ramp steps end; nothing where the tenure is unknown."""
    name, hired = cohort.name, cohort.hired
    found = []
    before, day = f"{{${name}/Hired}}", hired
    for k, band in enumerate(inputs.attrition[:-1], 1):
        day = day + dt.timedelta(weeks=band.weeks) if day else None
        formula = f"{before}+7*{{$attrition.{band.name}.weeks}}" if hired else "0"
        found.append(_dated(f"Band {k} ends", day or 0.0, formula))
        before = f"{{${name}/Band {k} ends}}"
    day = hired + dt.timedelta(weeks=inputs.training.weeks) if hired else None
    formula = f"{{${name}/Hired}}+7*{{$training.weeks}}" if hired else "0"
    found.append(_dated("Ramp begins", day or 0.0, formula))
    before = f"{{${name}/Ramp begins}}"
    for k, step in enumerate(inputs.training.ramp, 1):
        day = day + dt.timedelta(weeks=step.weeks) if day else None
        formula = f"{before}+7*{{$training.ramp.{step.name}.weeks}}" if hired else "0"
        found.append(_dated(f"Ramp {k} ends", day or 0.0, formula))
        before = f"{{${name}/Ramp {k} ends}}"
    return found
