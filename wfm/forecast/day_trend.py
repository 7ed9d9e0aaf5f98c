"""Levels that climb or fall for months: how likely that is of a queue, and how far it goes.

A level that wanders and returns is right of most queues, and following every climb costs those. A
smooth trend is therefore a second opinion beside it, heard as far as the history is likelier with
it than without: a queue that grows from month to month soon hears it, a calm one never does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotrf

from wfm.forecast.calendar import Days, FloatArray

__all__ = ["Trend", "learn_trend", "trend_likeness"]

_REACH_DAYS = 120.0
_LOG_SDS = (np.log(0.2), np.log(0.4), np.log(0.8))
"""How far trends are tried to go: standard deviation [log] of the log level."""
_USUAL_CHANCE = 0.1
"""Of a queue to have a trend, before its history is seen."""
_LEAST_CHANCE = 0.05
"""Less is not worth hearing."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A smooth trend of the log level.

    Parameters
    ----------
    log_sd
        Log of how far it goes [sd of the log level].
    chance
        How likely the history makes it that there is one.
    """

    log_sd: float
    chance: float


def trend_likeness(a: Days, b: Days) -> FloatArray:
    """How alike days are in a smooth trend (Matérn 3/2), shape (a, b)."""
    gap = np.abs(a.date.astype(np.int64)[:, None] - b.date.astype(np.int64)[None])
    lag = np.sqrt(3) * np.arange(gap.max(initial=0) + 1.0) / _REACH_DAYS
    return np.asarray(((1 + lag) * np.exp(-lag)).take(gap, mode="clip"))


def learn_trend(days: Days, y: FloatArray, covariance: FloatArray) -> Trend | None:
    """Most likely trend with its chance; None where it is next to none.

    Parameters
    ----------
    y
        Log totals less their mean.
    covariance
        Of the log totals without a trend, noise included.

    Notes
    -----
    The chance is the posterior of "some trend" against "none" by the marginal likelihoods, the
    strengths of all other terms being equal.
    """
    shape = trend_likeness(days, days)
    none = _likelihood(covariance, y)
    gain = np.array([_likelihood(covariance + np.exp(2 * s) * shape, y) - none for s in _LOG_SDS])
    odds = _USUAL_CHANCE / (1 - _USUAL_CHANCE) * float(np.exp(np.minimum(gain, 50.0)).mean())
    chance = odds / (1 + odds)
    if chance < _LEAST_CHANCE:
        return None
    return Trend(float(_LOG_SDS[int(np.argmax(gain))]), chance)


def _likelihood(covariance: FloatArray, y: FloatArray) -> float:
    factor, _ = dpotrf(covariance, lower=1, clean=0)
    half = solve_triangular(factor, y, lower=True, check_finite=False)
    return float(-0.5 * half @ half - np.log(np.diag(factor)).sum())
