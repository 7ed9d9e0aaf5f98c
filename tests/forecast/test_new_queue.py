"""A queue without history: three estimates side by side, a borrowed shape, hours kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.domain import NewQueue, VolumeEstimate
from wfm.forecast import BENCHMARKS, QueueCalendar, forecast_new_queue, read_sibling
from wfm.intervals import OpeningHours

MONDAY = dt.datetime(2023, 6, 5)
NOTHING = pd.DataFrame({"start": pd.to_datetime([]).as_unit("us"), "offered": np.array([])})
BANK = Path(__file__).resolve().parents[2] / "data" / "bank_calls.csv.gz"


def ahead(new: NewQueue, calendar: QueueCalendar, history=NOTHING, sibling=None, days: int = 14):
    """Two weeks of a new queue."""
    return forecast_new_queue(
        "new", new, calendar, history, sibling, as_of=MONDAY, horizon_days=days, interval_s=1800
    )


def test_three_estimates_stand_side_by_side(make_history, office_calendar) -> None:
    """Sibling, expectation and customers each tell a week; the median is taken."""
    sibling = read_sibling(
        "calls", make_history(120), office_calendar, as_of=dt.datetime(2023, 5, 1), interval_s=1800
    )
    new = NewQueue(
        like="calls", share=0.5, per_day=300, customers=10_000, contacts_per_customer=0.5
    )
    made = ahead(new, office_calendar, sibling=sibling)
    table = made.estimates.set_index("estimate")
    # 800 a day on average on five days; a month is 365.25 / 84 weeks
    assert table.at["sibling", "contacts_a_week"] == pytest.approx(2000, rel=0.03)
    assert table.at["expected", "contacts_a_week"] == pytest.approx(1500)
    assert table.at["customers", "contacts_a_week"] == pytest.approx(5000 * 84 / 365.25)
    assert table["weight"].to_list() == [0.0, 1.0, 0.0]
    assert made.frame["mean"].sum() == pytest.approx(2 * 1500)


def test_the_shape_is_the_siblings(make_history, office_calendar) -> None:
    """Weekdays and hours are busy as the sibling's are; closed hours stay empty."""
    history = make_history(120)
    sibling = read_sibling(
        "calls", history, office_calendar, as_of=dt.datetime(2023, 5, 1), interval_s=1800
    )
    made = ahead(NewQueue(like="calls", share=0.1), office_calendar, sibling=sibling, days=7)
    by_day = made.frame.groupby(made.frame["start"].dt.day_of_week)["mean"].sum()
    assert by_day[0] / by_day[4] == pytest.approx(1.3 / 0.7, rel=0.1)
    hour = made.frame["start"].dt.hour
    assert (made.frame.loc[(hour < 8) | (hour >= 18), "mean"] == 0).all()
    quantiles = made.frame.loc[made.frame["mean"] > 0, ["q0.025", "q0.1", "q0.5", "q0.9"]]
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_a_holiday_and_the_days_before_the_start_are_empty(office_calendar) -> None:
    """Nothing before the first day of business; closed holidays stay closed."""
    calendar = QueueCalendar(office_calendar.opening, {dt.date(2023, 6, 9): "Day off"})
    made = ahead(NewQueue(first=dt.date(2023, 6, 7), per_day=100), calendar, days=7)
    by_day = made.frame.groupby(made.frame["start"].dt.date)["mean"].sum()
    assert [date.day for date, contacts in by_day.items() if contacts > 0] == [7, 8]


def test_own_days_count_more_the_more_there_are(make_history, office_calendar) -> None:
    """Ten own days of 800 pull an expectation of 400 up by 10 / 24, and bands grow narrower."""
    own = make_history(14, first=dt.date(2023, 5, 22))
    new = NewQueue(per_day=400)
    without, with_own = ahead(new, office_calendar), ahead(new, office_calendar, own)
    table = with_own.estimates.set_index("estimate")
    assert table.at["own history", "weight"] == pytest.approx(10 / 24)
    assert table.at["own history", "contacts_a_day"] == pytest.approx(800, rel=0.1)
    expected = 14 / 24 * 400 + 10 / 24 * table.at["own history", "contacts_a_day"]
    assert with_own.frame["mean"].sum() == pytest.approx(10 * expected)
    widths = [
        ((frame["q0.9"] - frame["q0.1"]) / frame["mean"].where(frame["mean"] > 0)).mean()
        for frame in (without.frame, with_own.frame)
    ]
    assert widths[1] < widths[0]


