"""Requirement against roster by day and slot, one stream per queue that can be told apart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wfm.reports.day_grid import DayGrid, Slot, worked_share
from wfm.reports.roster_cells import PlacedShift, RosterCells

if TYPE_CHECKING:
    import pandas as pd

    from wfm.reports.book import RosterBook

__all__ = ["Stream", "coverage_streams", "shifts_touching"]

Place = tuple[dt.date, Slot]


@dataclass(frozen=True, slots=True)
class Stream:
    """One queue, or all of them where shifts serve several at once.

    Parameters
    ----------
    skill
        Shifts that count; None counts all.
    required, scheduled
        Agents by date and slot.
    correction
        What the plan counted beyond the day sheet's own sum [agents]; only where it differs.
    service_level
        Service level to expect [fraction]; empty where the plan gives none.
    """

    name: str
    skill: str | None
    required: Mapping[Place, float]
    scheduled: Mapping[Place, float]
    correction: Mapping[Place, float]
    service_level: Mapping[Place, float]

    def counts(self, shift: PlacedShift) -> bool:
        """Whether a shift belongs to the stream."""
        return self.skill is None or shift.skill == self.skill


def shifts_touching(cells: RosterCells, day: dt.date) -> list[PlacedShift]:
    """Shifts that start on a date, and those of the day before that run past midnight."""
    yesterday = cells.of_day(day - dt.timedelta(days=1))
    return cells.of_day(day) + [shift for shift in yesterday if shift.wall_end_s > 86_400]


def coverage_streams(
    book: RosterBook, cells: RosterCells, grids: Mapping[dt.date, DayGrid]
) -> tuple[Stream, ...]:
    """Streams of a book; always at least one."""
    frame = book.coverage
    queues = sorted(map(str, frame["queue"].unique())) if len(frame) else []
    skills = {shift.skill for found in cells.shifts.values() for shift in found}
    if len(queues) > 1 and skills <= set(queues):
        return tuple(
            _stream(queue, queue, frame[frame["queue"] == queue], cells, grids) for queue in queues
        )
    name = queues[0] if len(queues) == 1 else "all queues"
    return (_stream(name, None, frame, cells, grids),)


def _stream(
    name: str,
    skill: str | None,
    frame: pd.DataFrame,
    cells: RosterCells,
    grids: Mapping[dt.date, DayGrid],
) -> Stream:
    places = {
        int(start): (day, slot)
        for day, grid in grids.items()
        for start, slot in zip(grid.starts, grid.slots, strict=True)
    }
    required = _by_place(frame, "required", places)
    planned = _by_place(frame, "scheduled", places)
    counted = _counted(skill, cells, grids)
    scheduled = {place: planned.get(place, counted[place]) for place in places.values()}
    correction = {
        place: agents - counted[place]
        for place, agents in scheduled.items()
        if abs(agents - counted[place]) > 1e-6
    }
    one_queue = frame["queue"].nunique() == 1
    level = _by_place(frame, "service_level", places) if one_queue else {}
    return Stream(name, skill, required, scheduled, correction, level)


def _by_place(frame: pd.DataFrame, column: str, places: Mapping[int, Place]) -> dict[Place, float]:
    """Sum of a column by place; places without a value are left out."""
    found: dict[Place, float] = defaultdict(float)
    if column not in frame:
        return found
    times = frame["interval_start"].astype("datetime64[s, UTC]").astype("int64")
    for start, value in _given(times, frame[column]):
        if start in places:
            found[places[start]] += value
    return dict(found)


def _given(times: Iterable[int], values: Iterable[float | None]) -> list[tuple[int, float]]:
    return [
        (int(start), float(value))
        for start, value in zip(times, values, strict=True)
        if value is not None and value == value  # noqa: PLR0124 - NaN differs from itself
    ]


def _counted(
    skill: str | None, cells: RosterCells, grids: Mapping[dt.date, DayGrid]
) -> dict[Place, float]:
    found: dict[Place, float] = {}
    for day, grid in grids.items():
        total = np.zeros(len(grid.starts))
        for shift in shifts_touching(cells, day):
            if skill is None or shift.skill == skill:
                total += worked_share(grid, shift)
        found |= {
            (day, slot): float(agents) for slot, agents in zip(grid.slots, total, strict=True)
        }
    return found
