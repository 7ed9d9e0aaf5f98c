"""The interval grid: UTC inside, local days outside, opening hours, holidays.

An interval is named by its left edge in UTC. A *local day* of a centre has 24 hours of wall clock
but 23 or 25 hours of time when the clock changes; the *slot* of an interval is its place on the
wall clock (slot 0 starts at local midnight), so both 01:30 intervals of an autumn night share one
slot and the hour that spring skips has none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DAY_S",
    "INTERVALS_S",
    "WEEKDAYS",
    "OpeningHours",
    "day_intervals",
    "days",
    "holiday_names",
    "local_to_utc",
    "utc_to_local",
    "zone",
]

DAY_S = 86_400
INTERVALS_S = (300, 600, 900, 1800, 3600)
"""Interval lengths that wfm plans on [s]."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[int, int]
"""Open from, open to [s after local midnight], 0 <= from < to <= 86 400."""


def zone(name: str) -> ZoneInfo:
    """Time zone by its IANA name.

    Raises
    ------
    ValueError
        When there is no such zone.

    Examples
    --------
    >>> zone("America/New_York").key
    'America/New_York'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"unknown time zone {name!r}; use an IANA name like Europe/Berlin"
        ) from error


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a queue takes contacts.

    Parameters
    ----------
    week
        Spans per weekday, Monday first; an empty tuple is a closed day.
    holidays
        Spans on public holidays; None means holidays are ordinary days.
    dates
        Spans by date, before everything else (an extra Saturday, a half day).

    Examples
    --------
    >>> bank = OpeningHours((((25200, 75600),),) * 5 + ((), ()), holidays=())
    >>> bank.spans(dt.date(2003, 7, 4), holiday=True)
    ()
    >>> bank.spans(dt.date(2003, 7, 7), holiday=False)
    ((25200, 75600),)
    """

    week: tuple[tuple[Span, ...], ...]
    holidays: tuple[Span, ...] | None = None
    dates: tuple[tuple[dt.date, tuple[Span, ...]], ...] = ()

    def __post_init__(self) -> None:
        """Refuse hours that no day has."""
        if len(self.week) != 7:
            raise ValueError(f"opening hours need seven weekdays, got {len(self.week)}")
        every = [*self.week, self.holidays or (), *(spans for _, spans in self.dates)]
        for start_s, end_s in (span for spans in every for span in spans):
            if not 0 <= start_s < end_s <= DAY_S:
                raise ValueError(
                    f"opening hours {start_s}-{end_s} s: the end must come after the start"
                )

    @classmethod
    def always(cls) -> OpeningHours:
        """Around the clock, every day."""
        return cls((((0, DAY_S),),) * 7)

    def spans(self, day: dt.date, *, holiday: bool) -> tuple[Span, ...]:
        """Open spans of a local date [s after local midnight]."""
        for date, spans in self.dates:
            if date == day:
                return spans
        if holiday and self.holidays is not None:
            return self.holidays
        return self.week[day.weekday()]

    def is_open(self, day: dt.date, start_s: int, interval_s: int, *, holiday: bool) -> bool:
        """Whether any part of the interval at ``start_s`` after midnight is open."""
        return any(
            a < start_s + interval_s and start_s < b for a, b in self.spans(day, holiday=holiday)
        )


def days(start: dt.date, count: int) -> list[dt.date]:
    """``count`` dates from ``start`` on."""
    return [start + dt.timedelta(days=k) for k in range(count)]


def day_intervals(day: dt.date, timezone: str, interval_s: int) -> pd.DatetimeIndex:
    """UTC starts of the intervals of one local day.

    Examples
    --------
    >>> spring, autumn = dt.date(2024, 3, 10), dt.date(2024, 11, 3)
    >>> [len(day_intervals(day, "America/New_York", 900)) for day in (spring, autumn)]
    [92, 100]
    """
    import pandas as pd

    here = zone(timezone)
    first, last = (
        dt.datetime(d.year, d.month, d.day, tzinfo=here) for d in (day, day + dt.timedelta(days=1))
    )
    return pd.date_range(
        pd.Timestamp(first).tz_convert("UTC"),
        pd.Timestamp(last).tz_convert("UTC"),
        freq=f"{interval_s}s",
        inclusive="left",
    ).as_unit("us")


def utc_to_local(interval_start: pd.Series, timezone: str) -> pd.Series:
    """Wall clock (naive) of UTC interval starts; both autumn hours get the same time."""
    return interval_start.dt.tz_convert(timezone).dt.tz_localize(None).dt.as_unit("us")


def local_to_utc(local: pd.Series, timezone: str) -> tuple[pd.Series, pd.Series, pd.Series]:
    """UTC of naive wall-clock times; a time that autumn shows twice gets the first of the two.

    Returns
    -------
    tuple
        ``(utc, nonexistent, ambiguous)``: UTC times (NaT where the wall clock never showed that
        time), mask of the times that spring skips, mask of the times that autumn shows twice.
    """
    import pandas as pd

    naive = pd.Series(pd.to_datetime(local)).dt.as_unit("us")
    utc = naive.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    unclear = utc.isna() & naive.notna()
    rest = naive[unclear]
    first = rest.dt.tz_localize(timezone, ambiguous=[True] * len(rest), nonexistent="NaT")
    utc[unclear] = first.dt.tz_convert("UTC")
    return utc, unclear & utc.isna(), unclear & utc.notna()


@lru_cache(maxsize=64)
def _holidays(
    country: str, subdivision: str, years: tuple[int, ...], kind: str
) -> dict[dt.date, str]:
    import holidays

    try:
        here = holidays.country_holidays(country, subdiv=subdivision or None)
    except (NotImplementedError, AttributeError) as error:
        raise ValueError(
            f"no such country or subdivision: {country!r} {subdivision!r}; use ISO codes, US and NY"
        ) from error
    if kind not in here.supported_categories:
        known = ", ".join(here.supported_categories)
        raise ValueError(f"{country!r} has no {kind!r} holidays; it has {known}")
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=years, categories=(kind,)
    )
    return {date: str(name) for date, name in found.items()}


def holiday_names(
    country: str, subdivision: str, years: Iterable[int], *, kind: str = "public"
) -> Mapping[dt.date, str]:
    """Public holidays by date; none for an empty country.

    Parameters
    ----------
    kind
        ``public``, or what else the country has: ``optional``, ``half_day``, ``bank`` and so on.

    Raises
    ------
    ValueError
        When the ``holidays`` package knows no such country, subdivision or kind.

    Examples
    --------
    >>> holiday_names("US", "", [2003])[dt.date(2003, 7, 4)]
    'Independence Day'
    """
    return _holidays(country, subdivision, tuple(sorted(set(years))), kind) if country else {}
