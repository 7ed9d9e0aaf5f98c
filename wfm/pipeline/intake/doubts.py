"""What looks wrong in imported history though it may be right, found at import and listed later."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from wfm import schema
from wfm.intervals import utc_to_local
from wfm.pipeline.project import Project
from wfm.store import Store, open_store
from wfm.telephony import VisitImport, find_doubts, find_long_visits

__all__ = ["history_around", "issue_words", "stored_issues", "with_doubts"]

_CONTEXT = dt.timedelta(weeks=26)
"""History before an import that its weekdays are held against."""
_SHOWN = 5
"""Issues of a kind told one by one; the rest is counted."""
_SAME = ["kind", "queue", "interval_start"]


def history_around(store: Store, frame: pd.DataFrame) -> pd.DataFrame:
    """Imported intervals laid over what is stored of the same queues in the half year before."""
    if frame.empty:
        return frame
    start = frame["interval_start"].min().to_pydatetime() - _CONTEXT
    end = frame["interval_start"].max().to_pydatetime()
    stored = store.history(list(frame["queue"].unique()), start, end)
    both = pd.concat([frame, stored], ignore_index=True) if len(stored) else frame
    return both.drop_duplicates(list(schema.INTERVAL_HISTORY.key), ignore_index=True)


def with_doubts(
    issues: pd.DataFrame,
    frame: pd.DataFrame,
    context: pd.DataFrame,
    *,
    source: str,
    timezone: str,
    project: Project | None,
    visits: VisitImport | None = None,
    by_event: bool = False,
) -> pd.DataFrame:
    """Issues of a file together with the doubts about the intervals that it gave.

    Parameters
    ----------
    context
        Those intervals with the history before them (:func:`history_around`).
    project
        For opening hours and holidays; without them contacts are missed around the clock.
    by_event
        Whether figures stand in the interval of their event, where parts may exceed their whole.
    """
    if frame.empty:
        return issues
    since, until = frame["interval_start"].min(), frame["interval_start"].max()
    opening = {name: queue.opening for name, queue in project.queues.items()} if project else {}
    first = context["interval_start"].min().date()
    holidays = project.holidays(first, until.date()) if project else {}
    found = find_doubts(
        context, timezone, opening=opening, holidays=frozenset(holidays), source=source
    )
    # an odd day bears the time of its midnight
    day = pd.Timedelta(days=1)
    here = (found["interval_start"] > since - day) & (found["interval_start"] <= until)
    here &= (found["kind"] == "jump") | (found["interval_start"] >= since)
    if by_event:
        here &= found["kind"] != "impossible-row"
    # a gap that the file was let through with is told already
    told = pd.MultiIndex.from_frame(issues[_SAME].replace({"kind": {"gaps": "gap"}}))
    found = found[here & ~pd.MultiIndex.from_frame(found[_SAME]).isin(told)]
    frames = [issues, found]
    if visits is not None:
        frames.append(find_long_visits(visits.visits, source=source))
    return pd.concat([each for each in frames if len(each)] or [issues], ignore_index=True)


def issue_words(issues: pd.DataFrame, timezone: str) -> list[str]:
    """Issues in lines: kind, number, what was done and contacts, then some of them by place."""
    lines = []
    for (kind, action), rows in issues.groupby(["kind", "action"], sort=False):
        effect = rows["effect_contacts"]
        unknown = " and more, not known" if effect.isna().any() else ""
        lines.append(
            f"{kind} × {len(rows)}: {action} ({effect.fillna(0).sum():+g} contacts{unknown})"
        )
        local = utc_to_local(rows["interval_start"], timezone)
        for place, row in rows.head(_SHOWN).iterrows():
            where = f"{row['file'] or ''}:{row['row']}" if row["row"] else str(row["file"] or "")
            when = "" if pd.isna(local[place]) else f"{local[place]:%Y-%m-%d %H:%M}"
            words = [where, row["queue"], when, row["found"]]
            lines.append("  " + " ".join(str(word) for word in words if word and pd.notna(word)))
        if len(rows) > _SHOWN:
            lines.append(f"  and {len(rows) - _SHOWN} more")
    return lines


def stored_issues(project: Project) -> pd.DataFrame:
    """Issues of all imports (:data:`wfm.schema.ISSUE`), each once however often it was found."""
    with open_store(project.store) as store:
        issues = store.issues()
    return issues[::-1].drop_duplicates([*_SAME, "found"])[::-1]
