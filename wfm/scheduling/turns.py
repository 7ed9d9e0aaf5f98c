"""What the weeks before ask of a week: weekends by turn, hours by the average, rests and nights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import ShiftTemplate
from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.duty import Duty
from wfm.scheduling.line import Line
from wfm.scheduling.past import Past
from wfm.scheduling.people import Person
from wfm.scheduling.stretch import Before, Weekend
from wfm.work_rules import DutyRules

__all__ = ["duties", "in_spans", "weekends_worked_in_row", "with_turns"]

_LONG_AGO = -(10**6)
_WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)


def with_turns(people: Sequence[Person], line: Line, past: Past) -> list[Person]:
    """The same people; weekends that must be off cannot be worked, hours keep their average."""
    out = [_averaged(person, line, past) for person in people]
    for saturday in sorted({_saturday(day) for day in line.dates if day.weekday() >= 5}):
        days = [k for k, day in enumerate(line.dates) if day in (saturday, saturday + _DAY)]
        for index, person in enumerate(out):
            every = person.contract.duty.weekend_off_every
            worked = past.days(person.agent.agent)
            if every and weekends_worked_in_row(worked, saturday) >= every - 1:
                out[index] = _without(person, days)
    return out


def _saturday(day: dt.date) -> dt.date:
    """Saturday of the weekend that a Saturday or Sunday belongs to."""
    return day - dt.timedelta(days=day.weekday() - 5)


def weekends_worked_in_row(days: set[dt.date], saturday: dt.date) -> int:
    """Weekends with some work, one after the other, up to the one before a Saturday."""
    run = 0
    while days & {saturday - (run + 1) * _WEEK, saturday - (run + 1) * _WEEK + _DAY}:
        run += 1
    return run


def _without(person: Person, days: Sequence[int]) -> Person:
    available = tuple(can and k not in days for k, can in enumerate(person.available))
    return replace(person, available=available)


def _averaged(person: Person, line: Line, past: Past) -> Person:
    """Hours of this week so that every stretch of weeks can keep its average."""
    duty, contract = person.contract.duty, person.contract
    if duty.average_s is None or len(line.dates) < 7:
        return person
    weeks, (low, high) = duty.average_weeks, duty.average_s
    known = past.first_day or line.dates[0]
    least, most = person.paid_s
    full = least == contract.week_s[0]
    spent, lean = 0, False
    for before in range(weeks):
        first = line.dates[0] - before * _WEEK
        if before:
            if first < known:
                break
            paid = past.paid_s(person.agent.agent, first, first + 6 * _DAY)
            spent, lean = spent + paid, lean or paid < contract.week_s[0]
        ahead = weeks - 1 - before
        most = min(most, weeks * high - spent - ahead * contract.week_s[0])
        if full and not lean:
            least = max(least, weeks * low - spent - ahead * contract.week_s[1])
    most = max(most, 0)
    return replace(person, paid_s=(min(least, most), most))


def duties(
    people: Sequence[Person],
    line: Line,
    past: Past,
    templates: Sequence[ShiftTemplate],
) -> tuple[Duty, ...]:
    """Rules of each person's week with what was worked before it."""
    saturday = [k for k, day in enumerate(line.dates[:-1]) if day.weekday() == 5]
    weekend = (saturday[0], saturday[0] + 1) if saturday else None
    first_s = min((template.start_s[0] for template in templates), default=0)
    made = []
    for person in people:
        rules, name = person.contract.duty, person.agent.agent
        before = list(past.of(name))
        last = before[-1] if before else None
        night_end = next((done.end for done in reversed(before) if done.night), None)
        still = last is not None and last.night and night_end is not None
        rest = pd.Timedelta(seconds=rules.rest_after_nights_s)
        made.append(
            Duty(
                rules=rules,
                step_s=line.step_s,
                last_end=_LONG_AGO if last is None else _step(line, last.end),
                nights_before=past.nights_in_row(name, line.dates[0]),
                free_of_nights=_step(line, night_end + rest) if still else _LONG_AGO,
                midnights=line.midnights,
                next_start=line.midnights[-1] + first_s // line.step_s,
                weekend=weekend,
                before=_before(name, rules, line, past),
            )
        )
    return tuple(made)


def _before(name: str, rules: DutyRules, line: Line, past: Past) -> Before:
    """Days in a row, weekends and shifts that a person's week counts on from."""
    first, days = line.dates[0], past.days(name)
    worked = 0
    while first - (worked + 1) * _DAY in days:
        worked += 1
    saturdays = sorted({_saturday(day) for day in line.dates if day.weekday() >= 5})
    here = {day: k for k, day in enumerate(line.dates)}
    weekends = (
        [
            Weekend(
                tuple(here[day] for day in (saturday, saturday + _DAY) if day in here),
                worked=bool({saturday, saturday + _DAY} & days),
            )
            for saturday in [*(saturdays[0] - k * _WEEK for k in (3, 2, 1)), *saturdays]
        ]
        if saturdays
        else []
    )
    start = line.dates[-1] - 4 * _WEEK + _DAY
    shifts = past.shifts(name, start, first - _DAY)
    since = line.dates[-1] - rules.average_weeks * _WEEK + _DAY
    most = rules.night_average_s or 0
    room_s = sum(most - done.paid_s for done in past.of(name) if done.night and done.day >= since)
    off = None if worked else past.off_in_row(name, first)
    return Before(worked, off, tuple(weekends), shifts, max(room_s, 0))


def _step(line: Line, moment: pd.Timestamp) -> int:
    """First step that begins at or after a moment."""
    return int(-((line.origin - moment).total_seconds() // line.step_s))


def in_spans(person: Person, catalogue: Catalogue, step_s: int) -> NDArray[np.bool_]:
    """Which options lie in the hours a person is available, and start in the person's window."""
    if person.window is not None:
        first_s, last_s = person.window
        inside = (catalogue.clock_s >= first_s) & (catalogue.clock_s <= last_s)
        return inside & in_spans(replace(person, window=None), catalogue, step_s)
    if person.spans is None:
        return np.ones(len(catalogue), dtype=bool)
    out = np.zeros(len(catalogue), dtype=bool)
    ends = catalogue.clock_s + (catalogue.end - catalogue.start) * step_s
    for day, spans in enumerate(person.spans):
        for from_s, to_s in spans:
            out |= (catalogue.day == day) & (catalogue.clock_s >= from_s) & (ends <= to_s)
    return out
