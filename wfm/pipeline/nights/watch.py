"""A night with all that belongs to it: whatever happens, status file and hooks tell of it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wfm.errors import InputError, LockedError, StoreError, WfmError
from wfm.pipeline.nights.hooks import call_hooks
from wfm.pipeline.nights.nightly import Night, NightChoices, nightly
from wfm.pipeline.nights.report import failure_facts, summary_line, write_reports, write_status
from wfm.pipeline.project import Project
from wfm.store import open_store

__all__ = ["Watched", "watched_night"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """A night that came to its end, its status and what went wrong with the hooks."""

    night: Night
    status: dict[str, Any]
    hook_problems: list[str]


def watched_night(
    project: Project,
    choices: NightChoices,
    *,
    clock: Callable[[], dt.datetime],
    tell: Callable[[str], None] = lambda _: None,
) -> Watched:
    """Run the night, write its reports, status and metrics, call the hooks.

    Errors go on to the caller after status file and hooks have told them. A night that finds
    another one running leaves that one's status file alone.
    """
    folder = project.root / project.config.nightly.out
    hooks = project.config.nightly.hooks
    try:
        night = nightly(project, choices, clock=clock, tell=tell)
        _write_roster(project, night, clock())
        status = _status(project, night, clock())
        write_reports(folder, night, status)
    except Exception as error:
        facts = failure_facts(_exit_code(error), str(error) or type(error).__name__, now=clock())
        if not isinstance(error, LockedError):
            try:
                write_status(folder, facts)
            except OSError as full:
                log.error("%s: status not written: %s", folder, full.strerror)
        call_hooks(hooks, facts, root=project.root)
        raise
    told = {key: status[key] for key in ("run", "exit_code", "status", "seconds")}
    log.info("%s", status["summary"], extra={"facts": {"event": "night", **told}})
    return Watched(night, status, call_hooks(hooks, status, root=project.root))


def _exit_code(error: Exception) -> int:
    if isinstance(error, WfmError):
        return error.exit_code
    return InputError.exit_code if isinstance(error, OSError) else WfmError.exit_code


def _write_roster(project: Project, night: Night, now: dt.datetime) -> None:
    """Workbook of the rosters that the night made or mended, whole or not at all.

    Raises
    ------
    StoreError
        When its folder cannot be written; the rosters are safe in the store.
    """
    if not night.facts["replanned"]:
        return
    from wfm.pipeline.export import export
    from wfm.pipeline.people import read_people

    path = project.root / project.config.nightly.roster
    people = read_people(project.root / "agents.csv", project.config)
    try:
        export(project, people, "roster", path, now=now, run=night.run)
    except OSError as error:
        raise StoreError(
            f"{error.filename or path}: {error.strerror}; the rosters are safe in the store, the "
            "same command writes the workbook again"
        ) from error


def _status(project: Project, night: Night, finished_at: dt.datetime) -> dict[str, Any]:
    with open_store(project.store) as store:
        good = store.versions.in_force()
    accuracy = night.accuracy[["queue", "level", "lead_days", "wape", "bias"]]
    return {
        "run": night.run,
        "repeated": night.repeated,
        "summary": summary_line(night),
        "finished_at": finished_at.isoformat(),
        "good_run": good.run if good else None,
        "good_at": (good.finished_at or good.created_at).isoformat() if good else None,
        **night.facts,
        "accuracy": accuracy.to_dict("records"),
    }
