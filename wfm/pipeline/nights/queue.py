"""One queue of a night: looked at, forecast, staffed; values in, values out, in any process.

A queue of a group waits between forecast and staffing until its group is there; see
:mod:`wfm.pipeline.nights.queues`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from wfm.config.nightly import Action, Gate
from wfm.domain import Queue, Shrinkage
from wfm.errors import Problem, WfmError
from wfm.forecast import Adjustment, QueueCalendar, forecast
from wfm.forecast.learnt import Learnt
from wfm.forecast.models import check_model
from wfm.forecast.queue_tables import QueueTables, QueueWork, Window, forecast_queue
from wfm.forecast.reconcile import GroupSum
from wfm.pipeline.adjustments import lay_on
from wfm.pipeline.clock import to_utc_intervals
from wfm.pipeline.learnable import learnable
from wfm.pipeline.new_queues import Ground, add_new_queues, expected_queues
from wfm.pipeline.nights.choice import KeptChoice, ground_of
from wfm.pipeline.nights.history_gates import Finding, queue_findings
from wfm.pipeline.run_record import digest
from wfm.schema import FORECAST, QUANTILES
from wfm.staffing import staff

if TYPE_CHECKING:
    from wfm.store import NewChoice

__all__ = [
    "Draft",
    "NightRules",
    "QueueJob",
    "QueueMade",
    "finish_queue",
    "make_queue",
    "settled_before",
]

_BRING_IN = "bring its history in, or say what to expect with new = { … } in wfm.toml"


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

    @property
    def window(self) -> Window:
        """What is to be forecast."""
        return Window(self.as_of, self.horizon_days, self.interval_s, tuple(QUANTILES))

    @property
    def of_models(self) -> tuple[object, ...]:
        """What a choice of models rests on."""
        return (self.horizon_days, self.model, self.interval_s, self.timezone, self.demand)


@dataclass(frozen=True, slots=True)
class QueueJob:
    """A queue with its history by wall clock: queue, start, offered and sums.

    Parameters
    ----------
    kin, kin_calendar
        History and calendar of the queue that a new one is like; without rows for any other.
    kept
        Choice of models of an earlier night that it may go by.
    why_anew
        Why there is none.
    group
        Group that it is forecast together with; empty without.
    """

    queue: Queue
    history: pd.DataFrame
    calendar: QueueCalendar
    adjustments: tuple[Adjustment, ...]
    rules: NightRules
    kin: pd.DataFrame
    kin_calendar: QueueCalendar | None = None
    kept: KeptChoice | None = None
    why_anew: str = ""
    group: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the queue goes by what is expected of it."""
        return self.queue.new is not None and bool(expected_queues([self.queue], self.history))


