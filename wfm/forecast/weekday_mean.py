"""Mean of the last k same weekdays: the baseline that a planner can check by hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray
from wfm.forecast.grid import Grid

__all__ = ["WeekdayMean", "last_same_weekdays"]


def last_same_weekdays(past: Grid, weekday: int, k: int) -> FloatArray:
    """Last ``k`` days of that weekday with any count, newest last, shape (at most k, slots).

    Holidays and the days beside them are left out, unless there is no other such weekday.
    """
    mine = (past.days.weekday == weekday) & ~np.isnan(past.counts).all(axis=1)
    ordinary = mine & (past.days.kind == DayKind.ORDINARY)
    return past.counts[np.flatnonzero(ordinary if ordinary.any() else mine)[-k:]]


def _slot_means(rows: FloatArray) -> FloatArray:
    """Mean by slot of what is known; NaN where nothing is."""
    known = ~np.isnan(rows)
    count = known.sum(axis=0)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


@dataclass(frozen=True, slots=True)
class WeekdayMean:
    """Mean of the last ``k`` same weekdays by slot.

    The yardstick as planners use it: holidays are neither learned from nor foreseen.
    """

    k: int = 8

    @property
    def name(self) -> str:
        """Name in tables."""
        return f"mean{self.k}"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Repeat each weekday's mean day."""
        return np.asarray(_mean_week(past, self.k)[ahead.weekday])


@lru_cache(maxsize=4)
def _mean_week(past: Grid, k: int) -> FloatArray:
    """Mean day of each weekday; kept, as several models ask for that of one history in turn."""
    everyday = _slot_means(past.counts)
    week = np.stack([_slot_means(last_same_weekdays(past, w, k)) for w in range(7)])
    return np.asarray(np.nan_to_num(np.where(np.isnan(week), everyday, week)))
