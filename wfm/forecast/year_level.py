"""How a queue's weekly level moves over years: trend, yearly season, wandering level.

A Gaussian process over the log of weekly contacts, calendar taken out. Its terms are a level that
wanders, a straight trend, the place in the year (broad and peaked) and spells of some weeks. How
strong each is, is learned by marginal likelihood round figures usual for contact centres, so that
one year of history gives half a season with honest bands, and five years nearly all of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

from wfm.forecast.calendar import FloatArray

__all__ = ["USUAL_YEAR", "Growth", "YearLevel", "YearOutlook", "fit_year_level"]

USUAL_YEAR: Final[dict[str, float]] = {
    "noise": 0.04,
    "spell": 0.04,
    "wander": 0.05,
    "season": 0.08,
    "peaks": 0.03,
}
"""Usual standard deviation of each learned term on the log scale; of wander, per root year."""

_SPREAD = 0.5
"""How far from the usual figure a term may go [sd of the log]."""
_FLAT_SD = 3.0
_TREND_SD = 0.03
"""Growth a year that needs no explanation [log]."""
_FADE_YEARS = 2.0
"""Growth that history shows fades with this time constant: no business grows for ever."""
_SEASON_REACH, _PEAK_REACH = 1.0, 0.3
_SPELL_YEARS = 8 / 52
_TAIL = 4.0
"""Degrees of freedom of the noise of a week."""
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth of the level a year.

    Parameters
    ----------
    log_mean, log_sd
        Of the log of the yearly factor: 0.05 is about 5 % a year more.
    """

    log_mean: float
    log_sd: float

    def at(self, z: float) -> float:
        """Yearly growth ``z`` standard deviations off the mean [fraction]."""
        return math.expm1(self.log_mean + z * self.log_sd)


@dataclass(frozen=True, slots=True)
class YearOutlook:
    """Log level at times ahead.

    Parameters
    ----------
    log_mean
        Shape (times,).
    covariance
        Shape (times, times), without the noise of single weeks.
    noise
        Variance of a single week round it [log²].
    """

    log_mean: FloatArray
    covariance: FloatArray
    noise: float


@dataclass(frozen=True, slots=True)
class YearLevel:
    """Posterior over the level of a queue; times are years after the origin.

    Parameters
    ----------
    strengths
        Log of the standard deviation of each term of :data:`USUAL_YEAR`.
    at
        Times of the weeks that are known, below 0.
    y
        Their log level less ``centre``.
    variance
        Noise variance of each week.
    """

    strengths: FloatArray
    at: FloatArray
    y: FloatArray
    variance: FloatArray
    centre: float

    @property
    def growth(self) -> Growth:
        """What history says of the growth a year."""
        factor = cho_factor(_known_covariance(self.at, self.strengths, self.variance), lower=True)
        mean = _TREND_SD**2 * float(self.at @ cho_solve(factor, self.y))
        gone = _TREND_SD**4 * float(self.at @ cho_solve(factor, self.at))
        return Growth(mean, math.sqrt(max(_TREND_SD**2 - gone, 0.0)))

    def outlook(
        self, ahead: FloatArray, growth: float | None = None, *, fading: bool = False
    ) -> YearOutlook:
        """Log level ahead.

        Parameters
        ----------
        ahead
            Times [years after the origin].
        growth
            Growth a year to take [fraction], above -1; None takes what history says, fading, with
            its uncertainty.
        fading
            Whether a growth that is given fades as a learned one does.
        """
        factor = cho_factor(_known_covariance(self.at, self.strengths, self.variance), lower=True)
        trend = growth is None
        cross = _covariance(ahead, self.at, self.strengths, trend=trend)
        mean = self.centre + cross @ cho_solve(factor, self.y)
        prior = _covariance(ahead, ahead, self.strengths, trend=trend)
        covariance = prior - cross @ cho_solve(factor, cross.T)
        if growth is not None:
            mean = mean + np.log1p(growth) * (_faded(ahead) if fading else ahead)
        return YearOutlook(mean, covariance, float(np.exp(2 * self.strengths[0])))


