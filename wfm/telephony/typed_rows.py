"""Text cells of an interval file → queue, time and figures, every bad cell told."""

from __future__ import annotations

import math

import pandas as pd

from wfm import schema
from wfm.errors import Problem
from wfm.telephony.clock import read_times
from wfm.telephony.findings import Case, Findings
from wfm.telephony.options import ImportOptions
from wfm.telephony.raw_table import RawTable

__all__ = ["FIGURES", "typed_rows"]

_KEYS = ("queue", "start", "interval_start")
FIGURES = tuple(
    column
    for column in schema.INTERVAL_HISTORY.columns
    if column.name not in {*_KEYS, "interval_s"}
)
"""Columns of the interval history that hold figures; all of them may be summed."""

_AHT = schema.Column("aht_s", schema.Kind.NUMBER, "average handle time", "s", low=0, required=False)
_INTERVAL = schema.INTERVAL_HISTORY.column("interval_s")
_LARGEST = 2.0**53


def typed_rows(
    raw: RawTable, options: ImportOptions, timezone: str, findings: Findings
) -> pd.DataFrame:
    """Rows of the file with their kinds, indexed by line number.

    Cells that are refused are empty here, so that the rest of the file can still be checked.

    Returns
    -------
    pandas.DataFrame
        ``queue``, ``start`` (UTC), ``ambiguous`` and a float column for each figure of the file.
    """
    _refuse_missing(raw, options, findings)
    rows = pd.DataFrame(index=raw.cells.index)
    rows["queue"] = _queues(raw, options, findings)
    for column in (*FIGURES, _AHT, _INTERVAL):
        if column.name in raw.cells:
            rows[column.name] = _numbers(raw, column, findings)
    _note_unread(raw, findings)
    rows = _talk_time(rows, raw, findings)
    name = "interval_start" if "interval_start" in raw.cells else "start"
    if name not in raw.cells:
        return rows.assign(start=pd.Series(pd.NaT, rows.index, "datetime64[us, UTC]"))
    utc = name == "interval_start"
    times = read_times(raw.cells[name], rows, timezone, utc=utc, findings=findings)
    return rows.join(times)


_OTHER_LAYOUT = "or try `wfm import --guess FILE`"
"""What reads columns of other names and times of other writing."""


def _refuse_missing(raw: RawTable, options: ImportOptions, findings: Findings) -> None:
    found = ", ".join(raw.cells.columns)
    times = [name for name in ("start", "interval_start") if name in raw.cells]
    missing: list[tuple[str, str]] = []
    if "queue" not in raw.cells and options.queue is None:
        missing.append(("queue", "add it or import with --queue NAME"))
    if not times:
        missing.append(("start", "add it: interval start on the wall clock of the centre"))
    if "offered" not in raw.cells:
        missing.append(("offered", "add it: contacts that entered the queue"))
    findings.problems += [
        Problem("missing column", raw.file, raw.header_row, name, found, f"{fix}; {_OTHER_LAYOUT}")
        for name, fix in missing
    ]
    if len(times) == 2:
        findings.problems.append(
            Problem(
                "two time columns, start and interval_start",
                raw.file,
                raw.header_row,
                "start",
                fix="keep one of them",
            )
        )


def _queues(raw: RawTable, options: ImportOptions, findings: Findings) -> pd.Series:
    if "queue" not in raw.cells:
        return pd.Series(options.queue or "", raw.cells.index, dtype="object")
    names = raw.cells["queue"]
    empty = [Case(int(row)) for row in names.index[names == ""]]
    findings.refuse("is empty", "queue", empty, "write the name of the queue")
    return names


def _numbers(raw: RawTable, column: schema.Column, findings: Findings) -> pd.Series:
    """Cells as floats, NaN where empty or refused."""
    text = raw.cells[column.name]
    given = text != ""
    plain = text.str.replace(",", ".") if raw.decimal_comma else text
    number = pd.to_numeric(plain.where(given), errors="coerce").astype("float64")
    good = number.abs() <= _LARGEST
    what, fix = "is not a number", "write a number with a decimal point"
    if column.kind is schema.Kind.COUNT:
        good &= number % 1 == 0
        what, fix = "is not a whole number", "write digits only"
    low = column.low if column.low is not None else -math.inf
    below = good & (number < low)
    what_below = "is negative" if low == 0 else f"is below {low:g}"
    findings.refuse(what, column.name, _cases(text[given & ~good]), fix)
    findings.refuse(what_below, column.name, _cases(text[below]), "correct the value")
    if column.required:
        fix = f"fill it in: {column.meaning}"
        findings.refuse("is empty", column.name, _cases(text[~given]), fix)
    return number.where(good & ~below)


def _note_unread(raw: RawTable, findings: Findings) -> None:
    known = {*_KEYS, _AHT.name, _INTERVAL.name, *(column.name for column in FIGURES)}
    unread = [name for name in raw.cells if name not in known]
    findings.note("column-ignored", "not read", [Case(raw.header_row, name) for name in unread])


def _talk_time(rows: pd.DataFrame, raw: RawTable, findings: Findings) -> pd.DataFrame:
    """Handle time from its mean where the file has no sum: aht_s × answered.

    A file that counts nobody as answered is taken to mean all who did not hang up, and told so.
    """
    if "aht_s" not in rows:
        return rows
    aht_s, rest = rows["aht_s"], rows.drop(columns="aht_s")
    here = [Case(raw.header_row, "aht_s")]
    if "talk_s" in rest:
        findings.note("column-ignored", "not read: talk_s is there", here)
        return rest
    if "answered" not in rest and "offered" in rest:
        given_up = rest["abandoned"].fillna(0.0) if "abandoned" in rest else 0.0
        stayed = (rest["offered"] - given_up).clip(lower=0.0)
        rest["answered"] = stayed.where(aht_s.notna())
        whom = "offered - abandoned" if "abandoned" in rest else "all offered"
        findings.note("answered-assumed", f"answered taken to be {whom}, for the handle time", here)
    elif "answered" not in rest:
        return rest
    nobody = rest["answered"] == 0
    return rest.assign(talk_s=(aht_s * rest["answered"]).where(~nobody, 0.0))


def _cases(cells: pd.Series) -> list[Case]:
    return [Case(int(row), str(cell)) for row, cell in cells.items()]
