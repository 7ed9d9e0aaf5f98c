"""Small CSV files that people keep by hand: rows with line numbers, all problems collected."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from wfm.errors import InputError, Problem

__all__ = ["CellError", "Row", "amount", "filled", "iso_date", "read_rows"]

T = TypeVar("T")

Row = dict[str, str]
"""Cells by column; absent optional columns are empty."""


class CellError(Exception):
    """A cell that a converter refuses; becomes a problem with file and line."""

    def __init__(self, what: str, column: str, found: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.column, self.found, self.fix = what, column, found, fix


def read_rows(
    path: Path,
    columns: tuple[str, ...],
    optional: tuple[str, ...],
    convert: Callable[[Row], T],
    problems: list[Problem],
) -> Iterator[tuple[int, T]]:
    """Converted rows with their line numbers; what is wrong goes to ``problems``.

    Parameters
    ----------
    columns, optional
        Columns that must and may be there; any other is a problem.
    convert
        Makes the value of a row, or raises :class:`CellError`.
    """
    try:
        records = list(_records(path))
    except FileNotFoundError:
        fix = f"write one with the columns {', '.join(columns)}"
        problems.append(Problem("no such file", str(path), fix=fix))
        return
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", str(path)))
        return
    except InputError as error:
        problems += error.problems
        return
    header = [name.strip() for name in records[0][1]] if records else []
    problems += header_problems(path.name, header, columns, optional)
    if not set(columns) <= set(header):
        return
    for number, cells in records[1:]:
        try:
            row = dict.fromkeys((*columns, *optional), "") | _by_column(header, cells)
            yield number, convert(row)
        except CellError as error:
            where = (path.name, number, error.column)
            problems.append(Problem(error.what, *where, error.found, error.fix))


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line it begins on.

    Raises
    ------
    InputError
        When a line is not UTF-8 or not CSV.
    """
    lines = []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        try:
            lines.append(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError as error:
            found = f"byte {line[error.start]:#04x}"
            problem = Problem("is not UTF-8", path.name, number, "", found, "save it as CSV UTF-8")
            raise InputError([problem]) from error
    semicolons = bool(lines) and lines[0].count(";") > lines[0].count(",")
    reader = csv.reader(lines, delimiter=";" if semicolons else ",", strict=True)
    row = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield row, cells
            row = reader.line_num + 1
    except csv.Error as error:
        fix = "close the quote that was opened in or before this line"
        raise InputError([Problem(f"is not CSV: {error}", path.name, row, fix=fix)]) from error


def _by_column(header: list[str], cells: list[str]) -> Row:
    if any(cell.strip() for cell in cells[len(header) :]):
        what = f"has {len(cells)} cells where the header has {len(header)}"
        raise CellError(what, "", ",".join(cells)[:60], "quote cells that hold a comma")
    if "\0" in "".join(cells):
        raise CellError("holds a zero byte", "", "", "save the file anew as CSV UTF-8")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=False)}


def header_problems(
    file: str, header: list[str], columns: tuple[str, ...], optional: tuple[str, ...]
) -> list[Problem]:
    """Columns that are missing, that stand twice, and that nobody knows."""
    fix = f"known are {', '.join((*columns, *optional))}"
    missing = [name for name in columns if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    strange = [name for name in header if name not in (*columns, *optional)]
    return [
        *(Problem("the column stands twice", file, 1, name, fix="keep one") for name in twice),
        *(Problem("missing column", file, 1, name, fix="add it") for name in missing),
        *(Problem("unknown column", file, 1, name, fix=fix) for name in strange),
    ]


def filled(row: Row, column: str) -> str:
    """Text of a cell that must not be empty."""
    if not row[column]:
        raise CellError("is empty", column, "", "fill it in")
    return row[column]


def iso_date(row: Row, column: str) -> dt.date:
    """Date of a cell."""
    text = filled(row, column)
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CellError("is not a date", column, text, "write it like 2026-03-31") from error


def amount(row: Row, column: str) -> float:
    """Number of a cell, at least 0."""
    text = filled(row, column)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise CellError("is not a number of at least 0", column, text, "correct the value")
    return value
