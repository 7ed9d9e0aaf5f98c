"""The budget workbook: inputs in one colour, every figure behind them a live formula."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import Outline

from wfm.reports.budget_book import BudgetBook, Chart, MonthRow, MonthTable, Value
from wfm.reports.excel_sheet import Sheet, save, sheet_ref
from wfm.reports.excel_style import (
    HEADING,
    INPUT,
    NOTE,
    PLAIN,
    SUBHEADING,
    TITLE,
    TOTAL,
    StyleBook,
    print_on,
)

__all__ = ["ADDRESS_COLUMN", "INPUTS", "RUN", "VALUE_COLUMN", "write_budget_workbook"]

INPUTS = "Inputs"
"""Sheet with the cells that may be changed."""
RUN = "Run"
"""Sheet that says how the book was made."""
VALUE_COLUMN, ADDRESS_COLUMN = 2, 3
_FIRST_MONTH = 5
"""Column of the first month on every sheet."""
_HEAD = 4
_HIRING, _SCENARIOS, _CHARTS = "Hiring plan", "Scenarios", "Charts"
_EPOCH = dt.date(1899, 12, 30)
_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(slots=True)
class _Places:
    """Where everything stands."""

    rows: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)

    def resolved(self, template: str, line: MonthRow, row: int, k: int) -> str:
        """Formula of a template for a line in a row, in the column of month ``k``."""
        letter = get_column_letter(_FIRST_MONTH + k)

        def place(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("+"):
                return self._sum(name[1:], row, letter)
            return self._place(name, line.group, k)

        return _PLACE.sub(place, template)

    def _place(self, name: str, group: str, k: int) -> str:
        letter = get_column_letter(_FIRST_MONTH + k)
        if name[0] == "$":
            return self.cells[name[1:]]
        if name[0] == "#":
            return f"{INPUTS}!{letter}${self.series[name[1:]]}"
        if name[0] == "<":
            letter, name = get_column_letter(_FIRST_MONTH + k - 1), name[1:]
        key, other, named = name.partition("@")
        sheet, row = self.rows[named if other else group, key]
        return f"{sheet_ref(sheet)}{letter}{row}"

    def _sum(self, key: str, row: int, letter: str) -> str:
        """Sum of the rows with a key in the row's group (in all groups where it says ``@``)."""
        key, everywhere, _ = key.partition("@")
        sheet = next(s for (_, k), (s, _) in self.rows.items() if k.split("/")[0] == key)
        first, last = self.spans[sheet]
        ref = sheet_ref(sheet)
        area = f"{ref}{letter}${first}:{letter}${last}"
        keys = f'{ref}$D${first}:$D${last},"{key}"'
        mine = "" if everywhere else f",{ref}$A${first}:$A${last},$A{row}"
        return f"SUMIFS({area},{keys}{mine})"


def write_budget_workbook(path: Path, book: BudgetBook) -> None:
    """Write the workbook a budget owner keeps; a file that is there is replaced in one move.

    Notes
    -----
    Cells in the input colour may be changed, and everything follows but what the queueing model
    says of the demand: contacts, base hours by load and service curves are values. Read it back
    with :func:`wfm.reports.excel_budget_inputs.read_budget_inputs`.
    """
    workbook = Workbook()
    styles = StyleBook(workbook.worksheets[0])
    tables = {table.title: table for table in book.tables}
    order = [INPUTS, "Need", "Supply", _HIRING, "Money", _SCENARIOS, "Bridge", _CHARTS, RUN]
    workbook.worksheets[0].title = order[0]
    for title in order[1:]:
        workbook.create_sheet(title)
    sheets = {title: Sheet(workbook[title], styles) for title in order}
    places = _places(book)
    _write_inputs(sheets[INPUTS], book)
    _write_hiring(sheets[_HIRING], book, places)
    for title, table in tables.items():
        _write_table(sheets[title], table, book, places)
    _write_scenarios(sheets[_SCENARIOS], book)
    _write_charts(sheets[_CHARTS], book, places, workbook)
    _write_facts(sheets[RUN], book)
    for sheet in sheets.values():
        sheet.raw.sheet_view.showGridLines = False
    save(workbook, path, {title: sheet.cached for title, sheet in sheets.items()})


