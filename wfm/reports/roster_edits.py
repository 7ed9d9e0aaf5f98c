"""A roster changed by hand: which cells say something else, and the roster they make.

A cell that still says what it said keeps its shift and breaks as they were; another one becomes a
shift or a free day by its text. The rules of the scheduler are not checked here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from wfm.domain import Agent, Leave
from wfm.errors import InputError, Problem
from wfm.intervals import DAY_S, zone
from wfm.reports.book import RosterBook
from wfm.reports.coverage_streams import coverage_streams
from wfm.reports.day_grid import day_grids
from wfm.reports.roster_cells import (
    ABSENT,
    HOLIDAY,
    OFF,
    WORK,
    Pause,
    PlacedShift,
    RosterCells,
    clock,
    roster_cells,
    span_of,
)

__all__ = ["EditedCell", "RosterEdits", "ShiftChange", "applied", "coverage_change"]

_BREAK_GRID_S = 300
"""Breaks that are moved into a typed shift start on this grid [s]."""


@dataclass(frozen=True, slots=True)
class ShiftChange:
    """A cell that says something else than the roster it came from."""

    agent: str
    name: str
    day: dt.date
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RosterEdits:
    """What a planner changed, and the book as it then is.

    Parameters
    ----------
    changes
        By person, then date.
    book
        The book with the edited shifts, activities and leave; its coverage is still that of before
        (see :func:`coverage_change`).
    """

    changes: tuple[ShiftChange, ...]
    book: RosterBook


@dataclass(frozen=True, slots=True)
class EditedCell:
    """Text of a cell, and where it stands, for messages."""

    agent: str
    day: dt.date
    text: str
    file: str = ""
    row: int = 0
    column: str = ""


def applied(book: RosterBook, edited: Sequence[EditedCell]) -> RosterEdits:
    """Compare cells with the book they came from, and put what changed into it.

    Raises
    ------
    InputError
        When a cell is neither a shift nor a code.

    Notes
    -----
    A shift that was typed gets the paid hours and breaks of the same cell text elsewhere on the
    roster; where there is none, the usual unpaid time of its length, and the breaks of the shift
    nearest in length (of the same contract if there is one) at the same part of the shift.
    """
    cells = roster_cells(book)
    people = {person.agent: person for person in cells.people}
    order = {agent: k for k, agent in enumerate(people)}
    problems: list[Problem] = []
    changes, typed, leave = [], [], []
    for cell in sorted(edited, key=lambda cell: (order[cell.agent], cell.day)):
        before, after = cells.texts[cell.agent, cell.day], _canonical(cell.text, cells)
        if after == before:
            continue
        person = people[cell.agent]
        changes.append(ShiftChange(cell.agent, person.name, cell.day, before, after))
        shift = _shift(cell, after, person, book, cells)
        if shift is not None:
            typed.append(shift)
        elif after in {code for code, _ in cells.codes} - {OFF, HOLIDAY, ABSENT}:
            leave.append(Leave(cell.agent, cell.day, after))
        elif after not in {OFF, HOLIDAY, ABSENT, ""}:
            problems.append(_unreadable(cell))
    if problems:
        raise InputError(problems)
    gone = {(change.agent, change.day) for change in changes}
    return RosterEdits(tuple(changes), _book(book, gone, typed, leave))


def _canonical(text: str, cells: RosterCells) -> str:
    """Text as wfm would have written it: codes in their own case, hours as 09:00-17:30."""
    codes = {code.casefold(): code for code, _ in cells.codes}
    if text.casefold() in codes:
        return codes[text.casefold()]
    span = span_of(text)
    if span is None or "/" in text:
        return text
    hours = f"{clock(span[0])}-{clock(span[1])}"
    letter = text.rsplit(" ", 1)[-1]
    lettered = f"{hours} {letter}"
    return lettered if lettered in cells.paid_h else hours


def _unreadable(cell: EditedCell) -> Problem:
    return Problem(
        "is neither a shift nor a code",
        cell.file,
        cell.row,
        cell.column,
        cell.text,
        "write hours like 09:00-17:30, or a code of the Settings sheet",
    )


def _shift(
    cell: EditedCell, text: str, person: Agent, book: RosterBook, cells: RosterCells
) -> PlacedShift | None:
    """The shift that a cell asks for; None where it is no single shift."""
    span = span_of(text)
    if span is None or "/" in text:
        return None
    length_s = (span[1] - span[0]) % DAY_S or DAY_S
    walls = span[0], span[0] + length_s
    start, end = (_epoch(cell.day, wall_s, book.timezone) for wall_s in walls)
    model = _model(text, length_s, person, cells)
    pauses = () if model is None else _moved(model, start, length_s)
    own = [s for (agent, _), found in cells.shifts.items() if agent == person.agent for s in found]
    skill = own[0].skill if own else person.skills[0]
    paid_s = _paid_s(text, length_s, end - start, cells)
    return PlacedShift(cell.agent, cell.day, start, end, *walls, paid_s, skill, pauses)


def _epoch(day: dt.date, wall_s: int, timezone: str) -> int:
    """Time since the epoch of a wall clock; the first of autumn's two, the later edge of a gap."""
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=wall_s)
    return int(wall.replace(tzinfo=zone(timezone)).timestamp())


def _paid_s(text: str, length_s: int, elapsed_s: int, cells: RosterCells) -> int:
    if text in cells.paid_h:
        return round(cells.paid_h[text] * 3600)
    unpaid_h = [h for from_h, h in cells.unpaid_h if from_h * 3600 <= length_s][-1]
    return elapsed_s - round(unpaid_h * 3600)


