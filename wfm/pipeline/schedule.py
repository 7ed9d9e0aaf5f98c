"""Schedule: requirement and people in, named roster out."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.domain import SchedulingRules
from wfm.errors import PlanError
from wfm.pipeline.interval_files import read_intervals
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.pipeline.run_record import digest, new_run
from wfm.pipeline.staff import priced, stored_rows
from wfm.scheduling import Progress, Schedule, schedule
from wfm.schema import REQUIREMENT
from wfm.staffing import expected_service, total_service
from wfm.store import Run, open_store

__all__ = [
    "ScheduleChoices",
    "Scheduled",
    "next_monday",
    "read_requirement",
    "roster_of",
    "roster_tables",
    "schedule_stored",
    "summary_facts",
]

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class ScheduleChoices:
    """What a user may choose of a roster; None leaves it to the input and to wfm.toml.

    Parameters
    ----------
    first_day
        First local date; the first Monday of the requirement unless given.
    weeks
        Weeks to schedule.
    seed
        Same inputs and seed, same roster.
    time_limit_s
        Wall clock of the scheduler [s].
    gap
        Relative gap at which a model counts as solved [fraction].
    """

    first_day: dt.date | None = None
    weeks: int = 1
    seed: int = 0
    time_limit_s: float | None = None
    gap: float | None = None

    def settled(self, rules: SchedulingRules) -> SchedulingRules:
        """Rules of wfm.toml with the limits that were chosen."""
        if self.time_limit_s is not None:
            rules = replace(rules, time_limit_s=self.time_limit_s)
        return rules if self.gap is None else replace(rules, gap=self.gap)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A roster with what it was made from.

    Parameters
    ----------
    coverage
        Rows of ``schema.COVERAGE`` without run, with the service level to expect.
    service_level
        Service level of the whole horizon to expect from the roster; NaN without a forecast.
    """

    first_day: dt.date
    days: int
    requirement: pd.DataFrame
    schedule: Schedule
    coverage: pd.DataFrame
    service_level: float


def next_monday(day: dt.date) -> dt.date:
    """The Monday on or after a date.

    Examples
    --------
    >>> next_monday(dt.date(2003, 8, 9)), next_monday(dt.date(2003, 8, 11))
    (datetime.date(2003, 8, 11), datetime.date(2003, 8, 11))
    """
    return day + dt.timedelta(days=-day.weekday() % 7)


def roster_of(
    project: Project,
    people: People,
    requirement: pd.DataFrame,
    choices: ScheduleChoices,
    progress: OnProgress | None = None,
) -> Scheduled:
    """Named roster of some weeks of a requirement; nothing is written.

    People who serve none of its queues, or are not employed in those weeks, are left out.

    Raises
    ------
    PlanError
        When the requirement has nothing in those weeks, or nobody serves its queues.
    InputError
        When people, contracts and shifts do not fit together.
    """
    config = project.config
    if requirement.empty:
        raise PlanError("the requirement has no interval; forecast and staff first")
    local_day = requirement["interval_start"].dt.tz_convert(config.timezone).dt.date
    start = choices.first_day or next_monday(local_day.min())
    days = 7 * choices.weeks
    inside = (local_day >= start) & (local_day < start + dt.timedelta(days=days))
    part = requirement[inside].reset_index(drop=True)
    if part.empty:
        raise PlanError(
            f"the requirement has nothing from {start} on for {choices.weeks} week(s); it covers "
            f"{local_day.min()} to {local_day.max()}: choose --from inside, or forecast further"
        )
    queues = set(part["queue"])
    serving = people.serving(queues, start, start + dt.timedelta(days=days - 1))
    if not serving.agents:
        names = ", ".join(sorted(queues))
        raise PlanError(f"nobody on the list of agents is there from {start} on to serve {names}")
    made = schedule(
        priced(project, part),
        serving.agents,
        {contract.name: contract for contract in config.contracts},
        {template.name: template for template in config.templates},
        choices.settled(config.scheduling),
        timezone=config.timezone,
        leave=serving.leave,
        wishes=serving.wishes,
        seed=choices.seed,
        progress=progress,
        workers=os.cpu_count() or 1,
    )
    coverage = with_service(project, part, made.coverage)
    return Scheduled(start, days, part, made, coverage, _overall(part, coverage))


def with_service(
    project: Project, requirement: pd.DataFrame, coverage: pd.DataFrame
) -> pd.DataFrame:
    """Coverage with the service level that the scheduled agents give, shrinkage taken off.

    Left empty where the requirement came without a forecast.
    """
    out = coverage.copy()
    out["service_level"] = np.nan
    if not {"offered", "aht_s"} <= set(requirement.columns) or requirement["offered"].isna().any():
        return out
    keys = ["queue", "interval_start"]
    wanted = out[keys].merge(
        requirement[[*keys, "interval_s", "offered", "aht_s"]], on=keys, how="left"
    )
    present = 1.0 - project.config.shrinkage.total
    for name, rows in wanted.groupby("queue"):
        known = rows[rows["offered"].notna()]
        net = out.loc[known.index, "scheduled"].to_numpy(float) * present
        level = expected_service(known, net, project.config.queue(str(name)))
        out.loc[known.index, "service_level"] = level
    return out


def _overall(requirement: pd.DataFrame, coverage: pd.DataFrame) -> float:
    if coverage["service_level"].isna().all() or "offered" not in requirement:
        return float("nan")
    keys = ["queue", "interval_start"]
    both = coverage.merge(requirement[[*keys, "offered"]], on=keys)
    return total_service(both["offered"], both["service_level"])


def summary_facts(made: Scheduled) -> dict[str, object]:
    """Figures of a roster for machines: objective, bound, over, under, cost, broken rules …"""
    facts: dict[str, object] = asdict(made.schedule.summary)
    facts["status"] = made.schedule.summary.status.value
    facts["service_level"] = made.service_level
    facts["first_day"] = made.first_day
    facts["days"] = made.days
    facts["broken_rules"] = made.schedule.violations.to_dict("records")
    return facts


def roster_tables(made: Scheduled) -> dict[str, pd.DataFrame]:
    """Tables of a roster as the store keeps them."""
    return {
        "roster_shift": made.schedule.shifts,
        "roster_activity": made.schedule.activities,
        "coverage": made.coverage,
    }


def schedule_stored(
    project: Project,
    people: People,
    choices: ScheduleChoices,
    *,
    now: dt.datetime,
    run: str | None = None,
    progress: OnProgress | None = None,
) -> tuple[Run, Scheduled]:
    """Roster of a stored requirement, kept as a run of its own."""
    parent, requirement = stored_rows(project, "requirement", run)
    made = roster_of(project, people, requirement, choices, progress)
    with open_store(project.store) as store:
        record = new_run(
            "schedule",
            digest(project.config.text, people, made.requirement, choices),
            now=now,
            taken=list(store.runs()["run"]),
            parent=parent,
            status=made.schedule.summary.status.value,
            summary={"over": made.schedule.summary.over, "under": made.schedule.summary.under},
        )
        store.save_run(record, roster_tables(made))
    return record, made


def read_requirement(path: Path, project: Project) -> pd.DataFrame:
    """Requirement of a file: ``queue, interval_start`` (UTC), ``agents_required`` and what else.

    Raises
    ------
    InputError
        With every column and cell that is wrong.
    """
    return read_intervals(path, REQUIREMENT, project)
