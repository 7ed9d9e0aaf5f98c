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
from scipy.special import betainc, nbdtrik, ndtri

from wfm.forecast.calendar import BoolArray, FloatArray, IntArray

__all__ = ["LEVELS", "ErrorSample", "Scale", "believed", "learn_scale", "quantiles"]

LEVELS = ("interval", "day", "week")

_LEADS = (1, 7, 14, 366)
"""Last lead of each bucket [days]."""
_TOGETHER = {"interval": (1, 3, 6, 12), "day": (1, 3, 6, 12), "week": (1, 1, 2, 4)}
"""Trial days (weeks) of each bucket that count as one: days of one trial err together."""
_WIDER_DOUBT, _NARROWER_DOUBT = 5.0, 20.0
"""So many errors that do not go together are believed half when they are larger, or smaller, than
was expected: queues differ most in how far they may stray, and too narrow a band costs more."""
_CENTRAL = (0.80, 0.95)
"""The bands that are calibrated; quantiles between are scaled in between."""
_UNSEEN = (1.0, 1.35)
"""Models and weights were learned with the trials in sight, what comes next has more surprises;
and real errors keep near the middle, with longer tails than a gamma's."""
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
    doubt
        Dispersion on top, which is not calibrated: what is uncertain of the events.
    lead_days
        Days ahead of each cell.
    day
        Position of the cell's day in the history.
    """

    said: FloatArray
    actual: FloatArray
    phi: FloatArray
    doubt: FloatArray
    lead_days: IntArray
    day: IntArray

    def __len__(self) -> int:
        """Count the cells."""
        return len(self.said)

    def only(self, mask: BoolArray) -> ErrorSample:
        """Give the cells where ``mask`` holds."""
        return ErrorSample(
            self.said[mask],
            self.actual[mask],
            self.phi[mask],
            self.doubt[mask],
            self.lead_days[mask],
            self.day[mask],
        )

    @classmethod
    def joined(cls, samples: Sequence[ErrorSample]) -> ErrorSample:
        """All samples in one; an empty one when there are none."""
        return cls(
            np.concatenate([np.empty(0), *(sample.said for sample in samples)]),
            np.concatenate([np.empty(0), *(sample.actual for sample in samples)]),
            np.concatenate([np.empty(0), *(sample.phi for sample in samples)]),
            np.concatenate([np.empty(0), *(sample.doubt for sample in samples)]),
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
        z = np.array([ndtri(0.5 + band / 2) for band in _CENTRAL])
        here = np.clip(abs(ndtri(quantile)), z[0], z[-1])
        share = (here - z[0]) / (z[-1] - z[0])
        log = np.log(self.factor[bucket])
        return np.asarray(np.exp((1 - share) * log[:, 0] + share * log[:, -1]))


def learn_scale(sample: ErrorSample, level: str) -> Scale:
    """Factors at which the bands hold their share of the trial cells.

    Parameters
    ----------
    level
        What the cells are: interval, day or week.

    Notes
    -----
    By quantile of the errors, not by mean square, so that one storm does not widen every band;
    pulled to 1 where there are few days that do not err together.
    """
    busy = sample.said >= _LEAST_MEAN
    used = sample.only(busy) if busy.any() else sample.only(sample.said > 0)
    factor = np.ones((len(_LEADS), len(_CENTRAL)))
    low = 0
    for row, high in enumerate(_LEADS):
        mine = used.only((used.lead_days > low) & (used.lead_days <= high))
        low = high
        if len(mine):
            days = len(np.unique(mine.day)) / _TOGETHER[level][row]
            factor[row] = [believed(float(seen), 1.0, days) for seen in _held(mine)]
    return Scale(factor * _UNSEEN)


def believed(seen: float, expected: float, errors: float) -> float:
    """Factor between what was expected and what was seen, by how many errors that rests on.

    Parameters
    ----------
    errors
        How many there were that did not go together.

    Examples
    --------
    >>> round(believed(4.0, 1.0, 5.0), 3), round(believed(0.25, 1.0, 5.0), 3)
    (2.0, 0.758)
    """
    trust = errors / (errors + (_WIDER_DOUBT if seen > expected else _NARROWER_DOUBT))
    return float(seen**trust * expected ** (1 - trust))


def _held(sample: ErrorSample) -> FloatArray:
    """Factor by calibrated band at which it holds its share of the cells."""
    factor = []
    for band in _CENTRAL:
        z = ndtri(0.5 + band / 2)
        known = sample.said + sample.doubt * sample.said**2
        excess = ((sample.actual - sample.said) / z) ** 2 - known
        factor.append(np.quantile(excess / (sample.phi * sample.said**2), band))
    return np.asarray(np.clip(factor, _LOW, _HIGH))


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
_SLIP = 1e-13
"""Rounding of a sum of chances."""


def _exact(mean: FloatArray, phi: FloatArray, quantile: float) -> FloatArray:
    """Quantile of a negative binomial, spread over the unit round the count it falls on."""
    size = 1 / phi
    gone = mean / (size + mean)
    counted = mean < _MANY
    count, below, at = np.zeros((3, len(mean)))
    count[counted], below[counted], at[counted] = _counted_up(
        size[counted], gone[counted], quantile
    )
    rest = ~counted
    count[rest], below[rest], at[rest] = _looked_up(size[rest], gone[rest], quantile)
    share = (quantile - below) / np.maximum(at, 1e-12)
    return np.asarray(np.maximum(count - 0.5 + share, 0.0))


def _counted_up(size: FloatArray, gone: FloatArray, quantile: float) -> FloatArray:
    """Count at a quantile, chance of fewer, chance of just it; shape (3, cells).

    The chances of 0, 1, 2 … are added up, each from the one before; for small means the fastest.
    """
    out = np.zeros((3, len(size)))
    left = np.arange(len(size))
    at, below, count = np.exp(size * np.log1p(-gone)), np.zeros(len(size)), 0
    while len(left):
        found = below + at >= quantile * (1 - _SLIP)
        out[:, left[found]] = np.full(found.sum(), count), below[found], at[found]
        on = ~found
        left, size, gone = left[on], size[on], gone[on]
        below = below[on] + at[on]
        at = at[on] * gone * (size + count) / (count + 1)
        count += 1
    return out


def _looked_up(size: FloatArray, gone: FloatArray, quantile: float) -> FloatArray:
    """The same by the inverse of the beta function, for large means."""
    count = np.maximum(np.ceil(nbdtrik(quantile, size, 1 - gone)), 0.0)
    below = np.where(count > 0, betainc(size, np.maximum(count, 1.0), 1 - gone), 0.0)
    return np.array([count, below, betainc(size, count + 1, 1 - gone) - below])


def _expanded(mean: FloatArray, phi: FloatArray, quantile: float) -> FloatArray:
    """Cornish-Fisher expansion on the skewness and kurtosis of the negative binomial."""
    z = ndtri(quantile)
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
