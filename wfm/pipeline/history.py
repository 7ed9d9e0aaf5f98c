"""Wall-clock history for the forecast: from the store, or from a file of its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.errors import InputError, PlanError, Problem
from wfm.intervals import INTERVALS_S, local_to_utc
from wfm.pipeline.clock import to_wall_clock
from wfm.pipeline.project import Project
from wfm.store import open_store

__all__ = ["infer_interval_s", "next_midnight", "read_history", "stored_history"]

_NUMBERS = ("offered", "answered", "abandoned", "talk_s", "aht_s")
_SHOWN = 50


def stored_history(project: Project, *, before: dt.datetime | None = None) -> pd.DataFrame:
    """History of the configured queues by wall clock: queue, start, offered and sums.

    Raises
    ------
    PlanError
        When the store has no history of any configured queue.
    """
    with open_store(project.store) as store:
        history = store.history(queues=[queue.name for queue in project.config.queues])
    local = to_wall_clock(history, project.config.timezone)
    if before is not None:
        local = local[local["start"] < before].reset_index(drop=True)
    if local.empty:
        names = ", ".join(queue.name for queue in project.config.queues)
        when = f" before {before}" if before else ""
        raise PlanError(f"no history of {names}{when}; bring it in with `wfm import csv FILE`")
    return local


def next_midnight(history: pd.DataFrame) -> dt.datetime:
    """Midnight after the last day of the history."""
    last = pd.Timestamp(history["start"].max()).to_pydatetime()
    return dt.datetime.combine(last.date() + dt.timedelta(days=1), dt.time())


def infer_interval_s(history: pd.DataFrame) -> int:
    """Most frequent step between neighbouring starts of one queue [s].

    Raises
    ------
    PlanError
        When there is none, or it is not one that wfm plans on.
    """
    steps = history.sort_values(["queue", "start"]).groupby("queue")["start"].diff()
    seconds = steps.dt.total_seconds().dropna()
    seconds = seconds[seconds > 0]
    found = int(seconds.mode().iloc[0]) if len(seconds) else 0
    if found not in INTERVALS_S:
        known = ", ".join(f"{s // 60} min" for s in INTERVALS_S)
        raise PlanError(f"history in steps of {found} s; wfm plans on {known}")
    return found


def read_history(path: Path, timezone: str) -> pd.DataFrame:
    """History of a CSV file by wall clock, with ``queue, start, offered[, aht_s, …]``.

    Closed hours are simply absent. An hour that autumn shows twice may come twice (the two are
    added) or once, and rows may come in any order.

    Raises
    ------
    InputError
        With every missing column, cell that is not a number or time, negative count and repeated
        row.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError([Problem("no such file", str(path))]) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        raise InputError([Problem(f"is not a CSV file in UTF-8: {error}", str(path))]) from error
    file = path.name
    missing = [name for name in ("queue", "start", "offered") if name not in raw.columns]
    if missing:
        found = ", ".join(map(str, raw.columns))
        raise InputError([Problem("missing column", file, 1, name, found) for name in missing])
    if raw.empty:
        raise InputError([Problem("has no rows", file, fix="export the history again")])
    out, problems = _parsed(raw, file)
    problems += _repeated(out, timezone, file)
    if problems:
        raise InputError(problems)
    if "aht_s" in out and "answered" in out:
        out["talk_s"] = out["aht_s"] * out["answered"]
    elif "aht_s" in out:
        out["answered"], out["talk_s"] = out["offered"], out["aht_s"] * out["offered"]
    sums = [name for name in _NUMBERS if name in out and name != "aht_s"]
    return out.groupby(["queue", "start"], sort=True)[sums].sum(min_count=1).reset_index()


def _parsed(raw: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    out = pd.DataFrame({"queue": raw["queue"]})
    out["start"] = pd.to_datetime(raw["start"], errors="coerce", format="ISO8601", utc=False)
    problems = _bad_cells(raw, "start", out["start"].isna(), "is not a time", file)
    if getattr(out["start"].dtype, "tz", None) is not None:
        raise InputError(
            [Problem("has a zone", file, 0, "start", str(raw["start"].iloc[0]), "write wall clock")]
        )
    out["start"] = out["start"].astype("datetime64[us]")
    for name in _NUMBERS:
        if name not in raw.columns:
            continue
        cells = raw[name].str.strip()
        number = pd.to_numeric(cells, errors="coerce")
        empty = (cells == "") & (name != "offered")
        problems += _bad_cells(raw, name, number.isna() & ~empty, "is not a number", file)
        problems += _bad_cells(raw, name, number < 0, "is negative", file)
        problems += _bad_cells(raw, name, np.isinf(number), "is not finite", file)
        out[name] = number
    return out, problems


def _bad_cells(
    raw: pd.DataFrame, column: str, bad: pd.Series, what: str, file: str
) -> list[Problem]:
    rows = np.flatnonzero(bad.to_numpy())
    problems = [
        Problem(what, file, int(row) + 2, column, str(raw[column].iloc[row]))
        for row in rows[:_SHOWN]
    ]
    if len(rows) > _SHOWN:
        problems.append(Problem(f"{what}: {len(rows) - _SHOWN} more rows", file, 0, column))
    return problems


def _repeated(out: pd.DataFrame, timezone: str, file: str) -> list[Problem]:
    """Rows that repeat a queue and start outside the hour that autumn shows twice."""
    repeated = out.duplicated(["queue", "start"]) & out["start"].notna()
    if not repeated.any():
        return []
    _, _, twice = local_to_utc(out["start"], timezone)
    bad = repeated & ~twice
    return [
        Problem(
            "the same queue and start twice",
            file,
            int(row) + 2,
            "start",
            str(out["start"].iloc[row]),
            "keep one of the rows",
        )
        for row in np.flatnonzero(bad.to_numpy())[:_SHOWN]
    ]
