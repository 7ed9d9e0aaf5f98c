"""How strong each term of the day level is: the most probable strengths given the history."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.optimize import minimize

from wfm.forecast.calendar import FloatArray
from wfm.forecast.day_likeness import (
    Strengths,
    covariance,
    epoch,
    likenesses,
    step_likeness,
)
from wfm.forecast.day_rows import DayRows

__all__ = [
    "USUAL",
    "inverted",
    "learn_strengths",
    "learn_year",
    "likely_movement",
    "usual_strengths",
]

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
_USUAL_YEAR = 0.07
"""Usual standard deviation of the season of the year on the log scale."""
_YEAR_SPREAD = 0.7
_YEARS = np.log(_USUAL_YEAR) + np.array([-0.8, -0.4, 0.0, 0.4, 0.8, 1.2, 1.6])
"""Strengths of the season of the year that are tried [log]."""

_MOVES = ("season", "wander")
"""Terms that carry the level away in weeks."""
_MOVE_FACTORS = np.exp(np.arange(-1.0, 2.5, 0.5))
"""Factors on their strength that are weighed, beside :data:`_MOVE_SPREAD`."""
_MOVE_SPREAD = 0.9
"""How much queues differ in how far their level moves [sd of the log]."""


def usual_strengths() -> Strengths:
    """What each term is before anything is learned, the season of the year among them."""
    usual = USUAL | {"year": _USUAL_YEAR}
    return {name: float(np.log(sd)) for name, sd in usual.items()}


def inverted(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lower Cholesky factor and full inverse of a covariance."""
    factor, failed = dpotrf(matrix, lower=1, clean=1)
    if failed:
        raise ValueError("the covariance of the day totals is not positive definite")
    half, _ = dpotri(factor, lower=1)
    return factor, half + np.tril(half, -1).T


def learn_strengths(
    past: DayRows, extra: FloatArray, steps: tuple[int, ...], start: Strengths
) -> Strengths:
    """Most probable strength of each term given the log totals.

    Notes
    -----
    Marginal likelihood with a log-normal prior round :data:`USUAL`, by L-BFGS on its exact
    gradient (Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, eq. 5.9).
    """
    y = past.y - past.y.mean()
    terms = likenesses(past.days, past.days, epoch(past.days), year=False)
    terms["fixed"] += step_likeness(past.days, past.days, steps)
    usual = np.log(list(USUAL.values()))

    def loss(v: FloatArray) -> tuple[float, FloatArray]:
        strengths = dict(zip(USUAL, v, strict=True))
        alike = covariance(terms, strengths)
        alike[np.diag_indices_from(alike)] += (np.exp(2 * v[0]) + past.poisson) * extra
        factor, inverse = inverted(alike)
        alpha = inverse @ y
        slope = [
            np.exp(2 * s)
            * (
                _noise_pull(inverse, alpha, extra)
                if name == "noise"
                else np.vdot(inverse, terms[name]) - alpha @ terms[name] @ alpha
            )
            for name, s in strengths.items()
        ]
        away = (v - usual) / _SPREAD
        value = 0.5 * y @ alpha + np.log(np.diag(factor)).sum() + 0.5 * away @ away
        return float(value), np.array(slope) + away / _SPREAD

    first = np.array([start[name] for name in USUAL])
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": 10})
    return dict(zip(USUAL, (float(x) for x in found.x), strict=True))


def learn_year(
    terms: dict[str, FloatArray], past: DayRows, extra: FloatArray, strengths: Strengths
) -> float:
    """Most probable strength of the season of the year, the other terms given."""
    y = past.y - past.y.mean()
    noise = (np.exp(2 * strengths["noise"]) + past.poisson) * extra
    loss = []
    for log_sd in _YEARS:
        alike = covariance(terms, strengths | {"year": float(log_sd)})
        factor, _ = dpotrf(alike + np.diag(noise), lower=1, clean=0)
        half = solve_triangular(factor, y, lower=True, check_finite=False)
        away = (log_sd - np.log(_USUAL_YEAR)) / _YEAR_SPREAD
        loss.append(0.5 * half @ half + np.log(np.diag(factor)).sum() + 0.5 * away**2)
    return float(_YEARS[int(np.argmin(loss))])


def likely_movement(
    terms: dict[str, FloatArray], y: FloatArray, noise: FloatArray, strengths: Strengths
) -> float:
    """Expected factor on the variance of the level's movement over that of the strengths.

    Notes
    -----
    The strengths are the most probable ones, held near what is usual: right for the mean, too
    sure for a band. A month of history that climbs is likelier of a queue that moves three times
    as far, and the mean over how likely each factor is, is what the variance has to be.
    """
    moves = sum(np.exp(2 * strengths[name]) * terms[name] for name in _MOVES)
    rest = covariance({k: v for k, v in terms.items() if k not in _MOVES}, strengths)
    gain = []
    for factor in _MOVE_FACTORS:
        root, _ = dpotrf(rest + factor**2 * moves + np.diag(noise), lower=1, clean=0)
        half = solve_triangular(root, y, lower=True, check_finite=False)
        away = np.log(factor) / _MOVE_SPREAD
        gain.append(-0.5 * half @ half - np.log(np.diag(root)).sum() - 0.5 * away**2)
    weight = np.exp(np.array(gain) - max(gain))
    return float(weight @ _MOVE_FACTORS**2 / weight.sum())


def _noise_pull(inverse: FloatArray, alpha: FloatArray, extra: FloatArray) -> float:
    return float((np.diag(inverse) - alpha**2) @ extra)
