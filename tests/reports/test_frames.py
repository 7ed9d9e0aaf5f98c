"""Tables as files: what is written comes back; what cannot be read is told."""

from __future__ import annotations

import datetime as dt
import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wfm.errors import InputError
from wfm.reports.frames import read_frame, write_frame
from wfm.schema import COVERAGE, REQUIREMENT, ROSTER_ACTIVITY, ROSTER_SHIFT, check

ENDINGS = (".csv", ".csv.gz", ".parquet")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


def same(found, expected):
    """Frames agree after the check that every border makes."""
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("ending", ENDINGS)
def test_roster_tables_come_back(make_book, tmp_path, ending):
    """Shifts, activities and coverage are the same after a trip through a file."""
    book = make_book(9)
    for name, table in (
        ("shifts", ROSTER_SHIFT),
        ("activities", ROSTER_ACTIVITY),
        ("coverage", COVERAGE),
    ):
        frame = check(getattr(book, name).assign(run="r1"), table)
        write_frame(tmp_path / f"{name}{ending}", frame)
        same(check(read_frame(tmp_path / f"{name}{ending}"), table), frame)


@settings(deadline=None, max_examples=40)
@example([("\r", 0.0), ("a\r\nb", 0.1), ("x", 5e-324)])
@given(st.lists(st.tuples(TEXT, st.floats(0, allow_nan=False, allow_infinity=False)), max_size=8))
def test_any_text_and_any_double_come_back(tmp_path_factory, rows):
    """Queue names with commas, quotes and line ends, and doubles of any size, survive a CSV."""
    path = tmp_path_factory.mktemp("frames") / "requirement.csv"
    frame = pd.DataFrame(
        {
            "run": "r",
            "queue": [name for name, _ in rows],
            "interval_start": pd.date_range(
                "2003-03-03", periods=len(rows), freq="30min", tz="UTC"
            ),
            "interval_s": 1800,
            "agents_required": np.array([value for _, value in rows], float),
        }
    )
    write_frame(path, frame)
    found = read_frame(path)
    assert found["queue"].tolist() == frame["queue"].tolist()
    assert found["agents_required"].tolist() == frame["agents_required"].tolist()
    if rows:
        same(check(found, REQUIREMENT), check(frame, REQUIREMENT))


def test_how_a_csv_looks(tmp_path):
    """UTC times end in Z, local ones do not, flags are words, numbers keep their digits."""
    frame = pd.DataFrame(
        {
            "agent": ["007", "NA"],
            "start": pd.to_datetime(["2003-03-03T12:00:00Z", None], utc=True),
            "local": [dt.datetime(2003, 3, 3, 7), dt.datetime(2003, 3, 3, 7, 30, 0, 500)],
            "paid": [True, False],
            "mean": [0.1 + 0.2, np.nan],
        }
    )
    write_frame(tmp_path / "x.csv", frame)
    assert (tmp_path / "x.csv").read_text().splitlines() == [
        "agent,start,local,paid,mean",
        "007,2003-03-03T12:00:00Z,2003-03-03T07:00:00,true,0.30000000000000004",
        "NA,,2003-03-03T07:30:00.000500,false,",
    ]
    found = read_frame(tmp_path / "x.csv")
    assert found["agent"].tolist() == ["007", "NA"]
    assert found["start"].dtype == "datetime64[us, UTC]"
    assert found["local"].tolist() == ["2003-03-03T07:00:00", "2003-03-03T07:30:00.000500"]
    assert found["paid"].tolist() == [True, False]


def test_a_table_from_a_spreadsheet_is_read(tmp_path):
    """A byte-order mark, Windows line ends and offsets are nothing to stumble over."""
    text = "\ufeffqueue,interval_start,offered\r\n1000,2003-03-03T07:00:00-05:00,12\r\n"
    (tmp_path / "x.csv").write_bytes(text.encode())
    found = read_frame(tmp_path / "x.csv")
    assert found["queue"].tolist() == ["1000"]
    assert found["interval_start"].tolist() == [pd.Timestamp("2003-03-03T12:00:00Z")]
    assert found["offered"].tolist() == [12]


def test_gzip_has_no_clock_inside(tmp_path):
    """The same table gives the same bytes."""
    frame = pd.DataFrame({"a": [1.5]})
    write_frame(tmp_path / "x.csv.gz", frame)
    first = (tmp_path / "x.csv.gz").read_bytes()
    write_frame(tmp_path / "x.csv.gz", frame)
    assert (tmp_path / "x.csv.gz").read_bytes() == first
    assert gzip.decompress(first) == b"a\n1.5\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", b"a\n1\n", "unknown kind of file"),
        ("gone.csv", None, "no such file"),
        ("x.csv", b"", "is empty"),
        ("x.csv", b"a,b\n\xff,1\n", "is not UTF-8, found 'byte 0xff at 4'"),
        ("x.csv", b"a,b\n1,2\n1,2,3\n", "x.csv:3: has 3 cells where the header has 2"),
        ("x.csv", b"a,b\n1,2,3\n4,5,6\n", "rows do not fit the header"),
        ("x.csv.gz", b"not gzip", "cannot be read as csv.gz"),
        ("x.parquet", b"not parquet", "cannot be read as parquet"),
    ],
)
def test_bad_files_are_told(tmp_path, name, content, message):
    """One line says which file is wrong and how."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        read_frame(tmp_path / name)
    assert message in str(error.value)


def test_an_unknown_ending_is_not_written(tmp_path):
    """The wrong name is refused before anything is on disk."""
    with pytest.raises(InputError, match="unknown kind of file"):
        write_frame(tmp_path / "x.xls", pd.DataFrame({"a": [1]}))
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """When writing breaks off, the last good table is still there and no draft beside it."""
    write_frame(tmp_path / "x.csv", pd.DataFrame({"a": [1]}))
    monkeypatch.setattr("pandas.DataFrame.to_csv", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_frame(tmp_path / "x.csv", pd.DataFrame({"a": [2]}))
    assert [item.name for item in tmp_path.iterdir()] == ["x.csv"]
    assert (tmp_path / "x.csv").read_text() == "a\n1\n"


def test_folders_on_the_way_are_made(tmp_path):
    """A plan written to out/week10/ does not ask for the folder first."""
    write_frame(tmp_path / "out" / "week10" / "x.csv", pd.DataFrame({"a": [1]}))
    assert (tmp_path / "out" / "week10" / "x.csv").is_file()
