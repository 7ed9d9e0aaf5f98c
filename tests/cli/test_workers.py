"""Rosters in processes, as a planner asks for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest


def test_two_processes_make_the_roster_of_one(wfm, staffed: Path) -> None:
    """The same shifts by --workers 1 and 2; nothing of it is an input of the run."""
    for count in ("1", "2"):
        done = wfm("schedule", "--time-limit", "300s", "--workers", count, "--out", f"{count}.csv")
        assert done.code == 0, done.err
    pd.testing.assert_frame_equal(pd.read_csv("1.csv"), pd.read_csv("2.csv"))


def test_two_busy_processes_write_the_same_bytes(wfm, centre: Path) -> None:
    """Side by side, with a third that keeps a core busy, each with hashes of its own."""
    wfm("import", "csv", "history.csv")
    assert wfm("forecast", "--horizon", "3w").code == 0
    assert wfm("staff", "--out", "need.csv").code == 0
    files = "--out {0}.csv --activities {0}a.csv --summary {0}.json"
    idle_never = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        asked = ["schedule", "--in", "need.csv", "--weeks", "2", "--time-limit", "300s"]
        runs = [
            subprocess.Popen(
                [sys.executable, "-m", "wfm", *asked, *files.format(seed).split()],
                env={**os.environ, "PYTHONHASHSEED": seed},
            )
            for seed in ("1", "2")
        ]
        assert [run.wait(timeout=280) for run in runs] == [0, 0]
    finally:
        idle_never.kill()
        idle_never.wait()
    for name in ("{}.csv", "{}a.csv"):
        assert Path(name.format(1)).read_bytes() == Path(name.format(2)).read_bytes()
    assert not json.loads(Path("1.json").read_text(encoding="utf-8"))["cut_short"]


@pytest.mark.parametrize("command", ["schedule", "plan"])
def test_a_cluster_that_is_not_there_is_told(wfm, staffed: Path, monkeypatch, command: str) -> None:
    """Before any model is built, in plain words."""
    monkeypatch.setattr("wfm.pipeline.executor._CONNECT_S", 1)
    refused = wfm(command, "--cluster", "tcp://127.0.0.1:9")
    assert refused.code == 2
    assert "no Dask scheduler answers" in refused.err
