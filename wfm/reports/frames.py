"""Tables as files: CSV, gzipped CSV and Parquet, by the ending of the name.

CSV is UTF-8 with a header; times are ISO 8601 (``2003-03-03T12:00:00Z`` in UTC), numbers have the
digits that give the same double back, empty cells are missing values. Texts are written as they
are: these files are for programs; what people open in Excel is written by
:func:`wfm.reports.write_table`, which neutralises formulas.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem
from wfm.reports.atomic import replacing
from wfm.schema import TABLES, Kind

__all__ = ["read_frame", "write_frame"]

_ENDINGS = (".csv", ".csv.gz", ".parquet")
_UTC = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)"
_WHOLE = r"[+-]?\d{1,18}"
_DOUBLE = r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf)"
_FLAGS = {"true": True, "false": False, "True": True, "False": False}
_TEXTS = sorted(
    {
        column.name
        for table in TABLES.values()
        for column in table.columns
        if column.kind is Kind.TEXT
    }
)
"""Columns that stay text though they look like numbers: staff number 007, queue 1000."""


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a table in one move; the index is left out.

    Parameters
    ----------
    path
        Ends in .csv, .csv.gz or .parquet.

    Raises
    ------
    InputError
        When the ending is another one.
    """
    ending = _ending(path)
    with replacing(path) as draft:
        if ending == ".parquet":
            frame.to_parquet(draft, engine="pyarrow", index=False)
            return
        data = _csv(frame)
        draft.write_bytes(gzip.compress(data, mtime=0) if ending == ".csv.gz" else data)


def read_frame(path: Path) -> pd.DataFrame:
    """Read a table that :func:`write_frame` or anybody else wrote.

    Text columns of :mod:`wfm.schema` stay text; columns whose every cell is an ISO 8601 time with
    a zone become UTC times; times without a zone stay text, since only the caller knows the zone.

    Raises
    ------
    InputError
        When the ending is unknown, the file is missing, empty, not UTF-8 or not a table.
    """
    ending = _ending(path)
    if not path.is_file():
        raise InputError([Problem("no such file", str(path), fix="check the path")])
    try:
        if ending == ".parquet":
            return pd.read_parquet(path, engine="pyarrow")
        return _parsed(path)
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x} at {error.start}"
        problem = Problem("is not UTF-8", str(path), found=found, fix="save it as UTF-8")
        raise InputError([problem]) from error
    except pd.errors.EmptyDataError as error:
        problem = Problem("is empty", str(path), fix="write a header line and rows")
        raise InputError([problem]) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise InputError([_ragged(path, str(error))]) from error
    except (OSError, EOFError, ValueError) as error:
        problem = Problem(
            f"cannot be read as {ending.lstrip('.')}", str(path), found=str(error)[:120]
        )
        raise InputError([problem]) from error


def _ending(path: Path) -> str:
    name = path.name.lower()
    found = next((ending for ending in _ENDINGS if name.endswith(ending)), "")
    if not found:
        fix = f"use a name that ends in {', '.join(_ENDINGS)}"
        raise InputError([Problem("unknown kind of file", str(path), fix=fix)])
    return found


def _csv(frame: pd.DataFrame) -> bytes:
    out = frame.copy()
    for name in out.columns:
        kind = out[name].dtype
        if isinstance(kind, pd.DatetimeTZDtype):
            out[name] = _iso(out[name].dt.tz_convert("UTC").dt.tz_localize(None), "Z")
        elif kind.kind == "M":
            out[name] = _iso(out[name], "")
        elif pd.api.types.is_bool_dtype(kind):
            out[name] = out[name].map({True: "true", False: "false"})
    text: str = out.to_csv(index=False, lineterminator="\n", quoting=_quoting(out))
    return text.encode("utf-8")


def _quoting(frame: pd.DataFrame) -> int:
    """Quote where needed; a carriage return needs it, which the writer does not know."""
    texts = [frame[name] for name in frame.columns if frame[name].dtype.kind in "OU"]
    cells = (str(cell) for column in [frame.columns, *texts] for cell in column)
    return csv.QUOTE_NONNUMERIC if any("\r" in cell for cell in cells) else csv.QUOTE_MINIMAL


def _iso(times: pd.Series, zone: str) -> pd.Series:
    """Seconds, and parts of them only where there are any."""
    whole = times.dt.strftime("%Y-%m-%dT%H:%M:%S")
    part = times.dt.microsecond
    if part.fillna(0).any():
        whole = whole + part.map(lambda us: f".{int(us):06d}" if us == us and us else "")  # noqa: PLR0124
    return whole + zone


def _parsed(path: Path) -> pd.DataFrame:
    raw = path.read_bytes()
    data = gzip.decompress(raw) if path.name.lower().endswith(".gz") else raw
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        frame = pd.read_csv(
            io.StringIO(data.decode("utf-8-sig"), newline=""),
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            index_col=False,
        )
    for name in frame.columns:
        if name not in _TEXTS:
            frame[name] = _typed(frame[name])
    return frame


def _typed(cells: pd.Series) -> pd.Series:
    """Cells of one column as truth values, whole numbers, doubles or UTC times, if all are such.

    Doubles go through Python's own reader, which gives back every double that was written.
    """
    given = cells.dropna()
    whole = len(given) == len(cells)
    if given.empty:
        typed = cells
    elif given.isin(list(_FLAGS)).all():
        typed = cells.map(_FLAGS).astype("bool" if whole else "boolean")
    elif given.str.fullmatch(_WHOLE).all():
        numbers = cells.astype("object").map(int, na_action="ignore")
        typed = numbers.astype("int64" if whole else "Int64")
    elif given.str.fullmatch(_DOUBLE).all():
        typed = cells.astype("object").map(float, na_action="ignore").astype("float64")
    elif given.str.fullmatch(_UTC).all():
        typed = pd.to_datetime(cells, utc=True, format="ISO8601").dt.as_unit("us")
    else:
        typed = cells
    return typed


def _ragged(path: Path, message: str) -> Problem:
    """The line that pandas names, in our words."""
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if not found:
        return Problem("rows do not fit the header", str(path), found=message.strip()[:120])
    expected, line, saw = found.groups()
    return Problem(
        f"has {saw} cells where the header has {expected}",
        str(path),
        int(line),
        fix="quote cells that hold a comma",
    )
