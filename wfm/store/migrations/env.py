"""Run by Alembic: migrate over the connection that the store has opened."""

from alembic import context

from wfm.store.tables import METADATA


def migrate() -> None:
    """Run the steps that the database lacks."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        transactional_ddl=True,  # SQLite can, once transactions are begun by hand
        render_as_batch=True,
    )
    context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic loads this file
    migrate()
