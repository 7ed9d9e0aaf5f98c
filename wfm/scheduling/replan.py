"""Re-planning: a roster that is already out, what of it must stay and what a change costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.line import Line
from wfm.scheduling.people import Person
from wfm.work_rules import FixedShift

__all__ = ["FREE", "Former", "Replan", "former_roster", "with_fixed_days"]

FREE = -2


@dataclass(frozen=True, slots=True)
class Replan:
    """The roster people have in their hands.

    Parameters
    ----------
    shifts, activities
        Tables of the former :class:`~wfm.scheduling.result.Schedule`.
    freeze_until
        Local dates before this one stay as they are, days off and breaks included; None freezes
        nothing.
    pinned
        Single shifts that stay: agent and local date.
    change_price
        Price of a former shift that its owner does not get again, in units of the objective.

    Notes
    -----
    Leave wins over a frozen or pinned shift: who is away does not work.
    """

    shifts: pd.DataFrame
    activities: pd.DataFrame
    freeze_until: dt.date | None = None
    pinned: frozenset[tuple[str, dt.date]] = frozenset()
    change_price: float = 8.0


@dataclass(frozen=True, slots=True)
class Former:
    """A former roster on the line of one week, each of shape (persons, days).

    Parameters
    ----------
    option
        Option of the former shift; -1 when off or when the catalogue no longer has it.
    fixed
        What must stay: an option, -1 for a day off, -2 where everything is free.
    kept
        Whether what must stay was out before, so that its activities stay too.
    """

    option: NDArray[np.int64]
    fixed: NDArray[np.int64]
    kept: NDArray[np.bool_]


def former_roster(
    replan: Replan | None,
    line: Line,
    catalogue: Catalogue,
    people: Sequence[Person],
    settled: Sequence[FixedShift] = (),
) -> Former:
    """Find the shifts of a former roster, and those settled before, among the options of a week."""
    option = np.full((len(people), len(line.dates)), -1, dtype=np.int64)
    fixed = np.full(option.shape, FREE, dtype=np.int64)
    rows = {person.agent.agent: index for index, person in enumerate(people)}
    _settle(settled, line, catalogue, people, rows, fixed)
    if replan is None:
        return Former(option, fixed, np.zeros(fixed.shape, dtype=bool))
    places = {
        (catalogue.classes[kind].template, int(start), int(end)): index
        for index, (kind, start, end) in enumerate(
            zip(catalogue.kind, catalogue.start, catalogue.end, strict=True)
        )
    }
    starts, ends = line.steps(replan.shifts["start"]), line.steps(replan.shifts["end"])
    named = zip(replan.shifts["agent"], replan.shifts["template"], starts, ends, strict=True)
    for agent, template, start, end in named:
        found = places.get((template, int(start), int(end)))
        if agent in rows and found is not None:
            day = int(catalogue.day[found])
            if people[rows[agent]].available[day]:
                option[rows[agent], day] = found
    kept = np.zeros(fixed.shape, dtype=bool)
    for day, date in enumerate(line.dates):
        if replan.freeze_until is not None and date < replan.freeze_until:
            fixed[:, day], kept[:, day] = option[:, day], True
        for agent, index in rows.items():
            if (agent, date) in replan.pinned and option[index, day] >= 0:
                fixed[index, day], kept[index, day] = option[index, day], True
    return Former(option, fixed, kept)


def _settle(
    settled: Sequence[FixedShift],
    line: Line,
    catalogue: Catalogue,
    people: Sequence[Person],
    rows: Mapping[str, int],
    fixed: NDArray[np.int64],
) -> None:
    """Put settled shifts where they must be; one that no template makes is left to the check."""
    dates = {date: day for day, date in enumerate(line.dates)}
    ends = catalogue.clock_s + (catalogue.end - catalogue.start) * line.step_s
    for shift in settled:
        if shift.agent in rows and shift.day in dates:
            person = people[rows[shift.agent]]
            same = (catalogue.day == dates[shift.day]) & (catalogue.clock_s == shift.start_s)
            fits = np.flatnonzero(same & (ends == shift.end_s) & catalogue.allowed(person.contract))
            if len(fits) and person.available[dates[shift.day]]:
                fixed[rows[shift.agent], dates[shift.day]] = fits[0]


def with_fixed_days(people: Sequence[Person], former: Former) -> list[Person]:
    """The same people; a day off that must stay cannot be worked."""
    return [
        replace(
            person,
            available=tuple(
                can and off != -1 for can, off in zip(person.available, row, strict=True)
            ),
        )
        for person, row in zip(people, former.fixed.tolist(), strict=True)
    ]
