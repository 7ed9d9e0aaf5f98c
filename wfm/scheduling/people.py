"""What a week may ask of each person: the days that can be worked, the range of days and hours.

A week that lies whole in the horizon asks what the contract says. A day of leave counts as one of
its days, with its share of the hours: who has five days a week and one of leave works four. A
Saturday or Sunday of leave may have been free anyway: it lowers what is owed, not what can be
asked. Else bounds give way only where days cannot be worked: who is not employed or faced with
closed doors so often that the usual number of days is out of reach owes the same share of the hours
as of the days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from wfm.domain import PUBLIC_HOLIDAY, UNCREDITED, Agent, Contract, Leave, ShiftTemplate
from wfm.intervals import DAY_S
from wfm.presence import PresenceRule
from wfm.scheduling.line import Demand, Line
from wfm.scheduling.presence import counts, hours_on, places_of
from wfm.scheduling.skills import group_name
from wfm.work_rules import Availability

__all__ = ["Person", "week_people", "weeks", "workable_weekdays"]

Spans = tuple[tuple[tuple[int, int], ...], ...]
"""Hours of each date [s after local midnight]."""

_ANY_HOUR = (0, 2 * DAY_S)
_SATURDAY = 5
_FULL_WEEK = 5
"""A horizon of at least this many dates is a whole week whose other days are closed."""


@dataclass(frozen=True, slots=True)
class Person:
    """One agent in one week.

    Parameters
    ----------
    available
        Whether each date may be worked.
    days
        Fewest and most shifts of the week.
    paid_s
        Least and most paid time of the week [s].
    serves
        Queues of the requirement that the person can serve, by name.
    spans
        Hours of each date in which a shift must lie [s after local midnight]; None is any hour.
    window
        Earliest and latest start of the week's shifts [s after local midnight]; None is any.
    places
        Rules of presence that count the person and not others of the same skills.
    """

    agent: Agent
    contract: Contract
    available: tuple[bool, ...]
    days: tuple[int, int]
    paid_s: tuple[int, int]
    serves: tuple[str, ...] = ()
    spans: Spans | None = None
    window: tuple[int, int] | None = None
    places: tuple[int, ...] = ()

    @property
    def group(self) -> str:
        """Name of the skill group: the queues it serves."""
        return group_name(self.serves)


def weeks(dates: Sequence[dt.date]) -> list[tuple[dt.date, ...]]:
    """Cut a horizon into weeks of seven dates, counted from its first date.

    Examples
    --------
    >>> from wfm.intervals import days
    >>> [len(week) for week in weeks(days(dt.date(2024, 1, 1), 12))]
    [7, 5]
    """
    return [tuple(dates[first : first + 7]) for first in range(0, len(dates), 7)]


def open_dates(
    line: Line, demands: Iterable[Demand], templates: Iterable[ShiftTemplate]
) -> tuple[bool, ...]:
    """Whether anything is needed on each date while shifts of these templates can run."""
    given = list(templates)
    if not given:
        return (False,) * len(line.dates)
    first_s = min(template.start_s[0] for template in given)
    last_s = max(template.start_s[1] + template.length_s[1] for template in given)
    doors = np.any([demand.open for demand in demands], axis=0)
    needed = np.flatnonzero(doors[: line.midnights[-1]])
    found = []
    for midnight in line.midnights[:-1]:
        low, high = midnight + first_s // line.step_s, midnight + last_s // line.step_s
        found.append(bool(((needed >= low) & (needed < high)).any()))
    return tuple(found)


def _owed(
    contract: Contract, available: int, credited: tuple[int, int], dates: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Range of days and of paid time [s] in a week.

    Parameters
    ----------
    available
        Days that can be worked.
    credited
        Days off that count as worked for the least and for the most that is asked.
    """
    low, high = contract.days_per_week
    unseen = 0 if dates >= _FULL_WEEK else 7 - dates
    least_days = max(0, min(low - credited[0] - unseen, available))
    most_days = max(least_days, min(high - credited[1], available))
    part = max(0.0, 1.0 - credited[0] / high) if high else 0.0
    share = min(1.0, least_days / low) if low else min(part, float(available))
    kept = max(0.0, 1.0 - credited[1] / high) if high else 0.0
    most = round(contract.week_s[1] * max(share, min(kept, available / max(low, 1), 1.0)))
    least = min(round(contract.week_s[0] * share), most_days * contract.day_s[1], most)
    return (least_days, most_days), (least, most)


