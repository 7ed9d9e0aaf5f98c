"""SQL tables from :mod:`wfm.schema`: one description gives column, type, key and the way back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from wfm import schema
from wfm.schema import Kind
from wfm.store.night_schema import NIGHT_TABLES

__all__ = [
    "METADATA",
    "RESULTS",
    "TABLES",
    "UtcTime",
    "fetched",
    "frame_of",
    "raw_columns",
    "sql_table",
    "values_of",
]

TABLES = {**schema.TABLES, **{table.name: table for table in NIGHT_TABLES}}
"""What is kept, by name: what crosses a border, and what nights keep beside it."""


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

RESULTS = tuple(
    name for name, table in schema.TABLES.items() if "run" in table.key and table is not schema.RUN
)
"""Tables with results of runs."""

METADATA = sa.MetaData()

_FETCHED = 1000
"""Rows fetched at a time."""


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


def _define_issue() -> None:
    """Issues have empty key parts, so they are numbered, and they belong to an import."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    columns: list[sa.Column[Any]] = [
        sa.Column("issue_id", number, primary_key=True),
        sa.Column("import_id", sa.BigInteger(), sa.ForeignKey("import_log.import_id"), index=True),
    ]
    for column in schema.ISSUE.columns:
        kind = _SQL_TYPES[column.kind]
        columns.append(sa.Column(column.name, kind, nullable=column.empty_allowed))
    sa.Table(schema.ISSUE.name, METADATA, *columns)


def _define_history() -> None:
    """The history as it is, and the figures that were corrected, each by the import that told it.

    ``interval_was`` has a row for each time an interval changed: its figures from ``import_id``
    on until ``replaced_by``. So the history of any past night can be read again.
    """
    described = schema.INTERVAL_HISTORY
    now = sa.Column("import_id", sa.BigInteger(), nullable=False, server_default="0")
    sa.Table(described.name, METADATA, *(_column(described, c) for c in described.columns), now)
    was = [_column(described, column) for column in described.columns]
    told = sa.Column("import_id", sa.BigInteger(), nullable=False)
    replaced = sa.Column("replaced_by", sa.BigInteger(), primary_key=True, autoincrement=False)
    sa.Table("interval_was", METADATA, *was, told, replaced)


for _table in TABLES.values():
    if _table not in (schema.ISSUE, schema.INTERVAL_HISTORY):
        _define(_table)
_define_history()
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


def values_of(frame: pd.DataFrame, table: schema.Table, dialect: str) -> list[list[object]]:
    """Columns of a checked frame as the driver takes them, None where empty."""
    return [_plain(frame[column.name], column.kind, dialect) for column in table.columns]


def _plain(cells: pd.Series, kind: Kind, dialect: str) -> list[object]:
    if kind is Kind.TIME and dialect == "sqlite":
        return _sqlite_times(cells)
    if kind is Kind.TIME:
        moments = list(cells.dt.to_pydatetime())
        return [None if moment is pd.NaT else moment for moment in moments]
    if not cells.isna().any():
        values: list[object] = cells.tolist()
        return values
    objects = cells.astype("object")
    return list(objects.where(cells.notna(), None))


def _sqlite_times(cells: pd.Series) -> list[object]:
    """Text as SQLAlchemy writes a moment into SQLite."""
    known = cells.notna().to_numpy()
    utc = cells[known].dt.tz_convert(None).to_numpy().astype("datetime64[us]")
    out = np.full(len(cells), None, dtype=object)
    if known.any():
        out[known] = np.strings.replace(np.datetime_as_string(utc, unit="us"), "T", " ")
    texts: list[object] = out.tolist()
    return texts


def raw_columns(name: str, table: schema.Table, dialect: str) -> list[sa.ColumnElement[Any]]:
    """Columns of a table to select; moments as the driver has them, for :func:`frame_of`.

    Making a Python object of each moment takes longer than all the rest of a reading.
    """
    source = sql_table(name)
    return [
        _raw_time(source.c[column.name], dialect)
        if column.kind is Kind.TIME
        else source.c[column.name]
        for column in table.columns
    ]


def _raw_time(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    if dialect == "sqlite":
        return sa.type_coerce(column, sa.Text()).label(column.name)
    microseconds = sa.extract("epoch", column) * 1_000_000
    return sa.cast(microseconds, sa.BigInteger()).label(column.name)


def fetched(connection: sa.Connection, query: sa.Executable) -> list[list[Any]]:
    """Columns of :func:`raw_columns` as the driver has them; none where there is no row.

    A few rows at a time are turned into columns while they are still at hand: half a million rows
    as an object each would take several times the room, and the time to go through it.
    """
    cursor = connection.execute(query).cursor
    columns: list[list[Any]] = []
    while cursor is not None and (rows := cursor.fetchmany(_FETCHED)):
        columns = columns or [[] for _ in rows[0]]
        for column, more in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(more)
    return columns


def frame_of(cells: Sequence[Sequence[Any]], table: schema.Table) -> pd.DataFrame:
    """Columns of :func:`fetched` as a frame with the dtypes of a checked one.

    What is in the tables was checked when it was written.
    """
    given = {
        column.name: _typed(values, column.kind)
        for column, values in zip(table.columns, cells or [()] * len(table.columns), strict=True)
    }
    return pd.DataFrame(given, columns=table.names)


def _typed(values: Sequence[Any], kind: Kind) -> Any:
    """One column in its dtype."""
    match kind:
        case Kind.TIME:
            return _moments(values)
        case Kind.NUMBER:
            return np.array(values, dtype=np.float64)
        case Kind.TEXT:
            return pd.Series(values, dtype="object")
        case Kind.COUNT | Kind.FLAG:
            empty = np.array([value is None for value in values], dtype=np.bool_)
            known = [0 if value is None else value for value in values] if empty.any() else values
            if kind is Kind.FLAG:
                return pd.arrays.BooleanArray(np.array(known, dtype=np.bool_), empty)
            return pd.arrays.IntegerArray(np.array(known, dtype=np.int64), empty)


def _moments(values: Sequence[Any]) -> pd.DatetimeIndex:
    """Moments from microseconds (PostgreSQL) or from text (SQLite)."""
    known = next((value for value in values if value is not None), None)
    if isinstance(known, str):
        naive = np.array(values, dtype="datetime64[us]")
    else:
        numbers = [np.iinfo(np.int64).min if value is None else value for value in values]
        naive = np.array(numbers, dtype=np.int64).view("datetime64[us]")
    return pd.DatetimeIndex(naive).tz_localize("UTC")
