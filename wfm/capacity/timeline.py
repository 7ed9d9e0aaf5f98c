"""The months or weeks of a capacity plan, and how much of one a stretch of dates covers."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Period", "month_name", "month_start", "months", "next_month", "overlaps", "weeks"]

Floats = NDArray[np.float64]

_MONTHS_PER_DAY = 12 / 365.25


@dataclass(frozen=True, slots=True)
class Period:
    """One column of the plan.

    Parameters
    ----------
    name
        ``2026-03`` for a month, the Monday for a week.
    start, end
        First day, and the day after the last.
    weekdays
        Dates from Monday to Friday.
    holidays
        Public holidays among them.
    months
        Length in months; 1 for a month whatever its days.
    """

    name: str
    start: dt.date
    end: dt.date
    weekdays: int
    holidays: int
    months: float

    @property
    def days(self) -> int:
        """Dates of the period."""
        return (self.end - self.start).days

    @property
    def working_days(self) -> int:
        """Mondays to Fridays that are no public holiday."""
        return self.weekdays - self.holidays

    @property
    def dates(self) -> list[dt.date]:
        """Every date of the period."""
        return [self.start + dt.timedelta(days=k) for k in range(self.days)]


def month_name(day: dt.date) -> str:
    """Month of a date.

    Examples
    --------
    >>> month_name(dt.date(2026, 3, 31))
    '2026-03'
    """
    return f"{day:%Y-%m}"


def month_start(name: str) -> dt.date:
    """First day of a month.

    Raises
    ------
    ValueError
        When the text is no month.

    Examples
    --------
    >>> month_start("2026-03")
    datetime.date(2026, 3, 1)
    """
    try:
        return dt.date.fromisoformat(f"{name}-01")
    except ValueError as error:
        raise ValueError("is not a month; write it like 2026-03") from error


def next_month(day: dt.date) -> dt.date:
    """First day of the month after a date's."""
    return day.replace(day=1) + dt.timedelta(days=calendar.monthrange(day.year, day.month)[1])


def months(first: dt.date, count: int, holidays: Collection[dt.date] = ()) -> tuple[Period, ...]:
    """``count`` calendar months from the one of ``first`` on.

    Examples
    --------
    >>> march = months(dt.date(2026, 3, 1), 2, {dt.date(2026, 4, 3)})
    >>> [(p.name, p.days, p.weekdays, p.working_days) for p in march]
    [('2026-03', 31, 22, 22), ('2026-04', 30, 22, 21)]
    """
    found = []
    start = first.replace(day=1)
    for _ in range(count):
        end = next_month(start)
        found.append(_period(month_name(start), start, end, 1.0, holidays))
        start = end
    return tuple(found)


def weeks(first: dt.date, count: int, holidays: Collection[dt.date] = ()) -> tuple[Period, ...]:
    """``count`` weeks from the Monday on or before ``first``.

    Examples
    --------
    >>> [p.name for p in weeks(dt.date(2026, 3, 4), 2)]
    ['2026-03-02', '2026-03-09']
    """
    monday = first - dt.timedelta(days=first.weekday())
    starts = [monday + dt.timedelta(weeks=k) for k in range(count)]
    return tuple(
        _period(day.isoformat(), day, day + dt.timedelta(weeks=1), 7 * _MONTHS_PER_DAY, holidays)
        for day in starts
    )


def _period(
    name: str, start: dt.date, end: dt.date, length: float, holidays: Collection[dt.date]
) -> Period:
    dates = [start + dt.timedelta(days=k) for k in range((end - start).days)]
    working = [day for day in dates if day.weekday() < 5]
    return Period(name, start, end, len(working), sum(d in holidays for d in working), length)


def overlaps(periods: Sequence[Period], first: dt.date, until: dt.date) -> Floats:
    """Share of each period's days that lie from ``first`` to before ``until`` [fraction].

    Examples
    --------
    >>> two = months(dt.date(2026, 4, 1), 2)
    >>> overlaps(two, dt.date(2026, 4, 16), dt.date.max).tolist()
    [0.5, 1.0]
    """
    days = [max(0, (min(p.end, until) - max(p.start, first)).days) / p.days for p in periods]
    return np.array(days, float)
