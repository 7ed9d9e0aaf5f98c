"""Where the reading of a log stopped, kept packed: a busy centre's two days are 20 MB as text."""

from __future__ import annotations

import base64
import datetime as dt
import zlib

import sqlalchemy as sa

from wfm.store.tables import sql_table

__all__ = ["read_state", "write_state"]


def read_state(connection: sa.Connection, source: str) -> str | None:
    """State of a log as it was given; None where there is none or it is damaged."""
    table = sql_table("reading_state")
    packed = connection.scalar(sa.select(table.c.state).where(table.c.source == source))
    if packed is None:
        return None
    try:
        return zlib.decompress(base64.b64decode(packed)).decode()
    except (ValueError, zlib.error):
        # the log is then read from its start, which gives the same
        return None


def write_state(connection: sa.Connection, source: str, state: str, saved_at: dt.datetime) -> None:
    """Keep a state in place of the one before."""
    table = sql_table("reading_state")
    packed = base64.b64encode(zlib.compress(state.encode())).decode()
    connection.execute(sa.delete(table).where(table.c.source == source))
    row = {"source": source, "state": packed, "saved_at": saved_at}
    connection.execute(sa.insert(table), [row])
