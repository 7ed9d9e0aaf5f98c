"""Simulated figures with their error bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.queueing.arguments import Floats

__all__ = ["Estimate", "estimate", "ratio"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated figure.

    Parameters
    ----------
    mean
        Mean over replications.
    half_width
        Half of the 95 % confidence interval; NaN from a single replication.
    """

    mean: Floats
    half_width: Floats


def ratio(part: Floats, whole: Floats) -> Floats:
    """Quotient, NaN where nothing is divided."""
    quotient = np.full(part.shape, np.nan)
    np.divide(part, whole, out=quotient, where=whole > 0)
    return quotient


def estimate(samples: Floats) -> Estimate:
    """Mean over the first axis with the half-width of Student's interval, NaN left out."""
    from scipy.special import stdtrit

    known = np.isfinite(samples)
    count = known.sum(axis=0)
    filled: NDArray[np.float64] = np.where(known, samples, 0.0)
    mean = ratio(filled.sum(axis=0), count.astype(np.float64))
    squares = np.where(known, (samples - mean) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(ratio(squares, np.asarray(count * (count - 1), dtype=np.float64)))
    freedom = np.maximum(count - 1, 1)
    return Estimate(np.asarray(mean), np.asarray(spread * stdtrit(freedom, 0.975)))
