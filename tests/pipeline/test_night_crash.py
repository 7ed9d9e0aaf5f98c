"""Nights that are killed, find the disk full or may not write: nothing lost, nothing twice."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from wfm.errors import StoreError
from wfm.pipeline.nights import queues as night_queues
from wfm.pipeline.project import open_project
from wfm.store import open_store

FIRST = dt.date(2026, 3, 2)
NIGHT = dt.datetime(2026, 4, 27)
NEXT = NIGHT + dt.timedelta(days=1)
MADE = {}
WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def counted(at_write: Callable[[int], None]) -> Iterator[None]:
    """Call ``at_write`` with the number of each write: statement, commit, file put in place."""
    count = 0

    def one() -> None:
        nonlocal count
        count += 1
        at_write(count)

    def statement(connection, cursor, text, *_) -> None:
        if text.lstrip().startswith(WRITES):
            one()

    def commit(connection) -> None:
        if connection.get_execution_options().get("wfm_writes"):
            one()

    put = Path.replace

    def put_in_place(self, target):
        one()
        return put(self, target)

    sa.event.listen(sa.Engine, "before_cursor_execute", statement)
    sa.event.listen(sa.Engine, "commit", commit)
    Path.replace = put_in_place
    try:
        yield
    finally:
        Path.replace = put
        sa.event.remove(sa.Engine, "before_cursor_execute", statement)
        sa.event.remove(sa.Engine, "commit", commit)


def in_a_child(work: Callable[[], None]) -> int:
    """Do the work in a process of its own; its exit status, negative when a signal ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def content(folder: Path) -> dict[str, pd.DataFrame]:
    """All that counts in the store of a folder; not the seconds, and not what was repaired."""
    tables = {}
    with sqlite3.connect(folder / "wfm.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for name, drop in (
            ("interval_history", []),
            ("interval_was", []),
            ("import_log", []),
            ("run", ["summary", "finished_at"]),
            ("run_input", []),
            ("run_queue", ["seconds"]),
            ("queue_choice", []),
            ("forecast", []),
            ("requirement", []),
            ("accuracy", []),
            ("promotion", []),
        ):
            table = pd.read_sql_query(f'SELECT * FROM "{name}"', connection).drop(columns=drop)
            tables[name] = table.sort_values(list(table.columns[:4]), ignore_index=True)
    connection.close()
    return tables


@pytest.fixture
def second_night(two_lines, deliver, night, tmp_path, monkeypatch, request):
    """Copies of a centre with a new day and a correction after its first night, and its next."""
    make = night_queues.make_queue

    def remembered(job):
        # What is killed here is the writing; to forecast the same forty times would prove nothing
        key = (repr(job.queue), job.rules.as_of, job.history["offered"].sum(), job.group)
        if key not in MADE:
            MADE[key] = replace(make(job), seconds=0.0)
        return MADE[key]

    monkeypatch.setattr(night_queues, "make_queue", remembered)
    two_lines(f"[nightly]\nplan_weeks = 0\n{getattr(request, 'param', '')}")
    deliver("march.csv", FIRST, (NIGHT.date() - FIRST).days)
    night(open_project(tmp_path / "wfm.toml"))
    deliver("next.csv", NIGHT.date() - dt.timedelta(days=1), 2, change=1.2)
    original = tmp_path / "original"
    original.mkdir()
    for name in ("wfm.toml", "wfm.db", "incoming"):
        (shutil.copytree if name == "incoming" else shutil.copy)(tmp_path / name, original / name)

    def copy(name: str) -> Path:
        return Path(shutil.copytree(original, tmp_path / name))

    def run(folder: Path):
        return night(open_project(folder / "wfm.toml"), NEXT)

    return copy, run


