"""Places of stores: SQLite, and a PostgreSQL of our own where server and driver are installed."""

import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa


def _postgres_bin() -> Path | None:
    """Folder of PostgreSQL's programs, where a test cluster can be made."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    driver = importlib.util.find_spec("psycopg") is not None
    return found[-1].parent if found and driver and shutil.which("runuser") else None


BACKENDS = ["sqlite", "postgresql"] if _postgres_bin() else ["sqlite"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run write the golden files of the rules anew: ``scripts/test --renew-golden FILE``."""
    parser.addoption("--renew-golden", action="store_true", help="write golden files anew")


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
