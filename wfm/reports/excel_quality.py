"""Quality sheet: the roster's card, what is broken, who is short when, what an hour would win."""

from __future__ import annotations

from wfm.reports.excel_layout import Contents, period_text
from wfm.reports.excel_sheet import Sheet
from wfm.reports.excel_style import NOTE, PLAIN, SUBHEADING, TITLE, print_on

__all__ = ["write_quality"]


def write_quality(sheet: Sheet, contents: Contents) -> None:
    """Write each block: heading, then label, value and meaning of its lines."""
    book = contents.book
    sheet.put(1, 1, f"{book.centre}: quality {period_text(contents.cells.days)}", TITLE)
    sheet.put(2, 1, "As handed out; the other sheets follow edits, this one does not.", NOTE)
    row = 4
    for block in book.quality:
        sheet.put(row, 1, block.heading, SUBHEADING)
        for line in block.lines:
            row += 1
            sheet.put(row, 1, line.label, PLAIN.but(bold=True, edge="b", wrap=True))
            sheet.put(row, 2, line.value, PLAIN.but(edge="b", wrap=True, align="left"))
            sheet.put(row, 3, line.meaning, NOTE.but(edge="b", wrap=True))
        row += 2
    for column, width in ((1, 34), (2, 40), (3, 70)):
        sheet.width(column, width)
    print_on(sheet.raw, paper="A4", rows="1:1")
