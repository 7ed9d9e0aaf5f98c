"""Workbooks that come back: whole, without a used range, and damaged in every way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from openpyxl import Workbook

from wfm.errors import InputError
from wfm.reports.excel_saved import saved_rows

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A sheet of three rows of different lengths."""
    made = Workbook()
    made.active.title = "Run"
    for row in (["Run", "a", 3], ["note"], [None, 2.5]):
        made.active.append(row)
    path = tmp_path / "book.xlsx"
    made.save(path)
    return path


def with_sheet(book: Path, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook with the text of its sheet changed."""
    path = book.with_name("changed.xlsx")
    with ZipFile(book) as old, ZipFile(path, "w", ZIP_STORED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == SHEET else data)
    return path


def test_rows_have_one_width_with_and_without_a_used_range(book: Path) -> None:
    """Programs that leave the range out end each row at its last cell."""
    rows = [["Run", "a", 3], ["note", None, None], [None, 2.5, None]]
    assert saved_rows(book, "Run", fix="use another") == rows
    bare = with_sheet(book, lambda text: re.sub(rb"<dimension[^>]*>", b"", text))
    assert saved_rows(bare, "Run", fix="use another") == rows


@pytest.mark.parametrize("change", [lambda text: text[: len(text) // 2], lambda _: b"\x00" * 40])
def test_a_damaged_sheet_is_no_workbook(book: Path, change: Callable[[bytes], bytes]) -> None:
    """Cut off and overwritten: told as such, not as a bug."""
    with pytest.raises(InputError, match="is no workbook; use another"):
        saved_rows(with_sheet(book, change), "Run", fix="use another")


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_damaged_archive_is_no_workbook(book: Path, place: float) -> None:
    """A file that was cut off on its way, wherever."""
    data = book.read_bytes()
    book.write_bytes(data[: int(place * len(data))])
    with pytest.raises(InputError, match="is no workbook; use another"):
        saved_rows(book, "Run", fix="use another")


def test_what_is_not_there_is_named(book: Path) -> None:
    """No such file, no such sheet."""
    with pytest.raises(InputError, match="no such file; check the path"):
        saved_rows(book.with_name("absent.xlsx"), "Run", fix="use another")
    with pytest.raises(InputError, match="has no sheet Inputs; use another"):
        saved_rows(book, "Inputs", fix="use another")
