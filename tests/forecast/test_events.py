"""Own events: by hours, recurring, learned from what stays in the history, and told."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
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


PLANNED = dt.date(2023, 5, 9)
MAILINGS = [dt.date(2023, 1, 31) + dt.timedelta(days=14 * k) for k in range(6)]


def day_bands(frame: pd.DataFrame) -> pd.DataFrame:
    """Day rows of a forecast's totals by date, with the width of the 80 % band over the mean."""
    days = frame[frame["level"] == "day"].set_index("start")
    return days.assign(width=(days["q0.9"] - days["q0.1"]) / days["mean"])


def test_a_planned_effect_is_doubted_and_nothing_else(make_history, office_calendar):
    """A campaign said to bring half more: its mean as said, its bands wider, no other day's."""
    history = make_history()
    event = Event("campaign", dt.date(2023, 5, 9), dt.date(2023, 5, 10), 0.5)
    with_it = {"calls": dataclasses.replace(office_calendar, events=(event,))}
    made = forecast(history, with_it, **ASK)
    busy = day_bands(made.totals)
    calm = day_bands(forecast(history, {"calls": office_calendar}, **ASK).totals)
    on = busy.index.isin(pd.to_datetime(["2023-05-09", "2023-05-10"]))
    assert (busy["mean"] / calm["mean"])[on].to_numpy() == pytest.approx(1.5)
    # an effect of log 1.5 that may be off by a quarter of itself, and 0.05
    doubt = 2 * 1.2816 * np.hypot(0.05, 0.25 * np.log(1.5))
    wide, narrow = busy["width"][on], calm["width"][on]
    assert (wide > doubt).all()
    assert (wide < doubt + narrow).all()
    pd.testing.assert_frame_equal(busy[~on], calm[~on])
    told = made.special.set_index("what").loc["campaign", "learned_from"]
    assert set(told) == {"as given: ×1.50, give or take 11%"}


def test_an_outage_in_doubt_widens_its_own_hours_alone(make_history, office_calendar):
    """Lines at half from ten to noon: the other hours keep their bands, the day's grow a little."""
    history = make_history()
    event = Event("works", PLANNED, PLANNED, -0.5, 36_000, 43_200)
    with_it = {"calls": dataclasses.replace(office_calendar, events=(event,))}
    busy = forecast(history, with_it, **ASK)
    calm = forecast(history, {"calls": office_calendar}, **ASK)
    inside = busy.frame["start"].between("2023-05-09T10:00", "2023-05-09T11:30")
    pd.testing.assert_frame_equal(busy.frame[~inside], calm.frame[~inside])
    spread = (busy.frame["q0.9"] - busy.frame["q0.1"]) / busy.frame["mean"]
    plain = (calm.frame["q0.9"] - calm.frame["q0.1"]) / calm.frame["mean"]
    assert (spread > plain)[inside].all()
    day, before = (day_bands(one.totals).loc[pd.Timestamp(PLANNED)] for one in (busy, calm))
    assert before["width"] < day["width"] < 1.5 * before["width"]


@pytest.mark.parametrize(("apart", "least", "most"), [(0.02, 0.02, 0.09), (0.4, 0.25, 0.6)])
def test_occurrences_tell_how_far_they_lie_apart(make_history, apart, least, most):
    """Mailings that always did the same are sure of the next; those that differ are not."""
    factor = dict(zip(MAILINGS, np.exp(0.3 + apart * np.array([-1, 1, 1, -1, 1, -1])), strict=True))
    history = make_history()
    lift = history["start"].dt.date.map(factor).fillna(1.0)
    lifted = history.assign(offered=(history["offered"] * lift).round())
    grid = read_grid(lifted, QueueCalendar(), until=MIDNIGHT.date(), interval_s=1800)
    events = [Event("mail", day, day) for day in MAILINGS]
    effect = learn_events(grid, events, [len(grid.days)]).effects[len(grid.days)][0]
    assert effect.factor == pytest.approx(np.exp(0.3), rel=0.1)
    assert least < effect.each_sd < most


def test_bands_of_uneven_mailings_hold_the_next_one(make_history, office_calendar):
    """Effects spread by 0.3 round a third more: 80 % bands hold most, not a third, of them."""
    planned = pd.Timestamp(PLANNED)
    events = tuple(Event("mail", day, day) for day in [*MAILINGS, PLANNED])
    calendar = {"calls": dataclasses.replace(office_calendar, events=events)}
    held = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        history = make_history(134, seed=seed)
        factor = {day: np.exp(rng.normal(0.3, 0.3)) for day in [*MAILINGS, PLANNED]}
        lift = history["start"].dt.date.map(factor).fillna(1.0)
        history = history.assign(offered=rng.poisson(history["offered"] * lift))
        row = day_bands(forecast(history, calendar, **ASK).totals).loc[planned]
        came = history.loc[history["start"].dt.date == PLANNED, "offered"].sum()
        held.append(row["q0.1"] <= came <= row["q0.9"])
    assert np.mean(held) >= 0.6
