"""Earlier rosters: the one that is re-planned, and what people carried before the first day.

The roster in force on a day is that of the newest run that planned the day. So a week that was
planned three times counts once, and nothing has to be kept in step: the ledger is read off.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from wfm.errors import InputError, PlanError, Problem
from wfm.pipeline.hand_kept import CellError, filled, read_rows
from wfm.pipeline.project import Project
from wfm.store import Run, open_store

__all__ = [
    "Earlier",
    "Former",
    "earlier_rosters",
    "former_run",
    "read_ledger",
    "roster_span",
    "shifts_before",
]

_BACK = dt.timedelta(weeks=26)
"""How far back nights, weekends and lates are counted."""

_LEDGER = ("lates", "nights", "weekends", "wishes_missed")


@dataclass(frozen=True, slots=True)
class Former:
    """A roster that is out: its run, its days, its tables, who works on which local date."""

    run: str
    first_day: dt.date
    days: int
    shifts: pd.DataFrame
    activities: pd.DataFrame
    worked: frozenset[tuple[str, dt.date]]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a new roster is told of earlier ones.

    Parameters
    ----------
    former
        The roster that is re-planned; None for a new one.
    past
        Shifts in force before the first day; None when none are known.
    ledger
        What people carried, where a file says so; else it is read off the past.
    """

    former: Former | None = None
    past: pd.DataFrame | None = None
    ledger: pd.DataFrame | None = None


def former_run(project: Project, name: str) -> Former:
    """The roster of a run; ``last`` is the newest that has one.

    Raises
    ------
    PlanError
        When there is no such roster.
    """
    with open_store(project.store) as store:
        newest = store.latest("roster_shift")
        run = getattr(newest, "run", None) if name == "last" else name
        if run is None:
            raise PlanError("no run has a roster to re-plan yet; make one with `wfm schedule`")
        shifts, activities = (store.read(t, run) for t in ("roster_shift", "roster_activity"))
        known = {record.run: record for record in _newest_first(store.runs())}
    if run not in known or shifts.empty:
        raise PlanError(f"run {run} has no roster; `wfm runs list` shows what there is")
    first, days = roster_span(json.loads(known[run].summary), shifts, project.config.timezone)
    local = shifts["start"].dt.tz_convert(project.config.timezone).dt.date
    worked = frozenset(zip(shifts["agent"], local, strict=True))
    tables = (shifts.drop(columns="run"), activities.drop(columns="run"))
    return Former(run, first, days, *tables, worked)


def earlier_rosters(
    project: Project,
    first_day: dt.date,
    *,
    former: Former | None = None,
    ledger: pd.DataFrame | None = None,
) -> Earlier:
    """What the store knows of the half year before a day."""
    timezone = project.config.timezone
    wanted = {first_day - dt.timedelta(days=k) for k in range(1, _BACK.days + 1)}
    parts = []
    with open_store(project.store) as store:
        for record in _newest_first(store.runs()):
            told = json.loads(record.summary)
            span = _told_span(told)
            if not wanted or (span and not wanted & _dates(*span)):
                continue
            shifts = store.read("roster_shift", record.run)
            if shifts.empty:
                continue
            mine = wanted & _dates(*(span or roster_span(told, shifts, timezone)))
            local = shifts["start"].dt.tz_convert(timezone).dt.date
            parts.append(shifts[local.isin(mine)].drop(columns="run"))
            wanted -= mine
    past = pd.concat(parts, ignore_index=True) if parts else None
    return Earlier(former, past, ledger)


def shifts_before(earlier: Earlier, start: dt.date, timezone: str) -> pd.DataFrame | None:
    """Shifts that start before a roster's first date; None when none are known."""
    if earlier.past is None:
        return None
    mine = earlier.past[earlier.past["start"] < pd.Timestamp(start, tz=timezone)]
    return mine if len(mine) else None


def _newest_first(runs: pd.DataFrame) -> Iterator[Run]:
    for row in runs.iloc[::-1].to_dict("records"):
        yield Run(**row)


def _dates(first: dt.date, days: int) -> set[dt.date]:
    return {first + dt.timedelta(days=k) for k in range(days)}


def _told_span(told: Mapping[str, Any]) -> tuple[dt.date, int] | None:
    """First day and days of a run's roster, where its summary says so."""
    if "first_day" not in told or "days" not in told:
        return None
    return dt.date.fromisoformat(told["first_day"]), int(told["days"])


def roster_span(
    told: Mapping[str, Any], shifts: pd.DataFrame, timezone: str
) -> tuple[dt.date, int]:
    """First day and days of a roster; those of its shifts where its run's summary has none."""
    span = _told_span(told)
    if span:
        return span
    local = shifts["start"].dt.tz_convert(timezone).dt.date
    return local.min(), (local.max() - local.min()).days + 1


def read_ledger(path: Path) -> pd.DataFrame:
    """Ledger of a CSV: ``agent, lates, nights, weekends, wishes_missed``, as one was written.

    Raises
    ------
    InputError
        With everything that is wrong with the file.
    """
    problems: list[Problem] = []
    rows = [row for _, row in read_rows(path, ("agent", *_LEDGER), (), _counts, problems)]
    frame = pd.DataFrame(rows, columns=["agent", *_LEDGER])
    problems += [
        Problem("stands twice", path.name, 0, "agent", name, "keep one line")
        for name in frame["agent"][frame["agent"].duplicated()].unique()
    ]
    if problems:
        raise InputError(problems)
    return frame


def _counts(row: dict[str, str]) -> list[object]:
    cells: list[object] = [filled(row, "agent")]
    for name in _LEDGER:
        if not row[name].isdigit():
            raise CellError("is not a whole number of at least 0", name, row[name], "count shifts")
        cells.append(int(row[name]))
    return cells
