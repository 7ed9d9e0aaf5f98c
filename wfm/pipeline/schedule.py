"""Schedule: requirement and people in, named roster out."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from wfm.domain import DayWish, SchedulingRules
from wfm.errors import InputError, PlanError
from wfm.pipeline.card import card_facts, card_of
from wfm.pipeline.earlier import Earlier, Former, earlier_rosters, shifts_before
from wfm.pipeline.executor import at_a_time, executor
from wfm.pipeline.interval_files import read_intervals
from wfm.pipeline.paid_holidays import with_paid_holidays
from wfm.pipeline.people import People
from wfm.pipeline.presence import presence_on
from wfm.pipeline.project import Project
from wfm.pipeline.requirement_holes import open_holes
from wfm.pipeline.rule_places import with_places
from wfm.pipeline.run_record import digest, new_run
from wfm.pipeline.staff import priced, stored_rows
from wfm.pipeline.stopping import stop_on_interrupt
from wfm.presence import PresenceRule
from wfm.scheduling import (
    Card,
    Progress,
    Replan,
    Schedule,
    conflicts,
    next_ledger,
    schedule,
)
from wfm.scheduling.validate import check_inputs, spacing_problems
from wfm.schema import REQUIREMENT
from wfm.staffing import expected_service, total_service
from wfm.store import Run, open_store

__all__ = [
    "ScheduleChoices",
    "Scheduled",
    "first_day_of",
    "next_monday",
    "overall_service",
    "read_requirement",
    "roster_of",
    "roster_tables",
    "run_figures",
    "schedule_stored",
    "summary_facts",
    "with_service",
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
    freeze
        When re-planning: local dates before it stay as they are.
    change_price
        When re-planning: price of a former shift that its owner does not get again, in
        agent-intervals above requirement.
    pinned
        When re-planning: single shifts that stay, by agent and date.
    workers
        Processes that queues and pieces of the roster are solved in; threads of this one unless
        given. It is no input: the roster is the same.
    cluster
        Address of a Dask scheduler, in place of processes.
    """

    first_day: dt.date | None = None
    weeks: int = 1
    seed: int = 0
    time_limit_s: float | None = None
    gap: float | None = None
    freeze: dt.date | None = None
    change_price: float = 8.0
    pinned: tuple[tuple[str, dt.date], ...] = ()
    workers: int | None = field(default=None, repr=False)
    cluster: str | None = field(default=None, repr=False)

    def settled(self, rules: SchedulingRules) -> SchedulingRules:
        """Rules of wfm.toml with the limits that were chosen."""
        if self.time_limit_s is not None:
            rules = replace(rules, time_limit_s=self.time_limit_s)
        return rules if self.gap is None else replace(rules, gap=self.gap)

    def replan(self, former: Former | None) -> Replan | None:
        """What of a former roster stays; None for a new one."""
        if former is None:
            return None
        return Replan(
            former.shifts,
            former.activities,
            freeze_until=self.freeze,
            pinned=frozenset(self.pinned),
            change_price=self.change_price,
        )


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A roster with what it was made from.

    Parameters
    ----------
    coverage
        Rows of ``schema.COVERAGE`` without run, with the service level to expect.
    service_level
        Service level of the whole horizon to expect from the roster; NaN without a forecast.
    former
        Run whose roster was re-planned; empty for a new roster.
    ledger
        What people carry after this roster: lates, nights, weekends, missed wishes.
    """

    first_day: dt.date
    days: int
    requirement: pd.DataFrame
    schedule: Schedule
    coverage: pd.DataFrame
    service_level: float
    card: Card
    former: str
    ledger: pd.DataFrame


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
    *,
    earlier: Earlier | None = None,
) -> Scheduled:
    """Named roster of some weeks of a requirement; nothing is written.

    People who serve none of its queues, or are not employed in those weeks, are left out.

    Parameters
    ----------
    earlier
        The roster to re-plan, and what people worked and carried before.

    Raises
    ------
    PlanError
        When the requirement has nothing in those weeks, or nobody serves its queues.
    InputError
        When people, contracts and shifts do not fit together.
    """
    config, earlier = project.config, earlier or Earlier()
    start, days = first_day_of(project, requirement, choices), 7 * choices.weeks
    part = _rows_between(project, requirement, start, days)
    serving = _people_there(people, set(part["queue"]), start, days)
    span = (start, start + dt.timedelta(days=days - 1))
    serving = with_paid_holidays(serving, project, part, span)
    presence = presence_on(project, start, start + dt.timedelta(days=days))
    _refuse_conflicts(project, part, serving, presence, start)
    past = shifts_before(earlier, start, config.timezone)
    ledger = earlier.ledger
    if ledger is None and past is not None:
        ledger = next_ledger(None, past, _past_wishes(people, past, start), config.timezone)
    processes = choices.workers or 1
    with (
        stop_on_interrupt() as stop,
        executor(workers=processes, cluster=choices.cluster) as where,
    ):
        made = schedule(
            priced(project, part, start),
            serving.agents,
            {contract.name: contract for contract in config.contracts},
            {template.name: template for template in config.templates},
            replace(choices.settled(config.scheduling), presence=presence),
            timezone=config.timezone,
            first_day=start,
            leave=serving.leave,
            wishes=serving.wishes,
            seed=choices.seed,
            progress=progress,
            workers=at_a_time(where, choices.workers or os.cpu_count() or 1),
            executor=where,
            ledger=ledger,
            replan=choices.replan(earlier.former),
            arranged=serving.arranged,
            past=past,
            stop=stop,
        )
    coverage = with_service(project, part, made.coverage)
    level = overall_service(part, coverage)
    former = _former_shifts(earlier.former, start, days, config.timezone)
    card = card_of(project, made, part, coverage, level, former=former)
    asked = [wish for wish in serving.wishes if start <= wish.day < start + dt.timedelta(days)]
    after = next_ledger(ledger, made.shifts, asked, config.timezone)
    name = earlier.former.run if earlier.former else ""
    return Scheduled(start, days, part, made, coverage, level, card, name, after)


def first_day_of(project: Project, requirement: pd.DataFrame, choices: ScheduleChoices) -> dt.date:
    """First local date of a roster: the chosen one, else the first Monday of the requirement."""
    if requirement.empty:
        raise PlanError("the requirement has no interval; forecast and staff first")
    local_day = requirement["interval_start"].dt.tz_convert(project.config.timezone).dt.date
    return choices.first_day or next_monday(local_day.min())


def _rows_between(
    project: Project, requirement: pd.DataFrame, start: dt.date, days: int
) -> pd.DataFrame:
    """Rows of the roster's dates."""
    local_day = requirement["interval_start"].dt.tz_convert(project.config.timezone).dt.date
    inside = (local_day >= start) & (local_day < start + dt.timedelta(days=days))
    part = requirement[inside].reset_index(drop=True)
    if part.empty:
        raise PlanError(
            f"the requirement has nothing from {start} on for {days // 7} week(s); it covers "
            f"{local_day.min()} to {local_day.max()}: choose --from inside, or forecast further"
        )
    return part


