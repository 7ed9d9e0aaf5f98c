"""Demand of a budget: contacts by month from a file or from history, and how a week looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.capacity import QueueWeek, opening_counts
from wfm.capacity.inputs import QueueDemand
from wfm.capacity.timeline import Period, month_name, month_start, months, next_month, weeks
from wfm.domain import Queue
from wfm.errors import InputError, PlanError, Problem
from wfm.forecast import Grain, GrowthCase, LongRange
from wfm.forecast.benchmark import BENCHMARKS
from wfm.intervals import DAY_S
from wfm.pipeline.budget.files import Volume
from wfm.pipeline.long_range import LongRangeChoices, long_range_stored
from wfm.pipeline.project import Project

__all__ = [
    "flat_week",
    "looked_ahead",
    "months_between",
    "plan_periods",
    "queue_demand",
    "volumes_ahead",
    "week_shapes",
]

Floats = NDArray[np.float64]

_MONTHS_SEEN = 13
"""Looked ahead for the shape of a week alone: a year, so that no season decides it."""
_Z90 = 1.2816


def looked_ahead(project: Project, *, required: bool) -> LongRange | None:
    """Years ahead of the stored history; None where there is none and none is needed."""
    settings = project.config.capacity
    count = settings.months + 2 if required else _MONTHS_SEEN
    choices = LongRangeChoices(min(60, count), Grain.MONTH, (GrowthCase("base"),))
    try:
        return long_range_stored(project, choices)
    except PlanError as error:
        if required:
            raise PlanError(
                f"no volumes.csv, and {error}; write volumes.csv with the columns queue, month, "
                "contacts and aht_s"
            ) from error
        return None


def plan_periods(
    project: Project, written: Sequence[Volume], seen: LongRange | None
) -> tuple[Period, ...]:
    """Months or weeks of the plan: from the setting, the file, or the first month ahead."""
    settings = project.config.capacity
    if settings.start:
        first = month_start(settings.start)
    elif written:
        first = month_start(min(volume.month for volume in written))
    else:
        first = _first_ahead(seen)
    last = first
    for _ in range(settings.months):
        last = next_month(last)
    free = set(project.holidays(first, last))
    if not settings.by_week:
        return months(first, settings.months, free)
    monday = first + dt.timedelta(days=-first.weekday() % 7)
    return weeks(monday, max((last - monday).days // 7, 1), free)


def _first_ahead(seen: LongRange | None) -> dt.date:
    if seen is None or seen.frame.empty:
        raise PlanError("none of the queues can be forecast; write volumes.csv")
    first: dt.date = pd.Timestamp(seen.frame["start"].min()).date()
    return first


def months_between(periods: Sequence[Period]) -> list[str]:
    """Months that the periods touch, in order."""
    return list(dict.fromkeys(month_name(day) for period in periods for day in period.dates))


def week_shapes(
    project: Project, periods: Sequence[Period], seen: LongRange | None
) -> tuple[dict[str, QueueWeek], tuple[str, ...]]:
    """Week shape of each queue: from its history or benchmark, or even over its opening hours."""
    config = project.config
    free = set(project.holidays(periods[0].start, periods[-1].end))
    found, notes = {}, []
    for queue in config.queues:
        share = None if seen is None or seen.frame.empty else _seen_week(seen, queue.name)
        if share is None and queue.new is not None:
            share = BENCHMARKS[queue.new.profile].week(flat_week(queue, config.interval_s) > 0)
        elif share is None:
            share = flat_week(queue, config.interval_s)
            notes.append(
                f"queue {queue.name}: no history, so its contacts are spread evenly over its "
                "opening hours; real days have peaks and need more"
            )
        dates, on_holiday = opening_counts(queue.opening, periods, DAY_S // share.shape[1], free)
        found[queue.name] = QueueWeek(share, dates, on_holiday, queue.channel)
    return found, tuple(notes)


def flat_week(queue: Queue, interval_s: int) -> Floats:
    """The same share for every open interval of an ordinary week, shape (7, intervals)."""
    share = np.zeros((7, DAY_S // interval_s))
    for weekday, spans in enumerate(queue.opening.week):
        for start_s, end_s in spans:
            share[weekday, start_s // interval_s : -(-end_s // interval_s)] = 1.0
    return np.asarray(share / max(share.sum(), 1.0), float)


def _seen_week(seen: LongRange, queue: str) -> Floats | None:
    """Shape of an ordinary week: mean of each weekday × its profile."""
    profile = seen.profile[seen.profile["queue"] == queue]
    days = seen.days[(seen.days["queue"] == queue) & (seen.days["mean"] > 0)]
    if profile.empty or days.empty:
        return None
    level = days["mean"].groupby(days["date"].dt.day_of_week).median()
    table = profile.pivot_table(index="weekday", columns="start_s", values="share")
    share = table.to_numpy(float) * level.reindex(table.index, fill_value=0.0).to_numpy()[:, None]
    total = share.sum()
    return np.asarray(share / total, float) if total > 0 else None


def volumes_ahead(
    seen: LongRange, queues: Sequence[str], span: Sequence[str]
) -> tuple[Volume, ...]:
    """Contacts of each month by the long-range forecast.

    Raises
    ------
    InputError
        When a month of the plan is not among them.
    """
    frame = seen.frame.assign(month=seen.frame["start"].dt.strftime("%Y-%m"))
    if "aht_s" not in frame:
        frame["aht_s"] = np.nan
    frame["spread"] = (frame["q0.9"] - frame["q0.1"]) / (2 * _Z90 * frame["mean"])
    rows = {(row.queue, row.month): row for row in frame.itertuples()}
    first = min(row.month for row in rows.values())
    problems = [
        Problem(
            "the long-range forecast of the queue has no such month",
            "wfm.toml",
            0,
            "start",
            f"{queue} {month}",
            f"begin at {first} or later, or write volumes.csv",
        )
        for queue in queues
        for month in span
        if (queue, month) not in rows
    ]
    if problems:
        raise InputError(problems)
    found = []
    for queue in queues:
        for month in span:
            row = rows[queue, month]
            aht_s = None if np.isnan(row.aht_s) else float(row.aht_s)
            spread = 0.0 if np.isnan(row.spread) else float(row.spread)
            found.append(Volume(queue, month, float(row.mean), aht_s, None, spread))
    return tuple(found)


def queue_demand(
    project: Project,
    name: str,
    written: Sequence[Volume],
    periods: Sequence[Period],
    shapes: Mapping[str, QueueWeek],
) -> QueueDemand:
    """Contacts, handle time and the rest of one queue by period; months become weeks by date."""
    queue, settings = project.queues[name], project.config.capacity
    rows = {volume.month: volume for volume in written if volume.queue == name}
    part = _month_parts(periods, shapes[name], rows)
    given = dict(settings.outsourced).get(name, 0.0)

    def mean(values: Mapping[str, float]) -> tuple[float, ...]:
        return tuple(
            sum(values[month] * share for month, share in one.items()) / sum(one.values())
            for one in _days_in_months(periods)
        )

    contacts = tuple(
        sum(rows[month].contacts * share for month, share in one.items()) for one in part
    )
    usual = queue.aht_by_level_s[0] if queue.aht_by_level_s else queue.aht_s
    aht_s = {month: row.aht_s or usual for month, row in rows.items()}
    outsourced = {
        month: given if row.outsourced is None else row.outsourced for month, row in rows.items()
    }
    spread = {month: row.spread or 0.0 for month, row in rows.items()}
    target = queue.target
    cap = settings.max_occupancy if settings.max_occupancy else target.max_occupancy
    return QueueDemand(
        name,
        contacts,
        mean(aht_s),
        mean(outsourced),
        mean(spread),
        target.service_level,
        target.threshold_s,
        queue.patience_s,
        cap,
    )


def _days_in_months(periods: Sequence[Period]) -> list[dict[str, float]]:
    """Dates of each period by month."""
    found: list[dict[str, float]] = []
    for period in periods:
        counted: dict[str, float] = {}
        for day in period.dates:
            counted[month_name(day)] = counted.get(month_name(day), 0.0) + 1.0
        found.append(counted)
    return found


def _month_parts(
    periods: Sequence[Period], week: QueueWeek, rows: Mapping[str, Volume]
) -> list[dict[str, float]]:
    """Share of each month's contacts that falls into each period; a month is whole in itself."""
    if periods[0].months == 1.0:
        return [{period.name: 1.0} for period in periods]
    level = week.share.sum(axis=1)
    total: dict[str, float] = {}
    for month in rows:
        day = month_start(month)
        while month_name(day) == month:
            total[month] = total.get(month, 0.0) + level[day.weekday()]
            day += dt.timedelta(days=1)
    found: list[dict[str, float]] = []
    for period in periods:
        counted: dict[str, float] = {}
        for day in period.dates:
            month = month_name(day)
            share = level[day.weekday()] / total[month] if total[month] else 0.0
            counted[month] = counted.get(month, 0.0) + share
        found.append(counted)
    return found
