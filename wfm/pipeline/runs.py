"""What was made when: the runs of a centre."""

from __future__ import annotations

import json

import pandas as pd

from wfm.errors import UsageError
from wfm.pipeline.project import Project
from wfm.store import open_store

__all__ = ["all_runs", "run_facts"]


def all_runs(project: Project) -> pd.DataFrame:
    """All runs, newest first."""
    with open_store(project.store) as store:
        return store.runs().sort_values("created_at", ascending=False, ignore_index=True)


def run_facts(project: Project, run: str) -> dict[str, object]:
    """One run with its inputs and figures.

    Raises
    ------
    UsageError
        When there is no such run.
    """
    runs = all_runs(project)
    rows = runs[runs["run"] == run].to_dict("records")
    if not rows:
        raise UsageError(f"no run {run!r}; `wfm runs list` shows them")
    return {**rows[0], "summary": json.loads(rows[0]["summary"])}
