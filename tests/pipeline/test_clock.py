"""Wall clock to UTC and back on the two nights of the year that are not like the others."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wfm.intervals import day_intervals
from wfm.pipeline.clock import as_in_files, even_hours, to_utc_intervals, to_wall_clock

ZONE = "America/New_York"
SPRING, AUTUMN = dt.date(2024, 3, 10), dt.date(2024, 11, 3)


def stored_day(day: dt.date) -> pd.DataFrame:
    """One contact in every half hour of a local day, as the store has it."""
    start = day_intervals(day, ZONE, 1800)
    return pd.DataFrame({"queue": "bank", "interval_start": start, "offered": 1.0})


def test_a_doubled_hour_is_one_slot_with_both_counts() -> None:
    """25 hours of UTC become 48 wall-clock slots, two of them with two contacts."""
    local = to_wall_clock(stored_day(AUTUMN), ZONE)
    assert len(local) == 48
    assert local["offered"].sum() == 50
    twice = local[local["offered"] == 2]["start"]
    assert list(twice) == [pd.Timestamp("2024-11-03 01:00"), pd.Timestamp("2024-11-03 01:30")]


@pytest.mark.parametrize(
    ("day", "intervals"), [(SPRING, 46), (AUTUMN, 50), (dt.date(2024, 5, 1), 48)]
)
def test_forecast_rows_land_on_every_interval_of_the_day(day: dt.date, intervals: int) -> None:
    """48 wall-clock slots become the 46, 50 or 48 intervals that the day really has."""
    start = pd.date_range(pd.Timestamp(day), periods=48, freq="30min").as_unit("us")
    frame = pd.DataFrame({"queue": "bank", "start": start, "mean": 4.0, "q0.9": 6.0})
    out = to_utc_intervals(frame, ZONE, 1800, doubled=True)
    assert list(out["interval_start"]) == list(day_intervals(day, ZONE, 1800))
    assert len(out) == intervals
    if day == AUTUMN:
        assert out["mean"].sum() == 48 * 4.0
        assert sorted(out["q0.9"].unique()) == [3.0, 6.0]


def test_there_and_back_keeps_the_counts() -> None:
    """Wall clock and back gives the stored day again when its doubled hours are alike."""
    there = to_wall_clock(stored_day(AUTUMN), ZONE)
    there = there.rename(columns={"offered": "mean"})
    back = to_utc_intervals(there, ZONE, 1800, doubled=True)
    assert list(back["interval_start"]) == list(day_intervals(AUTUMN, ZONE, 1800))
    assert (back["mean"] == 1).all()


def test_files_count_a_doubled_slot_whole() -> None:
    """A forecast goes into a file and comes back as it would have been stored."""
    start = pd.date_range(pd.Timestamp(AUTUMN), periods=48, freq="30min").as_unit("us")
    frame = pd.DataFrame({"queue": "bank", "start": start, "mean": 4.0, "q0.9": 6.0})
    stored = to_utc_intervals(frame, ZONE, 1800)
    assert (stored["mean"] == 4).all()
    filed = as_in_files(frame, ZONE)
    assert filed["mean"].sum() == stored["mean"].sum() == 50 * 4
    pd.testing.assert_frame_equal(to_utc_intervals(filed, ZONE, 1800, doubled=True), stored)


def test_a_doubled_hour_is_learned_as_one_of_ordinary_length() -> None:
    """A flat queue looks flat through the autumn night; other days are left as they are."""
    local = to_wall_clock(stored_day(AUTUMN), ZONE)
    assert (even_hours(local, ZONE)["offered"] == 1).all()
    spring = to_wall_clock(stored_day(SPRING), ZONE)
    assert even_hours(spring, ZONE) is spring
