"""History in, forecast out: every queue by itself, a bad one told and left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from wfm.errors import Problem
from wfm.forecast.calendar import QueueCalendar
from wfm.forecast.models import AUTO, check_model
from wfm.forecast.paths import PathSource
from wfm.forecast.queue_tables import QueueTables, QueueWork, Window, forecast_queue
from wfm.forecast.reconcile import group_calendar, group_history, group_table, reconciled
from wfm.intervals import DAY_S
from wfm.schema import QUANTILES

__all__ = ["Forecast", "check_history", "forecast"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What :func:`forecast` gives.

    Parameters
    ----------
    frame
        queue, start (naive local), mean, quantiles, aht_s; every slot of the horizon, exactly 0
        where closed. The mean of a day is the sum of its slots. ``aht_s`` is NaN for a queue
        without handle times.
    totals
        queue, level (day, week), start, mean, quantiles of whole days and of weeks from the
        first day on: narrower than the sum of the slots' quantiles, as errors cancel.
    chosen
        queue, model, weight, wape, trials: what was blended and how each model did.
    backtest
        Accuracy of the blend and the yardsticks at past origins: queue, model, level,
        lead_days (last of its bucket), n, wape, rmse, bias, floor, coverage_80, coverage_95.
    findings
        What of the history is no ordinary traffic: queue, kind (outage, odd day, level shift,
        event), first, last, contacts, effect, detail.
    special
        Holidays, days beside them and events ahead: queue, date, what, contacts, ordinary, factor,
        learned_from (past days that are alike).
    groups
        group, level (interval, day, week), start, mean, quantiles: means are the sums of the
        group's queues. Empty without groups.
    skipped
        (queue, problem) of queues that cannot be forecast.
    sources
        By queue what :func:`wfm.forecast.sample_paths` draws from.
    """

    frame: pd.DataFrame
    totals: pd.DataFrame
    chosen: pd.DataFrame
    backtest: pd.DataFrame
    findings: pd.DataFrame
    special: pd.DataFrame
    skipped: tuple[tuple[str, Problem], ...]
    sources: Mapping[str, PathSource] = field(default_factory=dict)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)


def check_history(history: pd.DataFrame, interval_s: int) -> None:
    """Refuse a frame that is no history.

    Raises
    ------
    ValueError
        When a column is missing or of the wrong kind, a count is negative, or the interval does
        not divide a day.
    """
    missing = [name for name in ("queue", "start", "offered") if name not in history.columns]
    if missing:
        raise ValueError(f"history has no column {', '.join(missing)}")
    if interval_s <= 0 or DAY_S % interval_s:
        raise ValueError(f"an interval of {interval_s} s does not divide a day")
    kind = history["start"].dtype
    if not isinstance(kind, np.dtype) or kind.kind != "M":
        raise ValueError(f"start must be naive local times (datetime64), got {kind}")
    if (history["offered"] < 0).any():
        raise ValueError("offered has negative counts")


def forecast(
    history: pd.DataFrame,
    calendars: Mapping[str, QueueCalendar],
    *,
    as_of: dt.datetime,
    horizon_days: int,
    interval_s: int,
    model: str = AUTO,
    quantiles: Sequence[float] = QUANTILES,
    groups: Mapping[str, Sequence[str]] | None = None,
    executor: Executor | None = None,
) -> Forecast:
    """Contacts and handle time of every queue for the days from ``as_of`` on.

    Parameters
    ----------
    history
        Columns queue, start (naive local wall clock), offered, and for handle time answered and
        talk_s [s]. Closed hours are absent. Only rows before ``as_of`` are used.
    calendars
        Opening hours and holidays by queue; a queue without one has its hours learned.
    as_of
        Local time of the origin. At local midnight the horizon is whole days; at another time
        the rest of that day comes first and the last day ends at the same time of day.
    horizon_days
        How far ahead [days], at least 1.
    interval_s
        Length of an interval [s]; divides a day.
    model
        ``auto`` or a name of :data:`wfm.forecast.models.MODELS`.
    quantiles
        Quantiles to give, each inside (0, 1).
    groups
        Queues by group: forecast together too, and reconciled day by day.
    executor
        Where the queues are worked on; None is here, one after the other.

    Raises
    ------
    ValueError
        When an argument or the frame as a whole is wrong. A queue that cannot be forecast is no
        error: it is in ``skipped`` and the others go on.

    Notes
    -----
    Slots are wall-clock slots: the hour that autumn repeats is one slot, the hour that spring
    skips is forecast too; the caller knows the time zone.
    """
    run = executor.map if executor else map
    check_model(model)
    check_history(history, interval_s)
    if horizon_days < 1:
        raise ValueError(f"the horizon must be at least a day, got {horizon_days}")
    if any(not 0 < q < 1 for q in quantiles):
        raise ValueError("quantiles must lie between 0 and 1")
    past = history[history["start"] < pd.Timestamp(as_of)]
    window = Window(as_of, horizon_days, interval_s, tuple(quantiles))
    works = [
        QueueWork(
            str(queue),
            past[past["queue"] == queue],
            calendars.get(queue, QueueCalendar()),
            model,
            window,
        )
        for queue in dict.fromkeys(history["queue"])
    ]
    made: dict[str, QueueTables] = {}
    skipped = []
    for work, told in zip(works, run(forecast_queue, works), strict=True):
        if isinstance(told, Problem):
            skipped.append((work.queue, told))
        else:
            made[work.queue] = told
    made, grouped = _in_groups(made, works, groups or {}, run)
    return Forecast(
        frame=_stacked([tables.frame for tables in made.values()]),
        totals=_stacked([tables.totals for tables in made.values()]),
        chosen=_stacked([tables.chosen for tables in made.values()]),
        backtest=_stacked([tables.backtest for tables in made.values()]),
        findings=_stacked([tables.findings for tables in made.values()]),
        special=_stacked([tables.special for tables in made.values()]),
        groups=_stacked(grouped),
        skipped=tuple(skipped),
        sources={queue: tables.source for queue, tables in made.items()},
    )


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _in_groups(
    made: dict[str, QueueTables],
    works: Sequence[QueueWork],
    groups: Mapping[str, Sequence[str]],
    run: Callable[..., Iterable[QueueTables | Problem]],
) -> tuple[dict[str, QueueTables], list[pd.DataFrame]]:
    """Queues reconciled with their groups, and the groups' tables."""
    members = {
        name: {queue: made[queue] for queue in queues if queue in made}
        for name, queues in groups.items()
    }
    members = {name: queues for name, queues in members.items() if queues}
    known = {work.queue: work for work in works}
    together = [_group_work(name, [known[queue] for queue in members[name]]) for name in members]
    out, tables = dict(made), []
    for name, told in zip(members, run(forecast_queue, together), strict=True):
        group = None if isinstance(told, Problem) else told
        queues = reconciled(members[name], group)
        out |= queues
        tables.append(group_table(name, queues, group))
    return out, tables


def _group_work(name: str, members: Sequence[QueueWork]) -> QueueWork:
    rows = group_history(pd.concat([work.rows for work in members]))
    calendar = group_calendar([work.calendar for work in members])
    return QueueWork(name, rows, calendar, members[0].model, members[0].window)
