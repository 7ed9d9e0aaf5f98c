"""Day curves as a few factors: singular vectors of the days × slots matrix, scores forecast.

After Shen & Huang (2008), Interday forecasting and intraday updating of call center arrivals,
M&SOM 10(3): the square root of a day's counts is a weighted sum of a few curves; what is forecast
are the weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray, IntArray
from wfm.forecast.grid import Grid
from wfm.forecast.weekday_mean import WeekdayMean

__all__ = ["Factors"]

_FIT_DAYS = 400
_HALF_LIFE_DAYS = 80.0
_MEMORY_DAYS = 3.0
"""How long what is unlike the weekday lasts [days]."""


@dataclass(frozen=True, slots=True)
class Factors:
    """Singular vectors of the square roots, scores by weekday mean and damped recent deviation.

    Parameters
    ----------
    rank
        Number of curves.
    """

    rank: int = 4

    @property
    def name(self) -> str:
        """Name in tables."""
        return "factors"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Put the forecast scores back on the curves."""
        known = ~np.isnan(past.counts)
        rows = np.flatnonzero(
            (known | ~past.opens).all(axis=1)
            & known.any(axis=1)
            & (past.days.kind == DayKind.ORDINARY)
        )[-_FIT_DAYS:]
        if len(rows) <= 2 * self.rank:
            return WeekdayMean(8).predict(past, ahead)
        root = np.sqrt(np.nan_to_num(past.counts[rows]) + 0.25)
        # right singular vectors by the small matrix of slots: days are many
        curves = np.linalg.eigh(root.T @ root)[1][:, : -self.rank - 1 : -1].T
        date = past.days.date[rows].astype(np.int64)
        scores = root @ curves.T
        ahead_scores = _score_ahead(
            scores, date, past.days.weekday[rows], ahead, past.days.date[-1]
        )
        noise = ((root - scores @ curves) ** 2).mean()
        mean = np.maximum(ahead_scores @ curves, 0.0) ** 2 - 0.25 + noise
        return np.asarray(np.maximum(mean, 0.0))


def _score_ahead(
    scores: FloatArray, date: IntArray, weekday: IntArray, ahead: Days, last: np.datetime64
) -> FloatArray:
    """Weekday mean of the scores plus the recent deviation, fading with the lead."""
    age = (last.astype(np.int64) - date).astype(np.float64)
    weight = 0.5 ** (age / _HALF_LIFE_DAYS)
    overall = weight @ scores / weight.sum()
    week = np.tile(overall, (7, 1))
    for w in range(7):
        mine = weekday == w
        if mine.any():
            total = weight[mine].sum()
            week[w] = (weight[mine] @ scores[mine] + 0.3 * overall) / (total + 0.3)
    off = scores - week[weekday]
    fade = np.exp(-age / _MEMORY_DAYS)
    recent = fade @ off / (fade.sum() + 1.0)
    lead = (ahead.date - last).astype(np.int64).astype(np.float64)
    return np.asarray(week[ahead.weekday] + np.exp(-lead / 14.0)[:, None] * recent)
