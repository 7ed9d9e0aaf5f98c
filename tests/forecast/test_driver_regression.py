"""Driver regression against histories made by known drivers."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import Drivers, QueueCalendar, forecast
from wfm.forecast.calendar import Days

FIRST = np.datetime64("2023-01-02")
WEEK = np.array([1.3, 1.1, 1.0, 0.9, 0.7, 0.4, 0.3])


def made_by(drivers: Drivers, elasticity: float, mailing: float, days: int = 182) -> pd.DataFrame:
    """Two slots a day, Poisson round customers ** elasticity × mail effect × weekday."""
    rng = np.random.default_rng(4)
    date = FIRST + np.arange(days)
    weekday = np.arange(days) % 7
    customers, mail = drivers.values[:days].T
    day = 800 * (customers / 1000) ** elasticity * np.exp(mailing * mail / 5000) * WEEK[weekday]
    counts = rng.poisson(day[:, None] * [0.6, 0.4])
    start = date[:, None] + np.array([0, 12], dtype="timedelta64[h]")
    return pd.DataFrame({"queue": "q", "start": start.ravel(), "offered": counts.ravel()})


@pytest.fixture
def growing() -> Drivers:
    """Customers that wander, then double after the history; mailings on some days."""
    rng = np.random.default_rng(9)
    customers = 1000 * np.exp(np.cumsum(rng.normal(0, 0.01, 210)))
    customers[182:] = 2 * customers[181]
    mail = np.where(rng.random(210) < 0.1, 5000.0, 0.0)
    mail[185] = 5000.0
    date = FIRST + np.arange(210)
    return Drivers(("customers", "mailing"), date, np.column_stack([customers, mail]))


def ahead_of(history: pd.DataFrame, drivers: Drivers | None, model: str) -> pd.Series:
    """Day means of the four weeks after the history."""
    calendars = {"q": QueueCalendar(drivers=drivers)}
    as_of = dt.datetime(2023, 7, 3)
    made = forecast(history, calendars, as_of=as_of, horizon_days=28, interval_s=43200, model=model)
    assert not made.skipped
    return made.frame.groupby(made.frame["start"].dt.normalize())["mean"].sum()


@pytest.mark.parametrize("model", ["drivers", "auto"])
def test_planned_customers_and_mailings_move_the_forecast(growing, model):
    """Twice the customers bring twice the contacts, a mailing day its known effect."""
    history = made_by(growing, 1.0, 0.4)
    customers, mail = growing.values[182:].T
    truth = 800 * customers / 1000 * np.exp(0.4 * mail / 5000) * WEEK[np.arange(182, 210) % 7]
    said = ahead_of(history, growing, model).to_numpy()
    # what auto blends beside knows nothing of the plan
    assert np.abs(said - truth).sum() / truth.sum() < (0.04 if model == "drivers" else 0.12)
    blind = ahead_of(history, None, "auto").to_numpy()
    assert np.abs(said - truth).sum() < 0.3 * np.abs(blind - truth).sum()


def test_history_overrules_proportion(growing):
    """Where contacts follow the root of the customers, so does the forecast, nearly."""
    said = ahead_of(made_by(growing, 0.5, 0.0), growing, "drivers").to_numpy().sum()
    before = 800 * np.sqrt(growing.values[154:182, 0] / 1000) * WEEK[np.arange(154, 182) % 7]
    assert said / before.sum() == pytest.approx(np.sqrt(2), rel=0.12)


def test_a_value_holds_until_the_next():
    """Sparse values are carried on, backwards before the first."""
    date = np.array(["2024-01-03", "2024-01-05"], dtype="datetime64[D]")
    drivers = Drivers(("customers",), date, np.array([[7.0], [9.0]]))
    days = Days.span(dt.date(2024, 1, 2), 5, QueueCalendar(), np.ones(7, dtype=np.bool_))
    assert drivers.at(days.date)[:, 0].tolist() == [7, 7, 7, 9, 9]


def test_without_drivers_the_model_is_refused_for_the_queue(make_history):
    """The problem says what to write; nothing is made up."""
    made = forecast(
        make_history(60),
        {},
        as_of=dt.datetime(2023, 3, 3),
        horizon_days=7,
        interval_s=1800,
        model="drivers",
    )
    ((_, problem),) = made.skipped
    assert "drivers.csv" in str(problem)


@pytest.mark.parametrize(
    ("values", "what"),
    [([[1.0, 2.0]], "do not fit"), ([[-1.0], [2.0]], "below 0"), ([[1.0], [2.0]], "ascend")],
)
def test_bad_drivers_are_refused(values, what):
    """Shape, negative values, dates that do not ascend."""
    dates = ["2024-01-02", "2024-01-01"] if what == "ascend" else ["2024-01-01", "2024-01-02"]
    with pytest.raises(ValueError, match=what):
        Drivers(("customers",), np.array(dates, dtype="datetime64[D]"), np.array(values))
