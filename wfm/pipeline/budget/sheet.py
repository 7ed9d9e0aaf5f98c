"""The headcount sheet for the screen and for machines: a row per month, the lines that decide."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wfm.budget_lines import BudgetLine, line_of
from wfm.capacity import totals
from wfm.capacity.hiring import planned_cost
from wfm.capacity.plan import COSTS
from wfm.pipeline.budget.scenario import Planned

__all__ = ["SHEET_FORMATS", "class_rows", "compared_rows", "cost_rows", "plan_facts", "sheet_rows"]

_SHEET = {
    "contacts": "contacts",
    "base_h": "base h",
    "shrinkage": "shrink.",
    "required_fte": "FTE required",
    "opening_heads": "heads open",
    "leavers": "leave",
    "graduates": "grad.",
    "trainees": "train.",
    "supply_fte": "FTE there",
    "over_fte": "over",
    "under_fte": "under",
    "missed_h": "missed h",
    "service_level": "service",
    "total_cost": "cost",
}
SHEET_FORMATS = {
    "contacts": ",.0f",
    "base h": ",.0f",
    "shrink.": ".1%",
    "service": ".1%",
    "cost": ",.0f",
    "missed h": ",.0f",
    **dict.fromkeys(
        ("FTE required", "heads open", "leave", "grad.", "train.", "FTE there", "over", "under"),
        ".1f",
    ),
}
"""How the columns of :func:`sheet_rows` are printed."""


def sheet_rows(planned: Planned, by: str | None = None) -> pd.DataFrame:
    """A row per month (and group, site, department or cost centre): the lines that decide."""
    every = totals(planned.plan.months, by)
    keys = ["month"] if by is None else [by, "month"]
    return every[[*keys, *_SHEET]].rename(columns=_SHEET)


def cost_rows(planned: Planned) -> pd.DataFrame:
    """Cost of the whole plan by line, with its share, the largest first."""
    months = planned.plan.months
    total = planned.plan.total_cost
    rows = [(line_of(name).label, float(months[name].sum())) for name in COSTS]
    rows = sorted((row for row in rows if row[1]), key=lambda row: -abs(row[1]))
    frame = pd.DataFrame([*rows, ("Total", total)], columns=["cost of the plan", "amount"])
    frame["share_of_total"] = frame["amount"] / total if total else 0.0
    return frame


def compared_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Scenarios side by side as people read them: words, units, differences with their sign.

    Parameters
    ----------
    table
        As :func:`wfm.pipeline.budget.scenario.compare_scenarios` gives it.
    """
    lines = [line_of(name) for name in table["line"]]
    out = {"": [_label(line) for line in lines]}
    for n, name in enumerate(table.columns[1:]):
        sign = "+" if n and n % 2 == 0 else ""
        cells = [_figure(line, value, sign) for line, value in zip(lines, table[name], strict=True)]
        width = max(map(len, [name, *cells]))
        out[name] = [cell.rjust(width) for cell in cells]
    return pd.DataFrame(out)


def _label(line: BudgetLine) -> str:
    """Words of a line, with its unit where they do not say it."""
    said = line.unit in {"money", "fraction", "persons"}
    said |= line.unit.casefold() in line.label.casefold().split()
    return line.label if said else f"{line.label} [{line.unit}]"


def _figure(line: BudgetLine, value: float, sign: str) -> str:
    if line.unit == "fraction":
        return f"{round(value, 3) + 0.0:{sign}.1%}"
    digits = 2 if line.name.startswith("cost_per") else 1 if line.unit in {"FTE", "persons"} else 0
    return f"{round(value, digits) + 0.0:{sign},.{digits}f}"


def class_rows(planned: Planned) -> pd.DataFrame:
    """Classes that were there and those that were solved, columns of classes.csv."""
    return pd.DataFrame(
        [
            {
                "class": one.name,
                "group": one.group,
                "start": one.start.isoformat(),
                "size": one.size,
                "contract": one.contract,
                "grade": one.grade,
            }
            for one in planned.plan.inputs.classes
        ],
        columns=["class", "group", "start", "size", "contract", "grade"],
    )


def plan_facts(planned: Planned, run: str | None) -> dict[str, Any]:
    """Everything of a plan for machines."""
    months = planned.plan.months
    facts: dict[str, Any] = {
        "run": run,
        "scenario": planned.scenario,
        "changes": [str(change) for change in planned.changes],
        "total_cost": planned.plan.total_cost,
        "notes": list(planned.centre.notes),
        "months": months.to_dict("records"),
        "totals": totals(months).to_dict("records"),
    }
    hiring = planned.hiring
    if hiring is not None:
        facts["hiring"] = {
            "status": hiring.status.value,
            "cost": hiring.cost,
            "bound": hiring.bound,
            "gap": hiring.gap,
            "rounds": hiring.rounds,
            "seconds": hiring.seconds,
            "plan_cost": planned_cost(hiring.plan),
            "hire_to_need_cost": planned_cost(hiring.by_need),
            "saved": hiring.saved,
            "classes": [
                {
                    "group": one.held.group,
                    "start": one.held.start,
                    "size": one.held.size,
                    "requisition": one.requisition,
                    "on_contacts": one.on_contacts,
                }
                for one in hiring.classes
            ],
        }
    return facts
