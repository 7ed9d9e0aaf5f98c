"""Chapters in a workbook and on a page: the same figures, nothing that a spreadsheet would run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from wfm.reports.chapter_page import write_chapter_page
from wfm.reports.chapters import Chapter, ChapterTable
from wfm.reports.excel_chapters import write_chapter_book

FRAME = pd.DataFrame(
    {
        "what": ["=1+1", "calls"],
        "share": [0.5, float("nan")],
        "day": [dt.date(2027, 3, 1)] * 2,
        "clear": [float("inf"), 2.0],
    }
)
TABLE = ChapterTable(
    "Some", FRAME, {"share": "percent", "day": "date", "clear": "number"}, ("share",)
)
CHAPTERS = (Chapter("First: of/two", ("A line.",), (TABLE,)), Chapter("Second"))


def test_a_workbook_has_a_sheet_for_each_chapter(tmp_path: Path) -> None:
    """Titles without what Excel forbids, values typed, text neutral."""
    write_chapter_book(tmp_path / "x.xlsx", "Title", CHAPTERS)
    book = load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["1 First  of two", "2 Second"]
    values = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert ["'=1+1", 0.5, dt.datetime(2027, 3, 1), None] in values
    assert ["calls", None, dt.datetime(2027, 3, 1), 2] in values
    with pytest.raises(ValueError, match="needs a chapter"):
        write_chapter_book(tmp_path / "y.xlsx", "Title", ())


def test_a_page_shows_the_same(tmp_path: Path) -> None:
    """Percent, dates with weekday, what never ends, markup escaped."""
    odd = Chapter("<b>", ("a & b",), (TABLE,))
    write_chapter_page(tmp_path / "x.html", "Title", (odd,))
    text = (tmp_path / "x.html").read_text("utf-8")
    for part in ("50.0 %", "Mon 2027-03-01", "never", "&lt;b&gt;", "a &amp; b", "--dark: 0.6"):
        assert part in text
