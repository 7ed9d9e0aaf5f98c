"""Runs in the store, and what a database can do wrong."""

import datetime as dt
import sqlite3
import subprocess
import sys
import threading

import pandas as pd
import pytest

from wfm import schema
from wfm.errors import InputError, StoreError
from wfm.store import Run, open_store


@pytest.fixture
def forecast():
    """Two half hours ahead, bands only in part."""
    return pd.DataFrame(
        {
            "queue": "bank",
            "interval_start": pd.date_range("2024-01-02T12:00Z", periods=2, freq="30min"),
            "interval_s": 1800,
            "mean": [10.125, 20.1],
            "q0.5": [10.0, None],
        }
    )


def test_a_run_with_its_results(store, a_run, forecast):
    """Results come back with the run's name on every row; other runs have none of them."""
    run = a_run("r1", as_of="2024-01-02", summary='{"wape": 0.06}')
    store.save_run(run, {"forecast": forecast})
    expected = schema.check(forecast.assign(run="r1"), schema.FORECAST)
    pd.testing.assert_frame_equal(store.read("forecast", "r1"), expected)
    assert store.latest("forecast") == run
    assert store.read("forecast", "r2").empty
    assert store.read("requirement", "r1").empty


def test_every_result_table_round_trips(store, a_run):
    """Flags, texts, money and times of the roster tables survive."""
    time = pd.Timestamp("2024-01-02T12:00:00.123456Z")
    shift = {
        "agent": "A1",
        "start": time,
        "end": time + pd.Timedelta(hours=8),
        "template": "=early",
        "contract": "Zoë|'\";--",
        "skill": "bank",
        "paid_s": 27000,
        "cost": 0.1,
    }
    activity = {"agent": "A1", "start": time, "end": time, "activity": "lunch", "paid": False}
    tables = {
        "roster_shift": pd.DataFrame([shift]),
        "roster_activity": pd.DataFrame([activity]),
        "coverage": pd.DataFrame(columns=[n for n in schema.COVERAGE.names if n != "run"]),
    }
    store.save_run(a_run("r1", kind="schedule"), tables)
    for name, frame in tables.items():
        expected = schema.check(frame.assign(run="r1"), schema.TABLES[name])
        pd.testing.assert_frame_equal(store.read(name, "r1"), expected)


def test_runs_never_change(store, a_run, forecast):
    """A second run of the same name is refused and leaves the first as it was."""
    store.save_run(a_run("r1"), {"forecast": forecast})
    with pytest.raises(StoreError, match="run r1 is there already"):
        store.save_run(a_run("r1"), {"forecast": forecast.assign(mean=0.0)})
    assert store.read("forecast", "r1")["mean"].tolist() == [10.125, 20.1]


def test_a_parent_must_be_there(store, a_run):
    """A chain of runs has no missing link."""
    with pytest.raises(StoreError, match="names parent r0"):
        store.save_run(a_run("r1", parent="r0"), {})
    store.save_run(a_run("r0"), {})
    store.save_run(a_run("r1", parent="r0"), {})
    assert store.runs()["parent"].tolist() == [None, "r0"]


def test_a_run_that_fails_leaves_nothing(store, a_run, forecast):
    """Bad cells are refused before the run is written; foreign rows too."""
    with pytest.raises(InputError, match="is empty"):
        store.save_run(a_run("r1"), {"forecast": forecast.assign(mean=None)})
    with pytest.raises(ValueError, match="rows of another run"):
        store.save_run(a_run("r1"), {"forecast": forecast.assign(run="r9")})
    with pytest.raises(ValueError, match="not a result of runs"):
        store.save_run(a_run("r1"), {"interval_history": forecast})
    assert store.runs().empty


def test_newest_run(store, a_run, forecast):
    """By kind, or by the table that has rows; later beats earlier, whatever the names."""
    store.save_run(a_run("z", 0), {"forecast": forecast})
    store.save_run(a_run("m", 5), {"forecast": forecast})
    store.save_run(a_run("a", 9, kind="staff"), {})
    assert store.latest("forecast").run == "m"
    assert store.latest("staff").run == "a"
    assert store.latest("requirement") is None
    assert store.runs()["run"].tolist() == ["z", "m", "a"]


