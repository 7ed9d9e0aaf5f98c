"""Interval history from a CSV file or an Excel sheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wfm import schema
from wfm.errors import InputError, Problem
from wfm.intervals import zone
from wfm.telephony.csv_table import read_raw_csv
from wfm.telephony.excel_table import read_raw_excel
from wfm.telephony.findings import Findings
from wfm.telephony.fold import fold
from wfm.telephony.options import ImportOptions
from wfm.telephony.raw_table import RawTable
from wfm.telephony.typed_rows import typed_rows

__all__ = ["IntervalImport", "intervals_of", "read_csv", "read_excel"]


@dataclass(frozen=True, slots=True)
class IntervalImport:
    """What one file gave.

    Parameters
    ----------
    frame
        Interval history (:data:`wfm.schema.INTERVAL_HISTORY`).
    rows_read
        Rows of the file under its header, blank ones not counted.
    issues
        What was put right, left out or ignored (:data:`wfm.schema.ISSUE`).
    """

    frame: pd.DataFrame
    rows_read: int
    issues: pd.DataFrame


def read_csv(path: str | Path, options: ImportOptions) -> IntervalImport:
    """Interval history of a CSV file, plain or gzip.

    Columns: ``queue`` (or ``options.queue``), ``start`` on the wall clock of the centre (a time
    with an offset is taken as it is) or ``interval_start`` in UTC, ``offered``, and whatever else
    :data:`wfm.schema.INTERVAL_HISTORY` knows; ``aht_s`` times ``answered`` gives ``talk_s`` (where
    the file does not say who was answered: all offered who did not abandon). Intervals finer than
    ``options.interval_s`` are summed up.

    Parameters
    ----------
    path
        UTF-8, divided by comma, semicolon (then numbers may have a decimal comma) or tab.

    Raises
    ------
    InputError
        With every problem of the file: columns, cells, times that the clock skips or repeats,
        rows out of order, duplicates that differ, gaps.

    Notes
    -----
    In the autumn hour that the wall clock shows twice nothing in a naive time tells which is
    meant; it is refused unless ``repeated-hour`` is accepted. Source: USERS.md 3.16, where peers
    draw such hours doubled.
    """
    return intervals_of(read_raw_csv(path), options)


def read_excel(path: str | Path, options: ImportOptions) -> IntervalImport:
    """Interval history of a sheet of an ``.xlsx`` workbook; columns as for :func:`read_csv`.

    Raises
    ------
    InputError
        With every problem of the sheet, by row.
    """
    return intervals_of(read_raw_excel(path, options.sheet), options)


def intervals_of(raw: RawTable, options: ImportOptions) -> IntervalImport:
    """Interval history of a table of text cells in wfm's own column names.

    Raises
    ------
    InputError
        With every problem of the table.
    """
    findings = Findings(raw.file, options.accept, list(raw.problems))
    timezone = _known_zone(raw.file, options.timezone, findings)
    rows = typed_rows(raw, options, timezone, findings)
    frame = fold(rows, options, timezone, findings)
    findings.raise_problems()
    if frame.empty:
        what = f"no whole interval of {options.interval_s / 60:g} min in the file"
        fix = "import with a shorter --interval or a longer file"
        raise InputError([Problem(what, raw.file, fix=fix)])
    history = schema.check(frame, schema.INTERVAL_HISTORY, source=raw.file)
    return IntervalImport(history, len(raw.cells), findings.issue_frame())


def _known_zone(file: str, name: str, findings: Findings) -> str:
    """Give the zone's name; UTC in place of an unknown one, to check the rest of the file."""
    try:
        return zone(name).key
    except ValueError:
        fix = "use an IANA name like Europe/Berlin"
        problem = Problem("unknown time zone", file, column="timezone", found=name, fix=fix)
        findings.problems.append(problem)
        return "UTC"
