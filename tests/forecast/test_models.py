"""Every model by name: what it must say of histories whose answer is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from wfm.forecast import MODELS, Drivers, QueueCalendar
from wfm.forecast.day_level import fit_day_level
from wfm.forecast.grid import Grid, ahead_of, read_grid
from wfm.forecast.models import AUTO, Basis, check_model, make_model
from wfm.forecast.momentum_mean import MomentumMean
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.weekday_mean import WeekdayMean
from wfm.metrics import wape

WEEK = np.array([1.3, 1.1, 1.0, 0.9, 0.7])
SHAPE = np.array([40.0, 160.0, 240.0, 160.0])
GROWING = Drivers(
    ("customers",), np.array(["2003-01-01"], dtype="datetime64[D]"), np.array([[9e3]])
)


def exact_grid(make_level, weeks: int = 16) -> Grid:
    """Noise-free history of four slots on five weekdays; ``make_level`` gives each day's factor."""
    import pandas as pd

    rows = []
    for k in range(7 * weeks):
        day = pd.Timestamp(2023, 1, 2) + pd.Timedelta(days=k)
        if day.weekday() > 4:
            continue
        for slot, size in enumerate(SHAPE):
            offered = size * WEEK[day.weekday()] * make_level(k)
            rows.append((day + pd.Timedelta(hours=6 * slot), offered))
    history = pd.DataFrame(rows, columns=["start", "offered"])
    until = dt.date(2023, 1, 2) + dt.timedelta(days=7 * weeks)
    return read_grid(history, QueueCalendar(), until=until, interval_s=21600)


def made(name: str, grid: Grid):
    """Model of that name made ready for a grid."""
    level = fit_day_level(grid.days, full_day_totals(grid, weekday_profiles(grid)))
    return make_model(name, Basis(level, GROWING))


@pytest.mark.parametrize("name", MODELS)
def test_a_week_that_never_changes_comes_again(name):
    """Without noise every model gives the week back, two weeks ahead."""
    grid = exact_grid(lambda _: 1.0)
    ahead, opens = ahead_of(grid, QueueCalendar(), 14, 21600)
    said = np.where(opens, made(name, grid).predict(grid, ahead), 0.0)
    truth = np.where(opens, np.append(WEEK, [0, 0])[ahead.weekday][:, None] * SHAPE, 0.0)
    assert said == pytest.approx(truth, rel=0.05)


@pytest.mark.parametrize("name", MODELS)
def test_forecasts_are_counts(name, make_history):
    """A sparse queue gets finite forecasts of at least 0, shaped days by slots."""
    history = make_history(30, per_day=6.0)
    grid = read_grid(history, QueueCalendar(), until=dt.date(2023, 2, 1), interval_s=1800)
    ahead, _ = ahead_of(grid, QueueCalendar(), 21, 1800)
    said = made(name, grid).predict(grid, ahead)
    assert said.shape == (21, 48)
    assert np.isfinite(said).all()
    assert (said >= 0).all()


@pytest.mark.parametrize("name", [name for name in MODELS if name != "seasonal_naive"])
def test_every_model_beats_last_week_on_the_bank(name, bank_half_hours, bank_calendar):
    """Over two origins of real calls, two weeks ahead, each has the smaller WAPE."""
    said: dict[str, list] = {name: [], "seasonal_naive": []}
    came = []
    whole = read_grid(bank_half_hours, bank_calendar, until=dt.date(2003, 8, 9), interval_s=1800)
    for origin in ("2003-06-09", "2003-07-21"):
        start = int(np.searchsorted(whole.days.date, np.datetime64(origin)))
        past, ahead = whole.until(start), whole.days.cut(start, start + 14)
        actual = whole.counts[start : start + 14]
        known = ~np.isnan(actual)
        came.append(actual[known])
        for one, parts in said.items():
            parts.append(made(one, past).predict(past, ahead)[known])
    errors = {one: wape(np.concatenate(came), np.concatenate(v)) for one, v in said.items()}
    assert errors[name] < errors["seasonal_naive"]


def test_momentum_goes_half_way():
    """Two weeks at 1.44 times the level before move the mean by a root, checked by hand."""
    grid = exact_grid(lambda k: 1.0 if k < 98 else 1.44)
    mean8 = (6 * 1.0 + 2 * 1.44) / 8
    assert MomentumMean(8).factor(grid) == pytest.approx(np.sqrt(1.44 / mean8))
    ahead, _ = ahead_of(grid, QueueCalendar(), 7, 21600)
    assert MomentumMean(8).predict(grid, ahead) == pytest.approx(
        WeekdayMean(8).predict(grid, ahead) * np.sqrt(1.44 / mean8)
    )


@pytest.mark.parametrize("name", ["momentum8", "smoothing", "day_ets", "day_arima", "top_down"])
def test_a_new_level_is_followed(name):
    """Four weeks after a quarter of the contacts went, forecasts are nearer the new level."""
    grid = exact_grid(lambda k: 1.0 if k < 84 else 0.75)
    ahead, opens = ahead_of(grid, QueueCalendar(), 7, 21600)
    total = np.where(opens, made(name, grid).predict(grid, ahead), 0.0).sum()
    old = SHAPE.sum() * WEEK.sum()
    assert abs(total - 0.75 * old) < abs(total - old)


def test_an_unknown_model_is_refused_with_those_that_are():
    """The text names every model."""
    with pytest.raises(ValueError, match=r"no model 'prophet'; there are auto, .*top_down"):
        check_model("prophet")
    check_model(AUTO)
