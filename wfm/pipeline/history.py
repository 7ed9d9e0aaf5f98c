"""Wall-clock history for the forecast: from the store, or from a file of its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, PlanError, Problem
from wfm.intervals import DAY_S, INTERVALS_S, local_to_utc, utc_to_local
from wfm.pipeline.clock import SUMS, to_wall_clock
from wfm.pipeline.learnable import learnable
from wfm.pipeline.project import Project
from wfm.reports import read_frame
from wfm.store import open_store
from wfm.telephony.csv_table import read_raw_csv
from wfm.telephony.raw_table import RawTable

__all__ = [
    "infer_interval_s",
    "next_midnight",
    "read_history",
    "refuse_stray_dates",
    "stored_history",
    "to_learn",
]

_NUMBERS = ("offered", "answered", "abandoned", "talk_s", "aht_s", "not_first_visit")
_SHOWN = 10
_STRAY_GAP_DAYS = 400
_STRAY_SHARE = 0.05
"""As few rows beyond such a gap are no history of their own."""
_LARGEST = 2.0**53
_OFFSET = r".{10}.*(?:Z|[+-]\d{2}:?\d{2})"


def stored_history(project: Project, *, before: dt.datetime | None = None) -> pd.DataFrame:
    """History of the configured queues by wall clock: queue, start, offered and sums.

    Raises
    ------
    PlanError
        When the store has no history of any configured queue, and none of them is a new one.
    """
    with open_store(project.store) as store:
        queues = [queue.name for queue in project.config.queues]
        history = store.history(queues, figures=SUMS)
    local = to_wall_clock(history, project.config.timezone)
    if before is not None:
        local = local[local["start"] < before].reset_index(drop=True)
    if local.empty and not any(queue.new for queue in project.config.queues):
        names = ", ".join(queue.name for queue in project.config.queues)
        when = f" before {before}" if before else ""
        raise PlanError(f"no history of {names}{when}; bring it in with `wfm import csv FILE`")
    return refuse_stray_dates(local, "the store")


def to_learn(history: pd.DataFrame, project: Project | None, timezone: str) -> pd.DataFrame:
    """History as forecasts learn from it: hours of one length, the demand that wfm.toml asks for.

    Raises
    ------
    InputError
        When first visits are asked for and the history does not tell them.
    """
    return learnable(history, project.config.forecast.demand if project else "offered", timezone)


def refuse_stray_dates(history: pd.DataFrame, source: str) -> pd.DataFrame:
    """History as it is, unless some few rows lie years away from all others.

    A mistyped year would move the origin there, and every queue would seem to have stopped.

    Raises
    ------
    InputError
        With the first of the rows before or after a gap of more than a year.
    """
    dates = history["start"].sort_values().drop_duplicates()
    gaps = dates.diff() > pd.Timedelta(days=_STRAY_GAP_DAYS)
    problems = []
    for at in dates[gaps]:
        before, after = history["start"] < at, history["start"] >= at
        few = before if before.sum() < after.sum() else after
        if few.sum() > _STRAY_SHARE * len(history):
            continue
        row = history[few].iloc[0]
        what = f"lies more than a year from the rest of the history ({int(few.sum())} rows do)"
        fix = "correct the date in the file, or leave the rows out with --as-of"
        found = f"{row['queue']} {row['start']:%Y-%m-%d %H:%M}"
        problems.append(Problem(what, source, column="start", found=found, fix=fix))
    if problems:
        raise InputError(problems)
    return history


def next_midnight(history: pd.DataFrame) -> dt.datetime:
    """Midnight after the last day of the history."""
    last = pd.Timestamp(history["start"].max()).to_pydatetime()
    return dt.datetime.combine(last.date() + dt.timedelta(days=1), dt.time())


def infer_interval_s(history: pd.DataFrame) -> int:
    """Most frequent step between neighbouring starts of one queue [s]; a whole day will do.

    Raises
    ------
    PlanError
        When there is none, or it is not one that can be forecast.
    """
    steps = history.sort_values(["queue", "start"]).groupby("queue")["start"].diff()
    seconds = steps.dt.total_seconds().dropna()
    seconds = seconds[seconds > 0]
    if seconds.empty:
        raise PlanError("no queue has two intervals of history; give some weeks of it")
    found = int(seconds.mode().iloc[0])
    if found not in (*INTERVALS_S, DAY_S):
        known = ", ".join(f"{s // 60} min" for s in INTERVALS_S)
        raise PlanError(f"history in steps of {found} s; wfm forecasts {known} and days")
    return found


def read_history(path: Path, timezone: str) -> pd.DataFrame:
    """History of a file by wall clock, with ``queue, start, offered[, aht_s, …]``.

    Closed hours are simply absent. An hour that autumn shows twice may come twice (the two are
    added) or once, and rows may come in any order.

    Parameters
    ----------
    path
        .csv, .csv.gz or .parquet; ``start`` is wall clock, or any clock with its offset.

    Raises
    ------
    InputError
        With every missing column, cell that is not a number or time, negative count and repeated
        row.
    """
    raw = _cells(path)
    cells = raw.cells
    missing = [name for name in ("queue", "start", "offered") if name not in cells.columns]
    if missing:
        found = ", ".join(map(str, cells.columns))
        where = (raw.file, raw.header_row)
        raise InputError([Problem("missing column", *where, name, found) for name in missing])
    problems = list(raw.problems)
    empty = cells["queue"] == ""
    problems += _bad_cells(cells["queue"], empty, "is empty", raw.file)
    out = pd.DataFrame({"queue": cells["queue"]})
    out["start"] = _wall_clock(cells["start"], timezone)
    problems += _bad_cells(cells["start"], out["start"].isna(), "is not a time", raw.file)
    for name in _NUMBERS:
        if name in cells.columns:
            text = cells[name].str.replace(",", ".") if raw.decimal_comma else cells[name]
            out[name] = pd.to_numeric(text, errors="coerce")
            problems += _number_problems(cells[name], out[name], raw.file)
    problems += _repeated(out, timezone, raw.file)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or len(cells) + 2))
    if "aht_s" in out and "answered" in out:
        out["talk_s"] = out["aht_s"] * out["answered"]
    elif "aht_s" in out:
        out["answered"], out["talk_s"] = out["offered"], out["aht_s"] * out["offered"]
    sums = [name for name in _NUMBERS if name in out and name != "aht_s"]
    return out.groupby(["queue", "start"], sort=True)[sums].sum(min_count=1).reset_index()


def _cells(path: Path) -> RawTable:
    """Cells as text with their line numbers."""
    if path.suffix != ".parquet":
        return read_raw_csv(path)
    frame = read_frame(path)
    text = frame.astype("object").where(frame.notna(), "").astype("str")
    text.index = pd.RangeIndex(2, len(text) + 2)
    return RawTable(str(path), 1, text.astype("object"))


def _wall_clock(text: pd.Series, timezone: str) -> pd.Series:
    """Naive local times; NaT for what is no time, or in no year that a centre can have."""
    zoned = text.str.fullmatch(_OFFSET).astype(bool)
    naive = pd.to_datetime(text.where(~zoned), errors="coerce", format="ISO8601")
    fixed = pd.to_datetime(text.where(zoned), errors="coerce", format="ISO8601", utc=True)
    local = naive.astype("datetime64[us]").where(~zoned, utc_to_local(fixed, timezone))
    return local.where(local.dt.year.between(1990, 2099))


def _number_problems(text: pd.Series, number: pd.Series, file: str) -> list[Problem]:
    empty = (text == "") & (text.name != "offered")
    return [
        *_bad_cells(text, number.isna() & ~empty, "is not a number", file),
        *_bad_cells(text, number < 0, "is negative", file),
        *_bad_cells(text, number.abs() > _LARGEST, "is too large", file),
    ]


def _bad_cells(text: pd.Series, bad: pd.Series, what: str, file: str) -> list[Problem]:
    rows = bad.index[bad]
    column = str(text.name)
    problems = [Problem(what, file, int(row), column, str(text[row])) for row in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        problems.append(Problem(f"{what}: {len(rows) - _SHOWN} more rows", file, 0, column))
    return problems


def _repeated(out: pd.DataFrame, timezone: str, file: str) -> list[Problem]:
    """Rows that repeat a queue and start outside the hour that autumn shows twice."""
    repeated = out.duplicated(["queue", "start"]) & out["start"].notna()
    if not repeated.any():
        return []
    _, _, twice = local_to_utc(out["start"], timezone)
    fix = "keep one of the rows"
    return [
        Problem("the same queue and start twice", file, int(row), "start", str(start), fix)
        for row, start in out.loc[repeated & ~twice, "start"].head(_SHOWN).items()
    ]
