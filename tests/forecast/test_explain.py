"""A forecast number is the product of the parts that it is explained by."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wfm.forecast import Event, QueueCalendar, QueueWork, Window, explain_forecast, forecast
from wfm.intervals import OpeningHours, holiday_names
from wfm.schema import QUANTILES

AS_OF = dt.datetime(2023, 5, 8)
WINDOW = Window(AS_OF, 28, 1800, QUANTILES)


@pytest.fixture
def calendar() -> QueueCalendar:
    """Office hours, short ones on holidays; a mailing of afternoons, a campaign, pay days."""
    hours = OpeningHours((((28800, 64800),),) * 5 + ((), ()), holidays=((36000, 50400),))
    mailings = [dt.date(2023, 3, 7), dt.date(2023, 4, 4), dt.date(2023, 5, 10)]
    pay_days = [dt.date(2023, 1, 20) + dt.timedelta(days=14 * k) for k in range(12)]
    events = (
        *(Event("mailing", day, day, from_s=43_200) for day in mailings),
        Event("campaign", dt.date(2023, 5, 10), dt.date(2023, 5, 12), 0.5),
        *(Event("pay day", day, day, recurs=True) for day in pay_days),
    )
    return QueueCalendar(hours, holiday_names("US", "", [2023]), events)


@pytest.mark.parametrize(
    ("start", "names"),
    [
        ("2023-05-09T11:00", ["Tuesday"]),
        ("2023-05-10T11:30", ["Wednesday", "campaign"]),
        ("2023-05-10T12:00", ["Wednesday", "mailing", "campaign"]),
        ("2023-05-12T09:00", ["Friday", "campaign", "pay day"]),
        ("2023-05-26T09:00", ["Friday", "day before a holiday", "pay day"]),
        ("2023-05-29T11:00", ["Monday", "public holiday", "opening hours"]),
        ("2023-05-30T17:30", ["Tuesday", "day after a holiday"]),
    ],
)
def test_the_product_of_the_parts_is_the_forecast(make_history, calendar, start, names):
    """Ordinary days, events of hours and days, holidays with short hours and the days beside."""
    history = make_history(126, first=dt.date(2023, 1, 2))
    made = forecast(
        history, {"calls": calendar}, as_of=AS_OF, horizon_days=28, interval_s=1800
    ).frame.set_index("start")["mean"]
    work = QueueWork("calls", history[history["start"] < AS_OF], calendar, "auto", WINDOW)
    told = explain_forecast(work, dt.datetime.fromisoformat(start))
    assert told.mean == pytest.approx(made[pd.Timestamp(start)], rel=1e-12)
    said = [part.name for part in told.parts]
    assert said[0] == "level"
    assert [name for name in said[1:-1] if name != "models"] == sorted(names, key=said.index)
    assert said[-1] == "share of the day"
    weighed = (told.models["weight"] * told.models["contacts"]).sum()
    assert weighed == pytest.approx(told.mean, rel=1e-9)
    assert {"mean8", "seasonal_naive"} <= set(told.models["model"])
    assert told.table["contacts"].iloc[-1] == pytest.approx(told.mean)


def test_parts_say_what_they_rest_on(make_history, calendar):
    """Holidays name the past days that they are like, events how they were learned."""
    history = make_history(126)
    work = QueueWork("calls", history[history["start"] < AS_OF], calendar, "auto", WINDOW)
    after = explain_forecast(work, dt.datetime(2023, 5, 30, 11))
    detail = {part.name: part.detail for part in after.parts}
    assert detail["day after a holiday"].startswith("day after Memorial Day; 2023-02-21 day after")
    told = explain_forecast(work, dt.datetime(2023, 5, 10, 12))
    detail = {part.name: part.detail for part in told.parts}
    assert (detail["mailing"], detail["campaign"]) == ("learned from 2 days", "as given")
    assert told.parts[0].factor == pytest.approx(800, rel=0.1)


def test_closed_hours_and_days_out_of_reach(make_history, calendar):
    """A closed slot is exactly nothing; a date beyond the window is refused."""
    history = make_history(126)
    work = QueueWork("calls", history[history["start"] < AS_OF], calendar, "auto", WINDOW)
    shut = explain_forecast(work, dt.datetime(2023, 5, 13, 12))
    assert [(part.name, part.factor) for part in shut.parts] == [("closed", 0.0)]
    with pytest.raises(ValueError, match="not among the 28 days"):
        explain_forecast(work, dt.datetime(2023, 8, 1))


def test_the_weekday_is_told_apart_from_the_level(make_history, calendar):
    """Planted weekdays come back, round one level that is the same on all of them."""
    history = make_history(126, first=dt.date(2023, 1, 2))
    plain = QueueCalendar(calendar.opening, calendar.holidays)
    work = QueueWork("calls", history[history["start"] < AS_OF], plain, "auto", WINDOW)
    planted = dict(zip(("Monday", "Wednesday", "Friday"), (1.3, 1.0, 0.7), strict=True))
    usual = (1.3 * 1.1 * 1.0 * 0.9 * 0.7) ** 0.2
    levels = []
    for start, (name, factor) in zip(("08", "10", "12"), planted.items(), strict=True):
        level, weekday = explain_forecast(work, dt.datetime(2023, 5, int(start), 11)).parts[:2]
        assert weekday.name == name
        assert weekday.factor == pytest.approx(factor / usual, rel=0.04)
        levels.append(level.factor)
    assert levels == pytest.approx([800 * usual] * 3, rel=0.03)
