"""What a centre keeps: interval history, issues, runs and their results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.errors import LockedError, StoreError
from wfm.store.agent_time import read_agent_time, write_agent_time
from wfm.store.archive import read_archive, write_archive
from wfm.store.bulk import insert_frame, insert_row
from wfm.store.engine import make_engine, place_of, reading, writing
from wfm.store.history import (
    ImportCounts,
    last_import,
    read_changes,
    read_history,
    read_queue,
    rows_since,
    write_history,
)
from wfm.store.live import HealedGap, heal_gaps, healed_gaps, write_live
from wfm.store.lock import NightLock, night_lock, watch_lock
from wfm.store.migrate import upgrade
from wfm.store.nights import Nights
from wfm.store.reading_state import read_state, write_state
from wfm.store.run import ABANDONED, NIGHTLY, RUNNING, Run
from wfm.store.tables import TABLES, fetched, frame_of, raw_columns, sql_table
from wfm.store.versions import Versions

__all__ = ["Run", "Store", "open_store"]


def open_store(where: str | Path, *, busy_timeout_s: float = 30.0) -> Store:
    """Store in an SQLite file (made with its folder where absent) or behind a database URL.

    Parameters
    ----------
    where
        Path, or URL like ``postgresql+psycopg://wfm@db/wfm``.
    busy_timeout_s
        How long to wait for another writer [s]; SQLite only.

    Raises
    ------
    StoreError
        When it cannot be opened, is no wfm database or was made by a newer wfm.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/wfm.db") as store:
    ...     len(store.runs())
    0
    """
    engine = make_engine(where, busy_timeout_s)
    try:
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


class Store:
    """An open database; use it as a context manager or call :meth:`close`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.nights = Nights(engine)
        self.versions = Versions(engine)

    def __enter__(self) -> Store:
        """Hand out the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store."""
        self.close()

    def night_lock(self) -> AbstractContextManager[NightLock]:
        """Keep every other night out; see :func:`wfm.store.lock.night_lock`."""
        return night_lock(self._engine)

    def watch_lock(self, switch: str) -> AbstractContextManager[Callable[[], None]]:
        """Keep every other watch of a switch out; see :func:`wfm.store.lock.watch_lock`."""
        return watch_lock(self._engine, switch)

    def night_running(self) -> bool:
        """Whether some process holds the lock of the night."""
        try:
            with night_lock(self._engine, look=True):
                return False
        except LockedError:
            return True

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def write_archive(self, path: Path, *, now: dt.datetime) -> dict[str, int]:
        """Write everything into one file; see :func:`wfm.store.archive.write_archive`."""
        return write_archive(self._engine, path, now=now)

    def read_archive(self, path: Path) -> dict[str, int]:
        """Bring an archive into this empty store; see :func:`wfm.store.archive.read_archive`."""
        return read_archive(self._engine, path)

    # -- interval history ----------------------------------------------------------------------

    def import_intervals(
        self,
        frame: pd.DataFrame,
        *,
        source: str,
        file_hash: str,
        imported_at: dt.datetime,
        issues: pd.DataFrame | None = None,
        closed_before: dt.datetime | None = None,
    ) -> ImportCounts:
        """Add or correct intervals by queue and start, in one transaction.

        Parameters
        ----------
        frame
            Interval history; an empty cell says nothing and leaves the stored figure as it is.
        source
            File or switch, for the log.
        file_hash
            SHA-256 of the file; issues of an earlier import of the same file are replaced.
        issues
            Issues of the same file.
        closed_before
            Intervals before this moment are closed: new ones are taken, corrections are not.

        Raises
        ------
        InputError
            When the frame is no interval history, or a queue has intervals of another length at
            the same time, so that contacts would count twice.
        StoreError
            When the database cannot be written.
        """
        history = schema.check(frame, schema.INTERVAL_HISTORY, source=source)
        defects = None if issues is None else schema.check(issues, schema.ISSUE, source=source)
        with writing(self._engine) as connection:
            counts = write_history(
                connection,
                history,
                source=source,
                file_hash=file_hash,
                imported_at=imported_at,
                closed_before=closed_before,
            )
            if defects is not None:
                _write_issues(connection, defects, counts.import_id, file_hash)
        return counts

    def history(
        self,
        queues: Iterable[str] | None = None,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        *,
        known_import: int | None = None,
        figures: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Interval history of some or all queues, from ``start`` until before ``end``.

        Parameters
        ----------
        known_import
            Give it as it stood after this import, without what came or was corrected later.
        figures
            Columns to give beside queue and interval_start; all of them unless given.

        Raises
        ------
        ValueError
            When a time has no zone.
        StoreError
            When the database cannot be read.
        """
        with reading(self._engine) as connection:
            return read_history(connection, queues, start, end, known_import, figures)

    def queue_history(
        self, queue: str, end: dt.datetime, *, known_import: int | None, figures: Sequence[str]
    ) -> pd.DataFrame:
        """What :meth:`history` gives of one queue, quickly: what is settled comes in one piece."""
        with reading(self._engine) as connection:
            return read_queue(connection, queue, end, known_import, figures)

    def last_import(self, before: dt.datetime | None = None) -> int:
        """Number of the last import that changed the history before a moment; 0 when none did."""
        with reading(self._engine) as connection:
            return last_import(connection, before)

    def rows_since(self, since_import: int) -> tuple[int, int]:
        """Intervals that were new and that were corrected since an import [rows]."""
        with reading(self._engine) as connection:
            return rows_since(connection, since_import)

    def changes(self, since_import: int) -> pd.DataFrame:
        """Intervals corrected after an import: queue, interval_start, offered_before, offered."""
        with reading(self._engine) as connection:
            return read_changes(connection, since_import)

    def imports(self) -> pd.DataFrame:
        """Log of the imports, oldest first (:data:`wfm.schema.IMPORT_LOG`)."""
        return self._frame("import_log", order=["import_id"])

    def issues(self, import_id: int | None = None) -> pd.DataFrame:
        """Issues of one import or of all (:data:`wfm.schema.ISSUE`), oldest first."""
        table = sql_table("issue")
        where = [] if import_id is None else [table.c.import_id == import_id]
        return self._frame("issue", *where, order=["issue_id"])

    # -- live feeds and agents' time -----------------------------------------------------------

    def write_live(
        self, frame: pd.DataFrame, *, source: str, day: dt.date, now: dt.datetime
    ) -> ImportCounts:
        """Keep intervals of a live feed current; each day of a source is one line of the log.

        Raises
        ------
        InputError
            When the frame is no interval history or its intervals are of another length.
        StoreError
            When the database cannot be written.
        """
        history = schema.check(frame, schema.INTERVAL_HISTORY, source=source)
        with writing(self._engine) as connection:
            return write_live(connection, history, source=source, day=day, now=now)

    def reading_state(self, source: str) -> str | None:
        """Where the reading of a log stopped; None where it has not begun."""
        with reading(self._engine) as connection:
            return read_state(connection, source)

    def save_reading_state(self, source: str, state: str, *, saved_at: dt.datetime) -> None:
        """Keep where the reading of a log stopped."""
        with writing(self._engine) as connection:
            write_state(connection, source, state, saved_at)

    def heal_gaps(self, frame: pd.DataFrame, source: str) -> int:
        """Mark gaps of live feeds in the intervals of a log's history as healed; their number."""
        with writing(self._engine) as connection:
            return heal_gaps(connection, frame, source)

    def healed_gaps(self, since: dt.datetime) -> frozenset[HealedGap]:
        """Gaps of live feeds that a log has healed, from a moment on."""
        with reading(self._engine) as connection:
            return healed_gaps(connection, since)

    def write_agent_states(self, frame: pd.DataFrame) -> None:
        """Put agents' time in the place of that of the same agents in the same time.

        Parameters
        ----------
        frame
            :data:`wfm.schema.AGENT_STATE`.

        Raises
        ------
        InputError
            When the frame is none.
        StoreError
            When the database cannot be written.
        """
        states = schema.check(frame, schema.AGENT_STATE)
        with writing(self._engine) as connection:
            write_agent_time(connection, states)

    def agent_states(
        self, start: dt.datetime | None = None, end: dt.datetime | None = None
    ) -> pd.DataFrame:
        """Agents' time (:data:`wfm.schema.AGENT_STATE`) that touches ``start`` until ``end``."""
        with reading(self._engine) as connection:
            return read_agent_time(connection, start, end)

    # -- runs ----------------------------------------------------------------------------------

    def save_run(self, run: Run, tables: Mapping[str, pd.DataFrame]) -> None:
        """Keep a run with its results, in one transaction; a run never changes afterwards.

        Parameters
        ----------
        tables
            Results by table name; the ``run`` column may be left out.

        Raises
        ------
        InputError
            When a result does not pass :func:`wfm.schema.check`.
        StoreError
            When the run is there already, its parent is not, or the database cannot be written.
        """
        checked = {name: _of_run(run, name, frame) for name, frame in tables.items()}
        with writing(self._engine) as connection:
            self._refuse_impossible(connection, run)
            insert_row(connection, "run", asdict(run))
            for name, frame in checked.items():
                insert_frame(connection, name, frame, schema.TABLES[name])

    def _refuse_impossible(self, connection: sa.Connection, run: Run) -> None:
        ids = sql_table("run").c.run
        there = set(connection.scalars(sa.select(ids).where(ids.in_([run.run, run.parent or ""]))))
        if run.run in there:
            raise StoreError(
                f"{place_of(self._engine)}: run {run.run} is there already and runs are never "
                "changed; save under a new identifier"
            )
        if run.parent is not None and run.parent not in there:
            raise StoreError(
                f"{place_of(self._engine)}: run {run.run} names parent {run.parent}, which is not "
                "there; save the parent first"
            )

    def read(self, table: str, run: str) -> pd.DataFrame:
        """Result of a run; no rows where it has none.

        Raises
        ------
        ValueError
            When no run makes such a table.
        StoreError
            When the database cannot be read.
        """
        source = sql_table(table)
        if "run" not in source.c or table == "run":
            raise ValueError(f"{table} is not a result of runs")
        return self._frame(table, source.c.run == run, order=TABLES[table].key)

    def runs(self) -> pd.DataFrame:
        """All runs, oldest first (:data:`wfm.schema.RUN`)."""
        return self._frame("run", order=["created_at", "run"])

    def latest(self, kind_or_table: str) -> Run | None:
        """Newest run of a kind, or newest run with rows in a table; None when there is none.

        A nightly run counts from its promotion on and not before; promoting an older run (again)
        makes it the newest.
        """
        table, promotion = sql_table("run"), sql_table("promotion")
        last = (
            sa.select(
                promotion.c.run,
                sa.func.max(promotion.c.promoted_at).label("at"),
                sa.func.max(promotion.c.number).label("number"),
            )
            .group_by(promotion.c.run)
            .subquery()
        )
        query = sa.select(table).outerjoin(last, last.c.run == table.c.run)
        query = query.where(table.c.status.not_in([RUNNING, ABANDONED]))
        query = query.where(sa.or_(table.c.kind != NIGHTLY, last.c.number.is_not(None)))
        if kind_or_table in schema.TABLES:
            rows = sql_table(kind_or_table)
            query = query.where(sa.exists().where(rows.c.run == table.c.run))
        else:
            query = query.where(table.c.kind == kind_or_table)
        counts_from = sa.func.coalesce(last.c.at, table.c.created_at)
        order = (counts_from, sa.func.coalesce(last.c.number, 0), table.c.created_at, table.c.run)
        newest = query.order_by(*(column.desc() for column in order)).limit(1)
        with reading(self._engine) as connection:
            row = connection.execute(newest).mappings().first()
        return None if row is None else Run(**row)

    def _frame(
        self, name: str, *where: sa.ColumnElement[bool], order: Sequence[str]
    ) -> pd.DataFrame:
        """Rows of a table as a checked frame."""
        source, table = sql_table(name), TABLES[name]
        # two imports may well have found the same issue
        described = replace(table, key=()) if table is schema.ISSUE else table
        query = sa.select(*raw_columns(name, described, self._engine.dialect.name))
        query = query.where(*where).order_by(*(source.c[column] for column in order))
        with reading(self._engine) as connection:
            return frame_of(fetched(connection, query), described)


def _of_run(run: Run, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Checked result whose rows all name the run."""
    table = schema.TABLES.get(name)
    if table is None or "run" not in table.key or table is schema.RUN:
        raise ValueError(f"{name} is not a result of runs")
    if "run" in frame and not (frame["run"] == run.run).all():
        raise ValueError(f"{name} has rows of another run than {run.run}")
    return schema.check(frame.assign(run=run.run), table)


def _write_issues(
    connection: sa.Connection, issues: pd.DataFrame, import_id: int, file_hash: str
) -> None:
    """Give issues to an import, in place of those of any import of the same file."""
    table, log = sql_table("issue"), sql_table("import_log")
    same_file = sa.select(log.c.import_id).where(log.c.file_hash == file_hash)
    connection.execute(sa.delete(table).where(table.c.import_id.in_(same_file)))
    insert_frame(connection, "issue", issues, schema.ISSUE, import_id=import_id)
