"""What trials taught, kept: the same history to the last bit, new days without a trial."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pytest

from wfm.forecast import Event, QueueCalendar
from wfm.forecast.day_trend import Trend
from wfm.forecast.learnt import Learnt
from wfm.forecast.queue_tables import QueueTables, QueueWork, Window, forecast_queue
from wfm.metrics import wape
from wfm.schema import QUANTILES

ORIGIN = dt.datetime(2023, 5, 1)


def forecast_at(history, calendar, origin: dt.datetime, **options) -> QueueTables:
    """Forecast of a week from an origin on."""
    past = history[history["start"] < pd.Timestamp(origin)]
    window = Window(origin, 7, 1800, QUANTILES)
    told = forecast_queue(QueueWork("calls", past, calendar, "auto", window, **options))
    assert isinstance(told, QueueTables)
    return told


@pytest.fixture
def eventful(office_calendar) -> QueueCalendar:
    """Office hours with pay days, whose effect is learned, and a campaign, whose effect is told."""
    days = [dt.date(2023, month, 15) for month in range(1, 7)]
    pay = [Event("pay day", day, day, recurs=True) for day in days]
    campaign = Event("campaign", dt.date(2023, 5, 3), dt.date(2023, 5, 3), uplift=0.2)
    return replace(office_calendar, events=(*pay, campaign))


def test_the_same_history_gives_the_same_forecast(make_history, eventful):
    """Written out, read back and taken in place of trials: not a bit differs."""
    first = forecast_at(make_history(), eventful, ORIGIN)
    learnt = Learnt.from_text(first.learnt.to_text())
    again = forecast_at(make_history(), eventful, ORIGIN, learnt=learnt, brief=True)
    assert (first.kept, again.kept) == (False, True)
    pd.testing.assert_frame_equal(again.frame, first.frame, check_exact=True)
    pd.testing.assert_frame_equal(again.totals, first.totals, check_exact=True)
    pd.testing.assert_frame_equal(again.chosen, first.chosen, check_exact=True)
    assert again.learnt.to_text() == first.learnt.to_text()
    assert first.backtest.size > 0
    assert again.backtest.size == again.findings.size == again.special.size == 0


def test_a_shift_of_level_has_the_models_tried_again(make_history, office_calendar):
    """Twelve days half as much again: what was learnt before is not taken."""
    history = make_history()
    learnt = forecast_at(history, office_calendar, dt.datetime(2023, 4, 13)).learnt
    after = history["start"] >= pd.Timestamp("2023-04-13")
    history.loc[after, "offered"] = (history.loc[after, "offered"] * 1.5).round()
    told = forecast_at(history, office_calendar, ORIGIN, learnt=learnt)
    assert not told.kept
    assert told.learnt.level.steps != learnt.level.steps


def test_a_weekly_choice_costs_no_accuracy_to_speak_of(bank_half_hours):
    """The real bank, kept from up to a week ago: the week ahead is as good within 1 %."""
    calendar = QueueCalendar()
    errors = {"kept": [], "anew": []}
    last = bank_half_hours["start"].max().normalize().to_pydatetime()
    first = last - dt.timedelta(days=14)
    learnt = forecast_at(bank_half_hours, calendar, first, brief=True).learnt
    for now in (first + dt.timedelta(days=2), first + dt.timedelta(days=6)):
        kept = forecast_at(bank_half_hours, calendar, now, learnt=learnt, brief=True)
        anew = forecast_at(bank_half_hours, calendar, now, brief=True)
        assert kept.kept
        for name, told in (("kept", kept), ("anew", anew)):
            day = told.frame.merge(bank_half_hours, on="start")
            errors[name].append(wape(day["offered"], day["mean"]))
    assert sum(errors["kept"]) == pytest.approx(sum(errors["anew"]), rel=0.01)


def test_a_trend_is_kept_and_not_missed_in_what_was_kept_before(make_history, office_calendar):
    """Written out and read back with the same chance; a text that knows of no trend has none."""
    learnt = forecast_at(make_history(), office_calendar, ORIGIN).learnt
    for trend in (Trend(-1.6, 0.3), None):
        kept = replace(learnt, level=replace(learnt.level, trend=trend))
        assert Learnt.from_text(kept.to_text()).level.trend == trend
    old = json.loads(learnt.to_text())
    del old["level"]["trend"]
    assert Learnt.from_text(json.dumps(old)).level.trend is None
