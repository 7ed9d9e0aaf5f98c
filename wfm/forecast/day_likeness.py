"""How alike days are to one another: the covariances that the day level is a sum of."""

from __future__ import annotations

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray, IntArray

__all__ = ["STEP_SD", "Strengths", "covariance", "epoch", "likenesses", "step_likeness"]

Strengths = dict[str, float]
"""Log of the standard deviation of each term of :data:`USUAL`."""

_FLAT_SD = 3.0
_WEEKDAY_SD = 1.0
_KIND_SD = {DayKind.HOLIDAY: 1.0, DayKind.EVE: 0.3, DayKind.AFTER: 0.12}
_SPELL_DAYS = 3.0
_SEASON_DAYS = 18.0
_WEEKDAY_DAYS = 60.0
_MONTH_DAYS = 2.5
_YEAR_REACH = 1.0
STEP_SD = 0.5
"""Usual size of a shift of level [log]."""


def _month_place(days: Days) -> IntArray:
    """Place on a ring of 31 days on which first and last of the month are neighbours."""
    month = days.date.astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    day = (days.date - first).astype(np.int64)
    length = ((month + 1).astype("datetime64[D]") - first).astype(np.int64)
    return np.asarray(np.where(day < 15, day, 31 - (length - day)))


def likenesses(a: Days, b: Days, since: float, *, year: bool) -> dict[str, FloatArray]:
    """Covariance of each term at strength 1, and all fixed terms summed.

    Parameters
    ----------
    since
        Day from which the level wanders [days since 1970-01-01].
    year
        Whether the place in the year counts.
    """
    ta, tb = (days.date.astype(np.int64) for days in (a, b))
    gap = ta[:, None] - tb[None]
    np.abs(gap, out=gap)
    lag = np.arange(gap.max(initial=0) + 1.0)  # few gaps, many cells: functions of a gap by table
    same = (lag % 7 == 0).astype(np.float64)
    fixed = _by_gap(_FLAT_SD**2 + _WEEKDAY_SD**2 * same, gap)
    for kind, sd in _KIND_SD.items():
        fixed[np.ix_(a.kind == kind, b.kind == kind)] += sd**2
    arc = _month_place(a)[:, None] - _month_place(b)[None]
    np.abs(arc, out=arc)
    step = np.arange(31.0)
    apart = np.minimum(step, 31 - step)
    out = {
        "fixed": fixed,
        "spell": _by_gap(np.exp(-lag / _SPELL_DAYS), gap),
        "season": _by_gap(np.exp(-lag / _SEASON_DAYS), gap),
        "wander": np.minimum(ta[:, None] - since, tb[None] - since),
        "month": _by_gap(np.exp(-0.5 * (apart / _MONTH_DAYS) ** 2), arc),
        "weekday": _by_gap(same * np.exp(-lag / _WEEKDAY_DAYS), gap),
    }
    if year:
        turn = np.sin(np.pi * lag / 365.25) ** 2
        out["year"] = _by_gap(np.exp(-2 * turn / _YEAR_REACH**2), gap)
    return out


def _by_gap(table: FloatArray, gap: IntArray) -> FloatArray:
    # no gap lies beyond the table, and without a look at that it takes half as long
    return np.asarray(table.take(gap, mode="clip"))


def covariance(alike: dict[str, FloatArray], strengths: Strengths) -> FloatArray:
    """Sum of the terms, each as strong as it is; without the noise."""
    total = alike["fixed"].copy()
    for name, log_sd in strengths.items():
        if name in alike:
            total += np.exp(2 * log_sd) * alike[name]
    return total


def epoch(days: Days) -> float:
    """First day [days since 1970-01-01]."""
    return float(days.date[0].astype(np.int64))


def step_likeness(a: Days, b: Days, steps: tuple[int, ...]) -> FloatArray:
    """Days on the same side of a level shift are alike in it."""
    ta, tb = a.date.astype(np.int64), b.date.astype(np.int64)
    out = np.zeros((len(ta), len(tb)))
    for step in steps:
        out += STEP_SD**2 * np.outer(ta >= step, tb >= step)
    return out