def test_runs_need_names_and_zones():
    """A nameless run and a naive time are refused."""
    when = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="identifier"):
        Run("", "plan", when, "h", "0")
    with pytest.raises(ValueError, match="time zone"):
        Run("r", "plan", when.replace(tzinfo=None), "h", "0")


def test_no_such_table(store):
    """A wrong table name is told with those there are."""
    with pytest.raises(ValueError, match=r"there are .*forecast"):
        store.read("forecasts", "r1")
    with pytest.raises(ValueError, match="not a result of runs"):
        store.read("interval_history", "r1")


# -- the database itself --------------------------------------------------------------------------


def test_reopening_keeps_everything(where, a_run, forecast):
    """A closed store opens again with what it held."""
    with open_store(where) as store:
        store.save_run(a_run("r1"), {"forecast": forecast})
    with open_store(where) as store:
        assert store.latest("forecast").run == "r1"


def test_a_newer_schema_is_refused(tmp_path):
    """A database of a newer wfm is left alone."""
    path = tmp_path / "wfm.db"
    open_store(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreError, match="made by a newer wfm \\(schema 9999") as caught:
        open_store(path)
    assert caught.value.exit_code == 4


def test_another_program_s_database_is_refused(tmp_path):
    """No tables are added to a file of something else."""
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE photo (name)")
    raw.close()
    with pytest.raises(StoreError, match="of another program"):
        open_store(path)


def test_not_a_database(tmp_path):
    """A text file is no store."""
    path = tmp_path / "notes.db"
    path.write_text("shopping list\n" * 100)
    with pytest.raises(StoreError, match=r"notes\.db: is not a wfm database"):
        open_store(path)


def test_a_folder_that_cannot_be_made(tmp_path):
    """A file in the way of the folder is told."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="its folder cannot be made"):
        open_store(tmp_path / "file" / "deeper" / "wfm.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)


@pytest.mark.parametrize("url", ["oracle9://x", "nonsense://", "mysql+nodriver://x/y"])
def test_unknown_database_url(url):
    """A URL of no known database is refused with an example."""
    with pytest.raises(StoreError, match=r"postgresql\+psycopg"):
        open_store(url)


def test_a_locked_database(tmp_path, a_run):
    """While another program writes, the wait ends with a word on what to do."""
    path = tmp_path / "wfm.db"
    with open_store(path, busy_timeout_s=0.05) as store:
        raw = sqlite3.connect(path, isolation_level=None)
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            store.save_run(a_run("r1"), {})
        assert store.runs().empty  # readers do not wait
        raw.execute("ROLLBACK")
        raw.close()
        store.save_run(a_run("r1"), {})


def test_many_open_at_once(where, a_run):
    """Four that open a new store at the same moment all get in and lose nothing."""
    errors = []

    def work(number: int) -> None:
        try:
            with open_store(where) as store:
                store.save_run(a_run(f"r{number}"), {})
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with open_store(where) as store:
        assert sorted(store.runs()["run"]) == ["r0", "r1", "r2", "r3"]


def test_killed_in_the_middle_of_a_write(tmp_path, a_run):
    """A process that dies inside a transaction leaves nothing behind."""
    path = tmp_path / "wfm.db"
    open_store(path).close()
    script = (
        "import os, sys, sqlalchemy as sa\n"
        "from wfm.store.engine import make_engine, writing\n"
        "with writing(make_engine(sys.argv[1], 5)) as connection:\n"
        '    connection.execute(sa.text("INSERT INTO import_log VALUES '
        "(1, 's', 'h', '2024-01-01 00:00:00.000000', 0, 0, 0, NULL)\"))\n"
        "    os._exit(9)\n"
    )
    root = schema.__file__.rsplit("/wfm/", 1)[0]
    killed = subprocess.run([sys.executable, "-c", script, str(path)], cwd=root, check=False)
    assert killed.returncode == 9
    with open_store(path) as store:
        assert store.imports().empty
        store.save_run(a_run("r1"), {})
