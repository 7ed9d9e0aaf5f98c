"""Delimited text files: comma or semicolon, UTF-8, plain or gzip."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

from wfm.errors import InputError, Problem
from wfm.telephony.raw_table import RawTable, raw_table

__all__ = ["read_bytes", "read_raw_csv", "read_text"]

_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
_SHOWN = 10
"""Badly encoded lines told one by one; the rest is counted."""


def read_raw_csv(
    path: str | Path, *, header: Sequence[str] = (), delimiter: str | None = None
) -> RawTable:
    """Cells of a CSV file as text.

    Blank lines are skipped; they still count as lines.

    Parameters
    ----------
    header
        Names of the columns of a file that has no header.
    delimiter
        The one of ``;``, ``,``, ``|`` and tab that the first line holds most often when None.

    Raises
    ------
    InputError
        When the file cannot be read, is not UTF-8, is empty or has no rows.
    """
    file = str(path)
    text = read_text(path)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = delimiter or max(",;\t|", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[tuple[int, Sequence[str]]] = [(0, header)] if header else []
    row = 1
    try:
        for fields in reader:
            if any(fields):
                records.append((row, fields))
            row = reader.line_num + 1
    except csv.Error as error:
        fix = "close the quote that was opened in or before this line"
        raise InputError([Problem(f"not a CSV line ({error})", file, row, fix=fix)]) from error
    return raw_table(file, records, decimal_comma=delimiter == ";")


def read_text(path: str | Path) -> str:
    """Text of a UTF-8 file, unpacked if it is gzip, byte-order mark taken off.

    Raises
    ------
    InputError
        When the file cannot be read or a line is not UTF-8.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(_encoding_problems(str(path), data)) from None


def read_bytes(path: str | Path) -> bytes:
    """Bytes of a file, unpacked if it is gzip.

    Raises
    ------
    InputError
        When the file cannot be read or unpacked.
    """
    try:
        data = Path(path).read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP_MAGIC) else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        problem = Problem(f"the gzip file is damaged ({error})", str(path), fix="export it again")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        problem = Problem(f"cannot be read ({reason})", str(path), fix="check the name and rights")
    raise InputError([problem])


def _encoding_problems(file: str, data: bytes) -> list[Problem]:
    """One problem per line that is not UTF-8."""
    fix = "save the file as CSV UTF-8"
    if data.startswith(_ZIP_MAGIC):
        fix = "import it with `wfm import excel`, or save it as CSV UTF-8"
        return [Problem("the file is a workbook or archive, not text", file, fix=fix)]
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return [Problem("the file is UTF-16, not UTF-8", file, 1, fix=fix)]
    problems = []
    for row, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            field = line[: error.start].count(max(b",", b";", key=line.count)) + 1
            found = line[error.start : error.end].hex(" ")
            problems.append(
                Problem("is not UTF-8", file, row, f"field {field}", f"byte {found}", fix)
            )
    more = len(problems) - _SHOWN
    rest = [Problem(f"is not UTF-8: {more} more lines", file, fix=fix)] if more > 0 else []
    return problems[:_SHOWN] + rest
