"""Nights and runs on the command line: exit codes, versions, hooks, log lines, units."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

NIGHTLY = """
[[source]]
format = "csv"
files = "incoming/*.csv"
[nightly]
gates = { late = "warn" }
"""


@pytest.fixture
def nights(centre: Path) -> Path:
    """The tiny centre with its history where the night looks for it."""
    (centre / "incoming").mkdir()
    (centre / "history.csv").rename(centre / "incoming" / "history.csv")
    toml = centre / "wfm.toml"
    fast = '\n[forecast]\nhorizon = "14d"\nmodel = "mean4"\n'
    toml.write_text(toml.read_text() + NIGHTLY + fast, encoding="utf-8")
    return centre


def test_versions_of_the_forecast(wfm, nights: Path) -> None:
    """Two nights compared, rolled back, pinned against a third, promoted, listed, replayed."""
    first, second = (
        wfm("nightly", "--as-of", day, "--json").json for day in ("2026-04-27", "2026-05-04")
    )
    assert (first["exit_code"], second["exit_code"]) == (0, 0)
    a, b = first["run"], second["run"]
    told = wfm("runs", "diff", a, b, "--json").json["queues"]
    assert [row["queue"] for row in told] == ["shop"]
    (row,) = told
    for name in ("contacts", "agents", "agent_hours", "cost"):
        assert row[f"{name}_change"] == pytest.approx(row[f"{name}_b"] - row[f"{name}_a"])
    assert row["cost_a"] == pytest.approx(row["agent_hours_a"] * (20 + 18) / 2)
    # the week from 4 May on is all that both cover
    shared = {}
    for run in (a, b):
        wfm("export", "forecast", "f.csv", "--run", run)
        frame = pd.read_csv("f.csv")
        shared[run] = frame[frame["interval_start"] >= "2026-05-04T04"]
    last = shared[a]["interval_start"].max()
    both = [frame.loc[frame["interval_start"] <= last, "mean"].sum() for frame in shared.values()]
    assert (row["contacts_a"], row["contacts_b"]) == pytest.approx(tuple(both))
    assert wfm("status", "--json").json["in_force"] == b
    assert a in wfm("runs", "rollback").out
    assert wfm("status", "--json").json["in_force"] == a
    wfm("export", "forecast", "f.csv")
    assert set(pd.read_csv("f.csv")["run"]) == {a}
    assert wfm("runs", "pin", a, "--reason", "agreed").code == 0
    (nights / "events.csv").write_text("queue,first,last,name\n", encoding="utf-8")
    third = wfm("nightly", "--as-of", "2026-05-04", "--json")
    if third.code == 0:
        assert f"run {a} is pinned" in third.json["why_not_in_force"]
    marks = {r["run"]: r["mark"] for r in wfm("runs", "list", "--json").json["runs"]}
    assert marks[a] == "in force, pinned"
    assert wfm("runs", "unpin", a).code == 0
    assert wfm("runs", "promote", b).code == 0
    assert wfm("status", "--json").json["in_force"] == b
    assert "queues made again: 1; with other numbers: 0" in wfm("runs", "replay", a).out
    assert wfm("runs", "accuracy", "--days", 9000).code == 0
    for words in (
        ("promote", "nobody"),
        ("unpin", a),
        ("replay", "nobody"),
        ("diff", a, "nobody"),
        ("rollback", "--store", "other.db"),
    ):
        assert wfm("runs", *words).code == 2, words


def test_status_of_a_centre_without_a_night(wfm, nights: Path) -> None:
    """Nothing in force is told, and rings where a monitor asks."""
    assert wfm("status").code == 0
    done = wfm("status", "--check")
    assert (done.code, "no forecast is in force" in done.err) == (7, True)


def test_log_lines_for_machines(wfm, nights: Path) -> None:
    """With --log-json each line of stderr is an object with time, level and event."""
    command = [sys.executable, "-m", "wfm", "--log-json", "nightly", "--as-of", "2026-05-04"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=nights)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"time", "level", "logger", "message"} <= set(lines[0])
    events = {line.get("event") for line in lines}
    assert {"imported", "queue", "night"} <= events
    (night,) = (line for line in lines if line.get("event") == "night")
    assert night["exit_code"] == 0


@pytest.fixture
def listener() -> Iterator[tuple[str, list[dict]]]:
    """A web server that keeps what is posted to it."""
    posted: list[dict] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Keep) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/night", posted
        server.shutdown()
        thread.join()


def test_hooks_by_exit_code(wfm, nights: Path, listener, monkeypatch) -> None:
    """Command and webhook hear of the codes they asked for; a broken hook costs nothing."""
    address, posted = listener
    monkeypatch.setenv("WFM_TEST_HOOK", address)
    program = "import json,os,sys; open('heard','a').write(os.environ['WFM_EXIT_CODE']+' '"
    program += "+json.load(sys.stdin)['status']+'\\n')"
    hooks = f"""
