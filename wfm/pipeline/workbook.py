"""The roster workbook of a plan or of a stored run."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from wfm.domain import Channel, Queue
from wfm.errors import PlanError
from wfm.pipeline.earlier import roster_span
from wfm.pipeline.explain_roster import quality_blocks
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.pipeline.schedule import Scheduled
from wfm.reports import QualityBlock, RosterBook, write_roster_workbook
from wfm.store import Run, open_store

__all__ = ["stored_book", "write_workbook"]


def write_workbook(
    path: Path, project: Project, people: People, scheduled: Scheduled, run: Run
) -> None:
    """Roster workbook of a fresh roster; the file is replaced in one go."""
    made = scheduled.schedule
    book = _book(
        project,
        people,
        (made.shifts, made.activities, scheduled.coverage),
        (scheduled.first_day, scheduled.days),
        run,
        quality_blocks(project, people, scheduled),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_roster_workbook(path, book)


def stored_book(project: Project, people: People, run: str | None) -> RosterBook:
    """Roster book of a stored run, the latest with a roster unless named.

    Raises
    ------
    PlanError
        When there is no such roster.
    """
    with open_store(project.store) as store:
        name = run or getattr(store.latest("roster_shift"), "run", None)
        if name is None:
            raise PlanError("no run has a roster yet; make one with `wfm plan` or `wfm schedule`")
        frames = tuple(
            store.read(table, name) for table in ("roster_shift", "roster_activity", "coverage")
        )
        record = next((item for item in _records(store.runs()) if item.run == name), None)
    coverage = frames[2]
    if record is None or coverage.empty:
        raise PlanError(f"run {name} has no roster; `wfm runs list` shows what there is")
    span = roster_span(json.loads(record.summary), frames[0], project.config.timezone)
    return _book(project, people, frames, span, record)


def _records(runs: pd.DataFrame) -> list[Run]:
    known = runs.astype("object").where(runs.notna(), None)
    return [Run(**row) for row in known.to_dict("records")]


def _book(
    project: Project,
    people: People,
    frames: tuple[pd.DataFrame, ...],
    span: tuple[dt.date, int],
    run: Run,
    quality: Sequence[QualityBlock] = (),
) -> RosterBook:
    config = project.config
    shifts, activities, coverage = frames
    first_day, days = span
    last = first_day + dt.timedelta(days=days - 1)
    return RosterBook(
        centre=config.name,
        timezone=config.timezone,
        interval_s=config.interval_s,
        currency=config.currency,
        run=run.run,
        agents=[
            agent for agent in people.agents if _present(agent.start_date, agent.end_date, span)
        ],
        contracts={contract.name: contract for contract in config.contracts},
        shifts=shifts,
        activities=activities,
        coverage=coverage,
        leave=[item for item in people.leave if first_day <= item.day <= last],
        wishes=people.wishes_between(first_day, last),
        holidays=project.holidays(first_day, last),
        facts=[*_run_facts(run), *_definitions(project), *_figures(run, config.currency)],
        first_day=first_day,
        days=days,
        quality=quality,
    )


def _present(start: dt.date | None, end: dt.date | None, span: tuple[dt.date, int]) -> bool:
    first, days = span
    return (start is None or start < first + dt.timedelta(days=days)) and (
        end is None or end >= first
    )


def _run_facts(run: Run) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("run", run.run),
        ("made at", f"{pd.Timestamp(run.created_at):%Y-%m-%d %H:%M} UTC"),
        ("history before", str(run.as_of).replace("T", " ")[:16] if run.as_of else ""),
        ("input run", run.parent or ""),
        ("inputs (SHA-256)", run.inputs_hash),
        ("wfm version", run.code_version),
        ("status", run.status),
    ]
    return [(label, value) for label, value in facts if value != ""]


def _figures(run: Run, currency: str) -> list[tuple[str, object]]:
    """Figures that the run remembers, those of them that a reader of the roster asks for."""
    known = json.loads(run.summary)
    told = (
        ("contacts", "contacts forecast", 1),
        ("model", "forecast model", 0),
        ("objective", "objective", 3),
        ("bound", "bound", 3),
        ("over", "over [agent-intervals]", 3),
        ("under", "under [agent-intervals]", 3),
        ("service_level", "service level expected", 4),
        ("simulated_service", "service level simulated", 4),
        ("cost", f"cost [{currency}]", 2),
        ("violations", "rules broken", 0),
        ("wishes", "share of wishes met", 4),
        ("former_run", "planned again from run", 0),
    )
    return [
        (label, round(known[key], digits) if isinstance(known[key], float) else known[key])
        for key, label, digits in told
        if known.get(key) is not None
    ]


def _definitions(project: Project) -> list[tuple[str, object]]:
    """What the figures of the workbook mean, from the configuration."""
    config = project.config
    facts: list[tuple[str, object]] = []
    for queue in config.queues:
        facts += _queue_facts(queue)
    shares = (*config.shrinkage.planned, *config.shrinkage.unplanned)
    facts += [(f"shrinkage {name}", share) for name, share in shares]
    facts += [
        ("agents to schedule", "net agents / (1 - shrinkage), not rounded"),
        ("over, under", "agents above and below requirement, never netted"),
        ("time zone", config.timezone),
    ]
    return facts


def _queue_facts(queue: Queue) -> list[tuple[str, object]]:
    """What the queue's channel promises, and what it is reckoned with."""
    target = queue.target
    level = target.service_level if target.service_level else "none"
    cap = target.max_occupancy
    facts: list[tuple[str, object]]
    if queue.channel is Channel.DEFERRED:
        facts = [
            ("share answered in time", level),
            ("answered within [h]", target.threshold_s / 3600),
        ]
    else:
        facts = [
            ("service level", level),
            ("answer threshold [s]", target.threshold_s),
            ("definition", target.definition.value),
            ("patience [s]", queue.patience_s),
        ]
    if queue.channel is Channel.VOICE:
        facts.insert(0, ("model", queue.model.value))
    if queue.aht_by_level_s:
        by_level = ", ".join(f"{aht_s:g}" for aht_s in queue.aht_by_level_s)
        facts.append(("AHT with 1, 2, … at a time [s]", by_level))
    else:
        facts.append(("AHT where unknown [s]", queue.aht_s))
    if cap is not None:
        facts.append(("occupancy cap", cap))
    return [(f"queue {queue.name} {what}", value) for what, value in facts]
