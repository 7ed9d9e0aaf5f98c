"""Week shapes measured on real centres, for queues that have no history of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from wfm.forecast.calendar import BoolArray, FloatArray

__all__ = ["BENCHMARKS", "Benchmark"]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Contacts of a week by weekday and hour of day.

    Parameters
    ----------
    source
        What it was measured on.
    weekday
        Contacts of a day over those of an average open day, Monday first.
    first_hour
        Hour that ``hours`` begins at.
    hours
        Share of the day's contacts by hour [per mille]; hours beyond take that of the nearest end.
    """

    source: str
    weekday: tuple[float, ...]
    first_hour: int
    hours: tuple[float, ...]

    def week(self, opens: BoolArray) -> FloatArray:
        """Share of the week's contacts by weekday and slot, summing to 1, shape (7, slots).

        Parameters
        ----------
        opens
            Whether a slot is open on an ordinary day, shape (7, slots); at least one is.
        """
        slots = opens.shape[1]
        hour = (np.arange(slots) + 0.5) * 24 / slots
        centre = self.first_hour + np.arange(len(self.hours)) + 0.5
        density = np.interp(hour, centre, self.hours)
        shape = np.where(opens, np.array(self.weekday)[:, None] * density, 0.0)
        return np.asarray(shape / shape.sum())


BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "office": Benchmark(
        "a retail bank's 3.6 million calls on 111 working days of 2003 (data/bank_calls.csv.gz); "
        "open on Saturdays and Sundays it takes that of the quietest weekday",
        (1.130, 1.000, 0.942, 0.948, 0.979, 0.942, 0.942),
        7,
        (31.7, 59.5, 99.4, 105.0, 101.1, 95.7, 91.8, 89.5, 85.9, 75.4, 56.8, 44.0, 35.2, 29.1),
    ),
    "round-the-clock": Benchmark(
        "Seattle's fire-department emergency dispatches, 1 783 days of 2015-2019 (City of Seattle "
        "open data, public domain)",
        (0.990, 0.997, 1.001, 1.005, 1.037, 1.018, 0.952),
        0,
        (
            *(32.2, 29.2, 26.6, 21.1, 20.1, 20.7, 26.0, 33.1, 40.3, 45.0, 48.6, 51.6),
            *(53.5, 54.8, 53.7, 54.6, 54.8, 56.9, 55.4, 51.6, 48.5, 45.5, 40.5, 35.5),
        ),
    ),
}
"""Benchmarks by name, as ``profile`` of a new queue has them."""
