"""Any table as a workbook of one sheet: typed cells, filter, frozen header, local time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from wfm.reports.excel_sheet import Sheet, save
from wfm.reports.excel_style import HEADING, NOTE, PLAIN, TITLE, StyleBook, print_on
from wfm.schema import TABLES

__all__ = ["write_table"]

_HEAD = 4
_ROWS = 1_048_576
_SHARES = {"service_level", "occupancy", "p_abandon", "wape", "bias"}
_UNITS = {
    column.name: column.unit for table in TABLES.values() for column in table.columns if column.unit
}


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    unit: str
    cells: pd.Series
    number: str
    align: str


def write_table(
    path: Path, frame: pd.DataFrame, *, sheet: str, title: str = "", timezone: str = ""
) -> None:
    """Write a table as a workbook.

    Parameters
    ----------
    sheet
        Name of the sheet, at most 31 characters.
    title
        Line above the table; the sheet's name unless given.
    timezone
        IANA zone; each UTC column then has the wall clock beside it.

    Raises
    ------
    ValueError
        When the table has more rows than a sheet.
    """
    if len(frame) > _ROWS - _HEAD:
        raise ValueError(
            f"{len(frame):,} rows do not fit a sheet of {_ROWS:,}; write .csv or .parquet"
        )
    book = Workbook()
    raw = book.worksheets[0]
    raw.title = sheet[:31]
    page = Sheet(raw, StyleBook(raw))
    columns = _columns(frame, timezone)
    page.put(1, 1, title or sheet, TITLE)
    zone = f"; local times are {timezone}" if timezone else ""
    page.put(2, 1, f"{len(frame):,} rows{zone}", NOTE)
    for k, column in enumerate(columns, 1):
        page.put(_HEAD - 1, k, column.unit, NOTE.but(align=column.align))
        page.put(_HEAD, k, column.heading, HEADING.but(align=column.align))
        look = PLAIN.but(number=column.number, align=column.align)
        for row, value in enumerate(column.cells, _HEAD + 1):
            page.put(row, k, None if pd.isna(value) else value, look)
        page.width(k, _width(column))
    last = get_column_letter(max(1, len(columns)))
    raw.freeze_panes = f"A{_HEAD + 1}"
    raw.auto_filter.ref = f"A{_HEAD}:{last}{_HEAD + max(1, len(frame))}"
    raw.row_dimensions[1].height = 22
    print_on(raw, paper="A4", rows=f"1:{_HEAD}")
    save(book, path, {})


def _columns(frame: pd.DataFrame, timezone: str) -> list[_Column]:
    found = []
    for name in map(str, frame.columns):
        cells = frame[name]
        unit = _UNITS.get(name, "")
        if isinstance(cells.dtype, pd.DatetimeTZDtype):
            utc = cells.dt.tz_convert("UTC").dt.tz_localize(None)
            found.append(_Column(f"{name} UTC", "UTC", utc, "yyyy-mm-dd hh:mm", "center"))
            if timezone:
                local = cells.dt.tz_convert(timezone).dt.tz_localize(None)
                form = "ddd yyyy-mm-dd hh:mm"
                found.append(_Column(f"{name} local", timezone, local, form, "center"))
        else:
            found.append(_Column(name, unit, cells, _number(name, cells), _align(cells)))
    return found


def _number(name: str, cells: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(cells.dtype) or not pd.api.types.is_numeric_dtype(cells.dtype):
        return "yyyy-mm-dd hh:mm" if cells.dtype.kind == "M" else "General"
    if pd.api.types.is_integer_dtype(cells.dtype):
        return "#,##0"
    share = name in _SHARES or name.endswith(("_wape", "_bias"))
    return "0.0%" if share else "#,##0.00"


def _align(cells: pd.Series) -> str:
    number = pd.api.types.is_numeric_dtype(cells.dtype)
    return "right" if number and not pd.api.types.is_bool_dtype(cells.dtype) else "left"


def _width(column: _Column) -> float:
    """Width by the heading and the first rows [characters]."""
    if "hh:mm" in column.number:
        return max(len(column.heading) + 3, len(column.number) + 2)
    texts = (len(str(value)) for value in column.cells.head(200))
    longest = max(texts, default=0) if column.number == "General" else 9
    return min(48.0, max(len(column.heading) + 3, longest + 2, len(column.unit) + 2))
