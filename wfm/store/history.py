"""Interval history in SQL: upsert by queue and start, counted; corrected figures are kept aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.errors import InputError, Problem
from wfm.store.bulk import insert_frame, insert_row
from wfm.store.packed_history import PACKED, Pack, drop_packs, read_pack, write_pack
from wfm.store.tables import fetched, frame_of, raw_columns, sql_table

__all__ = [
    "ImportCounts",
    "last_import",
    "pack_history",
    "read_changes",
    "read_history",
    "read_queue",
    "rows_since",
    "upsert_history",
    "write_history",
]

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
    closed
        Intervals with other figures than before in days that are closed; they stay as they were.
    """

    new: int
    changed: int
    unchanged: int
    import_id: int = 0
    closed: int = 0


def read_history(
    connection: sa.Connection,
    queues: Iterable[str] | None,
    start: dt.datetime | None,
    end: dt.datetime | None,
    known_import: int | None = None,
    figures: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Interval history, by queue and time; see :meth:`wfm.store.Store.history`."""
    described = schema.INTERVAL_HISTORY
    if figures is not None:
        wanted = tuple(described.column(name) for name in (*_KEY, *figures))
        described = replace(described, columns=wanted)
    for name, time in (("start", start), ("end", end)):
        if time is not None and time.tzinfo is None:
            raise ValueError(f"{name} needs a time zone")
    named = None if queues is None else list(queues)
    if named is not None and len(named) == 1:  # its name need not come with every row
        rest = tuple(column for column in described.columns if column.name != "queue")
        described = replace(described, columns=rest)

    def of(name: str) -> sa.Select[Any]:
        table = sql_table(name)
        query = sa.select(*raw_columns(name, described, connection.dialect.name))
        if named is not None:
            query = query.where(table.c.queue.in_(named))
        if start is not None:
            query = query.where(table.c.interval_start >= start)
        if end is not None:
            query = query.where(table.c.interval_start < end)
        if known_import is not None:
            query = query.where(table.c.import_id <= known_import)
        return query

    order = [sa.text(name) for name in _KEY if name in described.names]
    if known_import is None:
        query: sa.Executable = of("interval_history").order_by(*order)
    else:
        was = of("interval_was").where(sql_table("interval_was").c.replaced_by > known_import)
        query = sa.union_all(of("interval_history"), was).order_by(*order)
    found = frame_of(fetched(connection, query), described)
    if named is not None and len(named) == 1:
        found.insert(0, "queue", pd.Series(named * len(found), dtype="object"))
    return found


def read_queue(
    connection: sa.Connection,
    queue: str,
    end: dt.datetime,
    known_import: int | None,
    figures: Sequence[str],
) -> pd.DataFrame:
    """History of a queue before a moment, from its pack as far as there is one.

    The same as :func:`read_history` gives.
    """
    pack = read_pack(connection, queue, known_import) if set(figures) <= set(PACKED) else None
    if pack is None:
        return read_history(connection, [queue], None, end, known_import, figures)
    settled = pack.rows[["interval_start", *figures]]
    if pack.until > end:
        settled = settled[settled["interval_start"] < end]
    settled.insert(0, "queue", pd.Series([queue] * len(settled), dtype="object"))
    newer = read_history(connection, [queue], pack.until, end, known_import, figures)
    return pd.concat([settled, newer], ignore_index=True)


def pack_history(connection: sa.Connection, queue: str, until: dt.datetime) -> None:
    """Pack the history of a queue before a moment, as it is now."""
    rows = read_history(connection, [queue], None, until, figures=PACKED)
    known = last_import(connection, None)
    write_pack(connection, queue, Pack(until, rows), known_import=known)


def write_history(
    connection: sa.Connection,
    history: pd.DataFrame,
    *,
    source: str,
    file_hash: str,
    imported_at: dt.datetime,
    closed_before: dt.datetime | None = None,
) -> ImportCounts:
    """Upsert a checked history and log the import, within the caller's transaction.

    Raises
    ------
    InputError
        When a queue has intervals of another length at the same time.
    """
    log = sql_table("import_log")
    number = 1 + (connection.scalar(sa.select(sa.func.max(log.c.import_id))) or 0)
    counts, first = upsert_history(
        connection, history, source, number=number, closed_before=closed_before
    )
    entry = {
        "import_id": number,
        "source": source,
        "file_hash": file_hash,
        "imported_at": imported_at,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "first_start": first,
    }
    insert_row(connection, "import_log", entry)
    return counts


def upsert_history(
    connection: sa.Connection,
    history: pd.DataFrame,
    source: str,
    *,
    number: int,
    closed_before: dt.datetime | None = None,
) -> tuple[ImportCounts, dt.datetime | None]:
    """Upsert a checked history as import ``number``; nothing goes into the import log.

    Gives the counts and the earliest interval that was new or changed.

    Raises
    ------
    InputError
        When a queue has intervals of another length at the same time.
    """
    stored = _stored_around(connection, history)
    _refuse_other_length(history, stored, source)
    new, changed, unchanged = _compare(history, stored)
    closed = changed["interval_start"] < (closed_before or dt.datetime.min.replace(tzinfo=dt.UTC))
    changed = changed[~closed]
    insert_frame(connection, "interval_history", new, schema.INTERVAL_HISTORY, import_id=number)
    if len(changed):
        _correct(connection, changed, number)
    drop_packs(connection, pd.concat([new[_KEY], changed[_KEY]]))
    touched = [frame["interval_start"].min() for frame in (new, changed) if len(frame)]
    counts = ImportCounts(len(new), len(changed), unchanged, number, int(closed.sum()))
    return counts, min(touched).to_pydatetime() if touched else None


def _correct(connection: sa.Connection, changed: pd.DataFrame, number: int) -> None:
    """Put the old figures aside and the new ones in their place."""
    table, was = sql_table("interval_history"), sql_table("interval_was")
    same_row = sa.and_(*(table.c[key] == sa.bindparam(f"row_{key}") for key in _KEY))
    # what the same import wrote before (a live feed does) was never the state of a night
    old = sa.select(*table.c, sa.literal(number)).where(same_row, table.c.import_id != number)
    names = [*table.c.keys(), "replaced_by"]
    moments = list(changed["interval_start"].dt.to_pydatetime())
    objects = changed.astype("object").where(changed.notna(), None)
    rows = [
        {f"row_{name}": cell for name, cell in row.items()} | {"row_interval_start": moment}
        for row, moment in zip(objects.to_dict("records"), moments, strict=True)
    ]
    keys = [{f"row_{key}": row[f"row_{key}"] for key in _KEY} for row in rows]
    connection.execute(sa.insert(was).from_select(names, old), keys)
    figures: dict[str, object] = {name: sa.bindparam(f"row_{name}") for name in _FIGURES}
    update = sa.update(table).where(same_row).values({**figures, "import_id": number})
    connection.execute(update, rows)


def last_import(connection: sa.Connection, before: dt.datetime | None) -> int:
    """Number of the last import that changed the history before a moment; 0 when none did."""
    log = sql_table("import_log")
    query = sa.select(sa.func.max(log.c.import_id)).where(log.c.new + log.c.changed > 0)
    if before is not None:
        query = query.where(sa.or_(log.c.first_start.is_(None), log.c.first_start < before))
    return connection.scalar(query) or 0


def rows_since(connection: sa.Connection, since_import: int) -> tuple[int, int]:
    """Intervals that were new and that were corrected since an import [rows]."""
    log = sql_table("import_log")
    sums = sa.select(sa.func.sum(log.c.new), sa.func.sum(log.c.changed))
    new, changed = connection.execute(sums.where(log.c.import_id > since_import)).one()
    return int(new or 0), int(changed or 0)


def read_changes(connection: sa.Connection, since_import: int) -> pd.DataFrame:
    """Intervals corrected after an import: queue, interval_start, offered_before, offered."""
    table, was = sql_table("interval_history"), sql_table("interval_was")
    same = sa.and_(
        was.c.queue == table.c.queue,
        was.c.interval_start == table.c.interval_start,
        was.c.import_id <= since_import,
        was.c.replaced_by > since_import,
    )
    query = (
        sa.select(table.c.queue, table.c.interval_start, was.c.offered, table.c.offered)
        .join(was, same)
        .order_by(table.c.queue, table.c.interval_start)
    )
    names = ["queue", "interval_start", "offered_before", "offered"]
    rows = [tuple(row) for row in connection.execute(query)]
    out = pd.DataFrame.from_records(rows, columns=names)
    out["interval_start"] = pd.to_datetime(out["interval_start"], utc=True).dt.as_unit("us")
    return out


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
    if len({*history["interval_s"].unique(), *stored["interval_s"].unique()}) <= 1:
        return
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
