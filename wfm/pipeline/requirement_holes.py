"""Rows that a requirement lacks while its queue is open: named before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wfm.errors import Problem
from wfm.intervals import day_intervals
from wfm.pipeline.project import Project

__all__ = ["open_holes"]

_SHOWN = 20


def open_holes(rows: pd.DataFrame, project: Project, file: str) -> Iterator[Problem]:
    """Holes of two intervals and more inside a day, while the queue is open by wfm.toml.

    Parameters
    ----------
    rows
        queue, interval_start (UTC), interval_s [s], in the order of the file.
    """
    zone = project.config.timezone
    rows = rows.reset_index(drop=True)
    local = rows["interval_start"].dt.tz_convert(zone)
    length = int(rows["interval_s"].iloc[0]) if len(rows) else 0
    found = []
    for (name, day), there in rows.groupby(["queue", local.dt.date]):
        starts = there["interval_start"].sort_values()
        gaps = starts.diff().shift(-1).dt.total_seconds() > 2 * length
        if not gaps.any():
            continue
        queue, every = project.config.queue(str(name)), day_intervals(day, zone, length)
        hours, holiday = queue.worked or queue.opening, bool(project.holidays(day, day))
        for at in starts.index[gaps.to_numpy()]:
            after = starts[starts > starts[at]].min()
            missing = every[(every > starts[at]) & (every < after)].tz_convert(zone)
            clock = (missing - missing.normalize()).total_seconds().astype(int)
            is_open = [hours.is_open(day, int(s), length, holiday=holiday) for s in clock]
            if np.any(is_open):
                found.append((int(at), f"{name} {missing[0]:%Y-%m-%d %H:%M}", sum(is_open)))
    for at, place, count in sorted(found)[:_SHOWN]:
        what = f"is followed by a hole of {count} intervals while the queue is open"
        fix = "add the missing rows, with 0 where nobody is needed, or correct open in wfm.toml"
        yield Problem(what, file, at + 2, "interval_start", f"nothing from {place} on", fix)
