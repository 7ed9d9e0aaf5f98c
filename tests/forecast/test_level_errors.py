"""Errors of the day level at past origins: against a direct posterior, and what they teach."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import QueueCalendar
from wfm.forecast.day_level import DayLevel, fit_day_level
from wfm.forecast.grid import read_grid
from wfm.forecast.level_errors import WeekErrors, learn_growth, past_week_errors
from wfm.forecast.profile import full_day_totals, weekday_profiles

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "calls"


def level_of(history: pd.DataFrame, until: dt.date, interval_s: int) -> DayLevel:
    """Day level of a history before a date."""
    grid = read_grid(history, QueueCalendar(), until=until, interval_s=interval_s)
    return fit_day_level(grid.days, full_day_totals(grid, weekday_profiles(grid)))


def test_an_error_is_what_the_days_before_would_have_said(make_history):
    """Mean and variance of each week are those of the posterior from the days before its origin."""
    level = level_of(make_history(90), dt.date(2023, 4, 2), 1800)
    errors = past_week_errors(level)
    date = level.days.date.astype(np.int64)
    alike = level.alike(level.days, level.days)
    known_noise = np.diag(level.factor @ level.factor.T) - np.diag(alike)
    for i in (0, len(errors.error) // 2, len(errors.error) - 1):
        origin = errors.first[i] - 7 * (errors.weeks_ahead[i] - 1)
        past = np.flatnonzero(date < origin)
        week = np.flatnonzero((date >= errors.first[i]) & (date < errors.first[i] + 7))
        inverse = np.linalg.inv(alike[np.ix_(past, past)] + np.diag(known_noise[past]))
        weight = alike[np.ix_(week, past)] @ inverse
        error = (level.y[week] - weight @ level.y[past]).mean()
        variance = (alike[np.ix_(week, week)] - weight @ alike[np.ix_(past, week)]).mean()
        assert errors.error[i] == pytest.approx(error, rel=1e-6, abs=1e-9)
        assert errors.level[i] == pytest.approx(variance, rel=1e-6)
        single = np.exp(2 * level.strengths["noise"]) + level.poisson[week]
        assert errors.noise[i] == pytest.approx(single.mean() / len(week), rel=1e-6)


def errors_of(weeks: int, factor: float) -> WeekErrors:
    """One to six weeks ahead of ``weeks`` origins, with so much more variance than expected."""
    rng = np.random.default_rng(4)
    origin, ahead = np.meshgrid(np.arange(weeks), np.arange(1, 7), indexing="ij")
    error = rng.normal(0, np.sqrt(factor * 0.01), origin.shape)
    level, noise = np.full(origin.size, 0.01), np.zeros(origin.size)
    return WeekErrors(ahead.ravel(), error.ravel(), level, noise, 7 * (origin + ahead - 1).ravel())


@pytest.mark.parametrize("factor", [0.4, 1.0, 5.0])
def test_many_weeks_tell_the_true_growth(factor):
    """Five hundred weeks bring the factor within a quarter of the truth."""
    assert learn_growth(errors_of(500, factor), 1.0) == pytest.approx(factor, rel=0.25)


def test_few_weeks_tell_little():
    """No week leaves what is usual; two weeks far off widen it, but not by all they say."""
    nothing = learn_growth(errors_of(0, 1.0), 1.0)
    assert (np.diff(nothing) > 0).all()
    assert (nothing > 1).all()
    few = learn_growth(errors_of(2, 9.0), 1.0)
    assert (few > nothing).all()
    assert (few < 6).all()


def test_a_level_that_likely_moves_widens_where_no_error_was_seen():
    """Without a week that tells, the factor is what is likely; many weeks overrule it."""
    assert learn_growth(errors_of(0, 1.0), 4.0)[0] == pytest.approx(4.0)
    assert learn_growth(errors_of(500, 1.0), 4.0) == pytest.approx(1.0, rel=0.25)


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data not here")
def test_steep_queues_are_told_from_calm_ones():
    """A year of the seasonal reservation centre strays further than two years of dispatches."""
    growth = {}
    for name, until, interval_s in (
        ("dailycase_1day_dev", dt.date(2013, 10, 1), 86_400),
        ("seattle911_60min_dev", dt.date(2017, 6, 1), 3600),
    ):
        history = pd.read_csv(SHARED / f"{name}.csv.gz", parse_dates=["start"])
        level = level_of(history, until, interval_s)
        growth[name] = learn_growth(past_week_errors(level), level.likely_movement())[-1]
    assert growth["dailycase_1day_dev"] > 1.3 * growth["seattle911_60min_dev"]
