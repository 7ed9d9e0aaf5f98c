"""Array arguments of the queueing engine: checked by name, brought to one shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Floats", "Limit", "broadcast"]

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
