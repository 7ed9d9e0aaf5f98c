"""Checks of the tables: dtypes, missing and unknown columns, bad cells, duplicate keys."""

import pandas as pd
import pytest

from wfm import schema
from wfm.errors import InputError
from wfm.schema import FORECAST, INTERVAL_HISTORY, ROSTER_ACTIVITY, TABLES, check, quantile_column


@pytest.fixture
def two_intervals():
    """Two half hours with counts only, as a file reader would have them."""
    return pd.DataFrame(
        {
            "queue": ["a", "b"],
            "interval_start": ["2003-01-01T07:00Z", "2003-01-01T07:30+02:00"],
            "interval_s": [1800, 1800],
            "offered": ["1", "2"],
        }
    )


def _lines(frame, table=INTERVAL_HISTORY, **options) -> list[str]:
    with pytest.raises(InputError) as caught:
        check(frame, table, **options)
    return str(caught.value).splitlines()


def test_a_good_frame(two_intervals):
    """Columns in the table's order with their dtypes; what is missing is there and empty."""
    before = two_intervals.copy()
    out = check(two_intervals[two_intervals.columns[::-1]], INTERVAL_HISTORY)
    assert list(out) == INTERVAL_HISTORY.names
    assert out["interval_start"].dt.hour.tolist() == [7, 5]
    assert str(out["interval_start"].dtype) == "datetime64[us, UTC]"
    assert out["queue"].dtype == object
    assert out["offered"].tolist() == [1, 2]
    assert out[["answered", "talk_s"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(two_intervals, before)


def test_checked_twice_is_checked_once(two_intervals):
    """A checked frame passes unchanged."""
    out = check(two_intervals, INTERVAL_HISTORY)
    pd.testing.assert_frame_equal(check(out, INTERVAL_HISTORY), out)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_no_rows_at_all(table):
    """An empty frame of any table has that table's columns and dtypes."""
    empty = check(pd.DataFrame(columns=table.names), table)
    full = check(empty, table)
    assert list(full) == table.names
    assert full.dtypes.equals(empty.dtypes)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_descriptions_hold_together(table):
    """Names are unique, keys exist and every column says what it means."""
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)
    assert all(column.meaning for column in table.columns)
    assert all(table.column(name).name == name for name in table.names)


def test_missing_and_unknown_columns(two_intervals):
    """All of them at once, with what is there."""
    lines = _lines(two_intervals.rename(columns={"offered": "calls"}), source="x.csv")
    assert len(lines) == 2
    assert lines[0].startswith("x.csv:1: offered: missing column")
    assert lines[1].startswith("x.csv:1: calls: unknown column")


@pytest.mark.parametrize(
    ("column", "cell", "what"),
    [
        ("offered", "many", "is not a whole number, found 'many'"),
        ("offered", "1.5", "is not a whole number, found '1.5'"),
        ("offered", "inf", "is not a whole number, found 'inf'"),
        ("offered", "1e30", "is not a whole number, found '1e30'"),
        ("offered", "-1", "is below 0, found '-1'"),
        ("offered", None, "is empty"),
        ("interval_s", "30", "is below 60, found '30'"),
        ("interval_start", "seven", "is not a time, found 'seven'"),
        ("interval_start", None, "is empty"),
        ("queue", None, "is empty"),
        ("queue", "", "is empty"),
    ],
)
def test_bad_cells(two_intervals, column, cell, what):
    """Row, column and the cell as it stood."""
    frame = two_intervals.astype("object")
    frame.loc[1, column] = cell
    (line,) = _lines(frame, source="x.csv", first_row=2)
    assert line.startswith(f"x.csv:3: {column}: {what}")


@pytest.mark.parametrize("cell", ["x", "inf", "nan2"])
def test_bad_numbers(two_intervals, cell):
    """A figure must be finite."""
    (line,) = _lines(two_intervals.assign(talk_s=["1.5", cell]))
    assert f"talk_s: is not a number, found '{cell}'" in line


def test_fractions_have_a_top():
    """A service level above one is refused."""
    frame = pd.DataFrame(
        {
            "run": ["r"],
            "queue": ["a"],
            "interval_start": ["2003-01-01T07:00Z"],
            "interval_s": [1800],
            "required": [1.0],
            "scheduled": [1.0],
            "over": [0.0],
            "under": [0.0],
            "service_level": [1.2],
        }
    )
    (line,) = _lines(frame, schema.COVERAGE)
    assert "service_level: is above 1, found '1.2'" in line


def test_flags():
    """Only true and false are flags."""
    frame = pd.DataFrame(
        {
            "run": "r",
            "agent": "A1",
            "start": ["2003-01-01T07:00Z", "2003-01-01T08:00Z"],
            "end": "2003-01-01T09:00Z",
            "activity": "work",
            "paid": [True, "maybe"],
        }
    )
    (line,) = _lines(frame, ROSTER_ACTIVITY)
    assert "paid: is neither true nor false, found 'maybe'" in line
    frame["paid"] = [True, False]
    assert check(frame, ROSTER_ACTIVITY)["paid"].tolist() == [True, False]


def test_the_same_key_twice(two_intervals):
    """The second row of a key is named with the key."""
    (line,) = _lines(pd.concat([two_intervals, two_intervals[:1]]), source="x.csv")
    assert line.startswith("x.csv:4: the same queue and interval_start twice, found 'a, 2003-01-01")


def test_many_bad_cells_are_counted(two_intervals):
    """Ten are shown, the rest is a number."""
    frame = pd.concat([two_intervals] * 40, ignore_index=True).assign(offered="x")
    lines = _lines(frame)
    assert len(lines) == 11
    assert lines[-1].endswith("is not a whole number: 70 more rows")


def test_quantile_columns():
    """The forecast has a column for each quantile, named without trailing zeros."""
    names = [quantile_column(q) for q in schema.QUANTILES]
    assert names == ["q0.025", "q0.1", "q0.5", "q0.9", "q0.975"]
    assert set(names) <= set(FORECAST.names)
