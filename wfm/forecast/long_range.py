"""Contacts of the months and years ahead, by month or week, for capacity and budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from wfm.errors import Problem
from wfm.forecast.calendar import DateArray, Days, FloatArray, IntArray, QueueCalendar
from wfm.forecast.cleaning import without_outages
from wfm.forecast.day_factors import day_names, learn_day_factors, week_levels
from wfm.forecast.forecasting import check_history
from wfm.forecast.grid import Grid, UnfitHistoryError, ahead_of, read_grid
from wfm.forecast.handle_time import predict_aht_s
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.queue_tables import scatter
from wfm.forecast.year_level import YearLevel, YearOutlook, fit_year_level
from wfm.schema import QUANTILES, quantile_column

__all__ = ["CASES", "Grain", "GrowthCase", "LongRange", "long_range"]

_YEAR_DAYS = 365.25
_FIT_WEEKS = 313
"""Six years: more than that says nothing of the years ahead, and the cost grows cubically."""
_MOST_MONTHS = 60
_LOW_HIGH_Z = 1.2816
"""Growth that one history in ten would stay below, and one in ten exceed."""
_MOST_VARIANCE = 0.3
"""Of the log, as far as it lifts the mean over the median."""


class Grain(StrEnum):
    """What the rows of a long-range forecast stand for."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class GrowthCase:
    """One course that the business may take.

    Parameters
    ----------
    name
        ``base``, ``low``, ``high`` or any other.
    a_year
        Growth a year from the origin on [fraction], above -1, year after year. None: what history
        says, fading over the years; of the names ``low`` and ``high`` that which one history in ten
        like this one would stay below, or exceed.
    """

    name: str
    a_year: float | None = None

    def __post_init__(self) -> None:
        """Refuse a growth that leaves nothing."""
        if self.a_year is not None and not -1 < self.a_year < 10:
            raise ValueError(
                f"growth {self.name}: {self.a_year:g} a year is no growth; 0.03 is 3 %"
            )


CASES = (GrowthCase("low"), GrowthCase("base"), GrowthCase("high"))
"""What is told unless cases are given."""


@dataclass(frozen=True, slots=True)
class LongRange:
    """What :func:`long_range` gives.

    Parameters
    ----------
    frame
        One row per queue × case × month (or week), in order: ``queue``, ``case``, ``start``
        (datetime64, first day of the month, or Monday), ``open_days`` (days with opening hours
        that the row covers), ``mean`` (contacts), quantile columns (``q0.025`` … ``q0.975``) of the
        row's total, ``aht_s`` (weighted by contacts; NaN for a queue without handle times).
        Whole months and whole weeks only: the first row is the first one that begins at or after
        the origin.
    days
        One row per queue × case × date: ``queue``, ``case``, ``date``, ``mean``. Sums to ``frame``.
    profile
        One row per queue × weekday × slot: ``queue``, ``weekday`` (0 Monday), ``start_s`` (after
        local midnight), ``share`` of the day's contacts (sums to 1 by weekday; 0 where closed),
        ``aht_s``. ``days`` × ``profile`` is the interval forecast of a typical day of any month.
    growth
        One row per queue × case: ``queue``, ``case``, ``a_year`` (growth taken at the origin
        [fraction]), ``learned`` (what history says), ``learned_sd`` (its uncertainty),
        ``history_days``.
    skipped
        (queue, problem) of queues that cannot be forecast.
    """

    frame: pd.DataFrame
    days: pd.DataFrame
    profile: pd.DataFrame
    growth: pd.DataFrame
    skipped: tuple[tuple[str, Problem], ...]