def _places(book: BudgetBook) -> _Places:
    """Rows and cells by name, before anything is written."""
    places = _Places()
    row = _HEAD
    for section in book.inputs:
        row += 2
        for cell in section.cells:
            row += 1
            places.cells[cell.address] = f"{INPUTS}!${get_column_letter(VALUE_COLUMN)}${row}"
        for series in section.series:
            row += 1
            places.series[series.address] = row
    for k, plan in enumerate(book.hiring):
        for column, part in enumerate(plan.cells, 2):
            letter = get_column_letter(column)
            name = f"{plan.name}/{part.heading}"
            places.cells[name] = f"{sheet_ref(_HIRING)}${letter}${_HEAD + 1 + k}"
    for table in book.tables:
        for k, line in enumerate(table.rows):
            if line.key:
                places.rows[line.group, line.key] = (table.title, _HEAD + 1 + k)
        places.spans[table.title] = (_HEAD + 1, _HEAD + len(table.rows))
    return places


def _write_inputs(sheet: Sheet, book: BudgetBook) -> None:
    sheet.put(1, 1, f"{book.centre}: inputs of the budget", TITLE)
    sheet.put(2, 1, "Change the coloured cells; all sheets follow. Money in " + book.currency, NOTE)
    sheet.across(_HEAD, 1, ["Input", "Value", "Address", ""], HEADING)
    sheet.across(_HEAD, _FIRST_MONTH, list(book.months), HEADING.but(align="right"))
    row = _HEAD
    for section in book.inputs:
        row += 2
        sheet.put(row, 1, section.heading, SUBHEADING)
        for cell in section.cells:
            row += 1
            sheet.put(row, 1, cell.label, PLAIN)
            sheet.put(row, VALUE_COLUMN, cell.value, INPUT.but(number=cell.number))
            sheet.put(row, ADDRESS_COLUMN, cell.address, NOTE)
        for series in section.series:
            row += 1
            sheet.put(row, 1, series.label, PLAIN)
            sheet.put(row, ADDRESS_COLUMN, series.address, NOTE)
            look = INPUT.but(number=series.number)
            sheet.across(row, _FIRST_MONTH, list(series.values), look)
    for column, width in ((1, 44), (2, 13), (3, 34), (4, 2)):
        sheet.width(column, width)
    _months_wide(sheet, book)
    sheet.raw.freeze_panes = f"{get_column_letter(_FIRST_MONTH)}{_HEAD + 1}"
    print_on(sheet.raw, paper="A3", rows=f"1:{_HEAD}")


def _months_wide(sheet: Sheet, book: BudgetBook) -> None:
    for k in range(len(book.months) + 1):
        sheet.width(_FIRST_MONTH + k, 12)


def _write_hiring(sheet: Sheet, book: BudgetBook, places: _Places) -> None:
    sheet.put(1, 1, f"{book.centre}: who is there and who is to be hired", TITLE)
    sheet.put(2, 1, "One row per cohort; ask for people by the date of the requisition.", NOTE)
    headings = [cell.heading for cell in book.hiring[0].cells] if book.hiring else []
    sheet.across(_HEAD, 1, ["Cohort", *headings], HEADING)
    for row, plan in enumerate(book.hiring, _HEAD + 1):
        sheet.put(row, 1, plan.name, PLAIN)
        for column, cell in enumerate(plan.cells, 2):
            look = PLAIN.but(number=cell.number, align="right")
            if cell.formula:
                formula = _PLACE.sub(lambda found: places.cells[found[1][1:]], cell.formula)
                sheet.live(row, column, formula, _serial(cell.value), look)
            else:
                sheet.put(row, column, cell.value, look)
    sheet.width(1, 30)
    for column in range(2, len(headings) + 2):
        sheet.width(column, 12.5)
    sheet.raw.freeze_panes = f"B{_HEAD + 1}"
    print_on(sheet.raw, paper="A3", rows=f"1:{_HEAD}")


def _serial(value: Value) -> float | str:
    """A value as formulas give it: dates are days since 1899-12-30."""
    if isinstance(value, dt.date):
        return float((value - _EPOCH).days)
    return value if isinstance(value, str) else float(value)


def _write_table(sheet: Sheet, table: MonthTable, book: BudgetBook, places: _Places) -> None:
    sheet.put(1, 1, f"{book.centre}: {table.title.lower()}", TITLE)
    sheet.put(2, 1, table.note, NOTE)
    sheet.across(_HEAD, 1, ["Group", "Line", "Unit", "Key"], HEADING)
    sheet.across(_HEAD, _FIRST_MONTH, [*book.months, "Plan"], HEADING.but(align="right"))
    for row, line in enumerate(table.rows, _HEAD + 1):
        _write_row(sheet, row, line, len(book.months), places)
    for column, width in ((1, 16), (2, 46), (3, 10)):
        sheet.width(column, width)
    sheet.width(4, 10, hidden=True)
    _months_wide(sheet, book)
    sheet.raw.freeze_panes = f"{get_column_letter(_FIRST_MONTH)}{_HEAD + 1}"
    sheet.raw.sheet_properties.outlinePr = Outline(summaryBelow=False)
    print_on(sheet.raw, paper="A3", rows=f"1:{_HEAD}", columns="A:C")


