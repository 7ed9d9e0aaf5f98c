"""Inputs of a budget workbook, read back with the cell that each stands in."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from wfm.errors import InputError, Problem
from wfm.reports.excel_budget import ADDRESS_COLUMN, INPUTS, RUN, VALUE_COLUMN
from wfm.reports.excel_saved import saved_rows

__all__ = ["BudgetInput", "read_budget_inputs", "read_budget_run"]

_FIRST_MONTH = 5
_FIX = "use a workbook that wfm export budget wrote"
_HEAD = 4


@dataclass(frozen=True, slots=True)
class BudgetInput:
    """One input cell; ``place`` is like ``Inputs!B12``."""

    address: str
    value: float | dt.date
    place: str


def read_budget_inputs(path: Path) -> tuple[BudgetInput, ...]:
    """Every input cell of a workbook that ``wfm export budget`` wrote.

    Raises
    ------
    InputError
        When the file is no such workbook, and with every cell that is empty or neither a number
        nor a date.
    """
    rows = _sheet(path)
    months = [str(name) for name in rows[_HEAD - 1][_FIRST_MONTH - 1 :] if name is not None]
    problems: list[Problem] = []
    found = [
        made
        for address, value, place in _cells(rows, months)
        if (made := _input(address, value, place, path, problems))
    ]
    if not found and not problems:
        problems.append(Problem("has no inputs", str(path), 0, INPUTS, fix="export it anew"))
    if problems:
        raise InputError(problems)
    return tuple(found)


def read_budget_run(path: Path) -> str:
    """Run that a budget workbook was written from; empty where its Run sheet does not say."""
    rows = _sheet(path, RUN)
    return next((str(row[1]) for row in rows if row[0] == "Run" and row[1]), "")


def _sheet(path: Path, title: str = INPUTS) -> list[list[Any]]:
    rows = saved_rows(path, title, fix=_FIX)
    if len(rows) < _HEAD:
        raise InputError([Problem("is empty", str(path), 0, title, fix=_FIX)])
    return rows


def _cells(rows: list[list[Any]], months: list[str]) -> Iterator[tuple[str, Any, str]]:
    """Address, value and place of each input; the months of a series one by one."""
    for number, row in enumerate(rows[_HEAD:], _HEAD + 1):
        address = row[ADDRESS_COLUMN - 1]
        if not address:
            continue
        if row[VALUE_COLUMN - 1] is not None or all(v is None for v in row[_FIRST_MONTH - 1 :]):
            place = f"{INPUTS}!{get_column_letter(VALUE_COLUMN)}{number}"
            yield str(address), row[VALUE_COLUMN - 1], place
            continue
        for k, month in enumerate(months):
            place = f"{INPUTS}!{get_column_letter(_FIRST_MONTH + k)}{number}"
            yield f"{address}[{month}]", row[_FIRST_MONTH - 1 + k], place


def _input(
    address: str, value: Any, place: str, path: Path, problems: list[Problem]
) -> BudgetInput | None:
    if isinstance(value, dt.datetime):
        return BudgetInput(address, value.date(), place)
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if good and math.isfinite(value):
        return BudgetInput(address, float(value), place)
    what = "is empty" if value is None else "is neither a number nor a date"
    found = "" if value is None else str(value)
    problems.append(Problem(what, str(path), 0, place, found, f"correct it: {address}"))
    return None
