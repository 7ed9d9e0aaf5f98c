"""Excel workbooks: one sheet as text cells, like a CSV file."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator
from pathlib import Path

from wfm.errors import InputError, Problem
from wfm.telephony.raw_table import RawTable, raw_table

__all__ = ["read_raw_excel"]

_FIX = "save it anew; `wfm import csv` reads text files"


def read_raw_excel(path: str | Path, sheet: str | None = None) -> RawTable:
    """Cells of a sheet as text; dates as ISO 8601, formulas as the value last calculated.

    Parameters
    ----------
    sheet
        Name of the sheet; the first one when None.

    Raises
    ------
    InputError
        When the file is no workbook, has no such sheet, or the sheet is empty or has no rows.
    """
    file = str(path)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that it drops; only values are read here
            warnings.simplefilter("ignore", UserWarning)
            records = list(_records(path, file, sheet))
    except InputError:
        raise
    except FileNotFoundError as error:
        problem = Problem("cannot be read (no such file)", file, fix="check the name")
        raise InputError([problem]) from error
    except Exception as error:
        # whatever a damaged archive makes zipfile, zlib, the XML parser or openpyxl raise
        kind = type(error).__name__
        problem = Problem(f"is not a readable .xlsx workbook ({kind})", file, fix=_FIX)
        raise InputError([problem]) from error
    return raw_table(file, records)


def _records(path: str | Path, file: str, sheet: str | None) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with its row number."""
    import openpyxl

    with open(path, "rb") as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        names = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in names:
            fix = f"the workbook has {', '.join(names)}"
            raise InputError([Problem("no such sheet", file, found=sheet, fix=fix)])
        page = book[sheet] if sheet is not None else book.worksheets[0]
        # Some exporters write a wrong used range; without it every row is read
        page.reset_dimensions()
        width = 0
        for row, values in enumerate(page.iter_rows(values_only=True), start=1):
            fields = [_text(value) for value in values]
            if any(fields):
                width = width or len(fields)
                # a row of a sheet ends at its last cell, so the rest of it is empty
                yield row, fields + [""] * (width - len(fields))


def _text(value: object) -> str:
    """Cell as a CSV export would show it."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        # a date is a float in Excel: 07:05 comes back as 07:04:59.999
        return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
