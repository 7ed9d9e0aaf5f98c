"""Day totals as statsmodels wants them: a plain log series, special days evened out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import BoolArray, DayKind, Days, FloatArray, IntArray
from wfm.forecast.grid import Grid
from wfm.forecast.profile import full_day_totals, weekday_profiles

__all__ = ["DailySeries", "daily_series"]

_FIT_DAYS = 365
_KIND_DOUBT = 1.0
"""An effect of a kind of day seen this often is taken at half."""
_NOISE = 0.5
_SIZE_WEEKS = 4
_FAR = 3.0
"""Days this many robust standard deviations from their weekday are drawn in."""


@dataclass(frozen=True, slots=True)
class DailySeries:
    """Log day totals of the weekdays that are open, without gaps.

    Parameters
    ----------
    log_total
        Log of contacts + 1/2, one value by open weekday, effects of special days taken out.
    season
        Open weekdays in a week.
    effect
        Log effect of each :class:`DayKind`, shape (4,).
    works
        Whether each weekday is open, shape (7,).
    profiles
        Share of the day by weekday and slot.
    """

    log_total: FloatArray
    season: int
    effect: FloatArray
    works: BoolArray
    profiles: FloatArray

    @property
    def size_class(self) -> int:
        """Whole number that rises by one as the series gets half as long again."""
        return int(np.log(len(self.log_total) / (_SIZE_WEEKS * self.season)) / np.log(1.5) // 1)

    def spread(self, log_ahead: FloatArray, ahead: Days) -> FloatArray:
        """Contacts by day and slot from the log totals of the open days ahead."""
        log = np.full(len(ahead), -np.inf)
        log[self.works[ahead.weekday]] = log_ahead
        total = np.maximum(np.exp(log + self.effect[ahead.kind]) - _NOISE, 0.0)
        return np.asarray(total[:, None] * self.profiles[ahead.weekday])

    def steps(self, ahead: Days) -> int:
        """Open weekdays ahead."""
        return int(self.works[ahead.weekday].sum())


def daily_series(past: Grid) -> DailySeries:
    """Log day totals with effects of special days, gaps and far outliers evened out.

    Notes
    -----
    The effect of a kind of day is the mean log distance from the weekday's median, shrunk by how
    few there were. A missing day is put at its weekday's median plus the level
    of the days round it.
    """
    profiles = weekday_profiles(past)
    works = np.asarray(past.pattern.any(axis=1))
    keep = np.flatnonzero(works[past.days.weekday])[-_FIT_DAYS:]
    weekday, kind = past.days.weekday[keep], past.days.kind[keep]
    log = np.log(full_day_totals(past, profiles)[keep] + _NOISE)
    median = _weekday_medians(log, weekday, kind)[weekday]
    off = log - median
    level = _running_median(np.where(kind == DayKind.ORDINARY, off, np.nan))
    effect = np.zeros(len(DayKind))
    for one in (DayKind.HOLIDAY, DayKind.EVE, DayKind.AFTER):
        mine = (off - level)[(kind == one) & ~np.isnan(log)]
        effect[one] = mine.sum() / (len(mine) + _KIND_DOUBT)
    rest = off - effect[kind] - level
    limit = _FAR * 1.4826 * np.nanmedian(np.abs(rest))
    even = np.clip(np.nan_to_num(rest), -limit, limit) + level + median
    return DailySeries(even, int(works.sum()), effect, works, profiles)


def _weekday_medians(log: FloatArray, weekday: IntArray, kind: IntArray) -> FloatArray:
    out = np.full(7, np.nanmedian(log))
    for w in range(7):
        mine = (weekday == w) & ~np.isnan(log)
        usual = mine & (kind == DayKind.ORDINARY)
        if mine.any():
            out[w] = np.median(log[usual if usual.any() else mine])
    return out


def _running_median(off: FloatArray, reach: int = 5) -> FloatArray:
    """Median of the days round each day, as far as they are known."""
    out = np.zeros_like(off)
    for i in range(len(off)):
        near = off[max(0, i - reach) : i + reach + 1]
        near = near[~np.isnan(near)]
        out[i] = np.median(near) if len(near) else (out[i - 1] if i else 0.0)
    return out
