"""What moves the contacts and what of the past is not ordinary, as planners keep it in files.

events.csv has campaigns, bill runs and outages, past and planned, and verdicts on findings;
school.csv school holidays; paydays.csv pay days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from wfm.config.units import clock_range
from wfm.errors import InputError, Problem
from wfm.forecast import Event, Treat, Verdict
from wfm.intervals import DAY_S
from wfm.pipeline.hand_kept import CellError, Row, filled, iso_date, read_rows

__all__ = ["EVERY_QUEUE", "Known", "read_events", "read_pay_days", "read_school_holidays"]

EVERY_QUEUE = ""
"""Queue of events that touch all queues."""

_MOST_DAYS = 31
"""A lead or lag of an event is no longer [days]."""
_MOST = 5.0
"""A larger effect that bears no % is taken for one that lacks it [fraction]."""
_PAY_DAYS_AFTER = 2
"""Money is on the account on the pay day; callers follow over this many days."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a file says of one queue."""

    events: tuple[Event, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """One row: its queue, its events with lead and lag, or its verdict."""

    queue: str
    events: tuple[Event, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def read_events(path: Path, queues: Sequence[str]) -> Mapping[str, Known]:
    """Events and verdicts by queue; no file is none.

    Parameters
    ----------
    path
        events.csv: queue (empty for all), from, to, name, and effect: a fraction like 0.2 or
        ``+20%``; empty lets past events of the same name tell it. Optional: hours
        (``10:00-12:00``); before, after: a number of days beside it, each with an effect of its own
        to learn, or their effects (``+5% +10%``); treat (keep, ignore, repair) for a verdict on
        what was found in the history.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    columns = ("queue", "from", "to", "name")
    return _read(path, queues, columns, ("effect", "hours", "before", "after", "treat"), _event)


def read_school_holidays(path: Path, queues: Sequence[str]) -> Mapping[str, Known]:
    """School holidays by queue, their effect to learn; no file is none.

    Parameters
    ----------
    path
        school.csv: from, to; optional name (each name has an effect of its own), queue.
    """
    return _read(path, queues, ("from", "to"), ("name", "queue"), _school)


def read_pay_days(path: Path, queues: Sequence[str]) -> Mapping[str, Known]:
    """Pay days and the two days after, their effects to learn; no file is none.

    Parameters
    ----------
    path
        paydays.csv: date; optional name, queue.
    """
    return _read(path, queues, ("date",), ("name", "queue"), _pay_day)


def _read(
    path: Path,
    queues: Sequence[str],
    columns: tuple[str, ...],
    optional: tuple[str, ...],
    convert: Callable[[Row], _Line],
) -> Mapping[str, Known]:
    if not path.exists():
        return {}
    problems: list[Problem] = []
    found: dict[str, list[_Line]] = {name: [] for name in queues}
    for row, line in read_rows(path, columns, optional, convert, problems):
        if line.queue != EVERY_QUEUE and line.queue not in found:
            fix = f"known are {', '.join(queues)}; empty means all"
            problems.append(Problem("no such queue", path.name, row, "queue", line.queue, fix))
            continue
        for name in queues if line.queue == EVERY_QUEUE else [line.queue]:
            found[name].append(line)
    if problems:
        raise InputError(problems)
    return {
        name: Known(
            tuple(event for line in lines for event in line.events),
            tuple(verdict for line in lines for verdict in line.verdicts),
        )
        for name, lines in found.items()
    }


def _event(row: Row) -> _Line:
    first, last = _day(row, "from"), _day(row, "to")
    from_s, until_s = _hours(row)
    if row["treat"]:
        return _Line(row["queue"], verdicts=(_verdict(row, first, last, from_s, until_s),))
    name = filled(row, "name")
    effect = _effect(row["effect"], "effect")
    try:
        event = Event(name, first, last, effect, from_s, until_s)
    except ValueError as error:
        raise CellError(str(error), "to", row["to"], "correct the row") from error
    beside = [*_beside(row, "before", name, first), *_beside(row, "after", name, last)]
    return _Line(row["queue"], (event, *beside))


def _day(row: Row, column: str) -> dt.date:
    """Date of a cell; hours of it have a column of their own."""
    if "T" in row[column] or " " in row[column]:
        fix = "write the date alone, and 10:00-12:00 in the column hours"
        raise CellError("is not a date", column, row[column], fix)
    return iso_date(row, column)


def _verdict(row: Row, first: dt.date, last: dt.date, from_s: int, until_s: int) -> Verdict:
    for column in ("effect", "before", "after"):
        if row[column]:
            fix = "a verdict is of the past; empty the cell, or empty treat"
            raise CellError("is of no use beside treat", column, row[column], fix)
    try:
        treat = Treat(row["treat"])
    except ValueError as error:
        fix = f"choose one of {', '.join(Treat)}"
        raise CellError("is no verdict", "treat", row["treat"], fix) from error
    try:
        return Verdict(first, last, treat, from_s, until_s)
    except ValueError as error:
        raise CellError(str(error), "to", row["to"], "correct the row") from error


def _hours(row: Row) -> tuple[int, int]:
    if not row["hours"]:
        return 0, DAY_S
    try:
        from_s, until_s = clock_range(row["hours"])
    except ValueError as error:
        raise CellError(str(error), "hours", row["hours"], "write 10:00-12:00") from error
    if from_s == until_s:
        raise CellError("is no span", "hours", row["hours"], "write 10:00-12:00")
    return from_s, until_s


def _beside(row: Row, column: str, name: str, day: dt.date) -> list[Event]:
    """Days before or after an event: nearest the event last in ``before``, first in ``after``."""
    words = row[column].split()
    if len(words) == 1 and words[0].isdigit():
        effects: list[float | None] = [None] * min(int(words[0]), _MOST_DAYS + 1)
    else:
        effects = [_effect(word, column) for word in words]
    if len(effects) > _MOST_DAYS:
        raise CellError("is too long", column, row[column], f"at most {_MOST_DAYS} days")
    if column == "before":
        effects.reverse()
    step = -1 if column == "before" else 1
    out = []
    for k, effect in enumerate(effects, start=1):
        date = day + dt.timedelta(days=step * k)
        label = f"{name}, {k} day{'s' if k > 1 else ''} {column}"
        try:
            out.append(Event(label, date, date, effect))
        except ValueError as error:
            raise CellError(str(error), column, row[column], "correct the cell") from error
    return out


def _effect(text: str, column: str) -> float | None:
    if not text:
        return None
    fix = "write a fraction like 0.2, or +20%"
    if text in set(Treat):
        raise CellError("is a verdict", column, text, "write it in the column treat")
    try:
        effect = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError as error:
        raise CellError("is not a number", column, text, fix) from error
    if not isfinite(effect):
        raise CellError("is not a number", column, text, fix)
    if effect > _MOST and not text.endswith("%"):
        raise CellError(f"is more than {_MOST:g} times as much again", column, text, fix)
    return effect


def _school(row: Row) -> _Line:
    first, last = iso_date(row, "from"), iso_date(row, "to")
    try:
        event = Event(row["name"] or "school holidays", first, last, recurs=True)
    except ValueError as error:
        raise CellError(str(error), "to", row["to"], "correct the row") from error
    return _Line(row["queue"], (event,))


def _pay_day(row: Row) -> _Line:
    date = iso_date(row, "date")
    name = row["name"] or "pay day"
    events = []
    for k in range(_PAY_DAYS_AFTER + 1):
        day = date + dt.timedelta(days=k)
        label = f"{name}, {k} day{'s' if k > 1 else ''} after" if k else name
        events.append(Event(label, day, day, recurs=True))
    return _Line(row["queue"], tuple(events))