def _write_row(sheet: Sheet, row: int, line: MonthRow, months: int, places: _Places) -> None:
    if not line.key:
        sheet.put(row, 1, line.group, SUBHEADING)
        sheet.put(row, 2, line.label, SUBHEADING)
        return
    look = (TOTAL if line.strong else PLAIN).but(number=line.number, align="right")
    left = look.but(align="left", number="General")
    # the key without what tells rows of the same kind apart, so that sums find them
    sheet.across(row, 1, [line.group, line.label, line.unit, line.key.split("/")[0]], left)
    if line.detail:
        sheet.raw.row_dimensions[row].outlineLevel = 1
    for k, value in enumerate(line.values):
        template = line.first if k == 0 and line.first else line.formula
        column = _FIRST_MONTH + k
        if template:
            sheet.live(row, column, places.resolved(template, line, row, k), float(value), look)
        else:
            sheet.put(row, column, float(value), look)
    if line.total:
        first, last = (get_column_letter(_FIRST_MONTH + k) for k in (0, months - 1))
        function = {"sum": "SUM", "mean": "AVERAGE"}[line.total]
        value = float(np.sum(line.values) if line.total == "sum" else np.mean(line.values))
        formula = f"{function}({first}{row}:{last}{row})"
        sheet.live(row, _FIRST_MONTH + months, formula, value, look)


def _write_scenarios(sheet: Sheet, book: BudgetBook) -> None:
    sheet.put(1, 1, f"{book.centre}: scenarios kept with wfm capacity --scenario", TITLE)
    frame = book.scenarios
    names = [str(name) for name in frame.columns if name != "line"]
    heads = ["Line", *names, *(f"{name} less {names[0]}" for name in names[1:])]
    sheet.across(_HEAD, 1, [*heads], HEADING)
    for row, values in enumerate(frame.itertuples(index=False), _HEAD + 1):
        sheet.put(row, 1, values[0], PLAIN)
        look = PLAIN.but(number="#,##0.00", align="right")
        figures = [float(value) for value in values[1:]]
        for k, figure in enumerate(figures):
            sheet.put(row, 2 + k, figure, look)
        for k in range(1, len(figures)):
            formula = f"{get_column_letter(2 + k)}{row}-$B{row}"
            sheet.live(row, 1 + len(figures) + k, formula, figures[k] - figures[0], look)
    sheet.width(1, 40)
    for column in range(2, len(heads) + 1):
        sheet.width(column, 18)
    print_on(sheet.raw, paper="A4", rows=f"1:{_HEAD}")


def _write_charts(sheet: Sheet, book: BudgetBook, places: _Places, workbook: Workbook) -> None:
    sheet.put(1, 1, f"{book.centre}: charts", TITLE)
    for k, chart in enumerate(book.charts):
        sheet.raw.add_chart(_chart(chart, book, places, workbook), f"A{3 + 20 * k}")
    print_on(sheet.raw, paper="A4", rows="1:1")
    sheet.raw.page_setup.fitToHeight = 1  # a chart is not cut by the edge of a page


def _chart(
    chart: Chart, book: BudgetBook, places: _Places, workbook: Workbook
) -> BarChart | LineChart:
    made: BarChart | LineChart = BarChart() if chart.stacked else LineChart()
    if isinstance(made, BarChart):
        made.grouping, made.overlap = "stacked", 100
    made.title, made.width, made.height = chart.title, 28, 9
    made.y_axis.title = chart.unit
    # openpyxl hides axes unless told
    made.x_axis.delete = made.y_axis.delete = False
    last = _FIRST_MONTH + len(book.months) - 1
    for group, key in chart.rows:
        title, row = places.rows[group, key]
        page = workbook[title]
        data = Reference(page, min_col=_FIRST_MONTH, max_col=last, min_row=row)
        series = Series(data, title=str(page.cell(row, 2).value))
        if isinstance(made, LineChart):
            series.smooth = False
        made.series.append(series)
        made.set_categories(Reference(page, min_col=_FIRST_MONTH, max_col=last, min_row=_HEAD))
    return made


def _write_facts(sheet: Sheet, book: BudgetBook) -> None:
    sheet.put(1, 1, f"{book.centre}: how this budget was made", TITLE)
    for row, (label, value) in enumerate(book.facts, 3):
        sheet.put(row, 1, label, PLAIN.but(bold=True, edge="b"))
        sheet.put(row, 2, value, PLAIN.but(edge="b", wrap=True))
    sheet.width(1, 34)
    sheet.width(2, 96)
    print_on(sheet.raw, paper="A4", rows="1:1")
