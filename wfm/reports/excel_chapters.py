"""Chapters as a workbook: a sheet each, tables below one another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from wfm.reports.chapters import Chapter, ChapterTable, Form
from wfm.reports.excel_sheet import Sheet, save
from wfm.reports.excel_style import (
    HEADING,
    NOTE,
    PLAIN,
    SUBHEADING,
    TITLE,
    StyleBook,
    heat,
    print_on,
)

__all__ = ["write_chapter_book"]

_NUMBERS: dict[Form, str] = {
    "text": "General",
    "whole": "#,##0",
    "number": "#,##0.0",
    "percent": "0.0%",
    "money": "#,##0",
    "date": "ddd yyyy-mm-dd",
}
_WIDEST = 60
_SHADES = heat(("num", 0, "FFFFFF"), ("max", None, "7FA8D1"))


def write_chapter_book(path: Path, title: str, chapters: Sequence[Chapter]) -> None:
    """Write a workbook with one sheet per chapter, in order.

    Raises
    ------
    ValueError
        When there is no chapter.
    """
    if not chapters:
        raise ValueError("a book needs a chapter")
    book = Workbook()
    book.remove(book.worksheets[0])
    styles: StyleBook | None = None
    for number, chapter in enumerate(chapters, 1):
        raw = book.create_sheet(_sheet_name(number, chapter.title))
        styles = styles or StyleBook(raw)
        _write(Sheet(raw, styles), title, chapter)
    save(book, path, {})


def _sheet_name(number: int, title: str) -> str:
    allowed = re.sub(r"[][:*?/\\]", " ", title)
    return f"{number} {allowed}"[:31]


def _write(sheet: Sheet, title: str, chapter: Chapter) -> None:
    sheet.put(1, 1, chapter.title, TITLE)
    sheet.put(2, 1, title, NOTE)
    row = 4
    for line in chapter.lines:
        sheet.put(row, 1, line, PLAIN)
        row += 1
    widths: dict[int, int] = {}
    for table in chapter.tables:
        row = _table(sheet, row + 1, table, widths)
    for column, width in widths.items():
        sheet.width(column, min(_WIDEST, width + 3))
    sheet.raw.row_dimensions[1].height = 22
    print_on(sheet.raw, paper="A4", rows="1:2")


def _table(sheet: Sheet, row: int, table: ChapterTable, widths: dict[int, int]) -> int:
    """Write one table; gives the row after it."""
    sheet.put(row, 1, table.title, SUBHEADING)
    names = [str(name) for name in table.frame.columns]
    for k, name in enumerate(names, 1):
        form = table.form(name)
        align = "left" if form in ("text", "date") else "right"
        sheet.put(row + 1, k, name, HEADING.but(align=align))
        widths[k] = max(widths.get(k, 8), len(name))
        look = PLAIN.but(number=_NUMBERS[form], align=align)
        for down, value in enumerate(table.frame[name], row + 2):
            sheet.put(down, k, None if pd.isna(value) else value, look)
            if form == "text":
                widths[k] = max(widths[k], len(str(value)))
            elif form == "date":
                widths[k] = max(widths[k], len("Mon 2026-01-01"))
        if name in table.shaded and len(table.frame):
            letter = get_column_letter(k)
            span = f"{letter}{row + 2}:{letter}{row + 1 + len(table.frame)}"
            sheet.raw.conditional_formatting.add(span, _SHADES)
    return row + 3 + len(table.frame)
