"""Rows of a day sheet: who works when, in order of start, and who could."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.domain import Agent
from wfm.intervals import DAY_S
from wfm.reports.coverage_streams import shifts_touching
from wfm.reports.day_grid import DayGrid, wall_share, worked_share
from wfm.reports.roster_cells import Pause, PlacedShift, RosterCells

__all__ = ["DayRow", "PauseColumn", "day_rows", "pause_columns"]


@dataclass(frozen=True, slots=True)
class PauseColumn:
    """A column for the start of a break: the k-th of its name and length in a shift."""

    name: str
    length_s: int
    rank: int


@dataclass(frozen=True, slots=True)
class DayRow:
    """One person on one day.

    Parameters
    ----------
    shift
        None for a person without a shift.
    carried
        Whether the shift began the day before.
    span
        From and to on the day's wall clock [s after midnight]; None without a shift.
    pauses
        Start of each break on the day's wall clock [s], by column; None where the shift has none.
    share
        Part of each interval at work [fraction].
    followed
        Whether formulas reckon that part from the Roster's cell and the break columns; otherwise
        (two shifts on a day, edges inside autumn's doubled hour) it stands as values.
    """

    person: Agent
    shift: PlacedShift | None
    carried: bool
    span: tuple[int, int] | None
    pauses: tuple[int | None, ...]
    share: NDArray[np.float64]
    followed: bool


def pause_columns(shifts: Iterable[PlacedShift]) -> tuple[PauseColumn, ...]:
    """Columns that hold every break of the shifts, in the order of the day."""
    starts: dict[PauseColumn, list[int]] = {}
    for shift in shifts:
        for column, pause in zip(_keys(shift.pauses), shift.pauses, strict=True):
            starts.setdefault(column, []).append(pause.wall_s - shift.wall_start_s)
    return tuple(
        sorted(starts, key=lambda column: (sum(starts[column]) / len(starts[column]), column.name))
    )


def _keys(pauses: tuple[Pause, ...]) -> list[PauseColumn]:
    seen: Counter[tuple[str, int]] = Counter()
    found = []
    for pause in pauses:
        key = (pause.name, pause.length_s)
        found.append(PauseColumn(*key, seen[key]))
        seen[key] += 1
    return found


def day_rows(
    cells: RosterCells, day: dt.date, grid: DayGrid, columns: tuple[PauseColumn, ...]
) -> tuple[DayRow, ...]:
    """Rows of a day: shifts by start, then the people without one."""
    known = {person.agent: person for person in cells.people}
    rows = [
        _row(known[shift.agent], shift, day, grid, columns, cells)
        for shift in shifts_touching(cells, day)
    ]
    rows.sort(key=lambda row: (row.span or (0, 0), row.person.team, row.person.name))
    busy = {row.person.agent for row in rows if not row.carried}
    none = (None,) * len(columns)
    zero = np.zeros(len(grid.starts))
    free = [
        DayRow(person, None, carried=False, span=None, pauses=none, share=zero, followed=True)
        for person in cells.people
        if person.agent not in busy and person.employed(day)
    ]
    return tuple(rows + free)


def _row(
    person: Agent,
    shift: PlacedShift,
    day: dt.date,
    grid: DayGrid,
    columns: tuple[PauseColumn, ...],
    cells: RosterCells,
) -> DayRow:
    carried = shift.day < day
    back_s = DAY_S if carried else 0
    begin = 0 if carried else shift.wall_start_s
    length_s = (shift.wall_end_s - shift.wall_start_s) % DAY_S
    end = shift.wall_end_s - back_s if carried else shift.wall_start_s + length_s
    given = {
        key: pause.wall_s - back_s
        for key, pause in zip(_keys(shift.pauses), shift.pauses, strict=True)
        if 0 <= pause.wall_s - back_s < DAY_S
    }
    pauses = tuple(given.get(column) for column in columns)
    share = worked_share(grid, shift)
    spans = [
        (start, start + column.length_s)
        for start, column in zip(pauses, columns, strict=True)
        if start is not None
    ]
    alone = len(cells.shifts[shift.agent, shift.day]) == 1 and shift.day in cells.days
    followed = alone and bool(np.allclose(wall_share(grid, (begin, end), spans), share))
    return DayRow(person, shift, carried, (begin, end), pauses, share, followed)
