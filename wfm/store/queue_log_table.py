"""The ``queue_log`` table that an Asterisk writes in place of its file: read, never written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from wfm.errors import InputError, Problem, StoreError
from wfm.store.engine import place_of, told

__all__ = ["QueueLogRow", "QueueLogTable"]

_AT_ONCE = 10_000
_NEEDED = ("time", "callid", "queuename", "agent", "event")
_PARTS = ("data1", "data2", "data3", "data4", "data5")


@dataclass(frozen=True, slots=True)
class QueueLogRow:
    """One row as it stands.

    Parameters
    ----------
    number
        Its ``id``; place in the table's own order, from 1, where it has none.
    time
        Local time or epoch, as the switch wrote it.
    data
        The fields behind the event; NULLs at their end are left out.
    """

    number: int
    time: str | dt.datetime
    call: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


class QueueLogTable:
    """A switch's table; use it as a context manager or call :meth:`close`.

    Parameters
    ----------
    where
        Path of an SQLite file, or URL of a database; SQLite is opened for reading only.
    name
        Name of the table.

    Raises
    ------
    StoreError
        When the database cannot be opened or has no such table.
    InputError
        When the table lacks columns of a queue log.
    """

    def __init__(self, where: str, name: str = "queue_log") -> None:
        self._engine = _engine(where)
        try:
            self._table = self._described(name)
        except BaseException:
            self._engine.dispose()
            raise

    def __enter__(self) -> QueueLogTable:
        """Hand out the table itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the database back."""
        self.close()

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    @property
    def place(self) -> str:
        """Database and table, without a password."""
        return f"{place_of(self._engine)} {self._table.name}"

    @property
    def numbered(self) -> bool:
        """Whether rows have an ``id``, so that reading can go on behind the last one."""
        return "id" in self._table.c

    def rows(self, after: int = 0) -> Iterator[QueueLogRow]:
        """Rows with an ``id`` above ``after``, by it; all rows where the table has none."""
        names = [*_NEEDED, *(name for name in (*_PARTS, "data", "id") if name in self._table.c)]
        query = sa.select(*(self._table.c[name] for name in names))
        if self.numbered:
            number = self._table.c["id"]
            query = query.where(number > after).order_by(number)
        with told(self._engine), self._engine.connect() as plain:
            connection = plain.execution_options(yield_per=_AT_ONCE)
            for place, row in enumerate(connection.execute(query).mappings(), start=1):
                yield _row(dict(row), place)

    def _described(self, name: str) -> sa.Table:
        with told(self._engine):
            found = sa.inspect(self._engine)
            if not found.has_table(name):
                tables = ", ".join(sorted(found.get_table_names())) or "none"
                raise StoreError(
                    f"{place_of(self._engine)}: no table {name}; there are {tables}; name it with "
                    "--table"
                )
            columns = [column["name"] for column in found.get_columns(name)]
        missing = [column for column in _NEEDED if column not in columns]
        if "data" not in columns and _PARTS[0] not in columns:
            missing.append("data, or data1 to data5")
        if missing:
            place, there = f"{place_of(self._engine)} {name}", ", ".join(columns)
            fix = "name the table of the queue log with --table"
            raise InputError(
                [Problem("missing column", place, 0, each, there, fix) for each in missing]
            )
        return sa.Table(name, sa.MetaData(), *(sa.Column(column) for column in columns))


def _engine(where: str) -> sa.Engine:
    if "://" in where:
        try:
            return sa.create_engine(where)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreError(
                f"no such kind of database ({error}); give the path of an SQLite file or a URL "
                "like postgresql+psycopg://asterisk@host/asterisk with its driver installed"
            ) from error
    path = Path(where).resolve()
    if not path.is_file():
        raise StoreError(f"{where}: no such database file; check the path")
    # the switch's own file: opened so that nothing can be written
    query = {"mode": "ro", "uri": "true"}
    return sa.create_engine(sa.URL.create("sqlite", database=f"file:{path}", query=query))


def _row(cells: dict[str, Any], place: int) -> QueueLogRow:
    time = cells["time"]
    return QueueLogRow(
        number=int(cells.get("id", place)),
        time=time if isinstance(time, dt.datetime) else _text(time),
        call=_text(cells["callid"]),
        queue=_text(cells["queuename"]),
        agent=_text(cells["agent"]),
        event=_text(cells["event"]),
        data=_data(cells),
    )


def _data(cells: dict[str, Any]) -> tuple[str, ...]:
    """Fields of either form; where a table has both columns, of the one that is filled."""
    parts = [_text(cells[name]) for name in _PARTS if name in cells]
    while parts and not parts[-1]:
        parts.pop()
    if parts:
        return tuple(parts)
    whole = _text(cells.get("data"))
    return tuple(whole.split("|")) if whole else ()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
