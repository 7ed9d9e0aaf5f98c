"""Arguments of the queueing engine: checked by name, arrays brought to one shape."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Floats", "Limit", "below_one", "broadcast", "not_negative", "positive"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limit:
    """An argument with the range it must lie in.

    Parameters
    ----------
    name
        As the caller knows it; told in the error.
    value
        Number or array.
    above
        Every value must be larger than this.
    at_least
        Every value must be at least this.
    below
        Every value must be smaller than this; None is no upper end.
    """

    name: str
    value: ArrayLike
    at_least: float | None = 0.0
    above: float | None = None
    below: float | None = None

    def checked(self) -> Floats:
        """Give the values as float64, or say which one is out of range."""
        values = np.asarray(self.value, dtype=np.float64)
        wrong = ~np.isfinite(values)
        rules = ["finite"]
        if self.above is not None:
            wrong |= ~(values > self.above)
            rules.append(f"above {self.above:g}")
        elif self.at_least is not None:
            wrong |= ~(values >= self.at_least)
            rules.append(f"at least {self.at_least:g}")
        if self.below is not None:
            wrong |= ~(values < self.below)
            rules.append(f"below {self.below:g}")
        if wrong.any():
            place = np.argwhere(wrong)[0].tolist()
            where = f" at {place}" if place else ""
            found = values[tuple(place)]
            raise ValueError(f"{self.name} must be {', '.join(rules)}, got {found:g}{where}")
        return values


def broadcast(*limits: Limit) -> tuple[tuple[int, ...], list[Floats]]:
    """Check all arguments and give their common shape and flat, contiguous copies.

    Examples
    --------
    >>> shape, (rate, aht_s) = broadcast(Limit("rate", [1, 2]), Limit("aht_s", 180, above=0.0))
    >>> shape, aht_s.tolist()
    ((2,), [180.0, 180.0])
    >>> broadcast(Limit("aht_s", -1.0, above=0.0))
    Traceback (most recent call last):
    ValueError: aht_s must be finite, above 0, got -1
    """
    arrays = [limit.checked() for limit in limits]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    # always a copy: one memory layout means one compiled version of each formula
    return shape, [
        np.array(np.broadcast_to(array, shape), order="C").reshape(-1) for array in arrays
    ]


def positive(**values: float) -> None:
    """Refuse numbers that are not finite or not above 0, by name."""
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be finite, above 0, got {value:g}")


def not_negative(**values: float) -> None:
    """Refuse numbers that are not finite or below 0, by name."""
    for name, value in values.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} must be finite, at least 0, got {value:g}")


def below_one(**values: float) -> None:
    """Refuse fractions that are not above 0 and below 1, by name."""
    for name, value in values.items():
        if not 0 < value < 1:
            raise ValueError(f"{name} must be between 0 and 1, got {value}")
