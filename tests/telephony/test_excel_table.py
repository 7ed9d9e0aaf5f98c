"""Workbooks taken apart: sheets, dates, ragged rows, files that are none."""

import datetime as dt

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.errors import InputError
from wfm.telephony.excel_table import read_raw_excel


@pytest.fixture
def workbook(tmp_path):
    """A workbook of the given sheets."""

    def write(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "calls.xlsx"
        book.save(path)
        return path

    return write


def test_cells_as_text(workbook):
    """Numbers, dates and empty cells come as a CSV export would show them."""
    late = dt.datetime(2024, 1, 2, 7, 4, 59, 999000)
    path = workbook(calls=[["Start", " N ", "x"], [late, 5.0, None], [], ["text", 1.5, True]])
    raw = read_raw_excel(path)
    assert raw.cells.to_dict("list") == {
        "start": ["2024-01-02T07:05:00", "text"],
        "n": ["5", "1.5"],
        "x": ["", "True"],
    }
    assert list(raw.cells.index) == [2, 4]


def test_sheet_by_name(workbook):
    """The first sheet unless another is named; an unknown name is refused with those there are."""
    path = workbook(one=[["a"], [1]], two=[["a"], [2]])
    assert read_raw_excel(path).cells["a"].tolist() == ["1"]
    assert read_raw_excel(path, "two").cells["a"].tolist() == ["2"]
    with pytest.raises(InputError, match="no such sheet, found 'three'; the workbook has one, two"):
        read_raw_excel(path, "three")


def test_an_empty_sheet(workbook):
    """A sheet without a cell is an empty file."""
    with pytest.raises(InputError, match="the file is empty"):
        read_raw_excel(workbook(calls=[]))


@pytest.mark.parametrize(
    "data", [b"", b"queue,start\n", b"\xd0\xcf\x11\xe0 old or locked", b"PK\3\4"]
)
def test_not_a_workbook(tmp_path, data):
    """Text, old .xls and broken archives are refused in plain words."""
    path = tmp_path / "calls.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"is not a readable \.xlsx workbook"):
        read_raw_excel(path)


def test_no_such_workbook(tmp_path):
    """A wrong name is refused as input."""
    with pytest.raises(InputError, match="cannot be read"):
        read_raw_excel(tmp_path / "nowhere.xlsx")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_damage_breaks_the_reader(tmp_path_factory, data):
    """A workbook with flipped bytes is read or refused, never a traceback."""
    path = tmp_path_factory.mktemp("fuzz") / "calls.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["queue", "start", "offered"])
    book.active.append(["q", dt.datetime(2024, 1, 2, 7), 5])
    book.save(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        # the time of saving changes the length, so places are drawn independently of it
        place = data.draw(st.integers(0, 999_999)) % len(content)
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        read = len(read_raw_excel(path).cells)
    except InputError as error:
        read = len(error.problems)
    assert read >= 1
