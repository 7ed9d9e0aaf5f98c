"""Rules of presence on the dates of a roster: public holidays have their own hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from wfm.intervals import OpeningHours
from wfm.pipeline.project import Project
from wfm.presence import PresenceRule

__all__ = ["presence_on"]


def presence_on(project: Project, first: dt.date, last: dt.date) -> tuple[PresenceRule, ...]:
    """Rules of wfm.toml with the hours of each public holiday between two dates, both included."""
    rules = project.config.scheduling.presence
    if not rules:
        return ()
    holidays = project.holidays(first, last)
    return tuple(
        replace(rule, at=_dated(rule.at, holidays), open=_dated(rule.open, holidays))
        for rule in rules
    )


def _dated(hours: OpeningHours | None, holidays: Iterable[dt.date]) -> OpeningHours | None:
    """Hours whose holidays are written as dates."""
    if hours is None or hours.holidays is None:
        return hours
    named = {day for day, _ in hours.dates}
    more = tuple((day, hours.holidays) for day in holidays if day not in named)
    return replace(hours, dates=(*hours.dates, *more))
