"""Capacity and budget: the project's files in, a plan of months or weeks out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.capacity import CapacityInputs, Need, QueueWeek, work_out_need
from wfm.capacity.inputs import (
    ContractHours,
    HiringClass,
    Move,
    OpeningHeads,
    QueueDemand,
    ShrinkageType,
)
from wfm.capacity.timeline import Period, month_name
from wfm.config import Config
from wfm.domain import Channel, Contract, Queue, Shrinkage
from wfm.errors import InputError, Problem
from wfm.headcount import Grade
from wfm.pipeline.budget.demand import (
    looked_ahead,
    months_between,
    plan_periods,
    queue_demand,
    volumes_ahead,
    week_shapes,
)
from wfm.pipeline.budget.files import (
    BUDGET_FILES,
    ShrinkageRow,
    groups_of,
    heads_of_agents,
    month_gaps,
    read_classes,
    read_headcount,
    read_moves,
    read_shrinkage_rows,
    read_volumes,
)
from wfm.pipeline.people import read_people
from wfm.pipeline.project import Project
from wfm.staffing import expected_service, staff

__all__ = ["Centre", "CentreStaffer", "capacity_inputs", "need_of", "texts_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Centre:
    """What a capacity plan needs to know of a centre beside its inputs.

    Parameters
    ----------
    weeks
        Week shape of every queue.
    notes
        What was taken for granted, in words.
    """

    queues: Mapping[str, Queue]
    weeks: Mapping[str, QueueWeek]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CentreStaffer:
    """Each queue's own model, by :mod:`wfm.staffing`.

    The weeks come on a clock of their own, in UTC and without public holidays.
    """

    queues: Mapping[str, Queue]

    def agents(self, weeks: pd.DataFrame) -> pd.DataFrame:
        """Net agents of each row."""
        known = {name: _always_as_in_a_week(queue) for name, queue in self.queues.items()}
        parts = []
        for name, rows in weeks.groupby("queue", sort=False):
            queue = known[str(name)]
            if queue.channel is Channel.DEFERRED:
                parts += [_level_week(week, queue) for _, week in rows.groupby(_week_of(rows))]
            elif queue.channel is Channel.CHAT:
                for aht_s, some in rows.groupby("aht_s"):
                    slower = {str(name): _with_aht(queue, float(aht_s))}
                    parts.append(staff(some, slower, Shrinkage(), timezone="UTC"))
            else:
                parts.append(staff(rows, known, Shrinkage(), timezone="UTC"))
        found = pd.concat(parts, ignore_index=True)
        keys = ["queue", "interval_start"]
        columns = [*keys, "agents_net", "asa_s", "p_abandon"]
        return weeks[keys].merge(found[columns], on=keys, how="left", validate="1:1")

    def service(self, weeks: pd.DataFrame, agents: Floats) -> Floats:
        """Service level with these agents; both of shape (rows, cases).

        All cases of a queue are asked at once: many are quick by the compiled formulas.
        """
        out = np.ones(agents.shape)
        for name, queue in self.queues.items():
            rows = weeks.loc[(weeks["queue"] == name).to_numpy()]
            rows = rows.rename(columns={"mean": "offered"})
            if queue.channel is Channel.DEFERRED:
                for case in range(agents.shape[1]):
                    given = pd.Series(agents[:, case], weeks.index)
                    for _, week in rows.groupby(_week_of(rows)):
                        out[week.index, case] = _middle_service(week, given[week.index], queue)
            elif queue.channel is Channel.CHAT:
                for aht_s, some in rows.groupby("aht_s"):
                    slower = _with_aht(queue, float(aht_s))
                    out[some.index] = _of_all_cases(some, agents[some.index], slower)
            else:
                out[rows.index] = _of_all_cases(rows, agents[rows.index], queue)
        return np.nan_to_num(out, nan=1.0)


def _of_all_cases(rows: pd.DataFrame, agents: Floats, queue: Queue) -> Floats:
    """Service of every row with each of its numbers of agents."""
    stacked = rows.loc[np.repeat(rows.index, agents.shape[1])]
    return expected_service(stacked, agents.ravel(), queue).reshape(agents.shape)


_MONDAY = pd.Timestamp("2001-01-01", tz="UTC")
_WEEK = pd.Timedelta(days=7)


def _week_of(rows: pd.DataFrame) -> pd.Series:
    """Number of the week that a row stands in."""
    return (rows["interval_start"] - _MONDAY) // _WEEK


def _thrice(rows: pd.DataFrame) -> pd.DataFrame:
    """The week between two like it: what waits over its edges is the same on both."""
    return pd.concat(
        [rows.assign(interval_start=rows["interval_start"] + k * _WEEK) for k in (-1, 0, 1)],
        ignore_index=True,
    )


def _level_week(week: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    """Deferred work of one week among weeks like it; the hours of the whole week are kept.

    Work in hours in which nothing arrives is laid on the hours in which something does: they have
    the same dates, and hours are what a budget counts.
    """
    found = staff(_thrice(week), {queue.name: queue}, Shrinkage(), timezone="UTC")
    found = found[_week_of(found) == _week_of(week).iloc[0]]
    mine = found[found["interval_start"].isin(set(week["interval_start"]))].copy()
    inside = mine["agents_net"].sum()
    if inside > 0:
        mine["agents_net"] *= found["agents_net"].sum() / inside
    else:
        mine["agents_net"] = found["agents_net"].sum() / len(mine)
    mine["asa_s"] = 0.0
    return mine


def _middle_service(week: pd.DataFrame, agents: pd.Series, queue: Queue) -> Floats:
    """Service of deferred work after a week with the same agents."""
    three = _thrice(week.assign(agents=agents))
    length = int(three["interval_s"].iloc[0])
    monday = _MONDAY + _week_of(week).iloc[0] * _WEEK
    line = pd.date_range(monday - _WEEK, monday + 2 * _WEEK, freq=f"{length}s", inclusive="left")
    given = three.set_index("interval_start")[["offered", "aht_s", "agents"]].reindex(line)
    given["aht_s"] = given["aht_s"].fillna(queue.aht_s)
    given = given.fillna(0.0).assign(interval_s=length)
    served = expected_service(given, given["agents"].to_numpy(float), queue)
    middle = pd.Series(served, line)[week["interval_start"]]
    return np.asarray(middle, float)


def _with_aht(queue: Queue, aht_s: float) -> Queue:
    """The queue with another handle time; a chat's at all levels in proportion."""
    levels = queue.aht_by_level_s
    return replace(queue, aht_s=aht_s, aht_by_level_s=tuple(x * aht_s / levels[0] for x in levels))


