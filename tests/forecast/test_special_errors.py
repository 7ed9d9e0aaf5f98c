"""How far holidays stray from one another: learned from the past, held by the bands ahead."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from wfm.forecast import DayKind, QueueCalendar
from wfm.forecast.calendar import Days
from wfm.forecast.day_level import DayLevel, fit_day_level
from wfm.forecast.special_errors import learn_special, special_covariance
from wfm.forecast.spread import Spread

WEEKDAY = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.3])
HISTORY_DAYS = 140
USUAL = 0.2**2


def unlike_holidays(sd: float, seed: int) -> tuple[Days, np.ndarray]:
    """Twenty-five weeks; every eleventh day is a holiday with ``sd`` round their mean."""
    rng = np.random.default_rng(seed)
    plain = Days.span(dt.date(2023, 1, 2), HISTORY_DAYS + 35, QueueCalendar(), np.ones(7, np.bool_))
    holiday = np.arange(len(plain)) % 11 == 5
    kind = np.where(holiday, DayKind.HOLIDAY, DayKind.ORDINARY).astype(np.int64)
    own = np.where(holiday, rng.normal(-0.3, sd, len(plain)), 0.0)
    rate = 2000 * WEEKDAY[plain.weekday] * rng.lognormal(0, 0.03, len(plain)) * np.exp(own)
    return Days(plain.date, plain.weekday, kind), rng.poisson(rate).astype(float)


def level_of(days: Days, totals: np.ndarray) -> DayLevel:
    """Day level of the history."""
    return fit_day_level(days.cut(0, HISTORY_DAYS), totals[:HISTORY_DAYS])


def test_holidays_that_differ_are_told_from_those_that_do_not():
    """The variance falls where all holidays are alike, and rises towards the truth where not."""
    alike, apart = (
        np.mean([learn_special(level_of(*unlike_holidays(sd, seed)))[1] for seed in range(5)])
        for sd in (0.0, 0.4)
    )
    assert alike < 0.5 * USUAL
    assert 2.0 * USUAL < apart < 5.0 * USUAL


def test_without_special_days_the_usual_is_expected():
    """A history of ordinary days leaves holidays at 20 %, and ordinary days at none."""
    days, totals = unlike_holidays(0.3, 1)
    plain = Days(days.date, days.weekday, np.zeros_like(days.kind))
    learned = learn_special(level_of(plain, totals))
    assert learned[DayKind.HOLIDAY] == pytest.approx(USUAL)
    assert learned[DayKind.ORDINARY] == 0.0


def test_bands_hold_holidays_that_are_each_their_own():
    """Over 20 queues, about four in five holidays ahead lie in the 80 % band of the day level."""
    inside = []
    for seed in range(20):
        days, totals = unlike_holidays(0.25, seed)
        level = level_of(days, totals)
        ahead = days.cut(HISTORY_DAYS, len(days))
        spread = Spread(level, np.zeros(1), np.ones(3), learn_special(level))
        sd = np.sqrt(np.diag(spread.day_covariance(ahead)))
        off = np.log(totals[HISTORY_DAYS:] / level.total(ahead)) / sd
        inside.extend(np.abs(off[ahead.kind == DayKind.HOLIDAY]) < 1.2816)
    assert len(inside) >= 50
    assert 0.68 < np.mean(inside) < 0.92


def test_only_special_days_of_one_kind_covary():
    """Ordinary days have none of it; holidays next to one another share the most."""
    days, _ = unlike_holidays(0.3, 1)
    variance = np.array([0.0, 0.04, 0.01, 0.01])
    covariance = special_covariance(days, variance)
    holiday = days.kind == DayKind.HOLIDAY
    np.testing.assert_allclose(np.diag(covariance), np.where(holiday, 0.04, 0.0))
    assert not covariance[~holiday].any()
    near, far = np.flatnonzero(holiday)[:2], np.flatnonzero(holiday)[[0, -1]]
    assert covariance[near[0], near[1]] > covariance[far[0], far[1]]
    assert np.linalg.eigvalsh(covariance).min() > -1e-12
