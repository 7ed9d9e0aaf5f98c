"""How far off a forecast may be: over-dispersed count bands, calibrated on trial errors.

A count with mean m and dispersion phi has variance m + phi m²: Poisson noise, and a rate that is
itself uncertain (gamma), which together are negative binomial. What is uncertain of a day's level
comes from :mod:`wfm.forecast.day_level` and grows with the lead; what is uncertain of its shape
comes from how past days left their profile. Both are scaled so that the bands hold what they
promise in the trials, as far as there are trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from wfm.forecast.calendar import BoolArray, FloatArray, IntArray

__all__ = ["LEVELS", "ErrorSample", "Scale", "learn_scale", "quantiles"]

LEVELS = ("interval", "day", "week")

_LEADS = (1, 7, 14, 366)
"""Last lead of each bucket [days]."""
_TRUST_DAYS = 10.0
"""Trial days that count as much as the dispersion that the models expect by themselves."""
_CENTRAL = (0.80, 0.95)
"""The bands that are calibrated; quantiles between are scaled in between."""
_USUAL = (0.95, 1.35)
"""Factors before any trial: real errors keep near the middle, with longer tails than a gamma's."""
_UNSEEN = (1.0, 1.2)
"""Models and weights were learned with the trials in sight; what comes next has more surprises."""
_LOW, _HIGH = 0.15, 6.0
"""A scale beyond these says that the trials are odd, not that the model is."""
_LEAST_MEAN = 5.0
"""Counts of sparser cells are too coarse to measure a band by."""


@dataclass(frozen=True, slots=True)
class ErrorSample:
    """Trial forecasts beside what came, at one level.

    Parameters
    ----------
    said, actual
        Forecast and count of the same cells.
    phi
        Dispersion expected of each cell before calibration.
    lead_days
        Days ahead of each cell.
    day
        Position of the cell's day in the history.
    """

    said: FloatArray
    actual: FloatArray
    phi: FloatArray
    lead_days: IntArray
    day: IntArray

    def __len__(self) -> int:
        """Count the cells."""
        return len(self.said)

    def only(self, mask: BoolArray) -> ErrorSample:
        """Give the cells where ``mask`` holds."""
        return ErrorSample(
            self.said[mask], self.actual[mask], self.phi[mask], self.lead_days[mask], self.day[mask]
        )

    @classmethod
    def joined(cls, samples: Sequence[ErrorSample]) -> ErrorSample:
        """All samples in one; an empty one when there are none."""
        return cls(
            np.concatenate([np.empty(0), *(sample.said for sample in samples)]),
            np.concatenate([np.empty(0), *(sample.actual for sample in samples)]),
            np.concatenate([np.empty(0), *(sample.phi for sample in samples)]),
            np.concatenate([_NO_DAYS, *(sample.lead_days for sample in samples)]),
            np.concatenate([_NO_DAYS, *(sample.day for sample in samples)]),
        )


_NO_DAYS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Scale:
    """Factor on the expected dispersion, by lead bucket and calibrated band.

    Parameters
    ----------
    factor
        Shape (buckets, calibrated bands).
    """

    factor: FloatArray

    def at(self, lead_days: IntArray, quantile: float) -> FloatArray:
        """Factor at each lead for a quantile.

        Notes
        -----
        Real errors have longer tails than one negative binomial, so a far quantile may need
        another factor than a near one; between them the log of the factor is interpolated.
        """
        bucket = np.searchsorted(_LEADS, np.minimum(lead_days, _LEADS[-1]))
        z = np.array([stats.norm.ppf(0.5 + band / 2) for band in _CENTRAL])
        here = np.clip(abs(stats.norm.ppf(quantile)), z[0], z[-1])
        share = (here - z[0]) / (z[-1] - z[0])
        log = np.log(self.factor[bucket])
        return np.asarray(np.exp((1 - share) * log[:, 0] + share * log[:, -1]))


def learn_scale(sample: ErrorSample) -> Scale:
    """Factors at which the bands hold their share of the trial cells.

    Notes
    -----
    By quantile of the errors, not by mean square, so that one storm does not widen every band;
    pulled to what is usual where trial days are few.
    """
    busy = sample.said >= _LEAST_MEAN
    used = sample.only(busy) if busy.any() else sample.only(sample.said > 0)
    factor = np.tile(_USUAL, (len(_LEADS), 1))
    low = 0
    for row, high in enumerate(_LEADS):
        mine = used.only((used.lead_days > low) & (used.lead_days <= high))
        low = high
        if len(mine) == 0:
            factor[row] = factor[max(row - 1, 0)]
            continue
        days = len(np.unique(mine.day))
        for column, band in enumerate(_CENTRAL):
            z = stats.norm.ppf(0.5 + band / 2)
            excess = ((mine.actual - mine.said) / z) ** 2 - mine.said
            seen = np.quantile(excess / (mine.phi * mine.said**2), band)
            trust = days / (days + _TRUST_DAYS)
            usual = _USUAL[column] ** (1 - trust)
            factor[row, column] = np.clip(seen, _LOW, _HIGH) ** trust * usual
    return Scale(factor * _UNSEEN)


def quantiles(mean: FloatArray, phi: FloatArray, quantile: float) -> FloatArray:
    """Quantile of counts with mean and dispersion, of one shape.

    Notes
    -----
    Each count is taken as spread evenly over the unit interval round it (continuity
    correction): whole-number quantiles of small counts would always hold more than they promise.

    Examples
    --------
    >>> quantiles(np.array([0.0, 100.0]), np.array([0.01, 0.01]), 0.9).round(1)
    array([  0. , 118.4])
    """
    phi = np.maximum(phi, _POISSON)
    out = np.zeros_like(mean)
    many = (mean >= _MANY) & (phi <= _MILD)
    few = (mean > 0) & ~many
    out[few] = _exact(mean[few], phi[few], quantile)
    out[many] = _expanded(mean[many], phi[many], quantile)
    return out


_MANY = 40.0
_MILD = 0.3
"""From this mean and up to this dispersion the expansion is within 0.02 sd of the quantile."""
_POISSON = 1e-6
"""No dispersion at all, as far as a negative binomial can say it."""


def _exact(mean: FloatArray, phi: FloatArray, quantile: float) -> FloatArray:
    size = 1 / phi
    chance = size / (size + mean)
    count = stats.nbinom.ppf(quantile, size, chance)
    above = stats.nbinom.cdf(count, size, chance)
    below = np.where(count > 0, stats.nbinom.cdf(count - 1, size, chance), 0.0)
    share = (quantile - below) / np.maximum(above - below, 1e-12)
    return np.asarray(np.maximum(count - 0.5 + share, 0.0))


def _expanded(mean: FloatArray, phi: FloatArray, quantile: float) -> FloatArray:
    """Cornish-Fisher expansion on the skewness and kurtosis of the negative binomial."""
    z = stats.norm.ppf(quantile)
    variance = mean + phi * mean**2
    skew = (1 + 2 * phi * mean) / np.sqrt(variance)
    kurtosis = 6 * phi + 1 / variance
    at = (
        z
        + (z**2 - 1) * skew / 6
        + (z**3 - 3 * z) * kurtosis / 24
        - (2 * z**3 - 5 * z) * skew**2 / 36
    )
    return np.asarray(np.maximum(mean + at * np.sqrt(variance), 0.0))