def _always_as_in_a_week(queue: Queue) -> Queue:
    """The queue without dates and holidays: which dates are open has been counted already."""
    return replace(queue, opening=replace(queue.opening, holidays=None, dates=()))


def need_of(inputs: CapacityInputs, centre: Centre) -> Need:
    """Need of every group, each queue with the promise that the inputs say.

    Raises
    ------
    InputError
        When the demand cannot be laid over the opening hours.
    """
    queues = {q.name: _as_asked(centre.queues[q.name], q) for q in inputs.queue}
    try:
        return work_out_need(inputs, centre.weeks, CentreStaffer(queues))
    except ValueError as error:
        raise InputError(str(error)) from error


def _as_asked(queue: Queue, demand: QueueDemand) -> Queue:
    target = replace(
        queue.target,
        service_level=demand.service_level,
        threshold_s=demand.threshold_s,
        max_occupancy=demand.max_occupancy,
    )
    return replace(queue, target=target, patience_s=demand.patience_s)


def texts_of(project: Project) -> tuple[str, ...]:
    """Texts of wfm.toml and of the budget's files: inputs of the run."""
    paths = [project.root / name for name in (*BUDGET_FILES, "agents.csv")]
    read = [path.read_text("utf-8-sig") if path.is_file() else "" for path in paths]
    return (project.config.text, *read)


def capacity_inputs(project: Project) -> tuple[CapacityInputs, Centre]:
    """Inputs of a capacity plan, from wfm.toml and the files beside it.

    Contacts come from volumes.csv, or from the long-range forecast of the stored history; the
    opening headcount from headcount.csv, or from agents.csv.

    Raises
    ------
    InputError
        With every problem of the files.
    PlanError
        When there is neither volumes.csv nor history.
    """
    problems: list[Problem] = []
    written = _if_there(project, "volumes.csv", read_volumes, problems)
    if problems:
        raise InputError(problems)
    seen = looked_ahead(project, required=not written)
    periods = plan_periods(project, written, seen)
    shapes, notes = week_shapes(project, periods, seen)
    queues = [queue for group in groups_of(project.config) for queue in group.queues]
    problems += _unknown_queues(project, queues)
    span = months_between(periods)
    if written:
        problems += month_gaps(written, queues, span, "volumes.csv")
    heads = _headcount(project, periods[0].start, problems)
    classes = _if_there(project, "classes.csv", read_classes, problems)
    moves = _if_there(project, "moves.csv", read_moves, problems)
    shares = _if_there(project, "shrinkage.csv", read_shrinkage_rows, problems)
    if problems:
        raise InputError(problems)
    if not written and seen is not None:
        written = volumes_ahead(seen, queues, span)
    demand = tuple(queue_demand(project, name, written, periods, shapes) for name in queues)
    try:
        inputs = _assembled(project, periods, demand, heads, classes, moves, shares)
    except ValueError as error:
        raise InputError(str(error)) from error
    known = {name: project.queues[name] for name in queues}
    return inputs, Centre(known, {name: shapes[name] for name in queues}, notes)


