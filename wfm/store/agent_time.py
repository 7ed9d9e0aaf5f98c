"""Agents' time in SQL: what a log tells replaces what was known of the same agents and time."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.store.bulk import insert_frame
from wfm.store.tables import UtcTime, fetched, frame_of, raw_columns, sql_table

__all__ = ["read_agent_time", "write_agent_time"]


def write_agent_time(connection: sa.Connection, states: pd.DataFrame) -> None:
    """Put stretches in the place of those of the same agent, state and queue that they overlap.

    A live feed and a log may see the same act a second apart; only by replacing does it stay one.
    """
    if states.empty:
        return
    table = sql_table("agent_state")
    same = [table.c[name] == sa.bindparam(f"the_{name}") for name in ("agent", "state", "queue")]
    first, last = (sa.bindparam(f"the_{name}", type_=UtcTime()) for name in ("start", "end"))
    overlaps = sa.and_(table.c.start < last, table.c.end > first)
    begins_with = table.c.start == first
    keys = states[["agent", "state", "queue", "start", "end"]].to_dict("records")
    named = [{f"the_{name}": value for name, value in key.items()} for key in keys]
    connection.execute(sa.delete(table).where(*same, sa.or_(overlaps, begins_with)), named)
    insert_frame(connection, "agent_state", states, schema.AGENT_STATE)


def read_agent_time(
    connection: sa.Connection, start: dt.datetime | None, end: dt.datetime | None
) -> pd.DataFrame:
    """Stretches that touch the time from ``start`` until before ``end``, by agent and time."""
    table = sql_table("agent_state")
    dialect = connection.dialect.name
    query = sa.select(*raw_columns("agent_state", schema.AGENT_STATE, dialect))
    if start is not None:
        query = query.where(table.c.end > start)
    if end is not None:
        query = query.where(table.c.start < end)
    order = [table.c[name] for name in ("agent", "start", "state", "queue")]
    return frame_of(fetched(connection, query.order_by(*order)), schema.AGENT_STATE)
