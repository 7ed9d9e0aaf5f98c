"""Archives: everything there and back between the engines, and no damaged file taken in."""

import datetime as dt
import json
import sqlite3
import zipfile

import pandas as pd
import pytest

from wfm.errors import InputError, StoreError
from wfm.store import QueueOutcome, open_store
from wfm.store.engine import make_engine
from wfm.store.tables import METADATA

NOW = dt.datetime(2026, 11, 22, 4, 30, tzinfo=dt.UTC)


@pytest.fixture
def full(store, bring_in, morning, a_run):
    """A store with something in most tables: corrections, issues, nights, rosters, parents."""
    issues = pd.DataFrame(
        {"kind": "gap", "queue": "bank", "row": [3, 4], "action": "Zoë's", "file": "a.csv"}
    ).assign(interval_start=None, found=None, effect_contacts=[None, -1.5])
    bring_in(morning[:3], issues=issues)
    bring_in(morning.assign(offered=[10, 25, 30, 40]))
    store.save_run(a_run("z-parent"), {})
    shift = {
        "agent": "A1",
        "start": pd.Timestamp("2024-01-02T12:00:00.123456Z"),
        "end": pd.Timestamp("2024-01-02T20:00Z"),
        "template": "=early",
        "contract": "full",
        "skill": "bank",
        "paid_s": 27000,
        "cost": 1 / 3,
    }
    activity = {"agent": "A1", "start": NOW, "end": NOW, "activity": "lunch", "paid": False}
    rosters = {
        "roster_shift": pd.DataFrame([shift]),
        "roster_activity": pd.DataFrame([activity]),
    }
    store.save_run(a_run("a-child", parent="z-parent"), rosters)
    store.nights.begin(a_run("n1", kind="nightly", status="running", known_import=2), {"x": "y"})
    forecast = pd.DataFrame(
        {"queue": "bank", "interval_start": [NOW], "interval_s": 1800, "mean": 0.1}
    )
    ledger = {"queue": "bank", "level": "day", "lead_days": 1, "day": "2024-01-02", "run": "n1"}
    figures = {"actual": 1.0, "forecast": 2.0, "absolute_error": 1.0, "floor_error": 0.5}
    store.nights.save_queue(
        QueueOutcome("n1", "bank", "ok"), {"forecast": forecast}, pd.DataFrame([ledger | figures])
    )
    store.nights.finish("n1", status="ok", summary={}, now=NOW, promote=True)
    store.versions.pin("n1", at=NOW, reason="because")
    return store


def content(place) -> dict[str, list[tuple]]:
    """Every row of every table."""
    engine = make_engine(place, 5)
    with engine.connect() as connection:
        rows = {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in METADATA.sorted_tables
        }
    engine.dispose()
    return rows


def test_there_and_back(full, where, tmp_path):
    """From either engine into a file, into SQLite, and from there into a file again: the same."""
    path = tmp_path / "all.wfm"
    told = full.write_archive(path, now=NOW)
    before = content(where)
    assert told == {name: len(rows) for name, rows in before.items()}
    assert sum(map(bool, told.values())) >= 13
    other = tmp_path / "other.db"
    with open_store(other) as copy:
        assert copy.read_archive(path) == told
        copy.write_archive(tmp_path / "again.wfm", now=NOW)
    assert content(other) == before
    with zipfile.ZipFile(path) as first, zipfile.ZipFile(tmp_path / "again.wfm") as second:
        sums = [json.loads(z.read("manifest.json"))["tables"] for z in (first, second)]
    assert sums[0] == sums[1]


def test_into_either_engine(store, where, tmp_path, bring_in, morning):
    """An archive of SQLite goes into PostgreSQL too, and its rows are numbered on from there."""
    source = tmp_path / "source.db"
    issue = pd.DataFrame({"kind": "gap", "queue": "bank", "row": [3], "action": "told"}).assign(
        interval_start=None, found=None, file="a.csv", effect_contacts=None
    )
    with open_store(source) as other:
        other.import_intervals(
            morning, source="calls.csv", file_hash="x", imported_at=NOW, issues=issue
        )
        other.write_archive(tmp_path / "all.wfm", now=NOW)
    store.read_archive(tmp_path / "all.wfm")
    assert content(where) == content(source)
    bring_in(morning, issues=issue)
    assert len(store.issues()) == 2


def test_what_is_no_good_archive_is_refused(full, tmp_path):
    """Damage, another kind of file, a newer version and a store with rows: nothing is written."""
    path, bad = tmp_path / "all.wfm", tmp_path / "bad.wfm"
    full.write_archive(path, now=NOW)
    with pytest.raises(StoreError, match="is not empty"):
        full.read_archive(path)

    def changed(name: str, data: bytes) -> None:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(bad, "w") as new:
            for item in old.namelist():
                new.writestr(item, data if item == name else old.read(item))

    with open_store(tmp_path / "empty.db") as empty:
        with zipfile.ZipFile(path) as archive:
            table = bytearray(archive.read("forecast.parquet"))
            manifest = json.loads(archive.read("manifest.json"))
        table[len(table) // 2] ^= 1
        changed("forecast.parquet", bytes(table))
        with pytest.raises(InputError, match="table forecast is damaged"):
            empty.read_archive(bad)
        changed("manifest.json", json.dumps(manifest | {"schema": "9999"}).encode())
        with pytest.raises(InputError, match="newer wfm"):
            empty.read_archive(bad)
        bad.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(InputError, match="not an archive"):
            empty.read_archive(bad)
        assert empty.runs().empty
        assert empty.history().empty


def test_an_archive_of_an_older_version(full, tmp_path):
    """Tables and columns that it lacks stay empty."""
    path, old = tmp_path / "all.wfm", tmp_path / "old.wfm"
    full.write_archive(path, now=NOW)
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(old, "w") as new:
        manifest = json.loads(archive.read("manifest.json"))
        manifest["schema"] = "0001"
        del manifest["tables"]["pin"]
        new.writestr("manifest.json", json.dumps(manifest))
        for name in manifest["tables"]:
            new.writestr(f"{name}.parquet", archive.read(f"{name}.parquet"))
    with open_store(tmp_path / "new.db") as copy:
        copy.read_archive(old)
        assert copy.versions.pins().empty
        assert copy.versions.in_force().run == "n1"
    with sqlite3.connect(tmp_path / "new.db") as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
