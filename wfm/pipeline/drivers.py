"""drivers.csv: customers, mailings, contact rate and the like by date, past and planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wfm.errors import InputError, Problem
from wfm.forecast import Drivers
from wfm.pipeline.hand_kept import CellError, Row, iso_date, read_rows

__all__ = ["read_drivers"]


@dataclass(frozen=True, slots=True)
class _Line:
    """One date of one queue (of all where empty); None where a cell is empty."""

    queue: str
    date: dt.date
    values: tuple[float | None, ...]


def read_drivers(path: Path, queues: Sequence[str]) -> Mapping[str, Drivers]:
    """Drivers by queue; no file is none.

    Parameters
    ----------
    path
        drivers.csv: date, then a column for each driver; optional queue (empty for all). A value
        holds until the next one is given.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if not path.exists():
        return {}
    names = _driver_names(path)
    problems: list[Problem] = []
    lines: dict[tuple[str, dt.date], _Line] = {}
    for number, line in read_rows(path, ("date", *names), ("queue",), _convert(names), problems):
        if line.queue and line.queue not in queues:
            fix = f"known are {', '.join(queues)}"
            problems.append(Problem("no such queue", path.name, number, "queue", line.queue, fix))
        elif (line.queue, line.date) in lines:
            fix = "keep one row for each date and queue"
            problems.append(
                Problem("the date stands twice", path.name, number, "date", str(line.date), fix)
            )
        lines[line.queue, line.date] = line
    if not names:
        fix = "add a column like customers"
        problems.append(Problem("no driver in the header", path.name, 1, fix=fix))
    if problems:
        raise InputError(problems)
    told = {queue for queue, _ in lines}
    return {queue: _table(names, queue, lines) for queue in queues if told & {"", queue}}


def _driver_names(path: Path) -> tuple[str, ...]:
    """Columns of the header other than date and queue."""
    first = path.read_bytes().splitlines()[:1]
    header = first[0].decode("utf-8-sig", errors="replace") if first else ""
    cells = header.split(";" if header.count(";") > header.count(",") else ",")
    names = [cell.strip().strip('"') for cell in cells]
    return tuple(dict.fromkeys(name for name in names if name not in ("", "date", "queue")))


def _convert(names: tuple[str, ...]) -> Callable[[Row], _Line]:
    def convert(row: Row) -> _Line:
        values = tuple(_value(row, name) for name in names)
        return _Line(row["queue"], iso_date(row, "date"), values)

    return convert


def _value(row: Row, name: str) -> float | None:
    text = row[name]
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise CellError("is not a number", name, text, "write it like 12500 or 0.35") from error
    if not 0 <= value < float("inf"):
        raise CellError("is not a number at least 0", name, text, "write it like 12500")
    return value


def _table(
    names: tuple[str, ...], queue: str, lines: Mapping[tuple[str, dt.date], _Line]
) -> Drivers:
    """Values of a queue: its own rows, and those of all queues for other dates."""
    mine = {date: line for (of, date), line in lines.items() if of == ""}
    mine |= {date: line for (of, date), line in lines.items() if of == queue}
    dates = sorted(mine)
    values = [[np.nan if v is None else v for v in mine[date].values] for date in dates]
    return Drivers(
        names,
        np.array(dates, dtype="datetime64[D]"),
        np.array(values, dtype=np.float64).reshape(len(dates), len(names)),
    )
