"""Calendars: one iCalendar file per person, shifts with their breaks, leave as whole days.

The same shift keeps its identity from export to export, so that a calendar which took an earlier
roster moves the event instead of doubling it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from icalendar import Calendar, Event

from wfm.domain import Agent
from wfm.reports.atomic import replacing
from wfm.reports.book import RosterBook
from wfm.reports.roster_cells import PlacedShift, RosterCells, clock, roster_cells

__all__ = ["write_calendars"]


def write_calendars(folder: Path, book: RosterBook, *, stamp: dt.datetime) -> tuple[Path, ...]:
    """Write a calendar for everybody who has a shift or leave; gives the files in roster order.

    Parameters
    ----------
    folder
        Where to; files are named by staff number.
    stamp
        When the roster was made, with a time zone; calendars take the event of the later stamp.

    Raises
    ------
    ValueError
        When ``stamp`` has no time zone.

    Notes
    -----
    Times are in UTC and shown by every calendar in the reader's own zone. The n-th shift of a
    person on a date has one identity for good, made of centre, staff number, date and n.
    """
    if stamp.tzinfo is None:
        raise ValueError("stamp needs a time zone")
    cells = roster_cells(book)
    written = []
    for person in cells.people:
        events = list(_events(book, cells, person, stamp.astimezone(dt.UTC)))
        if events:
            path = folder / f"{_file_name(person.agent)}.ics"
            with replacing(path) as draft:
                draft.write_bytes(_calendar(book, person, events).to_ical())
            written.append(path)
    return tuple(written)


def _file_name(agent: str) -> str:
    """Staff number as a file name; what a file system may not like becomes a mark of its own."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", agent)
    return plain if plain == agent else f"{plain}-{_mark(agent)[:8]}"


def _line(text: str) -> str:
    """Text on one line, as a title must be."""
    return " ".join(text.split())


def _mark(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _calendar(book: RosterBook, person: Agent, events: list[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//wfm//roster//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _line(f"{book.centre}: {person.name}"))
    calendar.add("x-wr-timezone", book.timezone)
    for event in events:
        calendar.add_component(event)
    return calendar


def _events(
    book: RosterBook, cells: RosterCells, person: Agent, stamp: dt.datetime
) -> Iterator[Event]:
    for day in cells.days:
        for rank, shift in enumerate(cells.shifts.get((person.agent, day), ())):
            yield _shift_event(book, shift, rank, stamp)
    inside = [x for x in book.leave if x.agent == person.agent and x.day in cells.days]
    for leave in sorted(inside, key=lambda entry: entry.day):
        event = _event(book, person.agent, leave.day, "leave", stamp)
        event.add("summary", _line(f"{book.centre}: {leave.code}"))
        event.add("dtstart", leave.day)
        event.add("dtend", leave.day + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        yield event


def _event(book: RosterBook, agent: str, day: dt.date, kind: str, stamp: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{_mark(book.centre, agent, day.isoformat(), kind)[:32]}@wfm")
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    return event


def _shift_event(book: RosterBook, shift: PlacedShift, rank: int, stamp: dt.datetime) -> Event:
    event = _event(book, shift.agent, shift.day, f"shift {rank}", stamp)
    event.add("summary", _line(f"{book.centre}: {shift.hours_text}"))
    event.add("dtstart", dt.datetime.fromtimestamp(shift.start, dt.UTC))
    event.add("dtend", dt.datetime.fromtimestamp(shift.end, dt.UTC))
    lines = [
        f"{pause.name} {clock(pause.wall_s)}-{clock(pause.wall_s + pause.length_s)}"
        for pause in shift.pauses
    ]
    lines.append(f"{shift.paid_s / 3600:g} h paid, {book.timezone}")
    event.add("description", "\n".join(lines))
    return event
