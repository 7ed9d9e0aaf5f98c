"""The night: bring in, look, forecast, staff, compare, re-plan what is open, tell how it went."""

from __future__ import annotations

import datetime as dt
import gc
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from wfm.config.nightly import Action, Gate
from wfm.errors import GateError, PartialError, PlanError
from wfm.pipeline.executor import at_a_time, executor
from wfm.pipeline.nights.choice import choices_at
from wfm.pipeline.nights.ledger import accuracy_table, bias_alarms, frozen_versions, queue_ledger
from wfm.pipeline.nights.queue import QueueMade
from wfm.pipeline.nights.queues import NightInputs, make_queues, with_their_groups
from wfm.pipeline.nights.sources import BroughtIn, bring_in, late_by_day, utc_of
from wfm.pipeline.project import NOTES, Project
from wfm.pipeline.run_record import digest, new_run
from wfm.pipeline.versions import beyond_noise, prunable
from wfm.store import HELD, NIGHTLY, RUNNING, NightLock, QueueOutcome, Run, Store, open_store

__all__ = ["Night", "NightChoices", "nightly"]

log = logging.getLogger(__name__)

_LEDGER_DAYS = 28
"""Days over which the accuracy of a night's report is summed."""
_TOLD = 200
"""Findings kept with a run; the rest is counted."""