def test_the_estimate_that_is_named_counts(office_calendar) -> None:
    """``use`` overrules the median; of two estimates the median is the middle."""
    both = {"per_day": 100.0, "customers": 1000.0, "contacts_per_customer": 1.0}
    middle = ahead(NewQueue(**both), office_calendar).estimates
    assert middle["weight"].to_list() == [0.5, 0.5]
    named = ahead(NewQueue(**both, use=VolumeEstimate.EXPECTED), office_calendar)
    assert named.frame["mean"].sum() == pytest.approx(1000)


def test_hours_beyond_the_siblings_are_not_empty(make_history, office_calendar) -> None:
    """A new queue that opens on Saturdays gets some contacts then."""
    sibling = read_sibling(
        "calls", make_history(120), office_calendar, as_of=dt.datetime(2023, 5, 1), interval_s=1800
    )
    longer = OpeningHours((((28800, 64800),),) * 6 + ((),))
    made = ahead(NewQueue(like="calls"), QueueCalendar(longer), sibling=sibling, days=7)
    by_day = made.frame.groupby(made.frame["start"].dt.day_of_week)["mean"].sum()
    assert 0 < by_day[5] < by_day[4]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_are_whole_weeks(name: str) -> None:
    """Shares of a day come to one, weekdays to seven (the bank's week to five and a quiet rest)."""
    benchmark = BENCHMARKS[name]
    assert sum(benchmark.hours) == pytest.approx(1000, abs=0.5)
    worked = benchmark.weekday[:5] if name == "office" else benchmark.weekday
    assert np.mean(worked) == pytest.approx(1.0, abs=0.001)
    assert benchmark.week(np.ones((7, 96), dtype=np.bool_)).sum() == pytest.approx(1.0)


def test_the_office_benchmark_is_what_the_bank_measures() -> None:
    """Weekdays and hours of the shipped calls, counted again."""
    calls = pd.read_csv(BANK, parse_dates=["start"])
    calls = calls[calls["start"].dt.hour < 21]
    keys = [calls["start"].dt.normalize(), calls["start"].dt.hour]
    table = calls.groupby(keys)["offered"].sum().unstack()
    office = BENCHMARKS["office"]
    share = table.sum() / table.to_numpy().sum() * 1000
    np.testing.assert_allclose(office.hours, share, atol=0.06)
    total = table.sum(axis=1)
    by_weekday = total.groupby(total.index.day_of_week).mean()
    np.testing.assert_allclose(office.weekday[:5], by_weekday / by_weekday.mean(), atol=6e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "like, per_day"),
        ({"customers": 10.0}, "go together"),
        ({"per_day": 1.0, "use": VolumeEstimate.SIBLING}, "not given"),
    ],
)
def test_what_gives_no_estimate_is_refused(words: dict[str, object], said: str) -> None:
    """Nothing to go by, half of a pair, an estimate that is not there."""
    with pytest.raises(ValueError, match=said):
        NewQueue(**words)


def test_what_cannot_be_borrowed_is_told(office_calendar) -> None:
    """No opening hours, no sibling, no such benchmark."""
    with pytest.raises(ValueError, match="opening hours"):
        ahead(NewQueue(per_day=1.0), QueueCalendar())
    with pytest.raises(ValueError, match="gone"):
        ahead(NewQueue(like="gone"), office_calendar)
    with pytest.raises(ValueError, match="round-the-clock"):
        ahead(NewQueue(per_day=1.0, profile="shop"), office_calendar)
