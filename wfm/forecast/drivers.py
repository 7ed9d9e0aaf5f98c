"""What drives the contacts from outside: customers, campaign mail, orders, contact rate by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Drivers"]


@dataclass(frozen=True, slots=True)
class Drivers:
    """Values by date, past and planned.

    Parameters
    ----------
    names
        What they are.
    date
        Dates, ascending.
    values
        At least 0, shape (dates, names); NaN where not given.
    """

    names: tuple[str, ...]
    date: NDArray[np.datetime64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse values without a date and below 0."""
        if self.values.shape != (len(self.date), len(self.names)):
            raise ValueError(f"drivers of shape {self.values.shape} do not fit names and dates")
        if (self.values < 0).any():
            raise ValueError("a driver is below 0")
        if (np.diff(self.date.astype(np.int64)) <= 0).any():
            raise ValueError("dates of drivers must ascend")

    def at(self, days: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Values on dates, shape (days, names); a value holds until the next one is given."""
        out = np.empty((len(days), len(self.names)))
        for column in range(len(self.names)):
            given = ~np.isnan(self.values[:, column])
            date, value = self.date[given], self.values[given, column]
            row = np.searchsorted(date, days, side="right") - 1
            out[:, column] = value[np.maximum(row, 0)] if len(value) else 0.0
        return out
