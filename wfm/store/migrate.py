"""Brings a database to the schema of this version of wfm; refuses one that is newer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from wfm import __version__
from wfm.errors import StoreError
from wfm.store.engine import place_of, reading, told, writing

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["HEAD", "upgrade"]

_SCRIPTS = Path(__file__).parent / "migrations"

HEAD = max(path.name for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))[:4]
"""Newest migration that this version knows; a database that has it is opened without Alembic."""


def upgrade(engine: sa.Engine) -> None:
    """Run the migrations that the database lacks, all in one transaction.

    Raises
    ------
    StoreError
        When the database was made by a newer wfm or belongs to another program.
    """
    with reading(engine) as connection:
        found = _version(connection)
        strange = found is None and _is_foreign(connection)
    if found == HEAD:
        return
    if strange:
        raise StoreError(
            f"{place_of(engine)}: is the database of another program; name another file"
        )
    if found is not None and found not in _known():
        raise StoreError(
            f"{place_of(engine)}: made by a newer wfm (schema {found}, this is wfm {__version__} "
            f"with schema {HEAD}); install the newer wfm"
        )
    with told(engine), writing(engine) as connection:
        _run(connection)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def _is_foreign(connection: sa.Connection) -> bool:
    """Whether an SQLite file has tables though wfm never set it up; servers may share a schema."""
    return connection.dialect.name == "sqlite" and bool(sa.inspect(connection).get_table_names())


def _known() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}


def _run(connection: sa.Connection) -> None:
    from alembic import command

    command.upgrade(_config(connection), "head")


def _config(connection: sa.Connection) -> Config:
    """What Alembic wants to know, with the connection that it shall use."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
