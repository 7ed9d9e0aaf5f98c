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
from scipy.special import ndtri

from wfm.forecast.bands import believed
from wfm.forecast.calendar import FloatArray

__all__ = ["USUAL_YEAR", "Growth", "YearLevel", "YearOutlook", "fit_year_level"]

USUAL_YEAR: Final[dict[str, float]] = {
    "noise": 0.04,
    "spell": 0.04,
    "wander": 0.05,
    "season": 0.08,
    "peaks": 0.03,
    "trend": 0.012,
}
"""Usual standard deviation of each learned term on the log scale; of wander, per root year; of
trend, growth a year: little needs no explanation, much must show over the years."""

_SPREAD = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.7])
"""How far from the usual figure each term may go [sd of the log]."""
_FLAT_SD = 3.0
_FADE_YEARS = 1.0
"""Growth that history shows fades with this time constant: no business grows for ever."""
_SEASON_REACH, _PEAK_REACH = 1.0, 0.3
_SPELL_YEARS = 8 / 52
_LEAST_WEEKS = 8
"""Weeks that an origin needs behind it to be looked back at."""
_STRAY_WEEKS = (8, 26)
"""How far ahead of past origins it is looked how the level strayed."""
_STRAY_SHARE = 0.8
_FREEDOM, _FREEDOM_A_YEAR = 3.0, 5.0
"""Degrees of freedom of the level ahead before any history, and more for each year of it."""
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
    def stray(self) -> float:
        """Factor on the variance of the level ahead, as past origins tell it.

        Notes
        -----
        What was known at an origin is the leading block of one Cholesky factor, so all origins
        come from one solve. Overlapping stretches are one error; larger errors are believed
        sooner than smaller ones.
        """
        alike = _covariance(self.at, self.at, self.strengths)
        factor = cholesky(alike + np.diag(self.variance), lower=True)
        half = solve_triangular(factor, alike, lower=True, check_finite=False)
        whitened = solve_triangular(factor, self.y, lower=True, check_finite=False)
        gap = (self.at[None] - self.at[:, None]) * 52.18
        last, week = np.nonzero((gap >= _STRAY_WEEKS[0]) & (gap <= _STRAY_WEEKS[1]))
        last, week = last[last >= _LEAST_WEEKS], week[last >= _LEAST_WEEKS]
        if len(week) == 0:
            return 1.0
        error = self.y[week] - np.cumsum(half * whitened[:, None], axis=0)[last, week]
        level = alike[week, week] - np.cumsum(half**2, axis=0)[last, week]
        z2 = float(ndtri(0.5 + _STRAY_SHARE / 2)) ** 2
        excess = (error**2 / z2 - self.variance[week]) / level
        seen = float(np.clip(np.quantile(excess, _STRAY_SHARE), 0.15, 12.0))
        stretches = float(np.ptp(self.at[week])) * 52.18 / np.mean(_STRAY_WEEKS)
        return believed(seen, 1.0, float(stretches))

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the level ahead: how strong season and trend are is itself known
        only as well as the years show it, so short histories have the longer tails."""
        return _FREEDOM - _FREEDOM_A_YEAR * float(self.at[0])

    @property
    def growth(self) -> Growth:
        """What history says of the growth a year."""
        factor = cho_factor(_known_covariance(self.at, self.strengths, self.variance), lower=True)
        prior = float(np.exp(2 * self.strengths[-1]))
        mean = prior * float(self.at @ cho_solve(factor, self.y))
        gone = prior**2 * float(self.at @ cho_solve(factor, self.at))
        return Growth(mean, math.sqrt(max(prior - gone, 0.0)))

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
    terms = _terms(at, at)

    def loss(strengths: FloatArray) -> tuple[float, FloatArray]:
        variance = np.exp(2 * strengths)
        known = _FLAT_SD**2 + np.tensordot(variance[1:], terms, axes=1)
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

    bounds = list(zip(usual - 4 * _SPREAD, usual + 4 * _SPREAD, strict=True))
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
    use = slice(None) if trend else slice(None, -1)
    learned = np.tensordot(np.exp(2 * strengths[1:][use]), _terms(a, b)[use], axes=1)
    return np.asarray(_FLAT_SD**2 + learned)


def _faded(at: FloatArray) -> FloatArray:
    """Years of full growth that have passed, after the origin ever fewer of them."""
    ahead = _FADE_YEARS * -np.expm1(-np.maximum(at, 0.0) / _FADE_YEARS)
    return np.asarray(np.where(at > 0, ahead, at))


def _terms(a: FloatArray, b: FloatArray) -> FloatArray:
    """Covariance of spell, wander, season, peaks, trend at strength 1, shape (5, a, b)."""
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
            np.outer(_faded(a), _faded(b)),
        ]
    )
