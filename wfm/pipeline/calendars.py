"""Opening hours, public holidays and own events of each queue, for every forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wfm.errors import InputError, Problem
from wfm.forecast import QueueCalendar
from wfm.intervals import holiday_names
from wfm.pipeline.events import read_events
from wfm.pipeline.project import Project

__all__ = ["Place", "calendars", "place_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the clock and the public holidays of a history are."""

    timezone: str
    country: str = ""
    subdivision: str = ""


def place_of(project: Project | None) -> Place:
    """Place of a centre; UTC without holidays where there is none."""
    if project is None:
        return Place("UTC")
    config = project.config
    return Place(config.timezone, config.country, config.subdivision)


def calendars(
    names: Sequence[str],
    project: Project | None,
    place: Place,
    years: Sequence[int],
) -> Mapping[str, QueueCalendar]:
    """Opening hours and events (where configured) and holidays by queue.

    Raises
    ------
    InputError
        When the country or subdivision is unknown, or events.csv is wrong.
    """
    try:
        holidays = dict(holiday_names(place.country, place.subdivision, years))
    except ValueError as error:
        raise InputError([Problem(str(error), column="country", found=place.country)]) from error
    configured = project.queues if project else {}
    events = read_events(project.root / "events.csv", list(configured)) if project else {}
    return {
        name: QueueCalendar(
            configured[name].opening if name in configured else None,
            holidays,
            events.get(name, ()),
        )
        for name in names
    }
