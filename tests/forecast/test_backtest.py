"""Rolling-origin accuracy."""

from __future__ import annotations

import datetime as dt

import numpy as np

from wfm.forecast import backtest
from wfm.forecast.backtest import backtest_origins, naive_error
from wfm.forecast.grid import read_grid


def test_table_has_every_model_horizon_and_level(make_history, office_calendar):
    """Rows for the blend and both yardsticks at each horizon and level, over six origins."""
    table = backtest(
        make_history(120),
        {"calls": office_calendar},
        as_of=dt.datetime(2023, 5, 1),
        interval_s=1800,
        horizons_days=(1, 7),
    )
    assert set(table["model"]) == {"auto", "seasonal_naive", "mean8"}
    assert set(map(tuple, table[["horizon_days", "level"]].to_numpy())) == {
        (1, "interval"), (1, "day"), (7, "interval"), (7, "day"), (7, "week"),
    }  # fmt: skip
    assert (table["origins"] == 6).all()
    assert table["coverage_80"].between(0, 1).all()


def test_poisson_calls_are_forecast_near_their_floor(make_history, office_calendar):
    """Where counts are Poisson round a weekday pattern, little above the floor is left."""
    table = backtest(
        make_history(200),
        {"calls": office_calendar},
        as_of=dt.datetime(2023, 7, 17),
        interval_s=1800,
        horizons_days=(14,),
    )
    rows = table[table["level"] == "interval"].set_index("model")
    assert rows.loc["auto", "wape"] < 1.1 * rows.loc["auto", "floor"]
    assert rows.loc["auto", "wape"] < 0.85 * rows.loc["seasonal_naive", "wape"]
    assert abs(rows.loc["auto", "bias"]) < 0.04


def test_short_horizons_walk_through_the_weekdays(make_history, office_calendar):
    """One-day trials are not all of one weekday, weekly ones are a week apart."""
    grid = read_grid(make_history(120), office_calendar, until=dt.date(2023, 5, 1), interval_s=1800)
    single = backtest_origins(grid, 1, 6)
    assert len(set(grid.days.weekday[single])) >= 4
    assert set(np.diff(backtest_origins(grid, 14, 6))) == {7}


def test_a_horizon_without_room_is_left_out(make_history, office_calendar):
    """Six weeks ahead cannot be tried on six weeks of history."""
    table = backtest(
        make_history(42),
        {"calls": office_calendar},
        as_of=dt.datetime(2023, 2, 13),
        interval_s=1800,
        horizons_days=(7, 42),
    )
    assert set(table["horizon_days"]) == {7}


def test_scaled_error_is_one_for_last_week_in_the_long_run(make_history, office_calendar):
    """Where nothing but noise changes, last week's values have a MASE near 1; RMSE is there."""
    table = backtest(
        make_history(200),
        {"calls": office_calendar},
        as_of=dt.datetime(2023, 7, 17),
        interval_s=1800,
        horizons_days=(7,),
    ).set_index(["model", "level"])
    assert 0.85 < table.loc[("seasonal_naive", "interval"), "mase"] < 1.15
    assert table.loc[("auto", "interval"), "mase"] < 0.85
    assert (table["rmse"] > 0).all()


def test_naive_error_is_counted_by_level(make_history, office_calendar):
    """A queue that gains one contact an interval and week changes by its cells per level."""
    history = make_history(42)
    week = (history["start"] - history["start"].min()).dt.days // 7
    history = history.assign(offered=10 + week)
    grid = read_grid(history, office_calendar, until=dt.date(2023, 2, 13), interval_s=1800)
    ordinary = grid.with_counts(np.where(grid.opens, grid.counts, np.nan))
    assert naive_error(ordinary, "interval") == 1.0
    assert naive_error(ordinary, "day") == 20.0
    holidays = int((grid.pattern.any(axis=1)[grid.days.weekday] & ~grid.opens.any(axis=1)).sum())
    assert holidays == 2
    assert naive_error(ordinary, "week") > 100.0
