"""Staff: forecast in, agents per interval out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd

from wfm.domain import ServicePeriod
from wfm.errors import InputError, PlanError
from wfm.pipeline.interval_files import read_intervals
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.schema import FORECAST
from wfm.staffing import service_pieces, staff, under_steps
from wfm.store import Run, open_store

__all__ = ["priced", "read_forecast", "requirement_of", "staff_stored", "stored_rows"]


def requirement_of(project: Project, forecast: pd.DataFrame) -> pd.DataFrame:
    """Requirement of forecast rows (UTC), columns of ``schema.REQUIREMENT`` without run."""
    config = project.config
    days = forecast["interval_start"].dt.tz_convert(config.timezone).dt.date
    holidays = project.holidays(days.min(), days.max()) if len(days) else {}
    try:
        return staff(
            forecast, project.queues, config.shrinkage, timezone=config.timezone, holidays=holidays
        )
    except ValueError as error:
        raise InputError(str(error)) from error


def priced(
    project: Project, requirement: pd.DataFrame, first_day: dt.date | None = None
) -> pd.DataFrame:
    """Requirement with what agents are worth to the scheduler, queue by queue.

    The price of short by depth where the configuration prices by service; what each further agent
    gives where the service level is one of the day or week. A requirement that came without
    forecast and net agents keeps the plain weight.

    Parameters
    ----------
    first_day
        Where the weeks of a promise begin; the first date of the rows unless given.
    """
    config, weights = project.config, project.config.scheduling
    needed = ("offered", "aht_s", "agents_net")
    if not set(needed) <= set(requirement.columns) or requirement.empty:
        return requirement
    if requirement[list(needed)].isna().any(axis=None):
        return requirement
    days = requirement["interval_start"].dt.tz_convert(config.timezone).dt.date
    since = days.map(lambda day: (day - (first_day or days.min())).days)
    parts = []
    for name, rows in requirement.groupby("queue"):
        queue = config.queue(str(name))
        if queue.target.period is not ServicePeriod.INTERVAL:
            made = service_pieces(rows, queue, present=1.0 - config.shrinkage.total)
            week = queue.target.period is ServicePeriod.WEEK
            made["service_period"] = since[rows.index] // (7 if week else 1)
            parts.append(made.assign(service_target=queue.target.service_level, under_depth=1.0))
        elif config.price_by_service:
            parts.append(under_steps(rows, queue, under=weights.under, over=weights.over))
    return requirement.join(pd.concat(parts)) if parts else requirement


def stored_rows(project: Project, table: str, run: str | None) -> tuple[str, pd.DataFrame]:
    """Rows of a table of one run, the latest that has any unless named.

    Raises
    ------
    PlanError
        When no run has such rows.
    """
    with open_store(project.store) as store:
        found = run or getattr(store.latest(table), "run", None)
        if found is None:
            raise PlanError(f"no run has a {table} yet; make one first, see `wfm --help`")
        rows = store.read(table, found)
    if rows.empty:
        raise PlanError(f"run {found} has no {table}; `wfm runs list` shows what there is")
    return found, rows.drop(columns=["run"])


def staff_stored(
    project: Project, *, now: dt.datetime, run: str | None = None
) -> tuple[Run, pd.DataFrame]:
    """Requirement of a stored forecast, kept as a run of its own."""
    parent, forecast = stored_rows(project, "forecast", run)
    requirement = requirement_of(project, forecast)
    with open_store(project.store) as store:
        made = new_run(
            "staff",
            digest(project.config.text, forecast),
            now=now,
            taken=list(store.runs()["run"]),
            parent=parent,
            summary={"agent_hours": agent_hours(requirement)},
        )
        store.save_run(made, {"requirement": requirement})
    return made, requirement


def agent_hours(requirement: pd.DataFrame) -> float:
    """Hours of agents to schedule."""
    return float((requirement["agents_required"] * requirement["interval_s"]).sum() / 3600)


def read_forecast(path: Path, project: Project) -> pd.DataFrame:
    """Forecast rows of a file: by ``interval_start`` (UTC), or by ``start`` (wall clock).

    Raises
    ------
    InputError
        With every column and cell that is wrong.
    """
    used = ("queue", "interval_start", "interval_s", "mean", "aht_s")
    columns = tuple(column for column in FORECAST.columns if column.name in used)
    return read_intervals(path, replace(FORECAST, columns=columns), project)