def week_people(
    line: Line,
    demand: Mapping[str, Demand],
    agents: Iterable[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    leave: Iterable[Leave],
    availability: Iterable[Availability] = (),
    presence: Sequence[PresenceRule] = (),
) -> list[Person]:
    """Everyone employed on some date of the line with a skill for a queue with demand."""
    away = {(item.agent, item.day): item for item in leave}
    hours: dict[str, list[Availability]] = {}
    for span in availability:
        hours.setdefault(span.agent, []).append(span)
    opened: dict[tuple[str, tuple[str, ...]], tuple[bool, ...]] = {}
    people = []
    for agent in agents:
        contract = contracts[agent.contract]
        serves = tuple(sorted(demand.keys() & set(agent.skills)))
        if not serves:
            continue
        mine = [templates[name] for name in contract.shifts]
        if (contract.name, serves) not in opened:
            asked = [demand[queue] for queue in serves]
            opened[contract.name, serves] = open_dates(line, asked, mine)
        spans = _spans(hours.get(agent.agent), line.dates)
        for rule in presence:
            if rule.open is not None and counts(rule, agent):
                spans = _within(spans, [hours_on(rule.open, day) for day in line.dates])
        fits = [_some_shift(span, mine) for span in spans or ((_ANY_HOUR,),) * len(line.dates)]
        doors = opened[contract.name, serves]
        off = [away.get((agent.agent, day)) for day in line.dates]
        there = [can and agent.employed(day) for day, can in zip(line.dates, fits, strict=True)]
        available = tuple(map(_can_work, off, there, doors))
        if any(agent.employed(day) for day in line.dates):
            paid = list(map(_is_credited, off, there, doors))
            surely = [day.weekday() < _SATURDAY for day in compress(line.dates, paid)]
            owed = _owed(contract, sum(available), (sum(paid), sum(surely)), len(line.dates))
            places = places_of(presence, agent)
            made = Person(agent, contract, available, *owed, serves, spans, places=places)
            people.append(made)
    return people


def _can_work(leave: Leave | None, there: bool, is_open: bool) -> bool:
    return leave is None and there and is_open


def _is_credited(leave: Leave | None, there: bool, is_open: bool) -> bool:
    """Whether a day off counts as worked: leave on a day to work, a public holiday on any."""
    if leave is None or not there or leave.code in UNCREDITED:
        return False
    return is_open or leave.code == PUBLIC_HOLIDAY


def _within(spans: Spans | None, hours: Sequence[tuple[tuple[int, int], ...]]) -> Spans:
    """Hours of availability that lie in the hours of a place, date by date."""
    return tuple(
        tuple((max(a, c), min(b, d)) for a, b in own for c, d in doors if max(a, c) < min(b, d))
        for own, doors in zip(spans or ((_ANY_HOUR,),) * len(hours), hours, strict=True)
    )


def _spans(hours: Sequence[Availability] | None, dates: Sequence[dt.date]) -> Spans | None:
    """Hours of each date in which somebody can work; None for any hour."""
    if not hours:
        return None
    return tuple(tuple((h.from_s, h.to_s) for h in hours if h.holds(day)) for day in dates)


def workable_weekdays(
    spans: Iterable[Availability], templates: Iterable[ShiftTemplate]
) -> set[int]:
    """Weekdays on which some shift lies in a person's hours of availability.

    Examples
    --------
    >>> day = ShiftTemplate("day", (28800, 36000), 3600, (28800, 28800), 3600)
    >>> hours = [Availability("a", 0, 28800, 50000), Availability("a", 2, 0, 86400)]
    >>> workable_weekdays(hours, [day])
    {2}
    """
    shifts = list(templates)
    return {span.weekday for span in spans if _some_shift([(span.from_s, span.to_s)], shifts)}


def _some_shift(spans: Iterable[tuple[int, int]], templates: Iterable[ShiftTemplate]) -> bool:
    """Whether the shortest shift of some template lies in one of the spans."""
    starts = [(start, t.length_s[0]) for t in templates for start in t.starts()]
    return any(
        from_s <= start and start + length <= to_s
        for from_s, to_s in spans
        for start, length in starts
    )
