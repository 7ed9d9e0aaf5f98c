"""Regression that keeps coefficients near what is usual and trusts odd days less."""

from __future__ import annotations

import numpy as np

from wfm.forecast.calendar import FloatArray

__all__ = ["NOISE_SD", "robust_ridge"]

NOISE_SD = 0.08
"""Usual scatter of a day round its regression, on the log scale."""
_ROUNDS = 3
_FAR = 2.0
"""Days this many sd away count less."""


def robust_ridge(
    design: FloatArray, y: FloatArray, weight: FloatArray, mean: FloatArray, sd: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Coefficients and how far each row is trusted.

    Parameters
    ----------
    design
        One row a day; its first column is the level, whose prior sits at the weighted mean of
        ``y``.
    y
        Log totals.
    weight
        Of each row, by its age.
    mean, sd
        What is usual of each coefficient.

    Notes
    -----
    Huber weights by reweighting: a row further than two usual sd from the others' say counts in
    inverse proportion to its distance.
    """
    start = mean.copy()
    start[0] = np.average(y, weights=weight)
    trust = np.ones_like(y)
    prior = np.diag(sd**-2.0)
    for _ in range(_ROUNDS):
        precision = design.T * (weight * trust / NOISE_SD**2)
        found = start + np.linalg.solve(
            precision @ design + prior, precision @ (y - design @ start)
        )
        trust = np.minimum(1.0, _FAR * NOISE_SD / np.maximum(np.abs(y - design @ found), 1e-9))
    return np.asarray(found), np.asarray(trust)
