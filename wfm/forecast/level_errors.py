"""How far off the day level was at past origins, by weeks ahead, beside what it expected.

A day level that is sure of itself in a week is not yet right about the sixth week: a steep or very
seasonal queue leaves it further off than its own posterior says, a calm one less far. Every past
origin tells, and all of them come from one Cholesky factor: what was known at an origin is the
leading block of it, so means and variances are running sums down the rows of one triangular solve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import ndtri

from wfm.forecast.bands import believed
from wfm.forecast.calendar import BoolArray, FloatArray, IntArray
from wfm.forecast.day_level import DayLevel

__all__ = ["LAST_WEEKS", "WeekErrors", "learn_growth", "past_week_errors"]

LAST_WEEKS = (1, 2, 6)
"""Last week ahead of each bucket; later weeks take the factor of the last."""

_WEEK = 7
_PHASES_DAYS = (0, 3)
"""Weeks are laid from the end of the history, and once more this many days earlier."""
_LEAST_PAST_DAYS = 21
_BACK_WEEKS = 57
"""Weeks that are looked back at: a year, and what lies ahead of its first origin."""
_USUAL = 1.4
"""Least variance of real levels over what the model expects, before any error was seen: it learned
its strengths with all of the history in sight."""
_GROWTH = 1.1
"""By how much more the next bucket is usually off."""
_SHARE = 0.8
"""Errors are judged by this quantile, so that one storm does not widen every band."""
_LOW, _HIGH = 0.15, 12.0


@dataclass(frozen=True, slots=True)
class WeekErrors:
    """Mean log errors of weeks that were ahead of past origins.

    Parameters
    ----------
    weeks_ahead
        1 is the week that begins at the origin.
    error
        What came less what was expected [log].
    level, noise
        Variance expected of the level, and of single days with their Poisson part [log²].
    first
        First day of the week [days since 1970-01-01].
    """

    weeks_ahead: IntArray
    error: FloatArray
    level: FloatArray
    noise: FloatArray
    first: IntArray


def past_week_errors(level: DayLevel) -> WeekErrors:
    """Errors of the day level one to six weeks ahead of every past origin.

    Notes
    -----
    A week's log level is the mean of those of its days. Only days before an origin count for it;
    the strengths are those of the whole history.
    """
    date = level.days.date.astype(np.int64)
    phase, first = _weeks(int(date[0]) + _LEAST_PAST_DAYS, int(date[-1]) + 1)
    inside = (date[:, None] >= first) & (date[:, None] < first + _WEEK)
    told = inside.sum(axis=0) >= 2
    phase, first, inside = phase[told], first[told], inside[:, told]
    share = inside / np.maximum(inside.sum(axis=0), 1)
    recent = int(np.argmax(inside.any(axis=1))) if len(first) else len(date)
    alike = level.alike(level.days, level.days.cut(recent, len(date))) @ share[recent:]
    half = solve_triangular(level.factor, alike, lower=True, check_finite=False)
    whitened = solve_triangular(level.factor, level.y, lower=True, check_finite=False)
    mean = np.cumsum(half * whitened[:, None], axis=0)
    gone = np.cumsum(half**2, axis=0)
    origin, week = np.nonzero(_ahead(phase, first))
    row = np.searchsorted(date, first[origin]) - 1
    single = np.exp(2 * level.strengths["noise"]) + level.poisson
    return WeekErrors(
        (first[week] - first[origin]) // _WEEK + 1,
        (share.T @ level.y)[week] - mean[row, week],
        np.einsum("iw,iw->w", share, alike)[week] - gone[row, week],
        (share.T**2 @ single)[week],
        first[week],
    )


def _weeks(earliest: int, end: int) -> tuple[IntArray, IntArray]:
    """Phase and first day of every week looked at."""
    phases, firsts = [], []
    for number, phase in enumerate(_PHASES_DAYS):
        count = max(0, min((end - phase - earliest) // _WEEK, _BACK_WEEKS))
        firsts.append(end - phase - _WEEK * np.arange(1, count + 1))
        phases.append(np.full(count, number))
    return np.concatenate(phases).astype(np.int64), np.concatenate(firsts).astype(np.int64)


def _ahead(phase: IntArray, first: IntArray) -> BoolArray:
    """Whether a week (column) was one to six weeks ahead of the origin of another (row)."""
    gap = first[None] - first[:, None]
    near = (gap >= 0) & (gap < _WEEK * LAST_WEEKS[-1])
    return np.asarray((phase[:, None] == phase) & near)


def learn_growth(errors: WeekErrors, likely: float) -> FloatArray:
    """Factor on the variance of the level by bucket of :data:`LAST_WEEKS`.

    Parameters
    ----------
    likely
        Factor to expect before any error is seen; see :meth:`DayLevel.likely_movement`.

    Notes
    -----
    Each bucket is drawn to what the one before it says, the first to what is usual, by how many
    stretches of weeks without overlap it rests on: errors of overlapping stretches are one error.
    """
    z2 = float(ndtri(0.5 + _SHARE / 2)) ** 2
    out, low, factor = [], 0, max(likely, _USUAL) / _GROWTH
    for high in LAST_WEEKS:
        factor *= _GROWTH
        mine = (errors.weeks_ahead > low) & (errors.weeks_ahead <= high)
        if mine.any():
            excess = (errors.error[mine] ** 2 / z2 - errors.noise[mine]) / errors.level[mine]
            seen = float(np.clip(np.quantile(excess, _SHARE), _LOW, _HIGH))
            span = np.ptp(errors.first[mine]) / _WEEK + 1
            factor = believed(seen, factor, float(span / ((low + 1 + high) / 2)))
        out.append(factor)
        low = high
    return np.array(out)
