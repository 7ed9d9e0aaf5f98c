"""One queue of a night: looked at, forecast, staffed; values in, values out, in any process."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from wfm.config.nightly import Action, Gate
from wfm.domain import Queue, Shrinkage
from wfm.errors import WfmError
from wfm.forecast import Adjustment, Forecast, QueueCalendar, forecast
from wfm.pipeline.adjustments import lay_on
from wfm.pipeline.clock import to_utc_intervals
from wfm.pipeline.history import learnable
from wfm.pipeline.history_gates import Finding, queue_findings
from wfm.pipeline.new_queues import Ground, add_new_queues, expected_queues
from wfm.pipeline.run_record import digest
from wfm.schema import FORECAST, QUANTILES
from wfm.staffing import staff

__all__ = ["NightRules", "QueueJob", "QueueMade", "make_queue"]


@dataclass(frozen=True, slots=True)
class NightRules:
    """What holds for all queues of a night.

    Parameters
    ----------
    as_of
        Local time; only history before it is used.
    holidays
        Dates on which the holiday hours hold, from the first of the history to the horizon.
    recent_days
        Days before ``as_of`` that the gates look at.
    gates
        What each gate does.
    demand
        What the history is learnt for, ``offered`` or ``first-visits``.
    """

    as_of: dt.datetime
    horizon_days: int
    model: str
    interval_s: int
    timezone: str
    holidays: Mapping[dt.date, str]
    shrinkage: Shrinkage
    recent_days: int
    max_lag_s: int
    gates: Mapping[Gate, Action]
    demand: str = "offered"


@dataclass(frozen=True, slots=True)
class QueueJob:
    """A queue with its history by wall clock: queue, start, offered and sums.

    Parameters
    ----------
    kin, kin_calendar
        History and calendar of the queue that a new one is like; without rows for any other.
    """

    queue: Queue
    history: pd.DataFrame
    calendar: QueueCalendar
    adjustments: tuple[Adjustment, ...]
    rules: NightRules
    kin: pd.DataFrame
    kin_calendar: QueueCalendar | None = None

    @property
    def is_new(self) -> bool:
        """Whether the queue goes by what is expected of it."""
        return bool(expected_queues([self.queue], self.history))


@dataclass(frozen=True, slots=True)
class QueueMade:
    """What became of a queue.

    Parameters
    ----------
    status
        ok; held (to be kept back); fallback (nothing made, the last good one is to be carried on);
        skipped (cannot be forecast).
    forecast, requirement
        Rows by UTC interval, without run; empty unless made.
    """

    queue: str
    status: str
    findings: tuple[Finding, ...]
    problem: str
    forecast: pd.DataFrame
    requirement: pd.DataFrame
    inputs_hash: str
    results_hash: str
    models: str
    history_rows: int
    seconds: float


_NOTHING = pd.DataFrame()


def make_queue(job: QueueJob) -> QueueMade:
    """Look at a queue's history, then forecast and staff it unless a gate says otherwise."""
    began = time.perf_counter()
    rules, queue = job.rules, job.queue
    findings = (
        ()
        if job.is_new  # nothing is late or missing of a queue that has only just opened, or not yet
        else queue_findings(
            queue,
            job.history,
            origin=rules.as_of,
            interval_s=rules.interval_s,
            holidays=rules.holidays,
            recent_days=rules.recent_days,
            max_lag_s=rules.max_lag_s,
        )
    )
    actions = {rules.gates[Gate(finding.gate)] for finding in findings}
    made = QueueMade(
        queue=queue.name,
        status="held" if Action.HOLD in actions else "ok",
        findings=tuple(findings),
        problem="",
        forecast=_NOTHING,
        requirement=_NOTHING,
        inputs_hash=digest(job.history, job.kin, queue, job.calendar, job.adjustments, rules),
        results_hash="",
        models="",
        history_rows=len(job.history),
        seconds=0.0,
    )
    if Action.FALLBACK in actions:
        made = replace(made, status="fallback")
    else:
        made = _forecast_and_staff(job, made)
    return replace(made, seconds=time.perf_counter() - began)


def _forecast(job: QueueJob) -> Forecast:
    """Forecast from the queue's history, or from what is expected of a new one."""
    rules, name = job.rules, job.queue.name
    history = learnable(job.history, rules.demand, rules.timezone)
    expected = expected_queues([job.queue], history)
    result = forecast(
        history[~history["queue"].isin(expected)],
        {name: job.calendar},
        as_of=rules.as_of,
        horizon_days=rules.horizon_days,
        interval_s=rules.interval_s,
        model=rules.model,
    )
    calendars = {name: job.calendar}
    if job.queue.new is not None and job.kin_calendar is not None:
        calendars[job.queue.new.like] = job.kin_calendar
    both = pd.concat([history, learnable(job.kin, rules.demand, rules.timezone)])
    ground = Ground(both, calendars, rules.as_of, rules.horizon_days, rules.interval_s, QUANTILES)
    return add_new_queues(result, expected, ground)[0]


def _forecast_and_staff(job: QueueJob, made: QueueMade) -> QueueMade:
    rules, queue = job.rules, job.queue
    try:
        result = _forecast(job)
        if result.frame.empty:
            told = str(result.skipped[0][1]) if result.skipped else "no history"
            return replace(made, status="skipped", problem=told)
        local = lay_on(result.frame, job.adjustments)
        frame = to_utc_intervals(local, rules.timezone, rules.interval_s)
        need = staff(
            frame,
            {queue.name: queue},
            rules.shrinkage,
            timezone=rules.timezone,
            holidays=rules.holidays,
        )
    except (ValueError, WfmError) as error:
        # one queue that cannot be forecast or staffed must not cost the others their night
        return replace(made, status="skipped", problem=f"{queue.name}: {error}")
    frame = frame[[name for name in FORECAST.names if name in frame.columns]]
    blended = result.chosen[result.chosen["weight"] > 0]
    return replace(
        made,
        forecast=frame,
        requirement=need,
        results_hash=digest(frame, need),
        models=" + ".join(f"{row.model} {row.weight:.0%}" for row in blended.itertuples()),
    )
