"""Data gates before a run: people and history looked at without changing anything."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from wfm.domain import Queue
from wfm.errors import InputError, PlanError
from wfm.forecast.models import check_model
from wfm.pipeline.doubts import stored_doubts
from wfm.pipeline.history import next_midnight, stored_history
from wfm.pipeline.history_gates import Finding, gap_findings, jump_findings
from wfm.pipeline.people import People, read_people
from wfm.pipeline.project import Project
from wfm.scheduling.validate import check_inputs

__all__ = ["Finding", "check_project"]

_SHORT_DAYS = 21


def check_project(project: Project, *, agents: Path) -> list[Finding]:
    """Findings of all gates; an empty list means a run can start."""
    findings = [*_model(project), *_people(project, agents)]
    try:
        history = stored_history(project)
    except PlanError as error:
        return [*findings, Finding("history", str(error), serious=True)]
    findings += [Finding("imported", line) for line in stored_doubts(project)]
    origin = dt.datetime.max if history.empty else next_midnight(history)
    for queue in project.config.queues:
        rows = history[history["queue"] == queue.name]
        if rows.empty and queue.new is not None:
            findings.append(Finding("history", f"{queue.name}: none yet, goes by its estimates"))
            continue
        if rows.empty:
            findings.append(Finding("history", f"{queue.name}: no history", serious=True))
            continue
        days = rows["start"].dt.normalize().nunique()
        if days < _SHORT_DAYS:
            text = f"{queue.name}: {days} days of history; a forecast wants {_SHORT_DAYS} or more"
            findings.append(Finding("history", text))
        first, last = rows["start"].min().date(), rows["start"].max().date()
        holidays = project.holidays(first, last)
        span = pd.date_range(first, last).date
        findings += gap_findings(queue, rows, span, project.config.interval_s, holidays)
        findings += _stopped(queue, rows, origin)
        findings += jump_findings(queue, rows)
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


def _stopped(queue: Queue, rows: pd.DataFrame, origin: dt.datetime) -> list[Finding]:
    busy = rows.loc[rows["offered"] > 0, "start"]
    if busy.empty:
        return [Finding("history", f"{queue.name}: every interval is zero", serious=True)]
    idle_days = (pd.Timestamp(origin) - busy.max()).days
    if idle_days > 7:
        return [Finding("history", f"{queue.name}: nothing for {idle_days} days", serious=True)]
    return []
