"""Run sheet: which run made the book, from which inputs, and what the words mean."""

from __future__ import annotations

from wfm.reports.excel_layout import Contents, period_text
from wfm.reports.excel_sheet import Sheet
from wfm.reports.excel_style import PLAIN, SUBHEADING, TITLE, print_on

__all__ = ["write_run"]

_WORDS = (
    ("Roster", "One cell per person and date: a shift like 09:00-17:30 or a code of Settings."),
    ("Shift with a letter", "The same hours with other paid time, as listed in Settings."),
    (
        "Red figures in a cell",
        "Less rest since the shift of the day before than the contract asks.",
    ),
    ("Red cell", "A text that is neither a shift nor a code; it counts no hours."),
    ("± h", "Paid hours below the contract's least or above its most; empty when inside."),
    ("Required", "Agents to schedule, shrinkage added, from the staffing run."),
    ("Scheduled", "Agents at work; breaks are taken out by the minute."),
    ("Over, under", "Scheduled above, or below, required; never netted against each other."),
    ("Edits", "Roster, break times and requirement may be overwritten; every sheet follows."),
)


def write_run(sheet: Sheet, contents: Contents) -> None:
    """Write the book's own lines, the facts handed in, then the words."""
    book = contents.book
    sheet.put(1, 1, f"{book.centre}: how this roster was made", TITLE)
    own: list[tuple[str, object]] = [
        ("Run", book.run),
        ("Period", period_text(contents.cells.days)),
        ("Time zone", book.timezone),
        ("Currency", book.currency),
        ("People", len(contents.cells.people)),
        ("Shifts", sum(len(contents.cells.of_day(day)) for day in contents.cells.days)),
    ]
    row = _lines(sheet, 3, "Run", own)
    if book.facts:
        row = _lines(sheet, row + 1, "Inputs and figures", list(book.facts))
    _lines(sheet, row + 1, "Words", list(_WORDS))
    sheet.width(1, 32)
    sheet.width(2, 92)
    print_on(sheet.raw, paper="A4", rows="1:1")


def _lines(sheet: Sheet, row: int, heading: str, lines: list[tuple[str, object]]) -> int:
    """Write label and value lines; gives the row after the last."""
    sheet.put(row, 1, heading, SUBHEADING)
    for line, (label, value) in enumerate(lines, row + 1):
        sheet.put(line, 1, label, PLAIN.but(bold=True, edge="b"))
        sheet.put(
            line, 2, value, PLAIN.but(edge="b", wrap=True, number=_format(value), align="left")
        )
    return row + len(lines) + 1


def _format(value: object) -> str:
    """Number format of a fact; dates get theirs from the cell."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "General"
    if isinstance(value, int):
        return "#,##0"
    return "#,##0.00" if abs(value) >= 1 else "0.0000"
