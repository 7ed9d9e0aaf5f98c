"""Rules of work beyond hours, days and daily rest; what is agreed with people and what they ask.

The rules are data of a contract; None, 0 or False is no rule. Times are whole seconds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "WISH_NEAR_S",
    "Arranged",
    "Availability",
    "DayWish",
    "DutyRules",
    "FixedShift",
    "OffPhone",
    "WishKind",
    "is_night",
]

_H = 3600
_NIGHTS = ((-1 * _H, 6 * _H), (23 * _H, 30 * _H), (47 * _H, 54 * _H))
_NIGHT_WORK_S = 3 * _H
_LONGEST_REST_S = 48 * _H


def is_night(clock_s: int, length_s: int) -> bool:
    """Whether a shift is night work: three hours of it or more lie between 23:00 and 06:00.

    Parameters
    ----------
    clock_s
        Start on the wall clock [s after local midnight].
    length_s
        From first to last moment [s].

    Notes
    -----
    The measure of Directive 2003/88/EC, article 2: at least three hours of daily working time in a
    night period of seven hours that holds midnight to 05:00.

    Examples
    --------
    >>> is_night(22 * 3600, 8 * 3600), is_night(16 * 3600, 8 * 3600), is_night(2 * 3600, 8 * 3600)
    (True, False, True)
    """
    end_s = clock_s + length_s
    inside = (max(0, min(end_s, high) - max(clock_s, low)) for low, high in _NIGHTS)
    return sum(inside) >= _NIGHT_WORK_S


@dataclass(frozen=True, slots=True)
class DutyRules:
    """What a contract asks beyond hours, days and daily rest.

    Parameters
    ----------
    nights_per_week, nights_in_row
        Most night shifts; None is any number.
    rest_after_nights_s
        Least time from the end of a night to a shift that is no night [s].
    night_average_s
        Most paid time of night shifts on average over ``average_weeks`` weeks [s]; None is any.
    weekend_off_every
        Of any so many weekends in a row one is wholly off; 0 is no rule, 1 is every weekend off.
    whole_weekends
        Saturday and Sunday are both worked or both off.
    start_spread_s
        Largest difference between two starts of a week on the clock [s]; None is any.
    paired_days_off
        Each week has two days off in a row.
    weekly_rest_s
        Each week has one rest as long as this [s], a day of it at least inside the week.
    average_s
        Least and most paid time of a week on average over ``average_weeks`` weeks [s].
    average_weeks
        Weeks in a row over which hours, and the length of nights, are averaged.
    break_after_s
        Shifts longer than this have a break [s]; None asks for none.
    least_days_in_row, least_days_off_in_row
        Fewest working days, and days off, in a row; 1 is any number.
    weekends_in_four
        Most weekends with work of any four in a row; None is any number.
    shifts_in_four_weeks
        Most shifts of a template in any four weeks, by name.
    """

    nights_per_week: int | None = None
    nights_in_row: int | None = None
    rest_after_nights_s: int = 0
    night_average_s: int | None = None
    weekend_off_every: int = 0
    whole_weekends: bool = False
    start_spread_s: int | None = None
    paired_days_off: bool = False
    weekly_rest_s: int = 0
    average_s: tuple[int, int] | None = None
    average_weeks: int = 4
    break_after_s: int | None = None
    least_days_in_row: int = 1
    least_days_off_in_row: int = 1
    weekends_in_four: int | None = None
    shifts_in_four_weeks: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no week can keep."""
        if self.average_s is not None and not 0 <= self.average_s[0] <= self.average_s[1]:
            raise ValueError("hours_on_average must run from small to large")
        if not 1 <= self.average_weeks <= 52:
            raise ValueError("average_weeks must be from 1 to 52")
        if self.weekly_rest_s > _LONGEST_REST_S:
            raise ValueError("weekly_rest must be at most 48 h; longer ones are days off")
        if not (1 <= self.least_days_in_row <= 7 and 1 <= self.least_days_off_in_row <= 7):
            raise ValueError("min_days_in_row and min_days_off_in_row must be from 1 to 7")

    @property
    def shapes_week(self) -> bool:
        """Whether some rule ties the shifts of a week to one another."""
        limits = (self.nights_per_week, self.nights_in_row, self.night_average_s)
        some = any(limit is not None for limit in (*limits, self.start_spread_s))
        lengths = self.rest_after_nights_s or self.weekly_rest_s
        whole = self.whole_weekends or self.paired_days_off
        return bool(some or lengths or whole or self.shapes_stretches)

    @property
    def shapes_stretches(self) -> bool:
        """Whether some rule counts days in a row, weekends or shifts beyond a week."""
        least = max(self.least_days_in_row, self.least_days_off_in_row)
        return least > 1 or self.weekends_in_four is not None or bool(self.shifts_in_four_weeks)


