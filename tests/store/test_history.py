"""Interval history in the store: imports counted, corrections exact, round trips."""

import datetime as dt
import tempfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm import schema
from wfm.errors import InputError
from wfm.store import ImportCounts, open_store

NOW = dt.datetime(2026, 11, 22, 4, 30, tzinfo=dt.UTC)
NOON = dt.datetime(2024, 1, 2, 12, tzinfo=dt.UTC)


def test_round_trip(store, bring_in, morning):
    """What goes in comes out, cell for cell and dtype for dtype."""
    assert bring_in(morning) == ImportCounts(4, 0, 0, import_id=1)
    pd.testing.assert_frame_equal(store.history(), morning)


def test_the_same_file_twice_changes_nothing(store, bring_in, morning):
    """The second import finds every row there."""
    bring_in(morning)
    assert bring_in(morning) == ImportCounts(0, 0, 4, import_id=2)
    pd.testing.assert_frame_equal(store.history(), morning)


def test_a_corrected_file_changes_only_what_differs(store, bring_in, morning):
    """One figure corrected, one row late: one changed, one new, the rest untouched."""
    bring_in(morning[:3])
    corrected = morning.copy()
    corrected.loc[1, "offered"] = 25
    assert bring_in(corrected) == ImportCounts(1, 1, 2, import_id=2)
    pd.testing.assert_frame_equal(store.history(), corrected)


def test_an_empty_cell_says_nothing(store, bring_in, morning):
    """A file that counts contacts only leaves the handle times that are known."""
    bring_in(morning)
    thin = morning[["queue", "interval_start", "interval_s", "offered"]].assign(offered=7)
    assert bring_in(thin).changed == 4
    assert store.history()["offered"].tolist() == [7] * 4
    pd.testing.assert_series_equal(store.history()["talk_s"], morning["talk_s"])


def test_another_interval_length_at_the_same_time(store, bring_in, morning):
    """Quarter hours over half hours would count contacts twice; nothing of them is kept."""
    bring_in(morning)
    quarter = morning[:1].assign(
        interval_s=900, interval_start=morning["interval_start"][:1] + pd.Timedelta(minutes=15)
    )
    with pytest.raises(InputError, match="queue bank is kept in intervals of another length"):
        bring_in(quarter)
    pd.testing.assert_frame_equal(store.history(), morning)
    next_day = quarter.assign(interval_start=quarter["interval_start"] + pd.Timedelta(days=1))
    assert bring_in(next_day).new == 1


def test_a_frame_that_is_no_history(store, bring_in, morning):
    """A negative count is refused before anything is written."""
    with pytest.raises(InputError, match="is below 0"):
        bring_in(morning.assign(offered=-1))
    assert store.history().empty
    assert store.imports().empty


def test_history_by_queue_and_time(store, bring_in, morning):
    """Start is inclusive, end is not; other queues stay out."""
    bring_in(pd.concat([morning, morning.assign(queue="sales")]))
    part = store.history(["bank"], NOON + dt.timedelta(minutes=30), NOON + dt.timedelta(hours=1))
    assert part[["queue", "offered"]].values.tolist() == [["bank", 20]]
    assert len(store.history([])) == 0
    with pytest.raises(ValueError, match="start needs a time zone"):
        store.history(start=dt.datetime(2024, 1, 2))


def test_times_in_any_zone_are_one_moment(store, bring_in, morning):
    """A frame in local time and one in UTC name the same intervals."""
    bring_in(morning)
    local = morning.assign(interval_start=morning["interval_start"].dt.tz_convert("Asia/Tokyo"))
    assert bring_in(local).unchanged == 4


def test_the_import_log(store, bring_in, morning):
    """Each import is a row with its counts."""
    bring_in(morning)
    bring_in(morning)
    log = store.imports()
    assert log[["import_id", "source", "new", "unchanged"]].values.tolist() == [
        [1, "calls.csv", 4, 0],
        [2, "calls.csv", 0, 4],
    ]


@pytest.fixture
def defects():
    """Two issues of one file."""
    return pd.DataFrame(
        {
            "kind": ["gaps", "column-ignored"],
            "queue": ["bank", None],
            "interval_start": [pd.Timestamp(NOON), pd.NaT],
            "file": "calls.csv",
            "row": [7, 1],
            "found": ["1", "weather"],
            "action": ["left out", "not read"],
            "effect_contacts": [None, -3.5],
        }
    )


def test_issues_of_a_file_are_kept_once(store, bring_in, morning, defects):
    """A second import of the same file replaces its issues; another file adds its own."""
    for _ in range(2):
        bring_in(morning, issues=defects)
    pd.testing.assert_frame_equal(store.issues(), schema.check(defects, schema.ISSUE))
    bring_in(morning, file_hash="other", issues=defects[:1])
    assert len(store.issues()) == 3
    assert store.issues(3)["row"].tolist() == [7]


