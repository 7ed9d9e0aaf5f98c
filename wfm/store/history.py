"""Interval history in SQL: upsert by queue and start, counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.errors import InputError, Problem
from wfm.store.tables import frame_of, records_of, sql_table

__all__ = ["ImportCounts", "read_history", "upsert_history", "write_history"]

_KEY = list(schema.INTERVAL_HISTORY.key)
_FIGURES = [name for name in schema.INTERVAL_HISTORY.names if name not in _KEY]
_LONGEST_S = 86_400


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import did to the history [rows].

    Parameters
    ----------
    new, changed, unchanged
        Intervals not seen before, with other figures than before, with the same figures.
    import_id
        Its number in the import log; 0 for the sum of several.
    """

    new: int
    changed: int
    unchanged: int
    import_id: int = 0


def read_history(
    connection: sa.Connection,
    queues: Iterable[str] | None,
    start: dt.datetime | None,
    end: dt.datetime | None,
) -> pd.DataFrame:
    """Interval history, by queue and time; see :meth:`wfm.store.Store.history`."""
    table = sql_table("interval_history")
    query = sa.select(table)
    if queues is not None:
        query = query.where(table.c.queue.in_(list(queues)))
    for name, time in (("start", start), ("end", end)):
        if time is not None and time.tzinfo is None:
            raise ValueError(f"{name} needs a time zone")
    if start is not None:
        query = query.where(table.c.interval_start >= start)
    if end is not None:
        query = query.where(table.c.interval_start < end)
    rows = connection.execute(query.order_by(table.c.queue, table.c.interval_start)).all()
    return frame_of(rows, schema.INTERVAL_HISTORY)


def write_history(
    connection: sa.Connection,
    history: pd.DataFrame,
    *,
    source: str,
    file_hash: str,
    imported_at: dt.datetime,
) -> ImportCounts:
    """Upsert a checked history and log the import, within the caller's transaction.

    Raises
    ------
    InputError
        When a queue has intervals of another length at the same time.
    """
    counts = upsert_history(connection, history, source)
    log = sql_table("import_log")
    number = 1 + (connection.scalar(sa.select(sa.func.max(log.c.import_id))) or 0)
    entry = {
        "import_id": number,
        "source": source,
        "file_hash": file_hash,
        "imported_at": imported_at,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
    }
    connection.execute(sa.insert(log), [entry])
    return replace(counts, import_id=number)


def upsert_history(connection: sa.Connection, history: pd.DataFrame, source: str) -> ImportCounts:
    """Upsert a checked history; nothing goes into the import log.

    Raises
    ------
    InputError
        When a queue has intervals of another length at the same time.
    """
    stored = _stored_around(connection, history)
    _refuse_other_length(history, stored, source)
    new, changed, unchanged = _compare(history, stored)
    table = sql_table("interval_history")
    if len(new):
        connection.execute(sa.insert(table), records_of(new, schema.INTERVAL_HISTORY))
    if len(changed):
        rows = records_of(changed, schema.INTERVAL_HISTORY)
        named = [{f"row_{name}": value for name, value in row.items()} for row in rows]
        same_row = sa.and_(*(table.c[key] == sa.bindparam(f"row_{key}") for key in _KEY))
        filled = [name for name in rows[0] if name not in _KEY]
        figures: dict[str, object] = {name: sa.bindparam(f"row_{name}") for name in filled}
        connection.execute(sa.update(table).where(same_row).values(figures), named)
    return ImportCounts(len(new), len(changed), unchanged)


def _stored_around(connection: sa.Connection, history: pd.DataFrame) -> pd.DataFrame:
    """Stored rows of the same queues that may touch the new ones."""
    if history.empty:
        return history
    margin = pd.Timedelta(seconds=_LONGEST_S)
    start = history["interval_start"].min() - margin
    end = history["interval_start"].max() + margin
    queues = history["queue"].unique().tolist()
    return read_history(connection, queues, start.to_pydatetime(), end.to_pydatetime())


def _refuse_other_length(history: pd.DataFrame, stored: pd.DataFrame, source: str) -> None:
    """Two lengths at the same time would count contacts twice."""
    problems = []
    for queue, part in history.groupby("queue", sort=False):
        there = stored[stored["queue"] == queue]
        for length_s in part["interval_s"].unique():
            new = part[part["interval_s"] == length_s]
            others = there[there["interval_s"] != length_s]
            starts, ends = _spans(others)
            new_starts, new_ends = _spans(new)
            inside = starts.lt(new_ends.max()) & ends.gt(new_starts.min())
            if inside.any():
                found = (
                    f"{others['interval_s'][inside].iloc[0] / 60:g} min at {starts[inside].min()}"
                )
                problems.append(
                    Problem(
                        f"queue {queue} is kept in intervals of another length than "
                        f"{length_s / 60:g} min",
                        source,
                        column="interval_s",
                        found=found,
                        fix="import with the same --interval",
                    )
                )
    if problems:
        raise InputError(problems)


def _spans(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """First moment of each interval and the moment after it."""
    start = rows["interval_start"]
    return start, start + pd.to_timedelta(rows["interval_s"].astype("int64"), unit="s")


def _compare(history: pd.DataFrame, stored: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """New rows, changed rows with the figures they will have, number of unchanged rows."""
    keys = pd.MultiIndex.from_frame(history[_KEY])
    there = stored.set_index(_KEY)[_FIGURES]
    known = keys.isin(there.index)
    new = history[~known]
    given = history[known].set_index(_KEY)[_FIGURES]
    before = there.reindex(given.index)
    after = given.where(given.notna(), before)
    differs = (after.ne(before) & ~(after.isna() & before.isna())).fillna(value=True).any(axis=1)
    changed = after[differs].reset_index()[schema.INTERVAL_HISTORY.names]
    return new, changed, int((~differs).sum())
