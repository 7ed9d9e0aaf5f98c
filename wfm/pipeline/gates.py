"""Data gates before a run: people and history looked at without changing anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from wfm.domain import Queue
from wfm.errors import InputError, PlanError, Problem
from wfm.forecast.models import check_model
from wfm.intervals import day_intervals, days, utc_to_local
from wfm.pipeline.adjustments import planned_changes
from wfm.pipeline.drivers import read_drivers
from wfm.pipeline.events import read_events, read_pay_days, read_school_holidays
from wfm.pipeline.history import next_midnight, stored_history
from wfm.pipeline.intake.doubts import issue_words, stored_issues
from wfm.pipeline.nights.history_gates import Finding, gap_findings, jump_findings
from wfm.pipeline.people import People, read_people
from wfm.pipeline.project import Project
from wfm.pipeline.rule_places import with_places
from wfm.scheduling import conflicts
from wfm.scheduling.people import workable_weekdays
from wfm.scheduling.validate import check_inputs

__all__ = ["Finding", "check_project"]

_READERS: Mapping[str, Callable[[Path, Sequence[str]], object]] = {
    "events.csv": read_events,
    "school.csv": read_school_holidays,
    "paydays.csv": read_pay_days,
    "drivers.csv": read_drivers,
}
_SHORT_DAYS = 21
_SOME_MONDAY = dt.date(2026, 1, 5)
"""A week without holidays, where there is no history to follow."""

_WEEKS_SEEN = 8
"""Weeks after the history in which settled shifts are looked at."""

_SILENT = {"gap", "gaps", "outage"}
"""Kinds of issues told at import that are over as soon as contacts come again."""


def check_project(project: Project, *, agents: Path) -> list[Finding]:
    """Findings of all gates; an empty list means a run can start."""
    findings = [*_model(project), *_beside(project)]
    try:
        history = stored_history(project)
    except PlanError as error:
        people = _people(project, agents, _SOME_MONDAY)
        return [*findings, *people, Finding("history", str(error), serious=True)]
    after = _SOME_MONDAY if history.empty else next_midnight(history).date()
    findings += _people(project, agents, after)
    timezone = project.config.timezone
    told = _still_true(stored_issues(project), history, timezone)
    findings += [Finding("imported", line) for line in issue_words(told, timezone)]
    told["start"] = utc_to_local(told["interval_start"], timezone)
    origin = dt.datetime.max if history.empty else next_midnight(history)
    for queue in project.config.queues:
        rows = history[history["queue"] == queue.name]
        if rows.empty and queue.new is not None:
            findings.append(Finding("history", "none yet, goes by its estimates", queue=queue.name))
            continue
        if rows.empty:
            findings.append(Finding("history", "no history", serious=True, queue=queue.name))
            continue
        seen = rows["start"].dt.normalize().nunique()
        if seen < _SHORT_DAYS:
            text = f"{seen} days of history; a forecast wants {_SHORT_DAYS} or more"
            findings.append(Finding("history", text, queue=queue.name))
        first, last = rows["start"].min().date(), rows["start"].max().date()
        holidays = project.holidays(first, last)
        silent, odd = _told_days(told[told["queue"] == queue.name], rows)
        span = [date for date in pd.date_range(first, last).date if date not in silent]
        findings += gap_findings(queue, rows, span, project.config.interval_s, timezone, holidays)
        findings += _stopped(queue, rows, origin)
        findings += jump_findings(queue, rows[~rows["start"].dt.date.isin(odd)])
    return findings


def _beside(project: Project) -> list[Finding]:
    """What is wrong with the files beside wfm.toml that a forecast reads."""
    problems: list[Problem] = []
    for name, read in _READERS.items():
        try:
            read(project.root / name, list(project.queues))
        except InputError as error:
            problems += error.problems
    try:
        planned_changes(project)
    except InputError as error:
        problems += error.problems
    return [Finding("forecast", str(problem), serious=True) for problem in problems]


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


def _people(project: Project, agents: Path, after: dt.date) -> list[Finding]:
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
        *_rules(project, people, after),
        *_short_hours(project, people),
    ]


def _rules(project: Project, people: People, after: dt.date) -> list[Finding]:
    """Contracts that no shift can fill and rules that contradict, as the scheduler refuses them."""
    config = project.config
    given = (
        _open_weeks(project, people, after),
        people.agents,
        {contract.name: contract for contract in config.contracts},
        {template.name: template for template in config.templates},
    )
    try:
        check_inputs(
            *given, people.leave, people.wishes, config.timezone, config.scheduling.presence
        )
    except InputError as error:
        return [
            Finding("rules", str(problem), serious=True)
            for problem in with_places(error.problems, config)
        ]
    found = conflicts(
        *given,
        timezone=config.timezone,
        leave=people.leave,
        arranged=people.arranged,
        presence=config.scheduling.presence,
    )
    return [Finding("rules", str(conflict), serious=True) for conflict in found]


def _short_hours(project: Project, people: People) -> list[Finding]:
    """People whose hours of availability hold fewer days than their contract asks for."""
    config, found = project.config, dict[tuple[str, int], list[str]]()
    templates = {template.name: template for template in config.templates}
    contracts = {contract.name: contract for contract in config.contracts}
    for agent in people.agents:
        mine = [span for span in people.arranged.availability if span.agent == agent.agent]
        contract = contracts[agent.contract]
        days = len(
            workable_weekdays(
                mine, [templates[name] for name in contract.shifts if name in templates]
            )
        )
        if mine and days < contract.days_per_week[0]:
            found.setdefault((contract.name, days), []).append(agent.agent)
    return [
        Finding(
            "people",
            f"{', '.join(names)}: a shift of contract {name} lies in the hours of availability on "
            f"{days} days a week, of at least {contracts[name].days_per_week[0]}",
        )
        for (name, days), names in sorted(found.items())
    ]


def _open_weeks(project: Project, people: People, after: dt.date) -> pd.DataFrame:
    """One agent in every open interval of the next week, and of those with settled shifts."""
    config, monday = project.config, after + dt.timedelta(days=-after.weekday() % 7)
    last = monday + dt.timedelta(weeks=_WEEKS_SEEN)
    settled = [s.day for s in people.arranged.fixed if monday <= s.day < last]
    count = max((day - monday).days // 7 for day in [monday, *settled]) + 1
    rows = []
    for day in days(monday, 7 * count):
        starts = day_intervals(day, config.timezone, config.interval_s)
        clock = starts.tz_convert(config.timezone)
        for start, second in zip(starts, (clock - clock.normalize()).total_seconds(), strict=True):
            rows += [
                (queue.name, start, config.interval_s, 1.0)
                for queue in config.queues
                if queue.opening.is_open(day, int(second), config.interval_s, holiday=False)
            ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    return pd.DataFrame(rows, columns=names)


def _model(project: Project) -> list[Finding]:
    try:
        check_model(project.config.forecast.model)
    except ValueError as error:
        return [Finding("forecast", f"wfm.toml: {error}", serious=True)]
    return []


def _stopped(queue: Queue, rows: pd.DataFrame, origin: dt.datetime) -> list[Finding]:
    busy = rows.loc[rows["offered"] > 0, "start"]
    if busy.empty:
        return [Finding("history", "every interval is zero", serious=True, queue=queue.name)]
    idle_days = (pd.Timestamp(origin) - busy.max()).days
    if idle_days > 7:
        text = f"nothing for {idle_days} days"
        return [Finding("history", text, serious=True, queue=queue.name)]
    return []
