"""Day totals as the day level takes them: each of the last days, and weeks before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray, IntArray

__all__ = ["HALF", "DayRows", "day_rows"]

_YEAR_FROM_DAYS = 400
"""Shorter history says nothing of the year's season that the wandering level does not."""
_LEARN_FROM_DAYS = 35
_FIT_DAYS = 500
"""Last days that enter one by one; bounds the cubic cost."""
_FIT_WEEKS = 208
"""Weeks before them that enter as one day each, beside their special days."""
HALF = 0.5
"""Added before the log so that an empty day has one."""


@dataclass(frozen=True, slots=True)
class DayRows:
    """Known day totals, oldest first.

    Parameters
    ----------
    y
        Log of the total.
    poisson
        Poisson variance of the log of one day.
    worth
        Days that each row is the mean of: 1, or the ordinary days of a week far back.
    """

    days: Days
    y: FloatArray
    poisson: FloatArray
    worth: FloatArray

    @property
    def year(self) -> bool:
        """Whether there are days enough to tell a season of the year."""
        span = self.days.date[-1] - self.days.date[0]
        return bool(span.astype(np.int64) > _YEAR_FROM_DAYS)

    def before_last(self, count: int) -> DayRows:
        """Leave out the last ``count`` rows, unless too few would be left to learn from."""
        stop = len(self.y) - count
        return self if stop < _LEARN_FROM_DAYS else self._at(np.arange(stop))

    def judged(self) -> DayRows:
        """With days that planners keep doubted like any other: one of them is no shift."""
        return replace(self, days=replace(self.days, kept=None))

    def last(self, count: int) -> DayRows:
        """Keep the last ``count`` rows."""
        return self._at(np.arange(len(self.y))[-count:])

    def thinned(self, start: int, stop: int) -> DayRows:
        """Weeks of the rows ``start`` … ``stop`` - 1 in one, rows before left out.

        A week becomes its last ordinary day, at that weekday's usual share of the week's mean;
        special days stay by themselves.
        """
        days = self.days.cut(start, stop)
        usual = days.kind == DayKind.ORDINARY
        week = np.unique(days.date.astype(np.int64) // 7, return_inverse=True)[1]
        off = self.y[start:stop] - _weekday_medians(days, self.y[start:stop])[days.weekday]
        count = np.bincount(week, usual)
        mean = np.bincount(week, usual * off) / np.maximum(count, 1.0)
        last = np.zeros(len(count), dtype=np.int64)
        last[week[usual]] = np.flatnonzero(usual)
        stands = ~usual
        stands[last[count > 0]] = True
        y, worth = self.y.copy(), self.worth.copy()
        y[start:stop] += np.where(usual, mean[week] - off, 0.0)
        worth[start:stop] = np.where(usual, count[week], 1.0)
        rows = np.concatenate([start + np.flatnonzero(stands), np.arange(stop, len(y))])
        return DayRows(self.days, y, np.exp(-y), worth)._at(rows)

    def _at(self, rows: IntArray) -> DayRows:
        return DayRows(self.days.at(rows), self.y[rows], self.poisson[rows], self.worth[rows])


def day_rows(days: Days, totals: FloatArray) -> DayRows:
    """Rows of the days that are known; NaN where not known or closed."""
    known = np.flatnonzero(~np.isnan(totals))
    y = np.log(totals[known] + HALF)
    rows = DayRows(days.at(known), y, np.exp(-y), np.ones(len(y)))
    if len(y) <= _FIT_DAYS:
        return rows
    # cut between weeks, so that a day more of history leaves the others as they were
    week = rows.days.date.astype(np.int64) // 7
    stop = int(np.searchsorted(week, week[-_FIT_DAYS]))
    return rows.thinned(int(np.searchsorted(week, week[stop] - _FIT_WEEKS)), stop)


def _weekday_medians(days: Days, y: FloatArray) -> FloatArray:
    """Median log total of each weekday; that of all where a weekday has none."""
    out = np.full(7, np.median(y))
    for w in np.unique(days.weekday):
        out[w] = np.median(y[days.weekday == w])
    return out