@dataclass(frozen=True, slots=True)
class NightChoices:
    """What a user may choose of a night.

    Parameters
    ----------
    as_of
        Local time; only history before it is used. Last midnight unless given.
    workers
        Processes; as in wfm.toml unless given.
    cluster
        Address of a Dask scheduler.
    """

    as_of: dt.datetime | None = None
    workers: int | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """How a night went.

    Parameters
    ----------
    facts
        Its summary: exit_code, status, queues by status, contacts, agent hours, findings …
    late
        Corrections since the night before, by queue and day.
    changes
        Against the version that was in force, by queue and week ahead.
    accuracy
        Of the versions in force, by queue, level and lead.
    queues
        What became of each queue.
    repeated
        Whether the same night had been there, so that nothing was done.
    """

    run: str
    facts: Mapping[str, Any]
    late: pd.DataFrame
    changes: pd.DataFrame
    accuracy: pd.DataFrame
    queues: pd.DataFrame
    repeated: bool = False

    @property
    def exit_code(self) -> int:
        """Exit code that tells how it went."""
        return int(self.facts["exit_code"])


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps of a night share."""

    project: Project
    store: Store
    lock: NightLock
    run: Run
    clock: Callable[[], dt.datetime]
    as_of: dt.datetime
    in_force: Run | None

    @property
    def timezone(self) -> str:
        return self.project.config.timezone

    def utc(self, days: int = 0) -> dt.datetime:
        """Moment of the night, or so many local days after it."""
        return utc_of(self.as_of + dt.timedelta(days=days), self.timezone)


def nightly(
    project: Project,
    choices: NightChoices,
    *,
    clock: Callable[[], dt.datetime],
    tell: Callable[[str], None] = lambda _: None,
) -> Night:
    """Run the night of a centre, once.

    The run key is as-of, inputs and code version: where that night is there already, nothing is
    done; where it broke off, it is taken up again after the last queue that was kept.

    Parameters
    ----------
    clock
        The present moment.
    tell
        Called with a line when a step begins.

    Raises
    ------
    LockedError
        When another night is running.
    StoreError
        When the database cannot be read or written; the next night takes this one up.
    InputError
        When events.csv or adjustments.csv is wrong.
    """
    began, now = time.perf_counter(), clock()
    as_of = choices.as_of or _last_midnight(project, now)
    with open_store(project.store) as store, store.night_lock() as lock:
        repairs = [f"a lock left by {lock.dead} was taken over"] if lock.dead else []
        tell("bringing in")
        brought = bring_in(project, store, as_of=as_of, now=now)
        run = _key(project, store, brought, as_of, now)
        there = store.nights.same(run)
        repairs += _clear(store, there)
        if there is not None and there.status != RUNNING:
            return _told(project, store, there.run, json.loads(there.summary), repeated=True)
        if there is None:
            inputs = {
                "wfm.toml": project.config.text,
                **dict(zip(NOTES, project.notes, strict=True)),
            }
            store.nights.begin(run, inputs)
        in_force = store.versions.in_force()
        work = _Work(project, store, lock, there or run, clock, as_of, in_force)
        tell("forecasting")
        _queues(work, choices, tell)
        lock.check()
        return _finish(work, brought, repairs, began, tell)


def _last_midnight(project: Project, now: dt.datetime) -> dt.datetime:
    local = pd.Timestamp(now).tz_convert(project.config.timezone)
    return dt.datetime.combine(local.date(), dt.time())


def _key(
    project: Project, store: Store, brought: BroughtIn, as_of: dt.datetime, now: dt.datetime
) -> Run:
    """The run that this night would be, with the hash of all that it goes by."""
    config = project.config
    people = ("agents.csv", "leave.csv", "wishes.csv") if config.nightly.plan_weeks else ()
    texts = [
        path.read_text("utf-8-sig") if (path := project.root / name).is_file() else ""
        for name in people
    ]
    known = store.last_import(before=utc_of(as_of, config.timezone))
    choices = choices_at(store, config, as_of, known_at=now).inputs
    inputs = digest(config.text, project.notes, texts, known, brought.findings, choices)
    taken = list(store.runs()["run"])
    run = new_run(NIGHTLY, inputs, now=now, taken=taken, as_of=as_of, status=RUNNING)
    return replace(run, known_import=store.last_import())


def _clear(store: Store, same: Run | None) -> list[str]:
    """Take away what nights left that broke off, but for the one that goes on; say so."""
    told = []
    for run in store.nights.unfinished():
        done = len(store.nights.queues(run.run))
        if same is not None and run.run == same.run:
            told.append(f"night {run.run} had broken off after {done} queues and is taken up again")
        else:
            store.nights.discard(run.run)
            told.append(f"night {run.run} had broken off after {done} queues; they were taken away")
    for line in told:
        log.warning("%s", line, extra={"facts": {"event": "repaired"}})
    return told


# -- queues ----------------------------------------------------------------------------------------


def _queues(work: _Work, choices: NightChoices, tell: Callable[[str], None]) -> None:
    """Forecast and staff every queue that is not there yet, each kept in one transaction."""
    config = work.project.config
    done = set(work.store.nights.queues(work.run.run)["queue"])
    versions = frozen_versions(work.store)
    names = [queue.name for queue in config.queues if queue.name not in done]
    kept = choices_at(work.store, config, work.as_of, known_at=work.run.created_at)
    inputs = NightInputs(work.project, work.store, work.as_of, work.run.known_import, kept)
    workers = choices.workers or config.nightly.workers
    gc.freeze()  # millions of cells are read; what is loaded by now needs no more looking through
    with executor(workers=workers, cluster=choices.cluster) as where:
        wanted, ahead = with_their_groups(work.project, names), 2 * at_a_time(where, workers)
        # a queue that was kept already is made once more where others of its group were not
        fresh = (
            one for one in make_queues(where, inputs, wanted, ahead=ahead) if one.queue not in done
        )
        for count, one in enumerate(fresh, 1):
            outcome, tables = _outcome(work, one)
            ledger = queue_ledger(
                work.store,
                one.queue,
                versions,
                as_of=work.as_of,
                days=config.nightly.reopen_days,
                timezone=work.timezone,
            )
            work.lock.check()
            chosen = any(choice.queue == one.queue for choice in one.new_choices)
            settled = work.utc(-config.nightly.reopen_days) if chosen else None
            work.store.nights.save_queue(
                outcome, tables, ledger, one.new_choices, settled_before=settled
            )
            tell(f"forecasting ({count + len(done)} of {len(names) + len(done)})")
            facts = {"event": "queue", "queue": one.queue, "status": outcome.status}
            log.info("%s: %s", one.queue, outcome.status, extra={"facts": facts})


def _outcome(work: _Work, made: QueueMade) -> tuple[QueueOutcome, dict[str, pd.DataFrame]]:
    """Row and tables of a queue; those of the version in force where it falls back."""
    told = [f"{finding.gate}: {finding.what}" for finding in made.findings]
    status, source = made.status, None
    tables = {"forecast": made.forecast, "requirement": made.requirement}
    if status == "fallback":
        tables = _carried_on(work, made.queue)
        source = work.in_force.run if work.in_force else None
        if tables["forecast"].empty:
            status, source = "held", None
            told.append("there is no earlier forecast to fall back to")
    if made.problem:
        told.append(made.problem)
    need = tables["requirement"]
    contacts = float(tables["forecast"]["mean"].sum()) if len(tables["forecast"]) else None
    hours = (
        float((need["agents_required"] * need["interval_s"]).sum() / 3600) if len(need) else None
    )
    outcome = QueueOutcome(
        run=work.run.run,
        queue=made.queue,
        status=status,
        message="; ".join(told) or None,
        source_run=source,
        inputs_hash=made.inputs_hash,
        results_hash=made.results_hash or None,
        models=made.models or None,
        history_rows=made.history_rows,
        contacts=contacts,
        agent_hours=hours,
        seconds=made.seconds,
        choice_run=made.kept_run or (work.run.run if made.why_anew else None),
        choice_why=made.why_anew or None,
    )
    return outcome, {name: frame for name, frame in tables.items() if len(frame)}


def _carried_on(work: _Work, queue: str) -> dict[str, pd.DataFrame]:
    """What is left of a queue's forecast in force."""
    if work.in_force is None:
        return {"forecast": pd.DataFrame(), "requirement": pd.DataFrame()}
    end = work.utc(work.project.config.forecast.horizon_days)
    return {
        name: work.store.versions.rows(name, [work.in_force.run], queue, work.utc(), end).drop(
            columns=["run"]
        )
        for name in ("forecast", "requirement")
    }


