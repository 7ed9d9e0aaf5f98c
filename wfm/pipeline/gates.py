"""Data gates before a run: people and history looked at without changing anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.domain import Queue
from wfm.errors import InputError, PlanError
from wfm.forecast.models import check_model
from wfm.intervals import Span
from wfm.pipeline.doubts import stored_doubts
from wfm.pipeline.history import next_midnight, stored_history
from wfm.pipeline.people import People, read_people
from wfm.pipeline.project import Project
from wfm.scheduling.validate import check_inputs

__all__ = ["Finding", "check_project"]

_SHORT_DAYS = 21
_MISSED = 12.0
"""Contacts that a run of zeros would usually have brought; by chance, one run in 160 000."""
_JUMP = 0.5
_SHOWN = 5
"""Days told one by one per queue and gate; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a gate saw; ``serious`` findings stop a run."""

    gate: str
    message: str
    serious: bool = False


def check_project(project: Project, *, agents: Path) -> list[Finding]:
    """Findings of all gates; an empty list means a run can start."""
    findings = [*_model(project), *_people(project, agents)]
    try:
        history = stored_history(project)
    except PlanError as error:
        return [*findings, Finding("history", str(error), serious=True)]
    findings += [Finding("imported", line) for line in stored_doubts(project)]
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
    config = project.config
    served = {skill for agent in people.agents for skill in agent.skills}
    idle = {contract.name for contract in config.contracts} - {a.contract for a in people.agents}
    return [
        *(
            Finding("people", f"queue {q.name!r}: nobody serves it")
            for q in config.queues
            if q.name not in served
        ),
        *(Finding("people", f"contract {name!r} has nobody") for name in sorted(idle)),
        *_rules(project, people),
    ]


def _rules(project: Project, people: People) -> list[Finding]:
    """Contracts that no shift can fill, as the scheduler would refuse them."""
    config = project.config
    opening = pd.DataFrame(
        {
            "queue": [queue.name for queue in config.queues],
            "interval_start": pd.Timestamp("2026-01-05T12:00Z"),
            "interval_s": config.interval_s,
            "agents_required": 1.0,
        }
    )
    try:
        check_inputs(
            opening,
            people.agents,
            {contract.name: contract for contract in config.contracts},
            {template.name: template for template in config.templates},
            people.leave,
            people.wishes,
            config.timezone,
        )
    except InputError as error:
        return [Finding("rules", str(problem), serious=True) for problem in error.problems]
    return []


def _model(project: Project) -> list[Finding]:
    try:
        check_model(project.config.forecast.model)
    except ValueError as error:
        return [Finding("forecast", f"wfm.toml: {error}", serious=True)]
    return []


def _gaps(project: Project, queue: Queue, rows: pd.DataFrame) -> list[Finding]:
    """Open intervals without a row, and runs of zeros where calls were to be expected."""
    day = rows["start"].dt.date
    holidays = project.holidays(day.min(), day.max())
    known = rows.set_index("start")["offered"].astype(float)
    slot = [rows["start"].dt.day_of_week, rows["start"].dt.time]
    usual = rows["offered"].astype(float).groupby(slot).transform("mean")
    usual.index = pd.Index(rows["start"])
    told: dict[str, list[str]] = {"coverage": [], "zeros": []}
    for date in pd.date_range(day.min(), day.max()).date:
        spans = queue.opening.spans(date, holiday=date in holidays)
        starts = _starts(date, spans, project.config.interval_s)
        counts = known.reindex(starts)
        if len(counts) and counts.isna().all():
            told["coverage"].append(f"{date} is open but has no row")
        elif counts.isna().any():
            missing = int(counts.isna().sum())
            told["coverage"].append(f"{date} lacks {missing} of {len(counts)} open intervals")
        elif _missed(counts.to_numpy(), usual.reindex(starts).to_numpy()) >= _MISSED:
            told["zeros"].append(f"{date} has a run of zeros while open")
    return [finding for gate, texts in told.items() for finding in _listed(gate, queue, texts)]


def _starts(date: dt.date, spans: Sequence[Span], interval_s: int) -> list[pd.Timestamp]:
    """Wall-clock starts of the open intervals of a day."""
    midnight = pd.Timestamp(date)
    seconds = [second for first, last in spans for second in range(first, last, interval_s)]
    return [midnight + pd.Timedelta(seconds=second) for second in seconds]


def _listed(gate: str, queue: Queue, texts: list[str]) -> list[Finding]:
    found = [Finding(gate, f"{queue.name}: {text}") for text in texts[:_SHOWN]]
    if len(texts) > _SHOWN:
        found.append(Finding(gate, f"{queue.name}: {len(texts) - _SHOWN} more days like these"))
    return found


def _missed(counts: np.ndarray, usual: np.ndarray) -> float:
    """Contacts that the longest silence of a day would usually have brought."""
    most = run = 0.0
    for count, expected in zip(counts, usual, strict=True):
        run = run + expected if count == 0 else 0.0
        most = max(most, run)
    return most


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
