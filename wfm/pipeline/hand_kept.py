"""Small CSV files that people keep by hand: rows with line numbers, all problems collected."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from wfm.errors import Problem

__all__ = ["CellError", "filled", "iso_date", "read_rows"]

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
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        fix = f"write one with the columns {', '.join(columns)}"
        problems.append(Problem("no such file", str(path), fix=fix))
        return
    except UnicodeDecodeError:
        problems.append(Problem("is not UTF-8", str(path), fix="save it as CSV UTF-8"))
        return
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", str(path)))
        return
    reader = csv.DictReader(text.splitlines())
    reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
    found = header_problems(path.name, reader.fieldnames, columns, optional)
    problems += found
    if any(problem.what == "missing column" for problem in found):
        return
    for cells in reader:
        row = {key: (value or "").strip() for key, value in cells.items() if isinstance(value, str)}
        try:
            yield reader.line_num, convert({key: row.get(key, "") for key in (*columns, *optional)})
        except CellError as error:
            where = (path.name, reader.line_num, error.column)
            problems.append(Problem(error.what, *where, error.found, error.fix))


def header_problems(
    file: str, header: list[str], columns: tuple[str, ...], optional: tuple[str, ...]
) -> list[Problem]:
    """Columns that are missing, and columns that nobody knows."""
    fix = f"known are {', '.join((*columns, *optional))}"
    missing = [name for name in columns if name not in header]
    strange = [name for name in header if name not in (*columns, *optional)]
    return [
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
