"""Sheets of a workbook that wfm wrote and somebody saved again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from wfm.errors import InputError, Problem

__all__ = ["saved_rows"]


def saved_rows(path: Path, title: str, *, fix: str) -> list[list[Any]]:
    """Values of a sheet, rows of one width; formulas give what was last calculated.

    Parameters
    ----------
    fix
        What to do when it is not the workbook that was meant.

    Raises
    ------
    InputError
        When there is no such file, it is no workbook, or it has no such sheet.
    """
    try:
        # a stream of our own: openpyxl leaves a file open that it cannot read
        with path.open("rb") as stream:
            book = load_workbook(stream, read_only=True, data_only=True)
            if title not in book.sheetnames:
                raise InputError([Problem(f"has no sheet {title}", str(path), fix=fix)])
            rows = [list(row) for row in book[title].iter_rows(values_only=True)]
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError([Problem("no such file", str(path), fix="check the path")]) from error
    except Exception as error:
        # whatever a damaged archive makes zipfile, zlib, the XML parser or openpyxl raise
        raise InputError([Problem("is no workbook", str(path), fix=fix)]) from error
    # some programs do not write the used range; each row then ends at its last cell
    width = max(map(len, rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows]
