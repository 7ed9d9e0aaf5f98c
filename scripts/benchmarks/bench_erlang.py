"""Digits and speed of the Erlang engine; pyworkforce beside it where the peers are set up."""

from __future__ import annotations

import json
import os
import subprocess
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from row import Row

from wfm.queueing import performance, required_agents
from wfm.queueing.cases import batch, required

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "queueing"
AHT_S, PATIENCE_S, TARGET, THRESHOLD_S = 300.0, 120.0, 0.80, 20.0

PEER = """
import json, sys, time
from pyworkforce.queuing import ErlangC
load, repeats = float(sys.argv[1]), int(sys.argv[2])
calls = load * 3600 / 300 / 2
began = time.perf_counter()
for _ in range(repeats):
    positions = ErlangC(transactions=calls, aht=5, asa=20 / 60, interval=30).required_positions(0.8)
print(json.dumps({"seconds": (time.perf_counter() - began) / repeats,
                  "agents": positions["raw_positions"]}))
"""


def rows() -> Iterator[Row]:
    """Accuracy rows, then speed rows."""
    if REFERENCE.exists():
        yield from accuracy()
    yield from speed()


def accuracy() -> Iterator[Row]:
    """Largest distance from the reference digits."""
    table = pd.read_csv(REFERENCE / "reference_erlang_dev.csv")
    found = batch(
        table[["model", "arrivals_per_hour", "aht_s", "patience_s", "agents", "threshold_s"]]
    )
    for name in ("sl_offered", "p_wait", "occupancy"):
        error = (found[name] - table[name]).abs().max()
        yield Row(
            "erlang", f"{name}, {len(table)} reference rows, largest error", f"{error:.1e}", "1e-12"
        )
    for name in ("p_abandon", "p_block", "asa_answered_s"):
        known = table[name].gt(0) & np.isfinite(table[name])
        error = ((found[name] - table[name]).abs() / table[name])[known].max()
        yield Row("erlang", f"{name}, largest relative error", f"{error:.1e}", "1e-11")
    cases = pd.read_csv(REFERENCE / "reference_staffing_dev.csv")
    right = int(
        (
            required(cases.drop(columns="agents_required"))["agents_required"]
            == cases["agents_required"]
        ).sum()
    )
    yield Row("erlang", "smallest agents, exact rows", f"{right} of {len(cases)}", "all")


def best(compute: Callable[[], object], times: int = 3) -> float:
    """Shortest of a few runs after a warm-up."""
    compute()
    spans = []
    for _ in range(times):
        began = time.perf_counter()
        compute()
        spans.append(time.perf_counter() - began)
    return min(spans)


def speed() -> Iterator[Row]:
    """Time per solve of a million Erlang C and a hundred thousand Erlang A intervals."""
    rng = np.random.default_rng(1)
    for load in (5, 50, 500, 5000):
        per_hour = load * 3600 / AHT_S * rng.uniform(0.9, 1.1, 1_000_000)
        solve_c = best(
            lambda x=per_hour: required_agents(
                "erlang_c", x, AHT_S, threshold_s=THRESHOLD_S, service_level=TARGET
            )
        )
        some = per_hour[:100_000]
        solve_a = best(
            lambda x=some: required_agents(
                "erlang_a",
                x,
                AHT_S,
                patience_s=PATIENCE_S,
                threshold_s=THRESHOLD_S,
                service_level=TARGET,
            )
        )
        yield Row("erlang", f"Erlang C solve at {load} erlang", f"{solve_c:.3f} µs", "<= 0.5 µs")
        yield Row(
            "erlang", f"Erlang A solve at {load} erlang", f"{solve_a * 10:.2f} µs", "<= 10 µs"
        )
        yield from peer(load)
    yield from growth()
    one = best(lambda: performance("erlang_a", 200, 180, 12, patience_s=120))
    yield Row("erlang", "one Erlang A case, no compiler", f"{one * 1e6:.0f} µs")


def growth() -> Iterator[Row]:
    """Time and memory with the number of intervals, Erlang C at about 50 Erlang."""
    rng = np.random.default_rng(2)
    spans = {}
    for count in (100_000, 1_000_000):
        per_hour = 50 * 3600 / AHT_S * rng.uniform(0.9, 1.1, count)
        spans[count] = best(
            lambda x=per_hour: required_agents(
                "erlang_c", x, AHT_S, threshold_s=THRESHOLD_S, service_level=TARGET
            )
        )
    ratio = spans[1_000_000] / spans[100_000]
    yield Row(
        "erlang", "ten times the intervals, Erlang C at 50 erlang", f"{ratio:.1f} × the time", "10"
    )
    tracemalloc.start()
    required_agents("erlang_c", per_hour, AHT_S, threshold_s=THRESHOLD_S, service_level=TARGET)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    yield Row("erlang", "peak memory of a solve of a million intervals", f"{peak:.0f} MB")


def peer(load: int) -> Iterator[Row]:
    """The same Erlang C solve by pyworkforce, in its own process."""
    python = os.environ.get("WFM_PEERS")
    if not python:
        return
    repeats = max(3, 2000 // load)
    done = subprocess.run(
        [python, "-c", PEER, str(load), str(repeats)], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    yield Row(
        "erlang",
        f"pyworkforce 0.5.1, Erlang C solve at {load} erlang",
        f"{told['seconds'] * 1e6:.1f} µs",
    )
