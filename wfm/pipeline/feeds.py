"""Feeds outward: stored intervals and agents' states in the layouts of other planners."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from wfm.errors import PlanError, UsageError
from wfm.intervals import zone
from wfm.pipeline.project import Project
from wfm.reports.atomic import replacing
from wfm.store import open_store
from wfm.telephony import AGENT_LAYOUTS, INTERVAL_LAYOUTS, agent_feed, interval_feed

__all__ = ["FEEDS", "Feed", "export_feed"]

FEEDS = {"interval-feed": tuple(INTERVAL_LAYOUTS), "agent-feed": tuple(AGENT_LAYOUTS)}
"""Kinds of feeds with their layouts, the first of which is the default."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What was written.

    Parameters
    ----------
    clock
        Zone of the times in the file.
    """

    layout: str
    rows: int
    clock: str
    verified: bool


def export_feed(
    project: Project,
    kind: str,
    path: Path,
    *,
    layout: str | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> Feed:
    """Write a feed of whole local days.

    Parameters
    ----------
    kind, layout
        Of :data:`FEEDS`; the first layout when None.
    first, last
        Local dates, both included; all that is stored when None.

    Raises
    ------
    UsageError
        When there is no such layout, or it cannot hold the intervals.
    PlanError
        When nothing is stored for those days.
    """
    chosen = layout or FEEDS[kind][0]
    start, end = _midnight(first, project), _midnight(last, project, days=1)
    with open_store(project.store) as store:
        if kind == "interval-feed":
            rows = store.history(start=start, end=end)
        else:
            rows = store.agent_states(start, end)
    if rows.empty:
        raise PlanError(f"no {'intervals' if kind == 'interval-feed' else 'agent states'} stored")
    timezone = project.config.timezone
    try:
        if kind == "interval-feed":
            text = interval_feed(rows, chosen, timezone)
        else:
            text = agent_feed(rows, chosen)
    except ValueError as error:
        raise UsageError(f"--layout: {error}") from error
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
    known = INTERVAL_LAYOUTS.get(chosen) if kind == "interval-feed" else None
    clock = "UTC" if known is None or known.utc else timezone
    return Feed(chosen, len(rows), clock, known is None or known.verified)


def _midnight(day: dt.date | None, project: Project, *, days: int = 0) -> dt.datetime | None:
    if day is None:
        return None
    here = zone(project.config.timezone)
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), tzinfo=here)
