"""Simulate a planned day or week: the roster's agents against drawn calls."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import Channel, StaffingModel
from wfm.errors import PlanError
from wfm.pipeline.crews import crews_at, crews_of, split_group
from wfm.pipeline.project import Project
from wfm.pipeline.staff import stored_rows
from wfm.queueing.simulation import (
    SimulatedGroup,
    SimulatedQueue,
    SimulationResult,
    simulate,
)
from wfm.staffing import total_service
from wfm.store import open_store

__all__ = ["Simulated", "Simulation", "simulate_rows", "simulate_stored"]

_NIGHT_WARM_UP_S = 3600.0


@dataclass(frozen=True, slots=True)
class Simulation:
    """How to simulate.

    Parameters
    ----------
    replications
        Days drawn for each planned day.
    seed
        Same seed, same calls.
    handle_time_cv
        Standard deviation of the handle time over its mean; 1 is exponential, else lognormal.
    redial_probability
        Share of those who hang up that dial again.
    workers
        Threads.
    """

    replications: int = 20
    seed: int = 0
    handle_time_cv: float = 1.0
    redial_probability: float = 0.0
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Simulated:
    """Service of a simulated plan.

    Parameters
    ----------
    days
        queue, day, offered, sl_formula (interval by interval), sl_simulated, sl_half_width,
        p_abandon, p_abandon_half_width, asa_s, asa_half_width_s, occupancy, worst_interval (local
        start) and worst_sl.
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
    """Service that callers get from a stored roster, day by day.

    Agents on the contacts are the scheduled ones less shrinkage; fractions are carried to the next
    interval, so that the day's agent time stays. Who can serve several queues is a group that takes
    calls of all of them, after the people of fewer queues. Each local day is drawn by itself; one
    that is open at midnight begins warm.

    Raises
    ------
    PlanError
        When there is no roster, none in the asked days, or no forecast behind it.
    """
    found, rows = _planned(project, run)
    local_day = rows["interval_start"].dt.tz_convert(project.config.timezone).dt.date
    if first_day is not None:
        last = first_day + dt.timedelta(days=days or 1)
        rows = rows[(local_day >= first_day) & (local_day < last)]
    if rows.empty:
        raise PlanError(f"run {found} has no roster in those days; choose others with --from")
    with open_store(project.store) as store:
        shifts, activities = store.read("roster_shift", found), store.read("roster_activity", found)
    return simulate_rows(project, rows, how, run=found, crews=crews_of(shifts, activities, rows))


def simulate_rows(
    project: Project,
    rows: pd.DataFrame,
    how: Simulation,
    *,
    run: str = "",
    crews: pd.DataFrame | None = None,
) -> Simulated:
    """The same of a coverage with its forecast.

    Parameters
    ----------
    rows
        Columns of ``schema.COVERAGE`` with offered, aht_s and patience_s beside them. Chat and
        deferred queues are left out, and with them the agents that the plan has at them.
    crews
        Skill groups of the roster (:func:`wfm.pipeline.crews.crews_of`); None: nobody serves two.

    Raises
    ------
    PlanError
        When none of the queues is a voice queue.
    """
    voice = [q.name for q in project.config.queues if q.channel is Channel.VOICE]
    crews = None if crews is None else crews_at(crews, rows, voice)
    rows = rows[rows["queue"].isin(voice)]
    if rows.empty:
        raise PlanError("no voice queue has a roster, and only voice is simulated")
    local = rows["interval_start"].dt.tz_convert(project.config.timezone).dt.tz_localize(None)
    rows = rows.assign(local=local, day=local.dt.date)
    sources = np.random.default_rng(how.seed).spawn(rows["day"].nunique())
    tables = [
        _day(project, part, how, source, crews)
        for (_, part), source in zip(rows.groupby("day"), sources, strict=True)
    ]
    table = pd.concat(tables, ignore_index=True)
    return Simulated(run, table, _totals(table))


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
    grid = pd.Index(np.sort(rows["local"].unique()))
    grid = pd.date_range(grid[0], grid[-1], freq=f"{interval_s:.0f}s")
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
        warm_up_s=_NIGHT_WARM_UP_S if grid[0].hour + grid[0].minute == 0 else 0.0,
        workers=how.workers,
    )
    told = [
        _row(name, part, grid, result, at) | {"occupancy": _occupancy(name, groups, result)}
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
            SimulatedGroup(name, _whole(part["scheduled"] * present), {name: 1})
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
            groups.append(SimulatedGroup(str(name), _whole(mine * present), ranks))
    return groups


def _whole(agents: pd.Series) -> list[int]:
    """Whole agents by interval; fractions are carried on."""
    sums = np.cumsum(agents.fillna(0.0).to_numpy(float))
    return [int(count) for count in np.diff(np.rint(sums), prepend=0.0)]


def _row(
    name: str, part: pd.DataFrame, grid: pd.DatetimeIndex, result: SimulationResult, at: int
) -> dict[str, object]:
    by_interval = result.sl_offered_by_interval.mean[:, at]
    known = np.where(part["offered"].fillna(0.0).to_numpy() > 0, by_interval, np.nan)
    worst = int(np.nanargmin(known)) if np.isfinite(known).any() else 0
    return {
        "queue": name,
        "day": grid[0].date(),
        "offered": float(part["offered"].sum()),
        "sl_formula": total_service(part["offered"].fillna(0), part["service_level"].fillna(0)),
        "sl_simulated": float(result.sl_offered.mean[at]),
        "sl_half_width": float(result.sl_offered.half_width[at]),
        "p_abandon": float(result.p_abandon.mean[at]),
        "p_abandon_half_width": float(result.p_abandon.half_width[at]),
        "asa_s": float(result.asa_answered_s.mean[at]),
        "asa_half_width_s": float(result.asa_answered_s.half_width[at]),
        "worst_interval": grid[worst],
        "worst_sl": float(known[worst]),
    }


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
