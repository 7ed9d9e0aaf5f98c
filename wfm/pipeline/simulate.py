"""Simulate a planned day or week: the roster's agents against drawn contacts."""

from __future__ import annotations

import datetime as dt
import math
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import Channel, Queue, StaffingModel
from wfm.errors import PlanError
from wfm.pipeline.crews import crews_at, crews_of, split_group
from wfm.pipeline.project import Project
from wfm.pipeline.simulate_chat import chat_days
from wfm.pipeline.simulate_deferred import deferred_days
from wfm.pipeline.simulated_day import Simulation, day_figures, day_grid, warm_up_s, whole_agents
from wfm.pipeline.staff import stored_rows
from wfm.queueing.estimates import Estimate
from wfm.queueing.simulation import (
    SimulatedGroup,
    SimulatedQueue,
    SimulationResult,
    simulate,
)
from wfm.staffing import total_service
from wfm.store import open_store

__all__ = ["ASSUMPTIONS", "Simulated", "Simulation", "simulate_rows", "simulate_stored"]

ASSUMPTIONS = {
    Channel.CHAT: "chats go to the agents that the plan has at them, each to the one with "
    "the fewest; those who also serve calls are at one or the other, as planned",
    Channel.DEFERRED: "deferred work is done in order of arrival by the agents that the plan has "
    "at it, never between calls; what is due after the roster's end counts as in time, and the "
    "time to the answer is that of contacts answered before it",
}
"""What is taken for granted of the channels that are not voice."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Service of a simulated plan.

    Parameters
    ----------
    days
        queue, channel, day, offered, sl_formula (interval by interval), sl_simulated,
        sl_half_width, p_abandon, p_abandon_half_width, asa_s, asa_half_width_s, occupancy,
        worst_interval (local start), worst_sl, and of deferred work backlog at the end of the day
        [contacts] and backlog_half_width. Of deferred work the service level is the share answered
        within the promise.
    totals
        The same figures of the whole span by queue.
    """

    run: str
    days: pd.DataFrame
    totals: pd.DataFrame


def simulate_stored(
    project: Project,
    how: Simulation,
    *,
    run: str | None = None,
    first_day: dt.date | None = None,
    days: int | None = None,
) -> Simulated:
    """Service that customers get from a stored roster, day by day.

    Agents on the contacts are the scheduled ones less shrinkage; fractions are carried to the next
    interval, so that the day's agent time stays. Who can serve several queues is a group that takes
    calls of all of them, after the people of fewer queues. Each local day of voice and chat is
    drawn by itself; one that is open at midnight begins warm. Deferred work goes through the whole
    roster, whatever days are asked for.

    Raises
    ------
    PlanError
        When there is no roster, none in the asked days, or no forecast behind it.
    """
    found, rows = _planned(project, run)
    local_day = rows["interval_start"].dt.tz_convert(project.config.timezone).dt.date
    asked = set(local_day)
    if first_day is not None:
        last = first_day + dt.timedelta(days=days or 1)
        asked = {day for day in asked if first_day <= day < last}
    if not asked:
        raise PlanError(f"run {found} has no roster in those days; choose others with --from")
    with open_store(project.store) as store:
        shifts, activities = store.read("roster_shift", found), store.read("roster_activity", found)
    crews = crews_of(shifts, activities, rows)
    return simulate_rows(project, rows, how, run=found, crews=crews, asked=asked)


