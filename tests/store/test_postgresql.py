"""PostgreSQL as an operation runs it: least privileges, readers while a night writes, its lock."""

import datetime as dt
import os
import re
import threading
from importlib import resources

import pandas as pd
import pytest
import sqlalchemy as sa

from wfm.errors import LockedError, StoreError
from wfm.store import QueueOutcome, open_store

NOW = dt.datetime(2026, 11, 22, 4, 30, tzinfo=dt.UTC)


@pytest.fixture
def server(request):
    """URL of an empty database of the private server; skipped where there is none."""
    from shutil import which

    if not which("runuser"):
        pytest.skip("no PostgreSQL server here")
    url = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
        yield url, connection
        for role in ("wfm_owner", "wfm_night", "wfm_reader"):
            if connection.scalar(sa.text(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'")):
                connection.execute(sa.text(f"DROP OWNED BY {role} CASCADE"))
                connection.execute(sa.text(f"DROP ROLE {role}"))
    engine.dispose()


def forecast(queue: str) -> pd.DataFrame:
    """A day ahead of one queue."""
    start = pd.date_range("2026-01-01", periods=48, freq="30min", tz="UTC")
    return pd.DataFrame({"queue": queue, "interval_start": start, "interval_s": 1800, "mean": 1.0})


def a_night(store, a_run, name: str, queues: int = 1) -> None:
    """A whole night through the store."""
    store.nights.begin(a_run(name, kind="nightly", status="running"), {"wfm.toml": "x"})
    for k in range(queues):
        outcome = QueueOutcome(name, f"q{k}", "ok")
        store.nights.save_queue(outcome, {"forecast": forecast(f"q{k}")}, pd.DataFrame())
    store.nights.finish(name, status="ok", summary={}, now=NOW, promote=True)


def test_least_privileges(server, a_run, morning):
    """With the documented roles a night runs, a reader reads, and neither may do more."""
    url, admin = server
    path = resources.files("wfm.pipeline") / "templates" / "operations" / "postgresql-roles.sql"
    statements = re.sub(r"^--.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
    for statement in statements.split(";"):
        if statement.strip():
            admin.execute(sa.text(statement))
    as_role = {r: url.replace("postgres@", f"wfm_{r}@") for r in ("owner", "night", "reader")}
    open_store(as_role["owner"]).close()
    with open_store(as_role["night"]) as store, store.night_lock():
        store.import_intervals(morning, source="a", file_hash="a", imported_at=NOW)
        a_night(store, a_run, "n1")
        assert store.versions.prune(["n1"], at=NOW) == 48
    with open_store(as_role["reader"]) as store:
        assert len(store.history()) == 4
        assert store.versions.in_force().run == "n1"
        with pytest.raises(StoreError, match="permission denied"):
            store.versions.promote("n1", how="promote", at=NOW)
    for role in ("night", "reader"):
        engine = sa.create_engine(as_role[role])
        for forbidden in ("DROP TABLE forecast", "CREATE TABLE mine (x int)"):
            with (
                engine.connect() as connection,
                pytest.raises(sa.exc.ProgrammingError, match=r"must be owner|permission denied"),
            ):
                connection.execute(sa.text(forbidden))
        engine.dispose()


def test_readers_see_whole_versions_while_a_night_writes(server, a_run):
    """Four readers look all the time: none waits, none sees half a queue or half a night."""
    url, _ = server
    seen: list[tuple[str | None, set[int]]] = []
    over = threading.Event()

    def look() -> None:
        with open_store(url) as store:
            while not over.is_set():
                in_force = store.latest("forecast")
                rows = store.read("forecast", "n2")
                counts = set(rows.groupby("queue").size())
                seen.append((in_force.run if in_force else None, counts))

    with open_store(url) as store:
        a_night(store, a_run, "n1")
        readers = [threading.Thread(target=look) for _ in range(4)]
        for reader in readers:
            reader.start()
        a_night(store, a_run, "n2", queues=15)
        over.set()
        for reader in readers:
            reader.join()
    assert {run for run, _ in seen} <= {"n1", "n2"}
    assert all(counts <= {48} for _, counts in seen)
    assert len(seen) > 4


def test_the_lock_goes_with_its_connection(server):
    """Turned away while it is held; free as soon as the server has lost the holder."""
    url, admin = server
    with open_store(url) as first, open_store(url) as second:
        with first.night_lock():
            with pytest.raises(
                LockedError, match=rf"another night is running \(process {os.getpid()} on"
            ):
                second.night_lock().__enter__()
            assert second.night_running()
        lost = first.night_lock()
        lost.__enter__()
        kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        admin.execute(sa.text(kill))
        with second.night_lock():
            pass
        with pytest.raises(StoreError):
            lost.__exit__(None, None, None)


def test_a_watch_takes_its_lock_again(server):
    """After a restart of the server, say; unless another watch was quicker: then it gives up."""
    url, admin = server
    kill = sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    with open_store(url) as first, open_store(url) as second:
        with first.watch_lock("pbx") as renew:
            admin.execute(kill)
            renew()
            with pytest.raises(LockedError):
                second.watch_lock("pbx").__enter__()
        lost = first.watch_lock("pbx")
        renew = lost.__enter__()
        admin.execute(kill)
        with second.watch_lock("pbx"), pytest.raises(LockedError, match="another watch of 'pbx'"):
            renew()
        lost.__exit__(None, None, None)
