"""The rest of a day once part of it is known: a ratio shrunk by what it is worth.

The day's level is uncertain by a gamma factor of mean 1 and dispersion phi (the day level knows
it); the calls so far are Poisson round it, with a scatter of shape of their own. The posterior
mean of the factor lies between 1 and the ratio of calls to forecast, near 1 early in the day and
near the ratio late: never the full ratio, which hurts in the morning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import FloatArray

__all__ = ["DayUpdate", "rest_of_day"]


@dataclass(frozen=True, slots=True)
class DayUpdate:
    """What part of a day says of its rest.

    Parameters
    ----------
    factor
        The forecast of the rest is multiplied by this.
    ratio
        Contacts so far over forecast so far; NaN before any was expected.
    phi
        Dispersion of the day's level that is left.
    mean
        Forecast of the whole day by slot: what came, then the updated rest.
    """

    factor: float
    ratio: float
    phi: float
    mean: FloatArray


def rest_of_day(
    mean: FloatArray, actual: FloatArray, day_phi: float, shape_phi: float = 0.005
) -> DayUpdate:
    """Forecast of the rest of a day from its first slots.

    Parameters
    ----------
    mean
        Forecast of the day by slot [contacts].
    actual
        Contacts by slot; NaN for slots to come and for slots not known.
    day_phi
        Dispersion of the day's level one day ahead, at least 0.
    shape_phi
        Dispersion by which even a day of known level leaves its profile, at least 0.

    Raises
    ------
    ValueError
        When shapes differ or a dispersion is negative.

    Notes
    -----
    Gamma-Poisson posterior: factor = (1/phi + w A) / (1/phi + w M) for A contacts where M were
    expected. The weight w = 1 / (1 + shape_phi M) holds the Poisson information below what the
    scatter of the day's shape allows.

    Examples
    --------
    >>> update = rest_of_day(np.full(4, 100.0), np.array([120.0, 120.0, np.nan, np.nan]), 0.01)
    >>> round(update.ratio, 2), round(update.factor, 2)
    (1.2, 1.1)
    """
    if mean.shape != actual.shape:
        raise ValueError(f"forecast has {mean.shape} slots, the day so far {actual.shape}")
    if day_phi < 0 or shape_phi < 0:
        raise ValueError("dispersions must be at least 0")
    known = ~np.isnan(actual)
    came, expected = float(actual[known].sum()), float(mean[known].sum())
    weight = 1 / (1 + shape_phi * expected)
    prior = 1 / max(day_phi, 1e-9)
    factor = (prior + weight * came) / (prior + weight * expected)
    return DayUpdate(
        factor=factor,
        ratio=came / expected if expected > 0 else float("nan"),
        phi=1 / (prior + weight * came),
        mean=np.where(known, actual, mean * factor),
    )
