"""A queue without history: its volume estimated in up to three ways, its shape borrowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import NewQueue, VolumeEstimate
from wfm.forecast.bands import quantiles as count_quantiles
from wfm.forecast.benchmark import BENCHMARKS
from wfm.forecast.calendar import BoolArray, DayKind, Days, FloatArray, QueueCalendar, open_slots
from wfm.forecast.grid import read_grid
from wfm.forecast.paths import PathSource
from wfm.forecast.profile import weekday_profiles
from wfm.intervals import DAY_S
from wfm.schema import QUANTILES, quantile_column

__all__ = ["NewQueueForecast", "Sibling", "forecast_new_queue", "read_sibling"]

_LEVEL_DAYS = 56
"""A sibling's level is that of this many last days."""
_WEEKS_A_MONTH = 365.25 / 12 / 7
_DOUBT_DAYS = 14.0
"""Own history of this many days counts as much as the estimates."""
_LEVEL_SD = 0.30
"""A launch estimate is off by about this much [sd of the log]; more where estimates disagree."""
_SHAPE_PHI = 0.02
"""Dispersion of intervals round a borrowed shape."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """A queue that a new one is like.

    Parameters
    ----------
    name
        Its name.
    week
        Share of its week by weekday and slot, shape (7, slots).
    contacts_a_week
        Its expected contacts in an ordinary week.
    """

    name: str
    week: FloatArray
    contacts_a_week: float


@dataclass(frozen=True, slots=True)
class NewQueueForecast:
    """What :func:`forecast_new_queue` gives.

    Parameters
    ----------
    frame
        As :attr:`wfm.forecast.Forecast.frame`; ``aht_s`` is NaN.
    estimates
        queue, estimate (sibling, expected, customers, own history), contacts_a_week, contacts_a_day
        (open days), weight, basis; the weights tell what was taken.
    source
        What :func:`wfm.forecast.sample_paths` draws from: all days are off together.
    """

    frame: pd.DataFrame
    estimates: pd.DataFrame
    source: PathSource


def read_sibling(
    name: str,
    history: pd.DataFrame,
    calendar: QueueCalendar,
    *,
    as_of: dt.datetime,
    interval_s: int,
) -> Sibling:
    """Week shape and level of a queue with history, the level from its last eight weeks.

    Raises
    ------
    ValueError
        When that queue cannot be read either.
    """
    past = history[(history["queue"] == name) & (history["start"] < pd.Timestamp(as_of))]
    grid = read_grid(past, calendar, until=as_of.date(), interval_s=interval_s)
    recent = grid.since(max(0, len(grid.days) - _LEVEL_DAYS))
    known = (recent.days.kind == DayKind.ORDINARY) & ~np.isnan(recent.counts).all(axis=1)
    totals = np.nansum(recent.counts, axis=1)
    level = np.zeros(7)
    for w in range(7):
        mine = known & (recent.days.weekday == w)
        level[w] = totals[mine].mean() if mine.any() else 0.0
    week = level[:, None] * weekday_profiles(grid)
    return Sibling(name, np.asarray(week / week.sum()), float(week.sum()))


def forecast_new_queue(
    queue: str,
    new: NewQueue,
    calendar: QueueCalendar,
    history: pd.DataFrame,
    sibling: Sibling | None,
    *,
    as_of: dt.datetime,
    horizon_days: int,
    interval_s: int,
    quantiles: Sequence[float] = QUANTILES,
) -> NewQueueForecast:
    """Contacts of a queue from estimates of its volume and a borrowed week.

    Parameters
    ----------
    calendar
        Its opening hours must be known.
    history
        What little there is of its own: start (naive local) and offered; may be empty.
    sibling
        The queue that ``new.like`` names.

    Raises
    ------
    ValueError
        When opening hours, the sibling or the benchmark are missing.

    Notes
    -----
    Each way of estimating gives contacts of an ordinary week; ``new.use`` names the one that counts
    or takes their median. The shape is the sibling's week, or a benchmark measured on a real
    centre, cut to the opening hours. Own days count as n / (n + 14) of the level. The level is
    taken as uncertain by 30 %, or by the scatter of the estimates where that is more.
    """
    if calendar.opening is None:
        raise ValueError(f"{queue}: a new queue needs its opening hours")
    if new.like and sibling is None:
        raise ValueError(f"{queue}: no history of {new.like!r}, which it is to be like")
    if new.profile not in BENCHMARKS:
        raise ValueError(f"{queue}: no profile {new.profile!r}; there are {', '.join(BENCHMARKS)}")
    plain = Days.span(dt.date(2001, 1, 1), 7, QueueCalendar(), np.ones(7, dtype=np.bool_))
    opens = open_slots(calendar.opening, plain, interval_s)
    works = np.asarray(opens.any(axis=1))
    week = _week(new, sibling, opens)
    found = _estimates(new, sibling, opens, week)
    own, days = _own_week(history, week, as_of, interval_s)
    table = _weighed(queue, new, found, own, days, opens)
    level = float((table["weight"] * table["contacts_a_week"]).sum())
    spread = float(np.log(table["contacts_a_week"].clip(lower=1e-9)).std(ddof=0))
    phi = max(_LEVEL_SD, spread) ** 2 * _DOUBT_DAYS / (_DOUBT_DAYS + days)
    count = horizon_days + (as_of.time() != dt.time())
    ahead = Days.span(as_of.date(), count, calendar, works)
    now_open = open_slots(calendar.opening, ahead, interval_s)
    if new.first is not None:
        now_open[ahead.date < np.datetime64(new.first)] = False
    mean = np.where(now_open, level * week[ahead.weekday], 0.0)
    frame = _frame(queue, mean, phi, as_of.date(), quantiles)
    inside = frame["start"].between(
        as_of, as_of + dt.timedelta(days=horizon_days), inclusive="left"
    )
    source = PathSource(
        ahead.date[0], interval_s, np.full((count, count), phi), np.full(mean.shape, _SHAPE_PHI)
    )
    return NewQueueForecast(frame[inside].reset_index(drop=True), table, source)


def _week(new: NewQueue, sibling: Sibling | None, opens: BoolArray) -> FloatArray:
    """Shape of an ordinary week; hours in which the sibling is closed take its quietest hour."""
    if sibling is None:
        return BENCHMARKS[new.profile].week(opens)
    quiet = float(sibling.week[sibling.week > 0].min())
    shape = np.where(opens, np.maximum(sibling.week, quiet), 0.0)
    return np.asarray(shape / shape.sum())


@dataclass(frozen=True, slots=True)
class _Estimate:
    method: VolumeEstimate
    contacts_a_week: float
    basis: str


def _estimates(
    new: NewQueue, sibling: Sibling | None, opens: BoolArray, week: FloatArray
) -> list[_Estimate]:
    """Every estimate that the settings allow."""
    out = []
    if sibling is not None:
        contacts = new.share * sibling.contacts_a_week
        basis = f"{new.share:.0%} of {sibling.name}'s {sibling.contacts_a_week:,.0f} a week"
        out.append(_Estimate(VolumeEstimate.SIBLING, contacts, basis))
    if new.per_day is not None:
        days = int(opens.any(axis=1).sum())
        basis = f"{new.per_day:,.0f} a day on {days} days a week"
        out.append(_Estimate(VolumeEstimate.EXPECTED, new.per_day * days, basis))
    if new.customers is not None and new.contacts_per_customer is not None:
        contacts = new.customers * new.contacts_per_customer / _WEEKS_A_MONTH
        basis = f"{new.customers:,.0f} customers × {new.contacts_per_customer:g} contacts a month"
        out.append(_Estimate(VolumeEstimate.CUSTOMERS, contacts, basis))
    return out


def _own_week(
    history: pd.DataFrame, week: FloatArray, as_of: dt.datetime, interval_s: int
) -> tuple[float, int]:
    """Contacts of an ordinary week as the queue's own days have them, and how many days."""
    past = history[history["start"] < pd.Timestamp(as_of)]
    seconds = past["start"].to_numpy().astype("datetime64[s]").astype(np.int64)
    weekday, slot = (seconds // DAY_S + 3) % 7, seconds % DAY_S // interval_s
    due = float(week[weekday, slot].sum())
    days = len(np.unique(seconds // DAY_S))
    return (float(past["offered"].sum()) / due, days) if due > 0 else (0.0, 0)


def _weighed(
    queue: str,
    new: NewQueue,
    found: list[_Estimate],
    own: float,
    days: int,
    opens: BoolArray,
) -> pd.DataFrame:
    """All estimates with the weight of each; own history counts by its length."""
    rest = _DOUBT_DAYS / (_DOUBT_DAYS + days)
    weights = _estimate_weights(new.use, found)
    rows = [
        (queue, str(one.method), one.contacts_a_week, rest * weight, one.basis)
        for one, weight in zip(found, weights, strict=True)
    ]
    if days:
        rows.append((queue, "own history", own, 1 - rest, f"{days} days"))
    columns = ["queue", "estimate", "contacts_a_week", "weight", "basis"]
    table = pd.DataFrame(rows, columns=columns)
    a_day = table["contacts_a_week"] / max(int(opens.any(axis=1).sum()), 1)
    table.insert(3, "contacts_a_day", a_day)
    return table


def _estimate_weights(use: VolumeEstimate, found: list[_Estimate]) -> FloatArray:
    """1 for the estimate named; for the median, 1 for the middle one or half for each of two."""
    if use is not VolumeEstimate.MEDIAN:
        return np.array([float(one.method is use) for one in found])
    order = np.argsort([one.contacts_a_week for one in found])
    middle = order[(len(order) - 1) // 2 : len(order) // 2 + 1]
    weights = np.zeros(len(found))
    weights[middle] = 1 / len(middle)
    return weights


def _frame(
    queue: str, mean: FloatArray, phi: float, first: dt.date, quantiles: Sequence[float]
) -> pd.DataFrame:
    """Rows of whole days."""
    slots = mean.shape[1]
    step = np.arange(slots) * np.timedelta64(DAY_S // slots, "s")
    date = np.datetime64(first, "D") + np.arange(len(mean))
    starts = (date.astype("datetime64[us]")[:, None] + step).ravel()
    frame = pd.DataFrame({"queue": queue, "start": starts, "mean": mean.ravel()})
    spread = np.full(mean.size, phi + _SHAPE_PHI)
    for q in quantiles:
        frame[quantile_column(q)] = count_quantiles(mean.ravel(), spread, q)
    return frame.assign(aht_s=np.nan)
