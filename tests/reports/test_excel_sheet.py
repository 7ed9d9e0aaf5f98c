"""Cells and files: neutral text, known values, the same bytes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from wfm.reports.excel_sheet import Sheet, neutral, save
from wfm.reports.excel_style import PLAIN, StyleBook


@given(st.text())
def test_no_text_opens_like_a_formula(text):
    """Whatever is typed into a name, its cell opens with none of = + - @, tab or return."""
    safe = neutral(text)
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
    assert not safe.startswith(("\t", "\r", "\n"))


@given(st.from_regex(r"[A-Za-zĀ-ž][A-Za-zĀ-ž' .-]{0,30}", fullmatch=True))
def test_ordinary_names_stay_as_they_are(name):
    """Neutralising touches nobody's name without need."""
    assert neutral(name) == name


def written(tmp_path, values):
    """File of a sheet with values down column A and two formulas beside them."""
    book = Workbook()
    raw = book.worksheets[0]
    sheet = Sheet(raw, StyleBook(raw))
    for row, value in enumerate(values, 1):
        sheet.put(row, 1, value, PLAIN)
    sheet.live(1, 2, 'A1&"<&>"', "5<&>", PLAIN)
    sheet.live(2, 2, "1+1", 2, PLAIN)
    path = tmp_path / "cells.xlsx"
    save(book, path, {raw.title: sheet.cached})
    return path


def test_kinds_of_values(tmp_path):
    """Numbers, times and dates are such; what has no cell kind becomes text or empty."""
    values = [
        np.float64(1.5),
        np.int64(7),
        True,
        float("nan"),
        None,
        "=1+1",
        "\x01bell",
        dt.date(2003, 3, 3),
        dt.datetime(2003, 3, 3, 12, tzinfo=dt.UTC),
        dt.time(9, 30),
        ("a", 1),
        "#N/A",
    ]
    cells = [cell.value for cell in load_workbook(written(tmp_path, values)).active["A"]]
    assert cells[:7] == [1.5, 7, True, None, None, "'=1+1", "\N{REPLACEMENT CHARACTER}bell"]
    assert cells[7:10] == [dt.datetime(2003, 3, 3), dt.datetime(2003, 3, 3, 12), dt.time(9, 30)]
    assert cells[10:] == ["('a', 1)", "#N/A"]


def test_formulas_carry_their_value(tmp_path):
    """A reader that does not recalculate sees the value of hand-out, escaped where it must be."""
    path = written(tmp_path, [5])
    values = load_workbook(path, data_only=True).active
    assert (values["B1"].value, values["B2"].value) == ("5<&>", 2)
    assert load_workbook(path).active["B2"].value == "=1+1"


def test_the_same_cells_give_the_same_bytes(tmp_path):
    """No clock gets into the file."""
    (tmp_path / "b").mkdir()
    first, second = written(tmp_path, ["x", 1]), written(tmp_path / "b", ["x", 1])
    assert first.read_bytes() == second.read_bytes()


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    """When writing breaks off, the last good workbook is still there and no draft beside it."""
    path = written(tmp_path, ["old"])
    before = path.read_bytes()
    monkeypatch.setattr("wfm.reports.excel_sheet._with_values", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(tmp_path, ["new"])
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["cells.xlsx"]


def test_a_cell_inside_a_merge_is_refused(tmp_path):
    """Writing where Excel shows nothing would hide a figure."""
    raw = Workbook().worksheets[0]
    raw.merge_cells("A1:C1")
    with pytest.raises(ValueError, match="merged"):
        Sheet(raw, StyleBook(raw)).put(1, 2, "lost", PLAIN)
