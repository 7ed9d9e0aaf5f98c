"""Intervals of each local day and the share of each interval that a shift works.

The sheets reckon on the wall clock, as their readers do; the truth is reckoned in time since the
epoch. On a day of 23 hours both agree. On a day of 25 hours they agree except for shifts and breaks
that begin or end inside the doubled hour, where the wall clock cannot tell which one is meant.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfm.intervals import DAY_S, day_intervals, zone
from wfm.reports.roster_cells import PlacedShift, RosterCells

if TYPE_CHECKING:
    from wfm.reports.book import RosterBook

__all__ = ["DayGrid", "Slot", "day_grids", "overlap_s", "slots", "wall_share", "worked_share"]

Seconds = NDArray[np.int64]
Slot = tuple[int, int]
"""Wall clock after midnight [s] and 0, or 1 for the second time autumn shows it."""


@dataclass(frozen=True, slots=True)
class DayGrid:
    """Intervals of one local day, cut to the hours that anybody needs.

    Parameters
    ----------
    starts
        Left edges, time since the epoch [s].
    walls
        The same on the wall clock, after local midnight [s].
    """

    day: dt.date
    interval_s: int
    starts: Seconds
    walls: Seconds

    @property
    def slots(self) -> list[Slot]:
        """Slot of each interval."""
        seen: Counter[int] = Counter()
        found = []
        for wall in self.walls.tolist():
            found.append((wall, seen[wall]))
            seen[wall] += 1
        return found


def overlap_s(edges: Seconds, interval_s: int, begin: int, end: int) -> Seconds:
    """Seconds of each interval that lie between ``begin`` and ``end``."""
    found: Seconds = np.clip(
        np.minimum(edges + interval_s, end) - np.maximum(edges, begin), 0, None
    )
    return found


def worked_share(grid: DayGrid, shift: PlacedShift) -> NDArray[np.float64]:
    """Share of each interval that the shift works, breaks taken out [fraction]."""
    worked = overlap_s(grid.starts, grid.interval_s, shift.start, shift.end)
    for pause in shift.pauses:
        worked = worked - overlap_s(grid.starts, grid.interval_s, pause.start, pause.end)
    return np.maximum(worked, 0) / grid.interval_s


def wall_share(
    grid: DayGrid, span: tuple[int, int], pauses: list[tuple[int, int]]
) -> NDArray[np.float64]:
    """The same by the wall clock, as the formula of a day sheet reckons it [fraction].

    Parameters
    ----------
    span
        From and to after midnight of the grid's day [s].
    pauses
        From and to of each break [s].
    """
    worked = overlap_s(grid.walls, grid.interval_s, *span)
    for begin, end in pauses:
        worked = worked - overlap_s(grid.walls, grid.interval_s, begin, end)
    return np.maximum(worked, 0) / grid.interval_s


def day_grids(book: RosterBook, cells: RosterCells) -> Mapping[dt.date, DayGrid]:
    """Grid of each working day: one with a shift, or with a requirement above 0.

    All days are cut to the same hours of the wall clock, whole hours, so that they can be compared.
    """
    interval_s = _interval_s(book)
    here = zone(book.timezone)
    spans = [
        span
        for shifts in cells.shifts.values()
        for shift in shifts
        for span in _wall_spans(shift, cells.days)
    ]
    for epoch in _needed(book):
        local = dt.datetime.fromtimestamp(epoch, here)
        wall = local.hour * 3600 + local.minute * 60
        spans.append((local.date(), wall, wall + interval_s))
    spans = [span for span in spans if span[0] in cells.days]
    if not spans:
        return {}
    first = min(begin for _, begin, _ in spans) // 3600 * 3600
    last = -(-max(end for _, _, end in spans) // 3600) * 3600
    working = sorted({day for day, _, _ in spans})
    return {day: _grid(day, book.timezone, interval_s, first, last) for day in working}


def slots(grids: Mapping[dt.date, DayGrid]) -> list[Slot]:
    """Every slot of any day, down the clock."""
    return sorted({slot for grid in grids.values() for slot in grid.slots})


def _interval_s(book: RosterBook) -> int:
    given = book.coverage.get("interval_s")
    return int(given.iloc[0]) if given is not None and len(given) else book.interval_s


def _needed(book: RosterBook) -> list[int]:
    """Time since the epoch of the intervals with a requirement [s]."""
    frame = book.coverage
    times = frame.loc[frame["required"] > 0, "interval_start"]
    return [int(t) for t in times.astype("datetime64[s, UTC]").astype("int64")]


def _wall_spans(shift: PlacedShift, across: tuple[dt.date, ...]) -> list[tuple[dt.date, int, int]]:
    """From and to on each date that the shift touches."""
    today = (shift.day, shift.wall_start_s, min(shift.wall_end_s, DAY_S))
    if shift.wall_end_s <= DAY_S:
        return [today]
    tomorrow = shift.day + dt.timedelta(days=1)
    return [today, (tomorrow, 0, shift.wall_end_s - DAY_S)] if tomorrow in across else [today]


def _grid(day: dt.date, timezone: str, interval_s: int, first: int, last: int) -> DayGrid:
    index = day_intervals(day, timezone, interval_s)
    starts = index.as_unit("s").asi8.astype(np.int64)
    local = index.tz_convert(timezone)
    walls = (local.hour * 3600 + local.minute * 60).to_numpy().astype(np.int64)
    kept = (walls >= first) & (walls < last)
    return DayGrid(day, interval_s, starts[kept], walls[kept])