# -- the end of the night --------------------------------------------------------------------------


def _finish(
    work: _Work,
    brought: BroughtIn,
    repairs: list[str],
    began: float,
    tell: Callable[[str], None],
) -> Night:
    """Compare, re-plan, close the run and put it in force unless something speaks against it."""
    settings, store = work.project.config.nightly, work.store
    queues = store.nights.queues(work.run.run)
    held_source = bool(brought.findings) and settings.gates[Gate.SOURCE] is Action.HOLD
    exit_code = _exit_code(queues["status"], held_source=held_source)
    why_not = _why_not(work, exit_code)
    before = work.in_force.run if work.in_force else None
    changes = beyond_noise(store, before, work.run.run, work.utc(), settings.noise)
    replanned, problems = _replanned(work, tell) if not why_not else ([], [])
    if problems:
        exit_code = exit_code or PartialError.exit_code
    known_before = _known_before(store, work.run)
    new, changed = store.rows_since(known_before)
    alarms = bias_alarms(_ledger(store, work.as_of), days=settings.alarm_days)
    findings = [f"{finding.gate}: {finding.message}" for finding in brought.findings]
    findings += [f"{row.queue}: {row.message}" for row in queues.itertuples() if row.message]
    findings += problems
    facts: dict[str, object] = {
        "exit_code": exit_code,
        "status": HELD if why_not and exit_code else ("partial" if exit_code else "ok"),
        "as_of": work.as_of.isoformat(),
        "code_version": work.run.code_version,
        "in_force": not why_not,
        "why_not_in_force": why_not,
        "queues": {str(k): int(v) for k, v in queues["status"].value_counts().items()},
        "model": work.project.config.forecast.model,
        "contacts": float(queues["contacts"].sum()),
        "agent_hours": float(queues["agent_hours"].sum()),
        "files": brought.files,
        "rows_new": new,
        "rows_changed": changed,
        "rows_closed": brought.closed,
        "known_before": known_before,
        "compared_with": before,
        "weeks_changed": int(changes["beyond_noise"].sum()) if len(changes) else 0,
        "replanned": replanned,
        "choices": _choices(queues, work.run.run),
        "alarms": [alarm.message for alarm in alarms],
        "alarmed": sorted(alarm.queue for alarm in alarms),
        "findings": findings[:_TOLD],
        "findings_untold": max(len(findings) - _TOLD, 0),
        "repairs": repairs,
        "seconds": round(time.perf_counter() - began, 3),
    }
    now = work.clock()
    store.nights.finish(
        work.run.run, status=str(facts["status"]), summary=facts, now=now, promote=not why_not
    )
    store.versions.prune(prunable(store, settings.keep, now=now), at=now)
    return _told(work.project, store, work.run.run, facts, changes=changes)


