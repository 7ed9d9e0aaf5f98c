"""Smooth trends: heard where the history shows one, not heard where it does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from wfm.forecast import QueueCalendar
from wfm.forecast.calendar import Days
from wfm.forecast.day_level import DayLevel, fit_day_level, refit_day_level
from wfm.forecast.day_trend import Trend, learn_trend, trend_likeness

WEEKDAY = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.3])


def some_days(count: int) -> Days:
    """Consecutive days without holidays, every weekday open."""
    return Days.span(dt.date(2023, 1, 2), count, QueueCalendar(), np.ones(7, dtype=np.bool_))


def growing(days: Days, by_week: float, seed: int) -> np.ndarray:
    """Poisson totals with 4 % day noise that grow by so much a week [log]."""
    rng = np.random.default_rng(seed)
    week = np.arange(len(days)) / 7
    rate = 1000 * np.exp(by_week * week) * WEEKDAY[days.weekday] * rng.lognormal(0, 0.04, len(days))
    return rng.poisson(rate).astype(float)


def deaf(level: DayLevel) -> DayLevel:
    """The same level that hears of no trend."""
    return replace(level, trend=None, trending=None)


@pytest.mark.parametrize("by_week", [0.04, -0.04])
def test_a_queue_that_climbs_or_falls_is_followed_further(by_week):
    """After 20 weeks of 4 % each the next six are off by a tenth less, or better."""
    days = some_days(182)
    off = {"with": [], "without": []}
    for seed in range(4):
        totals = growing(days, by_week, seed)
        level = fit_day_level(days.cut(0, 140), totals[:140])
        ahead = days.cut(140, 182)
        for name, one in (("with", level), ("without", deaf(level))):
            off[name].append(one.total(ahead).sum() / totals[140:].sum() - 1)
    assert abs(np.mean(off["with"])) < 0.9 * abs(np.mean(off["without"]))


def test_a_calm_queue_hears_of_none():
    """Of ten queues that stay where they are one at most is given a trend."""
    days = some_days(140)
    levels = [fit_day_level(days, growing(days, 0.0, seed)) for seed in range(10)]
    assert sum(level.trend is not None for level in levels) <= 1


def test_the_chance_is_that_of_the_likelihoods():
    """Against densities of scipy's normal, of which one in ten has a trend beforehand."""
    days = some_days(60)
    rng = np.random.default_rng(5)
    plain = 0.04 * np.exp(-np.abs(np.subtract.outer(range(60), range(60))) / 10) + 0.01 * np.eye(60)
    shape = trend_likeness(days, days)
    y = rng.multivariate_normal(np.zeros(60), plain + 0.16 * shape)
    none = multivariate_normal(np.zeros(60), plain).logpdf(y)
    gain = [
        np.exp(multivariate_normal(np.zeros(60), plain + sd**2 * shape).logpdf(y) - none)
        for sd in (0.2, 0.4, 0.8)
    ]
    odds = 0.1 / 0.9 * np.mean(gain)
    trend = learn_trend(days, y, plain)
    assert trend is not None
    assert trend.chance == pytest.approx(odds / (1 + odds), rel=1e-9)
    assert np.exp(trend.log_sd) == pytest.approx([0.2, 0.4, 0.8][int(np.argmax(gain))])


def test_what_is_heard_lies_between_both():
    """As far from the level without a trend as the trend is likely."""
    days = some_days(168)
    level = fit_day_level(days.cut(0, 140), growing(days, 0.04, 1)[:140])
    assert isinstance(level.trend, Trend)
    ahead = days.cut(140, 168)
    without, with_trend = deaf(level).total(ahead), level.trending.total(ahead)
    share = (level.total(ahead) - without) / (with_trend - without)
    np.testing.assert_allclose(share, level.trend.chance, rtol=1e-6)


def test_a_trend_is_kept_for_the_next_night():
    """The same days with what was learned give the same totals to the last bit."""
    days = some_days(168)
    totals = growing(days, 0.04, 2)
    learned = fit_day_level(days.cut(0, 140), totals[:140])
    again = refit_day_level(days.cut(0, 140), totals[:140], learned.state)
    assert learned.trend is not None
    ahead = days.cut(140, 168)
    assert np.array_equal(again.total(ahead), learned.total(ahead))


def test_an_earlier_origin_hears_the_trend_of_its_own_days():
    """Later totals do not move what an earlier origin says."""
    days = some_days(168)
    totals = growing(days, 0.04, 3)
    level = fit_day_level(days.cut(0, 140), totals[:140])
    ahead, until = days.cut(100, 114), days.date[99]
    later = level.days.date > until
    moved = replace(level.trending, y=np.where(later, level.y + 1.0, level.y))
    assert np.array_equal(
        replace(level, trending=moved).total(ahead, until), level.total(ahead, until)
    )
