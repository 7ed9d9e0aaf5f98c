"""Deferred work of a whole roster, drawn and worked off by the agents that the plan has at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Channel, Queue
from wfm.pipeline.simulated_day import Simulation, day_figures
from wfm.queueing.arguments import Floats
from wfm.queueing.estimates import Estimate, estimate, ratio
from wfm.staffing.deferred import deferred_service

__all__ = ["DeferredDays", "deferred_days"]

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DeferredDays:
    """Figures of one queue (:func:`wfm.pipeline.simulated_day.day_figures`).

    Parameters
    ----------
    days
        A row for each day asked for.
    total
        One row for all of them.
    """

    days: pd.DataFrame
    total: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Replications by interval: contacts, those in time, wait and work [s], and the backlog."""

    contacts: Floats
    in_time: Floats
    wait_s: Floats
    worked_s: Floats
    backlog: Floats
    staffed_s: Floats


def deferred_days(
    source: np.random.Generator,
    queue: Queue,
    rows: pd.DataFrame,
    how: Simulation,
    present: float,
    *,
    asked: Collection[dt.date],
) -> DeferredDays:
    """Draw what comes in and work it off in order of arrival, the earliest deadline first.

    Parameters
    ----------
    rows
        Coverage of the queue over the whole roster, with its forecast and local interval start:
        what a day begins with is what the days before it have left.
    present
        Share of the scheduled agents that are on the contacts [fraction].
    asked
        Days to tell.

    Notes
    -----
    Counts are Poisson, work is the sum of so many handle times (gamma of the same mean and
    spread), agents work it off as a fluid. What is due after the roster's end and not done by then
    counts as in time.
    """
    line = _line(rows, queue)
    drawn = _draw(source, queue, line, how, line["scheduled"].to_numpy(float) * present)
    days = line.index.date
    told = [_figures(queue, line, drawn, days == day) for day in sorted(set(asked) & set(days))]
    total = _figures(queue, line, drawn, pd.Index(days).isin(asked))
    return DeferredDays(pd.DataFrame(told), pd.DataFrame([total]).drop(columns="day"))


def _line(rows: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    """Unbroken line of intervals by local start; nothing comes or is worked where no row was."""
    given = rows.set_index("interval_start").sort_index()
    step = f"{float(given['interval_s'].iloc[0]):.0f}s"
    line = given.reindex(pd.date_range(given.index[0], given.index[-1], freq=step))
    line = line.fillna({"offered": 0.0, "scheduled": 0.0, "aht_s": queue.aht_s})
    line["interval_s"] = given["interval_s"].iloc[0]
    offset = (given["local"] - given.index.tz_localize(None)).reindex(line.index).ffill()
    return line.set_index(pd.DatetimeIndex(line.index.tz_localize(None) + offset))


def _draw(
    source: np.random.Generator, queue: Queue, line: pd.DataFrame, how: Simulation, agents: Floats
) -> _Drawn:
    aht_s, spread = line["aht_s"].to_numpy(float), how.handle_time_cv**2
    size = (how.replications, len(line))
    contacts = source.poisson(line["offered"].to_numpy(float), size).astype(float)
    work_s = contacts * aht_s
    if spread > 0:
        work_s = source.gamma(contacts / spread, spread * aht_s)
    in_time, wait_s, backlog = np.zeros(size), np.zeros(size), np.zeros(size)
    for at, work in enumerate(work_s):
        told = deferred_service(line.assign(offered=work / aht_s), agents, queue)
        in_time[at], wait_s[at], backlog[at] = told.within_promise, told.mean_wait_s, told.backlog
    left_s = backlog * queue.aht_s
    before_s = np.column_stack([np.full(len(left_s), queue.backlog * queue.aht_s), left_s[:, :-1]])
    staffed_s = agents * line["interval_s"].to_numpy(float)
    worked_s = before_s + work_s - left_s
    return _Drawn(contacts, in_time * contacts, wait_s, worked_s, backlog, staffed_s)


def _figures(queue: Queue, line: pd.DataFrame, drawn: _Drawn, at: _Mask) -> dict[str, object]:
    """Figures of the intervals of a day, or of all days."""
    contacts, wait_s = drawn.contacts[:, at], drawn.wait_s[:, at]
    known = np.where(np.isfinite(wait_s), contacts, 0.0)
    answer_s = ratio((known * np.nan_to_num(wait_s)).sum(axis=1), known.sum(axis=1))
    busy = ratio(drawn.worked_s[:, at].sum(axis=1), np.full(len(known), drawn.staffed_s[at].sum()))
    by_interval = ratio(drawn.in_time[:, at].sum(axis=0), contacts.sum(axis=0))
    return day_figures(
        queue.name,
        Channel.DEFERRED,
        line[at],
        level=estimate(ratio(drawn.in_time[:, at].sum(axis=1), contacts.sum(axis=1))),
        abandoned=Estimate(np.asarray(0.0), np.asarray(0.0)),
        answer_s=estimate(answer_s),
        by_interval=by_interval,
        occupancy=float(estimate(busy).mean),
        backlog=estimate(drawn.backlog[:, at][:, -1]),
    )
