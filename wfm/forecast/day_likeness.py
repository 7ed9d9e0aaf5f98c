"""How alike days are to one another: the covariances that the day level is a sum of."""

from __future__ import annotations

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray

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


def _month_place(days: Days) -> FloatArray:
    """Place on a ring of 31 days on which first and last of the month are neighbours."""
    month = days.date.astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    day = (days.date - first).astype(np.int64)
    length = ((month + 1).astype("datetime64[D]") - first).astype(np.int64)
    return np.asarray(np.where(day < 15, day, 31 - (length - day)), dtype=np.float64)


def likenesses(a: Days, b: Days, since: float, *, year: bool) -> dict[str, FloatArray]:
    """Covariance of each term at strength 1, and all fixed terms summed.

    Parameters
    ----------
    since
        Day from which the level wanders [days since 1970-01-01].
    year
        Whether the place in the year counts.
    """
    ta, tb = (days.date.astype(np.int64).astype(np.float64) - since for days in (a, b))
    gap = np.abs(ta[:, None] - tb[None])
    same = (a.weekday[:, None] == b.weekday[None]).astype(np.float64)
    fixed = _FLAT_SD**2 + _WEEKDAY_SD**2 * same
    for kind, sd in _KIND_SD.items():
        fixed += sd**2 * np.outer(a.kind == kind, b.kind == kind)
    arc = np.abs(_month_place(a)[:, None] - _month_place(b)[None])
    arc = np.minimum(arc, 31 - arc)
    out = {
        "fixed": fixed,
        "spell": np.exp(-gap / _SPELL_DAYS),
        "season": np.exp(-gap / _SEASON_DAYS),
        "wander": np.minimum(ta[:, None], tb[None]),
        "month": np.exp(-0.5 * (arc / _MONTH_DAYS) ** 2),
        "weekday": same * np.exp(-gap / _WEEKDAY_DAYS),
    }
    if year:
        turn = np.sin(np.pi * gap / 365.25) ** 2
        out["year"] = np.exp(-2 * turn / _YEAR_REACH**2)
    return out


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
