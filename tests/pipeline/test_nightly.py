"""The night: once and no more, late data told, gates, versions compared, replays."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import sqlite3

import pandas as pd
import pytest
import sqlalchemy as sa

from wfm.errors import LockedError, StoreError
from wfm.pipeline.nights.status import status_of
from wfm.pipeline.project import open_project
from wfm.pipeline.versions import promote_run
from wfm.store import open_store

FIRST = dt.date(2026, 3, 2)
NIGHT = dt.datetime(2026, 4, 27)
QUEUE = """\
[[queue]]
name = "more{k}"
open = {{ mon-sun = "09:00-17:00" }}
aht = "240s"
target = {{ service_level = 0.80, threshold = "20s", min_agents = 1 }}
"""
DAYS = (NIGHT.date() - FIRST).days
MORNING = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def postgres_night(request):
    """URL of an empty database of the private server and a connection that looks after it."""
    if not shutil.which("runuser"):
        pytest.skip("no PostgreSQL server here")
    url = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
        yield url, connection
    engine.dispose()


def results(project, run: str) -> dict[str, pd.DataFrame]:
    """Forecast and requirement of a run, without its name."""
    with open_store(project.store) as store:
        return {t: store.read(t, run).drop(columns="run") for t in ("forecast", "requirement")}


def test_a_night_from_files_to_a_version_in_force(two_lines, deliver, night, where):
    """Files in, both queues forecast and staffed, in force, told in status file and metrics."""
    project = two_lines(store=where)
    deliver("march.csv", FIRST, DAYS)
    done = night(project)
    assert (done.night.exit_code, done.night.facts["status"]) == (0, "ok")
    assert done.status["rows_new"] == 2 * 8 * DAYS
    made = results(project, done.night.run)
    assert len(made["forecast"]) == 2 * 24 * 21
    assert made["forecast"]["mean"].sum() == pytest.approx(done.status["contacts"])
    assert set(made["requirement"]["queue"]) == {"sales", "help"}
    with open_store(project.store) as store:
        assert store.versions.in_force().run == done.night.run
        assert store.latest("forecast").run == done.night.run
    folder = project.root / "out" / "nightly"
    assert json.loads((folder / "status.json").read_text())["exit_code"] == 0
    assert "wfm_night_exit_code 0\n" in (folder / "wfm.prom").read_text()
    assert set(pd.read_csv(folder / "queues.csv")["status"]) == {"ok"}


def test_the_same_night_twice_is_nothing(two_lines, deliver, night):
    """No row of the store differs after the second, and the lost report is there again."""
    project = two_lines()
    deliver("march.csv", FIRST, DAYS)
    first = night(project)
    with open_store(project.store) as store:
        before = (store.runs(), store.imports(), store.versions.promotions())
    report = project.root / "out" / "nightly" / "queues.csv"
    text = report.read_text()
    report.unlink()
    second = night(project)
    assert (second.night.run, second.night.repeated) == (first.night.run, True)
    assert "repeated" in second.status["summary"]
    assert report.read_text() == text
    with open_store(project.store) as store:
        for old, new in zip(
            before, (store.runs(), store.imports(), store.versions.promotions()), strict=True
        ):
            pd.testing.assert_frame_equal(old, new)


def test_late_data_is_taken_and_told(two_lines, deliver, night):
    """A correction of an open day is taken and listed; one of a closed day is only counted."""
    project = two_lines()
    deliver("march.csv", FIRST, DAYS)
    first = night(project)
    deliver("late.csv", NIGHT.date() - dt.timedelta(days=2), 1, change=4.0, queues=("sales",))
    deliver("old.csv", FIRST, 1, change=2.0)
    second = night(project, NIGHT)
    assert second.night.run != first.night.run
    assert second.status["rows_closed"] == 16
    assert "8 changed, 16 of closed days not taken" in second.status["summary"]
    late = second.night.late
    assert late[["queue", "day"]].to_numpy().tolist() == [["sales", "2026-04-25"]]
    assert late["contacts"].tolist() == [4 * late["contacts_before"].iloc[0]]
    changes = second.night.changes
    assert set(changes["lead_days"]) == {1, 8, 15}
    sales = changes[(changes["queue"] == "sales") & (changes["lead_days"] == 1)].iloc[0]
    assert sales["beyond_noise"]
    assert sales["contacts"] > sales["contacts_before"]
    assert not changes[changes["queue"] == "help"]["beyond_noise"].any()


def test_a_past_night_gives_the_same_numbers(two_lines, deliver, night):
    """With what was known then, a night replays to the digit, whatever came since."""
    project = two_lines()
    deliver("march.csv", FIRST, DAYS)
    first = night(project)
    deliver("late.csv", NIGHT.date() - dt.timedelta(days=3), 3, change=1.5)
    deliver("next.csv", NIGHT.date(), 5)
    night(project, NIGHT + dt.timedelta(days=5))
    from wfm.pipeline.nights.replay import replay

    again = replay(project, first.night.run)
    assert again.same
    assert again.queues["same"].tolist() == [True, True]
    # and with what is known now it is another night, which does not go in force
    now = night(project, NIGHT)
    assert now.night.run != first.night.run
    assert "later day" in now.status["why_not_in_force"]


@pytest.mark.parametrize(
    ("action", "code", "status", "in_force"),
    [("warn", 0, "ok", True), ("hold", 7, "held", False), ("fallback", 8, "partial", True)],
)
def test_a_jump_of_one_queue(two_lines, deliver, night, action, code, status, in_force):
    """Warned of, held back, or fallen back on the last good forecast: as wfm.toml says."""
    project = two_lines(f"[nightly]\ngates = {{ jump = '{action}' }}\n")
    deliver("march.csv", FIRST, DAYS)
    good = night(project)
    week = NIGHT.date()
    deliver("jump.csv", week, 7, change=3.0, queues=("help",))
    deliver("usual.csv", week, 7, queues=("sales",))
    done = night(project, NIGHT + dt.timedelta(days=7))
    assert (done.night.exit_code, done.status["status"]) == (code, status)
    assert done.status["in_force"] == in_force
    assert "help: jump: the last week is" in " ".join(done.status["findings"])
    with open_store(project.store) as store:
        force = store.versions.in_force().run
    assert force == (done.night.run if in_force else good.night.run)
    ended = f"the last night ended with exit code {code}"
    assert any(ended in one for one in status_of(project, now=MORNING).troubles) == (code > 0)
    if action == "hold":
        promote_run(project, done.night.run, now=MORNING, reason="a campaign")
        looked_at = status_of(project, now=MORNING).troubles
        assert not any(ended in one for one in looked_at)
    if action == "fallback":
        before, now = (results(project, run.night.run)["forecast"] for run in (good, done))
        part = now[now["queue"] == "help"].reset_index(drop=True)
        kept = before[before["queue"] == "help"].merge(part[["interval_start"]])
        pd.testing.assert_frame_equal(kept[part.columns], part)
        outcome = done.night.queues.set_index("queue")
        assert outcome.at["help", "source_run"] == good.night.run


@pytest.mark.parametrize(
    ("action", "code", "in_force"), [("warn", 0, True), ("hold", 7, False), ("fallback", 8, True)]
)
def test_an_odd_day(two_lines, deliver, night, action, code, in_force):
    """Told the night that it comes in, and not the night after."""
    project = two_lines(f"[nightly]\ngates = {{ day_jump = '{action}' }}\n")
    deliver("march.csv", FIRST, DAYS)
    assert night(project).status["findings"] == []
    day = NIGHT.date()
    deliver("odd.csv", day, 1, change=0.5, queues=("sales",))
    deliver("usual.csv", day, 1, queues=("help",))
    done = night(project, NIGHT + dt.timedelta(days=1))
    assert (done.night.exit_code, done.status["in_force"]) == (code, in_force)
    (told,) = done.status["findings"]
    assert told.startswith("sales: day_jump: 2026-04-27 brought")
    assert "% against" in told
    deliver("next.csv", day + dt.timedelta(days=1), 1)
    after = night(project, NIGHT + dt.timedelta(days=2))
    assert (after.night.exit_code, after.status["findings"]) == (0, [])


def test_data_that_does_not_come(two_lines, deliver, night):
    """Late and missing days are told; a queue that never had data is skipped, the other done."""
    project = two_lines()
    deliver("march.csv", FIRST, DAYS - 4, queues=("sales",))
    done = night(project)
    assert (done.night.exit_code, done.status["queues"]) == (8, {"ok": 1, "skipped": 1})
    told = " ".join(done.status["findings"])
    assert "sales: late: nothing since 2026-04-22 16:00:00" in told
    assert "coverage: 2026-04-26 is open but has no row" in told


def test_a_refused_file_holds_the_night(two_lines, deliver, night):
    """The other files come in; nothing new goes in force until the bad one is mended."""
    project = two_lines()
    deliver("march.csv", FIRST, DAYS)
    bad = deliver("bad.csv", NIGHT.date(), 1)
    bad.write_text("queue,start,offered\nsales,2026-04-26T09:00,x7\n")
    done = night(project)
    assert (done.night.exit_code, done.status["in_force"]) == (7, False)
    assert "bad.csv refused" in done.status["findings"][0]
    assert done.status["rows_new"] == 2 * 8 * DAYS
    bad.write_text("queue,start,offered\nsales,2026-04-26T09:00,7\n")
    assert night(project).night.exit_code == 0


def test_no_history_at_all(two_lines, night):
    """Nothing to forecast is no plan, exit code 5, and says what is missing."""
    done = night(two_lines("[nightly]\ngates = { source = 'warn' }\n"))
    assert (done.night.exit_code, done.status["in_force"]) == (5, False)
    findings = " ".join(done.status["findings"])
    assert "no file is like incoming/*.csv" in findings
    assert "sales: no history; bring its history in" in findings


def test_one_night_at_a_time(two_lines, deliver, night, where):
    """While a lock is held the next night is turned away with exit code 6; then it runs."""
    project = two_lines(store=where)
    deliver("march.csv", FIRST, DAYS)
    with open_store(project.store) as store:
        with store.night_lock() as lock:
            assert lock.dead is None
            assert store.night_running()
            with pytest.raises(LockedError, match="another night is running"):
                night(project)
        assert not store.night_running()
        assert not (project.root / "out" / "nightly" / "status.json").exists()
    assert night(project).night.exit_code == 0


@pytest.mark.parametrize(
    ("all_of_them", "told"),
    [(False, "lock of the night was lost"), (True, "cannot be reached")],
    ids=["the lock's", "all"],
)
def test_a_server_that_ends_the_night_s_connections(
    two_lines, deliver, night, tmp_path, postgres_night, all_of_them, told
):
    """Without its lock a night stops with exit code 4; the next one repairs, nothing is doubled."""
    url, admin = postgres_night
    project = two_lines(store=url)
    deliver("march.csv", FIRST, DAYS)

    def cut(step: str) -> None:
        if step.startswith("forecasting (1"):
            query = "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE "
            mine = "a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()"
            lock = "a.pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
            admin.execute(sa.text(query + (mine if all_of_them else lock)))

    with pytest.raises(StoreError, match=told) as refused:
        night(project, tell=cut)
    assert refused.value.exit_code == 4
    status = (project.root / "out" / "nightly" / "status.json").read_text()
    assert told in status
    done = night(project)
    assert done.night.exit_code == 0
    assert "had broken off after 1 queues and is taken up again" in done.status["repairs"][0]
    whole = night(open_project(project.root / "wfm.toml", store=str(tmp_path / "whole.db")))
    assert whole.night.facts["contacts"] == pytest.approx(done.night.facts["contacts"], rel=1e-12)
    made = results(project, done.night.run)["forecast"]
    assert len(made) == 2 * 24 * 21
    with open_store(project.store) as store:
        assert len(store.history()) == 2 * 8 * DAYS
        assert len(store.versions.promotions()) == 1


def test_accuracy_and_its_alarm(two_lines, deliver, night):
    """Nights build a ledger by level and lead; three days of bias to one side ring."""
    project = two_lines("[nightly]\nalarm_days = 3\ngates = { jump = 'warn' }\n")
    deliver("march.csv", FIRST, DAYS)
    night(project)
    for k in range(8):
        day = NIGHT.date() + dt.timedelta(days=k)
        deliver(f"{day}.csv", day, 1, change=1.6 if k > 4 else 1.0)
        done = night(project, NIGHT + dt.timedelta(days=k + 1))
    table = done.night.accuracy.set_index(["queue", "level", "lead_days"])
    # the week that ended keeps the days that it began with
    assert set(table.index.get_level_values("level")) == {"interval", "day", "week"}
    assert set(table.index.get_level_values("lead_days")) == {1, 7}
    assert done.status["in_force"], done.status
    assert table.at[("sales", "day", 1), "days"] == 8
    # the ledger ties out with the tables
    with open_store(project.store) as store:
        ledger = store.versions.accuracy(queue="sales")
        row = ledger[(ledger["level"] == "day") & (ledger["day"] == "2026-05-03")].iloc[0]
        said = store.read("forecast", row["run"])
    local = said["interval_start"].dt.tz_convert("America/New_York").dt.date.astype(str)
    mine = said[(said["queue"] == "sales") & (local == "2026-05-03")]
    assert mine["mean"].sum() == pytest.approx(row["forecast"])
    assert row["absolute_error"] == pytest.approx(abs(row["actual"] - row["forecast"]))
    assert any("sales: 3 days in a row above" in alarm for alarm in done.status["alarms"])


def test_two_processes_give_what_one_gives(two_lines, deliver, night, tmp_path):
    """The work is the same wherever it is done."""
    deliver("march.csv", FIRST, DAYS)
    tables = []
    for workers in (1, 2):
        project = two_lines(store=tmp_path / f"{workers}.db")
        tables.append(results(project, night(project, workers=workers).night.run))
    for name in tables[0]:
        pd.testing.assert_frame_equal(tables[0][name], tables[1][name])


def test_packed_history_gives_what_its_rows_give(two_lines, deliver, night, tmp_path):
    """The short night reads what is settled from the packs of the night before; or without any."""
    project = two_lines(store=tmp_path / "packed.db")
    deliver("march.csv", FIRST, DAYS)
    night(project)
    shutil.copy(tmp_path / "packed.db", tmp_path / "plain.db")
    deliver("day.csv", NIGHT.date(), 1)
    plain = two_lines(store=tmp_path / "plain.db")
    with sqlite3.connect(tmp_path / "plain.db") as connection:
        assert connection.execute("DELETE FROM history_pack").rowcount == 2
    connection.close()
    short = [night(where, NIGHT + dt.timedelta(days=1)).night for where in (project, plain)]
    assert [one.facts["choices"]["kept"] for one in short] == [2, 2]
    hashes = [one.queues[["queue", "inputs_hash", "results_hash"]] for one in short]
    pd.testing.assert_frame_equal(*hashes)


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker(two_lines, deliver, night, tmp_path):
    """On two Dask workers, one killed in mid-run: the same numbers as here, each queue once."""
    distributed = pytest.importorskip("distributed")
    more = "".join(QUEUE.format(k=k) for k in range(4))
    deliver("march.csv", FIRST, DAYS)
    for k in range(4):
        path = deliver(f"more{k}.csv", FIRST, DAYS, queues=("sales",))
        path.write_text(path.read_text().replace("sales,", f"more{k},"))
    here = two_lines(more, store=tmp_path / "here.db")
    expected = results(here, night(here).night.run)
    there = two_lines(more, store=tmp_path / "there.db")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=60
    ) as cluster:
        victim = next(iter(cluster.workers.values())).process.pid
        killed = []

        def kill(line: str) -> None:
            if line.startswith("forecasting (2") and not killed:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        done = night(there, cluster=cluster.scheduler_address, tell=kill)
    assert killed == [victim]
    assert done.night.queues["status"].tolist() == ["ok"] * 6
    made = results(there, done.night.run)
    for name, table in expected.items():
        pd.testing.assert_frame_equal(made[name], table)


def test_a_queue_without_history_goes_by_what_is_expected(two_lines, deliver, night):
    """A new queue like another, and one by its day's figure, beside the two with history."""
    more = QUEUE.format(k=1) + 'new = { like = "sales", share = 0.5 }\n'
    more += QUEUE.format(k=2) + "new = { per_day = 100 }\n"
    project = two_lines(more)
    deliver("march.csv", FIRST, DAYS)
    done = night(project)
    assert (done.night.exit_code, done.night.facts["status"]) == (0, "ok")
    sums = results(project, done.night.run)["forecast"].groupby("queue")["mean"].sum()
    assert sums["more2"] == pytest.approx(100 * 21, rel=0.01)
    assert sums["more1"] == pytest.approx(sums["sales"] / 2, rel=0.15)
