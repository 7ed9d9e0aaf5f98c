"""Hours by day as wfm.toml has them, in the order of reading: weekdays, holidays, single dates."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

from wfm.config.section import Section
from wfm.config.units import spans, weekdays
from wfm.intervals import OpeningHours, Span

__all__ = ["read_opening"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_opening(section: Section, key: str = "open") -> OpeningHours | None:
    """Hours of ``open = { mon-fri = "07:00-21:00" }`` or ``"always"``; None after a problem."""
    if section.table.get(key) == "always":
        section.text(key)
        return OpeningHours.always()
    if not isinstance(section.table.get(key), dict):
        what = "is not the hours by day" if section.has(key) else "is missing"
        fix = f'write {key} = {{ mon-fri = "07:00-21:00" }} or {key} = "always"'
        section.complain(key, what, found=str(section.table.get(key, "")), fix=fix)
        return None
    week: list[tuple[Span, ...]] = [()] * 7
    holidays: tuple[Span, ...] | None = None
    dates: list[tuple[dt.date, tuple[Span, ...]]] = []
    hours = section.child(key)
    for entry in hours.table:
        closed: tuple[Span, ...] = ()
        found = hours.read(entry, closed, partial(_day_spans, entry))
        if entry == "holidays":
            holidays = None if hours.table[entry] == "hours" else found
        elif _DATE.fullmatch(entry):
            dates += [(day, found) for day in _dates(entry)]
        else:
            for day in _weekdays(entry):
                week[day] = found
    return section.build(lambda: OpeningHours(tuple(week), holidays, tuple(dates)))


def _day_spans(key: str, value: Any) -> tuple[Span, ...]:
    """Spans of one entry of ``open``, once its key has been seen to be a day."""
    if key == "holidays" and value == "hours":
        return ()
    if _DATE.fullmatch(key):
        dt.date.fromisoformat(key)
    elif key != "holidays":
        weekdays(key)
    return spans(value)


def _dates(key: str) -> list[dt.date]:
    try:
        return [dt.date.fromisoformat(key)]
    except ValueError:  # told by _day_spans already
        return []


def _weekdays(key: str) -> list[int]:
    try:
        return weekdays(key)
    except ValueError:  # told by _day_spans already
        return []
