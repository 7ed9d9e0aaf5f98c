"""A log that grows, is rotated, packed and copied between imports, by the command line."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pandas as pd
import pytest

from wfm.store import open_store

TELEPHONY = Path(__file__).resolve().parents[3] / "shared" / "data" / "telephony"
RECORDINGS = ["asterisk_blind_transfer", "asterisk_killed", "asterisk_restart_dst", "asterisk_sip"]
NAMES = {
    "short": "short_abandoned",
    "key": "key_exit",
    "empty": "empty_exit",
    "in_sl": "answered_in_threshold",
    "rna": "ring_no_answer",
}
KEY = ["queue", "interval_start"]

pytestmark = pytest.mark.skipif(not TELEPHONY.exists(), reason="recordings not here")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Folder of the switch's log."""
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


def whole(recording: str) -> bytes:
    """All bytes of a recorded log."""
    paths = sorted((TELEPHONY / recording).glob("queue_log*"), reverse=True)
    return b"".join(path.read_bytes() for path in paths)


def expected(recording: str, attribution: str = "arrival") -> tuple[str, pd.DataFrame]:
    """Interval length of a recording's table, and the table in wfm's names."""
    (path,) = (TELEPHONY / recording).glob(f"expected_*.{attribution}.csv")
    table = pd.read_csv(path).rename(columns=NAMES)
    table["interval_start"] = pd.to_datetime(table["interval_start_epoch"], unit="s", utc=True)
    return path.name.split("_")[1].split("min")[0] + "m", table.set_index(KEY).sort_index()


