"""How many contacts a day brings: a Gaussian process over the log of day totals.

A day's total is a product, so its log is a sum: weekday, kind of day, place in the month, place
in the year, a slowly wandering level, spells of some weeks and of some days, and noise on top of
the Poisson part. Each term is a covariance between dates (how alike they are); how strong it is,
is learned by marginal likelihood and held near figures usual for contact centres where the
history says little. The posterior mean shrinks each effect by itself: a holiday seen once moves
the next one a little, a payday seen twelve times moves it much, the level goes back to its mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from wfm.forecast.calendar import DayKind, Days, FloatArray

__all__ = ["DayLevel", "Strengths", "fit_day_level"]

USUAL: Final[dict[str, float]] = {
    "noise": 0.06,
    "spell": 0.035,
    "season": 0.04,
    "wander": 0.0025,
    "month": 0.04,
    "weekday": 0.015,
}
"""Usual standard deviation of each learned term on the log scale; of wander, per root day."""

_SPREAD = 0.5
"""How far from the usual figure a term may go [sd of the log]."""
_FLAT_SD = 3.0
_WEEKDAY_SD = 1.0
_KIND_SD = {DayKind.HOLIDAY: 1.0, DayKind.EVE: 0.3, DayKind.AFTER: 0.12}
_SPELL_DAYS = 3.0
_SEASON_DAYS = 18.0
_WEEKDAY_DAYS = 60.0
_MONTH_DAYS = 2.5
_YEAR_SD = 0.07
_YEAR_REACH = 1.0
_YEAR_FROM_DAYS = 400
"""Shorter history says nothing of the year's season that the wandering level does not."""
_LEARN_DAYS = 400
"""Strengths are learned from this many last days."""
_FIT_DAYS = 730
"""Days that the posterior is taken over; bounds the cubic cost."""
_FAR = 3.0
"""A day this many sd from what the others tell of it counts less."""
_ROUNDS = 3

Strengths = dict[str, float]
"""Log of the standard deviation of each term of :data:`USUAL`."""


def _month_place(days: Days) -> FloatArray:
    """Place on a ring of 31 days on which first and last of the month are neighbours."""
    month = days.date.astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    day = (days.date - first).astype(np.int64)
    length = ((month + 1).astype("datetime64[D]") - first).astype(np.int64)
    return np.asarray(np.where(day < 15, day, 31 - (length - day)), dtype=np.float64)


def _likeness(a: Days, b: Days, epoch: float, *, year: bool) -> dict[str, FloatArray]:
    """Covariance of each term at strength 1, and all fixed terms summed."""
    ta, tb = (days.date.astype(np.int64).astype(np.float64) - epoch for days in (a, b))
    gap = np.abs(ta[:, None] - tb[None])
    same = (a.weekday[:, None] == b.weekday[None]).astype(np.float64)
    fixed = _FLAT_SD**2 + _WEEKDAY_SD**2 * same
    for kind, sd in _KIND_SD.items():
        fixed += sd**2 * np.outer(a.kind == kind, b.kind == kind)
    if year:
        turn = np.sin(np.pi * gap / 365.25) ** 2
        fixed += _YEAR_SD**2 * np.exp(-2 * turn / _YEAR_REACH**2)
    arc = np.abs(_month_place(a)[:, None] - _month_place(b)[None])
    arc = np.minimum(arc, 31 - arc)
    return {
        "fixed": fixed,
        "spell": np.exp(-gap / _SPELL_DAYS),
        "season": np.exp(-gap / _SEASON_DAYS),
        "wander": np.minimum(ta[:, None], tb[None]),
        "month": np.exp(-0.5 * (arc / _MONTH_DAYS) ** 2),
        "weekday": same * np.exp(-gap / _WEEKDAY_DAYS),
    }


def _covariance(likeness: dict[str, FloatArray], strengths: Strengths) -> FloatArray:
    total = likeness["fixed"].copy()
    for name, log_sd in strengths.items():
        if name != "noise":
            total += np.exp(2 * log_sd) * likeness[name]
    return total