def _model(text: str, length_s: int, person: Agent, cells: RosterCells) -> PlacedShift | None:
    """Shift whose breaks are taken over: same text, else nearest length; own contract first."""
    contracts = {each.agent: each.contract for each in cells.people}
    every = [shift for found in cells.shifts.values() for shift in found]
    return min(
        every,
        key=lambda shift: (
            not text.startswith(shift.hours_text),
            abs(shift.length_s - length_s),
            contracts.get(shift.agent) != person.contract,
            shift.start,
            shift.agent,
        ),
        default=None,
    )


def _moved(model: PlacedShift, start: int, length_s: int) -> tuple[Pause, ...]:
    """Breaks of another shift, at the same part of this one, on a grid of five minutes."""
    moved = []
    for pause in model.pauses:
        part = (pause.start - model.start) / (model.end - model.start)
        at = start + round(part * length_s / _BREAK_GRID_S) * _BREAK_GRID_S
        moved.append(dataclasses.replace(pause, start=at, end=at + pause.length_s))
    return tuple(moved)


def _book(
    book: RosterBook,
    gone: set[tuple[str, dt.date]],
    typed: list[PlacedShift],
    leave: list[Leave],
) -> RosterBook:
    """The book without the shifts of changed cells, with the typed ones."""
    shifts, activities = book.shifts, book.activities
    here = zone(book.timezone)
    days = shifts["start"].dt.tz_convert(here).dt.date
    keys = list(zip(shifts["agent"], days, strict=True))
    dropped = pd.Series([key in gone for key in keys], index=shifts.index, dtype=bool)
    spans = shifts.loc[dropped, ["agent", "start", "end"]]
    inside = pd.Series(data=False, index=activities.index)
    for row in spans.itertuples(index=False):
        inside |= (
            (activities["agent"] == row.agent)
            & (activities["start"] >= row.start)
            & (activities["end"] <= row.end)
        )
    contracts = {person.agent: person.contract for person in book.agents}
    new_shifts = pd.DataFrame([_shift_row(shift, contracts, book) for shift in typed])
    new_activities = pd.DataFrame(
        [row for shift in typed for row in _activity_rows(shift, book.run)]
    )
    kept = [entry for entry in book.leave if (entry.agent, entry.day) not in gone]
    return dataclasses.replace(
        book,
        shifts=_joined(shifts[~dropped], new_shifts),
        activities=_joined(activities[~inside], new_activities),
        leave=[*kept, *leave],
    )


def _joined(kept: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    if added.empty:
        return kept.reset_index(drop=True)
    columns = [name for name in added.columns if name in kept.columns]
    together = pd.concat([kept, added[columns].astype(kept[columns].dtypes.to_dict())])
    return together.sort_values(["agent", "start"], kind="stable").reset_index(drop=True)


def _time(epoch: int) -> pd.Timestamp:
    return pd.Timestamp(epoch, unit="s", tz="UTC")


def _shift_row(
    shift: PlacedShift, contracts: Mapping[str, str], book: RosterBook
) -> dict[str, object]:
    contract = book.contracts.get(contracts[shift.agent])
    rate = contract.cost_per_hour if contract else 0.0
    return {
        "run": book.run,
        "agent": shift.agent,
        "start": _time(shift.start),
        "end": _time(shift.end),
        "template": "edited",
        "contract": contracts[shift.agent],
        "skill": shift.skill,
        "paid_s": shift.paid_s,
        "cost": shift.paid_s / 3600 * rate,
    }


def _activity_rows(shift: PlacedShift, run: str) -> Iterator[dict[str, object]]:
    """Work and breaks in turn."""
    at = shift.start
    for pause in sorted(shift.pauses, key=lambda pause: pause.start):
        yield _activity(shift, run, (at, pause.start), WORK, paid=True)
        yield _activity(shift, run, (pause.start, pause.end), pause.name, paid=pause.paid)
        at = pause.end
    yield _activity(shift, run, (at, shift.end), WORK, paid=True)


def _activity(
    shift: PlacedShift, run: str, span: tuple[int, int], name: str, *, paid: bool
) -> dict[str, object]:
    start, end = (_time(epoch) for epoch in span)
    return {
        "run": run,
        "agent": shift.agent,
        "start": start,
        "end": end,
        "activity": name,
        "paid": paid,
    }


def coverage_change(before: RosterBook, after: RosterBook) -> pd.DataFrame:
    """Intervals whose scheduled agents an edit changed.

    Returns
    -------
    pandas.DataFrame
        ``queue, interval_start`` (local wall clock)``, required, before, after`` [agents], only the
        rows that differ.
    """
    every = dataclasses.replace(after, shifts=pd.concat([before.shifts, after.shifts]))
    grids = day_grids(every, roster_cells(every))
    pairs = zip(
        *(
            coverage_streams(_uncovered(book), roster_cells(book), grids)
            for book in (before, after)
        ),
        strict=True,
    )
    rows = []
    for old, new in pairs:
        for (day, slot), agents in sorted(old.scheduled.items()):
            changed = new.scheduled[day, slot]
            if abs(changed - agents) > 1e-6:
                wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=slot[0])
                need = old.required.get((day, slot), 0.0)
                rows.append((old.name, wall, need, agents, changed))
    return pd.DataFrame(rows, columns=["queue", "interval_start", "required", "before", "after"])


def _uncovered(book: RosterBook) -> RosterBook:
    """The book with the requirement, but without the plan's own count of agents."""
    coverage = book.coverage.assign(scheduled=float("nan"))
    return dataclasses.replace(book, coverage=coverage)
