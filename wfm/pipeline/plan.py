"""The whole chain in one go: forecast, staff, schedule, roster workbook, one run id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wfm.pipeline.forecast import Forecasted, forecast_frame
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.pipeline.schedule import OnProgress, Scheduled, next_monday, roster_of, roster_tables
from wfm.pipeline.staff import requirement_of
from wfm.pipeline.workbook import write_workbook
from wfm.store import Run, open_store

__all__ = ["Planned", "plan"]


@dataclass(frozen=True, slots=True)
class Planned:
    """Everything that ``wfm plan`` made."""

    run: Run
    forecasted: Forecasted
    requirement: pd.DataFrame
    scheduled: Scheduled
    roster: Path


def plan(
    project: Project,
    people: People,
    *,
    now: dt.datetime,
    roster: Path,
    as_of: dt.datetime | None = None,
    horizon_days: int | None = None,
    model: str | None = None,
    first_day: dt.date | None = None,
    weeks: int = 1,
    seed: int = 0,
    time_limit_s: float | None = None,
    gap: float | None = None,
    progress: OnProgress | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Planned:
    """Forecast, requirement, roster and workbook of a centre, stored under one run id.

    Parameters
    ----------
    roster
        Path of the workbook.
    first_day
        First day of the roster; the first Monday on or after ``as_of`` unless given.
    tell
        Called with a line when a stage begins.
    """
    tell("forecasting")
    forecasted = forecast_frame(project, as_of=as_of, horizon_days=horizon_days, model=model)
    tell("staffing")
    requirement = requirement_of(project, forecasted.frame)
    tell("scheduling")
    scheduled = roster_of(
        project,
        people,
        requirement,
        first_day=first_day or next_monday(forecasted.as_of.date()),
        weeks=weeks,
        seed=seed,
        time_limit_s=time_limit_s,
        gap=gap,
        progress=progress,
    )
    tell("storing")
    run = _store(project, people, forecasted, requirement, scheduled, now, seed)
    tell("writing the workbook")
    write_workbook(roster, project, people, scheduled, run, forecasted=forecasted)
    return Planned(run, forecasted, requirement, scheduled, roster)


def _store(
    project: Project,
    people: People,
    forecasted: Forecasted,
    requirement: pd.DataFrame,
    scheduled: Scheduled,
    now: dt.datetime,
    seed: int,
) -> Run:
    summary = scheduled.schedule.summary
    with open_store(project.store) as store:
        run = new_run(
            "plan",
            digest(
                project.config.text,
                project.notes,
                people,
                forecasted.history,
                forecasted.as_of,
                seed,
            ),
            now=now,
            taken=list(store.runs()["run"]),
            as_of=forecasted.as_of,
            status=summary.status.value,
            summary={
                "contacts": float(forecasted.frame["mean"].sum()),
                "service_level": scheduled.service_level,
                "over": summary.over,
                "under": summary.under,
                "cost": summary.cost,
            },
        )
        tables = {
            "forecast": forecasted.frame,
            "requirement": requirement,
            **roster_tables(scheduled),
        }
        store.save_run(run, tables)
    return run
