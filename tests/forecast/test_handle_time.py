"""Handle times: trend seen where there is one, and accuracy at past origins."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from wfm.forecast import QueueCalendar, backtest_aht
from wfm.forecast.calendar import Days
from wfm.forecast.handle_time import predict_aht_s


def some_days(count: int) -> Days:
    """Consecutive days without holidays."""
    return Days.span(dt.date(2023, 1, 2), count, QueueCalendar(), np.ones(7, dtype=np.bool_))


@pytest.mark.parametrize("slope", [-0.002, 0.0, 0.002])
def test_a_steady_trend_goes_on(slope):
    """A handle time that grows or falls steadily is met within 3 % two weeks ahead."""
    rng = np.random.default_rng(4)
    days = some_days(98)
    true_s = 200 * (1 + slope * np.arange(98))[:, None] * np.ones((98, 4))
    answered = np.full((98, 4), 100.0)
    handle_s = answered * true_s * rng.normal(1, 0.02, (98, 4))
    said = predict_aht_s(answered[:84], handle_s[:84], days.weekday[:84], days.cut(84, 98))
    np.testing.assert_allclose(said, true_s[84:], rtol=0.03)


def test_few_unsteady_calls_show_no_trend():
    """Noise of some calls a day moves the level by less than a tenth on either side."""
    rng = np.random.default_rng(6)
    days = some_days(70)
    answered = np.full((56, 4), 2.0)
    handle_s = rng.gamma(2.0, 100.0, (56, 4)) * 2
    said = predict_aht_s(answered, handle_s, days.weekday[:56], days.cut(56, 70))
    np.testing.assert_allclose(said.mean(), handle_s.sum() / answered.sum(), rtol=0.1)
    assert np.ptp(said.mean(axis=1)) < 20


def test_back_test_tells_profile_from_mean(make_history):
    """Where mornings are slower, the profile's error is smaller than the plain mean's."""
    history = make_history()
    slow_s = np.where(history["start"].dt.hour < 12, 240.0, 180.0)
    timed = history.assign(answered=history["offered"], talk_s=history["offered"] * slow_s)
    table = backtest_aht(timed, as_of=dt.datetime(2023, 5, 1), interval_s=1800, origins=4)
    wape = table.set_index(["model", "horizon_days"])["wape"]
    for horizon in (7, 14):
        assert wape["profile", horizon] < 0.3 * wape["mean", horizon]
    assert (table["origins"] == 4).all()
    assert table["bias"].abs().max() < 0.02


def test_back_test_wants_handle_times(make_history):
    """Without handle times the missing columns are named."""
    with pytest.raises(ValueError, match="no column answered, talk_s"):
        backtest_aht(make_history(), as_of=dt.datetime(2023, 5, 1), interval_s=1800)
