"""Rolling-origin trials: what each model would have said at past origins, beside what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import FloatArray, IntArray
from wfm.forecast.grid import Grid
from wfm.forecast.model import Model
from wfm.forecast.spread import Spread

__all__ = ["Trial", "eve_origins", "run_trials", "trial_origins"]

_LEAST_PAST_DAYS = 21
"""An origin with less history behind it is no trial."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One origin: forecasts of all models and what came.

    Parameters
    ----------
    origin
        Position of the first forecast day in the history.
    lead_days
        Days ahead of each row, from 1.
    actual
        Contacts, shape (days, slots); NaN where closed or not known.
    said
        Forecast by model name, each shaped as ``actual``; 0 where closed.
    covariance
        Relative covariance of the days' rates that was to be expected, shape (days, days).
    doubts
        Relative errors to be expected of what events do, shape (errors, days, slots); None where
        there are none.
    """

    origin: int
    lead_days: IntArray
    actual: FloatArray
    said: dict[str, FloatArray]
    covariance: FloatArray
    doubts: FloatArray | None = None


def trial_origins(length: int, horizon_days: int, count: int, step_days: int) -> list[int]:
    """Positions of at most ``count`` origins, newest last, ``step_days`` apart.

    The newest leaves one step of days to be checked against; older ones more, up to the horizon.

    Examples
    --------
    >>> trial_origins(70, 42, 6, 7)
    [28, 35, 42, 49, 56, 63]
    """
    first_step = min(step_days, horizon_days)
    newest = length - first_step
    found = [newest - k * step_days for k in range(count)]
    return sorted(origin for origin in found if origin >= _LEAST_PAST_DAYS)


def eve_origins(grid: Grid, count: int) -> list[int]:
    """Positions of the last ``count`` open days: origins for one day ahead, every weekday."""
    known = np.flatnonzero(~np.isnan(grid.counts).all(axis=1))[-count:]
    return [int(day) for day in known if day >= _LEAST_PAST_DAYS]


def run_trials(
    grid: Grid,
    models: Sequence[Model],
    spread: Spread,
    origins: Sequence[int],
    horizon_days: int,
) -> list[Trial]:
    """Let every model forecast from every origin, with only what lay before it."""
    trials = []
    for origin in origins:
        stop = min(len(grid.days), origin + horizon_days)
        past, ahead = grid.until(origin), grid.days.cut(origin, stop)
        opens = grid.opens[origin:stop]
        said = {model.name: np.where(opens, model.predict(past, ahead), 0.0) for model in models}
        lead = np.arange(1, stop - origin + 1)
        covariance = spread.day_covariance(ahead, past.days.date[-1])
        trials.append(Trial(origin, lead, grid.counts[origin:stop], said, covariance))
    return trials
