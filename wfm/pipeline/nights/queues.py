"""All queues of a night, a few at a time; those of a group wait for one another."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import pandas as pd

from wfm.forecast import Adjustment, Demand, QueueCalendar
from wfm.forecast.learnt import Learnt
from wfm.forecast.queue_tables import QueueTables, QueueWork, forecast_queue
from wfm.forecast.reconcile import GroupSum, group_calendar, reconciled
from wfm.pipeline.adjustments import lay_on, planned_changes
from wfm.pipeline.calendars import calendars, place_of
from wfm.pipeline.clock import to_wall_clock
from wfm.pipeline.executor import in_order
from wfm.pipeline.nights.choice import KeptChoice, KeptChoices, ground_of, group_label
from wfm.pipeline.nights.queue import (
    NightRules,
    QueueJob,
    QueueMade,
    finish_queue,
    make_queue,
    settled_before,
)
from wfm.pipeline.nights.sources import utc_of
from wfm.pipeline.project import Project
from wfm.store import NewChoice, Store

__all__ = ["NightInputs", "make_queues", "with_their_groups"]

_YEARS = 12
"""Years of history for which holidays are known."""


@dataclass(frozen=True, slots=True)
class NightInputs:
    """What the queues of a night are made from.

    Parameters
    ----------
    known_import
        The history is taken as it stood after this import.
    """

    project: Project
    store: Store
    as_of: dt.datetime
    known_import: int | None
    choices: KeptChoices


def with_their_groups(project: Project, names: Iterable[str]) -> list[str]:
    """Queues together with all others of their groups, group by group, then the rest."""
    wanted = set(names)
    groups = [queues for _, queues in project.config.forecast.groups if wanted & set(queues)]
    grouped = [queue for queues in groups for queue in queues]
    alone = [queue.name for queue in project.config.queues if queue.name in wanted - set(grouped)]
    return grouped + alone


def make_queues(
    where: Executor | None, inputs: NightInputs, names: Sequence[str], *, ahead: int
) -> Iterator[QueueMade]:
    """Queues as they are done; the queues of a group reconciled once all of them are there.

    Parameters
    ----------
    names
        Of the queues, groups whole.
    ahead
        Queues under way at a time.
    """
    group_of, changes = _group_of(inputs.project), planned_changes(inputs.project)
    due = Counter(group_of.get(name, "") for name in names)
    waiting: dict[str, list[QueueMade]] = defaultdict(list)
    past: dict[str, GroupSum] = {}
    jobs = _jobs(inputs, names, group_of, changes)
    for made in in_order(where, make_queue, jobs, ahead=ahead):
        if not made.group:
            yield made
            continue
        waiting[made.group].append(_without_past(made, past))
        if len(waiting[made.group]) == due[made.group]:
            members, added = waiting.pop(made.group), past.pop(made.group, None)
            yield from _together(where, inputs, made.group, members, added, changes, ahead=ahead)


def _without_past(made: QueueMade, past: dict[str, GroupSum]) -> QueueMade:
    """The same, once its history is added to that of its group: a large one takes no more room."""
    if made.draft is None or made.draft.past is None:
        return made
    mine, others = made.draft.past, past.get(made.group)
    past[made.group] = mine if others is None else others.with_queue(mine)
    return replace(made, draft=replace(made.draft, past=None))


def _group_of(project: Project) -> dict[str, str]:
    groups = project.config.forecast.groups
    return {queue: name for name, queues in groups for queue in queues}


# -- queue by queue --------------------------------------------------------------------------------


def _jobs(
    inputs: NightInputs,
    names: Sequence[str],
    group_of: Mapping[str, str],
    changes: Sequence[Adjustment],
) -> Iterator[QueueJob]:
    """Queues with their history, read one at a time as there is room for them."""
    project, store = inputs.project, inputs.store
    config = project.config
    every = [queue.name for queue in config.queues]
    last = inputs.as_of.date() + dt.timedelta(days=config.forecast.horizon_days + 1)
    years = range(inputs.as_of.year - _YEARS, last.year + 1)
    known = calendars(every, project, place_of(project), years)
    rules = _rules(inputs, project.holidays(dt.date(years[0], 1, 1), last))
    history_of = _reader(inputs)
    for name in names:
        queue = config.queue(name)
        history = history_of(name)
        kept, why = inputs.choices.of(store, name)
        job = QueueJob(
            queue,
            history,
            known[name],
            tuple(one for one in changes if one.queue in (name, group_of.get(name))),
            rules,
            kin=history.iloc[:0],
            kept=kept,
            why_anew=why,
            group=group_of.get(name, ""),
        )
        if job.is_new and queue.new is not None and queue.new.like:
            like = queue.new.like
            job = replace(job, kin=history_of(like), kin_calendar=known[like])
        yield job


def _reader(inputs: NightInputs) -> Callable[[str], pd.DataFrame]:
    """Reads the history of a queue by wall clock, as it stood."""
    config = inputs.project.config
    zone, figures = config.timezone, _figures(config.forecast.demand)
    end = utc_of(inputs.as_of, zone)

    def history_of(queue: str) -> pd.DataFrame:
        rows = inputs.store.queue_history(
            queue, end, known_import=inputs.known_import, figures=figures
        )
        return to_wall_clock(rows, zone)

    return history_of


def _figures(demand: str) -> tuple[str, ...]:
    """What a forecast learns from; each figure more is read for all of the history."""
    more = ("not_first_visit",) if demand == Demand.FIRST_VISITS else ()
    return ("offered", "answered", "talk_s", *more)


def _rules(inputs: NightInputs, holidays: Mapping[dt.date, str]) -> NightRules:
    config = inputs.project.config
    return NightRules(
        as_of=inputs.as_of,
        horizon_days=config.forecast.horizon_days,
        model=config.forecast.model,
        interval_s=config.interval_s,
        timezone=config.timezone,
        holidays=holidays,
        shrinkage=config.shrinkage,
        recent_days=config.nightly.reopen_days,
        max_lag_s=config.nightly.max_lag_s,
        gates=config.nightly.gates,
        demand=config.forecast.demand,
    )


# -- groups ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _GroupJob:
    """A group with the sum of its queues and the choice of models that it may go by."""

    name: str
    past: GroupSum
    calendars: tuple[QueueCalendar, ...]
    rules: NightRules
    kept: KeptChoice | None


@dataclass(frozen=True, slots=True)
class _GroupMade:
    """Forecast of a group by itself, None where it cannot be; and what its trials taught."""

    tables: QueueTables | None
    choice: NewChoice | None


def _together(
    where: Executor | None,
    inputs: NightInputs,
    name: str,
    members: list[QueueMade],
    past: GroupSum | None,
    changes: Sequence[Adjustment],
    *,
    ahead: int,
) -> Iterator[QueueMade]:
    """Queues of a group, made to agree with its own forecast as far as all can be forecast."""
    drafts = {made.queue: made.draft for made in members if made.draft is not None}
    yield from (made for made in members if made.draft is None)
    if past is None:
        return
    kept, _ = inputs.choices.of(inputs.store, group_label(name))
    job = _GroupJob(
        name,
        past,
        tuple(draft.job.calendar for draft in drafts.values()),
        next(iter(drafts.values())).job.rules,
        kept if all(made.kept_run for made in members) else None,
    )
    group = _make_group(job) if where is None else where.submit(_make_group, job).result()
    tables = reconciled({queue: draft.tables for queue, draft in drafts.items()}, group.tables)
    frames = _adjusted(changes, name, tables)
    ready = ((made, frames[made.queue]) for made in members if made.draft is not None)
    finished = in_order(where, finish_queue, ready, ahead=ahead)
    for count, made in enumerate(finished, 1):
        if count == len(drafts) and group.choice is not None:
            yield replace(made, new_choices=(*made.new_choices, group.choice))
        else:
            yield made


def _adjusted(
    changes: Sequence[Adjustment], group: str, tables: Mapping[str, QueueTables]
) -> dict[str, pd.DataFrame]:
    """Intervals of a group's queues with planners' changes of each and of all together."""
    frame = pd.concat([one.frame for one in tables.values()], ignore_index=True)
    mine = [one for one in changes if one.queue in (group, *tables)]
    out = lay_on(frame, mine, {group: tuple(tables)})
    return {queue: out[out["queue"] == queue] for queue in tables}


def _make_group(job: _GroupJob) -> _GroupMade:
    """Forecast the sum of a group's queues."""
    rules = job.rules
    rows = job.past.whole_days()
    calendar = group_calendar(job.calendars)

    def ground(as_of: dt.datetime) -> str:
        settled = settled_before(rows, as_of, rules.recent_days)
        return ground_of(rules.of_models, [calendar], settled)

    kept = job.kept if job.kept and ground(job.kept.as_of) == job.kept.ground else None
    learnt = Learnt.from_text(kept.learnt) if kept else None
    told = forecast_queue(
        QueueWork(job.name, rows, calendar, rules.model, rules.window, brief=True, learnt=learnt)
    )
    if not isinstance(told, QueueTables):
        return _GroupMade(None, None)
    if told.kept or told.learnt is None:
        return _GroupMade(told, None)
    choice = NewChoice(group_label(job.name), ground(rules.as_of), told.learnt.to_text())
    return _GroupMade(told, choice)
