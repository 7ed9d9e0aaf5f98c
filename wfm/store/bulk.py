"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.store.tables import sql_table, values_of

__all__ = ["copy_rows", "insert_frame", "insert_row"]


def insert_frame(
    connection: sa.Connection,
    name: str,
    frame: pd.DataFrame,
    table: schema.Table,
    **same: object,
) -> None:
    """Add the rows of a checked frame within the caller's transaction.

    Parameters
    ----------
    name
        Table of the database, whose columns ``table`` describes.
    same
        Further columns of it that have one value in all rows.
    """
    if frame.empty:
        return
    dialect = connection.dialect.name
    columns = values_of(frame, table, dialect)
    # columns without any value are left out, which spares the driver most of a thin history
    filled = [k for k, column in enumerate(table.columns) if frame[column.name].notna().any()]
    names = [*(table.names[k] for k in filled), *same]
    constants = [[value] * len(frame) for value in same.values()]
    rows = list(zip(*(columns[k] for k in filled), *constants, strict=True))
    if dialect == "postgresql":
        copy_rows(connection, name, names, rows)
    else:
        quoted = ", ".join(_quoted(column) for column in names)
        marks = ", ".join("?" * len(names))
        text = f"INSERT INTO {_quoted(name)} ({quoted}) VALUES ({marks})"
        connection.exec_driver_sql(text, rows)


def copy_rows(
    connection: sa.Connection, name: str, names: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Add rows to a table of PostgreSQL by COPY, within the caller's transaction."""
    driver: Any = connection.connection.cursor()
    quoted = ", ".join(_quoted(column) for column in names)
    try:
        with driver.copy(f"COPY {_quoted(name)} ({quoted}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        # what SQLAlchemy does for its own statements
        raise sa.exc.DBAPIError.instance(
            "COPY", None, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def insert_row(connection: sa.Connection, name: str, row: Mapping[str, object]) -> None:
    """Add one row of plain values within the caller's transaction."""
    connection.execute(sa.insert(sql_table(name)), [dict(row)])