def learn_strengths(days: Days, y: FloatArray, poisson: FloatArray, extra: FloatArray) -> Strengths:
    """Most probable strength of each term given the log totals ``y``.

    Parameters
    ----------
    poisson
        Poisson variance of each log total, 1 / total.

    Notes
    -----
    Marginal likelihood with a log-normal prior round :data:`USUAL`, by L-BFGS on its exact
    gradient (Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, eq. 5.9).
    """
    keep = slice(max(0, len(y) - _LEARN_DAYS), None)
    used = Days(days.date[keep], days.weekday[keep], days.kind[keep])
    centred, floor, extra = y[keep] - y[keep].mean(), poisson[keep], extra[keep]
    epoch = float(used.date[0].astype(np.int64))
    likeness = _likeness(used, used, epoch, year=False)
    usual = np.log(list(USUAL.values()))
    eye = np.eye(len(centred))

    def loss(v: FloatArray) -> tuple[float, FloatArray]:
        strengths = dict(zip(USUAL, v, strict=True))
        noise = np.exp(2 * strengths["noise"])
        alike = _covariance(likeness, strengths) + np.diag((noise + floor) * extra)
        factor = cho_factor(alike, lower=True, check_finite=False)
        inverse = cho_solve(factor, eye, check_finite=False)
        alpha = inverse @ centred
        pull = np.outer(alpha, alpha) - inverse
        slope = [
            -np.exp(2 * s)
            * (np.diag(pull) @ extra if name == "noise" else np.vdot(pull, likeness[name]))
            for name, s in strengths.items()
        ]
        away = (v - usual) / _SPREAD
        value = 0.5 * centred @ alpha + np.log(np.diag(factor[0])).sum() + 0.5 * away @ away
        return float(value), np.array(slope) + away / _SPREAD

    found = minimize(loss, usual, jac=True, method="L-BFGS-B", options={"maxiter": 15})
    return dict(zip(USUAL, (float(x) for x in found.x), strict=True))


@dataclass(frozen=True, slots=True)
class DayLevel:
    """Posterior of the log day total.

    Parameters
    ----------
    strengths
        Learned standard deviations (log).
    """

    strengths: Strengths
    days: Days
    centre: float
    alpha: FloatArray
    year: bool

    def log_total(self, ahead: Days) -> FloatArray:
        """Expected log of the total of each day ahead."""
        epoch = float(self.days.date[0].astype(np.int64))
        likeness = _likeness(ahead, self.days, epoch, year=self.year)
        return np.asarray(self.centre + _covariance(likeness, self.strengths) @ self.alpha)

    def total(self, ahead: Days) -> FloatArray:
        """Expected contacts of each day ahead."""
        return np.asarray(np.maximum(np.exp(self.log_total(ahead)) - _HALF, 0.0))


_HALF = 0.5
"""Added before the log so that an empty day has one."""


def fit_day_level(days: Days, totals: FloatArray, strengths: Strengths | None = None) -> DayLevel:
    """Posterior from the day totals that are known.

    Parameters
    ----------
    totals
        Contacts by day; NaN where not known or closed.
    strengths
        Strengths learned before; None learns them here.

    Notes
    -----
    Days that the others do not explain (leave-one-out residual beyond 3 sd) get a larger noise,
    so that a storm or an outage moves neither level nor weekday.
    """
    rows = np.flatnonzero(~np.isnan(totals))[-_FIT_DAYS:]
    used = Days(days.date[rows], days.weekday[rows], days.kind[rows])
    y = np.log(totals[rows] + _HALF)
    poisson = 1 / (totals[rows] + _HALF)
    dates = used.date.astype(np.int64)
    year = bool(dates[-1] - dates[0] > _YEAR_FROM_DAYS)
    likeness = _likeness(used, used, float(dates[0]), year=year)
    centre = float(y.mean())
    extra = np.ones_like(y)
    for turn in range(RELEARN if strengths is None else 0):
        learned = learn_strengths(used, y, poisson, extra)
        noise = np.exp(2 * learned["noise"]) + poisson
        _, extra = _robust_weights(_covariance(likeness, learned), y - centre, noise)
    if strengths is None:
        strengths = learned
    alike = _covariance(likeness, strengths)
    alpha, _ = _robust_weights(alike, y - centre, np.exp(2 * strengths["noise"]) + poisson)
    return DayLevel(strengths, used, centre, alpha, year)


RELEARN = 2


def _robust_weights(alike: FloatArray, y: FloatArray, noise: FloatArray):
    """Posterior weights of the days, far-off days counting less."""
    extra = np.ones_like(noise)
    alpha = y
    for turn in range(_ROUNDS):
        factor = cho_factor(alike + np.diag(noise * extra), lower=True, check_finite=False)
        alpha = cho_solve(factor, y, check_finite=False)
        if turn == _ROUNDS - 1:
            break
        inverse_diag = np.diag(cho_solve(factor, np.eye(len(y)), check_finite=False))
        off2 = (alpha / inverse_diag) ** 2 / (1 / inverse_diag - noise * (extra - 1))
        extra = np.clip((TAIL + off2) / (TAIL + 1), 1.0 if ONE else .1, 400.0)
    return np.asarray(alpha), extra
ONE=True
TAIL=4.0