@dataclass(frozen=True, slots=True)
class Availability:
    """A span of a weekday in which a person can work; who has any is away outside of them.

    Parameters
    ----------
    weekday
        Monday 0.
    from_s, to_s
        The span [s after local midnight]; ``to_s`` above 86 400 runs into the next day.
    first, last
        First and last date for which it holds; None is open.
    """

    agent: str
    weekday: int
    from_s: int
    to_s: int
    first: dt.date | None = None
    last: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether the span is one of this date."""
        after = self.first is None or self.first <= day
        return day.weekday() == self.weekday and after and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class FixedShift:
    """A shift that is settled before anything is planned [s after local midnight of the day].

    ``end_s`` above 86 400 runs into the next day.
    """

    agent: str
    day: dt.date
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class OffPhone:
    """Paid work away from the contacts: training, coaching, a meeting.

    Parameters
    ----------
    activity
        As it is called on the roster.
    agents
        Who takes part.
    length_s
        Length [s].
    first, last
        First and last date on which it may be.
    together
        Whether all take part at the same time; else each has an own one.
    from_s, to_s
        Part of the day in which it may be [s after local midnight].
    """

    activity: str
    agents: tuple[str, ...]
    length_s: int
    first: dt.date
    last: dt.date
    together: bool = False
    from_s: int = 0
    to_s: int = 24 * _H


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is agreed with single people before anything is planned."""

    availability: tuple[Availability, ...] = ()
    fixed: tuple[FixedShift, ...] = ()
    offphone: tuple[OffPhone, ...] = ()


WISH_NEAR_S = 1800
"""A start or a length this near to the wish meets it [s]."""


class WishKind(StrEnum):
    """What a person asks for."""

    DAY_OFF = "day_off"
    DAY_ON = "day_on"
    EARLIEST_START = "earliest_start"
    LATEST_END = "latest_end"
    START = "start"
    """To start at a time, half an hour early or late."""
    LENGTH = "length"
    """A shift of a length, half an hour more or less."""


@dataclass(frozen=True, slots=True)
class DayWish:
    """A wish for one day; met when coverage allows.

    Parameters
    ----------
    clock_s
        For ``earliest_start``, ``latest_end`` and ``start``: time of day [s after local midnight];
        for ``length``: from first to last minute [s].
    weight
        How much it matters against other wishes; 1 is ordinary.
    """

    agent: str
    day: dt.date
    kind: WishKind = WishKind.DAY_OFF
    clock_s: int = 0
    weight: float = 1.0

    def met(self, start_s: int | None, length_s: int = 0) -> bool:
        """Whether a day with this shift meets the wish; None is a day off.

        Parameters
        ----------
        start_s, length_s
            Start of the shift on the clock [s after local midnight] and its length [s].

        Examples
        --------
        >>> wish = DayWish("a", dt.date(2024, 5, 6), WishKind.START, 8 * 3600)
        >>> wish.met(30600), wish.met(32400), wish.met(None)
        (True, False, True)
        """
        if start_s is None:
            return self.kind is not WishKind.DAY_ON
        kept = {
            WishKind.DAY_OFF: False,
            WishKind.DAY_ON: True,
            WishKind.EARLIEST_START: start_s >= self.clock_s,
            WishKind.LATEST_END: start_s + length_s <= self.clock_s,
            WishKind.START: abs(start_s - self.clock_s) <= WISH_NEAR_S,
            WishKind.LENGTH: abs(length_s - self.clock_s) <= WISH_NEAR_S,
        }
        return kept[self.kind]
