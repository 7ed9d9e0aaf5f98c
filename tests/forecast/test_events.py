"""Own events: by hours, recurring, learned from what stays in the history, and told."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from wfm.forecast import Event, QueueCalendar, backtest, forecast
from wfm.forecast.events import learn_events
from wfm.forecast.grid import read_grid
from wfm.intervals import holiday_names

MIDNIGHT = dt.datetime(2023, 5, 1)
ASK = {"as_of": MIDNIGHT, "horizon_days": 14, "interval_s": 1800}


def by_day(frame: pd.DataFrame) -> pd.Series:
    """Contacts forecast by date."""
    return frame.groupby(frame["start"].dt.date)["mean"].sum()


def test_school_holidays_are_learned_though_they_fill_the_last_weeks(make_history, office_calendar):
    """A quarter less in three spells, the last up to the origin: ahead it stays, then ends."""
    history = make_history()
    spells = [
        ("2023-02-06", "2023-02-17"),
        ("2023-03-20", "2023-03-24"),
        ("2023-04-17", "2023-05-05"),
    ]
    events = tuple(
        Event("school", dt.date.fromisoformat(a), dt.date.fromisoformat(b), recurs=True)
        for a, b in spells
    )
    on = sum(history["start"].between(a, f"{b}T23:59") for a, b in spells) > 0
    quiet = history.assign(offered=history["offered"].where(~on, history["offered"] * 0.75))
    calendar = dataclasses.replace(office_calendar, events=events)
    days = by_day(forecast(quiet, {"calls": calendar}, **ASK).frame)
    calm = by_day(forecast(history, {"calls": office_calendar}, **ASK).frame)
    ratio = (days / calm).dropna()
    assert ratio[ratio.index <= dt.date(2023, 5, 5)].mean() == pytest.approx(0.75, abs=0.05)
    assert ratio[ratio.index > dt.date(2023, 5, 5)].mean() == pytest.approx(1.0, abs=0.05)
    plain = by_day(forecast(quiet, {"calls": office_calendar}, **ASK).frame)
    late = plain.index > dt.date(2023, 5, 5)
    assert (plain / calm)[late].mean() < 0.93


def test_a_planned_outage_of_hours_touches_no_other_hour(make_history, office_calendar):
    """Lines shut from ten to noon: those four half hours are empty, the rest is as before."""
    event = Event("works", dt.date(2023, 5, 3), dt.date(2023, 5, 3), -1.0, 36_000, 43_200)
    ask = {"calls": dataclasses.replace(office_calendar, events=(event,))}
    history = make_history()
    shut = forecast(history, ask, **ASK).frame
    calm = forecast(history, {"calls": office_calendar}, **ASK).frame
    inside = shut["start"].between("2023-05-03T10:00", "2023-05-03T11:30")
    assert (shut.loc[inside, "mean"] == 0).all()
    pd.testing.assert_series_equal(shut.loc[~inside, "mean"], calm.loc[~inside, "mean"])


def test_an_effect_of_hours_is_learned_in_those_hours(make_history, office_calendar):
    """Four mailings that double the afternoon lift the next one's afternoon only."""
    days = [dt.date(2023, 2, 7), dt.date(2023, 3, 7), dt.date(2023, 4, 4), dt.date(2023, 4, 18)]
    history = make_history()
    on = history["start"].dt.date.isin(days) & (history["start"].dt.hour >= 14)
    lifted = history.assign(offered=history["offered"].where(~on, history["offered"] * 2))
    planned = dt.date(2023, 5, 2)
    events = tuple(Event("mail", day, day, from_s=50_400) for day in [*days, planned])
    calendar = dataclasses.replace(office_calendar, events=events)
    frame = forecast(lifted, {"calls": calendar}, **ASK).frame
    calm = forecast(history, {"calls": office_calendar}, **ASK).frame
    mine = frame["start"].dt.date == planned
    late = mine & (frame["start"].dt.hour >= 14)
    ratio = frame.loc[late, "mean"].sum() / calm.loc[late, "mean"].sum()
    assert 1.5 < ratio < 2.1
    early = mine & ~late
    ratio = frame.loc[early, "mean"].sum() / calm.loc[early, "mean"].sum()
    assert ratio == pytest.approx(1, abs=0.03)


