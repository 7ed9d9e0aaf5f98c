"""A roster changed by hand in its workbook: read back, counted anew, held against every rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from wfm.domain import Agent, Contract, ShiftTemplate
from wfm.errors import InputError, PlanError, Problem
from wfm.pipeline.card import card_of
from wfm.pipeline.earlier import earlier_rosters, shifts_before
from wfm.pipeline.paid_holidays import with_paid_holidays
from wfm.pipeline.people import People
from wfm.pipeline.presence import presence_on
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.pipeline.schedule import (
    Scheduled,
    overall_service,
    roster_tables,
    run_figures,
    with_service,
)
from wfm.pipeline.staff import priced
from wfm.pipeline.workbook import stored_book
from wfm.reports import RosterBook, RosterEdits, read_roster_workbook, roster_run
from wfm.scheduling import Schedule, judge
from wfm.scheduling.early import night_before
from wfm.scheduling.measure import Segment, coverage_frame
from wfm.scheduling.skills import group_name, pools_of
from wfm.store import Run, open_store

__all__ = ["EditedRoster", "import_roster"]

_EDITED = "edited"
"""Template of a shift that was typed, until it is seen to be one of the contract's."""


@dataclass(frozen=True, slots=True)
class EditedRoster:
    """What a planner changed by hand, and what that did.

    Parameters
    ----------
    former
        Run that the workbook was written from.
    run
        The new roster's run; None where no cell differs, then nothing was kept.
    made
        The roster as it is now, with its figures.
    broken
        Hard rules that it breaks and the former one did not: rule, agent, day, message.
    """

    former: str
    edits: RosterEdits
    before: Schedule
    made: Scheduled
    broken: pd.DataFrame
    run: Run | None = None


def import_roster(
    project: Project,
    people: People,
    path: Path,
    *,
    now: dt.datetime,
    accept_broken: bool = False,
) -> EditedRoster:
    """Read a workbook's hand edits and keep the roster that they make as a run of its own.

    Parameters
    ----------
    accept_broken
        Whether to keep a roster that breaks rules which the former one kept.

    Raises
    ------
    InputError
        When the workbook cannot be read, or the edits break rules: everything at once.
    """
    former = roster_run(path)
    book = stored_book(project, people, former)
    edits = read_roster_workbook(path, book)
    source, requirement = _requirement_behind(project, former, book)
    before = _judged(project, people, book, requirement)
    after = _named(edits.book, project, people)
    judged = _judged(project, people, after, requirement)
    broken = _newly_broken(before, judged)
    made = _scheduled(project, book, judged, requirement, former)
    found = EditedRoster(former, edits, before, made, broken)
    if not edits.changes:
        return found
    if len(broken) and not accept_broken:
        raise InputError(_told(broken, path))
    record = _kept(project, people, made, source, now)
    return replace(found, run=record)


def _requirement_behind(project: Project, run: str, book: RosterBook) -> tuple[str, pd.DataFrame]:
    """Run that holds the requirement of a roster, and its rows on the roster's dates."""
    with open_store(project.store) as store:
        parents = store.runs().set_index("run")["parent"]
        for name in (run, parents.get(run)):
            rows = store.read("requirement", name) if isinstance(name, str) else pd.DataFrame()
            if len(rows):
                keys = book.coverage[["queue", "interval_start"]]
                needed = rows.drop(columns="run").merge(keys, on=list(keys.columns))
                return str(name), needed
    raise PlanError(f"the requirement behind run {run} is not in the store")


def _named(book: RosterBook, project: Project, people: People) -> RosterBook:
    """The book with its typed shifts under a template of the contract, where one fits."""
    templates = {template.name: template for template in project.config.templates}
    agents = {agent.agent: agent for agent in people.agents}
    shifts = book.shifts.copy()
    queues = set(book.coverage["queue"])
    for at in shifts.index[shifts["template"] == _EDITED]:
        row = shifts.loc[at]
        agent, contract = agents[row["agent"]], book.contracts[row["contract"]]
        shifts.loc[at, "template"] = _template_of(row, contract, templates, book.timezone)
        shifts.loc[at, "skill"] = group_name(queues & set(agent.skills))
    return replace(book, shifts=shifts)


def _template_of(
    row: pd.Series, contract: Contract, templates: Mapping[str, ShiftTemplate], timezone: str
) -> str:
    """First template of a contract with this start and length; the typed one's own name if none."""
    local = row["start"].tz_convert(timezone)
    start_s = local.hour * 3600 + local.minute * 60
    length_s = int((row["end"] - row["start"]).total_seconds())
    fitting = (
        name
        for name in contract.shifts
        if start_s in templates[name].starts() and length_s in templates[name].lengths_s()
    )
    return next(fitting, _EDITED)


