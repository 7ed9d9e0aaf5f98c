"""Data gates before a run: people and history looked at without changing anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from wfm.domain import Queue
from wfm.errors import InputError, PlanError
from wfm.forecast.models import check_model
from wfm.intervals import utc_to_local
from wfm.pipeline.doubts import issue_words, stored_issues
from wfm.pipeline.history import next_midnight, stored_history
from wfm.pipeline.history_gates import Finding, gap_findings, jump_findings
from wfm.pipeline.people import People, read_people
from wfm.pipeline.project import Project
from wfm.scheduling.validate import check_inputs

__all__ = ["Finding", "check_project"]

_SHORT_DAYS = 21
_SILENT = {"gap", "gaps", "outage"}
"""Kinds of issues told at import that are over as soon as contacts come again."""


def check_project(project: Project, *, agents: Path) -> list[Finding]:
    """Findings of all gates; an empty list means a run can start."""
    findings = [*_model(project), *_people(project, agents)]
    try:
        history = stored_history(project)
    except PlanError as error:
        return [*findings, Finding("history", str(error), serious=True)]
    timezone = project.config.timezone
    told = _still_true(stored_issues(project), history, timezone)
    findings += [Finding("imported", line) for line in issue_words(told, timezone)]
    told["start"] = utc_to_local(told["interval_start"], timezone)
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
        silent, odd = _told_days(told[told["queue"] == queue.name], rows)
        span = [date for date in pd.date_range(first, last).date if date not in silent]
        findings += gap_findings(queue, rows, span, project.config.interval_s, holidays)
        findings += _stopped(queue, rows, origin)
        findings += jump_findings(queue, rows[~rows["start"].dt.date.isin(odd)])
    return findings


def _still_true(issues: pd.DataFrame, history: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Issues of imports without the silences that a later import has filled."""
    busy = history[history["offered"] > 0]
    came = pd.MultiIndex.from_frame(busy[["queue", "start"]])
    start = utc_to_local(issues["interval_start"], timezone)
    filled = pd.MultiIndex.from_arrays([issues["queue"], start]).isin(came)
    return issues[~(issues["kind"].isin(_SILENT) & filled)].reset_index(drop=True)


def _told_days(
    told: pd.DataFrame, rows: pd.DataFrame
) -> tuple[Collection[dt.date], Collection[dt.date]]:
    """Days of a queue that are told as silent already, and those told as odd.

    A silence lasts until contacts come again, however many days that takes.
    """
    busy = rows.loc[rows["offered"] > 0, "start"].sort_values()
    silent: set[dt.date] = set()
    for start in told.loc[told["kind"].isin(_SILENT), "start"].dropna():
        later = busy[busy > start]
        end = rows["start"].max() if later.empty else later.iloc[0]
        silent.update(pd.date_range(start.normalize(), end).date)
    odd = told.loc[told["kind"] == "jump", "start"].dropna().dt.date
    return silent, set(odd)


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
