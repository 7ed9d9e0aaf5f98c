"""Nights in SQL: begun, filled queue by queue, finished; what broke off is found again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.errors import StoreError
from wfm.store.bulk import insert_frame, insert_row
from wfm.store.engine import place_of, reading, writing
from wfm.store.history import pack_history
from wfm.store.night_schema import ACCURACY, RUN_QUEUE
from wfm.store.run import ABANDONED, NIGHTLY, RUNNING, Run
from wfm.store.tables import RESULTS, TABLES, fetched, frame_of, raw_columns, sql_table
from wfm.store.versions import add_promotion

__all__ = ["NewChoice", "Nights", "QueueChoice", "QueueOutcome"]


@dataclass(frozen=True, slots=True)
class QueueOutcome:
    """What became of a queue in a night; the row of :data:`wfm.store.night_schema.RUN_QUEUE`."""

    run: str
    queue: str
    status: str
    message: str | None = None
    source_run: str | None = None
    inputs_hash: str | None = None
    results_hash: str | None = None
    models: str | None = None
    history_rows: int = 0
    contacts: float | None = None
    agent_hours: float | None = None
    seconds: float | None = None
    choice_run: str | None = None
    choice_why: str | None = None


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """Where the newest choice of models of a queue is: the run that made it and for when."""

    run: str
    as_of: dt.datetime


@dataclass(frozen=True, slots=True)
class NewChoice:
    """What the trials of a queue or group taught; see :data:`wfm.store.night_schema.QUEUE_CHOICE`.

    Parameters
    ----------
    queue
        Queue or group.
    ground
        Hash over what it holds for.
    """

    queue: str
    ground: str
    learnt: str


class Nights:
    """Nights of a store.

    A night is a run that grows: each queue comes with all its results in one transaction. Once
    finished it never changes; until then no reader takes it for a result.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(self, run: Run, inputs: Mapping[str, str]) -> None:
        """Open a night, with the texts of the files that it goes by.

        Raises
        ------
        StoreError
            When the run is there already, or the database cannot be written.
        """
        with writing(self._engine) as connection:
            insert_row(connection, "run", asdict(run))
            for name, text in inputs.items():
                insert_row(connection, "run_input", {"run": run.run, "name": name, "text": text})

    def unfinished(self) -> list[Run]:
        """Nights that broke off, oldest first."""
        table = sql_table("run")
        return self._runs(table.c.status == RUNNING)

    def same(self, run: Run) -> Run | None:
        """Night with the key of ``run``: as-of, inputs and code version."""
        table = sql_table("run")
        found = self._runs(
            table.c.kind == NIGHTLY,
            table.c.as_of == run.as_of,
            table.c.inputs_hash == run.inputs_hash,
            table.c.code_version == run.code_version,
            table.c.status != ABANDONED,
        )
        return found[-1] if found else None

    def _runs(self, *where: sa.ColumnElement[bool]) -> list[Run]:
        table = sql_table("run")
        query = sa.select(table).where(*where).order_by(table.c.created_at, table.c.run)
        with reading(self._engine) as connection:
            return [Run(**row) for row in connection.execute(query).mappings()]

    def queues(self, run: str) -> pd.DataFrame:
        """What became of the queues of a night (:data:`wfm.store.night_schema.RUN_QUEUE`)."""
        table = sql_table("run_queue")
        query = sa.select(*raw_columns("run_queue", RUN_QUEUE, self._engine.dialect.name))
        with reading(self._engine) as connection:
            rows = fetched(connection, query.where(table.c.run == run).order_by(table.c.queue))
        return frame_of(rows, RUN_QUEUE)

    def choices(
        self, before: dt.datetime, *, known_at: dt.datetime, code_version: str
    ) -> dict[str, QueueChoice]:
        """Newest choice of models of each queue and group, as known at a moment.

        Parameters
        ----------
        before
            Local time; only nights of an earlier one count.
        known_at
            Only nights that had begun by then.
        """
        choice, run = sql_table("queue_choice"), sql_table("run")
        query = (
            sa.select(choice.c.queue, choice.c.run, run.c.as_of)
            .join(run, run.c.run == choice.c.run)
            .where(
                run.c.finished_at.is_not(None),
                run.c.code_version == code_version,
                run.c.as_of < before.isoformat(),
                run.c.created_at < known_at,
            )
            .order_by(run.c.as_of, run.c.created_at, run.c.run)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {
            row.queue: QueueChoice(row.run, dt.datetime.fromisoformat(row.as_of)) for row in rows
        }

    def choice(self, run: str, queue: str) -> NewChoice:
        """What the trials of a queue or group taught in a night."""
        table = sql_table("queue_choice")
        query = sa.select(table).where(table.c.run == run, table.c.queue == queue)
        with reading(self._engine) as connection:
            row = connection.execute(query).one()
        return NewChoice(row.queue, row.ground, row.learnt)

    def last_before(self, before: dt.datetime, *, known_at: dt.datetime) -> Run | None:
        """Finished night of the latest local time before one, as known at a moment."""
        table = sql_table("run")
        nights = self._runs(
            table.c.kind == NIGHTLY,
            table.c.finished_at.is_not(None),
            table.c.as_of < before.isoformat(),
            table.c.created_at < known_at,
        )
        return max(nights, key=lambda run: (run.as_of or "", run.created_at), default=None)

    def inputs(self, run: str) -> dict[str, str]:
        """Texts that a night went by, by file name."""
        table = sql_table("run_input")
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(table).where(table.c.run == run))
            return {row.name: row.text for row in rows}

    def save_queue(
        self,
        outcome: QueueOutcome,
        tables: Mapping[str, pd.DataFrame],
        accuracy: pd.DataFrame,
        choices: Sequence[NewChoice] = (),
        *,
        settled_before: dt.datetime | None = None,
    ) -> None:
        """Keep all that a night made of a queue, in one transaction.

        Parameters
        ----------
        tables
            forecast and requirement; without the ``run`` column.
        accuracy
            Rows of the ledger; they take the place of those of the same days.
        choices
            What trials taught of the queue, and of the group that it completes.
        settled_before
            History of the queue before this moment is packed, for nights to come to read.

        Raises
        ------
        StoreError
            When the night is finished or the queue is there already, or the database cannot be
            written.
        """
        checked = {
            name: schema.check(frame.assign(run=outcome.run), TABLES[name])
            for name, frame in tables.items()
        }
        ledger = schema.check(accuracy, ACCURACY) if len(accuracy) else accuracy
        with writing(self._engine) as connection:
            self._refuse_finished(connection, outcome.run)
            insert_row(connection, "run_queue", asdict(outcome))
            for choice in choices:
                insert_row(connection, "queue_choice", {"run": outcome.run, **asdict(choice)})
            for name, frame in checked.items():
                insert_frame(connection, name, frame, TABLES[name])
            if settled_before is not None:
                pack_history(connection, outcome.queue, settled_before)
            table = sql_table("accuracy")
            for level, rows in ledger.groupby("level") if len(ledger) else ():
                days = table.c.day.in_(list(rows["day"].unique()))
                same = table.c.queue == outcome.queue, table.c.level == level, days
                connection.execute(sa.delete(table).where(*same))
            insert_frame(connection, "accuracy", ledger, ACCURACY)

    def add(self, run: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Add results that belong to no single queue, like a week's roster, in one transaction."""
        checked = {
            name: schema.check(frame.assign(run=run), TABLES[name])
            for name, frame in tables.items()
        }
        with writing(self._engine) as connection:
            self._refuse_finished(connection, run)
            for name, frame in checked.items():
                insert_frame(connection, name, frame, TABLES[name])

    def _refuse_finished(self, connection: sa.Connection, run: str) -> None:
        table = sql_table("run")
        status = connection.scalar(sa.select(table.c.status).where(table.c.run == run))
        if status != RUNNING:
            raise StoreError(
                f"{place_of(self._engine)}: run {run} is {status or 'not there'}; "
                "finished runs never change"
            )

    def finish(
        self,
        run: str,
        *,
        status: str,
        summary: Mapping[str, object],
        now: dt.datetime,
        promote: bool,
    ) -> None:
        """Close a night, and put it in force where asked, in one transaction."""
        table = sql_table("run")
        told = json.dumps(dict(summary), sort_keys=True, default=str)
        with writing(self._engine) as connection:
            self._refuse_finished(connection, run)
            row = sa.update(table).where(table.c.run == run)
            connection.execute(row.values(status=status, summary=told, finished_at=now))
            if promote:
                add_promotion(connection, run, how=NIGHTLY, at=now, reason=None)

    def discard(self, run: str) -> None:
        """Take the results of a night that broke off away; the run stays, as abandoned."""
        table = sql_table("run")
        with writing(self._engine) as connection:
            self._refuse_finished(connection, run)
            for name in (*RESULTS, "run_queue", "queue_choice"):
                rows = sql_table(name)
                connection.execute(sa.delete(rows).where(rows.c.run == run))
            row = sa.update(table).where(table.c.run == run)
            connection.execute(row.values(status=ABANDONED))
