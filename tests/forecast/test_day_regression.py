"""Day totals by calendar, growth and season alone, and when they are blended in."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import QueueCalendar
from wfm.forecast.day_regression import DayRegression
from wfm.forecast.grid import Grid, ahead_of, read_grid
from wfm.forecast.queue_forecast import fit_queue
from wfm.forecast.ridge import robust_ridge

FIRST = dt.date(2022, 1, 3)
WEEK = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.3])


def seasonal_grid(days: int, growth: float = 0.0) -> Grid:
    """Four slots a day with a winter half again as busy as the summer."""
    date = pd.date_range(FIRST, periods=days)
    turn = 2 * np.pi * np.arange(days) / 365.25
    rate = 400 * WEEK[date.day_of_week] * np.exp(0.2 * np.cos(turn) + growth * turn / 2 / np.pi)
    count = np.random.default_rng(4).poisson(rate[:, None] * [0.1, 0.4, 0.3, 0.2])
    start = (date.to_numpy()[:, None] + np.arange(4) * np.timedelta64(6, "h")).ravel()
    rows = pd.DataFrame({"start": start, "offered": count.ravel()})
    until = FIRST + dt.timedelta(days=days)
    return read_grid(rows, QueueCalendar(), until=until, interval_s=21600)


@pytest.mark.parametrize("growth", [0.0, 0.1])
def test_season_and_growth_are_found(growth):
    """Two years tell the next six weeks, in the steepest part of the season, to 4 %."""
    grid = seasonal_grid(800, growth)
    ahead, _ = ahead_of(grid, QueueCalendar(), 42, 21600)
    turn = 2 * np.pi * np.arange(800, 842) / 365.25
    true = 400 * WEEK[ahead.weekday] * np.exp(0.2 * np.cos(turn) + growth * turn / 2 / np.pi)
    said = DayRegression().predict(grid, ahead).sum(axis=1)
    assert said.sum() == pytest.approx(true.sum(), rel=0.04)
    np.testing.assert_allclose(said, true, rtol=0.12)


def test_a_lively_week_is_luck_to_it():
    """A last week of half again its contacts moves the next by less than 3 %."""
    grid = seasonal_grid(600)
    ahead, _ = ahead_of(grid, QueueCalendar(), 14, 21600)
    counts = grid.counts.copy()
    counts[-7:] *= 1.5
    calm = DayRegression().predict(grid, ahead).sum()
    assert DayRegression().predict(grid.with_counts(counts), ahead).sum() < 1.03 * calm


def test_it_is_blended_from_a_year_on():
    """With less than a year growth and season cannot be told apart, and it is left out."""
    assert "regression" in fit_queue(seasonal_grid(500), 14).choice.weights
    assert "regression" not in fit_queue(seasonal_grid(200), 14).choice.weights


def test_one_wild_day_hardly_moves_a_robust_ridge():
    """A row far off is trusted less; the others' coefficients are those without it, nearly."""
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(80), rng.normal(size=80)])
    y = 6 + 0.1 * design[:, 1] + rng.normal(0, 0.05, 80)
    ones, mean, sd = np.ones(80), np.zeros(2), np.array([5.0, 0.5])
    calm = robust_ridge(design, y, ones, mean, sd)[0]
    y[10] += 3
    found, trust = robust_ridge(design, y, ones, mean, sd)
    np.testing.assert_allclose(found, calm, atol=0.02)
    assert trust[10] < 0.1
    assert np.median(trust) > 0.9
