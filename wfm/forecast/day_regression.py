"""Day totals as weekday × kind of day × growth × season of the year, by regression.

It follows nothing: where the day level runs after a week that was luck, this stays where the last
year was. Together they are nearer than either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray
from wfm.forecast.grid import Grid
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.ridge import NOISE_SD, robust_ridge

__all__ = ["DayRegression"]

_FIT_DAYS = 1100
_HALF_LIFE_DAYS = 365.0
_YEAR_DAYS = 365.25
_LEVEL_SD = 5.0
_GROWTH_SD = 0.08
"""Of the level in a year [log]."""
_SEASON_SD = 0.035
"""Of the sine and cosine of a year and of half a year, each [log]."""
_WEEKDAY_SD = 0.5
_KIND_SD = 0.1
_HALF = 0.5
"""Added before the log so that an empty day has one."""


@dataclass(frozen=True, slots=True)
class DayRegression:
    """Robust ridge regression of log day totals on the calendar × weekday profile."""

    @property
    def name(self) -> str:
        """Name in tables."""
        return "regression"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Spread each day's expected total over its slots."""
        profiles = weekday_profiles(past)
        total = full_day_totals(past, profiles)
        known = np.flatnonzero(~np.isnan(total))[-_FIT_DAYS:]
        days, last = past.days.at(known), past.days.date[-1]
        design, log = _design(days, last), np.log(total[known] + _HALF)
        weight = 0.5 ** ((last - days.date).astype(np.float64) / _HALF_LIFE_DAYS)
        kinds = len(DayKind) - 1
        sd = np.array([_LEVEL_SD, _GROWTH_SD, *[_SEASON_SD] * 4, *[_WEEKDAY_SD] * 7])
        sd = np.concatenate([sd, np.full(kinds, _KIND_SD)])
        found, trust = robust_ridge(design, log, weight, np.zeros(len(sd)), sd)
        left = log - design @ found
        noise = float(np.average(np.minimum(left**2, 4 * NOISE_SD**2), weights=weight * trust))
        said = np.exp(_design(ahead, last) @ found + noise / 2) - _HALF
        return np.asarray(np.maximum(said, 0.0)[:, None] * profiles[ahead.weekday])


def _design(days: Days, origin: np.datetime64) -> FloatArray:
    """Level, growth, two waves of the year, weekdays and kinds of day, one row a day."""
    year = (days.date - origin).astype(np.float64) / _YEAR_DAYS
    turn = 2 * np.pi * year
    waves = [np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)]
    weekday = np.eye(7)[days.weekday]
    kind = np.eye(len(DayKind))[days.kind][:, 1:]
    return np.column_stack([np.ones(len(days)), year, *waves, weekday, kind])
