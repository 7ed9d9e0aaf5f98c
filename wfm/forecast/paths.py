"""Draws of what may come: whole courses of contacts, for risk that a band cannot tell.

A band says how far one interval, day or week may be off. Whether a bad Monday is followed by a bad
Tuesday, or a week holds three bad days, is told by paths: level errors go on from day to day as
the day level expects them to, shape errors stay in their slot, and counts are Poisson on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.forecast.calendar import Days, FloatArray, IntArray
from wfm.forecast.queue_forecast import FittedQueue, Outlook, event_covariance

__all__ = ["PathSource", "path_source", "sample_paths"]

_AT_QUANTILE = 0.95
"""Calibrated dispersion is taken here: between the two bands that are calibrated."""
_MOST_COVARIANCE = 6.0
"""Of a day's rate; keeps its log-normal from having all its mass in the far tail."""


@dataclass(frozen=True, slots=True)
class PathSource:
    """Calibrated spread of a queue's rates.

    Parameters
    ----------
    first
        First date of the rows.
    interval_s
        Length of an interval [s].
    covariance
        Relative covariance of the days' rates, shape (days, days).
    shape
        Dispersion of each slot beside its day's, shape (days, slots).
    """

    first: np.datetime64
    interval_s: int
    covariance: FloatArray
    shape: FloatArray


def path_source(
    fitted: FittedQueue,
    ahead: Days,
    covariance: FloatArray,
    outlooks: Mapping[str, Outlook],
    interval_s: int,
) -> PathSource:
    """Spread that the bands of a forecast were made of, calibration included.

    Parameters
    ----------
    covariance
        Of the days ahead, as of :meth:`FittedQueue.covariance`.
    """
    day, interval = outlooks["day"], outlooks["interval"]
    of_day, of_interval = (
        fitted.scale[name].at(day.lead_days, _AT_QUANTILE) for name in ("day", "interval")
    )
    calibrated = covariance * np.sqrt(np.outer(of_day, of_day))
    calibrated += event_covariance(interval.mean, fitted.doubts(ahead))
    in_slot = interval.phi * of_interval[:, None] + interval.doubt
    shape = in_slot - (day.phi * of_day + day.doubt)[:, None]
    return PathSource(ahead.date[0], interval_s, calibrated, np.maximum(shape, 0.0))


def sample_paths(
    frame: pd.DataFrame,
    sources: Mapping[str, PathSource],
    n: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draws of the contacts of every interval.

    Parameters
    ----------
    frame
        Columns queue, start (naive local) and mean, as of :class:`wfm.forecast.Forecast`;
        adjusted means are drawn round as they stand.
    sources
        ``Forecast.sources`` of the same forecast.
    n
        Number of paths, at least 1.
    rng
        Source of randomness; the same seed gives the same paths.

    Returns
    -------
    pandas.DataFrame
        queue, path (0 … n - 1), start, contacts (whole number), by queue, path and start.

    Raises
    ------
    ValueError
        When ``n`` is below 1 or a queue of the frame has no source.

    Notes
    -----
    Day rates are log-normal with the calibrated covariance, slot rates gamma round them, counts
    Poisson. Sums of a path over days and weeks are therefore spread as the day and week bands
    are. Queues are drawn independently of one another.
    """
    if n < 1:
        raise ValueError(f"at least one path is needed, got {n}")
    missing = sorted(set(frame["queue"]) - set(sources))
    if missing:
        raise ValueError(f"no spread is known of {', '.join(missing)}; forecast them first")
    drawn = [
        _queue_paths(rows, sources[str(queue)], n, rng)
        for queue, rows in frame.groupby("queue", sort=False)
    ]
    columns = ["queue", "path", "start", "contacts"]
    return pd.concat(drawn, ignore_index=True) if drawn else pd.DataFrame(columns=columns)


def _queue_paths(
    rows: pd.DataFrame, source: PathSource, n: int, rng: np.random.Generator
) -> pd.DataFrame:
    start = rows["start"].to_numpy()
    since_s = (start.astype("datetime64[s]") - source.first.astype("datetime64[s]")).astype(
        np.int64
    )
    cell = since_s // source.interval_s
    mean = rows["mean"].to_numpy(dtype=np.float64)
    contacts = _counts(mean, cell, source, n, rng)
    return pd.DataFrame(
        {
            "queue": rows["queue"].iloc[0],
            "path": np.repeat(np.arange(n), len(rows)),
            "start": np.tile(start, n),
            "contacts": contacts.ravel(),
        }
    )


def _counts(
    mean: FloatArray, cell: IntArray, source: PathSource, n: int, rng: np.random.Generator
) -> IntArray:
    """Counts by path and interval, shape (n, intervals)."""
    day = cell // source.shape.shape[1]
    log = np.log1p(np.clip(source.covariance, 0.0, _MOST_COVARIANCE))
    # clipping may leave it a hair short of positive definite, which eigenvalues forgive
    size, axes = np.linalg.eigh(log)
    root = axes * np.sqrt(np.maximum(size, 0.0))
    level = np.exp(rng.standard_normal((n, len(log))) @ root.T - 0.5 * np.diag(log))
    phi = np.maximum(source.shape.ravel()[cell], 1e-9)
    slot = rng.gamma(1 / phi, phi, size=(n, len(cell)))
    return np.asarray(rng.poisson(mean * level[:, day] * slot), dtype=np.int64)
