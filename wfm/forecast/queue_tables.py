"""One queue's forecast as tables: intervals, days, weeks, what was chosen and what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.errors import Problem
from wfm.forecast.calendar import BoolArray, Days, FloatArray, QueueCalendar, span_cells
from wfm.forecast.cleaning import Cleaned, findings_table, without_outages
from wfm.forecast.grid import Grid, UnfitHistoryError, ahead_of, read_grid
from wfm.forecast.handle_time import predict_aht_s
from wfm.forecast.learnt import Learnt, learnt_of, refit_queue
from wfm.forecast.models import DRIVEN
from wfm.forecast.paths import PathSource, path_source
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.queue_forecast import FittedQueue, Outlook, fit_queue
from wfm.forecast.special_days import DayRecord, special_days
from wfm.forecast.tables import choice_table, trial_table
from wfm.intervals import DAY_S
from wfm.schema import quantile_column

__all__ = ["DayOutlook", "QueueTables", "QueueWork", "Window", "forecast_queue", "scatter"]

_AT_QUANTILE = 0.9
"""The variance of a day is that of its 80 % band."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is to be forecast.

    Parameters
    ----------
    as_of
        Local time of the origin.
    """

    as_of: dt.datetime
    horizon_days: int
    interval_s: int
    quantiles: tuple[float, ...]

    @property
    def days(self) -> int:
        """Dates touched."""
        return self.horizon_days + (self.as_of.time() != dt.time())


@dataclass(frozen=True, slots=True)
class DayOutlook:
    """Days ahead as a group of queues sees them.

    Parameters
    ----------
    date
        Dates touched by the window.
    mean, variance
        Of the contacts of each.
    touched
        Whether an event moves the date.
    """

    date: NDArray[np.datetime64]
    mean: FloatArray
    variance: FloatArray
    touched: BoolArray


@dataclass(frozen=True, slots=True)
class QueueTables:
    """All that is told of one queue; see :class:`wfm.forecast.Forecast`.

    Parameters
    ----------
    learnt
        What the trials taught, for :class:`QueueWork` of the nights to come.
    kept
        Whether it is that of an earlier forecast, and the models were not tried again.
    """

    frame: pd.DataFrame
    totals: pd.DataFrame
    chosen: pd.DataFrame
    backtest: pd.DataFrame
    findings: pd.DataFrame
    special: pd.DataFrame
    source: PathSource
    days: DayOutlook
    learnt: Learnt | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class QueueWork:
    """One queue's forecast to be made, here or in another process.

    Parameters
    ----------
    rows
        History of the queue before the origin.
    model
        ``auto`` or the name of a model.
    brief
        Whether only the forecast is wanted: trials, findings and special days are not told.
    learnt
        What the trials of an earlier forecast taught; taken unless the level has shifted since.
    """

    queue: str
    rows: pd.DataFrame
    calendar: QueueCalendar
    model: str
    window: Window
    brief: bool = False
    learnt: Learnt | None = None


def forecast_queue(work: QueueWork) -> QueueTables | Problem:
    """Forecast one queue; a problem where it cannot be.

    Notes
    -----
    A queue whose numbers break the arithmetic is a problem of its own too: it must not stop the
    others.
    """
    window = work.window
    if work.model == DRIVEN and work.calendar.drivers is None:
        return Problem("its drivers are not known", fix="write drivers.csv")
    try:
        until = window.as_of.date()
        grid = read_grid(work.rows, work.calendar, until=until, interval_s=window.interval_s)
        return _tables(work, grid)
    except UnfitHistoryError as error:
        return Problem(error.what, found=error.found, fix=error.fix)
    except (ValueError, ArithmeticError) as error:
        what = f"the forecast broke off: {error}"
        return Problem(what, fix="look for impossible counts in its history")


def _tables(work: QueueWork, grid: Grid) -> QueueTables:
    queue, calendar, window = work.queue, work.calendar, work.window
    cleaned = without_outages(grid, calendar.verdicts)
    kept = None
    if work.learnt is not None:
        kept = refit_queue(cleaned.grid, work.learnt, calendar.drivers, calendar.events)
    fitted = kept or fit_queue(
        cleaned.grid, window.horizon_days, work.model, calendar.drivers, calendar.events
    )
    ahead, opens = ahead_of(grid, calendar, window.days, window.interval_s)
    mean, covariance = fitted.mean(ahead, opens), fitted.covariance(ahead)
    outlooks = fitted.outlooks(mean, covariance, fitted.doubts(ahead))
    aht_s = _handle_times(work.rows, fitted.grid, ahead, window.interval_s)
    nothing = pd.DataFrame()
    return QueueTables(
        frame=_interval_frame(queue, fitted, ahead, outlooks["interval"], aht_s, window),
        totals=_total_frame(queue, fitted, ahead, outlooks, window),
        chosen=choice_table(queue, fitted.choice),
        backtest=nothing if work.brief else trial_table(queue, fitted),
        findings=(
            nothing
            if work.brief
            else findings_table(queue, cleaned, fitted.spread.level, fitted.effects)
        ),
        special=nothing if work.brief else _special(queue, cleaned, fitted, ahead, mean, calendar),
        source=path_source(fitted, ahead, covariance, outlooks, window.interval_s),
        days=_day_outlook(fitted, ahead, outlooks["day"], calendar),
        learnt=learnt_of(fitted) if kept is None else work.learnt,
        kept=kept is not None,
    )


def _special(
    queue: str,
    cleaned: Cleaned,
    fitted: FittedQueue,
    ahead: Days,
    mean: FloatArray,
    calendar: QueueCalendar,
) -> pd.DataFrame:
    totals = full_day_totals(cleaned.grid, weekday_profiles(cleaned.grid))
    return special_days(
        queue,
        DayRecord(cleaned.grid.days, totals),
        DayRecord(ahead, mean.sum(axis=1)),
        fitted.spread.level,
        calendar,
        fitted.effects,
    )


def _day_outlook(
    fitted: FittedQueue, ahead: Days, day: Outlook, calendar: QueueCalendar
) -> DayOutlook:
    phi = day.phi * fitted.scale["day"].at(day.lead_days, _AT_QUANTILE) + day.doubt
    touched = np.zeros(len(ahead), dtype=np.bool_)
    for event in calendar.events:
        touched |= span_cells(ahead, event, fitted.grid.slots).any(axis=1)
    return DayOutlook(ahead.date, day.mean, day.mean + phi * day.mean**2, touched)


def _interval_frame(
    queue: str,
    fitted: FittedQueue,
    ahead: Days,
    outlook: Outlook,
    aht_s: FloatArray,
    window: Window,
) -> pd.DataFrame:
    slots = fitted.grid.slots
    step = np.arange(slots) * np.timedelta64(window.interval_s, "s")
    starts = (ahead.date.astype("datetime64[us]")[:, None] + step).ravel()
    frame = pd.DataFrame({"queue": queue, "start": starts, "mean": outlook.mean.ravel()})
    for q in window.quantiles:
        frame[quantile_column(q)] = fitted.quantile(outlook, q).ravel()
    frame["aht_s"] = aht_s.ravel()
    first = pd.Timestamp(window.as_of)
    inside = (frame["start"] >= first) & (
        frame["start"] < first + pd.Timedelta(days=window.horizon_days)
    )
    return frame[inside].reset_index(drop=True)


def _total_frame(
    queue: str,
    fitted: FittedQueue,
    ahead: Days,
    outlooks: Mapping[str, Outlook],
    window: Window,
) -> pd.DataFrame:
    """Whole days of the horizon, and the weeks that they fill."""
    skip = len(ahead) - window.horizon_days
    frames = []
    for level, size in (("day", 1), ("week", 7)):
        outlook = outlooks[level]
        first = skip if level == "day" else 0
        start = ahead.date.astype("datetime64[us]")[::size][: len(outlook.mean)]
        frame = pd.DataFrame({"queue": queue, "level": level, "start": start})
        frame["mean"] = outlook.mean
        for q in window.quantiles:
            frame[quantile_column(q)] = fitted.quantile(outlook, q)
        frames.append(frame[first:])
    return pd.concat(frames, ignore_index=True)


def _handle_times(rows: pd.DataFrame, grid: Grid, ahead: Days, interval_s: int) -> FloatArray:
    if not {"answered", "talk_s"} <= set(rows.columns):
        return np.full((len(ahead), grid.slots), np.nan)
    answered, handle_s = (scatter(rows, name, grid, interval_s) for name in ("answered", "talk_s"))
    return predict_aht_s(answered, handle_s, grid.days.weekday, ahead)


def scatter(rows: pd.DataFrame, column: str, grid: Grid, interval_s: int) -> FloatArray:
    """Put a column of interval rows into days × slots, NaN where there is no row."""
    seconds = rows["start"].to_numpy().astype("datetime64[s]").astype(np.int64)
    day = seconds // DAY_S - int(grid.days.date[0].astype(np.int64))
    slot = seconds % DAY_S // interval_s
    value = rows[column].to_numpy(dtype=np.float64, na_value=np.nan)
    use = (day >= 0) & (day < len(grid.days)) & np.isfinite(value)
    out = np.zeros(grid.counts.shape)
    known = np.zeros(grid.counts.shape, dtype=np.bool_)
    np.add.at(out, (day[use], slot[use]), value[use])
    known[day[use], slot[use]] = True
    return np.where(known, out, np.nan)
