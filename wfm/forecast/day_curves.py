"""The rest of a day by the ways in which days leave their forecast: a few curves and their scores.

After Shen & Huang (2008), Interday forecasting and intraday updating of call center arrivals,
M&SOM 10(3): singular vectors of past days' deviations on the root scale, scores of the day under
way by penalised least squares on its first slots. Here the penalty is the scores' own variance and
the slots' noise, which makes it a posterior mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import FloatArray
from wfm.forecast.intraday import DayUpdate

__all__ = ["DayCurves", "learn_day_curves", "rest_of_day_by_curves"]

_RANK = 3
_LEAST_DAYS = 15
_OFF_SD = 4.0
"""A slot's deviation is clipped at this many of its noise, so that one burst is no new day."""


@dataclass(frozen=True, slots=True)
class DayCurves:
    """Ways in which days leave their forecast.

    Parameters
    ----------
    curves
        Orthonormal rows, shape (rank, slots).
    score_variance
        Variance of the score of each, shape (rank,).
    noise
        Variance of a slot round them on the root scale.
    """

    curves: FloatArray
    score_variance: FloatArray
    noise: float


def learn_day_curves(said: FloatArray, came: FloatArray) -> DayCurves:
    """Curves of past days' deviations from what was forecast for them.

    Parameters
    ----------
    said
        Forecasts one day ahead, shape (days, slots).
    came
        Contacts, same shape; NaN where not known, closed slots 0 or NaN. Days with gaps are left
        out.

    Raises
    ------
    ValueError
        When fewer than 15 whole days are known.
    """
    opened = said > 0
    whole = ~(np.isnan(came) & opened).any(axis=1) & opened.any(axis=1)
    if whole.sum() < _LEAST_DAYS:
        raise ValueError(f"{_LEAST_DAYS} whole days are needed, there are {int(whole.sum())}")
    off = np.where(opened, _root(np.nan_to_num(came)) - _root(said), 0.0)[whole]
    scale = np.sqrt(np.median(off[opened[whole]] ** 2) / 0.455 + 1e-9)
    off = np.clip(off, -_OFF_SD * scale, _OFF_SD * scale)
    rank = min(_RANK, off.shape[1])
    curves = np.linalg.svd(off, full_matrices=False)[2][:rank]
    scores = off @ curves.T
    left = off - scores @ curves
    free = max(int(opened[whole].sum()) - rank * len(off), 1)
    noise = max(float((left**2).sum()) / free, 0.05)
    variance = np.maximum((scores**2).mean(axis=0) - noise, 0.01 * noise)
    return DayCurves(curves, variance, noise)


def rest_of_day_by_curves(mean: FloatArray, actual: FloatArray, curves: DayCurves) -> DayUpdate:
    """Forecast of the rest of a day from its first slots, by how days like it go on.

    Parameters
    ----------
    mean
        Forecast of the day by slot [contacts].
    actual
        Contacts by slot; NaN for slots to come and for slots not known.

    Raises
    ------
    ValueError
        When shapes differ.

    Examples
    --------
    >>> flat = DayCurves(np.full((1, 4), 0.5), np.array([4.0]), 0.25)
    >>> update = rest_of_day_by_curves(
    ...     np.full(4, 100.0), np.array([120.0, 120.0, np.nan, np.nan]), flat
    ... )
    >>> round(update.ratio, 2), round(update.factor, 2)
    (1.2, 1.18)
    """
    if mean.shape != actual.shape:
        raise ValueError(f"forecast has {mean.shape} slots, the day so far {actual.shape}")
    known = ~np.isnan(actual)
    use = known & (mean > 0)
    seen = curves.curves[:, use]
    off = _root(actual[use]) - _root(mean[use])
    limit = _OFF_SD * np.sqrt(curves.noise + curves.score_variance @ curves.curves[:, use] ** 2)
    off = np.clip(off, -limit, limit)
    precision = seen @ seen.T / curves.noise + np.diag(1 / curves.score_variance)
    spread = np.linalg.inv(precision)
    scores = spread @ (seen @ off) / curves.noise
    root = np.maximum(_root(mean) + scores @ curves.curves, 0.0)
    moved = mean * (root / _root(mean)) ** 2
    rest = ~known
    due, said = float(mean[rest].sum()), float(moved[rest].sum())
    came, expected = float(actual[known].sum()), float(mean[known].sum())
    # relative variance of the rest's total: a root that moves by d moves its count by 2 root d
    weight = 2 * (_root(mean) * rest) @ curves.curves.T
    phi = float(weight @ spread @ weight) / due**2 if due > 0 else 0.0
    return DayUpdate(
        factor=said / due if due > 0 else 1.0,
        ratio=came / expected if expected > 0 else float("nan"),
        phi=phi,
        mean=np.where(known, actual, moved),
    )


def _root(counts: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(counts + 0.25))
