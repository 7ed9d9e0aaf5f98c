"""Versions of the forecast: compared, put in force, pinned, taken back, pruned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import ceil

import numpy as np
import pandas as pd

from wfm.config.nightly import Keep
from wfm.errors import PlanError, UsageError
from wfm.pipeline.project import Project
from wfm.store import ABANDONED, NIGHTLY, RUNNING, Run, Store, open_store

__all__ = [
    "beyond_noise",
    "diff_runs",
    "pin_run",
    "promote_run",
    "prunable",
    "prune_runs",
    "roll_back",
    "unpin_run",
]

_BAND = 1.96
"""Standard deviations of a Poisson count within which a change may be chance."""


def beyond_noise(
    store: Store, before: str | None, now: str, start: dt.datetime, noise: float
) -> pd.DataFrame:
    """Change of a new version against an older one by queue and week ahead.

    A change is beyond noise when it exceeds both the chance of a Poisson count and the share
    ``noise`` of the agent hours. Only weeks that both cover are compared.

    Returns
    -------
    pandas.DataFrame
        queue, lead_days (first of the week), contacts_before, contacts, agent_hours_before,
        agent_hours, beyond_noise.
    """
    spans = [store.versions.span("forecast", run) for run in (before, now) if run]
    names = ["contacts_before", "contacts", "agent_hours_before", "agent_hours"]
    last = min((span[1] for span in spans if span), default=start)
    # the last interval begins within the last day, whatever the clock change
    days = ceil((last - start) / dt.timedelta(days=1))
    weeks = days // 7 if before and len(spans) == 2 else 0
    if not weeks:
        return pd.DataFrame(columns=["queue", "lead_days", *names, "beyond_noise"])
    old, new = (store.versions.weekly_totals(str(run), start, weeks) for run in (before, now))
    out = new.merge(old, on=["week", "queue"], suffixes=("", "_before"))
    out["lead_days"] = 7 * out["week"] + 1
    chance = _BAND * np.sqrt(out["contacts_before"])
    hours = (out["agent_hours"] - out["agent_hours_before"]).abs()
    out["beyond_noise"] = ((out["contacts"] - out["contacts_before"]).abs() > chance) & (
        hours > noise * out["agent_hours_before"]
    )
    return out[["queue", "lead_days", *names, "beyond_noise"]]


def diff_runs(project: Project, first: str, second: str) -> pd.DataFrame:
    """Two runs by queue and in all: contacts, agent hours, most agents at a time, money.

    Only the time that both cover is compared. Money is the cost of the roster where both have one;
    else the agent hours at the mean rate of the contracts.

    Raises
    ------
    UsageError
        When there is no such run.
    PlanError
        When they have nothing in common.
    """
    with open_store(project.store) as store:
        for run in (first, second):
            _known(store, run)
        found = [
            next((s for t in _SPANNED if (s := store.versions.span(t, run))), None)
            for run in (first, second)
        ]
        for run, span in zip((first, second), found, strict=True):
            if span is None:
                raise PlanError(
                    f"run {run} has nothing to compare; it was pruned or made no forecast"
                )
        spans = [span for span in found if span]
        start, end = max(span[0] for span in spans), min(span[1] for span in spans)
        if start > end:
            raise PlanError(f"{first} and {second} have no time in common to compare")
        old, new = (store.versions.totals(run, start, end) for run in (first, second))
        costs = [store.versions.roster_cost(run, start, end) for run in (first, second)]
    table = new.add_suffix("_b").join(old.add_suffix("_a"), how="outer").fillna(0.0)
    total = table.sum().rename("all")
    out = pd.concat([table, total.to_frame().T]) if len(table) != 1 else table
    rate = _mean_rate(project)
    for side, cost in zip("ab", costs, strict=True):
        out[f"cost_{side}"] = out[f"agent_hours_{side}"] * rate
        if None not in costs and cost is not None:
            out[f"cost_{side}"] = np.nan
            out.loc[out.index[-1], f"cost_{side}"] = cost
    for name in _FIGURES:
        out[f"{name}_change"] = out[f"{name}_b"] - out[f"{name}_a"]
    names = [f"{name}_{part}" for name in _FIGURES for part in ("a", "b", "change")]
    return out[names].rename_axis("queue").reset_index()


_SPANNED = ("forecast", "requirement")
_FIGURES = ("contacts", "agents", "agent_hours", "cost")


def _mean_rate(project: Project) -> float:
    rates = [contract.cost_per_hour for contract in project.config.contracts]
    return sum(rates) / len(rates) if rates else 0.0


def _known(store: Store, run: str) -> Run:
    runs = store.runs()
    rows = runs[runs["run"] == run].to_dict("records")
    if not rows:
        raise UsageError(f"no run {run!r}; `wfm runs list` shows them")
    return Run(**rows[0])


def promote_run(project: Project, run: str, *, now: dt.datetime, reason: str | None) -> None:
    """Put a run in force.

    Raises
    ------
    UsageError
        When there is no such run, or it has nothing (any more) to be in force.
    """
    with open_store(project.store) as store:
        found = _known(store, run)
        if found.status in (RUNNING, ABANDONED):
            raise UsageError(f"run {run} is {found.status}; only finished runs go in force")
        if store.versions.span("forecast", run) is None:
            raise UsageError(f"run {run} has no forecast; it was pruned, or is of another kind")
        store.versions.promote(run, how="promote", at=now, reason=reason)


def roll_back(project: Project, *, now: dt.datetime, reason: str | None) -> tuple[str, str]:
    """Put the version before the one in force in force again; gives the old and the new one.

    Raises
    ------
    UsageError
        When there is no earlier version with results.
    """
    with open_store(project.store) as store:
        history = list(store.versions.promotions()["run"])
        if not history:
            raise UsageError("no run is in force yet; see `wfm runs promote`")
        current = history[-1]
        # going back twice goes two versions back, not to and fro
        line: list[str] = []
        for run in history:
            line = [*line[: line.index(run)], run] if run in line else [*line, run]
        earlier = [run for run in line[:-1] if store.versions.span("forecast", run)]
        if not earlier:
            raise UsageError(f"there is no version before {current} to go back to")
        store.versions.promote(earlier[-1], how="rollback", at=now, reason=reason)
        return current, earlier[-1]


def pin_run(project: Project, run: str, *, now: dt.datetime, reason: str | None) -> None:
    """Keep a run from being pruned and, while it is in force, from being replaced by nights."""
    with open_store(project.store) as store:
        _known(store, run)
        store.versions.pin(run, at=now, reason=reason)


def unpin_run(project: Project, run: str) -> None:
    """Let a pinned run go.

    Raises
    ------
    UsageError
        When it is not pinned.
    """
    with open_store(project.store) as store:
        if not store.versions.unpin(run):
            raise UsageError(f"run {run!r} is not pinned; `wfm runs list` shows which are")


def prunable(store: Store, keep: Keep, *, now: dt.datetime) -> list[str]:
    """Nights whose results may go: neither in force nor pinned, nor the last of a kept day or week.

    Of the nights made in the last ``keep.daily_days`` days the last one for each day is kept, of
    those of the last ``keep.weekly_days`` days the last one for each week; nights whose roster is
    still to come are kept, too.
    """
    runs = store.runs()
    nights = runs[
        (runs["kind"] == NIGHTLY) & runs["pruned_at"].isna() & (runs["status"] != RUNNING)
    ]
    if nights.empty:
        return []
    kept = {*store.versions.pins()["run"]}
    in_force = store.versions.in_force()
    kept |= {in_force.run} if in_force else set()
    kept |= set(store.versions.rosters_after(_still_to_come(in_force, now)))
    age_days = (pd.Timestamp(now) - nights["created_at"]).dt.days
    night = pd.to_datetime(nights["as_of"], format="ISO8601")
    day, week = night.dt.date, night.dt.strftime("%G-%V")
    for limit, group in ((keep.daily_days, day), (keep.weekly_days, week)):
        recent = age_days < limit
        kept |= set(nights.loc[recent].groupby(group[recent])["run"].last())
    return [run for run in nights["run"] if run not in kept]


def _still_to_come(in_force: Run | None, now: dt.datetime) -> dt.datetime:
    """Moment after which rosters matter: that of the version in force, where it is of the past."""
    if in_force is None or not in_force.as_of:
        return now
    # within a day of the centre's own clock, which is near enough for keeping
    return min(now, dt.datetime.fromisoformat(in_force.as_of).replace(tzinfo=dt.UTC))


def prune_runs(project: Project, *, now: dt.datetime, dry_run: bool) -> Sequence[str]:
    """Prune nights by the policy of wfm.toml; gives their names."""
    with open_store(project.store) as store:
        runs = prunable(store, project.config.nightly.keep, now=now)
        if not dry_run:
            store.versions.prune(runs, at=now)
    return runs