def _replanned(work: _Work, tell: Callable[[str], None]) -> tuple[list[str], list[str]]:
    """Runs of the rosters that were made or mended, and why there is none."""
    if not work.project.config.nightly.plan_weeks:
        return [], []
    from wfm.pipeline.nights.plan import replan_weeks  # the schedulers, which few nights need

    tell("planning")
    try:
        return replan_weeks(work.project, work.store, work.run.run, as_of=work.as_of), []
    except PlanError as error:
        return [], [f"no roster: {error}"]


def _choices(queues: pd.DataFrame, run: str) -> dict[str, int]:
    """Queues whose models were kept from an earlier night, and that had them tried anew."""
    known = queues["choice_run"].dropna()
    return {"kept": int((known != run).sum()), "anew": int((known == run).sum())}


def _ledger(store: Store, as_of: dt.datetime) -> pd.DataFrame:
    first, last = as_of.date() - dt.timedelta(days=_LEDGER_DAYS), as_of.date().isoformat()
    ledger = store.versions.accuracy(first)
    return ledger[ledger["day"] < last]


def _told(
    project: Project,
    store: Store,
    run: str,
    facts: Mapping[str, Any],
    *,
    changes: pd.DataFrame | None = None,
    repeated: bool = False,
) -> Night:
    """A finished night with its tables, all read off the store: so a lost report comes again."""
    as_of = dt.datetime.fromisoformat(facts["as_of"])
    if changes is None:
        start = utc_of(as_of, project.config.timezone)
        noise = project.config.nightly.noise
        changes = beyond_noise(store, facts["compared_with"], run, start, noise)
    late = late_by_day(store, facts["known_before"], project.config.timezone)
    ledger = accuracy_table(_ledger(store, as_of))
    return Night(run, facts, late, changes, ledger, store.nights.queues(run), repeated)


def _exit_code(statuses: pd.Series, *, held_source: bool) -> int:
    if held_source or (statuses == "held").any():
        return GateError.exit_code
    if (statuses == "skipped").all():
        return PlanError.exit_code
    if (statuses == "fallback").all():
        return GateError.exit_code
    if (statuses != "ok").any():
        return PartialError.exit_code
    return 0


def _why_not(work: _Work, exit_code: int) -> str:
    """Why the night does not go in force; empty when it does."""
    if exit_code in (GateError.exit_code, PlanError.exit_code):
        return "a gate holds it back" if exit_code == GateError.exit_code else "no queue forecast"
    if work.in_force is None:
        return ""
    if work.in_force.run in set(work.store.versions.pins()["run"]):
        return f"run {work.in_force.run} is pinned"
    if work.in_force.as_of and dt.datetime.fromisoformat(work.in_force.as_of) > work.as_of:
        return f"run {work.in_force.run} in force is of a later day"
    return ""


def _known_before(store: Store, run: Run) -> int:
    """Last import that the night before knew; 0 for the first night."""
    runs = store.runs()
    nights = runs[(runs["kind"] == NIGHTLY) & runs["finished_at"].notna()]
    earlier = nights[(nights["run"] != run.run) & (nights["created_at"] <= run.created_at)]
    return int(earlier["known_import"].max()) if len(earlier) else 0
