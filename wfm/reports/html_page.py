"""The roster as one web page: figures, charts of coverage and forecast, the roster itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from wfm.reports.atomic import replacing
from wfm.reports.book import RosterBook
from wfm.reports.charts import coverage_chart, forecast_chart
from wfm.reports.coverage_streams import Stream, coverage_streams
from wfm.reports.day_grid import DayGrid, day_grids
from wfm.reports.roster_cells import (
    FAMILIES,
    OFF,
    RosterCells,
    clock,
    family_of,
    roster_cells,
    span_of,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_roster_page"]

_PANELS = 7
"""Days side by side in one chart."""


@dataclass(frozen=True, slots=True)
class _Tile:
    """A figure at the top of the page; ``kind`` colours it."""

    label: str
    value: str
    note: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of the roster with the class that colours it."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A person's line."""

    team: str
    name: str
    agent: str
    cells: tuple[_Cell, ...]
    hours: float


def write_roster_page(
    path: Path, book: RosterBook, *, forecast: pd.DataFrame | None = None
) -> None:
    """Write one self-contained HTML page of a roster.

    Parameters
    ----------
    forecast
        As in ``wfm.schema``; its intervals in the roster's days are drawn with their bands.

    Notes
    -----
    Charts are inline SVG; the page follows the reader's light or dark setting, prints, runs no
    script and asks nothing of the network. The same book gives the same bytes.
    """
    cells = roster_cells(book)
    grids = day_grids(book, cells)
    streams = coverage_streams(book, cells, grids)
    pages = Environment(
        loader=PackageLoader("wfm.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = pages.get_template("roster.html").render(
        book=book,
        period=_period(cells),
        tiles=list(_tiles(cells, streams, grids)),
        coverage=[(stream.name, _by_week(stream, grids)) for stream in streams if grids],
        forecast=list(_forecasts(book, cells, forecast)),
        families=[(f.letter, f"{f.name} from {clock(f.from_s)}") for f in FAMILIES],
        codes=cells.codes,
        days=[(day, f"{day:%a}", f"{day.day} {day:%b}", _shade(book, day)) for day in cells.days],
        rows=_rows(cells),
    )
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def _period(cells: RosterCells) -> str:
    first, last = cells.days[0], cells.days[-1]
    return f"{first:%a} {first.day} {first:%b} – {last:%a} {last.day} {last:%b} {last.year}"


def _shade(book: RosterBook, day: dt.date) -> str:
    return "free" if day.weekday() >= 5 or day in book.holidays else ""


def _tiles(
    cells: RosterCells, streams: tuple[Stream, ...], grids: Mapping[dt.date, DayGrid]
) -> Iterator[_Tile]:
    shifts = [shift for day in cells.days for shift in cells.of_day(day)]
    people = {shift.agent for shift in shifts}
    hours = sum(shift.paid_s for shift in shifts) / 3600
    yield _Tile("people with shifts", f"{len(people):,}", f"of {len(cells.people):,}")
    yield _Tile("paid hours", f"{hours:,.1f}", f"{len(shifts):,} shifts")
    step_h = next((grid.interval_s for grid in grids.values()), 0) / 3600
    need = sum(sum(stream.required.values()) for stream in streams) * step_h
    gaps = [
        have - stream.required.get(place, 0.0)
        for stream in streams
        for place, have in stream.scheduled.items()
    ]
    over, under = (sum(max(0.0, sign * gap) for gap in gaps) * step_h for sign in (1, -1))
    yield _Tile("agent-hours required", f"{need:,.1f}")
    yield _Tile("over", f"{over:,.1f} h", _share(over, need), "over")
    yield _Tile("under", f"{under:,.1f} h", _share(under, need), "under" if under > 0.05 else "")
    levels = [level for stream in streams for level in stream.service_level.values()]
    if levels:
        yield _Tile("lowest service level", f"{min(levels):.0%}", "of any interval")


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%} of required" if whole > 0 else ""


def _by_week(stream: Stream, grids: Mapping[dt.date, DayGrid]) -> list[str]:
    """Charts of seven working days each, so that a day keeps its width."""
    days = list(grids)
    weeks = [days[k : k + _PANELS] for k in range(0, len(days), _PANELS)]
    return [coverage_chart(stream, {day: grids[day] for day in week}) for week in weeks]


def _forecasts(
    book: RosterBook, cells: RosterCells, forecast: pd.DataFrame | None
) -> Iterator[tuple[str, list[str]]]:
    if forecast is None:
        return
    days = cells.days
    weeks = [days[k : k + _PANELS] for k in range(0, len(days), _PANELS)]
    for queue, part in forecast.groupby("queue", sort=True):
        charts = [forecast_chart(part, book.timezone, week) for week in weeks]
        if any(charts):
            yield str(queue), [chart for chart in charts if chart]


def _rows(cells: RosterCells) -> list[_Row]:
    rows = []
    for person in cells.people:
        texts = [cells.texts[person.agent, day] for day in cells.days]
        line = tuple(_Cell(text, _kind(text)) for text in texts)
        hours = sum(cells.paid_h.get(text, 0.0) for text in texts)
        rows.append(_Row(person.team, person.name, person.agent, line, hours))
    return rows


def _kind(text: str) -> str:
    span = span_of(text)
    if span:
        return f"family-{family_of(span[0]).letter}"
    return "off" if text == OFF else "absent"
