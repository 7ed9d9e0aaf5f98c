"""Dispersion that the models expect of days, weeks and intervals before any calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray
from wfm.forecast.day_level import DayLevel
from wfm.forecast.grid import Grid
from wfm.forecast.level_errors import LAST_WEEKS, learn_growth, past_week_errors
from wfm.forecast.profile import weekday_profiles
from wfm.forecast.special_errors import learn_special, special_covariance

__all__ = ["Spread", "learn_spread"]

_SHAPE_DAYS = 120
"""How days leave their profile is learned from this many last days."""
_SMOOTH_H = 1.0
_FAR = 3.0
"""Cells this many sd away are clipped to it."""
_LEAST_PHI = 1e-4
_ODD = 1.5
"""A day whose noise was raised more than this has a shape of its own."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Uncertainty of the rate: of the day's level, and of the shape round it.

    Parameters
    ----------
    level
        Day level, which knows its own uncertainty.
    shape
        Dispersion of slots round day total × profile, shape (slots,).
    growth
        Factor on the variance of the level by bucket of weeks ahead, single days' noise left out.
    special
        Variance of special days round the mean of their kind [log²], by kind of day.
    """

    level: DayLevel
    shape: FloatArray
    growth: FloatArray
    special: FloatArray

    def day_covariance(self, ahead: Days, until: np.datetime64 | None = None) -> FloatArray:
        """Relative covariance of the rates of the days after the last known one.

        Shape (ahead, ahead). What was off at past origins by as many weeks ahead is in it.
        """
        log = self.level.spread(ahead, until)
        rate = np.maximum(np.expm1(np.minimum(log, 2.0)), 0.0)
        single = np.expm1(np.exp(2 * self.level.strengths["noise"])) * np.eye(len(rate))
        week = np.minimum(np.arange(len(rate)) // 7 + 1, LAST_WEEKS[-1])
        wider = np.sqrt(self.growth[np.searchsorted(LAST_WEEKS, week)])
        own = np.expm1(special_covariance(ahead, self.special))
        return np.asarray((rate - single) * np.outer(wider, wider) + single + own)

    def intervals(self, day_phi: FloatArray) -> FloatArray:
        """Dispersion by day and slot from that of the days, shape (ahead, slots)."""
        return np.asarray(np.maximum(day_phi[:, None] + self.shape[None], _LEAST_PHI))


def learn_spread(grid: Grid, level: DayLevel) -> Spread:
    """Excess of the scatter round each day's own total × profile over Poisson noise, by slot."""
    past = grid.since(max(0, len(grid.days) - _SHAPE_DAYS))
    odd = level.days.date[level.extra > _ODD]
    usual = (past.days.kind == DayKind.ORDINARY) & ~np.isin(past.days.date, odd)
    known = ~np.isnan(past.counts) & usual[:, None]
    profile = weekday_profiles(grid)[past.days.weekday]
    share = np.where(known, profile, 0.0)
    due = share.sum(axis=1, keepdims=True)
    total = np.where(known, past.counts, 0.0).sum(axis=1, keepdims=True)
    mean = np.where(known, profile * total / np.where(due > 0, due, 1.0), 0.0)
    off2 = np.where(known, past.counts - mean, 0.0) ** 2
    # one more than the variance, so that cells with hardly a contact decide nothing
    rough = 1 + mean + 0.02 * mean**2
    weight = np.where(mean > 0, rough**-2, 0.0)
    excess = (weight * (np.minimum(off2, _FAR**2 * rough) - mean)).sum(axis=0)
    scale = (weight * mean**2).sum(axis=0)
    hour = np.arange(grid.slots) * 24 / grid.slots
    near = np.exp(-0.5 * ((hour[:, None] - hour[None]) / _SMOOTH_H) ** 2)
    shape = np.maximum(near @ excess, 0.0) / np.maximum(near @ scale, 1e-9)
    growth = learn_growth(past_week_errors(level), level.likely_movement())
    return Spread(level, np.asarray(np.clip(shape, 0.0, 2.0)), growth, learn_special(level))
