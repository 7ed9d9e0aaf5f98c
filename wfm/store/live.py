"""Live intervals in SQL: one line of the import log a day, and gaps that a later log heals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.store.bulk import insert_row
from wfm.store.history import ImportCounts, upsert_history
from wfm.store.tables import sql_table

__all__ = ["HealedGap", "heal_gaps", "healed_gaps", "write_live"]

_HEALED = "live-gap-healed"


@dataclass(frozen=True, slots=True)
class HealedGap:
    """Interval in which a live feed lacks calls that a log has brought; all queues when None."""

    queue: str | None
    interval_start: dt.datetime


def write_live(
    connection: sa.Connection, history: pd.DataFrame, *, source: str, day: dt.date, now: dt.datetime
) -> ImportCounts:
    """Upsert intervals of a live feed; a day of it is one line of the import log."""
    log = sql_table("import_log")
    mark = f"live {source} {day}"
    found = connection.execute(sa.select(log).where(log.c.file_hash == mark)).mappings().first()
    last = connection.scalar(sa.select(sa.func.max(log.c.import_id))) or 0
    number = int(found["import_id"]) if found else last + 1
    counts, first = upsert_history(connection, history, source, number=number)
    if found is None:
        entry = {"import_id": number, "source": source, "file_hash": mark, "imported_at": now}
        figures = {name: getattr(counts, name) for name in ("new", "changed", "unchanged")}
        insert_row(connection, "import_log", entry | figures | {"first_start": first})
        return counts
    sums = {name: found[name] + getattr(counts, name) for name in ("new", "changed")}
    starts = [start for start in (found["first_start"], first) if start is not None]
    line = sa.update(log).where(log.c.import_id == number)
    figures = {"unchanged": counts.unchanged, "first_start": min(starts, default=None)}
    connection.execute(line.values(imported_at=now, **figures, **sums))
    return counts


def heal_gaps(connection: sa.Connection, history: pd.DataFrame, source: str) -> int:
    """Mark live gaps in the queues and time of a log's history as healed; how many there were."""
    if history.empty:
        return 0
    issue = sql_table("issue")
    first = history["interval_start"].min().to_pydatetime()
    last = history["interval_start"].max().to_pydatetime()
    open_gaps = sa.and_(
        issue.c.kind == schema.LIVE_GAP,
        issue.c.interval_start >= first,
        issue.c.interval_start <= last,
        sa.or_(issue.c.queue.is_(None), issue.c.queue.in_(list(history["queue"].unique()))),
    )
    healed = {"kind": _HEALED, "action": f"replaced by {source}", "effect_contacts": 0.0}
    return int(connection.execute(sa.update(issue).where(open_gaps).values(healed)).rowcount)


def healed_gaps(connection: sa.Connection, since: dt.datetime) -> frozenset[HealedGap]:
    """Gaps of live feeds that a log has healed, from a moment on."""
    issue = sql_table("issue")
    query = sa.select(issue.c.queue, issue.c.interval_start).where(
        issue.c.kind == _HEALED, issue.c.interval_start >= since
    )
    return frozenset(HealedGap(row.queue, row.interval_start) for row in connection.execute(query))