def same(made: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Hold every cell of made rows that count something against the expected ones."""
    made = made.assign(interval_start=pd.to_datetime(made["interval_start"], utc=True))
    made = made.set_index(KEY).sort_index()
    columns = [name for name in wanted.columns if name in made.columns]
    assert len(columns) == 16
    made = made[(made[columns] != 0).any(axis=1)]
    assert list(made.index) == list(wanted.index)
    assert (made[columns].astype(float) == wanted[columns].astype(float)).all(axis=None)


@pytest.mark.parametrize(
    ("recording", "attribution"),
    [*((name, "arrival") for name in RECORDINGS), ("asterisk_killed", "event")],
)
def test_a_file_kept_up_to_date(wfm, tmp_path, monkeypatch, log, recording, attribution) -> None:
    """Cut at random bytes, rotated by stamp and packed on the way: each cell as from one pass."""
    monkeypatch.chdir(tmp_path)
    step, wanted = expected(recording, attribution)
    data, rng = whole(recording), random.Random(recording)
    how = ["--interval", step, "--timezone", "UTC", "--attribution", attribution, "--out", "o.csv"]
    how += ["--state", "o.state", "--visits", "v.csv", "--agents", "a.csv"]
    live, at, rotations = log / "queue_log", 0, 0
    live.touch()
    while at < len(data):
        size = min(rng.randrange(1, len(data) // 3), len(data) - at)
        with live.open("ab") as stream:
            stream.write(data[at : at + size])
        at += size
        assert wfm("import", "asterisk", *sorted(log.iterdir()), *how).code == 0
        if data[at - 1 : at] == b"\n" or rng.random() < 0.5:
            packed = gzip.compress(live.read_bytes())
            (log / f"queue_log-2026030{rotations}.gz").write_bytes(packed)
            live.write_bytes(b"")
            rotations += 1
    for _ in range(2):
        assert wfm("import", "asterisk", *sorted(log.iterdir()), *how).code == 0
        same(pd.read_csv("o.csv"), wanted)
    once = ["--out", "o1.csv", "--visits", "v1.csv", "--agents", "a1.csv"]
    (tmp_path / "queue_log").write_bytes(data)
    assert wfm("import", "asterisk", "queue_log", *how[:6], *once).code == 0
    for name in ("v", "a"):
        made, single = (sorted(Path(f"{name}{k}.csv").read_text().splitlines()) for k in ("", "1"))
        assert made == single
    assert rotations > 0


@pytest.mark.parametrize("recording", RECORDINGS)
def test_the_store_reads_on(wfm, centre: Path, log, recording) -> None:
    """Copytruncate half-way: the second import reads the new lines only, the third none."""
    step, wanted = expected(recording)
    lines = whole(recording).splitlines(keepends=True)
    half, live = len(lines) // 2, log / "queue_log"
    how = ["--interval", step, "--timezone", "UTC", "--json"]
    live.write_bytes(b"".join(lines[: half - 5]))
    assert wfm("import", "asterisk", live, *how).json["rows_read"] == half - 5
    (log / "queue_log.1").write_bytes(b"".join(lines[:half]))
    live.write_bytes(b"".join(lines[half:]))
    files = sorted(log.iterdir())
    assert wfm("import", "asterisk", *files, *how).json["rows_read"] == len(lines) - half + 5
    again = wfm("import", "asterisk", *files, *how).json
    assert (again["rows_read"], again["new"], again["changed"]) == (0, 0, 0)
    whole_again = wfm("import", "asterisk", *files, *how, "--reread").json
    assert (whole_again["rows_read"], whole_again["changed"]) == (len(lines), 0)
    with open_store(centre / "wfm.db") as store:
        same(store.history(), wanted)
        states = store.agent_states()
    assert wfm("import", "asterisk", *files, "--reread", "--out", "o.csv", "--agents", "a.csv")
    assert len(states) == len(pd.read_csv("a.csv"))


def test_killed_before_the_state_was_kept(wfm, centre: Path, log, monkeypatch) -> None:
    """Intervals are in the store, the state is not: the next import gives the same again."""
    step, wanted = expected("asterisk_sip")
    data = whole("asterisk_sip")
    live = log / "queue_log"
    live.write_bytes(data[: len(data) // 2])
    how = ["import", "asterisk", live, "--interval", step, "--timezone", "UTC"]
    from wfm.store import Store

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "save_reading_state", die)
        wfm(*how)
    live.write_bytes(data)
    assert wfm(*how).code == 0
    with open_store(centre / "wfm.db") as store:
        same(store.history(), wanted)


def test_freeswitch_reads_on(wfm, tmp_path, monkeypatch, log) -> None:
    """Events that grow and are rotated, cut anywhere, are the whole recording."""
    monkeypatch.chdir(tmp_path)
    folder = TELEPHONY / "freeswitch_callcenter"
    data = gzip.decompress((folder / "events.txt.gz").read_bytes())
    step, wanted = expected("freeswitch_callcenter")
    how = ["--interval", step, "--timezone", "UTC", "--out", "o.csv", "--state", "s"]
    for part, end in enumerate((len(data) // 5, len(data) // 2, len(data) * 4 // 5, len(data))):
        (log / "events.txt").write_bytes(data[:end])
        if part == 2:
            mark = data[:end].rfind(b"\n\n") + 2
            (log / "events.1.gz").write_bytes(gzip.compress(data[:mark]))
            (log / "events.txt").write_bytes(data[mark:end])
        elif part == 3:
            (log / "events.txt").write_bytes(data[mark:])
        assert wfm("import", "freeswitch", *sorted(log.iterdir()), *how).code == 0
    made = pd.read_csv("o.csv")
    made = made.assign(interval_start=pd.to_datetime(made["interval_start"], utc=True))
    made = made.set_index(KEY).sort_index()
    columns = [name for name in wanted.columns if name in made.columns]
    assert (made[columns].astype(float) == wanted[columns].astype(float)).all(axis=None)
    assert len(columns) == 9


def test_a_state_of_something_else(wfm, tmp_path, monkeypatch) -> None:
    """Another way of counting, another log, no state at all: refused, nothing is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "queue_log").write_bytes(whole("asterisk_sip"))
    how = ["import", "asterisk", "queue_log", "--out", "o.csv", "--state", "s"]
    assert wfm(*how).code == 0
    before = Path("o.csv").read_bytes()
    refused = wfm(*how, "--threshold", "30")
    assert refused.code == 3
    assert "another log or way of counting" in refused.err
    head = Path("s").read_text().split("\n")[0]
    for text in ("", "nonsense", f"{head}\n{json.dumps({'version': 99})}"):
        Path("s").write_text(text)
        assert wfm(*how).code == 3
    assert Path("o.csv").read_bytes() == before
    assert wfm(*how, "--reread").code == 0
    assert wfm("import", "csv", "x.csv", "--state", "s", "--out", "o.csv").code == 2