def test_special_days_name_the_past_days_that_they_are_like(make_history):
    """A holiday that is worked: same name first, each past day with its factor."""
    names = holiday_names("US", "", [2023, 2024])
    history = make_history(400)
    labor_like = history["start"].dt.date.isin([day for day in names if day < dt.date(2024, 2, 6)])
    halved = history.assign(offered=history["offered"].where(~labor_like, history["offered"] // 2))
    made = forecast(
        halved,
        {"calls": QueueCalendar(None, names)},
        as_of=dt.datetime(2024, 2, 6),
        horizon_days=21,
        interval_s=1800,
    )
    special = made.special.set_index("what")
    row = special.loc["Washington's Birthday"]
    assert row["date"] == dt.date(2024, 2, 19)
    assert row["factor"] == pytest.approx(0.5, abs=0.1)
    assert row["learned_from"].startswith("2023-02-20 Washington's Birthday ×0.")
    assert row["contacts"] == pytest.approx(by_day(made.frame)[dt.date(2024, 2, 19)], rel=1e-9)
    assert "day before Washington's Birthday" in special.index
    assert "day after Washington's Birthday" in special.index


def test_hours_that_end_before_they_begin_are_refused():
    """Misuse is told."""
    day = dt.date(2023, 5, 3)
    with pytest.raises(ValueError, match="hours"):
        Event("x", day, day, from_s=43_200, until_s=36_000)


PAY_DAYS = [dt.date(2023, 1, 5) + dt.timedelta(days=14 * k) for k in range(14)]


def paid(history: pd.DataFrame, since: dt.date, factor: float) -> pd.DataFrame:
    """History in which the pay days from a date on bring more contacts."""
    on = history["start"].dt.date.isin([day for day in PAY_DAYS if day >= since])
    return history.assign(offered=history["offered"].where(~on, history["offered"] * factor))


def with_pay_days(calendar: QueueCalendar) -> QueueCalendar:
    """Calendar with every second Thursday as a pay day whose effect is learned."""
    events = tuple(Event("pay day", day, day, recurs=True) for day in PAY_DAYS)
    return dataclasses.replace(calendar, events=events)


def test_back_tests_know_the_pay_days_of_the_calendar(make_history, office_calendar):
    """Pay days half as busy again: with the calendar accuracy and choice see far less error."""
    history = paid(make_history(180), PAY_DAYS[0], 1.5)
    wape, tried = {}, {}
    for name, calendar in (("with", with_pay_days(office_calendar)), ("without", office_calendar)):
        ask = {"as_of": dt.datetime(2023, 7, 1), "interval_s": 1800}
        table = backtest(history, {"calls": calendar}, horizons_days=(14,), origins=3, **ask)
        mine = table[(table["model"] == "auto") & (table["level"] == "day")]
        wape[name] = mine["wape"].item()
        chosen = forecast(history, {"calls": calendar}, horizon_days=14, **ask).chosen
        tried[name] = chosen.loc[chosen["weight"] > 0, "wape"].min()
    assert wape["with"] < 0.6 * wape["without"]
    assert tried["with"] < 0.9 * tried["without"]


def test_an_origin_knows_no_effect_that_came_later(make_history, office_calendar):
    """Pay days that matter only since April are ordinary in March and learned by July."""
    history = paid(make_history(180), dt.date(2023, 4, 1), 1.5)
    calendar = with_pay_days(office_calendar)
    grid = read_grid(history, calendar, until=dt.date(2023, 7, 1), interval_s=1800)
    lore = learn_events(grid, calendar.events, [80, 180])
    assert lore.effects[80][0].factor == pytest.approx(1.0, abs=0.03)
    assert lore.effects[180][0].factor > 1.15


def test_the_first_of_its_name_is_not_held_against_a_back_test(make_history, office_calendar):
    """A mailing never seen before is not scored; once its effect is given it is, and foreseen."""
    history = make_history(120)
    day = dt.date(2023, 4, 25)
    on = history["start"].dt.date == day
    history = history.assign(offered=history["offered"].where(~on, history["offered"] * 3))
    found = {}
    for uplift in (None, 2.0):
        mailing = Event("mailing", day, day, uplift)
        calendar = dataclasses.replace(office_calendar, events=(mailing,))
        ask = {"as_of": dt.datetime(2023, 5, 1), "interval_s": 1800}
        table = backtest(
            history, {"calls": calendar}, horizons_days=(7,), origins=1, models=("top_down",), **ask
        )
        mine = table[(table["model"] == "top_down") & (table["level"] == "day")]
        found[uplift] = mine.iloc[0]
    assert (found[None]["n"], found[2.0]["n"]) == (4, 5)
    assert found[2.0]["wape"] < 0.08
