"""How a centre stands: age of the forecast in force, last night, gates, alarms."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from wfm.errors import GateError
from wfm.pipeline.project import Project
from wfm.store import NIGHTLY, RUNNING, Run, Store, open_store

__all__ = ["Status", "status_of"]


@dataclass(frozen=True, slots=True)
class Status:
    """What ``wfm status`` tells.

    Parameters
    ----------
    troubles
        What a monitor should ring for; empty when all is well.
    """

    facts: dict[str, Any]
    lines: list[str]
    troubles: list[str]


def status_of(project: Project, *, now: dt.datetime) -> Status:
    """Status of a centre, read off its store."""
    with open_store(project.store) as store:
        good = store.versions.in_force()
        night = _last_night(store)
        broken = [run.run for run in store.nights.unfinished()]
        running = store.night_running()
        pinned = set(store.versions.pins()["run"])
    told = json.loads(night.summary) if night else {}
    age_h = _age_h(good, now)
    # a night that a gate held and a person has put in force is no trouble any more
    released = good is not None and night is not None and good.run == night.run
    ended = _ended(told) if not (released and told.get("exit_code") == GateError.exit_code) else []
    most_h = project.config.nightly.max_age_s / 3600
    troubles = [*_age_troubles(age_h, most_h), *ended, *told.get("alarms", [])]
    if broken and not running:
        troubles.append(f"night {broken[-1]} broke off; the next one takes it up")
    facts = {
        "in_force": good.run if good else None,
        "in_force_as_of": good.as_of if good else None,
        "in_force_age_h": age_h,
        "pinned": bool(good and good.run in pinned),
        "running": running,
        "last_night": night.run if night else None,
        **{key: told.get(key) for key in ("exit_code", "status", "why_not_in_force")},
        **{key: told.get(key, []) for key in ("findings", "alarms", "repairs")},
        "troubles": troubles,
    }
    return Status(facts, _lines(facts), troubles)


def _last_night(store: Store) -> Run | None:
    runs = store.runs()
    nights = runs[(runs["kind"] == NIGHTLY) & runs["finished_at"].notna()]
    nights = nights[nights["status"] != RUNNING]
    return Run(**nights.iloc[-1].to_dict()) if len(nights) else None


def _age_h(good: Run | None, now: dt.datetime) -> float | None:
    if good is None:
        return None
    made = good.finished_at if not pd.isna(good.finished_at) else good.created_at
    return round((now - made).total_seconds() / 3600, 2) if made else None


def _age_troubles(age_h: float | None, most_h: float) -> list[str]:
    if age_h is None:
        return ["no forecast is in force"]
    if age_h > most_h:
        return [f"the forecast in force is {age_h:.1f} h old, more than {most_h:g} h"]
    return []


def _ended(told: dict[str, Any]) -> list[str]:
    """How the last night went wrong, and what puts it in force all the same."""
    code, why = told.get("exit_code"), told.get("why_not_in_force")
    if not code:
        return []
    how = f"the last night ended with exit code {code}" + (f": {why}" if why else "")
    held = code == GateError.exit_code and why
    return [how + "; `wfm runs promote RUN` puts it in force all the same" * bool(held)]


def _lines(facts: dict[str, Any]) -> list[str]:
    force = (
        "none"
        if facts["in_force"] is None
        else (
            f"{facts['in_force']}, {facts['in_force_age_h']:.1f} h old"
            + ", pinned" * facts["pinned"]
        )
    )
    lines = [f"forecast in force  {force}"]
    if facts["last_night"]:
        how = f"{facts['status']}, exit code {facts['exit_code']}"
        lines.append(f"last night         {facts['last_night']}: {how}")
    if facts["running"]:
        lines.append("running now        a night is under way")
    for key in ("findings", "alarms", "repairs"):
        lines += [f"{key[:-1]:18} {text}" for text in facts[key]]
    lines += [f"trouble            {text}" for text in facts["troubles"]]
    return lines
