"""What kind of day a date is: weekday, holiday, the working days beside a holiday.

The stage works on the wall clock of the centre: a day has ``86 400 / interval_s`` slots, slot 0
starts at local midnight. Nothing here knows a time zone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from wfm.forecast.drivers import Drivers
from wfm.intervals import DAY_S, OpeningHours, Span

__all__ = [
    "BoolArray",
    "DateArray",
    "DayKind",
    "Days",
    "Event",
    "FloatArray",
    "IntArray",
    "QueueCalendar",
    "Treat",
    "Verdict",
    "open_slots",
    "span_cells",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
DateArray = NDArray[np.datetime64]

_REACH = 4
"""A holiday touches the nearest working day at most this many dates away [days]."""


class DayKind(IntEnum):
    """What a date is to callers, beside its weekday."""

    ORDINARY = 0
    HOLIDAY = 1
    EVE = 2
    """Last working day before a holiday."""
    AFTER = 3
    """First working day after a holiday."""


@dataclass(frozen=True, slots=True)
class Event:
    """Days on which something of the centre's own moves the contacts.

    Parameters
    ----------
    name
        Occurrences of one name are thought alike: past ones tell the effect of coming ones.
    first, last
        Dates, both included; a lead or lag is an event of its own.
    uplift
        Effect to expect [fraction]: 0.2 is a fifth more, -1 nothing at all; None learns it.
    from_s, until_s
        Hours that it touches on each date [s after local midnight].
    recurs
        Whether it comes again and again (school holidays, pay days): its past days then stay in
        the history with the effect taken out, where those of others are left out.
    """

    name: str
    first: dt.date
    last: dt.date
    uplift: float | None = None
    from_s: int = 0
    until_s: int = DAY_S
    recurs: bool = False

    def __post_init__(self) -> None:
        """Refuse an event that ends before it starts or takes more than all contacts."""
        if self.last < self.first:
            raise ValueError(f"event {self.name!r} ends {self.last}, before it starts")
        if not 0 <= self.from_s < self.until_s <= DAY_S:
            raise ValueError(f"event {self.name!r}: its hours end before they begin")
        if self.uplift is not None and self.uplift < -1:
            raise ValueError(f"event {self.name!r}: an uplift below -1 leaves less than no calls")


class Treat(StrEnum):
    """What a planner decided of days of the history."""

    KEEP = "keep"
    """Ordinary traffic, however odd: no outage, no odd day, no shift of level there."""
    IGNORE = "ignore"
    """Not known."""
    REPAIR = "repair"
    """Replaced by what the same weekdays round it had."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A planner's word on some days or hours of the history, before any finding of its own.

    Parameters
    ----------
    first, last
        Dates, both included.
    from_s, until_s
        Hours on each date [s after local midnight].
    """

    first: dt.date
    last: dt.date
    treat: Treat
    from_s: int = 0
    until_s: int = DAY_S

    def __post_init__(self) -> None:
        """Refuse a span that ends before it starts."""
        if self.last < self.first or not 0 <= self.from_s < self.until_s <= DAY_S:
            raise ValueError(f"{self.treat} from {self.first}: it ends before it starts")


@dataclass(frozen=True, slots=True)
class QueueCalendar:
    """What the stage knows of a queue's days, history and horizon alike.

    Parameters
    ----------
    opening
        Opening hours; None lets the stage learn the open weekday × slot pattern from the
        history, in which closed hours are simply absent.
    holidays
        Public holidays by date.
    events
        Campaigns, bill runs and the like, past and planned.
    verdicts
        What of the history to keep, ignore or repair.
    drivers
        Customers, mailings and the like by date, past and planned.
    """

    opening: OpeningHours | None = None
    holidays: Mapping[dt.date, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    drivers: Drivers | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """Consecutive dates with all that models may know of them beforehand.

    Parameters
    ----------
    date
        Dates, one after the other.
    weekday
        0 Monday … 6 Sunday.
    kind
        :class:`DayKind` of each date.
    kept
        Whether a planner vouches for the date's contacts as ordinary; None for nowhere.
    """

    date: DateArray
    weekday: IntArray
    kind: IntArray
    kept: BoolArray | None = None

    def __len__(self) -> int:
        """Count the dates."""
        return len(self.date)

    def cut(self, start: int, stop: int) -> Days:
        """Give the dates at positions ``start`` … ``stop`` - 1."""
        return self.at(np.arange(len(self))[start:stop])

    def at(self, rows: IntArray) -> Days:
        """Give the dates at some positions, in order."""
        kept = None if self.kept is None else self.kept[rows]
        return Days(self.date[rows], self.weekday[rows], self.kind[rows], kept)

    @classmethod
    def span(cls, first: dt.date, count: int, calendar: QueueCalendar, works: BoolArray) -> Days:
        """Dates from ``first`` on.

        Parameters
        ----------
        works
            Whether the queue is open on each weekday, Monday first, shape (7,): the day before a
            holiday Monday is the Friday of a Monday-to-Friday queue.
        """
        date = np.datetime64(first, "D") + np.arange(-_REACH, count + _REACH)
        weekday = (date.astype(np.int64) + 3) % 7
        holiday = np.isin(date, np.array(list(calendar.holidays), dtype="datetime64[D]"))
        kind = np.where(holiday, DayKind.HOLIDAY, DayKind.ORDINARY)
        for step, name in ((-1, DayKind.EVE), (1, DayKind.AFTER)):
            for i in np.flatnonzero(holiday):
                j = _neighbour(int(i), step, holiday, works[weekday])
                if j is not None:
                    kind[j] = name
        inside = slice(_REACH, _REACH + count)
        return cls(date[inside], weekday[inside], kind[inside].astype(np.int64))


def _neighbour(i: int, step: int, holiday: BoolArray, works: BoolArray) -> int | None:
    """Position of the nearest working day that is no holiday, None when out of reach."""
    for j in range(i + step, i + step * (_REACH + 1), step):
        if not 0 <= j < len(holiday):
            return None
        if works[j] and not holiday[j]:
            return j
    return None


def span_cells(days: Days, span: Event | Verdict, slots: int) -> BoolArray:
    """Days × slots that an event or a verdict touches."""
    first, last = np.datetime64(span.first, "D"), np.datetime64(span.last, "D")
    on = (days.date >= first) & (days.date <= last)
    start_s = np.arange(slots) * (DAY_S // slots)
    hours = (start_s + DAY_S // slots > span.from_s) & (start_s < span.until_s)
    return np.asarray(on[:, None] & hours)


def open_slots(opening: OpeningHours, days: Days, interval_s: int) -> BoolArray:
    """Whether the queue is open, by date and slot, shape (days, slots)."""
    starts_s = np.arange(0, DAY_S, interval_s)
    out = np.zeros((len(days), len(starts_s)), dtype=np.bool_)
    alike: dict[tuple[Span, ...], list[int]] = {}
    holiday = (days.kind == DayKind.HOLIDAY).tolist()
    for row, (date, closed) in enumerate(zip(days.date.tolist(), holiday, strict=True)):
        alike.setdefault(opening.spans(date, holiday=closed), []).append(row)
    for spans, rows in alike.items():
        for from_s, to_s in spans:
            out[rows] |= (starts_s + interval_s > from_s) & (starts_s < to_s)
    return out
