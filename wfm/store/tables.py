"""SQL tables from :mod:`wfm.schema`: one description gives column, type, key and the way back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from wfm import schema
from wfm.schema import Kind

__all__ = ["METADATA", "UtcTime", "frame_of", "records_of", "sql_table"]


class UtcTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment, kept in UTC: ``timestamp with time zone``, or ISO text in SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """Give the driver UTC; SQLite keeps no zone."""
        if value is None:
            return None
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """Give UTC back, whatever zone the session shows."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


_SQL_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: sa.Text(),
    Kind.COUNT: sa.BigInteger(),
    Kind.NUMBER: sa.Double(),
    Kind.TIME: UtcTime(),
    Kind.FLAG: sa.Boolean(),
}

METADATA = sa.MetaData()


def _column(table: schema.Table, column: schema.Column) -> sa.Column[Any]:
    # A run can only name a parent, and a row only a run, that is there
    names_a_run = column.name == "run" and table.name != "run"
    points = names_a_run or (table.name, column.name) == ("run", "parent")
    references = [sa.ForeignKey("run.run")] if points else []
    return sa.Column(
        column.name,
        _SQL_TYPES[column.kind],
        *references,
        primary_key=column.name in table.key,
        autoincrement=False,
        nullable=column.empty_allowed and column.name not in table.key,
    )


def _define(table: schema.Table) -> sa.Table:
    columns = [_column(table, column) for column in table.columns]
    return sa.Table(table.name, METADATA, *columns)


def _define_issue() -> sa.Table:
    """Issues have empty key parts, so they are numbered, and they belong to an import."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    columns: list[sa.Column[Any]] = [
        sa.Column("issue_id", number, primary_key=True),
        sa.Column("import_id", sa.BigInteger(), sa.ForeignKey("import_log.import_id"), index=True),
    ]
    for column in schema.ISSUE.columns:
        kind = _SQL_TYPES[column.kind]
        columns.append(sa.Column(column.name, kind, nullable=column.empty_allowed))
    return sa.Table(schema.ISSUE.name, METADATA, *columns)


for _table in schema.TABLES.values():
    if _table is not schema.ISSUE:
        _define(_table)
_define_issue()


def sql_table(name: str) -> sa.Table:
    """SQL table of a schema table.

    Raises
    ------
    ValueError
        When there is no such table.
    """
    if name not in METADATA.tables:
        raise ValueError(f"no table {name!r}; there are {', '.join(sorted(METADATA.tables))}")
    return METADATA.tables[name]


def records_of(frame: pd.DataFrame, table: schema.Table) -> list[dict[str, object]]:
    """Rows of a checked frame as plain values, None where empty.

    Columns without any value are left out, which spares the driver most of a thin history.
    """
    filled = [column for column in table.columns if frame[column.name].notna().any()]
    names = [column.name for column in filled]
    lists = [_plain(frame[column.name], column.kind) for column in filled]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _plain(cells: pd.Series, kind: Kind) -> list[object]:
    if kind is Kind.TIME:
        moments = list(cells.dt.to_pydatetime())
        return [None if moment is pd.NaT else moment for moment in moments]
    values = cells.astype("object")
    return list(values.where(cells.notna(), None))


def frame_of(rows: Sequence[sa.Row[tuple[object, ...]]], table: schema.Table) -> pd.DataFrame:
    """Rows of a query as a checked frame; the columns in the table's order."""
    frame = pd.DataFrame.from_records([tuple(row) for row in rows], columns=table.names)
    return schema.check(frame, table)
