"""A table as its file holds it: text cells, each row with its line number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from wfm.errors import InputError, Problem

__all__ = ["RawTable", "raw_table"]


@dataclass(frozen=True, slots=True)
class RawTable:
    """Text cells of one file, header taken off.

    Parameters
    ----------
    file
        File name as the user gave it.
    header_row
        Line of the header.
    cells
        One text column per header field, outer blanks stripped, empty text for an empty cell; the
        index is the line number.
    decimal_comma
        Whether numbers may carry a decimal comma, as they do in files that semicolons divide.
    problems
        Rows that did not fit under the header.
    """

    file: str
    header_row: int
    cells: pd.DataFrame
    decimal_comma: bool = False
    problems: tuple[Problem, ...] = ()


def raw_table(
    file: str, records: Sequence[tuple[int, Sequence[str]]], *, decimal_comma: bool = False
) -> RawTable:
    """Table of numbered records, the first of them being the header.

    Empty fields beyond the header are ignored; any other row of the wrong length is a problem and
    left out.

    Raises
    ------
    InputError
        When there is no header or no row, or two columns share a name.
    """
    if not records:
        raise InputError(
            [Problem("the file is empty", file, fix="write a header and at least one row")]
        )
    header_row, header = records[0]
    names = [field.strip().lower() for field in header]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            [
                Problem("the column stands twice", file, header_row, name, fix="keep one of them")
                for name in twice
            ]
        )
    if len(records) == 1:
        fix = "write at least one row"
        raise InputError([Problem("the file has a header but no rows", file, header_row, fix=fix)])
    fitting, problems = _fitting(file, records[1:], len(names))
    columns = list(zip(*(fields for _, fields in fitting), strict=True)) or [()] * len(names)
    cells = pd.DataFrame(
        {
            name: pd.Series([cell.strip() for cell in column], dtype="object")
            for name, column in zip(names, columns, strict=True)
        }
    )
    cells.index = pd.Index([row for row, _ in fitting], dtype="int64")
    return RawTable(file, header_row, cells, decimal_comma, tuple(problems))


def _fitting(
    file: str, records: Sequence[tuple[int, Sequence[str]]], width: int
) -> tuple[list[tuple[int, Sequence[str]]], list[Problem]]:
    """Records as wide as the header, and a problem for each of the others."""
    fitting, problems = [], []
    for row, fields in records:
        if len(fields) == width:
            fitting.append((row, fields))
        elif len(fields) > width and not any(field.strip() for field in fields[width:]):
            fitting.append((row, fields[:width]))
        else:
            what = f"the row has {len(fields)} fields, the header {width}"
            fix = "give each row one field per column; quote text that holds the delimiter"
            problems.append(Problem(what, file, row, found=_start_of(fields), fix=fix))
    return fitting, problems


def _start_of(fields: Sequence[str]) -> str:
    text = ",".join(fields)
    return text if len(text) <= 60 else text[:57] + "..."
