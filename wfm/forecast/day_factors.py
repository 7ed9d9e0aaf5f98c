"""What calendar days are worth beside an average day, learned from years of day totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import BoolArray, DayKind, Days, Event, FloatArray, IntArray

__all__ = ["DayFactors", "WeekLevels", "day_names", "learn_day_factors", "week_levels"]

_HALF_LIFE_DAYS = 365.0
"""A day this old counts half for its weekday."""
_ROUNDS = 3
_DOUBT_DAYS = 1.0
"""An effect seen on this many days is taken at half (of its log)."""
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class DayFactors:
    """Contacts of a day over those of an average day.

    Parameters
    ----------
    weekday
        Factor by weekday, mean 1 over a week, shape (7,); 0 where always closed.
    kind
        Factor by :class:`DayKind`.
    named
        Factor of each public holiday and event by name; others take the factor of their kind.
    """

    weekday: FloatArray
    kind: Mapping[int, float]
    named: Mapping[str, float]

    def at(self, days: Days, names: tuple[str, ...]) -> FloatArray:
        """Factor of each date.

        Parameters
        ----------
        names
            Holiday or event on each date, empty where none.
        """
        special = [
            self.named.get(name, self.kind.get(int(kind), 1.0))
            for name, kind in zip(names, days.kind, strict=True)
        ]
        return np.asarray(self.weekday[days.weekday] * np.array(special))


def day_names(
    days: Days, holidays: Mapping[dt.date, str], events: tuple[Event, ...]
) -> tuple[str, ...]:
    """Holiday or event on each date; the event where both fall together."""
    out = [holidays.get(date, "") for date in days.date.tolist()]
    for event in events:
        on = np.flatnonzero(
            (days.date >= np.datetime64(event.first)) & (days.date <= np.datetime64(event.last))
        )
        for i in on:
            out[i] = event.name
    return tuple(out)


def learn_day_factors(
    days: Days, totals: FloatArray, names: tuple[str, ...], given: Mapping[str, float]
) -> DayFactors:
    """Factors from day totals.

    Parameters
    ----------
    totals
        Contacts by day; NaN where not known or closed.
    names
        Holiday or event on each date, empty where none.
    given
        Factors of events that need not be learned.

    Notes
    -----
    Each day is set against the level of its own seven days, so neither season nor growth leak into
    the weekday. A special day's effect is its mean log ratio, shrunk towards that of its kind, and
    that of the kind towards none, by how many days there were.
    """
    known = ~np.isnan(totals)
    plain = known & (days.kind == DayKind.ORDINARY) & (np.array(names, dtype=object) == "")
    week = np.arange(len(totals) - 1, -1, -1) // 7
    weight = 0.5 ** (np.arange(len(totals))[::-1] / _HALF_LIFE_DAYS)
    factor = np.ones(7)
    level = np.ones(len(totals))
    for _ in range(_ROUNDS):
        level = _level_around(totals, factor[days.weekday], plain, week)
        for w in range(7):
            mine = plain & (days.weekday == w) & (level > 0)
            due = float((weight * level)[mine].sum())
            factor[w] = float((weight * np.nan_to_num(totals))[mine].sum()) / due if due else 0.0
        factor *= 7 / factor.sum() if factor.sum() > 0 else 1.0
    expected = level * factor[days.weekday]
    use = known & (expected > 0)
    log = np.zeros(len(totals))
    log[use] = np.log((totals[use] + _HALF) / (expected[use] + _HALF))
    kinds = {
        int(kind): _shrunk(log[use & (days.kind == kind)], 0.0)
        for kind in (DayKind.HOLIDAY, DayKind.EVE, DayKind.AFTER)
    }
    named = dict(given)
    label = np.array(names, dtype=object)
    for name in dict.fromkeys(name for name in names if name and name not in given):
        mine = use & (label == name)
        kind = int(days.kind[label == name][0])
        named[name] = float(np.exp(_shrunk(log[mine], kinds.get(kind, 0.0))))
    return DayFactors(factor, {kind: float(np.exp(v)) for kind, v in kinds.items()}, named)


def _shrunk(log: FloatArray, prior: float) -> float:
    return float((log.sum() + _DOUBT_DAYS * prior) / (len(log) + _DOUBT_DAYS))


def _level_around(
    totals: FloatArray, factor: FloatArray, plain: BoolArray, week: IntArray
) -> FloatArray:
    """Contacts of an average day in the week of each date; that of all where none is known."""
    count = int(week.max()) + 1
    came = np.bincount(week, np.where(plain, np.nan_to_num(totals), 0.0), count)
    due = np.bincount(week, np.where(plain, factor, 0.0), count)
    overall = came.sum() / due.sum() if due.sum() > 0 else 0.0
    level = np.divide(came, due, out=np.full(count, overall), where=due > 0)
    return np.asarray(level[week])


@dataclass(frozen=True, slots=True)
class WeekLevels:
    """Weekly levels of a history, calendar taken out.

    Parameters
    ----------
    at
        Middle of each week, days before the origin, below 0.
    contacts
        Contacts that came.
    due
        Average days' worth that they came on.
    """

    at: FloatArray
    contacts: FloatArray
    due: FloatArray


def week_levels(totals: FloatArray, factor: FloatArray) -> WeekLevels:
    """Whole weeks counted back from the origin; weeks of less than two days' worth are left out."""
    known = ~np.isnan(totals) & (factor > 0)
    week = np.arange(len(totals) - 1, -1, -1) // 7
    count = int(week.max()) + 1
    came = np.bincount(week, np.where(known, np.nan_to_num(totals), 0.0), count).astype(np.float64)
    due = np.bincount(week, np.where(known, factor, 0.0), count).astype(np.float64)
    enough = due >= 2.0
    at = np.asarray(-7.0 * np.arange(count) - 3.5, dtype=np.float64)
    return WeekLevels(at[enough][::-1], came[enough][::-1], due[enough][::-1])
