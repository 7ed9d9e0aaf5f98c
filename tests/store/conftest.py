"""Stores on SQLite, and on a PostgreSQL of our own where its server and driver are installed."""

import datetime as dt
import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from wfm import schema
from wfm.store import Run, open_store

NOW = dt.datetime(2026, 11, 22, 4, 30, tzinfo=dt.UTC)


def _postgres_bin() -> Path | None:
    """Folder of PostgreSQL's programs, where a test cluster can be made."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    driver = importlib.util.find_spec("psycopg") is not None
    return found[-1].parent if found and driver and shutil.which("runuser") else None


BACKENDS = ["sqlite", "postgresql"] if _postgres_bin() else ["sqlite"]


@pytest.fixture(scope="session")
def postgres_url():
    """Private cluster on a socket, stopped and removed at the end."""
    programs = _postgres_bin()
    with tempfile.TemporaryDirectory() as folder:
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
        data = f"{folder}/data"

        def run(*command: str) -> None:
            subprocess.run([*as_postgres, *command], check=True, stdout=subprocess.DEVNULL)

        run(f"{programs}/initdb", "-D", data, "-A", "trust")
        options = f"-c listen_addresses= -k {folder}"
        run(f"{programs}/pg_ctl", "-D", data, "-o", options, "-w", "-l", f"{folder}/log", "start")
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        run(f"{programs}/pg_ctl", "-D", data, "-m", "fast", "stop")


@pytest.fixture(params=BACKENDS)
def where(request, tmp_path):
    """Place of a store that is not there yet."""
    if request.param == "sqlite":
        return tmp_path / "folder" / "wfm.db"
    url = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def store(where):
    """An empty store."""
    with open_store(where) as opened:
        yield opened


@pytest.fixture
def morning():
    """Four half hours of one queue."""
    return schema.check(
        pd.DataFrame(
            {
                "queue": "bank",
                "interval_start": pd.date_range("2024-01-02T12:00Z", periods=4, freq="30min"),
                "interval_s": 1800,
                "offered": [10, 20, 30, 40],
                "answered": [9, 19, None, 39],
                "talk_s": [900.5, 1900.25, None, 1 / 3],
            }
        ),
        schema.INTERVAL_HISTORY,
    )


@pytest.fixture
def bring_in(store):
    """Import into the store with the paperwork filled in."""

    def run(frame, *, file_hash="abc", **options):
        return store.import_intervals(
            frame, source="calls.csv", file_hash=file_hash, imported_at=NOW, **options
        )

    return run


@pytest.fixture
def a_run():
    """Run with a given name, a minute apart from the others."""

    def make(name: str, minute: int = 0, **fields) -> Run:
        given = {"kind": "forecast", "inputs_hash": "0" * 64, "code_version": "0.1.0", **fields}
        return Run(run=name, created_at=NOW + dt.timedelta(minutes=minute), **given)

    return make