def simulate_rows(
    project: Project,
    rows: pd.DataFrame,
    how: Simulation,
    *,
    run: str = "",
    crews: pd.DataFrame | None = None,
    asked: Collection[dt.date] | None = None,
) -> Simulated:
    """The same of a coverage with its forecast.

    Parameters
    ----------
    rows
        Columns of ``schema.COVERAGE`` with offered, aht_s and patience_s beside them.
    crews
        Skill groups of the roster (:func:`wfm.pipeline.crews.crews_of`); None: nobody serves two.
    asked
        Local days to tell; all when None.
    """
    local = rows["interval_start"].dt.tz_convert(project.config.timezone).dt.tz_localize(None)
    rows = rows.assign(local=local, day=local.dt.date)
    wanted = set(rows["day"]) if asked is None else set(asked)
    told = rows[rows["day"].isin(wanted)]
    days, totals = [_voice(project, told, how, crews)], []
    present = 1.0 - project.config.shrinkage.total
    for name in rows["queue"].unique():
        queue = project.config.queue(str(name))
        source, mine = _source(how, queue), rows["queue"] == name
        if queue.channel is Channel.CHAT:
            days.append(chat_days(source, queue, told[told["queue"] == name], how, present))
        elif queue.channel is Channel.DEFERRED:
            made = deferred_days(source, queue, rows[mine], how, present, asked=wanted)
            days.append(made.days)
            totals.append(made.total)
    drawn_by_day = pd.concat([each for each in days if len(each)], ignore_index=True)
    apart = drawn_by_day[drawn_by_day["channel"] != Channel.DEFERRED]
    every = [each for each in (_totals(apart), *totals) if len(each)]
    return Simulated(run, drawn_by_day, pd.concat(every, ignore_index=True))


def _source(how: Simulation, queue: Queue) -> np.random.Generator:
    """Chance of a queue that is drawn by itself, whatever other queues there are."""
    return np.random.default_rng([how.seed, zlib.crc32(queue.name.encode())])


def _voice(
    project: Project, rows: pd.DataFrame, how: Simulation, crews: pd.DataFrame | None
) -> pd.DataFrame:
    """Days of the voice queues, without the agents that the plan has at others."""
    voice = [q.name for q in project.config.queues if q.channel is Channel.VOICE]
    crews = None if crews is None else crews_at(crews, rows, voice)
    days = [part for _, part in rows[rows["queue"].isin(voice)].groupby("day")]
    drawn = zip(np.random.default_rng(how.seed).spawn(len(days)), days, strict=True)
    tables = [_day(project, part, how, source, crews) for source, part in drawn]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _planned(project: Project, run: str | None) -> tuple[str, pd.DataFrame]:
    """Coverage of a run with the requirement's forecast, its own or its parent's."""
    found, coverage = stored_rows(project, "coverage", run)
    with open_store(project.store) as store:
        runs = store.runs().set_index("run")
        requirement = store.read("requirement", found)
        parent = runs.at[found, "parent"]
        if requirement.empty and isinstance(parent, str):
            requirement = store.read("requirement", parent)
    keys = ["queue", "interval_start"]
    needed = [*keys, "offered", "aht_s", "patience_s"]
    both = coverage.merge(requirement[needed], on=keys, how="left")
    if both.loc[both["required"] > 0, "offered"].isna().any():
        raise PlanError(f"run {found} has no forecast behind it; make the roster with `wfm plan`")
    return found, both


def _day(
    project: Project,
    rows: pd.DataFrame,
    how: Simulation,
    source: np.random.Generator,
    crews: pd.DataFrame | None,
) -> pd.DataFrame:
    """One local day of all queues."""
    interval_s = float(rows["interval_s"].iloc[0])
    grid = day_grid(rows)
    by_queue = {
        str(name): part.drop_duplicates("local").set_index("local").reindex(grid)
        for name, part in rows.groupby("queue")
    }
    groups = _groups(project, by_queue, rows, crews)
    result = simulate(
        source,
        [_queue(project, name, part, interval_s, how) for name, part in by_queue.items()],
        groups,
        interval_s=interval_s,
        replications=how.replications,
        warm_up_s=warm_up_s(grid),
        workers=how.workers,
    )
    told = [
        _row(name, part, result, at, _occupancy(name, groups, result))
        for at, (name, part) in enumerate(by_queue.items())
    ]
    return pd.DataFrame(told)