def _judged(
    project: Project, people: People, book: RosterBook, requirement: pd.DataFrame
) -> Schedule:
    """A book's roster with its coverage counted anew and every broken rule."""
    config = project.config
    last = book.first_day + dt.timedelta(days=book.days - 1)
    there = people.serving(set(requirement["queue"]), book.first_day, last)
    there = with_paid_holidays(there, project, requirement, (book.first_day, last))
    shifts, activities = (
        frame.drop(columns="run", errors="ignore") for frame in (book.shifts, book.activities)
    )
    past = shifts_before(earlier_rosters(project, book.first_day), book.first_day, book.timezone)
    segments = _segments(shifts, activities)
    if past is not None:
        midnight = pd.Timestamp(book.first_day, tz=config.timezone)
        segments += night_before(past, there.agents, set(requirement["queue"]), midnight)
    return judge(
        requirement,
        shifts,
        activities,
        _counted(project, requirement, segments, there.agents, last),
        there.agents,
        {contract.name: contract for contract in config.contracts},
        {template.name: template for template in config.templates},
        timezone=config.timezone,
        first_day=book.first_day,
        leave=[*there.leave, *book.leave],
        wishes=there.wishes,
        arranged=there.arranged,
        past=past,
        presence=presence_on(project, book.first_day, last),
    )


def _counted(
    project: Project,
    requirement: pd.DataFrame,
    segments: Sequence[Segment],
    agents: tuple[Agent, ...],
    last: dt.date,
) -> pd.DataFrame:
    """Coverage of what people do, those of several skills where they are worth most."""
    pools = pools_of(requirement["queue"].unique(), (agent.skills for agent in agents))
    end = pd.Timestamp(last + dt.timedelta(days=1), tz=project.config.timezone).tz_convert("UTC")
    rows = priced(project, requirement)
    made = coverage_frame(rows, project.config.scheduling, pools, segments, end)
    return made.drop(columns="price")


def _segments(shifts: pd.DataFrame, activities: pd.DataFrame) -> list[Segment]:
    """What people do in each part of their shifts."""
    heads = ["agent", "template", "contract", "skill", "start", "end"]
    whole = shifts[heads].rename(columns={"start": "shift_start", "end": "shift_end"})
    parts = activities.merge(whole, on="agent")
    inside = (parts["start"] >= parts["shift_start"]) & (parts["start"] < parts["shift_end"])
    return [_segment(row) for row in parts[inside].itertuples(index=False)]


def _segment(row: Any) -> Segment:
    return Segment(
        agent=row.agent,
        group=row.skill,
        template=row.template,
        contract=row.contract,
        cost_per_hour=0.0,
        shift_start=row.shift_start,
        shift_end=row.shift_end,
        start=row.start,
        end=row.end,
        activity=row.activity,
        work=row.activity == "work",
        paid=bool(row.paid),
    )


def _newly_broken(before: Schedule, after: Schedule) -> pd.DataFrame:
    """Hard rules that only the later of two rosters breaks."""
    keys = ["rule", "agent", "day", "message"]
    had = set(before.violations[keys].itertuples(index=False, name=None))
    hard = after.violations[after.violations["hard"].astype(bool)]
    new = [row not in had for row in hard[keys].itertuples(index=False, name=None)]
    return hard[new].reset_index(drop=True)


def _told(broken: pd.DataFrame, path: Path) -> list[Problem]:
    fix = "change it back, or add --accept broken-rules"
    return [
        Problem(f"{row.agent} {row.day:%a %d %b} {row.message}", str(path), fix=fix)
        for row in broken.itertuples()
    ]


def _scheduled(
    project: Project, book: RosterBook, made: Schedule, requirement: pd.DataFrame, former: str
) -> Scheduled:
    """The roster with the service to expect and its card, beside the former one."""
    coverage = with_service(project, requirement, made.coverage)
    level = overall_service(requirement, coverage)
    card = card_of(project, made, requirement, coverage, level, former=book.shifts)
    span = (book.first_day, book.days)
    return Scheduled(*span, requirement, made, coverage, level, card, former, pd.DataFrame())


def _kept(project: Project, people: People, made: Scheduled, source: str, now: dt.datetime) -> Run:
    with open_store(project.store) as store:
        record = new_run(
            "edit",
            digest(project.config.text, people, made.schedule.shifts, made.former),
            now=now,
            taken=list(store.runs()["run"]),
            parent=source,
            summary=run_figures(made),
        )
        store.save_run(record, roster_tables(made))
    return record
