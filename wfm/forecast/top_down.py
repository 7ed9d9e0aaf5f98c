"""Day level × weekday profile: the day's total first, its spread over the slots second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import Days, FloatArray
from wfm.forecast.day_level import Strengths, fit_day_level
from wfm.forecast.grid import Grid
from wfm.forecast.profile import full_day_totals, weekday_profiles

__all__ = ["TopDown"]


@dataclass(frozen=True, slots=True)
class TopDown:
    """Day total by :mod:`wfm.forecast.day_level`, spread by the weekday's profile.

    Parameters
    ----------
    strengths
        Strengths of the day level learned before; None learns them from the history given.
    """

    strengths: Strengths | None = None

    @property
    def name(self) -> str:
        """Name in tables."""
        return "top_down"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Spread each day's expected total over its slots."""
        profiles = weekday_profiles(past)
        level = fit_day_level(past.days, full_day_totals(past, profiles), self.strengths)
        return np.asarray(level.total(ahead)[:, None] * profiles[ahead.weekday])
