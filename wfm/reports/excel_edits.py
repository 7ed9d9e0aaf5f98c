"""Hand edits of a roster workbook, read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from wfm.errors import InputError, Problem
from wfm.reports.book import RosterBook
from wfm.reports.excel_saved import saved_rows
from wfm.reports.excel_sheet import neutral
from wfm.reports.roster_cells import RosterCells, roster_cells
from wfm.reports.roster_edits import EditedCell, RosterEdits, applied

__all__ = ["read_roster_workbook", "roster_run"]

_FIX = "use a workbook that wfm wrote"
_PUT_BACK = "put the row back; use OFF"


def read_roster_workbook(path: Path, book: RosterBook) -> RosterEdits:
    """Read the Roster sheet of an edited workbook and compare it with the book it came from.

    Rows may be sorted, filtered and hidden; people are found by ID, dates by their headings. Break
    times and requirements that were overwritten on other sheets are not read.

    Parameters
    ----------
    book
        The book that the workbook was written from.

    Raises
    ------
    InputError
        When the file is no roster workbook, has other dates, a person is unknown, there twice or
        missing, or a cell is neither a shift nor a code.
    """
    return applied(book, _read(path, book, roster_cells(book)))


def roster_run(path: Path) -> str:
    """Run that a roster workbook was written from, as its Run sheet says.

    Raises
    ------
    InputError
        When the file is no roster workbook.
    """
    for row in saved_rows(path, "Run", fix=_FIX):
        if row[0] == "Run" and len(row) > 1 and row[1]:
            return str(row[1])
    raise InputError([Problem("does not say its run on sheet Run", str(path), fix=_FIX)])


def _read(path: Path, book: RosterBook, cells: RosterCells) -> list[EditedCell]:
    rows = saved_rows(path, "Roster", fix=_FIX)
    head = next((k for k, row in enumerate(rows) if "ID" in row), None)
    if head is None:
        raise InputError([Problem("has no row of headings with ID", str(path), fix=_FIX)])
    ids = rows[head].index("ID")
    dates = {
        k: value.date()
        for k, value in enumerate(rows[head])
        if isinstance(value, dt.datetime) and value.date() in cells.days
    }
    if set(dates.values()) != set(cells.days):
        fix = f"use the workbook of run {book.run}"
        raise InputError([Problem("has other dates than the roster", str(path), head + 1, fix=fix)])
    agents = {neutral(person.agent): person.agent for person in cells.people}
    people, problems = _people(path, rows, head, ids, agents)
    here = set(people.values())
    lost = sorted(set(book.shifts["agent"]) - here)  # who has joined since has no row
    column = get_column_letter(ids + 1)
    problems += [
        Problem(f"{neutral(agent)} is missing", str(path), column=column, fix=_PUT_BACK)
        for agent in lost
    ]
    if problems:
        raise InputError(problems)
    codes = {neutral(code): code for code, _ in cells.codes}
    texts = {
        (row, k): codes.get(_text(rows[row][k]), _text(rows[row][k]))
        for row in people
        for k in dates
    }
    return [
        EditedCell(agent, day, texts[row, k], str(path), row + 1, get_column_letter(k + 1))
        for row, agent in people.items()
        for k, day in dates.items()
    ]


def _people(
    path: Path, rows: list[list[Any]], head: int, ids: int, agents: Mapping[str, str]
) -> tuple[dict[int, str], list[Problem]]:
    """Person of each row, and what is wrong with the rows; the people end at the first gap."""
    found: dict[int, str] = {}
    problems = []
    column = get_column_letter(ids + 1)
    for row in range(head + 1, len(rows)):
        shown = _text(rows[row][ids])
        if not shown:
            break
        if shown not in agents:
            problems.append(Problem("unknown person", str(path), row + 1, column, shown))
        elif agents[shown] in found.values():
            problems.append(Problem("the same person twice", str(path), row + 1, column, shown))
        else:
            found[row] = agents[shown]
    return found, problems


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
