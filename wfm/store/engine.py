"""Door to the database: SQLite with WAL in a file, or PostgreSQL by URL; errors in plain words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from wfm.errors import StoreError

__all__ = ["make_engine", "place_of", "reading", "told", "writing"]

_WRITER_LOCK = 7_716_071
"""Key of the PostgreSQL advisory lock that lets one writer in at a time."""


def make_engine(where: str | Path, busy_timeout_s: float) -> sa.Engine:
    """Engine for a database URL or the path of an SQLite file, whose folder is made.

    Raises
    ------
    StoreError
        When the URL or its driver is unknown, or the folder cannot be made.
    """
    text = str(where)
    if "://" not in text:
        _make_folder(Path(text))
        text = sa.URL.create("sqlite", database=text).render_as_string(hide_password=False)
    try:
        engine = sa.create_engine(text)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"no such kind of database ({error}); give the path of an SQLite file or "
            "postgresql+psycopg://user@host/name with the psycopg package installed"
        ) from error
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine, busy_timeout_s)
    return engine


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path}: its folder cannot be made ({error.strerror}); choose another place"
        ) from error


def _set_up_sqlite(engine: sa.Engine, busy_timeout_s: float) -> None:
    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        # Python's driver would commit before DDL; transactions are begun by hand below
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {round(busy_timeout_s * 1000)}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # A reader that turns writer can fail at once when another wrote; so writers say it first
        writes = connection.get_execution_options().get("wfm_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Connection that sees one state of the database throughout.

    Raises
    ------
    StoreError
        When the database cannot be read.
    """
    with told(engine), engine.connect() as plain:
        server = engine.dialect.name == "postgresql"
        options = {"isolation_level": "REPEATABLE READ"} if server else {}
        connection = plain.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Connection in one transaction of the only writer; all of it is kept, or nothing.

    Raises
    ------
    StoreError
        When the database cannot be written.
    """
    with told(engine), engine.connect() as plain:
        connection = plain.execution_options(wfm_writes=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
            yield connection


@contextmanager
def told(engine: sa.Engine) -> Iterator[None]:
    """Turn what the database says into a :class:`StoreError` with what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()
        said = cause[0] if cause else type(error).__name__
        raise StoreError(f"{place_of(engine)}: {_plain_words(said)}") from error


def place_of(engine: sa.Engine) -> str:
    """File or URL of the database, without its password."""
    url = engine.url
    return str(url.database) if url.drivername == "sqlite" else url.render_as_string()


_WORDS = (
    ("unable to open", "cannot be opened; check that the folder exists and may be written to"),
    ("file is not a database", "is not a wfm database; move the file away or name another"),
    ("malformed", "is damaged; bring back a copy, or remove it and import the files again"),
    ("is locked", "is locked by another program; wait until that has finished, then try again"),
    ("readonly", "may not be written to; check the rights of the file and its folder"),
    ("read-only", "may not be written to; check the rights of the file and its folder"),
    (
        "disk i/o",
        "cannot be written; make room on its disk, or look after the disk, then try again",
    ),
    ("is full", "has no room left on its disk; make room, then try again"),
    ("connection", "cannot be reached; check the URL and that the server runs"),
)


def _plain_words(said: str) -> str:
    """What the user can do about a message of the database."""
    for mark, words in _WORDS:
        if mark in said.lower():
            return f"{words} ({said})"
    return f"the database refused ({said})"
