"""Accuracy at past origins: everything chosen anew from what lay before each origin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.forecast.bands import LEVELS, ErrorSample
from wfm.forecast.calendar import Event, QueueCalendar
from wfm.forecast.cleaning import without_outages
from wfm.forecast.drivers import Drivers
from wfm.forecast.forecasting import check_history
from wfm.forecast.grid import Grid, UnfitHistoryError, read_grid
from wfm.forecast.models import AUTO, DRIVEN, YARDSTICKS, check_model
from wfm.forecast.queue_forecast import FittedQueue, fit_queue, level_sample
from wfm.forecast.tables import accuracy_row, sample_bands
from wfm.forecast.trials import Trial

__all__ = ["backtest", "backtest_origins", "naive_error"]

_LEAST_PAST_DAYS = 21


def backtest_origins(grid: Grid, horizon_days: int, count: int) -> list[int]:
    """Positions of the last ``count`` origins whose whole horizon is history.

    Weekly for horizons of a week and more. Shorter horizons step through the weekdays instead,
    one short of the open days of a week, so that not every trial is a Monday.
    """
    known = np.flatnonzero(~np.isnan(grid.counts).all(axis=1))
    if horizon_days >= 7:
        newest = len(grid.days) - horizon_days
        found = [newest - 7 * k for k in range(count)]
    else:
        open_weekdays = int(grid.pattern.any(axis=1).sum())
        able = known[known <= len(grid.days) - horizon_days]
        found = [int(day) for day in able[:: -max(1, open_weekdays - 1)][:count]]
    return sorted(origin for origin in found if origin - known[0] >= _LEAST_PAST_DAYS)


def backtest(
    history: pd.DataFrame,
    calendars: Mapping[str, QueueCalendar],
    *,
    as_of: dt.datetime,
    interval_s: int,
    horizons_days: Sequence[int] = (1, 7, 14, 42),
    origins: int = 6,
    models: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Accuracy by queue, model, horizon and level at rolling origins.

    Parameters
    ----------
    history, calendars, as_of, interval_s
        As of :func:`wfm.forecast.forecasting.forecast`.
    horizons_days
        Horizons, each scored from its first day to its last [days].
    origins
        How many origins for each horizon.
    models
        Models to compare; None is ``auto``. Seasonal naive and the mean of 8 are always beside.

    Returns
    -------
    pandas.DataFrame
        queue, model, horizon_days, level (interval, day, week), origins, n, wape, rmse,
        bias, floor, pinball, coverage_80, coverage_95, mase. A horizon without an origin is
        left out, and so is a queue that cannot be forecast.

    Raises
    ------
    ValueError
        As of :func:`wfm.forecast.forecasting.forecast`.
    """
    names = tuple(dict.fromkeys([*(models or (AUTO,)), *YARDSTICKS]))
    for name in names:
        check_model(name)
    check_history(history, interval_s)
    past = history[history["start"] < pd.Timestamp(as_of)]
    rows: list[dict[str, object]] = []
    for queue, mine in past.groupby("queue", sort=False):
        calendar = calendars.get(str(queue), QueueCalendar())
        try:
            grid = read_grid(mine, calendar, until=as_of.date(), interval_s=interval_s)
        except UnfitHistoryError:
            continue
        grid = without_outages(grid, calendar.verdicts).grid
        able = [name for name in names if name != DRIVEN or calendar.drivers]
        source = _Source(grid, calendar.drivers, calendar.events)
        for horizon in horizons_days:
            rows += [
                {"queue": queue, **row} for row in _horizon_rows(source, able, horizon, origins)
            ]
    return pd.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a queue is forecast from at every origin."""

    grid: Grid
    drivers: Drivers | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    """One origin with a choice made there."""

    trial: Trial
    fitted: FittedQueue


def _horizon_rows(
    source: _Source, names: Sequence[str], horizon_days: int, count: int
) -> list[dict[str, object]]:
    grid = source.grid
    chosen = backtest_origins(grid, horizon_days, count)
    rows: list[dict[str, object]] = []
    for name in names if chosen else ():
        tried = [_try(source, origin, horizon_days, name) for origin in chosen]
        for level in LEVELS:
            if level == "week" and horizon_days < 7:
                continue
            samples = [
                level_sample([one.trial], {name: 1.0}, one.fitted.spread, level) for one in tried
            ]
            bands = [
                sample_bands(sample, one.fitted.scale[level])
                for sample, one in zip(samples, tried, strict=True)
            ]
            head = {"model": name, "horizon_days": horizon_days, "level": level}
            accuracy = accuracy_row(ErrorSample.joined(samples), np.concatenate(bands, axis=1))
            mase = _scaled_error(grid, chosen, samples, level)
            rows.append(head | {"origins": len(chosen)} | accuracy | {"mase": mase})
    return rows


def _scaled_error(
    grid: Grid, origins: Sequence[int], samples: Sequence[ErrorSample], level: str
) -> float:
    """Mean over the origins of the absolute error over that of last week's values before it.

    Notes
    -----
    MASE of Hyndman & Koehler (2006), International Journal of Forecasting 22(4), with a season of
    a week.
    """
    scaled = [
        float(np.abs(sample.actual - sample.said).mean()) / naive_error(grid.until(origin), level)
        for origin, sample in zip(origins, samples, strict=True)
        if len(sample)
    ]
    return float(np.mean(scaled)) if scaled else float("nan")


def naive_error(past: Grid, level: str) -> float:
    """Mean absolute change from one week to the next [contacts] by interval, day or week.

    Days and weeks with a gap are left out; NaN where there is nothing to compare or no change.
    """
    counts = past.counts
    if level != "interval":
        gap = (np.isnan(counts) & past.opens).any(axis=1)
        total = np.where(gap, np.nan, np.nansum(counts, axis=1))
        # a closed day is no day to score, yet part of its week
        counts = np.where(past.opens.any(axis=1), total, np.nan)[:, None]
        if level == "week":
            weeks = len(total) // 7
            counts = total[len(total) - 7 * weeks :].reshape(weeks, 7).sum(axis=1)[:, None]
    lag = 1 if level == "week" else 7
    change = np.abs(counts[lag:] - counts[:-lag])
    known = change[~np.isnan(change)]
    return float(known.mean()) if known.any() else float("nan")


def _try(source: _Source, origin: int, horizon_days: int, name: str) -> _Tried:
    """Forecast from one origin with only what lay before it, planned drivers and events known.

    Days of one-off events whose effect nobody could know there are not scored.
    """
    grid = source.grid
    fitted = fit_queue(grid.until(origin), horizon_days, name, source.drivers, source.events)
    stop = origin + horizon_days
    ahead = grid.days.cut(origin, stop)
    mean = fitted.mean(ahead, grid.opens[origin:stop])
    lead = np.arange(1, horizon_days + 1)
    strange = fitted.lore.unheard(origin, ahead, grid.slots)
    came = np.where(strange, np.nan, grid.counts[origin:stop])
    trial = Trial(origin, lead, came, {name: mean}, fitted.covariance(ahead), fitted.doubts(ahead))
    return _Tried(trial, fitted)