def _people_there(people: People, queues: set[str], start: dt.date, days: int) -> People:
    """Those who can serve the queues on the roster's dates; an error says why nobody can."""
    last = start + dt.timedelta(days=days - 1)
    serving = people.serving(queues, start, last)
    if serving.agents:
        return serving
    names = ", ".join(sorted(queues))
    able = [agent for agent in people.agents if queues & set(agent.skills)]
    ended = [agent.end_date for agent in able if agent.end_date and agent.end_date < start]
    if not able:
        why = "nobody has a skill for it: see skills in agents.csv"
    elif len(ended) == len(able):
        why = f"every end_date in agents.csv has passed, the last on {max(ended)}"
    else:
        why = "those with the skill are employed at other times: see start_date and end_date"
    raise PlanError(f"nobody is there from {start} to {last} to serve {names}; {why}")


def _refuse_conflicts(
    project: Project,
    requirement: pd.DataFrame,
    people: People,
    presence: Sequence[PresenceRule],
    start: dt.date,
) -> None:
    """Say before the work which rules contradict one another, and what would resolve it."""
    config = project.config
    contracts = {contract.name: contract for contract in config.contracts}
    templates = {template.name: template for template in config.templates}
    given = (requirement, people.agents, contracts, templates)
    try:
        check_inputs(
            *given, people.leave, people.wishes, config.timezone, config.scheduling.presence
        )
    except InputError as error:
        raise InputError(with_places(error.problems, config)) from error
    found = conflicts(
        *given,
        timezone=config.timezone,
        leave=people.leave,
        arranged=people.arranged,
        presence=presence,
        first_day=start,
    )
    if found:
        raise PlanError("\n".join(str(conflict) for conflict in found))