def _occupancy(queue: str, groups: list[SimulatedGroup], result: SimulationResult) -> float:
    """Occupancy of the groups that serve a queue, by their agents' time."""
    time = np.array([sum(group.agents) * (queue in group.serves) for group in groups], float)
    busy = np.nan_to_num(result.occupancy.mean)
    return float((time * busy).sum() / time.sum()) if time.sum() > 0 else math.nan


def _queue(
    project: Project, name: str, part: pd.DataFrame, interval_s: float, how: Simulation
) -> SimulatedQueue:
    queue = project.config.queue(name)
    offered = part["offered"].fillna(0.0)
    aht_s = total_service(offered, part["aht_s"].fillna(queue.aht_s))
    patient = queue.model is StaffingModel.ERLANG_C
    return SimulatedQueue(
        name,
        (offered * 3600 / interval_s).tolist(),
        queue.aht_s if math.isnan(aht_s) else aht_s,
        handle_time_cv=how.handle_time_cv,
        patience_s=math.inf if patient else queue.patience_s,
        threshold_s=queue.target.threshold_s,
        redial_probability=how.redial_probability,
    )


def _groups(
    project: Project,
    by_queue: Mapping[str, pd.DataFrame],
    rows: pd.DataFrame,
    crews: pd.DataFrame | None,
) -> list[SimulatedGroup]:
    """Agents on the contacts by skill group; the scheduled of each queue where no group is told."""
    present = 1.0 - project.config.shrinkage.total
    if crews is None:
        return [
            SimulatedGroup(name, whole_agents(part["scheduled"] * present), {name: 1})
            for name, part in by_queue.items()
        ]
    clock = rows.drop_duplicates("interval_start").set_index("interval_start")["local"]
    grid = next(iter(by_queue.values())).index
    groups = []
    for name, crew in crews.groupby("group"):
        agents = crew.set_index("interval_start")["agents"]
        mine = agents[agents.index.isin(clock.index)]
        mine.index = pd.DatetimeIndex(clock[mine.index])
        mine = mine[~mine.index.duplicated()].reindex(grid)
        serves = [queue for queue in split_group(str(name), by_queue) if queue in by_queue]
        if serves:
            ranks = dict.fromkeys(serves, len(serves))
            groups.append(SimulatedGroup(str(name), whole_agents(mine * present), ranks))
    return groups


def _row(
    name: str, part: pd.DataFrame, result: SimulationResult, at: int, occupancy: float
) -> dict[str, object]:
    def of(figure: Estimate) -> Estimate:
        return Estimate(figure.mean[at], figure.half_width[at])

    return day_figures(
        name,
        Channel.VOICE,
        part,
        level=of(result.sl_offered),
        abandoned=of(result.p_abandon),
        answer_s=of(result.asa_answered_s),
        by_interval=result.sl_offered_by_interval.mean[:, at],
        occupancy=occupancy,
    )


def _totals(table: pd.DataFrame) -> pd.DataFrame:
    """Days weighted by their contacts; half-widths add as independent errors do."""
    rows = []
    for name, part in table.groupby("queue", sort=False):
        share = part["offered"] / max(part["offered"].sum(), 1e-12)
        worst = part.loc[part["worst_sl"].idxmin()] if part["worst_sl"].notna().any() else None
        means = ("sl_formula", "sl_simulated", "p_abandon", "asa_s", "occupancy")
        errors = ("sl_half_width", "p_abandon_half_width", "asa_half_width_s")
        rows.append(
            {
                "queue": name,
                "channel": part["channel"].iloc[0],
                "offered": part["offered"].sum(),
                **{column: float((share * part[column]).sum()) for column in means},
                **{
                    column: float(np.sqrt(((share * part[column]) ** 2).sum())) for column in errors
                },
                "worst_interval": None if worst is None else worst["worst_interval"],
                "worst_sl": math.nan if worst is None else worst["worst_sl"],
            }
        )
    return pd.DataFrame(rows)
