"""The check of a frame against its table: dtypes, ranges, keys, all problems at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from wfm.errors import InputError, Problem
from wfm.schema.table import Column, Kind, Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]

__all__ = ["check"]

_LARGEST_COUNT = 2**53
"""Above this a float64 no longer holds every whole number."""

_SHOWN = 10
"""Bad cells told one by one per column and rule; the rest is counted."""


def check(
    frame: pd.DataFrame,
    table: Table,
    *,
    source: str = "",
    first_row: int = 2,
    header: Iterable[str] = (),
) -> pd.DataFrame:
    """Give the frame back with the table's columns in order and their dtypes.

    Optional columns that are missing are added empty. The input is not changed.

    Parameters
    ----------
    source
        File name for messages.
    first_row
        Line number of the frame's first row in that file.
    header
        Columns of the file where the frame holds only some of them; told when one is missing.

    Raises
    ------
    InputError
        With every missing or unknown column, empty cell, wrong kind, value out of range and
        duplicate key.
    """
    import pandas as pd

    problems = _column_problems(frame, table, source, header)
    if problems:
        raise InputError(problems)
    where = source or table.name
    rows = frame.reset_index(drop=True)
    cells: dict[str, pd.Series] = {}
    for column in table.columns:
        if column.name in rows.columns:
            given = rows[column.name]
            cells[column.name], bad = _convert(given, column)
            problems += _cell_problems(
                cells[column.name], given, bad, column, source=where, first_row=first_row
            )
        else:
            cells[column.name] = _empty(column, len(rows))
    out = pd.DataFrame(cells, columns=table.names)
    if not problems:
        problems = _key_problems(out, table, where, first_row)
    if problems:
        raise InputError(problems)
    return out


def _key_problems(out: pd.DataFrame, table: Table, where: str, first_row: int) -> list[Problem]:
    """Rows with the key of an earlier one."""
    import numpy as np

    keys = list(table.key)
    if not keys:
        return []
    twice = out.duplicated(keys).to_numpy()
    return [
        Problem(
            f"the same {' and '.join(keys)} twice",
            where,
            int(row) + first_row,
            found=", ".join(str(out.at[row, key]) for key in keys),
            fix="keep one of the rows",
        )
        for row in np.flatnonzero(twice)[:_SHOWN]
    ]


def _column_problems(
    frame: pd.DataFrame, table: Table, source: str, header: Iterable[str]
) -> list[Problem]:
    where = source or table.name
    found = ", ".join(map(str, header or frame.columns))
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


def _convert(cells: pd.Series, column: Column) -> tuple[pd.Series, BoolArray]:
    """Cells in the column's dtype, and a mask of the cells that are not of its kind."""
    import numpy as np
    import pandas as pd

    match column.kind:
        case Kind.TEXT:
            return pd.Series(_texts(cells), dtype="object"), np.zeros(len(cells), dtype=np.bool_)
        case Kind.FLAG:
            bad = (cells.notna() & ~cells.isin([True, False])).to_numpy()
            return cells.where(~bad, other=False).astype("boolean"), bad
        case Kind.TIME:
            time = pd.to_datetime(cells, utc=True, errors="coerce", format="ISO8601")
            return time.dt.as_unit("us"), (cells.notna() & time.isna()).to_numpy()
        case Kind.COUNT:
            number = _numbers(cells)
            whole = (number == np.floor(number)) & (np.abs(number) <= _LARGEST_COUNT)
            count = np.where(whole, number, 0.0).astype(np.int64)
            bad = ~whole & cells.notna().to_numpy()
            return pd.Series(pd.arrays.IntegerArray(count, ~whole)), bad
        case Kind.NUMBER:
            number = _numbers(cells)
            finite = np.isfinite(number)
            if finite.all():
                return pd.Series(number), ~finite
            return pd.Series(np.where(finite, number, np.nan)), ~finite & cells.notna().to_numpy()


def _texts(cells: pd.Series) -> Any:
    """Every cell as text, None where empty."""
    from pandas.api.types import infer_dtype

    objects = cells.to_numpy(dtype=object)
    if infer_dtype(objects, skipna=False) == "string":
        return objects
    return [str(cell) if there else None for cell, there in zip(cells, cells.notna(), strict=True)]


def _numbers(cells: pd.Series) -> FloatArray:
    """Every cell as a float, NaN where it is none."""
    import numpy as np
    import pandas as pd

    number = pd.to_numeric(cells, errors="coerce")
    return np.asarray(number.to_numpy(dtype=np.float64, na_value=np.nan))


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
    bad: BoolArray,
    column: Column,
    *,
    source: str,
    first_row: int,
) -> list[Problem]:
    import numpy as np

    rules: list[tuple[BoolArray, str, str]] = [(bad, *_KIND_WORDS[column.kind])]
    if not column.empty_allowed:
        empty = cells.isna().to_numpy()
        if column.kind is Kind.TEXT:
            empty = empty | np.asarray(cells.to_numpy() == "")
        rules.append((empty & ~bad, "is empty", f"fill it in: {column.meaning}"))
    if column.low is not None or column.high is not None:
        number = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        if column.low is not None:
            rules.append((number < column.low, f"is below {column.low:g}", "correct the value"))
        if column.high is not None:
            rules.append((number > column.high, f"is above {column.high:g}", "correct the value"))
    problems = []
    for mask, what, fix in rules:
        rows = np.flatnonzero(mask)
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
