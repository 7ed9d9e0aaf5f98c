"""Migrations: they arrive at the tables that the schema describes."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from wfm import schema
from wfm.store import migrate, open_store
from wfm.store.engine import make_engine
from wfm.store.tables import METADATA, TABLES


def test_the_steps_arrive_at_the_described_tables(where):
    """No column, type, key or index of the schema is missing, and none is left over.

    When this fails, a table in wfm/schema.py changed without a new step in wfm/store/migrations.
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
