"""Exponential smoothing with two seasons, the day and the week, after Taylor.

Taylor (2003), Short-term electricity demand forecasting using double seasonal exponential
smoothing, JORS 54(8), and (2008) on call-centre arrivals, Management Science 54(2): a level, a
curve of the day and one of the week are each drawn a little towards what came, and what is left
over fades with the lead. Here on square roots, which even out the noise of counts, and a whole day
at a time, as forecasts are made at midnight.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray
from wfm.forecast.grid import Grid
from wfm.forecast.weekday_mean import WeekdayMean

__all__ = ["DoubleSmoothing"]

_FIT_DAYS = 250
_WARM_DAYS = 14
"""Errors of the first days are not held against a choice of rates."""
_RATES = np.array(list(itertools.product((0.02, 0.08, 0.25), (0.02, 0.08), (0.05, 0.15, 0.3))))
"""Rates of level, day and week that are tried, one row each."""
_FADE = 0.7
"""What a day left over counts for the next day."""
_SPECIAL = 0.1
"""Holidays and the days beside them move everything this much less."""


@dataclass(slots=True)
class _State:
    """Level, day curve, week curves and what the last day left over, a row for each rate."""

    level: FloatArray
    day: FloatArray
    week: FloatArray
    left: FloatArray


@dataclass(frozen=True, slots=True)
class DoubleSmoothing:
    """Level, curve of the day and curve of the week, each smoothed with a rate of its own."""

    @property
    def name(self) -> str:
        """Name in tables."""
        return "smoothing"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Put the curves together for the weekdays ahead, at the rates that did best."""
        root = np.sqrt(past.counts + 0.25)[-_FIT_DAYS:]
        weekday = past.days.weekday[-_FIT_DAYS:]
        trust = np.where(past.days.kind[-_FIT_DAYS:] == DayKind.ORDINARY, 1.0, _SPECIAL)
        state = _start(past)
        error = np.zeros(len(_RATES))
        for i, (row, w) in enumerate(zip(root, weekday, strict=True)):
            known = ~np.isnan(row)
            if known.any():
                off = _learn(state, np.nan_to_num(row), known, int(w), float(trust[i]))
                error += (off**2).sum(axis=1) * trust[i] * (i >= _WARM_DAYS)
        best = int(np.argmin(error))
        lead = np.arange(1, len(ahead) + 1)
        left = state.left[best].mean() * _FADE**lead
        root_ahead = state.level[best] + state.day[best] + state.week[best][ahead.weekday]
        noise = float(error[best]) / max(1, (~np.isnan(root[_WARM_DAYS:])).sum())
        mean = np.maximum(root_ahead + left[:, None], 0.0) ** 2 - 0.25 + noise
        return np.asarray(np.maximum(mean, 0.0))


def _start(past: Grid) -> _State:
    """Curves of the weekday means of all history, level and day curve at 0 round them."""
    days = Days(past.days.date[:7], np.arange(7), np.zeros(7, dtype=np.int64))
    week = np.sqrt(WeekdayMean(len(past.days)).predict(past, days) + 0.25)
    rates = len(_RATES)
    zero = np.zeros((rates, past.slots))
    return _State(np.zeros((rates, 1)), zero, np.tile(week, (rates, 1, 1)), zero.copy())


def _learn(state: _State, row: FloatArray, known: FloatArray, w: int, trust: float) -> FloatArray:
    """Move the state by one day; errors one day ahead, shape (rates, slots)."""
    said = state.level + state.day + state.week[:, w]
    fade = _FADE * state.left.mean(axis=1, keepdims=True)
    off = np.where(known, row - said - fade, 0.0)
    fresh = np.where(known, row - said, 0.0)
    level, day, week = (trust * _RATES[:, k, None] for k in range(3))
    mean = fresh.sum(axis=1, keepdims=True) / known.sum()
    state.level = state.level + level * mean
    shape = np.where(known, fresh - mean, 0.0)
    state.day = state.day + day * shape
    state.week[:, w] += week * fresh
    state.left = np.where(known, mean * trust, 0.0)
    return off
