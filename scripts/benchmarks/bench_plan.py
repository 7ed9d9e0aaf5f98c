"""The main job, as a user runs it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from row import Row

DATA = Path(__file__).resolve().parents[2] / "data"


def rows() -> Iterator[Row]:
    """Wall clock, memory and figures of `wfm import` and `wfm plan` on the bank's calls."""
    with tempfile.TemporaryDirectory() as folder:
        place = ["--config", str(DATA / "wfm.toml"), "--store", f"{folder}/wfm.db"]
        wfm = [sys.executable, "-m", "wfm"]
        calls = str(DATA / "bank_calls.csv.gz")
        subprocess.run([*wfm, "import", "csv", calls, *place], check=True, capture_output=True)
        began = time.perf_counter()
        done = subprocess.run(
            [*wfm, "plan", *place, "--roster", f"{folder}/roster.xlsx", "--json"],
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - began
    told = json.loads(done.stdout)
    week = told["schedule"]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Row("plan", "wfm plan, whole process", f"{seconds:.0f} s", "about 120 s")
    yield Row("plan", "peak memory of one process", f"{memory:.0f} MB")
    yield Row("plan", "scheduling", f"{week['seconds']:.0f} s, {week['status']}")
    yield Row(
        "plan",
        "week objective, bound, demand [agent-intervals]",
        f"{week['objective']:.1f}, {week['bound']:.1f}, {week['demand']:.1f}",
    )
    yield Row("plan", "over, under [agent-intervals]", f"{week['over']:.1f}, {week['under']:.1f}")
    yield Row("plan", "rules broken", str(week["violations"]), "0")
    yield Row(
        "plan", "people scheduled", f"{told['agents_scheduled']} of {told['agents_available']}"
    )
