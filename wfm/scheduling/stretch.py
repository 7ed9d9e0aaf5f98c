"""Rules that count from week to week: days in a row, weekends of four, shifts of four weeks.

Like the other rules of a person they are rows of a model and a test of a finished week. Being off
keeps all but one: a stretch of work that the week before left too short must go on, so not going on
has a price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from wfm.scheduling.solver import Model, Term
from wfm.work_rules import DutyRules

__all__ = ["Before", "Weekend", "keeps_stretches", "short_stretches", "stretch_rows"]


@dataclass(frozen=True, slots=True)
class Weekend:
    """A weekend that counts: days of it on the line, and whether others of it were worked."""

    days: tuple[int, ...]
    worked: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """What one person did before the line, as far as later days count on from it.

    Parameters
    ----------
    on
        Days worked in a row up to the line.
    off
        Days off in a row up to the line; None when nobody knows what came before.
    weekends
        The three weekends before the line and those on it, the first first.
    shifts
        Shifts by template in the days that make four weeks with the line.
    night_room_s
        Paid time that nights of the weeks before left below their average [s].
    """

    on: int = 0
    off: int | None = None
    weekends: tuple[Weekend, ...] = ()
    shifts: Mapping[str, int] = field(default_factory=dict)
    night_room_s: int = 0


def keeps_stretches(
    rules: DutyRules, before: Before, worked: set[int], days: int, *, whole: bool
) -> bool:
    """Whether the days worked keep the rules on days in a row and weekends.

    Parameters
    ----------
    worked
        Days of the line with a shift.
    days
        Days of the line.
    whole
        Whether all days are settled; else stretches of work may still grow.
    """
    if whole and short_stretches(rules, before, worked, days):
        return False
    if before.off is not None and 0 < before.off < rules.least_days_off_in_row:
        early = range(rules.least_days_off_in_row - before.off)
        if worked & set(early):
            return False
    every = sorted(worked | ({-1} if before.on else set()))
    gaps = [after - day - 1 for day, after in pairwise(every)]
    if any(0 < gap < rules.least_days_off_in_row for gap in gaps):
        return False
    most = rules.weekends_in_four
    taken = [end.worked or bool(worked & set(end.days)) for end in before.weekends]
    return most is None or all(
        sum(taken[first : first + 4]) <= max(most, sum(e.worked for e in window))
        for first, window in _fours(before.weekends)
    )


def _fours(weekends: Sequence[Weekend]) -> list[tuple[int, Sequence[Weekend]]]:
    """Every four weekends in a row; fewer where there are no more."""
    return [(k, weekends[k : k + 4]) for k in range(max(len(weekends) - 3, 1))]


def short_stretches(rules: DutyRules, before: Before, worked: set[int], days: int) -> list[int]:
    """Days worked in stretches that are over and were too short; those at an end are open."""
    found: list[int] = []
    runs = groupby(enumerate(sorted(worked)), key=lambda pair: pair[1] - pair[0])
    for _, run in runs:
        mine = [day for _, day in run]
        length = len(mine) + (before.on if mine[0] == 0 else 0)
        unknown = mine[0] == 0 and not before.on and before.off is None
        if length < rules.least_days_in_row and not unknown and mine[-1] < days - 1:
            found += mine
    return found


def stretch_rows(
    model: Model,
    rules: DutyRules,
    before: Before,
    by_day: Sequence[Sequence[tuple[str, Any]]],
    *,
    price: float,
) -> None:
    """Add the rules of one person.

    Parameters
    ----------
    by_day
        Variables of each day with the name of their template.
    price
        What it costs not to go on with a stretch that the week before left too short.
    """
    for template, most in rules.shifts_in_four_weeks:
        terms = [(v, 1.0) for pairs in by_day for name, v in pairs if name == template]
        if terms:
            model.row(terms, "<=", float(max(most - before.shifts.get(template, 0), 0)))
    least = max(rules.least_days_in_row, rules.least_days_off_in_row)
    if least == 1 and rules.weekends_in_four is None:
        return
    works = [model.variable(high=1.0, whole=True) for _ in by_day]
    for day, pairs in zip(works, by_day, strict=True):
        model.row([*((v, 1.0) for _, v in pairs), (day, -1.0)], "==", 0.0)
    _work_rows(model, rules.least_days_in_row, before, works, price)
    _off_rows(model, rules.least_days_off_in_row, before, works)
    if rules.weekends_in_four is not None:
        _weekend_rows(model, rules.weekends_in_four, before.weekends, works)


def _work_rows(model: Model, least: int, before: Before, works: list[Any], price: float) -> None:
    """No day off, a few days of work, a day off; what is short at the line's start goes on."""
    if 0 < before.on < least:
        torn = model.variable(price=price, whole=False)
        model.row([(works[0], 1.0), (torn, 1.0)], ">=", 1.0)
        for day in range(1, min(least - before.on, len(works))):
            model.row([(works[day], 1.0), (works[day - 1], -1.0)], ">=", 0.0)
    known = before.on == 0 and before.off is not None
    for length in range(1, least):
        for first in range(-1 if known else 0, len(works) - length - 1):
            ends: list[Term] = [(works[first], 1.0)] if first >= 0 else []
            ends.append((works[first + length + 1], 1.0))
            inner = [(v, -1.0) for v in works[first + 1 : first + length + 1]]
            model.row([*ends, *inner], ">=", 1.0 - length)


def _off_rows(model: Model, least: int, before: Before, works: list[Any]) -> None:
    """No day of work, a few days off, a day of work."""
    if before.off is not None and 0 < before.off < least:
        model.row([(v, 1.0) for v in works[: least - before.off]], "<=", 0.0)
    for length in range(1, least):
        for first in range(-1 if before.on else 0, len(works) - length - 1):
            ends: list[Term] = [(works[first], 1.0)] if first >= 0 else []
            ends.append((works[first + length + 1], 1.0))
            inner = [(v, -1.0) for v in works[first + 1 : first + length + 1]]
            model.row([*ends, *inner], "<=", 1.0 if first >= 0 else 0.0)


def _weekend_rows(
    model: Model, most: int, weekends: Sequence[Weekend], works: Sequence[Any]
) -> None:
    """A weekend is worked when a day of it is; of any four at most so many."""
    taken = []
    for weekend in weekends:
        taken.append(model.variable(high=1.0, whole=True) if weekend.days else None)
        for day in weekend.days:
            model.row([(taken[-1], 1.0), (works[day], -1.0)], ">=", 0.0)
    for first, window in _fours(weekends):
        mine = zip(taken[first : first + 4], window, strict=True)
        terms = [(v, 1.0) for v, weekend in mine if v is not None and not weekend.worked]
        if terms:
            model.row(terms, "<=", float(max(most - sum(e.worked for e in window), 0)))
