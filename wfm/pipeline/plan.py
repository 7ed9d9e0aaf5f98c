"""The whole chain in one go: forecast, staff, schedule, roster workbook, one run id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wfm.errors import PlanError
from wfm.pipeline.earlier import Former, earlier_rosters
from wfm.pipeline.forecast import ForecastChoices, Forecasted, forecast_days, forecast_frame
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.pipeline.schedule import (
    OnProgress,
    ScheduleChoices,
    Scheduled,
    next_monday,
    roster_of,
    roster_tables,
    run_figures,
)
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
    to_forecast: ForecastChoices,
    to_schedule: ScheduleChoices,
    *,
    now: dt.datetime,
    roster: Path,
    former: Former | None = None,
    progress: OnProgress | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Planned:
    """Forecast, requirement, roster and workbook of a centre, stored under one run id.

    Parameters
    ----------
    to_schedule
        Its first day is the first Monday on or after the forecast's origin unless given.
    roster
        Path of the workbook.
    former
        The roster to plan again on the new forecast; None makes a new one.
    tell
        Called with a line when a stage begins.

    Raises
    ------
    PlanError
        When there is no history, no forecast for the roster's weeks, or nobody to schedule.
    """
    if to_schedule.first_day is not None:
        _refuse_outside(to_schedule, forecast_days(project, to_forecast))
    tell("forecasting")
    forecasted = forecast_frame(project, to_forecast)
    tell("staffing")
    requirement = requirement_of(project, forecasted.frame)
    tell("scheduling")
    first_day = to_schedule.first_day or next_monday(forecasted.as_of.date())
    to_schedule = replace(to_schedule, first_day=first_day)
    earlier = earlier_rosters(project, first_day, former=former)
    scheduled = roster_of(project, people, requirement, to_schedule, progress, earlier=earlier)
    inputs = digest(
        project.config.text,
        project.notes,
        people,
        forecasted.history,
        to_forecast,
        to_schedule,
        scheduled.former,
    )
    tell("storing")
    run = _store(project, forecasted, requirement, scheduled, now, inputs)
    tell("writing the workbook")
    write_workbook(roster, project, people, scheduled, run)
    return Planned(run, forecasted, requirement, scheduled, roster)


def _refuse_outside(to_schedule: ScheduleChoices, span: tuple[dt.date, dt.date]) -> None:
    """Say before the work, not after it, that the roster's weeks lie beyond the forecast."""
    first = to_schedule.first_day
    if first is None or (
        first <= span[1] and first + dt.timedelta(7 * to_schedule.weeks) > span[0]
    ):
        return
    raise PlanError(
        f"the forecast covers {span[0]} to {span[1]}, nothing of {to_schedule.weeks} week(s) from "
        f"{first} on: choose --from inside, or forecast further with --horizon"
    )


def _store(
    project: Project,
    forecasted: Forecasted,
    requirement: pd.DataFrame,
    scheduled: Scheduled,
    now: dt.datetime,
    inputs: str,
) -> Run:
    summary = scheduled.schedule.summary
    with open_store(project.store) as store:
        run = new_run(
            "plan",
            inputs,
            now=now,
            taken=list(store.runs()["run"]),
            as_of=forecasted.as_of,
            status=summary.status.value,
            summary=forecasted.figures | run_figures(scheduled),
        )
        tables = {
            "forecast": forecasted.frame,
            "requirement": requirement,
            **roster_tables(scheduled),
        }
        store.save_run(run, tables)
    return run
