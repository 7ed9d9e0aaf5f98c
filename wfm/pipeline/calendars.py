"""Opening hours, public holidays and own events of each queue, for every forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wfm.errors import InputError, Problem
from wfm.forecast import Event, QueueCalendar
from wfm.intervals import holiday_names
from wfm.pipeline.drivers import read_drivers
from wfm.pipeline.events import Known, read_events, read_pay_days, read_school_holidays
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
    """Holidays by queue; hours, events, school holidays, pay days and drivers where configured.

    Raises
    ------
    InputError
        When the country or subdivision is unknown, or a file is wrong.
    """
    try:
        holidays = dict(holiday_names(place.country, place.subdivision, years))
    except ValueError as error:
        raise InputError([Problem(str(error), column="country", found=place.country)]) from error
    other = _other_holidays(project, place, years)
    configured = project.queues if project else {}
    files = _files(project, list(configured)) if project else []
    drivers = read_drivers(project.root / "drivers.csv", list(configured)) if project else {}
    out = {}
    for name in names:
        known = [each[name] for each in files if name in each]
        events = tuple(event for one in known for event in one.events)
        out[name] = QueueCalendar(
            configured[name].opening if name in configured else None,
            holidays,
            (*events, *(event for event in other if event.first not in holidays)),
            tuple(verdict for one in known for verdict in one.verdicts),
            drivers.get(name),
        )
    return out


def _files(project: Project, queues: list[str]) -> list[Mapping[str, Known]]:
    """What events.csv, school.csv and paydays.csv say, by queue."""
    return [
        read_events(project.root / "events.csv", queues),
        read_school_holidays(project.root / "school.csv", queues),
        read_pay_days(project.root / "paydays.csv", queues),
    ]


def _other_holidays(
    project: Project | None, place: Place, years: Sequence[int]
) -> tuple[Event, ...]:
    """Optional holidays, half days and the like that the centre asks for: effects to learn."""
    out: list[Event] = []
    for kind in project.config.forecast.holidays if project else ():
        try:
            dates = holiday_names(place.country, place.subdivision, years, kind=kind)
        except ValueError as error:
            where = "forecast.holidays"
            raise InputError([Problem(str(error), "wfm.toml", 0, where, kind)]) from error
        name = f"{kind.replace('_', '-')} holiday"
        out += [Event(name, day, day, recurs=True) for day in dates]
    return tuple(out)
