"""Writing cells and files: neutral text, formulas that carry their value, the same bytes each time.

openpyxl leaves formulas without a value, so a preview, a mail client or Excel's protected view
would show an empty roster. Every formula here is written together with the value it has at
hand-out; a program that recalculates comes to the same (the tests hold LibreOffice to it).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.utils import get_column_letter

from wfm.reports.atomic import replacing
from wfm.reports.excel_style import Look, StyleBook

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Sheet", "day_fraction", "neutral", "save", "sheet_ref"]

DAY_S = 86_400
_TEXT_LIMIT = 32_767
_LEADS = tuple("=+-@\t\r\n＝＋－＠|%")
"""Openings that a spreadsheet, or the CSV somebody saves from it, may take for a formula."""


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula; an apostrophe leads it where one could.

    Examples
    --------
    >>> neutral("=HYPERLINK(1)"), neutral("Ann - late"), neutral("  @sum")
    ("'=HYPERLINK(1)", 'Ann - late', "'  @sum")
    """
    risky = text.startswith(_LEADS) or text.lstrip().startswith(_LEADS)
    clean = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    return (f"'{clean}" if risky else clean)[:_TEXT_LIMIT]


def day_fraction(seconds: float) -> float:
    """Excel's time: seconds as a fraction of a day."""
    return seconds / DAY_S


def sheet_ref(title: str) -> str:
    """Name of a sheet as formulas quote it.

    Examples
    --------
    >>> sheet_ref("Mon 3 Mar"), sheet_ref("Roster")
    ("'Mon 3 Mar'!", 'Roster!')
    """
    plain = re.fullmatch(r"[A-Za-z_]+", title)
    return f"{title}!" if plain else "'" + title.replace("'", "''") + "'!"


Cached = float | int | str


class Sheet:
    """A worksheet that is written cell by cell with shared looks and known formula values."""

    def __init__(self, sheet: Worksheet, styles: StyleBook) -> None:
        self.raw = sheet
        self.cached: dict[str, Cached] = {}
        self._styles = styles

    @property
    def ref(self) -> str:
        """Name as formulas quote it."""
        return sheet_ref(self.raw.title)

    def put(self, row: int, column: int, value: object, look: Look) -> None:
        """Write a value: text neutralised, dates and times as such, None as an empty cell."""
        cell = self._cell(row, column)
        plain = _plain(value)
        if plain is not None:
            cell.value = plain
            if isinstance(plain, str):
                cell.data_type = "s"
        # After the value: openpyxl gives a date its own format, and looks are shared by many cells.
        self._styles.dress(cell, _dated(look, plain))

    def live(self, row: int, column: int, formula: str, value: Cached, look: Look) -> None:
        """Write a formula (without its ``=``) and the value it has now."""
        cell = self._cell(row, column)
        cell.value = f"={formula}"
        self._styles.dress(cell, look)
        self.cached[cell.coordinate] = neutral(value) if isinstance(value, str) else value

    def _cell(self, row: int, column: int) -> Cell:
        cell = self.raw.cell(row, column)
        if not isinstance(cell, Cell):
            raise ValueError(
                f"{self.raw.title}: row {row}, column {column} is inside a merged cell"
            )
        return cell

    def across(self, row: int, column: int, values: list[object], look: Look) -> None:
        """Write values side by side."""
        for k, value in enumerate(values):
            self.put(row, column + k, value, look)

    def width(self, column: int, characters: float, *, hidden: bool = False) -> None:
        """Set the width of a column [characters]."""
        dimension = self.raw.column_dimensions[get_column_letter(column)]
        dimension.width = characters
        dimension.hidden = hidden


def _dated(look: Look, value: object) -> Look:
    """A look that shows dates and times as such where none was chosen."""
    if look.number != "General":
        return look
    if isinstance(value, dt.datetime):
        return look.but(number="yyyy-mm-dd hh:mm")
    if isinstance(value, dt.date):
        return look.but(number="yyyy-mm-dd")
    return look.but(number="hh:mm") if isinstance(value, dt.time) else look


_CellValue = str | float | int | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None


def _plain(value: object) -> _CellValue:
    """A value that a cell can hold; what it cannot becomes text, NaN becomes empty."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (int, dt.date, dt.time, dt.timedelta)):
        return value
    return neutral(str(value))


_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"((?: s="[0-9]+")?)><f>(.*?)</f><v ?(?:/>|></v>)</c>')
_STAMPS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_MAKER = re.compile(rb"<(Application|AppVersion)>[^<]*</\1>")


def save(book: Workbook, path: Path, cached: Mapping[str, Mapping[str, Cached]]) -> None:
    """Write the workbook in one move, without clock times inside.

    Parameters
    ----------
    cached
        By sheet title: value of each formula cell.

    Notes
    -----
    The maker named in the file is wfm: programs that trust the values of Excel's own files
    recalculate this one on opening.
    """
    book.properties.creator = "wfm"
    buffer = io.BytesIO()
    book.save(buffer)
    parts = {
        f"xl/worksheets/sheet{k}.xml": cached.get(sheet.title, {})
        for k, sheet in enumerate(book.worksheets, 1)
    }
    with (
        replacing(path) as draft,
        zipfile.ZipFile(buffer) as source,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            data = _with_values(source.read(name), parts.get(name, {}))
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, _without_clock(name, data))


def _without_clock(name: str, data: bytes) -> bytes:
    if name == "docProps/core.xml":
        return _STAMPS.sub(b"", data)
    if name == "docProps/app.xml":
        return _MAKER.sub(
            lambda found: b"<Application>wfm</Application>" if found[1] == b"Application" else b"",
            data,
        )
    return data


def _with_values(data: bytes, cached: Mapping[str, Cached]) -> bytes:
    """Put the known value behind each formula of a sheet."""
    if not cached:
        return data

    def filled(found: re.Match[bytes]) -> bytes:
        value = cached.get(found[1].decode())
        if value is None:
            return found[0]
        kind = b' t="str"' if isinstance(value, str) else b""
        text = escape(value) if isinstance(value, str) else repr(float(value))
        return (
            b'<c r="'
            + found[1]
            + b'"'
            + found[2]
            + kind
            + b"><f>"
            + found[3]
            + b"</f><v>"
            + text.encode()
            + b"</v></c>"
        )

    return _FORMULA.sub(filled, data)