@dataclass(frozen=True, slots=True)
class Draft:
    """Forecast of a queue before it is reconciled with its group and staffed.

    Parameters
    ----------
    past
        What it was learned from, until it is added up with that of the others.
    """

    job: QueueJob
    tables: QueueTables
    past: GroupSum | None


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
    kept_run
        Night whose choice of models it goes by; empty when they were tried anew.
    why_anew
        Why they were.
    new_choices
        What trials taught of the queue, and of the group that it completes.
    draft
        What its group waits for.
    """

    queue: str
    status: str
    findings: tuple[Finding, ...]
    inputs_hash: str
    history_rows: int
    group: str = ""
    problem: str = ""
    forecast: pd.DataFrame = field(default_factory=pd.DataFrame)
    requirement: pd.DataFrame = field(default_factory=pd.DataFrame)
    results_hash: str = ""
    models: str = ""
    kept_run: str = ""
    why_anew: str = ""
    new_choices: tuple[NewChoice, ...] = ()
    draft: Draft | None = None
    seconds: float = 0.0


def make_queue(job: QueueJob) -> QueueMade:
    """Look at a queue's history, then forecast and staff it unless a gate says otherwise.

    A queue of a group is not staffed yet: its ``draft`` waits for the others.
    """
    began = time.perf_counter()
    findings = _findings(job)
    actions = {job.rules.gates[Gate(finding.gate)] for finding in findings}
    made = QueueMade(
        queue=job.queue.name,
        status="held" if Action.HOLD in actions else "ok",
        findings=findings,
        inputs_hash=digest(
            *(job.history, job.kin, job.queue, job.calendar, job.adjustments, job.rules, job.kept)
        ),
        history_rows=len(job.history),
        group=job.group,
    )
    if Action.FALLBACK in actions:
        made = replace(made, status="fallback")
    else:
        try:
            made = _expected(job, made) if job.is_new else _forecast(job, made)
        except (ValueError, WfmError) as error:
            made = _skipped(made, error)
    return replace(made, seconds=time.perf_counter() - began)


def _skipped(made: QueueMade, problem: object) -> QueueMade:
    """One queue that cannot be forecast or staffed must not cost the others their night."""
    return replace(made, status="skipped", problem=str(problem), draft=None)


def _findings(job: QueueJob) -> tuple[Finding, ...]:
    if job.is_new:
        return ()  # nothing is late or missing of a queue that has only just opened, or not yet
    rules = job.rules
    found = queue_findings(
        job.queue,
        job.history,
        origin=rules.as_of,
        interval_s=rules.interval_s,
        timezone=rules.timezone,
        holidays=rules.holidays,
        recent_days=rules.recent_days,
        max_lag_s=rules.max_lag_s,
        planned=_planned(job.calendar),
    )
    return tuple(found)


def _planned(calendar: QueueCalendar) -> set[dt.date]:
    """Dates that an event touches."""
    days = (
        event.first + dt.timedelta(k)
        for event in calendar.events
        for k in range((event.last - event.first).days + 1)
    )
    return set(days)


def _expected(job: QueueJob, made: QueueMade) -> QueueMade:
    """Forecast from what is expected of a new queue, and staff it."""
    rules, name = job.rules, job.queue.name
    history = learnable(job.history, rules.demand, rules.timezone)
    calendars = {name: job.calendar}
    if job.queue.new is not None and job.kin_calendar is not None:
        calendars[job.queue.new.like] = job.kin_calendar
    both = pd.concat([history, learnable(job.kin, rules.demand, rules.timezone)])
    ground = Ground(both, calendars, rules.as_of, rules.horizon_days, rules.interval_s, QUANTILES)
    expected = expected_queues([job.queue], history)
    nothing = forecast(
        history.iloc[:0],
        {},
        as_of=rules.as_of,
        horizon_days=rules.horizon_days,
        interval_s=rules.interval_s,
    )
    result, _ = add_new_queues(nothing, expected, ground)
    if result.frame.empty:
        return replace(made, status="skipped", problem=str(result.skipped[0][1]))
    return _staffed(job, replace(made, models="estimates 100%"), result.frame)


def _forecast(job: QueueJob, made: QueueMade) -> QueueMade:
    """Forecast a queue by the models of an earlier night, or of trials of its own; staff it."""
    rules, name = job.rules, job.queue.name
    check_model(rules.model)
    if job.history.empty:
        return _skipped(made, Problem("no history", fix=_BRING_IN))
    rows = learnable(job.history, rules.demand, rules.timezone)
    kept, why = _usable(job, made.findings)
    learnt = Learnt.from_text(kept.learnt) if kept else None
    work = QueueWork(name, rows, job.calendar, rules.model, rules.window, brief=True, learnt=learnt)
    told = forecast_queue(work)
    if not isinstance(told, QueueTables):
        return replace(made, status="skipped", problem=str(told))
    weighed = told.chosen[told.chosen["weight"] > 0]
    made = replace(
        made, models=" + ".join(f"{row.model} {row.weight:.0%}" for row in weighed.itertuples())
    )
    if told.kept and kept:
        made = replace(made, kept_run=kept.run)
    else:
        made = replace(made, why_anew=why or "a shift of level")
    if made.why_anew and made.status == "ok" and told.learnt is not None:
        from wfm.store import NewChoice  # a process that tries no models loads no database

        choice = NewChoice(name, _ground(job, rules.as_of), told.learnt.to_text())
        made = replace(made, new_choices=(choice,))
    if job.group:
        empty = job.history.iloc[:0]
        # planners' changes are laid on once the group is there
        small_job = replace(job, history=empty, kept=None, adjustments=())
        return replace(made, draft=Draft(small_job, told, GroupSum.of(rows)))
    return _staffed(job, made, told.frame)


def _usable(job: QueueJob, findings: tuple[Finding, ...]) -> tuple[KeptChoice | None, str]:
    """Choice of models that still holds, or why there is none."""
    if job.kept is None:
        return None, job.why_anew or "first choice"
    if any(finding.gate == Gate.JUMP for finding in findings):
        return None, "a jump"
    if _ground(job, job.kept.as_of) != job.kept.ground:
        return None, "settings, calendar or settled history changed"
    return job.kept, ""


def _ground(job: QueueJob, as_of: dt.datetime) -> str:
    settled = settled_before(job.history, as_of, job.rules.recent_days)
    return ground_of(job.rules.of_models, [job.calendar], settled)


def settled_before(history: pd.DataFrame, as_of: dt.datetime, open_days: int) -> pd.DataFrame:
    """History from before the days that were open for late data in a night."""
    settled = pd.Timestamp(as_of) - pd.Timedelta(days=open_days)
    return history[history["start"] < settled]


def finish_queue(ready: tuple[QueueMade, pd.DataFrame]) -> QueueMade:
    """Staff a queue of a group, with its forecast as reconciled."""
    made, frame = ready
    began = time.perf_counter()
    if made.draft is None:
        return made
    try:
        done = _staffed(made.draft.job, made, frame)
    except (ValueError, WfmError) as error:
        done = _skipped(made, error)
    seconds = made.seconds + time.perf_counter() - began
    return replace(done, draft=None, seconds=seconds)


def _staffed(job: QueueJob, made: QueueMade, local: pd.DataFrame) -> QueueMade:
    """Forecast by wall clock with planners' changes laid on, and the agents that it takes."""
    rules, queue = job.rules, job.queue
    frame = to_utc_intervals(lay_on(local, job.adjustments), rules.timezone, rules.interval_s)
    need = staff(
        frame,
        {queue.name: queue},
        rules.shrinkage,
        timezone=rules.timezone,
        holidays=rules.holidays,
    )
    frame = frame[[name for name in FORECAST.names if name in frame.columns]]
    return replace(made, forecast=frame, requirement=need, results_hash=digest(frame, need))
