"""The check of a frame against its table: dtypes, ranges, keys, all problems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfm.errors import InputError, Problem
from wfm.schema.table import Column, Kind, Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check"]

_LARGEST_COUNT = 2**53
"""Above this a float64 no longer holds every whole number."""

_SHOWN = 50
"""Bad cells told one by one per column and rule; the rest is counted."""


def check(
    frame: pd.DataFrame, table: Table, *, source: str = "", first_row: int = 2
) -> pd.DataFrame:
    """Give the frame back with the table's columns in order and their dtypes.

    Optional columns that are missing are added empty. The input is not changed.

    Parameters
    ----------
    source
        File name for messages.
    first_row
        Line number of the frame's first row in that file.

    Raises
    ------
    InputError
        With every missing or unknown column, empty cell, wrong kind, value out of range and
        duplicate key.
    """
    problems = _column_problems(frame, table, source)
    if problems:
        raise InputError(problems)
    where = source or table.name
    out = frame.reset_index(drop=True)
    for column in table.columns:
        if column.name in out.columns:
            given = out[column.name]
            out[column.name], bad = _convert(given, column)
            problems += _cell_problems(
                out[column.name], given, bad, column, source=where, first_row=first_row
            )
        else:
            out[column.name] = _empty(column, len(out))
    keys = [name for name in table.key if name in out.columns]
    if keys and not problems and out.duplicated(keys).any():
        for row in out.index[out.duplicated(keys)][:_SHOWN]:
            found = ", ".join(str(out.at[row, key]) for key in keys)
            problems.append(
                Problem(
                    f"the same {' and '.join(keys)} twice",
                    where,
                    int(row) + first_row,
                    found=found,
                    fix="keep one of the rows",
                )
            )
    if problems:
        raise InputError(problems)
    return out[table.names]


def _column_problems(frame: pd.DataFrame, table: Table, source: str) -> list[Problem]:
    where = source or table.name
    found = ", ".join(map(str, frame.columns))
    missing = [
        Problem("missing column", where, 1, column.name, found, f"add it: {column.meaning}")
        for column in table.columns
        if column.required and column.name not in frame.columns
    ]
    unknown = [
        Problem(
            "unknown column", where, 1, str(name), fix=f"{table.name} has {', '.join(table.names)}"
        )
        for name in frame.columns
        if name not in table.names
    ]
    return missing + unknown


def _convert(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """Cells in the column's dtype, and a mask of the cells that are not of its kind."""
    import pandas as pd

    given = cells.notna()
    match column.kind:
        case Kind.TEXT:
            text = [str(cell) if there else None for cell, there in zip(cells, given, strict=True)]
            return pd.Series(text, dtype="object", index=cells.index), ~given & False
        case Kind.FLAG:
            bad = given & ~cells.isin([True, False])
            return cells.where(~bad, other=False).astype("boolean"), bad
        case Kind.TIME:
            time = pd.to_datetime(cells, utc=True, errors="coerce", format="ISO8601")
            return time.dt.as_unit("us"), given & time.isna()
        case Kind.COUNT:
            number = pd.to_numeric(cells, errors="coerce").astype("float64")
            whole = (number % 1 == 0) & (number.abs() <= _LARGEST_COUNT)
            return number.where(whole).astype("Int64"), given & ~whole
        case Kind.NUMBER:
            number = pd.to_numeric(cells, errors="coerce").astype("float64")
            finite = number.abs() < float("inf")
            return number.where(finite), given & ~finite


def _empty(column: Column, length: int) -> pd.Series:
    import pandas as pd

    dtypes = {
        Kind.TEXT: "object",
        Kind.COUNT: "Int64",
        Kind.NUMBER: "float64",
        Kind.TIME: "datetime64[us, UTC]",
        Kind.FLAG: "boolean",
    }
    return pd.Series([None] * length, dtype=dtypes[column.kind])


_KIND_WORDS = {
    Kind.COUNT: ("is not a whole number", "write digits only"),
    Kind.NUMBER: ("is not a number", "write a number with a decimal point"),
    Kind.TIME: ("is not a time", "write ISO 8601, like 2003-03-03T07:00:00Z"),
    Kind.FLAG: ("is neither true nor false", "write true or false"),
    Kind.TEXT: ("is not text", "write text"),
}


def _cell_problems(
    cells: pd.Series,
    given: pd.Series,
    bad: pd.Series,
    column: Column,
    *,
    source: str,
    first_row: int,
) -> list[Problem]:
    rules: list[tuple[pd.Series, str, str]] = [(bad, *_KIND_WORDS[column.kind])]
    if not column.empty_allowed:
        empty = cells.isna() | (cells == "") if column.kind is Kind.TEXT else cells.isna()
        rules.append((empty & ~bad, "is empty", f"fill it in: {column.meaning}"))
    if column.kind in {Kind.COUNT, Kind.NUMBER}:
        if column.low is not None:
            below = (cells < column.low).fillna(value=False).astype(bool)
            rules.append((below, f"is below {column.low:g}", "correct the value"))
        if column.high is not None:
            above = (cells > column.high).fillna(value=False).astype(bool)
            rules.append((above, f"is above {column.high:g}", "correct the value"))
    problems = []
    for mask, what, fix in rules:
        rows = list(mask.index[mask])
        problems += [
            Problem(what, source, int(row) + first_row, column.name, _shown(given.at[row]), fix)
            for row in rows[:_SHOWN]
        ]
        if len(rows) > _SHOWN:
            problems.append(
                Problem(f"{what}: {len(rows) - _SHOWN} more rows", source, 0, column.name)
            )
    return problems


def _shown(cell: object) -> str:
    import pandas as pd

    return "" if cell is None or pd.isna(cell) else str(cell)
