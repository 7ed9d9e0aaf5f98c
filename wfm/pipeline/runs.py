"""What was made when: the runs of a centre, and how right those in force were."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd

from wfm.errors import UsageError
from wfm.pipeline.nights.ledger import accuracy_table
from wfm.pipeline.project import Project
from wfm.store import open_store

__all__ = ["all_runs", "ledger_table", "run_facts"]


def all_runs(project: Project) -> pd.DataFrame:
    """All runs, newest first; ``mark`` says which is in force, which are pinned or pruned."""
    with open_store(project.store) as store:
        runs = store.runs().sort_values("created_at", ascending=False, ignore_index=True)
        in_force = getattr(store.versions.in_force(), "run", None)
        pinned = set(store.versions.pins()["run"])
    marks = pd.DataFrame(
        {
            "in force": runs["run"] == in_force,
            "pinned": runs["run"].isin(pinned),
            "pruned": runs["pruned_at"].notna(),
        }
    )
    words = [", ".join(marks.columns[row]) for row in marks.to_numpy(dtype=bool)]
    return runs.assign(mark=pd.Series(words, dtype="object", index=runs.index))


def run_facts(project: Project, run: str) -> dict[str, object]:
    """One run with its inputs and figures.

    Raises
    ------
    UsageError
        When there is no such run.
    """
    runs = all_runs(project)
    rows = runs[runs["run"] == run].astype("object")
    if rows.empty:
        raise UsageError(f"no run {run!r}; `wfm runs list` shows them")
    row = rows.where(rows.notna(), None).to_dict("records")[0]
    return {**row, "summary": json.loads(row["summary"])}


def ledger_table(project: Project, *, now: dt.datetime, days: int) -> pd.DataFrame:
    """Accuracy of the versions in force by queue, level and lead time over the last days."""
    with open_store(project.store) as store:
        ledger = store.versions.accuracy((now - dt.timedelta(days=days)).date())
    return accuracy_table(ledger)
