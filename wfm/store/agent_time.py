"""Agents' time in SQL: what a log tells replaces what was known of the same agents and time."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.store.bulk import insert_frame
from wfm.store.tables import frame_of, raw_columns, sql_table

__all__ = ["read_agent_time", "write_agent_time"]

_AGENTS_AT_ONCE = 500
"""SQLite takes so many values in one statement, and more."""


def write_agent_time(connection: sa.Connection, states: pd.DataFrame) -> None:
    """Put stretches in the place of those of the same agents that begin in the same time.

    A live feed and a log may see the same act a second apart; only by replacing does it stay one.
    """
    if states.empty:
        return
    table = sql_table("agent_state")
    first, last = states["start"].min().to_pydatetime(), states["end"].max().to_pydatetime()
    agents = list(states["agent"].unique())
    for place in range(0, len(agents), _AGENTS_AT_ONCE):
        some = table.c.agent.in_(agents[place : place + _AGENTS_AT_ONCE])
        within = sa.and_(table.c.start >= first, table.c.start <= last)
        connection.execute(sa.delete(table).where(some, within))
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
    return frame_of(connection.execute(query.order_by(*order)).all(), schema.AGENT_STATE)