GROUP = '[forecast.groups]\nall = ["help", "sales"]\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("second_night", "step"),
    [("", 1), (GROUP, 3)],
    ids=["alone", "group"],
    indirect=["second_night"],
)
def test_killed_at_every_write(second_night, step):
    """SIGKILL before each single write: the next night repairs, says so, and has the same store.

    Queues of a group are tried at every third.
    """
    copy, run = second_night
    whole = copy("whole")
    total = 0

    def note(count: int) -> None:
        nonlocal total
        total = count

    with counted(note):
        reference = run(whole)
    expected = content(whole)
    assert total > 30
    assert len(expected["interval_was"]) == 16
    for number in range(1, total + 1, step):
        folder = copy(f"killed{number}")

        def die(count: int, number: int = number) -> None:
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

        def work(folder: Path = folder, die: Callable[[int], None] = die) -> None:
            with counted(die):
                run(folder)

        assert in_a_child(work) == -signal.SIGKILL, f"write {number} of {total}"
        with open_store(folder / "wfm.db") as store:
            in_force = store.versions.in_force()
            assert store.latest("forecast").run == in_force.run, "readers see whole versions only"
        done = run(folder)
        for name, table in content(folder).items():
            pd.testing.assert_frame_equal(table, expected[name], obj=f"{name}, write {number}")
        assert done.night.repeated or done.status["repairs"], f"write {number} of {total}"
        if "broken off" in " ".join(done.status["repairs"]):
            assert done.night.run == reference.night.run
        reports = folder / "out" / "nightly"
        assert (reports / "status.json").exists()
        assert not list(reports.glob(".*"))
        shutil.rmtree(folder)


def test_other_inputs_after_a_crash(second_night):
    """A night that broke off and is no longer the same: its queues are taken away, and told."""
    copy, run = second_night
    folder = copy("killed")

    def work() -> None:
        make = night_queues.make_queue

        def die_at_the_second(job):
            if job.queue.name == "help":
                os.kill(os.getpid(), signal.SIGKILL)
            return make(job)

        night_queues.make_queue = die_at_the_second
        run(folder)

    assert in_a_child(work) == -signal.SIGKILL
    with open_store(folder / "wfm.db") as store:
        (broken,) = store.nights.unfinished()
        assert len(store.nights.queues(broken.run)) == 1
    config = folder / "wfm.toml"
    config.write_text(config.read_text().replace("240s", "250s"))
    done = run(folder)
    assert "had broken off after 1 queues; they were taken away" in " ".join(done.status["repairs"])
    with open_store(folder / "wfm.db") as store:
        assert store.nights.unfinished() == []
        assert store.read("forecast", broken.run).empty
        assert store.runs().set_index("run").at[broken.run, "status"] == "abandoned"


@pytest.mark.parametrize("pages", [3, 30])
def test_a_full_disk(second_night, pages):
    """No room after so many pages: exit code 4, the store whole, the next night complete."""
    copy, run = second_night
    folder = copy("full")

    def limit(connection, _) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {max(room, used)}")

    with sqlite3.connect(folder / "wfm.db") as connection:
        room = connection.execute("PRAGMA page_count").fetchone()[0] + pages
    connection.close()
    sa.event.listen(sa.Engine, "connect", limit)
    try:
        with pytest.raises(StoreError, match="has no room left") as refused:
            run(folder)
    finally:
        sa.event.remove(sa.Engine, "connect", limit)
    assert refused.value.exit_code == 4
    assert '"exit_code": 4' in (folder / "out" / "nightly" / "status.json").read_text()
    content(folder)  # integrity
    assert run(folder).night.exit_code == 0
    whole = copy("whole")
    run(whole)
    expected = content(whole)
    for name, table in content(folder).items():
        pd.testing.assert_frame_equal(table, expected[name], obj=name)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become somebody else")
def test_a_store_that_may_not_be_written(second_night):
    """Another user's store: exit code 4, and not a byte of it differs."""
    copy, run = second_night
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(copy("mine"), Path(place) / "centre"))
        Path(place).chmod(0o755)
        before = (folder / "wfm.db").read_bytes()
        said = Path(place) / "said"
        said.touch()
        said.chmod(0o666)

        def work() -> None:
            os.setgid(65534)
            os.setuid(65534)
            try:
                run(folder)
            except StoreError as error:
                said.write_text(str(error))

        assert in_a_child(work) == 0
        assert "may" in said.read_text()
        assert (folder / "wfm.db").read_bytes() == before


def test_the_lock_of_a_dead_process_is_taken_over(second_night):
    """A process that dies with the lock leaves its name; the next night goes on and says so."""
    copy, run = second_night
    folder = copy("dead")

    def work() -> None:
        with open_store(folder / "wfm.db") as store, store.night_lock():
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(work) == -signal.SIGKILL
    (repair,) = run(folder).status["repairs"]
    assert repair.startswith("a lock left by process ")
