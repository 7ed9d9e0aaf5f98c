"""Day totals from their drivers: customers × contact rate × campaigns × weekday × kind of day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray
from wfm.forecast.drivers import Drivers
from wfm.forecast.grid import Grid
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.ridge import NOISE_SD, robust_ridge

__all__ = ["DriverRegression"]

PROPORTIONAL = ("customers", "contact_rate")
"""Twice as many of these are thought to bring twice the contacts until history says otherwise."""

_HALF_LIFE_DAYS = 180.0
_ELASTICITY_SD = 0.3
_EFFECT_SD = 0.5
"""Of a driver that is not thought proportional, at its largest."""
_WEEKDAY_SD = 1.0
_KIND_SD = 0.3
_LEVEL_SD = 5.0
_MEMORY_DAYS = 10.0
"""How long what no driver explains lasts [days]."""
_DOUBT_DAYS = 5.0
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class DriverRegression:
    """Robust ridge regression of log day totals on drivers × weekday profile.

    A driver that is never 0 enters by its log, so that it multiplies; one that is 0 on some days
    (a mailing) adds to the log in proportion to its size. What the last days had beyond that fades
    with the lead. Coming values must be given; the last one holds otherwise.
    """

    drivers: Drivers

    @property
    def name(self) -> str:
        """Name in tables."""
        return "drivers"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Spread each day's expected total over its slots."""
        profiles = weekday_profiles(past)
        total = full_day_totals(past, profiles)
        known = np.flatnonzero(~np.isnan(total))
        days = past.days.at(known)
        age = (past.days.date[-1] - days.date).astype(np.int64).astype(np.float64)
        scale = _Scale.of(self.drivers, days)
        log = np.log(total[known] + _HALF)
        design, prior_mean, prior_sd = scale.design(days), scale.prior_mean, scale.prior_sd
        weight = 0.5 ** (age / _HALF_LIFE_DAYS)
        found, trust = robust_ridge(design, log, weight, prior_mean, prior_sd)
        left = log - design @ found
        fade = np.exp(-age / _MEMORY_DAYS) * trust
        recent = float(fade @ left) / (float(fade.sum()) + _DOUBT_DAYS)
        lead = (ahead.date - past.days.date[-1]).astype(np.int64).astype(np.float64)
        said = scale.design(ahead) @ found + recent * np.exp(-lead / _MEMORY_DAYS)
        noise = float(weight @ np.minimum(left**2, 4 * NOISE_SD**2)) / float(weight.sum())
        out = np.maximum(np.exp(said + noise / 2) - _HALF, 0.0)
        return np.asarray(out[:, None] * profiles[ahead.weekday])


@dataclass(frozen=True, slots=True)
class _Scale:
    """How each driver enters, learned from the days of the history."""

    drivers: Drivers
    by_log: tuple[bool, ...]
    centre: FloatArray
    largest: FloatArray

    @classmethod
    def of(cls, drivers: Drivers, days: Days) -> _Scale:
        value = drivers.at(days.date)
        by_log = tuple(bool((column > 0).all()) for column in value.T)
        positive = np.where(value > 0, value, 1.0)
        centre = np.where(by_log, np.log(positive).mean(axis=0), 0.0)
        largest = np.maximum(value.max(axis=0), 1e-9)
        return cls(drivers, by_log, centre, largest)

    def design(self, days: Days) -> FloatArray:
        """Level, drivers, weekdays and kinds of day, one row a day."""
        value = self.drivers.at(days.date)
        log = np.log(np.maximum(value, 1e-9)) - self.centre
        by_driver = np.where(self.by_log, log, value / self.largest)
        weekday = np.eye(7)[days.weekday]
        kind = np.eye(len(DayKind))[days.kind][:, 1:]
        return np.column_stack([np.ones(len(days)), by_driver, weekday, kind])

    @property
    def prior_mean(self) -> FloatArray:
        """Elasticity 1 for what is proportional, 0 for the rest."""
        drivers = [
            1.0 if log and name in PROPORTIONAL else 0.0
            for name, log in zip(self.drivers.names, self.by_log, strict=True)
        ]
        return np.array([0.0, *drivers, *[0.0] * (7 + len(DayKind) - 1)])

    @property
    def prior_sd(self) -> FloatArray:
        """How far each coefficient may be from its prior mean."""
        drivers = [_ELASTICITY_SD if log else _EFFECT_SD for log in self.by_log]
        kinds = [_KIND_SD] * (len(DayKind) - 1)
        return np.array([_LEVEL_SD, *drivers, *[_WEEKDAY_SD] * 7, *kinds])
