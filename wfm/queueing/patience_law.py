"""Laws of patience: how long callers are ready to wait.

A law gives its survival function and the integral of it; that is all a queue needs to know.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wfm.queueing.arguments import Floats, positive

__all__ = [
    "EmpiricalPatience",
    "ExponentialPatience",
    "LognormalPatience",
    "PatienceLaw",
    "WeibullPatience",
]


class PatienceLaw(Protocol):
    """What the queue asks of a law of patience."""

    def survival(self, wait_s: Floats) -> Floats:
        """Share of callers still there after waiting so long [fraction]."""

    def waited(self, wait_s: Floats) -> Floats:
        """Mean time spent in the queue until answered after so long: integral of survival [s]."""

    def corners_s(self) -> Floats:
        """Waits at which the survival function has a corner or a step [s]."""


@dataclass(frozen=True, slots=True)
class ExponentialPatience:
    """Callers who hang up at the same rate however long they have waited; Erlang A's law."""

    mean_s: float

    def __post_init__(self) -> None:
        """Refuse an impossible mean."""
        positive(mean_s=self.mean_s)

    def survival(self, wait_s: Floats) -> Floats:
        """Share still there."""
        return np.asarray(np.exp(-wait_s / self.mean_s))

    def waited(self, wait_s: Floats) -> Floats:
        """Integral of survival [s]."""
        return np.asarray(-self.mean_s * np.expm1(-wait_s / self.mean_s))

    def corners_s(self) -> Floats:
        """No corners."""
        return np.empty(0)


@dataclass(frozen=True, slots=True)
class LognormalPatience:
    """Lognormal patience.

    Parameters
    ----------
    mean_s
        Mean patience [s].
    cv
        Standard deviation over mean, above 0.
    """

    mean_s: float
    cv: float

    def __post_init__(self) -> None:
        """Refuse an impossible law."""
        positive(mean_s=self.mean_s, cv=self.cv)

    def _sigma(self) -> float:
        return math.sqrt(math.log1p(self.cv**2))

    def _standard(self, wait_s: Floats) -> Floats:
        sigma = self._sigma()
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(wait_s / self.mean_s) + 0.5 * sigma**2) / sigma)

    def survival(self, wait_s: Floats) -> Floats:
        """Share still there."""
        from scipy.special import ndtr

        return np.asarray(ndtr(-self._standard(wait_s)))

    def waited(self, wait_s: Floats) -> Floats:
        """Integral of survival [s]."""
        from scipy.special import ndtr

        short = self.mean_s * ndtr(self._standard(wait_s) - self._sigma())
        return np.asarray(wait_s * self.survival(wait_s) + short)

    def corners_s(self) -> Floats:
        """No corners."""
        return np.empty(0)


@dataclass(frozen=True, slots=True)
class WeibullPatience:
    """Weibull patience, survival exp(-(t/scale)^shape).

    Parameters
    ----------
    scale_s
        Scale [s].
    shape
        Below 1 callers who have waited grow more patient, above 1 less.
    """

    scale_s: float
    shape: float

    def __post_init__(self) -> None:
        """Refuse an impossible law."""
        positive(scale_s=self.scale_s, shape=self.shape)

    @property
    def mean_s(self) -> float:
        """Mean patience [s]."""
        return self.scale_s * math.gamma(1.0 + 1.0 / self.shape)

    def survival(self, wait_s: Floats) -> Floats:
        """Share still there."""
        return np.asarray(np.exp(-((wait_s / self.scale_s) ** self.shape)))

    def waited(self, wait_s: Floats) -> Floats:
        """Integral of survival [s]."""
        from scipy.special import gammainc

        return np.asarray(
            self.mean_s * gammainc(1.0 / self.shape, (wait_s / self.scale_s) ** self.shape)
        )

    def corners_s(self) -> Floats:
        """The start, where a shape below 1 is steep."""
        return np.zeros(1)


@dataclass(frozen=True, slots=True)
class EmpiricalPatience:
    """Patience read off data: survival in straight pieces, its last value for ever.

    Parameters
    ----------
    wait_s
        Waits [s], rising, the first 0.
    share_left
        Share still there at each, starting at 1 and never rising.
    """

    wait_s: tuple[float, ...]
    share_left: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no survival function."""
        waits, left = np.asarray(self.wait_s), np.asarray(self.share_left)
        if (
            waits.size < 2
            or waits.size != left.size
            or waits[0] != 0
            or (np.diff(waits) <= 0).any()
        ):
            raise ValueError("wait_s must rise from 0 and have as many entries as share_left")
        if left[0] != 1 or (np.diff(left) > 0).any() or left[-1] < 0:
            raise ValueError("share_left must fall from 1 and not below 0")

    def survival(self, wait_s: Floats) -> Floats:
        """Share still there."""
        return np.asarray(np.interp(wait_s, self.wait_s, self.share_left))

    def waited(self, wait_s: Floats) -> Floats:
        """Integral of survival [s]."""
        waits, left = np.asarray(self.wait_s), np.asarray(self.share_left)
        pieces = 0.5 * (left[1:] + left[:-1]) * np.diff(waits)
        before = np.concatenate([[0.0], np.cumsum(pieces)])
        k = np.clip(np.searchsorted(waits, wait_s, side="right") - 1, 0, waits.size - 1)
        into = wait_s - waits[k]
        return np.asarray(before[k] + 0.5 * (left[k] + self.survival(wait_s)) * into)

    def corners_s(self) -> Floats:
        """Every knot."""
        return np.asarray(self.wait_s, dtype=np.float64)
