"""Text files taken apart: encodings, delimiters, line numbers, damaged files."""

import gzip

import pytest

from wfm.errors import InputError
from wfm.telephony.csv_table import read_raw_csv


@pytest.fixture
def written(tmp_path):
    """A file of the given bytes."""

    def write(data: bytes, name: str = "calls.csv"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def _problems(path) -> list:
    with pytest.raises(InputError) as caught:
        read_raw_csv(path)
    return list(caught.value.problems)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(written, delimiter):
    """Comma, semicolon and tab are told from the header; a quoted delimiter is text."""
    raw = read_raw_csv(written(f'a{delimiter}b\n"x{delimiter}y"{delimiter}2\n'.encode()))
    assert raw.cells.to_dict("list") == {"a": [f"x{delimiter}y"], "b": ["2"]}


def test_line_numbers_count_blank_lines_and_quoted_line_ends(written):
    """Rows carry the line an editor shows."""
    raw = read_raw_csv(written(b'\na,b\n\n1,2\n"x\ny",3\r\n5,6\n'))
    assert list(raw.cells.index) == [4, 5, 7]


def test_rows_of_the_wrong_length(written):
    """Short and long rows are told by line; empty fields at the end are not."""
    raw = read_raw_csv(written(b"a,b\n1\n1,2,,\n1,2,3\n"))
    assert [(problem.row, problem.what) for problem in raw.problems] == [
        (2, "the row has 1 fields, the header 2"),
        (4, "the row has 3 fields, the header 2"),
    ]
    assert list(raw.cells.index) == [3]


def test_wrong_encoding(written):
    """Each line that is not UTF-8 is told, with its field and byte."""
    path = written("queue,start\nMünchen,1\nok,2\nKöln,é\n".encode("latin-1"))
    assert [(p.row, p.column, p.found) for p in _problems(path)] == [
        (2, "field 1", "byte fc"),
        (4, "field 1", "byte f6"),
    ]


def test_utf16(written):
    """A spreadsheet's Unicode text is named as what it is."""
    (problem,) = _problems(written("queue,start\n".encode("utf-16")))
    assert problem.what == "the file is UTF-16, not UTF-8"


def test_a_workbook_is_no_text(written):
    """An Excel file is one problem, with the command that reads it."""
    (problem,) = _problems(written(b"PK\x03\x04" + bytes(range(256)) * 9, "calls.xlsx"))
    assert "wfm import excel" in problem.fix


def test_damaged_gzip(written):
    """A download that broke off is refused."""
    data = gzip.compress(b"a,b\n" + bytes(range(48, 58)) * 1000)
    (problem,) = _problems(written(data[:-20], "calls.csv.gz"))
    assert "damaged" in problem.what


def test_an_open_quote_that_swallows_the_file(written):
    """A quote that is never closed is refused, not read as one long name."""
    lines = b"".join(b"q,%d\n" % k for k in range(40_000))
    assert _problems(written(b'a,b\n"q,1\n' + lines))


def test_no_such_file(tmp_path):
    """A wrong name is refused as input, not as a bug."""
    (problem,) = _problems(tmp_path / "nowhere.csv")
    assert problem.what == "cannot be read (No such file or directory)"


def test_a_folder(tmp_path):
    """A folder is no file."""
    (problem,) = _problems(tmp_path)
    assert "Is a directory" in problem.what
