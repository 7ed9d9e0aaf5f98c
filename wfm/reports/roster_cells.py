"""Shifts as they stand in the cells of a roster: wall clock, text, code, family.

A cell reads ``09:00-17:30``. Where two templates pay the same hours differently (another lunch, a
night of 23 or 25 hours) the rarer one carries a letter, ``09:00-17:30 b``, so that one text always
means one number of paid hours. Two shifts on one day stand as ``09:00-12:00 / 15:00-19:00``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from wfm.domain import PUBLIC_HOLIDAY, Agent
from wfm.intervals import DAY_S, days, zone

if TYPE_CHECKING:
    import pandas as pd

    from wfm.reports.book import RosterBook

__all__ = [
    "ABSENT",
    "CODES",
    "FAMILIES",
    "HOLIDAY",
    "OFF",
    "WORK",
    "Family",
    "Pause",
    "PlacedShift",
    "RosterCells",
    "clock",
    "family_of",
    "roster_cells",
    "span_of",
]

WORK = "work"
"""Activity of the roster that is not a break."""

OFF, HOLIDAY, ABSENT = "OFF", PUBLIC_HOLIDAY, "NA"

CODES: tuple[tuple[str, str], ...] = (
    (OFF, "day off"),
    ("AL", "annual leave"),
    ("SL", "sick leave"),
    ("TR", "training"),
    (HOLIDAY, "public holiday, closed"),
    (ABSENT, "not available"),
)
"""Codes of days without a shift; codes of the leave table that are not here are added behind."""


@dataclass(frozen=True, slots=True)
class Family:
    """Shifts that start in the same part of the day; ``from_s`` counts from local midnight [s]."""

    letter: str
    name: str
    from_s: int


FAMILIES = (
    Family("E", "Early", 5 * 3600),
    Family("D", "Day", 9 * 3600),
    Family("L", "Late", 41400),
    Family("N", "Night", 18 * 3600),
)


def family_of(start_s: int) -> Family:
    """Family of a shift by its start [s after local midnight]; before the first it is night.

    Examples
    --------
    >>> [family_of(h * 3600).letter for h in (4, 5, 9, 12, 22)]
    ['N', 'E', 'D', 'L', 'N']
    """
    begun = [family for family in FAMILIES if family.from_s <= start_s]
    return begun[-1] if begun else FAMILIES[-1]


def clock(seconds: int) -> str:
    """Time of day; midnight at the end of a day reads 00:00.

    Examples
    --------
    >>> clock(34200), clock(86400)
    ('09:30', '00:00')
    """
    minutes = seconds // 60
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


_TYPED = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def span_of(text: str) -> tuple[int, int] | None:
    """From and to of a cell's text [s after midnight, below 86 400]; None when it is no shift.

    Examples
    --------
    >>> span_of("9:00-17:30 b"), span_of("AL")
    ((32400, 63000), None)
    """
    found = _TYPED.match(text)
    if not found:
        return None
    a, b, c, d = map(int, found.groups())
    return (a * 3600 + b * 60) % DAY_S, (c * 3600 + d * 60) % DAY_S


@dataclass(frozen=True, slots=True)
class Pause:
    """A break of a shift: time since the epoch and on the wall clock of the shift's day [s]."""

    name: str
    start: int
    end: int
    wall_s: int
    paid: bool = True

    @property
    def length_s(self) -> int:
        """Length [s]."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class PlacedShift:
    """One shift on the wall clock of the day it starts on.

    Parameters
    ----------
    start, end
        Time since the epoch [s].
    wall_start_s, wall_end_s
        Wall clock after midnight of ``day`` [s]; the end passes 86 400 over midnight.
    """

    agent: str
    day: dt.date
    start: int
    end: int
    wall_start_s: int
    wall_end_s: int
    paid_s: int
    skill: str
    pauses: tuple[Pause, ...]

    @property
    def hours_text(self) -> str:
        """From and to on the wall clock."""
        return f"{clock(self.wall_start_s)}-{clock(self.wall_end_s)}"

    @property
    def length_s(self) -> int:
        """First to last minute on the wall clock, as a reader of the cell works it out [s]."""
        return (self.wall_end_s - self.wall_start_s) % DAY_S


@dataclass(frozen=True, slots=True)
class RosterCells:
    """People, dates and the text of every cell of the roster.

    Parameters
    ----------
    people
        By team, then name.
    shifts
        Shifts by person and local date of their start, also of the day before the first.
    texts
        Text of each cell: shift or code.
    paid_h
        Paid hours of each text that is a shift [h].
    unpaid_h
        Unpaid break by length of shift: pairs of length [h] and break [h], rising.
    codes
        Codes and what they mean.
    """

    people: tuple[Agent, ...]
    days: tuple[dt.date, ...]
    shifts: Mapping[tuple[str, dt.date], tuple[PlacedShift, ...]]
    texts: Mapping[tuple[str, dt.date], str]
    paid_h: Mapping[str, float]
    unpaid_h: tuple[tuple[float, float], ...]
    codes: tuple[tuple[str, str], ...]

    def of_day(self, day: dt.date) -> list[PlacedShift]:
        """All shifts that start on a date."""
        return [shift for (_, when), found in self.shifts.items() if when == day for shift in found]


def roster_cells(book: RosterBook) -> RosterCells:
    """Work out people, dates and cell texts of a book."""
    people = tuple(sorted(book.agents, key=lambda p: (p.team, p.name, p.agent)))
    across = tuple(days(book.first_day, book.days))
    placed = _placed(book, across)
    names = _shift_texts(shift for found in placed.values() for shift in found)
    paid: dict[str, float] = {}
    texts: dict[tuple[str, dt.date], str] = {}
    for key, found in placed.items():
        text = " / ".join(names[shift] for shift in found)
        paid[text] = sum(shift.paid_s for shift in found) / 3600
        texts[key] = text
    texts |= _codes_of_free_days(book, people, across, texts)
    return RosterCells(
        people,
        across,
        placed,
        texts,
        dict(sorted(paid.items())),
        _unpaid_by_length(shift for found in placed.values() for shift in found),
        _codes(book),
    )


def _epoch(times: pd.Series) -> list[int]:
    return [int(value) for value in times.astype("datetime64[s, UTC]").astype("int64")]


def _wall_s(epoch: int, day: dt.date, here: ZoneInfo) -> int:
    """Wall clock after local midnight of ``day`` [s]."""
    local = dt.datetime.fromtimestamp(epoch, here).replace(tzinfo=None)
    return int((local - dt.datetime.combine(day, dt.time())).total_seconds())


def _placed(
    book: RosterBook, across: tuple[dt.date, ...]
) -> dict[tuple[str, dt.date], tuple[PlacedShift, ...]]:
    here = zone(book.timezone)
    pauses = _pauses(book)
    wanted = {across[0] - dt.timedelta(days=1), *across}
    found: dict[tuple[str, dt.date], list[PlacedShift]] = defaultdict(list)
    frame = book.shifts
    rows = zip(
        frame["agent"],
        _epoch(frame["start"]),
        _epoch(frame["end"]),
        frame["paid_s"],
        frame["skill"],
        strict=True,
    )
    for agent, start, end, paid_s, skill in sorted(rows, key=lambda row: (str(row[0]), row[1])):
        day = dt.datetime.fromtimestamp(start, here).date()
        if day not in wanted:
            continue
        inside = tuple(
            Pause(name, a, b, _wall_s(a, day, here), paid)
            for name, a, b, paid in pauses.get(agent, ())
            if start <= a and b <= end
        )
        walls = _wall_s(start, day, here), _wall_s(end, day, here)
        found[agent, day].append(
            PlacedShift(agent, day, start, end, *walls, int(paid_s), str(skill), inside)
        )
    return {key: tuple(shifts) for key, shifts in found.items()}


def _pauses(book: RosterBook) -> dict[str, list[tuple[str, int, int, bool]]]:
    """Breaks by person: whatever the activities call other than work."""
    frame = book.activities
    found: dict[str, list[tuple[str, int, int, bool]]] = defaultdict(list)
    rows = zip(
        frame["agent"],
        frame["activity"],
        _epoch(frame["start"]),
        _epoch(frame["end"]),
        frame["paid"],
        strict=True,
    )
    for agent, name, start, end, paid in rows:
        if name != WORK:
            found[agent].append((str(name), start, end, bool(paid)))
    return {agent: sorted(spans, key=lambda span: span[1]) for agent, spans in found.items()}


def _shift_texts(shifts: Iterable[PlacedShift]) -> dict[PlacedShift, str]:
    """Text of each shift; the rarer pay of the same hours gets a letter."""
    every = list(shifts)
    pays: dict[str, Counter[int]] = defaultdict(Counter)
    for shift in every:
        pays[shift.hours_text][shift.paid_s] += 1
    letters: dict[tuple[str, int], str] = {}
    for hours, counts in pays.items():
        ranked = sorted(counts, key=lambda paid_s: (-counts[paid_s], paid_s))
        for rank, paid_s in enumerate(ranked):
            letters[hours, paid_s] = f" {chr(ord('a') + rank)}" if rank else ""
    return {shift: shift.hours_text + letters[shift.hours_text, shift.paid_s] for shift in every}


def _unpaid_by_length(shifts: Iterable[PlacedShift]) -> tuple[tuple[float, float], ...]:
    """Unpaid break by length [h], for shifts that a planner types by hand.

    The most usual break of each length on the roster; between two lengths whose breaks differ the
    longer one's holds from the middle on, since the rule itself is not known here.
    """
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for shift in shifts:
        if shift.length_s > 0:
            counts[shift.length_s][max(0, shift.length_s - shift.paid_s)] += 1
    table, before_s = [(0.0, 0.0)], 0
    for length_s in sorted(counts):
        usual = min(counts[length_s], key=lambda gap: (-counts[length_s][gap], gap))
        if usual / 3600 != table[-1][1]:
            table.append(((before_s + length_s) / 7200, usual / 3600))
        before_s = length_s
    return tuple(table)


def _codes_of_free_days(
    book: RosterBook,
    people: tuple[Agent, ...],
    across: tuple[dt.date, ...],
    texts: Mapping[tuple[str, dt.date], str],
) -> dict[tuple[str, dt.date], str]:
    leave = {(entry.agent, entry.day): entry.code for entry in book.leave}
    worked = {day for _, day in texts}
    codes = {}
    for person in people:
        for day in across:
            key = (person.agent, day)
            if key in texts:
                continue
            free = HOLIDAY if day in book.holidays and day not in worked else OFF
            codes[key] = leave.get(key) or (free if person.employed(day) else ABSENT)
    return codes


def _codes(book: RosterBook) -> tuple[tuple[str, str], ...]:
    known = {code for code, _ in CODES}
    added = sorted({entry.code for entry in book.leave} - known)
    return CODES + tuple((code, "absence") for code in added)
