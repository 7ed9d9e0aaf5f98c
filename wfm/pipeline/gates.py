"""Data gates before a run: people and history looked at without changing anything."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.domain import Queue
from wfm.errors import InputError, PlanError
from wfm.pipeline.history import next_midnight, stored_history
from wfm.pipeline.people import read_people
from wfm.pipeline.project import Project

__all__ = ["Finding", "check_project"]

_SHORT_DAYS = 21
_ZERO_RUN = 3
_JUMP = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a gate saw; ``serious`` findings stop a run."""

    gate: str
    message: str
    serious: bool = False


def check_project(project: Project, *, agents: Path) -> list[Finding]:
    """Findings of all gates; an empty list means a run can start."""
    findings = _people(project, agents)
    try:
        history = stored_history(project)
    except PlanError as error:
        return [*findings, Finding("history", str(error), serious=True)]
    origin = next_midnight(history)
    for queue in project.config.queues:
        rows = history[history["queue"] == queue.name]
        if rows.empty:
            findings.append(Finding("history", f"{queue.name}: no history", serious=True))
            continue
        days = rows["start"].dt.normalize().nunique()
        if days < _SHORT_DAYS:
            text = f"{queue.name}: {days} days of history; a forecast wants {_SHORT_DAYS} or more"
            findings.append(Finding("history", text))
        findings += _gaps(project, queue, rows)
        findings += _stopped(queue, rows, origin)
        findings += _jumps(queue, rows)
    return findings


def _people(project: Project, agents: Path) -> list[Finding]:
    try:
        people = read_people(agents, project.config)
    except InputError as error:
        return [Finding("people", str(problem), serious=True) for problem in error.problems]
    idle = {c.name for c in project.config.contracts} - {a.contract for a in people.agents}
    return [Finding("people", f"contract {name!r} has nobody") for name in sorted(idle)]


def _gaps(project: Project, queue: Queue, rows: pd.DataFrame) -> list[Finding]:
    """Open intervals without a row, and runs of zeros in open hours."""
    interval_s = project.config.interval_s
    day = rows["start"].dt.date
    holidays = project.holidays(day.min(), day.max())
    known = rows.set_index("start")["offered"]
    findings = []
    for date in pd.date_range(day.min(), day.max()).date:
        spans = queue.opening.spans(date, holiday=date in holidays)
        midnight = pd.Timestamp(date)
        starts = [
            midnight + pd.Timedelta(seconds=second)
            for first, last in spans
            for second in range(first, last, interval_s)
        ]
        counts = known.reindex(starts)
        if len(counts) and counts.isna().all():
            findings.append(Finding("coverage", f"{queue.name}: {date} is open but has no row"))
        elif counts.isna().any():
            missing = int(counts.isna().sum())
            text = f"{queue.name}: {date} lacks {missing} of {len(counts)} open intervals"
            findings.append(Finding("coverage", text))
        elif _longest_zero_run(counts.to_numpy(float)) >= _ZERO_RUN and counts.sum() > len(counts):
            findings.append(Finding("zeros", f"{queue.name}: {date} has a run of zeros while open"))
    return findings


def _longest_zero_run(counts: np.ndarray) -> int:
    longest = run = 0
    for count in counts:
        run = run + 1 if count == 0 else 0
        longest = max(longest, run)
    return longest


def _stopped(queue: Queue, rows: pd.DataFrame, origin: dt.datetime) -> list[Finding]:
    busy = rows.loc[rows["offered"] > 0, "start"]
    if busy.empty:
        return [Finding("history", f"{queue.name}: every interval is zero", serious=True)]
    idle_days = (pd.Timestamp(origin) - busy.max()).days
    if idle_days > 7:
        return [Finding("history", f"{queue.name}: nothing for {idle_days} days", serious=True)]
    return []


def _jumps(queue: Queue, rows: pd.DataFrame) -> list[Finding]:
    """Last week against the four weeks before."""
    daily = rows.groupby(rows["start"].dt.normalize())["offered"].sum()
    last = daily[daily.index > daily.index.max() - pd.Timedelta(days=7)]
    before = daily[daily.index > daily.index.max() - pd.Timedelta(days=35)].drop(last.index)
    if before.empty or before.mean() == 0:
        return []
    change = last.mean() / before.mean() - 1
    if abs(change) <= _JUMP:
        return []
    text = f"{queue.name}: the last week is {change:+.0%} against the four before"
    return [Finding("jump", text)]