T = TypeVar("T")


def _if_there(
    project: Project,
    name: str,
    read: Callable[[Path, Config, list[Problem]], tuple[T, ...]],
    problems: list[Problem],
) -> tuple[T, ...]:
    path = project.root / name
    return read(path, project.config, problems) if path.is_file() else ()


def _unknown_queues(project: Project, queues: Sequence[str]) -> list[Problem]:
    known = ", ".join(project.queues)
    fix = f"known are {known}"
    return [
        Problem("a group has a queue that wfm.toml has not", "wfm.toml", 0, "queues", name, fix)
        for name in queues
        if name not in project.queues
    ]


def _headcount(
    project: Project, start: dt.date, problems: list[Problem]
) -> tuple[OpeningHeads, ...]:
    config = project.config
    path = project.root / "headcount.csv"
    if path.is_file():
        return read_headcount(path, config, start, problems)
    agents = project.root / "agents.csv"
    if not agents.is_file():
        fix = "write one with the columns group, contract, heads"
        problems.append(Problem("no such file", "headcount.csv", fix=fix))
        return ()
    people = read_people(agents, config)
    grades = {grade.name for grade in config.capacity.pay}
    graded = [
        agent if agent.grade in grades else replace(agent, grade=agent.contract)
        for agent in people.agents
    ]
    return heads_of_agents(graded, groups_of(config), config.capacity.attrition, start)


def _assembled(
    project: Project,
    periods: tuple[Period, ...],
    demand: tuple[QueueDemand, ...],
    heads: tuple[OpeningHeads, ...],
    classes: tuple[HiringClass, ...],
    moves: tuple[Move, ...],
    shares: Sequence[ShrinkageRow],
) -> CapacityInputs:
    settings = project.config.capacity
    contracts = project.config.contracts
    named = {grade.name for grade in settings.pay}
    pay = [Grade(c.name, c.cost_per_hour) for c in contracts if c.name not in named]
    return CapacityInputs(
        periods=periods,
        queue=demand,
        group=groups_of(project.config),
        shrinkage=_shrinkage(project, periods, shares),
        attrition=settings.attrition,
        pay=(*settings.pay, *pay),
        contract=tuple(ContractHours(c.name, _week_h(c)) for c in contracts),
        headcount=heads,
        classes=classes,
        moves=moves,
        role=settings.roles,
        training=settings.training,
        flex=settings.flex,
        price=settings.price,
        full_time_hours=settings.full_time_h,
        peak_week=settings.peak_week,
        attrition_basis=settings.attrition_basis,
        shrinkage_base=settings.shrinkage_base,
        licence_kind=settings.licences,
        shrinkage_spread=settings.shrinkage_spread,
        attrition_spread=settings.attrition_spread,
    )


def _week_h(contract: Contract) -> float:
    """Paid hours of an ordinary week: the middle of what the contract allows [h]."""
    return sum(contract.week_s) / 2 / 3600


def _shrinkage(
    project: Project, periods: Sequence[Period], rows: Sequence[ShrinkageRow]
) -> tuple[ShrinkageType, ...]:
    """Types of wfm.toml, with what shrinkage.csv says for a month in its place."""
    shrinkage, settings = project.config.shrinkage, project.config.capacity
    usual = dict((*shrinkage.planned, *shrinkage.unplanned))
    names = dict.fromkeys(usual, "")
    for row in rows:
        names[f"{row.kind}@{row.group}" if row.group else row.kind] = row.group
    written = {(row.kind, row.group, row.month): row.share for row in rows}

    def share(name: str, period: Period) -> float:
        kind, _, group = name.partition("@")
        month = month_name(period.start)
        common = written.get((kind, "", month), usual.get(kind, 0.0))
        return written.get((kind, group, month), common)

    return tuple(
        ShrinkageType(
            name,
            tuple(share(name, period) for period in periods),
            name.partition("@")[0] in settings.in_office,
        )
        for name in names
    )
