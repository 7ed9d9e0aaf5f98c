"""Launch: answers in; a project folder, its people and hiring, and the whole plan out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wfm.capacity.hire_program import HiringPlan
from wfm.capacity.timeline import month_name, month_start
from wfm.config.launch import LaunchAnswers
from wfm.errors import PlanError
from wfm.pipeline.budget.scenario import Planned, plan_capacity, save_plan
from wfm.pipeline.budget.site import SiteNeed, frontier, site_need
from wfm.pipeline.clock import to_utc_intervals
from wfm.pipeline.history import stored_history
from wfm.pipeline.intake.ingest import Counting, import_files, import_options, read_parts
from wfm.pipeline.launching.centre_files import centre_toml, make_folder
from wfm.pipeline.launching.disaster import disaster_table, variants_of
from wfm.pipeline.launching.volumes import LaunchVolumes, launch_volumes
from wfm.pipeline.project import Project, open_project
from wfm.pipeline.staff import requirement_of

__all__ = ["Launched", "launch_centre"]


_LEVELS = (0.7, 0.8, 0.85, 0.9, 0.95)
"""Service levels whose cost is shown beside that of the promise."""


@dataclass(frozen=True, slots=True)
class Launched:
    """A centre from the ground up.

    Parameters
    ----------
    planned
        Headcount and money with the solved classes; kept as a run of the project.
    frontier
        Cost against lost contacts by service level (:func:`wfm.pipeline.budget.site.frontier`).
    week
        Requirement of the first full week, columns of ``schema.REQUIREMENT`` but run.
    disaster
        Service under each variant in that week, see :func:`disaster_table`.
    opening_heads
        Agents on the contacts at the end of the opening month [persons].
    """

    answers: LaunchAnswers
    project: Project
    files: tuple[Path, ...]
    volumes: LaunchVolumes
    hiring: HiringPlan
    planned: Planned
    site: SiteNeed
    frontier: pd.DataFrame
    week: pd.DataFrame
    disaster: pd.DataFrame
    opening_heads: int
    made_on: dt.date

    @property
    def months(self) -> int:
        """Months of the plan, those before the opening included."""
        return len(self.planned.plan.inputs.periods)

    @property
    def first_monday(self) -> dt.date:
        """First Monday from the opening day on."""
        return _monday(self.answers)

    @property
    def opening_month(self) -> str:
        """Month of the first day of business."""
        return month_name(self.answers.opening_day)


def launch_centre(
    answers: LaunchAnswers,
    folder: Path,
    *,
    beside: Path,
    now: dt.datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Launched:
    """Project folder of a centre that is to open, and the plan of its first months.

    Parameters
    ----------
    folder
        Where the project is made; files that are there are not touched.
    beside
        Folder that the answers' history files are looked for in.
    tell
        Called with a line when a stage begins.

    Raises
    ------
    InputError
        When an answer or a history is wrong, or a file of the project is there already.
    PlanError
        When nobody can be hired in time for any month of the plan.
    """
    written = make_folder(
        folder,
        {
            "answers.toml": answers.text,
            "wfm.toml": centre_toml(answers),
            "headcount.csv": "contract,heads\n",
            "events.csv": "queue,from,to,name,effect\n",
        },
    )
    project = open_project(folder / "wfm.toml", store=str(folder / "wfm.db"))
    tell("volumes")
    _bring_history(answers, project, beside, now)
    volumes = launch_volumes(answers, project, stored_history(project), _months(project))
    written.append(_write(folder / "volumes.csv", volumes.months))
    ask_from = max(month_start(project.config.capacity.start), now.date())
    tell("hiring")
    hiring = plan_capacity(project, hire_from=ask_from).hiring
    if hiring is None or not hiring.classes:
        raise PlanError("no class can be on the contacts by the end of the plan; plan more months")
    written.append(_write(folder / "classes.csv", _classes(hiring)))
    tell("budget")
    planned = plan_capacity(project)
    save_plan(project, planned, now=now)
    heads = _heads_at(hiring, month_name(answers.opening_day))
    written.append(_write(folder / "agents.csv", _people(answers, project, heads)))
    tell("opening week and disasters")
    week = _opening_week(answers, project, volumes)
    disaster = disaster_table(week, project.queues, variants_of(answers.site.home_share))
    tell("price of better service")
    return Launched(
        answers,
        project,
        tuple(written),
        volumes,
        hiring,
        planned,
        site_need(project, planned),
        frontier(planned, _LEVELS),
        week,
        disaster,
        heads,
        now.date(),
    )


def _bring_history(
    answers: LaunchAnswers, project: Project, beside: Path, now: dt.datetime
) -> None:
    """Earlier centres' contacts into the store of the new one."""
    for each in answers.queues:
        if not each.history:
            continue
        options = import_options(project, queue=each.queue.name, accept=["repeated-hour"])
        parts = read_parts("csv", [beside / each.history], options, Counting())
        import_files(project, parts, options, Counting(), now=now)


def _months(project: Project) -> list[str]:
    settings = project.config.capacity
    months = pd.period_range(settings.start, periods=settings.months, freq="M")
    return [str(month) for month in months]


def _write(path: Path, frame: pd.DataFrame) -> Path:
    frame.to_csv(path, index=False, lineterminator="\n")
    return path


def _classes(hiring: HiringPlan) -> pd.DataFrame:
    rows = [
        (one.held.name, one.held.start, one.held.size, one.held.group, one.held.contract)
        for one in hiring.classes
    ]
    return pd.DataFrame(rows, columns=["class", "start", "size", "group", "contract"])


def _heads_at(hiring: HiringPlan, month: str) -> int:
    months = hiring.plan.months
    return round(float(months.loc[months["month"] == month, "closing_heads"].sum()))


def _people(answers: LaunchAnswers, project: Project, heads: int) -> pd.DataFrame:
    """Places to fill, in teams of a team leader's span; names come when people are hired."""
    contract = project.config.contracts[0].name
    span = next((int(role.span) for role in project.config.capacity.roles if role.span), 10)
    skills = ";".join(each.queue.name for each in answers.queues)
    rows = [
        {
            "agent": f"A{place + 1:04d}",
            "name": f"Place {place + 1}",
            "team": f"Team {place // span + 1}",
            "site": answers.site.name,
            "contract": contract,
            "skills": skills,
            "start_date": answers.opening_day,
            "end_date": "",
            "grade": "agent",
        }
        for place in range(max(1, heads))
    ]
    return pd.DataFrame(rows)


def _monday(answers: LaunchAnswers) -> dt.date:
    return answers.opening_day + dt.timedelta(days=-answers.opening_day.weekday() % 7)


def _opening_week(answers: LaunchAnswers, project: Project, volumes: LaunchVolumes) -> pd.DataFrame:
    """Requirement of the first whole week from a Monday on."""
    first = _monday(answers)
    inside = volumes.days["start"].between(
        pd.Timestamp(first), pd.Timestamp(first) + pd.Timedelta(days=7), inclusive="left"
    )
    rows = volumes.days[inside]
    utc = to_utc_intervals(rows, project.config.timezone, answers.interval_s)
    return requirement_of(project, utc)
