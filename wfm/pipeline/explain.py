"""Walk a requirement back to its inputs."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from wfm.errors import PlanError
from wfm.pipeline.project import Project
from wfm.pipeline.staff import stored_rows
from wfm.staffing import Explanation, explain

__all__ = ["explain_requirement"]


def explain_requirement(
    project: Project, queue: str, start: dt.datetime, *, run: str | None = None
) -> tuple[str, Explanation]:
    """Run and explanation of one interval's requirement.

    Parameters
    ----------
    start
        Start of the interval by the centre's wall clock.

    Raises
    ------
    InputError
        When wfm.toml has no such queue.
    PlanError
        When the run has no requirement for that interval.
    """
    asked = project.config.queue(queue)
    found, rows = stored_rows(project, "requirement", run)
    local = rows["interval_start"].dt.tz_convert(project.config.timezone).dt.tz_localize(None)
    row = rows[(rows["queue"] == queue) & (local == pd.Timestamp(start))]
    if row.empty:
        raise PlanError(f"run {found} has no requirement of {queue!r} at {start}; {_has(local)}")
    return found, explain(row.iloc[0], asked, project.config.shrinkage)


def _has(local: pd.Series) -> str:
    """From when to when there are intervals, and how far apart they start."""
    if local.empty:
        return "it has nothing"
    step = int(local.drop_duplicates().sort_values().diff().min().total_seconds()) // 60
    return f"it has intervals of {step} min from {local.min():%F %H:%M} to {local.max():%F %H:%M}"
