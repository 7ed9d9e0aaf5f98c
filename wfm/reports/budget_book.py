"""What the budget workbook shows: inputs, rows of formulas over the months, and their values.

Formulas are templates. ``{key}`` is the cell of that row in the same group and month, ``{<key}``
the month before, ``{key@group}`` another group (none for the calendar), ``{$name}`` a single cell
(an input by its address, or a cell of the hiring plan), ``{#address}`` an input of the month,
``{+key}`` the sum of all rows of the group with that key. Each formula comes with the value that
the engine gives, so the workbook shows its figures before anybody recalculates it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from numpy import float64
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BudgetBook",
    "Chart",
    "InputCell",
    "InputSection",
    "InputSeries",
    "MonthRow",
    "MonthTable",
    "PlanCell",
    "PlanRow",
]

Value = float | dt.date | str


@dataclass(frozen=True, slots=True)
class InputCell:
    """One number (or date) that may be changed in the workbook."""

    address: str
    label: str
    value: Value
    number: str = "General"


@dataclass(frozen=True, slots=True)
class InputSeries:
    """Numbers by month that may be changed."""

    address: str
    label: str
    values: Sequence[float]
    number: str = "General"


@dataclass(frozen=True, slots=True)
class InputSection:
    """Inputs under one heading."""

    heading: str
    cells: tuple[InputCell, ...] = ()
    series: tuple[InputSeries, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanCell:
    """A cell of the hiring plan: a formula or a plain value under a heading."""

    heading: str
    value: Value
    formula: str = ""
    number: str = "General"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One cohort of the hiring plan; its cells are named ``cohort/heading``."""

    name: str
    cells: tuple[PlanCell, ...]


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One row over the months.

    Parameters
    ----------
    values
        What the engine gives, one per month.
    formula, first
        Template, and the one of the first month where it differs; empty writes the values.
    total
        ``sum``, ``mean`` or nothing behind the last month.
    strong
        Whether the row stands out.
    detail
        Whether the row folds away under its heading.
    """

    group: str
    key: str
    label: str
    unit: str
    values: NDArray[float64]
    formula: str = ""
    first: str = ""
    number: str = "#,##0.0"
    total: str = ""
    strong: bool = False
    detail: bool = False


@dataclass(frozen=True, slots=True)
class MonthTable:
    """A sheet of rows over the months; a row without a key is a heading."""

    title: str
    note: str
    rows: tuple[MonthRow, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of some rows: lines, or columns stacked."""

    title: str
    rows: tuple[tuple[str, str], ...]
    stacked: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class BudgetBook:
    """Everything the budget workbook shows.

    Parameters
    ----------
    months
        Names of the columns.
    tables
        Need, Supply, Money, Bridge in their order.
    hiring
        Rows of the hiring plan; all have the same headings.
    scenarios
        Kept scenarios side by side: ``line``, then a column each; may be empty.
    facts
        Label and value of each line of the Run sheet.
    """

    centre: str
    currency: str
    months: Sequence[str]
    inputs: tuple[InputSection, ...]
    hiring: tuple[PlanRow, ...]
    tables: tuple[MonthTable, ...]
    scenarios: pd.DataFrame
    charts: tuple[Chart, ...] = ()
    facts: Sequence[tuple[str, object]] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
