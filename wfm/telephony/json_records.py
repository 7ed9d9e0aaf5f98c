"""JSON lines and JSON documents, with the line of what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wfm.errors import InputError, Problem
from wfm.telephony.csv_table import read_text
from wfm.telephony.findings import Case, Findings

__all__ = ["json_document", "json_lines"]


def json_lines(path: str | Path, findings: Findings) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects of a file with one object a line; other lines become issues.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    for row, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            yield row, record
        else:
            case = Case(row, "no JSON object", effect_contacts=None)
            findings.note("malformed-record", "record left out", [case])


def json_document(path: str | Path) -> Any:
    """The one value of a JSON file.

    Raises
    ------
    InputError
        When the file cannot be read or is no JSON.
    """
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        row = getattr(error, "lineno", 0)
        message = getattr(error, "msg", "too deeply nested")
        problem = Problem(f"is no JSON ({message})", str(path), row, fix="export it again")
        raise InputError([problem]) from error
