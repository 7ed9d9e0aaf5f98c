"""Migrations: they arrive at the tables that the schema describes."""

import pandas as pd
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from wfm import schema
from wfm.store import migrate, open_store
from wfm.store.engine import make_engine, writing
from wfm.store.tables import METADATA, TABLES


def test_the_steps_arrive_at_the_described_tables(where):
    """No column, type, key or index of the schema is missing, and none is left over.

    When this fails, a table in wfm/schema changed without a new step in wfm/store/migrations.
    """
    open_store(where).close()
    engine = make_engine(where, 5)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)
        keys = {
            name: sa.inspect(connection).get_pk_constraint(name)["constrained_columns"]
            for name in METADATA.tables
        }
    engine.dispose()
    assert differences == []
    assert keys == {
        name: [column.name for column in table.primary_key]
        for name, table in METADATA.tables.items()
    }


def test_head_is_the_newest_step():
    """The version that opens without Alembic is the last one in the folder."""
    assert ScriptDirectory(str(migrate._SCRIPTS)).get_current_head() == migrate.HEAD


def test_every_schema_table_has_its_sql_table():
    """What crosses a border can be kept."""
    assert set(METADATA.tables) == {*TABLES, "interval_was"}
    assert set(schema.TABLES) <= set(TABLES)


def test_each_key_is_the_schema_s(where):
    """Natural keys are primary keys; issues, whose keys may be empty, are numbered."""
    for name, table in TABLES.items():
        found = [column.name for column in METADATA.tables[name].primary_key]
        assert found == (
            ["issue_id"]
            if table is schema.ISSUE
            else [column for column in table.names if column in table.key]
        )


def test_both_ways_with_data(where):
    """A database of the first schema with data comes up to date, goes back, and up again."""
    engine = make_engine(where, 5)
    with writing(engine) as connection:
        command.upgrade(migrate._config(connection), "0001")
        run = "('r1', 'forecast', '2026-01-01T03:00:00Z', 'h', '0.1.0', 'ok', '{}')"
        columns = "run, kind, created_at, inputs_hash, code_version, status, summary"
        if engine.dialect.name == "sqlite":
            run = run.replace("T", " ").replace("Z", ".000000")
        connection.execute(sa.text(f"INSERT INTO run ({columns}) VALUES {run}"))
        for slot in range(3):
            start = f"2026-01-01 {slot:02d}:00:00" + (
                ".000000" if engine.dialect.name == "sqlite" else "+00"
            )
            row = f"('a', '{start}', 3600, {slot})"
            columns = "queue, interval_start, interval_s, offered"
            connection.execute(sa.text(f"INSERT INTO interval_history ({columns}) VALUES {row}"))
    with open_store(where) as store:
        before = (store.history(), store.runs())
        assert before[0]["offered"].tolist() == [0, 1, 2]
        pd.testing.assert_frame_equal(store.history(known_import=0), before[0])
        changed = before[0].assign(offered=[0, 7, 2])
        now = before[1]["created_at"][0].to_pydatetime()
        store.import_intervals(changed, source="x", file_hash="x", imported_at=now)
    with writing(engine) as connection:
        command.downgrade(migrate._config(connection), "0001")
    with engine.connect() as connection:
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        offered = list(connection.scalars(sa.text("SELECT offered FROM interval_history")))
    assert not left & {"promotion", "agent_state", "interval_was"}
    assert sorted(offered) == [0, 2, 7]
    engine.dispose()
    with open_store(where) as store:
        assert store.history()["offered"].tolist() == [0, 7, 2]
        pd.testing.assert_frame_equal(store.runs(), before[1])