def _past_wishes(people: People, past: pd.DataFrame, start: dt.date) -> list[DayWish]:
    """Wishes for the dates of earlier rosters that are still on file."""
    first = past["start"].min().date()
    return [*people.wishes_between(first, start - dt.timedelta(days=1))]


def _former_shifts(
    former: Former | None, start: dt.date, days: int, timezone: str
) -> pd.DataFrame | None:
    """Shifts of a former roster on the dates of the new one."""
    if former is None:
        return None
    local = former.shifts["start"].dt.tz_convert(timezone).dt.date
    last = start + dt.timedelta(days=days)
    return former.shifts[(local >= start) & (local < last)]


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


def overall_service(requirement: pd.DataFrame, coverage: pd.DataFrame) -> float:
    """Service level of a whole roster to expect; NaN where the requirement had no forecast."""
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
    facts["former_run"] = made.former or None
    facts["card"] = card_facts(made.card)
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
    former: Former | None = None,
    ledger: pd.DataFrame | None = None,
) -> tuple[Run, Scheduled]:
    """Roster of a stored requirement, kept as a run of its own.

    Parameters
    ----------
    former
        The roster to plan again; None makes a new one.
    ledger
        What people carried before; read off the earlier rosters of the store unless given.
    """
    parent, requirement = stored_rows(project, "requirement", run)
    start = first_day_of(project, requirement, choices)
    earlier = earlier_rosters(project, start, former=former, ledger=ledger)
    made = roster_of(project, people, requirement, choices, progress, earlier=earlier)
    with open_store(project.store) as store:
        record = new_run(
            "schedule",
            digest(project.config.text, people, made.requirement, choices, made.former),
            now=now,
            taken=list(store.runs()["run"]),
            parent=parent,
            status=made.schedule.summary.status.value,
            summary=run_figures(made),
        )
        store.save_run(record, roster_tables(made))
    return record, made


def run_figures(made: Scheduled) -> dict[str, object]:
    """What a run remembers of its roster: its dates, its card, which roster it re-planned."""
    summary = made.schedule.summary
    return {
        "first_day": made.first_day.isoformat(),
        "days": made.days,
        "former_run": made.former or None,
        "over": summary.over,
        "under": summary.under,
        "objective": summary.objective,
        "bound": summary.bound if math.isfinite(summary.bound) else None,
        "service_level": made.service_level if math.isfinite(made.service_level) else None,
        **card_facts(made.card),
    }


def read_requirement(path: Path, project: Project) -> pd.DataFrame:
    """Requirement of a file: ``queue, interval_start`` (UTC), ``agents_required`` and what else.

    Raises
    ------
    InputError
        With every column and cell that is wrong.
    """
    rows = read_intervals(path, REQUIREMENT, project)
    holes = [*spacing_problems(rows, path.name), *open_holes(rows, project, path.name)]
    if holes:
        raise InputError(holes)
    return rows
