"""The interval grid: local days of 23 to 25 hours, opening hours, holidays, wall clock and UTC."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.intervals import (
    DAY_S,
    OpeningHours,
    day_intervals,
    days,
    holiday_names,
    local_to_utc,
    utc_to_local,
    zone,
)

BANK = OpeningHours((((25200, 75600),),) * 5 + ((), ()), holidays=())
ZONES = ["America/New_York", "Europe/Madrid", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Atlantis", "../etc/passwd", "New York"])
def test_unknown_zones(name):
    """Anything but an IANA name is refused with an example."""
    with pytest.raises(ValueError, match="use an IANA name like Europe/Berlin"):
        zone(name)


@pytest.mark.parametrize(
    ("timezone", "spring", "autumn"),
    [
        ("America/New_York", dt.date(2024, 3, 10), dt.date(2024, 11, 3)),
        ("Europe/Madrid", dt.date(2025, 3, 30), dt.date(2025, 10, 26)),
    ],
)
def test_days_of_the_clock_changes(timezone, spring, autumn):
    """Spring has 92 quarter hours, autumn 100, the day after 96."""
    for day, count in ((spring, 92), (autumn, 100), (autumn + dt.timedelta(days=1), 96)):
        starts = day_intervals(day, timezone, 900)
        assert len(starts) == count
        assert set(starts.tz_convert(timezone).date) == {day}


@settings(deadline=None)
@given(
    day=st.dates(dt.date(1995, 1, 1), dt.date(2035, 12, 31)),
    timezone=st.sampled_from(ZONES),
    interval_s=st.sampled_from([300, 900, 1800]),
)
def test_days_follow_one_another(day, timezone, interval_s):
    """No moment is missing between two days, and none is in both."""
    today = day_intervals(day, timezone, interval_s)
    tomorrow = day_intervals(day + dt.timedelta(days=1), timezone, interval_s)
    assert tomorrow[0] - today[-1] == pd.Timedelta(seconds=interval_s)
    assert today.is_monotonic_increasing


def test_a_day_that_has_no_midnight():
    """Where the clock jumps at midnight the day starts at one o'clock and has 23 hours."""
    starts = day_intervals(dt.date(2018, 11, 4), "America/Sao_Paulo", 3600)
    assert len(starts) == 23
    assert starts.tz_convert("America/Sao_Paulo")[0].hour == 1


def test_wall_clock_and_back():
    """UTC to wall clock and back is the same time, except for the second autumn hour."""
    utc = pd.Series(day_intervals(dt.date(2024, 11, 3), "America/New_York", 1800))
    local = utc_to_local(utc, "America/New_York")
    back, nonexistent, ambiguous = local_to_utc(local, "America/New_York")
    assert not nonexistent.any()
    assert ambiguous.sum() == 4
    late = back != utc
    assert late.sum() == 2
    assert ((utc - back)[late] == pd.Timedelta(hours=1)).all()


def test_the_hour_that_spring_skips():
    """Its times have no UTC and are marked."""
    local = pd.Series(pd.to_datetime(["2024-03-10T01:30", "2024-03-10T02:30", "2024-03-10T03:00"]))
    utc, nonexistent, ambiguous = local_to_utc(local, "America/New_York")
    assert nonexistent.tolist() == [False, True, False]
    assert utc.isna().tolist() == [False, True, False]
    assert not ambiguous.any()


def test_no_times_at_all():
    """An empty column stays empty."""
    empty = pd.Series([], dtype="datetime64[us]")
    assert [len(part) for part in local_to_utc(empty, "Europe/Madrid")] == [0, 0, 0]


@pytest.mark.parametrize("span", [(75600, 25200), (25200, 25200), (-1, 25200), (0, DAY_S + 1)])
def test_impossible_hours(span):
    """A closing before the opening, or outside the day, is refused."""
    with pytest.raises(ValueError, match="the end must come after the start"):
        OpeningHours(((span,),) + ((),) * 6)
    with pytest.raises(ValueError, match="the end must come after the start"):
        OpeningHours(((),) * 7, dates=((dt.date(2024, 1, 1), (span,)),))


def test_a_week_has_seven_days():
    """Six weekdays are refused."""
    with pytest.raises(ValueError, match="seven weekdays, got 6"):
        OpeningHours(((),) * 6)


def test_dates_before_holidays_before_weekdays():
    """A date's own hours win, then the holiday's, then the weekday's."""
    saturday, friday = dt.date(2024, 1, 6), dt.date(2024, 1, 5)
    extra = ((36000, 39600),)
    hours = OpeningHours(BANK.week, holidays=(), dates=((saturday, extra),))
    assert hours.spans(saturday, holiday=True) == extra
    assert hours.spans(friday, holiday=True) == ()
    assert hours.spans(friday, holiday=False) == ((25200, 75600),)
    ordinary = OpeningHours(BANK.week, holidays=None)
    assert ordinary.spans(friday, holiday=True) == ((25200, 75600),)


@pytest.mark.parametrize(
    ("start_s", "is_open"),
    [(23400, False), (24300, False), (25200, True), (75599, True), (75600, False)],
)
def test_an_interval_is_open_when_any_part_is(start_s, is_open):
    """Edges: the interval that ends at opening is closed, the one that starts at closing too."""
    assert BANK.is_open(dt.date(2024, 1, 5), start_s, 900, holiday=False) is is_open


@settings(deadline=None)
@given(start_s=st.integers(0, DAY_S - 1), day=st.dates())
def test_always_is_always(start_s, day):
    """Around the clock has no closed interval."""
    assert OpeningHours.always().is_open(day, start_s, 300, holiday=True)


def test_dates_in_a_row():
    """Days run over the end of a month."""
    assert days(dt.date(2024, 2, 28), 3) == [
        dt.date(2024, 2, 28),
        dt.date(2024, 2, 29),
        dt.date(2024, 3, 1),
    ]


def test_holidays():
    """By country and part of it; none without a country; unknown codes are refused."""
    assert dt.date(2024, 5, 9) in holiday_names("DE", "BE", [2024])
    assert dt.date(2024, 11, 1) in holiday_names("DE", "BY", [2024])
    assert dt.date(2024, 11, 1) not in holiday_names("DE", "BE", [2024])
    assert holiday_names("", "", [2024]) == {}
    for country, subdivision in (("XX", ""), ("US", "ZZ")):
        with pytest.raises(ValueError, match="no such country or subdivision"):
            holiday_names(country, subdivision, [2024])
