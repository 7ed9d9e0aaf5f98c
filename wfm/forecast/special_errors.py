"""How far holidays, and the days beside them, stray from what such days usually do.

The day level knows one effect for all holidays, one for all eves, one for all days after, and is
soon sure of it. But Thanksgiving is not Columbus Day: each holiday is a little apart from the
mean of them all, and a band has to hold that too.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from wfm.forecast.calendar import DayKind, Days, FloatArray
from wfm.forecast.day_level import DayLevel

__all__ = ["learn_special", "special_covariance"]

_USUAL_SD = np.array([0.0, 0.2, 0.1, 0.08])
"""Usual standard deviation round the mean effect, by :class:`DayKind` [log]."""
_TOGETHER_DAYS = 3.0
"""Special days of one kind this near stray together."""
_DOUBT_DAYS = 4.0
"""So many past special days of a kind are believed half."""
_MOST, _LEAST = 9.0, 0.25
"""No day says more than this times the usual variance; less than this is never believed."""


def special_covariance(days: Days, variance: FloatArray) -> FloatArray:
    """Covariance of what special days do by themselves [log²], shape (days, days).

    Parameters
    ----------
    variance
        By :class:`DayKind`, as of :func:`learn_special`.
    """
    sd, at = np.sqrt(variance)[days.kind], days.date.astype(np.int64)
    apart = np.abs(at[:, None] - at[None]) / _TOGETHER_DAYS
    same = days.kind[:, None] == days.kind[None]
    return np.asarray(np.outer(sd, sd) * same * np.exp(-apart))


def learn_special(level: DayLevel) -> FloatArray:
    """Variance round the mean effect by :class:`DayKind` [log²], as the history tells it.

    Notes
    -----
    Each day is set against what all the others make expect of it (leave one out, from one Cholesky
    factor). What it is off beyond their doubt and the noise of a day is its own; days that are
    noisy anyhow say little, and few days leave what is usual.
    """
    special = np.flatnonzero(level.days.kind != DayKind.ORDINARY)
    kind = level.days.kind[special]
    unit = np.zeros((len(level.y), len(special)))
    unit[special, np.arange(len(special))] = 1.0
    half = solve_triangular(level.factor, unit, lower=True, check_finite=False)
    precision = (half**2).sum(axis=0)
    off = cho_solve((level.factor, True), level.y, check_finite=False)[special] / precision
    noise = np.exp(2 * level.strengths["noise"]) + level.poisson[special]
    expected = 1 / precision - noise * (level.extra[special] - 1)
    usual = _USUAL_SD[kind] ** 2
    seen = np.minimum((off**2 - expected) / usual, _MOST)
    weight = (usual / (usual + expected)) ** 2
    told = _DOUBT_DAYS + np.bincount(kind, weight * seen, len(DayKind))
    factor = told / (_DOUBT_DAYS + np.bincount(kind, weight, len(DayKind)))
    return np.asarray(_USUAL_SD**2 * np.maximum(factor, _LEAST))
