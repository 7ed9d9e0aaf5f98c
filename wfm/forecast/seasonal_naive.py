"""Last week again: the yardstick that every forecast must beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import Days, FloatArray
from wfm.forecast.grid import Grid

__all__ = ["SeasonalNaive"]


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """Each slot as it last was on the same weekday."""

    @property
    def name(self) -> str:
        """Name in tables."""
        return "seasonal_naive"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Repeat the last week; a cell that week lacks is taken from the week before it."""
        week = np.full((7, past.slots), np.nan)
        for counts, weekday in zip(past.counts, past.days.weekday, strict=True):
            week[weekday] = np.where(np.isnan(counts), week[weekday], counts)
        return np.asarray(np.nan_to_num(week)[ahead.weekday])