def fit_year_level(at: FloatArray, log_level: FloatArray, poisson: FloatArray) -> YearLevel:
    """Posterior from weekly levels.

    Parameters
    ----------
    at
        Middle of each week [years after the origin], below 0.
    log_level
        Log of contacts a day, calendar taken out.
    poisson
        Poisson variance of each [log²].

    Notes
    -----
    Weeks that the others do not explain (a strike, a storm) get a larger noise, after Student's t.
    """
    centre = float(np.median(log_level))
    y = log_level - centre
    strengths = np.log(list(USUAL_YEAR.values()))
    extra = np.ones_like(y)
    for _ in range(_ROUNDS):
        strengths = _learn(at, y, poisson, extra, strengths)
        noise = np.exp(2 * strengths[0]) + poisson
        inverse = np.linalg.inv(_known_covariance(at, strengths, noise * extra))
        precision = np.diag(inverse)
        left_out = (inverse @ y) / precision
        off = left_out**2 / (1 / precision - noise * (extra - 1))
        extra = np.clip((_TAIL + off) / (_TAIL + 1), 1.0, 400.0)
    variance = (np.exp(2 * strengths[0]) + poisson) * extra
    return YearLevel(strengths, at, y, variance, centre)


def _learn(
    at: FloatArray, y: FloatArray, poisson: FloatArray, extra: FloatArray, start: FloatArray
) -> FloatArray:
    """Most probable strengths, with a log-normal prior round the usual ones."""
    usual = np.log(list(USUAL_YEAR.values()))
    terms, fixed = _terms(at, at), _fixed(at, at)

    def loss(strengths: FloatArray) -> tuple[float, FloatArray]:
        variance = np.exp(2 * strengths)
        known = fixed + np.tensordot(variance[1:], terms, axes=1)
        known += np.diag((variance[0] + poisson) * extra)
        factor = cholesky(known, lower=True, check_finite=False)
        half = solve_triangular(factor, np.eye(len(y)), lower=True, check_finite=False)
        inverse = half.T @ half
        alpha = inverse @ y
        pull = np.outer(alpha, alpha) - inverse
        slope = variance[1:] * np.einsum("kij,ij->k", terms, pull)
        noise = variance[0] * float(np.diag(pull) @ extra)
        off = (strengths - usual) / _SPREAD
        fit = 0.5 * float(y @ alpha) + float(np.log(np.diag(factor)).sum())
        gradient = off / _SPREAD - np.concatenate([[noise], slope])
        return fit + 0.5 * float(off @ off), gradient

    bounds = [(v - 4 * _SPREAD, v + 4 * _SPREAD) for v in usual]
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 20}
    )
    return np.asarray(found.x)


def _known_covariance(at: FloatArray, strengths: FloatArray, variance: FloatArray) -> FloatArray:
    return _covariance(at, at, strengths) + np.diag(variance)


def _covariance(
    a: FloatArray, b: FloatArray, strengths: FloatArray, *, trend: bool = True
) -> FloatArray:
    """Covariance of the log level between times, noise left out; with or without the trend."""
    learned = np.tensordot(np.exp(2 * strengths[1:]), _terms(a, b), axes=1)
    return np.asarray(learned + _fixed(a, b, trend=trend))


def _fixed(a: FloatArray, b: FloatArray, *, trend: bool = True) -> FloatArray:
    """Level at the origin and, if asked, a straight trend."""
    grown = _TREND_SD**2 * np.outer(_faded(a), _faded(b)) if trend else np.zeros((len(a), len(b)))
    return np.asarray(_FLAT_SD**2 + grown)


def _faded(at: FloatArray) -> FloatArray:
    """Years of full growth that have passed, after the origin ever fewer of them."""
    ahead = _FADE_YEARS * -np.expm1(-np.maximum(at, 0.0) / _FADE_YEARS)
    return np.asarray(np.where(at > 0, ahead, at))


def _terms(a: FloatArray, b: FloatArray) -> FloatArray:
    """Covariance of spell, wander, season and peaks at strength 1, shape (4, a, b)."""
    gap = np.abs(a[:, None] - b[None])
    turn = np.sin(np.pi * gap) ** 2
    # a walk pinned at the origin, running both ways from it
    same_side = (a[:, None] > 0) == (b[None] > 0)
    near = np.minimum(np.abs(a)[:, None], np.abs(b)[None])
    return np.stack(
        [
            np.exp(-gap / _SPELL_YEARS),
            np.where(same_side, near, 0.0),
            np.exp(-2 * turn / _SEASON_REACH**2),
            np.exp(-2 * turn / _PEAK_REACH**2),
        ]
    )
