"""Versions of the forecast in SQL: in force, pinned, compared, pruned; and how right they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from wfm import schema
from wfm.store.bulk import insert_row
from wfm.store.engine import reading, writing
from wfm.store.night_schema import ACCURACY, PIN, PROMOTION
from wfm.store.run import HELD, Run
from wfm.store.tables import RESULTS, TABLES, fetched, frame_of, raw_columns, sql_table

__all__ = ["Versions", "add_promotion"]


def add_promotion(
    connection: sa.Connection, run: str, *, how: str, at: dt.datetime, reason: str | None
) -> None:
    """Put a run in force from a moment on, within the caller's transaction."""
    table = sql_table("promotion")
    number = 1 + (connection.scalar(sa.select(sa.func.max(table.c.number))) or 0)
    row = {"number": number, "run": run, "promoted_at": at, "how": how, "reason": reason}
    insert_row(connection, "promotion", row)


class Versions:
    """Promotions, pins and the ledger of a store."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def promote(self, run: str, *, how: str, at: dt.datetime, reason: str | None = None) -> None:
        """Put a run in force.

        Raises
        ------
        StoreError
            When the database cannot be written.
        """
        with writing(self._engine) as connection:
            add_promotion(connection, run, how=how, at=at, reason=reason)

    def promotions(self) -> pd.DataFrame:
        """All promotions, oldest first (:data:`wfm.store.night_schema.PROMOTION`)."""
        return self._frame(PROMOTION)

    def in_force(self) -> Run | None:
        """Run that was promoted last."""
        run, promotion = sql_table("run"), sql_table("promotion")
        query = sa.select(run).join(promotion, promotion.c.run == run.c.run)
        with reading(self._engine) as connection:
            newest = query.order_by(promotion.c.number.desc()).limit(1)
            row = connection.execute(newest).mappings().first()
        return None if row is None else Run(**row)

    def pin(self, run: str, *, at: dt.datetime, reason: str | None = None) -> None:
        """Keep a run from being pruned and, while it is in force, from being replaced."""
        table = sql_table("pin")
        with writing(self._engine) as connection:
            connection.execute(sa.delete(table).where(table.c.run == run))
            insert_row(connection, "pin", {"run": run, "pinned_at": at, "reason": reason})

    def unpin(self, run: str) -> bool:
        """Let a run go again; whether it was pinned."""
        table = sql_table("pin")
        with writing(self._engine) as connection:
            return bool(connection.execute(sa.delete(table).where(table.c.run == run)).rowcount)

    def pins(self) -> pd.DataFrame:
        """Pinned runs (:data:`wfm.store.night_schema.PIN`)."""
        return self._frame(PIN)

    def prune(self, runs: Sequence[str], *, at: dt.datetime) -> int:
        """Take the results of runs away, each in a transaction; how many rows that were.

        The runs themselves, their inputs and their place in the ledger stay.
        """
        gone = 0
        for run in runs:
            with writing(self._engine) as connection:
                for name in RESULTS:
                    rows = sql_table(name)
                    gone += connection.execute(sa.delete(rows).where(rows.c.run == run)).rowcount
                table = sql_table("run")
                row = sa.update(table).where(table.c.run == run)
                connection.execute(row.values(pruned_at=at))
        return gone

    def span(self, table: str, run: str) -> tuple[dt.datetime, dt.datetime] | None:
        """First and last interval of a run in forecast, requirement or coverage."""
        rows = sql_table(table)
        start = rows.c.interval_start
        query = sa.select(sa.func.min(start), sa.func.max(start)).where(rows.c.run == run)
        with reading(self._engine) as connection:
            first, last = connection.execute(query).one()
        return None if first is None else (first, last)

    def totals(self, run: str, start: dt.datetime, end: dt.datetime) -> pd.DataFrame:
        """By queue: contacts, agent_hours and agents (most at a time) from start to end, included.

        Summed by the database, so that runs of any size compare in little memory.
        """
        return self._totals(run, start, end).set_index("queue").sort_index()

    def weekly_totals(self, run: str, start: dt.datetime, weeks: int) -> pd.DataFrame:
        """The same by queue and whole week from start on; ``week`` counts from 0."""
        ends = [start + dt.timedelta(weeks=k + 1) for k in range(weeks)]
        last = ends[-1] - dt.timedelta(microseconds=1)
        return self._totals(run, start, last, ends).sort_values(["week", "queue"])

    def _totals(
        self,
        run: str,
        start: dt.datetime,
        end: dt.datetime,
        ends: Sequence[dt.datetime] = (),
    ) -> pd.DataFrame:
        """Totals by queue and, where there are ``ends``, by the stretch of time before each."""
        forecast, need = sql_table("forecast"), sql_table("requirement")
        hours = sa.func.sum(need.c.agents_required * need.c.interval_s) / 3600.0
        wanted = (
            (forecast, [sa.func.sum(forecast.c.mean)], ["contacts"]),
            (need, [hours, sa.func.max(need.c.agents_required)], ["agent_hours", "agents"]),
        )
        key = ["queue", "week"] if ends else ["queue"]
        parts = []
        with reading(self._engine) as connection:
            for table, figures, names in wanted:
                time = table.c.interval_start
                by: list[sa.ColumnElement[Any]] = [table.c.queue]
                if ends:
                    by.append(sa.case(*((time < moment, k) for k, moment in enumerate(ends))))
                query = sa.select(*by, *figures).where(table.c.run == run, time.between(start, end))
                query = query.group_by(*(sa.text(str(k + 1)) for k in range(len(by))))
                rows = [tuple(row) for row in connection.execute(query)]
                frame = pd.DataFrame.from_records(rows, columns=[*key, *names])
                parts.append(frame.set_index(key).astype("float64"))
        return pd.concat(parts, axis=1).reset_index()

    def roster_cost(self, run: str, start: dt.datetime, end: dt.datetime) -> float | None:
        """Cost of a run's shifts that begin from start to end, included; None without a roster."""
        table = sql_table("roster_shift")
        inside = table.c.start.between(start, end)
        query = sa.select(sa.func.sum(table.c.cost)).where(table.c.run == run, inside)
        with reading(self._engine) as connection:
            cost = connection.scalar(query)
        return None if cost is None else float(cost)

    def rows(
        self,
        table: str,
        runs: Sequence[str],
        queue: str | None,
        start: dt.datetime,
        end: dt.datetime,
    ) -> pd.DataFrame:
        """Rows of runs in forecast, requirement or coverage, from start until before end."""
        source = sql_table(table)
        where = [
            source.c.run.in_(list(runs)),
            source.c.interval_start >= start,
            source.c.interval_start < end,
        ]
        if queue is not None:
            where.append(source.c.queue == queue)
        return self._frame(TABLES[table], *where)

    def roster_of_week(self, start: dt.datetime, end: dt.datetime) -> str | None:
        """Newest run whose roster has shifts that begin from start until before end.

        Nights that are not finished count, held ones do not.
        """
        run, shift = sql_table("run"), sql_table("roster_shift")
        there = sa.exists().where(
            shift.c.run == run.c.run, shift.c.start >= start, shift.c.start < end
        )
        query = sa.select(run.c.run).where(there, run.c.status != HELD)
        with reading(self._engine) as connection:
            return connection.scalar(query.order_by(run.c.created_at.desc()).limit(1))

    def rosters_after(self, moment: dt.datetime) -> list[str]:
        """Runs with shifts that end after a moment."""
        shift = sql_table("roster_shift")
        query = sa.select(shift.c.run).where(shift.c.end > moment).distinct()
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def accuracy(self, since: dt.date | None = None, queue: str | None = None) -> pd.DataFrame:
        """Ledger of forecasts in force against what came, from a local day on."""
        table = sql_table("accuracy")
        where = [] if since is None else [table.c.day >= since.isoformat()]
        if queue is not None:
            where.append(table.c.queue == queue)
        return self._frame(ACCURACY, *where)

    def _frame(self, table: schema.Table, *where: sa.ColumnElement[bool]) -> pd.DataFrame:
        source = sql_table(table.name)
        query = sa.select(*raw_columns(table.name, table, self._engine.dialect.name)).where(*where)
        with reading(self._engine) as connection:
            rows = fetched(connection, query.order_by(*(source.c[key] for key in table.key)))
        return frame_of(rows, table)
