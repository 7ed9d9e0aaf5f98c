"""Settled history of each queue as one packed text beside its rows.

A night forecasts each queue from all its history, of which only the last days are new. Two years
of half hours are read from their pack in a tenth of the time that their rows take. A pack is a
copy: it goes in the transaction that touches one of its rows, is not read where rows are missing
or it is damaged, and the next choice of models of its queue makes it again.
"""

from __future__ import annotations

import base64
import datetime as dt
import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from wfm import schema
from wfm.schema import Kind
from wfm.store.tables import sql_table

__all__ = ["PACKED", "Pack", "drop_packs", "read_pack", "write_pack"]

PACKED = ("offered", "answered", "talk_s", "not_first_visit")
"""Figures of a pack: all that forecasts learn from."""

_FASTEST = 1
"""Level of zlib that takes a third of the time of the usual one, for a tenth more room."""


@dataclass(frozen=True, slots=True)
class Pack:
    """History of a queue before a moment, by time: interval_start and the figures of a pack."""

    until: dt.datetime
    rows: pd.DataFrame


def read_pack(connection: sa.Connection, queue: str, known_import: int | None) -> Pack | None:
    """Pack of a queue; None where there is none that tells what was known after an import."""
    table, history = sql_table("history_pack"), sql_table("interval_history")
    found = connection.execute(sa.select(table).where(table.c.queue == queue)).one_or_none()
    if found is None or (known_import is not None and known_import < found.known_import):
        return None
    settled = history.c.queue == queue, history.c.interval_start < found.until
    count = connection.scalar(sa.select(sa.func.count()).where(*settled))
    if count != found.rows:
        return None  # somebody took rows away by hand
    try:
        return Pack(found.until, _unpacked(found.data, found.rows))
    except ValueError:
        return None


def write_pack(connection: sa.Connection, queue: str, pack: Pack, *, known_import: int) -> None:
    """Keep a pack, in place of an earlier one, within the transaction that read its rows."""
    table = sql_table("history_pack")
    connection.execute(sa.delete(table).where(table.c.queue == queue))
    row = {
        "queue": queue,
        "until": pack.until,
        "known_import": known_import,
        "rows": len(pack.rows),
        "data": _packed(pack.rows),
    }
    connection.execute(sa.insert(table), [row])


def drop_packs(connection: sa.Connection, touched: pd.DataFrame) -> None:
    """Drop the packs of which a row is touched: queue and interval_start of those."""
    if touched.empty:
        return
    table = sql_table("history_pack")
    first = touched.groupby("queue")["interval_start"].min()
    same = sa.delete(table).where(
        table.c.queue == sa.bindparam("of_queue"), table.c.until > sa.bindparam("first_start")
    )
    rows = [{"of_queue": queue, "first_start": at.to_pydatetime()} for queue, at in first.items()]
    connection.execute(same, rows)


def _packed(rows: pd.DataFrame) -> str:
    """Steps from start to start, then each figure, NaN where it is not known."""
    start = pd.DatetimeIndex(rows["interval_start"]).as_unit("us").asi8
    parts = [np.diff(start, prepend=np.int64(0)).astype("<i8")]
    parts += [rows[name].to_numpy(dtype="<f8", na_value=np.nan) for name in PACKED]
    packed = zlib.compress(b"".join(part.tobytes() for part in parts), _FASTEST)
    return base64.b64encode(packed).decode("ascii")


def _unpacked(data: str, count: int) -> pd.DataFrame:
    """Rows as :meth:`wfm.store.Store.history` gives them.

    Raises
    ------
    ValueError
        When the text is damaged.
    """
    try:
        told = zlib.decompress(base64.b64decode(data, validate=True))
    except zlib.error as error:
        raise ValueError(f"a damaged pack: {error}") from error
    cells = np.frombuffer(told, dtype="<f8").reshape(1 + len(PACKED), count)
    start = np.cumsum(cells[0].view("<i8")).view("datetime64[us]")
    out = {"interval_start": pd.DatetimeIndex(start).tz_localize("UTC")}
    figures = {name: _figure(name, cells[k]) for k, name in enumerate(PACKED, 1)}
    return pd.DataFrame({**out, **figures})


def _figure(
    name: str, cells: NDArray[np.float64]
) -> NDArray[np.float64] | pd.api.extensions.ExtensionArray:
    """One figure in its dtype."""
    if schema.INTERVAL_HISTORY.column(name).kind is Kind.NUMBER:
        return cells.copy()
    empty = np.isnan(cells)
    return pd.arrays.IntegerArray(np.where(empty, 0, cells).astype(np.int64), empty)
