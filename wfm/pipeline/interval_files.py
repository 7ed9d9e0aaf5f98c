"""Results of one stage as a file for the next: forecast and requirement by interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem
from wfm.intervals import INTERVALS_S, local_to_utc
from wfm.pipeline.clock import to_utc_intervals
from wfm.pipeline.project import Project
from wfm.reports import read_frame
from wfm.schema import Table, check

__all__ = ["read_intervals"]

_SHOWN = 10
_OFFSET = r".{10}.*(?:Z|[+-]\d{2}:?\d{2})"


def read_intervals(path: Path, table: Table, project: Project) -> pd.DataFrame:
    """Rows of a file by queue and ``interval_start`` (UTC), without a run.

    The time is ``interval_start`` with its zone, or ``start`` by the centre's wall clock. A row of
    the hour that autumn shows twice holds both its intervals, or stands there twice, the earlier
    one first. Columns that the table does not know are ignored.

    Parameters
    ----------
    table
        What the columns must be; the length of the intervals is told by their steps where the file
        does not name it.

    Raises
    ------
    InputError
        With every column and cell that is wrong, every unknown queue, and rows that overlap.
    """
    frame = read_frame(path)
    by_wall_clock = "interval_start" not in frame.columns and "start" in frame.columns
    if by_wall_clock:
        frame = frame.rename(columns={"start": "interval_start"})
    given = frame[[name for name in frame.columns if name in table.names and name != "run"]].copy()
    problems: list[Problem] = []
    if "interval_start" in given:
        zoned = _zoned(given["interval_start"])
        by_wall_clock &= not zoned.all()
        problems += _zone_problems(given["interval_start"], zoned, path.name, by_wall_clock)
    if "queue" in given:
        problems += _strangers(given["queue"], project, path.name)
    if "interval_s" not in given:
        given["interval_s"] = _step_s(given, project.config.interval_s)
    columns = tuple(column for column in table.columns if column.name != "run")
    second = _second_copies(given, project.config.timezone) if by_wall_clock else None
    doubled = second is not None and bool(second.any())
    key = () if doubled else ("queue", "interval_start")
    bare = replace(table, columns=columns, key=key)
    try:
        rows = check(given, bare, source=path.name, header=list(frame.columns))
    except InputError as error:
        raise InputError([*error.problems, *problems]) from error
    later = rows[:0] if second is None else rows[second.to_numpy()]
    problems += _row_problems(rows.drop(index=later.index), path.name)
    if problems:
        raise InputError(problems)
    if not by_wall_clock:
        return rows
    return _by_utc(rows, later, project.config.timezone)


def _second_copies(given: pd.DataFrame, timezone: str) -> pd.Series:
    """Rows that repeat a time of their queue which autumn shows twice."""
    none = pd.Series(data=False, index=given.index)
    if not {"queue", "interval_start"} <= set(given):
        return none
    text = given["interval_start"].astype("str")
    times = pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
    _, _, twice = local_to_utc(times, timezone)
    copy = given.assign(interval_start=times).groupby(["queue", "interval_start"]).cumcount()
    return (twice & (copy == 1)).where(times.notna(), none)


def _by_utc(rows: pd.DataFrame, later: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Wall-clock rows by UTC; both copies of an autumn time by themselves, a single one in half."""
    wall = rows["interval_start"].dt.tz_localize(None)
    keys = pd.MultiIndex.from_arrays([rows["queue"], wall])
    paired = keys.isin(keys[rows.index.isin(later.index)])
    local = rows[~paired].drop(columns=["interval_start", "interval_s"])
    length_s = int(rows["interval_s"].iloc[0])
    local = local.assign(start=wall[~paired])
    single = to_utc_intervals(local, timezone, length_s, doubled=True)
    if later.empty:
        return single
    first = ~rows.index[paired].isin(later.index)
    starts = wall[paired].dt.tz_localize(timezone, ambiguous=first).dt.tz_convert("UTC")
    both = pd.concat([single, rows[paired].assign(interval_start=starts)[list(single)]])
    return both.sort_values(["queue", "interval_start"], ignore_index=True)


def _zoned(times: pd.Series) -> pd.Series:
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        return times.notna() | True
    return times.astype("str").str.fullmatch(_OFFSET).astype(bool)


def _zone_problems(
    times: pd.Series, zoned: pd.Series, file: str, by_wall_clock: bool
) -> Iterator[Problem]:
    """Times that do not say which zone they are in, or are of two kinds."""
    bad = times.notna() & (zoned if by_wall_clock else ~zoned)
    parsed = pd.to_datetime(times.astype("str"), errors="coerce", format="ISO8601", utc=True)
    column = "start" if by_wall_clock else "interval_start"
    what = "has an offset, other rows have none" if by_wall_clock else "has no zone"
    fix = "write UTC like 2026-03-31T07:00:00Z; a column of wall-clock times is called start"
    for row in times.index[bad & parsed.notna()][:_SHOWN]:
        yield Problem(what, file, int(row) + 2, column, str(times.at[row]), fix)


def _strangers(queues: pd.Series, project: Project, file: str) -> Iterator[Problem]:
    """Queues that wfm.toml does not have, each told once."""
    fix = f"wfm.toml has {', '.join(project.queues)}; add a [[queue]]"
    strange = queues[queues.notna() & ~queues.isin(list(project.queues))]
    for row, name in strange.drop_duplicates().items():
        yield Problem("no such queue", file, int(str(row)) + 2, "queue", str(name), fix)


def _row_problems(rows: pd.DataFrame, file: str) -> Iterator[Problem]:
    if rows.empty:
        yield Problem("has a header but no rows", file, fix="write the intervals below it")
        return
    odd = rows[~rows["interval_s"].isin(INTERVALS_S)]
    for row in odd.index[:_SHOWN]:
        fix = f"wfm plans on {', '.join(str(length) for length in INTERVALS_S)} s"
        found = str(odd.at[row, "interval_s"])
        yield Problem("no planning interval", file, int(row) + 2, "interval_s", found, fix)
    ordered = rows.sort_values(["queue", "interval_start"])
    step = ordered.groupby("queue")["interval_start"].diff(-1).dt.total_seconds().abs()
    for row in ordered.index[step < ordered["interval_s"].astype(float)][:_SHOWN]:
        found = f"{rows.at[row, 'interval_start']:%Y-%m-%dT%H:%M}"
        fix = "keep one row per queue and interval"
        yield Problem("overlaps the next interval", file, int(row) + 2, "start", found, fix)


def _step_s(frame: pd.DataFrame, default_s: int) -> int:
    """Most frequent step of the file's intervals [s]."""
    if "interval_start" not in frame or "queue" not in frame:
        return default_s
    start = pd.to_datetime(frame["interval_start"], utc=True, errors="coerce", format="ISO8601")
    steps = start.sort_values().groupby(frame["queue"]).diff().dt.total_seconds()
    steps = steps[steps > 0]
    return int(steps.mode().iloc[0]) if len(steps) else default_s
