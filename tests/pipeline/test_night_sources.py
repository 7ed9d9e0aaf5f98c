"""What a night brings in: a switch's log read on from where the last night stopped."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from wfm.pipeline.nights.sources import bring_in
from wfm.pipeline.project import open_project
from wfm.store import open_store

DAY = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "telephony" / "asterisk_day"
TOML = """\
[centre]
name = "Switch"
timezone = "UTC"
interval = "15m"
[shrinkage]
[[source]]
format = "{format}"
files = "{files}"
"""
QUEUE = """\
[[queue]]
name = "{name}"
open = "always"
target = {{ service_level = 0.80, threshold = "20s" }}
"""
NIGHT = dt.datetime(2026, 3, 3)


@pytest.fixture
def lines() -> list[str]:
    """The log of a real switch over a day, its rotated part first; skips where it is not there."""
    if not DAY.exists():
        pytest.skip("development data are not beside the checkout")
    return "".join((DAY / name).read_text() for name in ("queue_log.0", "queue_log")).splitlines(
        keepends=True
    )


@pytest.fixture
def centre(tmp_path, monkeypatch):
    """A folder with a centre that reads a log; its nights, and what is in the store after them."""
    monkeypatch.delenv("WFM_DATABASE_URL", raising=False)

    def make(name: str, files: str, kind: str = "asterisk"):
        folder = tmp_path / name
        (folder / "log").mkdir(parents=True)
        queues = "".join(QUEUE.format(name=q) for q in ("sales", "support", "vip"))
        (folder / "wfm.toml").write_text(TOML.format(format=kind, files=files) + queues)
        return open_project(folder / "wfm.toml", store=str(folder / "wfm.db"))

    return make


def night(project, day: int) -> tuple[int, int, pd.DataFrame]:
    """Lines read so far, findings, and the history after the night of a day."""
    now = dt.datetime(2026, 3, 3, 3, tzinfo=dt.UTC) + dt.timedelta(days=day)
    with open_store(project.store) as store:
        done = bring_in(project, store, as_of=NIGHT + dt.timedelta(days=day), now=now)
        return done.rows_read, len(done.findings), store.history()


def test_a_growing_log_is_read_on(centre, lines):
    """Grown, rotated and grown again: each line is read once, and all is as from one reading."""
    whole = centre("whole", "log/queue_log*")
    (whole.root / "log" / "queue_log").write_text("".join(lines))
    _, _, expected = night(whole, 2)
    grown = centre("grown", "log/queue_log*")
    log = grown.root / "log" / "queue_log"
    first, second = len(lines) // 3, 2 * len(lines) // 3
    log.write_text("".join(lines[:first]))
    read = [night(grown, 0)[0]]
    with log.open("a") as stream:
        stream.writelines(lines[first:second])
    read.append(night(grown, 1)[0])
    log.rename(log.with_name("queue_log.1"))
    log.write_text("".join(lines[second:]))
    last, findings, history = night(grown, 2)
    assert findings == 0
    assert [*read, last] == [first, second - first, len(lines) - second]
    pd.testing.assert_frame_equal(history, expected)
    assert night(grown, 2)[0] == 0, "nothing is new"


def test_calls_that_end_later_correct_their_interval(centre, lines):
    """Cut in the middle of calls: the next night completes the intervals of their arrival."""
    project = centre("cut", "log/queue_log")
    log = project.root / "log" / "queue_log"
    log.write_text("".join(lines[:200]))
    _, _, before = night(project, 0)
    log.write_text("".join(lines))
    _, _, after = night(project, 1)
    both = before.merge(after, on=["queue", "interval_start"], suffixes=("_before", ""))
    assert (both["talk_s"].fillna(0) > both["talk_s_before"].fillna(0)).any()
    assert after["offered"].sum() == sum("|ENTERQUEUE|" in line for line in lines)


def test_the_table_of_a_switch_is_a_source(centre, lines):
    """The same log kept in the switch's database, read on by its row numbers."""
    whole = centre("file", "log/queue_log")
    (whole.root / "log" / "queue_log").write_text("".join(lines))
    _, _, expected = night(whole, 0)
    project = centre("table", "switch.db", kind="asterisk-table")
    with sqlite3.connect(project.root / "switch.db") as connection:
        connection.execute(
            "CREATE TABLE queue_log (id INTEGER PRIMARY KEY, time TEXT, callid TEXT,"
            " queuename TEXT, agent TEXT, event TEXT, data TEXT)"
        )

        def add(some: list[str]) -> None:
            cells = [line.rstrip("\n").split("|", 5) for line in some]
            rows = [(str(pd.Timestamp(int(c[0]), unit="s")), *c[1:]) for c in cells]
            text = "INSERT INTO queue_log (time, callid, queuename, agent, event, data)"
            connection.executemany(f"{text} VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.commit()

        add(lines[:400])
        first = night(project, 0)[0]
        add(lines[400:])
        second, findings, history = night(project, 1)
    connection.close()
    assert (first, second, findings) == (400, len(lines) - 400, 0)
    pd.testing.assert_frame_equal(history[list(expected)], expected)


def test_a_database_that_is_not_there_is_a_finding(centre):
    """The night goes on without it."""
    project = centre("gone", "env:NO_SUCH_VARIABLE", kind="asterisk-table")
    assert night(project, 0)[1] == 1