def long_range(
    history: pd.DataFrame,
    calendars: Mapping[str, QueueCalendar],
    *,
    as_of: dt.datetime,
    months: int,
    interval_s: int,
    by: Grain = Grain.MONTH,
    cases: Sequence[GrowthCase] = CASES,
    quantiles: Sequence[float] = QUANTILES,
) -> LongRange:
    """Contacts of whole months or weeks for years ahead, under one or several growths.

    Parameters
    ----------
    history
        Columns queue, start (naive local wall clock), offered, and for handle time answered and
        talk_s [s]; only rows before ``as_of`` are used. A year shows the season, half of it is
        believed; several years show it whole.
    calendars
        Opening hours, holidays and events by queue, over history and horizon.
    as_of
        Local time of the origin; its date is the first that may be forecast.
    months
        How far ahead, 1-60.
    by
        Rows by calendar month, or by week from Monday.
    cases
        Growths to tell; by default low, base and high as history has them.

    Raises
    ------
    ValueError
        When an argument or the frame as a whole is wrong. A queue that cannot be forecast is in
        ``skipped``.

    Notes
    -----
    A day is the level of its week (:mod:`wfm.forecast.year_level`) × its weekday × what its holiday
    or event did before (:mod:`wfm.forecast.day_factors`); closed days are exactly 0. Bands are of
    the whole month or week: the level may wander, season and growth are known only so well, and
    short histories know least of that; a growth that was given is taken as certain.
    """
    check_history(history, interval_s)
    if not 1 <= months <= _MOST_MONTHS:
        raise ValueError(f"1 to {_MOST_MONTHS} months can be looked ahead, got {months}")
    window = _window(as_of.date(), months, by)
    made, skipped = [], []
    past = history[history["start"] < pd.Timestamp(as_of)]
    for queue in dict.fromkeys(history["queue"]):
        calendar = calendars.get(queue, QueueCalendar())
        rows = past[past["queue"] == queue]
        try:
            grid = read_grid(rows, calendar, until=as_of.date(), interval_s=interval_s)
        except UnfitHistoryError as error:
            skipped.append((queue, Problem(error.what, found=error.found, fix=error.fix)))
            continue
        fitted = _fit(
            queue, without_outages(grid, calendar.verdicts).grid, calendar, rows, window, interval_s
        )
        made.append(_tables(fitted, window, cases, quantiles))
    return LongRange(
        _stacked([one.frame for one in made]),
        _stacked([one.days for one in made]),
        _stacked([one.profile for one in made]),
        _stacked([one.growth for one in made]),
        tuple(skipped),
    )


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


@dataclass(frozen=True, slots=True)
class _Window:
    """Whole months or weeks ahead: their first days, and the day after the last."""

    origin: dt.date
    starts: DateArray
    stop: np.datetime64

    def row_of(self, date: DateArray) -> IntArray:
        """Row of each date, -1 before the first."""
        return np.asarray(np.searchsorted(self.starts, date, side="right") - 1, dtype=np.int64)


def _window(origin: dt.date, months: int, by: Grain) -> _Window:
    here = np.datetime64(origin, "D")
    month = here.astype("datetime64[M]")
    month += int(month.astype("datetime64[D]") < here)
    end = month + months
    if by is Grain.MONTH:
        starts = np.arange(month, end).astype("datetime64[D]")
        return _Window(origin, starts, end.astype("datetime64[D]"))
    monday = here + (-int(here.astype(np.int64) + 3)) % 7
    weeks = int((end.astype("datetime64[D]") - monday).astype(np.int64)) // 7
    starts = monday + 7 * np.arange(max(weeks, 1))
    return _Window(origin, starts, starts[-1] + 7)


@dataclass(frozen=True, slots=True)
class _Fitted:
    queue: str
    level: YearLevel
    ahead: Days
    factor: FloatArray
    """Worth of each day ahead in average days; 0 where closed."""
    profiles: FloatArray
    aht_s: FloatArray
    history_days: int


def _fit(
    queue: str,
    grid: Grid,
    calendar: QueueCalendar,
    rows: pd.DataFrame,
    window: _Window,
    interval_s: int,
) -> _Fitted:
    profiles = weekday_profiles(grid)
    totals = full_day_totals(grid, profiles)
    given = {event.name: 1 + event.uplift for event in calendar.events if event.uplift is not None}
    names = day_names(grid.days, calendar.holidays, calendar.events)
    factors = learn_day_factors(grid.days, totals, names, given)
    weeks = week_levels(totals, factors.at(grid.days, names))
    recent = slice(-_FIT_WEEKS, None)
    level = fit_year_level(
        weeks.at[recent] / _YEAR_DAYS,
        np.log((weeks.contacts[recent] + 0.5) / weeks.due[recent]),
        1 / (weeks.contacts[recent] + 0.5),
    )
    count = int((window.stop - np.datetime64(window.origin)).astype(np.int64))
    ahead, opens = ahead_of(grid, calendar, count, interval_s)
    open_share = np.where(opens, profiles[ahead.weekday], 0.0).sum(axis=1)
    factor = open_share * factors.at(ahead, day_names(ahead, calendar.holidays, calendar.events))
    aht_s = np.full((count, grid.slots), np.nan)
    if {"answered", "talk_s"} <= set(rows.columns):
        answered, handle = (
            scatter(rows, name, grid, interval_s) for name in ("answered", "talk_s")
        )
        aht_s = predict_aht_s(answered, handle, grid.days.weekday, ahead)
    return _Fitted(queue, level, ahead, factor, profiles, aht_s, len(grid.days))


