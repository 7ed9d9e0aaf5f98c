"""Day level × weekday profile: the day's total first, its spread over the slots second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import Days, FloatArray
from wfm.forecast.day_level import DayLevel, fit_day_level
from wfm.forecast.grid import Grid
from wfm.forecast.profile import full_day_totals, weekday_profiles

__all__ = ["TopDown"]


@dataclass(frozen=True, slots=True)
class TopDown:
    """Day total by :mod:`wfm.forecast.day_level`, spread by the weekday's profile.

    Parameters
    ----------
    level
        Day level learned from the whole history; at an earlier origin only the days before it
        are used, with the strengths of the whole. None learns it from the history given.
    """

    level: DayLevel | None = None

    @property
    def name(self) -> str:
        """Name in tables."""
        return "top_down"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Spread each day's expected total over its slots."""
        profiles = weekday_profiles(past)
        level = self.level or fit_day_level(past.days, full_day_totals(past, profiles))
        total = level.total(ahead, until=past.days.date[-1])
        return np.asarray(total[:, None] * profiles[ahead.weekday])
