"""The forecast as a whole: what comes out, and what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import MODELS, Drivers, QueueCalendar, forecast
from wfm.metrics import wape
from wfm.schema import QUANTILES, quantile_column

MIDNIGHT = dt.datetime(2023, 5, 1)
QUANTILE_COLUMNS = [quantile_column(q) for q in QUANTILES]


@pytest.mark.parametrize("model", ["auto", *MODELS])
def test_is_never_negative_zero_when_closed_and_ordered(make_history, office_calendar, model):
    """Every model gives counts >= 0, exactly 0 when closed, with quantiles in order."""
    first = np.array(["2023-01-01"], dtype="datetime64[D]")
    customers = Drivers(("customers",), first, np.array([[5000.0]]))
    result = forecast(
        make_history(),
        {"calls": replace(office_calendar, drivers=customers)},
        as_of=MIDNIGHT,
        horizon_days=35,
        interval_s=1800,
        model=model,
    )
    frame = result.frame
    assert len(frame) == 35 * 48
    start = frame["start"].dt
    closed = start.day_of_week > 4
    closed |= (start.hour < 8) | (start.hour >= 18)
    closed |= start.date == dt.date(2023, 5, 29)
    values = frame[["mean", *QUANTILE_COLUMNS]]
    assert np.isfinite(values).all(axis=None)
    assert (values >= 0).all(axis=None)
    assert (values[closed] == 0).all(axis=None)
    assert (frame.loc[~closed, "mean"] > 0).all()
    assert (np.diff(frame[QUANTILE_COLUMNS], axis=1) >= 0).all()


def test_slots_add_up_to_days_and_weeks(make_history, office_calendar):
    """The mean of a day is the sum of its slots, of a week the sum of its days."""
    result = forecast(
        make_history(),
        {"calls": office_calendar},
        as_of=MIDNIGHT,
        horizon_days=14,
        interval_s=1800,
    )
    by_day = result.frame.groupby(result.frame["start"].dt.normalize())["mean"].sum()
    totals = result.totals.set_index(["level", "start"])["mean"]
    np.testing.assert_allclose(by_day, totals.loc["day"], rtol=1e-12)
    np.testing.assert_allclose(
        by_day.to_numpy().reshape(2, 7).sum(axis=1), totals.loc["week"], rtol=1e-12
    )


def test_only_the_past_is_used(make_history, office_calendar):
    """Rows from the origin on change nothing, whatever they say."""
    history = make_history(150)
    ask = {"as_of": MIDNIGHT, "horizon_days": 7, "interval_s": 1800}
    calendars = {"calls": office_calendar}
    whole = forecast(history, calendars, **ask).frame
    later = history["start"] >= MIDNIGHT
    assert later.any()
    cut = forecast(history[~later], calendars, **ask).frame
    pd.testing.assert_frame_equal(whole, cut)


def test_learned_hours_are_those_of_the_history(make_history):
    """Without opening hours the queue is open when its history has rows."""
    frame = forecast(make_history(), {}, as_of=MIDNIGHT, horizon_days=7, interval_s=1800).frame
    open_slots = frame[frame["mean"] > 0]["start"]
    assert len(open_slots) == 5 * 20
    assert open_slots.dt.hour.min() == 8
    assert open_slots.dt.hour.max() == 17


def test_starts_at_any_time_of_day(make_history, office_calendar):
    """At 11:30 the rest of the day comes first and the horizon ends at 11:30."""
    as_of = dt.datetime(2023, 4, 27, 11, 30)
    frame = forecast(
        make_history(), {"calls": office_calendar}, as_of=as_of, horizon_days=2, interval_s=1800
    ).frame
    assert frame["start"].iloc[0] == as_of
    assert frame["start"].iloc[-1] == dt.datetime(2023, 4, 29, 11, 0)
    assert len(frame) == 2 * 48


def test_one_bad_queue_does_not_stop_the_others(make_history):
    """Empty, short, stopped and constant queues are told by name, the good one is forecast."""
    good = make_history()
    empty = make_history(queue="empty").assign(offered=0)
    short = make_history(10, first=dt.date(2023, 4, 21), queue="short")
    stopped = make_history(80, queue="stopped")
    constant = make_history(queue="constant").assign(offered=7)
    result = forecast(
        pd.concat([empty, short, good, stopped, constant]),
        {},
        as_of=MIDNIGHT,
        horizon_days=7,
        interval_s=1800,
    )
    assert list(result.frame["queue"].unique()) == ["calls"]
    told = {queue: str(problem) for queue, problem in result.skipped}
    assert told.keys() == {"empty", "short", "stopped", "constant"}
    assert "no contacts" in told["empty"]
    assert "too short" in told["short"]
    assert "10 days" in told["short"]
    assert "stopped" in told["stopped"]
    assert "2023-03-22" in told["stopped"]
    assert "same count" in told["constant"]


def test_a_history_without_any_fit_queue_gives_empty_tables(make_history):
    """All queues unfit is no crash: every one is told."""
    result = forecast(
        make_history(5), {}, as_of=dt.datetime(2023, 1, 9), horizon_days=7, interval_s=1800
    )
    assert result.frame.empty
    assert [queue for queue, _ in result.skipped] == ["calls"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "prophet"}, "no model 'prophet'; there are auto, seasonal_naive"),
        ({"horizon_days": 0}, "at least a day"),
        ({"interval_s": 1700}, "does not divide a day"),
        ({"quantiles": (0.5, 1.0)}, "between 0 and 1"),
    ],
)
def test_wrong_arguments_are_refused(make_history, change, message):
    """A wrong argument is a ValueError that says what would be right."""
    ask = {"as_of": MIDNIGHT, "horizon_days": 7, "interval_s": 1800} | change
    with pytest.raises(ValueError, match=message):
        forecast(make_history(30), {}, **ask)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda h: h.drop(columns="offered"), "no column offered"),
        (lambda h: h.assign(start=h["start"].dt.tz_localize("UTC")), "naive local times"),
        (lambda h: h.assign(offered=-1), "negative"),
    ],
)
def test_a_frame_that_is_no_history_is_refused(make_history, spoil, message):
    """Missing column, zoned times and negative counts are refused as a whole."""
    with pytest.raises(ValueError, match=message):
        forecast(spoil(make_history(30)), {}, as_of=MIDNIGHT, horizon_days=7, interval_s=1800)


def test_handle_time_is_forecast_where_the_history_has_it(make_history, office_calendar):
    """AHT is a ratio of sums near the true one; NaN for a queue without it."""
    history = make_history()
    answered = history["offered"]
    slow = np.where(history["start"].dt.hour < 12, 240.0, 180.0)
    timed = history.assign(answered=answered, talk_s=answered * slow)
    ask = {"as_of": MIDNIGHT, "horizon_days": 7, "interval_s": 1800}
    frame = forecast(timed, {"calls": office_calendar}, **ask).frame
    busy = frame[frame["mean"] > 10]
    morning = busy["start"].dt.hour < 12
    assert busy.loc[morning, "aht_s"].between(230, 240.1).all()
    assert busy.loc[~morning, "aht_s"].between(179.9, 190).all()
    assert forecast(history, {}, **ask).frame["aht_s"].isna().all()


def test_beats_last_week_on_the_bank(bank_half_hours, bank_calendar):
    """On real calls two weeks ahead the blend is nearer than last week repeated."""
    as_of = dt.datetime(2003, 7, 7)
    ask = {"as_of": as_of, "horizon_days": 14, "interval_s": 1800}
    actual = bank_half_hours.set_index("start")["offered"]
    errors = {}
    for model in ("auto", "seasonal_naive"):
        frame = forecast(bank_half_hours, {"bank": bank_calendar}, model=model, **ask).frame
        said = frame.set_index("start")["mean"]
        both = actual.index.intersection(said.index)
        assert len(both) == 10 * 28
        errors[model] = wape(actual[both], said[both])
    assert errors["auto"] < errors["seasonal_naive"]


def test_a_calendar_is_enough_for_an_empty_country():
    """A calendar without opening and holidays is the default."""
    assert QueueCalendar() == QueueCalendar(None, {})