def _tables(
    fitted: _Fitted, window: _Window, cases: Sequence[GrowthCase], quantiles: Sequence[float]
) -> LongRange:
    learned = fitted.level.growth
    frames, days, growth = [], [], []
    for case in cases:
        taken = _growth_of(case, fitted.level)
        first = int((window.starts[0] - np.datetime64(window.origin)).astype(np.int64))
        mean, frame = _case(fitted, window, taken, quantiles, fading=case.a_year is None)
        frame.insert(0, "case", case.name)
        frames.append(frame)
        date = fitted.ahead.date[first:].astype("datetime64[us]")
        days.append(pd.DataFrame({"case": case.name, "date": date, "mean": mean[first:]}))
        a_year = learned.at(0.0) if taken is None else taken
        known = (learned.at(0.0), learned.log_sd, fitted.history_days)
        growth.append((case.name, a_year, *known))
    columns = ["case", "a_year", "learned", "learned_sd", "history_days"]
    tables = (
        pd.concat(frames, ignore_index=True),
        pd.concat(days, ignore_index=True),
        _profile_table(fitted),
        pd.DataFrame(growth, columns=columns),
    )
    for table in tables:
        table.insert(0, "queue", fitted.queue)
    return LongRange(*tables, skipped=())


def _growth_of(case: GrowthCase, level: YearLevel) -> float | None:
    if case.a_year is not None:
        return case.a_year
    side = {"low": -_LOW_HIGH_Z, "high": _LOW_HIGH_Z}.get(case.name)
    return None if side is None else level.growth.at(side)


def _case(
    fitted: _Fitted,
    window: _Window,
    growth: float | None,
    quantiles: Sequence[float],
    *,
    fading: bool,
) -> tuple[FloatArray, pd.DataFrame]:
    """Mean by day, and the rows of one growth."""
    lead = np.arange(len(fitted.ahead)) + 0.5
    # the level is smooth: told week by week, and each day takes its week's
    week = (lead // 7).astype(np.int64)
    middle = (np.arange(week[-1] + 1) * 7 + 3.5) / _YEAR_DAYS
    outlook = fitted.level.outlook(middle, growth, fading=fading)
    lift = 0.5 * np.minimum(np.diag(outlook.covariance) + outlook.noise, _MOST_VARIANCE)
    mean = np.exp(outlook.log_mean + lift)[week] * fitted.factor
    row = window.row_of(fitted.ahead.date)
    total = np.bincount(row[row >= 0], mean[row >= 0], len(window.starts)).astype(np.float64)
    frame = pd.DataFrame({"start": window.starts.astype("datetime64[us]")})
    opened = fitted.factor[row >= 0] > 0
    frame["open_days"] = np.bincount(row[row >= 0], opened, len(window.starts)).astype(np.int64)
    frame["mean"] = total
    strayed = replace(outlook, covariance=fitted.level.stray * outlook.covariance)
    log_sd = _log_sd(mean, row, week, total, strayed)
    for q in quantiles:
        z = stdtrit(fitted.level.freedom, q)
        frame[quantile_column(q)] = total * np.exp(z * log_sd - 0.5 * log_sd**2)
    frame["aht_s"] = _row_aht_s(fitted, mean, row, total)
    return mean, frame


def _log_sd(
    mean: FloatArray, row: IntArray, week: IntArray, total: FloatArray, outlook: YearOutlook
) -> FloatArray:
    """Standard deviation of the log total of each row: level, single weeks, Poisson."""
    share = np.zeros((len(total), int(week[-1]) + 1))
    use = row >= 0
    np.add.at(share, (row[use], week[use]), mean[use])
    safe = np.maximum(total, 1e-9)
    share /= safe[:, None]
    level = np.einsum("rw,wv,rv->r", share, outlook.covariance, share)
    return np.asarray(np.sqrt(level + outlook.noise * (share**2).sum(axis=1) + 1 / (safe + 0.5)))


def _row_aht_s(fitted: _Fitted, mean: FloatArray, row: IntArray, total: FloatArray) -> FloatArray:
    """Handle time of each row, weighted by contacts."""
    if np.isnan(fitted.aht_s).all():
        return np.full(len(total), np.nan)
    by_day = (fitted.aht_s * fitted.profiles[fitted.ahead.weekday]).sum(axis=1)
    use = row >= 0
    handled = np.bincount(row[use], (mean * by_day)[use], len(total)).astype(np.float64)
    return np.asarray(np.divide(handled, total, out=np.full(len(total), np.nan), where=total > 0))


def _profile_table(fitted: _Fitted) -> pd.DataFrame:
    """Share and handle time by weekday and slot, handle times as at the end of the horizon."""
    slots = fitted.profiles.shape[1]
    weekday, slot = np.divmod(np.arange(7 * slots), slots)
    last = {int(w): i for i, w in enumerate(fitted.ahead.weekday)}
    rows = [fitted.aht_s[last[w]] if w in last else np.full(slots, np.nan) for w in range(7)]
    return pd.DataFrame(
        {
            "weekday": weekday,
            "start_s": slot * (86_400 // slots),
            "share": fitted.profiles.ravel(),
            "aht_s": np.concatenate(rows),
        }
    )
