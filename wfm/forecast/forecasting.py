"""History in, forecast out: every queue by itself, a bad one told and left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from wfm.errors import Problem
from wfm.forecast.calendar import Days, FloatArray, QueueCalendar
from wfm.forecast.cleaning import findings_table, without_outages
from wfm.forecast.events import (
    event_effects,
    event_factors,
    without_events,
    without_recurring_effects,
)
from wfm.forecast.grid import Grid, UnfitHistoryError, ahead_of, read_grid
from wfm.forecast.handle_time import predict_aht_s
from wfm.forecast.models import AUTO, check_model
from wfm.forecast.paths import PathSource, path_source
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.queue_forecast import FittedQueue, fit_queue
from wfm.forecast.special_days import DayRecord, special_days
from wfm.forecast.tables import choice_table, trial_table
from wfm.intervals import DAY_S
from wfm.schema import QUANTILES, quantile_column

__all__ = ["Forecast", "check_history", "forecast", "scatter"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What :func:`forecast` gives.

    Parameters
    ----------
    frame
        queue, start (naive local), mean, quantiles, aht_s; every slot of the horizon, exactly 0
        where closed. The mean of a day is the sum of its slots. ``aht_s`` is NaN for a queue
        without handle times.
    totals
        queue, level (day, week), start, mean, quantiles of whole days and of weeks from the
        first day on: narrower than the sum of the slots' quantiles, as errors cancel.
    chosen
        queue, model, weight, wape, trials: what was blended and how each model did.
    backtest
        Accuracy of the blend and the yardsticks at past origins: queue, model, level,
        lead_days (last of its bucket), n, wape, rmse, bias, floor, coverage_80, coverage_95.
    findings
        What of the history is no ordinary traffic: queue, kind (outage, odd day, level shift,
        event), first, last, contacts, effect, detail.
    special
        Holidays, days beside them and events ahead: queue, date, what, contacts, ordinary, factor,
        learned_from (past days that are alike).
    skipped
        (queue, problem) of queues that cannot be forecast.
    sources
        By queue what :func:`wfm.forecast.sample_paths` draws from.
    """

    frame: pd.DataFrame
    totals: pd.DataFrame
    chosen: pd.DataFrame
    backtest: pd.DataFrame
    findings: pd.DataFrame
    special: pd.DataFrame
    skipped: tuple[tuple[str, Problem], ...]
    sources: Mapping[str, PathSource] = field(default_factory=dict)


def check_history(history: pd.DataFrame, interval_s: int) -> None:
    """Refuse a frame that is no history.

    Raises
    ------
    ValueError
        When a column is missing or of the wrong kind, a count is negative, or the interval does
        not divide a day.
    """
    missing = [name for name in ("queue", "start", "offered") if name not in history.columns]
    if missing:
        raise ValueError(f"history has no column {', '.join(missing)}")
    if interval_s <= 0 or DAY_S % interval_s:
        raise ValueError(f"an interval of {interval_s} s does not divide a day")
    kind = history["start"].dtype
    if not isinstance(kind, np.dtype) or kind.kind != "M":
        raise ValueError(f"start must be naive local times (datetime64), got {kind}")
    if (history["offered"] < 0).any():
        raise ValueError("offered has negative counts")


def forecast(
    history: pd.DataFrame,
    calendars: Mapping[str, QueueCalendar],
    *,
    as_of: dt.datetime,
    horizon_days: int,
    interval_s: int,
    model: str = AUTO,
    quantiles: Sequence[float] = QUANTILES,
) -> Forecast:
    """Contacts and handle time of every queue for the days from ``as_of`` on.

    Parameters
    ----------
    history
        Columns queue, start (naive local wall clock), offered, and for handle time answered and
        talk_s [s]. Closed hours are absent. Only rows before ``as_of`` are used.
    calendars
        Opening hours and holidays by queue; a queue without one has its hours learned.
    as_of
        Local time of the origin. At local midnight the horizon is whole days; at another time
        the rest of that day comes first and the last day ends at the same time of day.
    horizon_days
        How far ahead [days], at least 1.
    interval_s
        Length of an interval [s]; divides a day.
    model
        ``auto`` or a name of :data:`wfm.forecast.models.MODELS`.
    quantiles
        Quantiles to give, each inside (0, 1).

    Raises
    ------
    ValueError
        When an argument or the frame as a whole is wrong. A queue that cannot be forecast is no
        error: it is in ``skipped`` and the others go on.

    Notes
    -----
    Slots are wall-clock slots: the hour that autumn repeats is one slot, the hour that spring
    skips is forecast too; the caller knows the time zone.
    """
    check_model(model)
    check_history(history, interval_s)
    if horizon_days < 1:
        raise ValueError(f"the horizon must be at least a day, got {horizon_days}")
    if any(not 0 < q < 1 for q in quantiles):
        raise ValueError("quantiles must lie between 0 and 1")
    past = history[history["start"] < pd.Timestamp(as_of)]
    made: dict[str, _QueueTables] = {}
    skipped = []
    for queue in dict.fromkeys(history["queue"]):
        calendar = calendars.get(queue, QueueCalendar())
        rows = past[past["queue"] == queue]
        try:
            grid = read_grid(rows, calendar, until=as_of.date(), interval_s=interval_s)
        except UnfitHistoryError as error:
            skipped.append((queue, Problem(error.what, queue, 0, "", error.found, error.fix)))
            continue
        window = _Window(as_of, horizon_days, interval_s, tuple(quantiles))
        made[str(queue)] = _tables(str(queue), grid, model, calendar, rows, window)
    return Forecast(
        frame=_stacked([tables.frame for tables in made.values()]),
        totals=_stacked([tables.totals for tables in made.values()]),
        chosen=_stacked([tables.chosen for tables in made.values()]),
        backtest=_stacked([tables.backtest for tables in made.values()]),
        findings=_stacked([tables.findings for tables in made.values()]),
        special=_stacked([tables.special for tables in made.values()]),
        skipped=tuple(skipped),
        sources={queue: tables.source for queue, tables in made.items()},
    )


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


