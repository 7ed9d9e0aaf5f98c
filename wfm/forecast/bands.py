"""How far off a forecast may be: over-dispersed count bands learned from trial errors.

A count with mean m and dispersion phi has variance m + phi m²: Poisson noise, and a rate that is
itself uncertain (gamma), which together are negative binomial. phi grows with the lead and falls
from interval to day to week, as errors inside a day cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from wfm.forecast.calendar import FloatArray, IntArray

__all__ = ["LEVELS", "Dispersion", "ErrorSample", "learn_dispersion", "quantiles"]

LEVELS = ("interval", "day", "week")

_LEADS = (1, 7, 14, 28, 366)
"""Last lead of each bucket [days]."""
_USUAL = {"interval": 0.03, "day": 0.008, "week": 0.005}
"""Dispersion before any trial, near what contact centres show."""
_USUAL_DAYS = 8.0
"""The usual dispersion counts as much as this many trial days."""
_NO_DAYS = np.empty(0, dtype=np.int64)
_CENTRAL = 1.2816
"""Standard normal quantile of an 80 % band."""


@dataclass(frozen=True, slots=True)
class ErrorSample:
    """Trial forecasts beside what came, at one level.

    Parameters
    ----------
    said, actual
        Forecast and count of the same cells.
    lead_days
        Days ahead of each cell.
    day
        A number per day and origin, to count how many days the cells are from.
    """

    said: FloatArray
    actual: FloatArray
    lead_days: IntArray
    day: IntArray

    @classmethod
    def joined(cls, samples: Sequence[ErrorSample]) -> ErrorSample:
        """All samples in one; an empty one when there are none."""
        return cls(
            np.concatenate([np.empty(0), *(sample.said for sample in samples)]),
            np.concatenate([np.empty(0), *(sample.actual for sample in samples)]),
            np.concatenate([_NO_DAYS, *(sample.lead_days for sample in samples)]),
            np.concatenate([_NO_DAYS, *(sample.day for sample in samples)]),
        )


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Dispersion phi by lead, at one level."""

    phi: tuple[float, ...]

    def at(self, lead_days: IntArray) -> FloatArray:
        """Dispersion at each lead."""
        bucket = np.searchsorted(_LEADS, np.minimum(lead_days, _LEADS[-1]))
        return np.asarray(np.array(self.phi)[bucket])


def learn_dispersion(sample: ErrorSample, level: str) -> Dispersion:
    """Dispersion by lead bucket, pulled to the usual figure where trials are few.

    Notes
    -----
    phi is the value at which 80 % of trial cells lie inside the band: a quantile of the errors,
    not their square mean, so that one storm does not widen every band. It never falls with the
    lead.
    """
    out: list[float] = []
    usual = _USUAL[level]
    low = 0
    for high in _LEADS:
        mine = (sample.lead_days > low) & (sample.lead_days <= high) & (sample.said > 0)
        weight = len(np.unique(sample.day[mine]))
        seen = _phi_of_band(sample.said[mine], sample.actual[mine]) if weight else usual
        prior = max([usual, *out[-1:]])
        log_phi = weight * np.log(max(seen, 1e-4)) + _USUAL_DAYS * np.log(prior)
        out.append(max([float(np.exp(log_phi / (weight + _USUAL_DAYS))), *out[-1:]]))
        low = high
    return Dispersion(tuple(out))


def _phi_of_band(said: FloatArray, actual: FloatArray) -> float:
    """Dispersion at which the central 80 % band holds 80 % of the counts."""
    excess = ((actual - said) / _CENTRAL) ** 2 - said
    return float(np.quantile(excess / said**2, 0.8))


def quantiles(mean: FloatArray, phi: FloatArray, levels: Sequence[float]) -> FloatArray:
    """Quantiles of counts with mean and dispersion, shape (levels, *mean.shape).

    Examples
    --------
    >>> quantiles(np.array([0.0, 100.0]), np.array([0.01, 0.01]), [0.1, 0.9])
    array([[  0.,  82.],
           [  0., 118.]])
    """
    size = 1 / np.maximum(phi, 1e-6)
    some = mean > 0
    safe = np.where(some, mean, 1.0)
    chance = size / (size + safe)
    rows = [np.where(some, stats.nbinom.ppf(q, size, chance), 0.0) for q in levels]
    return np.asarray(np.stack(rows))
