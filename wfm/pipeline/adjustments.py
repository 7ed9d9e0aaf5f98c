"""adjustments.csv: planners' own changes to the forecast, laid on after every forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem
from wfm.forecast import Adjustment, Forecast, How, adjusted, adjusted_forecast
from wfm.pipeline.hand_kept import CellError, Row, filled, read_rows
from wfm.pipeline.project import Project

__all__ = ["change_table", "lay_on", "lay_on_all", "planned_changes", "read_adjustments"]

_COLUMNS = ("queue", "from", "to", "how", "value", "reason", "author")


def read_adjustments(
    path: Path, queues: Sequence[str], groups: Collection[str] = ()
) -> tuple[Adjustment, ...]:
    """Adjustments in the order of the file; no file is none.

    Parameters
    ----------
    path
        adjustments.csv: queue (or the name of a group, for all its queues together), from, to
        (dates, both included, or local times, ``to`` not included), how (set, times, plus),
        value, reason, author.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if not path.exists():
        return ()
    problems: list[Problem] = []
    found = []
    for row, one in read_rows(path, _COLUMNS, (), _adjustment, problems):
        if one.queue not in (*queues, *groups):
            fix = f"known are {', '.join([*queues, *groups])}"
            problems.append(Problem("no such queue", path.name, row, "queue", one.queue, fix))
        found.append(one)
    if problems:
        raise InputError(problems)
    return tuple(found)


def planned_changes(project: Project, queues: Collection[str] = ()) -> tuple[Adjustment, ...]:
    """Adjustments of a centre: of its queues, its groups and some queues more."""
    names = list(dict.fromkeys([*project.queues, *queues]))
    groups = dict(project.config.forecast.groups)
    return read_adjustments(project.root / "adjustments.csv", names, groups)


def lay_on(
    frame: pd.DataFrame,
    adjustments: Sequence[Adjustment],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Intervals by wall clock with the adjustments that fall into them."""
    if frame.empty or not adjustments:
        return frame
    return adjusted(frame, _inside(frame, adjustments, groups), groups)


def lay_on_all(
    result: Forecast, adjustments: Sequence[Adjustment], groups: Mapping[str, Sequence[str]]
) -> Forecast:
    """Forecast with the adjustments that fall into it; days, weeks and groups follow."""
    return adjusted_forecast(result, _inside(result.frame, adjustments, groups), groups)


def change_table(
    frame: pd.DataFrame,
    adjustments: Sequence[Adjustment],
    groups: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Adjustments that fall into a forecast, each with what it adds [contacts].

    Parameters
    ----------
    frame
        Before any of them.
    """
    rows = []
    for one in _inside(frame, adjustments, groups):
        after = adjusted(frame, [one], groups)
        more = float(after["mean"].sum() - frame["mean"].sum())
        change = f"{one.how} {one.value:g}"
        rows.append((one.queue, one.first, one.until, change, more, one.reason, one.author))
        frame = after
    columns = ["queue", "from", "until", "change", "contacts", "reason", "author"]
    return pd.DataFrame(rows, columns=columns)


def _inside(
    frame: pd.DataFrame,
    adjustments: Sequence[Adjustment],
    groups: Mapping[str, Sequence[str]] | None,
) -> list[Adjustment]:
    """Adjustments that touch a row."""
    first, last = frame["start"].min(), frame["start"].max()
    there = set(frame["queue"])
    return [
        one
        for one in adjustments
        if pd.Timestamp(one.first) <= last
        and pd.Timestamp(one.until) > first
        and one.queues(there, groups or {})
    ]


_SIGNS = {"=": How.SET, "*": How.TIMES, "x": How.TIMES, "×": How.TIMES, "+": How.PLUS}
"""What planners write for the words."""


def _adjustment(row: Row) -> Adjustment:
    how = filled(row, "how")
    how = _SIGNS.get(how.lower(), how)
    if how not in set(How):
        raise CellError("is not one of set, times, plus", "how", how, "choose one of them")
    try:
        value = float(filled(row, "value"))
    except ValueError as error:
        raise CellError("is not a number", "value", row["value"], "write digits") from error
    if not isfinite(value):
        raise CellError("is not a number", "value", row["value"], "write digits")
    first, until = _moment(row, "from", end=False), _moment(row, "to", end=True)
    try:
        return Adjustment(
            filled(row, "queue"),
            first,
            until,
            How(how),
            value,
            filled(row, "reason"),
            filled(row, "author"),
        )
    except ValueError as error:
        raise CellError(str(error), "from", row["from"], "correct the row") from error


def _moment(row: Row, column: str, *, end: bool) -> dt.datetime:
    """Local time of a cell; a bare date ends with its day."""
    text = filled(row, column)
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError as error:
        fix = "write 2026-03-31 or 2026-03-31T12:00"
        raise CellError("is not a date or time", column, text, fix) from error
    if value.tzinfo is not None:
        raise CellError("has an offset", column, text, "write the centre's wall clock")
    return value + dt.timedelta(days=1) if end and len(text) == len("2026-03-31") else value