[[hook]]
on = "success"
command = [{json.dumps(sys.executable)}, "-c", {json.dumps(program)}]
[[hook]]
webhook = "$WFM_TEST_HOOK"
[[hook]]
command = ["/nowhere/at/all"]
"""
    toml = nights / "wfm.toml"
    toml.write_text(toml.read_text() + hooks, encoding="utf-8")
    done = wfm("nightly", "--as-of", "2026-05-04")
    assert done.code == 0
    assert "hook ('/nowhere/at/all',): FileNotFoundError" in done.err
    assert (nights / "heard").read_text() == "0 ok\n"
    assert posted[0]["exit_code"] == 0
    (nights / "incoming" / "bad.csv").write_text("queue,start,offered\nshop,x,1\n")
    assert wfm("nightly", "--as-of", "2026-05-04").code == 7
    assert posted[1]["exit_code"] == 7
    assert (nights / "heard").read_text() == "0 ok\n"


def test_metrics_read_as_prometheus_does(wfm, nights: Path) -> None:
    """Every line is a comment or a sample; each metric is described once."""
    assert wfm("nightly", "--as-of", "2026-05-04").code == 0
    text = (nights / "out" / "nightly" / "wfm.prom").read_text()
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+')
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines
    assert all(sample.fullmatch(line) for line in lines)
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


def test_the_unit_of_a_new_project_runs(wfm, tmp_path: Path, monkeypatch) -> None:
    """`wfm init` writes a systemd unit and a crontab whose command runs the night as it stands."""
    monkeypatch.delenv("WFM_DATABASE_URL", raising=False)
    folder = tmp_path / "my centre"
    assert wfm("init", folder).code == 0
    unit = (folder / "operations" / "wfm-nightly.service").read_text()
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    (place,) = re.findall(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE)
    assert place == str(folder)
    done = subprocess.run(shlex.split(command), cwd=place, capture_output=True, check=False)
    assert done.returncode == 5, done.stderr  # a new project has no history yet
    assert json.loads((folder / "out" / "nightly" / "status.json").read_text())["exit_code"] == 5
    cron = (folder / "operations" / "crontab").read_text()
    (line,) = (line for line in cron.splitlines() if "wfm nightly" in line and line[0] != "#")
    shell = line.split(None, 5)[5]
    assert subprocess.run(shell, shell=True, check=False, capture_output=True).returncode == 5
    if analyze := __import__("shutil").which("systemd-analyze"):
        timer = folder / "operations" / "wfm-nightly.timer"
        assert subprocess.run([analyze, "verify", timer], check=False).returncode == 0


def run_of_workbook(folder: Path) -> str:
    """Run that the roster workbook names."""
    book = openpyxl.load_workbook(folder / "out" / "roster.xlsx", read_only=True)
    facts = {row[0]: row[1] for row in book["Run"].iter_rows(values_only=True) if len(row) > 1}
    book.close()
    return str(facts["run"])


@pytest.mark.slow
def test_rosters_of_open_weeks_only(wfm, nights: Path) -> None:
    """The week after the frozen ones gets a roster once, and a mended one after a jump."""
    toml = nights / "wfm.toml"
    gates = 'gates = { late = "warn" }\n'
    more = 'plan_weeks = 1\nfreeze = "7d"\n'
    text = toml.read_text().replace(gates, gates.replace("late", "jump") + more)
    toml.write_text(text.replace('time_limit = "20s"', 'time_limit = "5s"'), encoding="utf-8")
    first = wfm("nightly", "--as-of", "2026-05-04", "--json").json
    assert [line.partition(" new:")[0] for line in first["replanned"]] == ["week of 2026-05-11"]
    wfm("export", "roster", "roster.csv", "--run", first["run"])
    days = pd.to_datetime(pd.read_csv("roster.csv")["start"]).dt.date.astype(str)
    assert (days.min(), days.max()) == ("2026-05-11", "2026-05-15")
    assert "; rosters made or mended 1;" in first["summary"]
    assert run_of_workbook(nights) == first["run"]
    (nights / "out" / "roster.xlsx").unlink()
    wfm("nightly", "--as-of", "2026-05-04")
    assert run_of_workbook(nights) == first["run"], "a repeated night brings it back"

    def late(name: str, calls: int, days: range) -> None:
        rows = [
            f"shop,2026-04-{d}T{9 + k // 2:02d}:{k % 2 * 30:02d},{calls}"
            for d in days
            for k in range(16 if calls > 9 else 1)
        ]
        text = "\n".join(["queue,start,offered", *rows]) + "\n"
        (nights / "incoming" / name).write_text(text, encoding="utf-8")

    # one figure corrected: another night, but the roster stays
    late("one.csv", 7, range(30, 31))
    second = wfm("nightly", "--as-of", "2026-05-04", "--json").json
    assert (second["run"] != first["run"], second["rows_changed"]) == (True, 1)
    assert second["replanned"] == []
    # four days of four times the calls: the same week is mended
    late("jump.csv", 40, range(27, 31))
    third = wfm("nightly", "--as-of", "2026-05-04", "--json").json
    (told,) = third["replanned"]
    assert told.startswith(f"week of 2026-05-11 mended from {first['run']}")
    assert run_of_workbook(nights) == third["run"]
    assert not list((nights / "out").glob(".*")), "no draft is left"