@dataclass(frozen=True, slots=True)
class _Window:
    as_of: dt.datetime
    horizon_days: int
    interval_s: int
    quantiles: tuple[float, ...]

    @property
    def days(self) -> int:
        """Dates touched."""
        return self.horizon_days + (self.as_of.time() != dt.time())


@dataclass(frozen=True, slots=True)
class _QueueTables:
    frame: pd.DataFrame
    totals: pd.DataFrame
    chosen: pd.DataFrame
    backtest: pd.DataFrame
    findings: pd.DataFrame
    special: pd.DataFrame
    source: PathSource


def _tables(
    queue: str,
    grid: Grid,
    model: str,
    calendar: QueueCalendar,
    rows: pd.DataFrame,
    window: _Window,
) -> _QueueTables:
    cleaned = without_outages(grid, calendar.verdicts)
    calm = without_recurring_effects(without_events(cleaned.grid, calendar.events), calendar.events)
    fitted = fit_queue(calm, window.horizon_days, model)
    level = fitted.spread.level
    effects = event_effects(cleaned.grid, calendar.events, level)
    totals = full_day_totals(cleaned.grid, weekday_profiles(cleaned.grid))
    ahead, opens = ahead_of(fitted.grid, calendar, window.days, window.interval_s)
    mean = fitted.mean(ahead, opens)
    mean *= event_factors(ahead, calendar.events, effects, grid.slots)
    aht_s = _handle_times(rows, fitted.grid, ahead, window.interval_s)
    return _QueueTables(
        _interval_frame(queue, fitted, ahead, mean, aht_s, window),
        _total_frame(queue, fitted, ahead, mean, window),
        choice_table(queue, fitted.choice),
        trial_table(queue, fitted),
        findings_table(queue, cleaned, level, effects),
        special_days(
            queue,
            DayRecord(grid.days, totals),
            DayRecord(ahead, mean.sum(axis=1)),
            level,
            calendar,
            effects,
        ),
        path_source(fitted, ahead, mean, window.interval_s),
    )


def _interval_frame(
    queue: str,
    fitted: FittedQueue,
    ahead: Days,
    mean: FloatArray,
    aht_s: FloatArray,
    window: _Window,
) -> pd.DataFrame:
    slots = mean.shape[1]
    step = np.arange(slots) * np.timedelta64(window.interval_s, "s")
    starts = (ahead.date.astype("datetime64[us]")[:, None] + step).ravel()
    outlook = fitted.outlooks(ahead, mean)["interval"]
    frame = pd.DataFrame({"queue": queue, "start": starts, "mean": mean.ravel()})
    for q in window.quantiles:
        frame[quantile_column(q)] = fitted.quantile(outlook, q).ravel()
    frame["aht_s"] = aht_s.ravel()
    first = pd.Timestamp(window.as_of)
    inside = (frame["start"] >= first) & (
        frame["start"] < first + pd.Timedelta(days=window.horizon_days)
    )
    return frame[inside].reset_index(drop=True)


def _total_frame(
    queue: str, fitted: FittedQueue, ahead: Days, mean: FloatArray, window: _Window
) -> pd.DataFrame:
    """Whole days of the horizon, and the weeks that they fill."""
    skip = len(ahead) - window.horizon_days
    outlooks = fitted.outlooks(ahead, mean)
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