def _histories():
    """Histories of up to two queues with some figures unknown."""
    cell = st.one_of(st.none(), st.integers(0, 10**6))
    number = st.one_of(st.none(), st.floats(0, 1e12, allow_nan=False, width=64))
    row = st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(0, 500), cell, number)
    return st.lists(row, min_size=1, max_size=30, unique_by=lambda r: r[:2]).map(_history)


def _history(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["queue", "n", "offered", "answered", "talk_s"])
    start = pd.Timestamp("2024-03-30T20:00Z") + pd.to_timedelta(frame.pop("n") * 30, unit="min")
    frame = frame.assign(interval_start=start, interval_s=1800)
    checked = schema.check(frame, schema.INTERVAL_HISTORY)
    return checked.sort_values(["queue", "interval_start"], ignore_index=True)


@settings(max_examples=10, deadline=None)
@given(first=_histories(), second=_histories())
def test_imports_in_general(first, second):
    """Round trip; twice is once; a second file adds and corrects, and its counts add up."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/wfm.db") as store:

        def bring_in(frame):
            return store.import_intervals(frame, source="f", file_hash="h", imported_at=NOON)

        assert bring_in(first).new == len(first)
        pd.testing.assert_frame_equal(store.history(), first)
        counts = bring_in(second)
        assert counts.new + counts.changed + counts.unchanged == len(second)
        both = store.history()
        key = list(schema.INTERVAL_HISTORY.key)
        expected = second.set_index(key).combine_first(first.set_index(key))
        expected = schema.check(expected.reset_index(), schema.INTERVAL_HISTORY)
        pd.testing.assert_frame_equal(both, expected)
        again = bring_in(second)
        assert (again.new, again.changed) == (0, 0)
        pd.testing.assert_frame_equal(store.history(), both)


def test_a_year_of_many_queues_goes_in_quickly(store, bring_in):
    """Every row of 20 000 arrives, and a second import writes none of them."""
    times = pd.date_range("2024-01-01", periods=2000, freq="30min", tz="UTC")
    rng = np.random.default_rng(7)
    frame = pd.concat(
        pd.DataFrame(
            {
                "queue": f"q{k}",
                "interval_start": times,
                "interval_s": 1800,
                "offered": rng.poisson(9, len(times)),
            }
        )
        for k in range(10)
    )
    assert bring_in(frame).new == 20_000
    assert bring_in(frame).unchanged == 20_000


def test_the_history_as_a_night_knew_it(store, bring_in, morning):
    """Corrections and late rows are kept apart, so that any past state can be read again."""
    bring_in(morning[:3])
    second = morning.assign(offered=[10, 25, 30, 40])
    bring_in(second)
    third = morning.assign(offered=[10, 26, 31, 40])
    bring_in(third)
    assert store.last_import() == 3
    pd.testing.assert_frame_equal(store.history(known_import=0), morning[:0])
    pd.testing.assert_frame_equal(store.history(known_import=1), morning[:3])
    for known, expected in ((2, second), (3, third), (99, third)):
        frame = schema.check(expected, schema.INTERVAL_HISTORY)
        pd.testing.assert_frame_equal(store.history(known_import=known), frame)


def test_what_came_late_is_told(store, bring_in, morning):
    """Corrected intervals with both figures, new ones counted; an import of nothing is none."""
    bring_in(morning[:3])
    bring_in(morning[:3])
    assert store.last_import() == 1
    assert store.last_import(before=NOON - dt.timedelta(days=1)) == 0
    bring_in(morning.assign(offered=[10, 25, 30, 40]))
    bring_in(morning.assign(offered=[10, 27, 30, 40]))
    told = store.changes(1)
    assert told[["offered_before", "offered"]].to_numpy().tolist() == [[20, 27]]
    assert told["interval_start"].tolist() == [morning["interval_start"][1]]
    assert (store.rows_since(1), store.rows_since(3), store.rows_since(4)) == (
        (1, 2),
        (0, 1),
        (0, 0),
    )
    assert store.changes(4).empty


def test_closed_days_take_what_is_new_but_no_corrections(store, bring_in, morning):
    """Before the moment that is closed a figure stays; an interval that lacked is taken."""
    bring_in(morning[:1])
    late = morning.assign(offered=[99, 20, 30, 40])
    closed = morning["interval_start"].max().to_pydatetime()
    counts = bring_in(late, closed_before=closed)
    assert counts == ImportCounts(3, 0, 0, import_id=2, closed=1)
    pd.testing.assert_frame_equal(store.history(), morning)
