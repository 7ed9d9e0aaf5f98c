"""Speed of the simulator beside simpy and ciw, and a day that interval staffing gets wrong."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator

import numpy as np
from row import Row

from wfm.queueing import performance, required_agents
from wfm.queueing.simulation import SimulatedGroup, SimulatedQueue, simulate, simulate_line
from wfm.queueing.time_varying import day_service, staffing_rate

AGENTS, LOAD, AHT_S, PATIENCE_S = 52, 50.0, 300.0, 120.0
PER_HOUR = LOAD * 3600 / AHT_S
DAY = [
    *(0.13, 0.25, 0.45, 0.65, 0.8, 0.92, 0.98, 1, 0.98, 0.95, 0.92, 0.9, 0.88, 0.86),
    *(0.84, 0.82, 0.8, 0.78, 0.75, 0.7, 0.62, 0.52, 0.42, 0.34, 0.27, 0.22, 0.17, 0.12),
]

SIMPY = """
import json, random, time
import simpy
random.seed(1)
env = simpy.Environment()
desk = simpy.Resource(env, 52)
def call(env):
    with desk.request() as turn:
        got = yield turn | env.timeout(random.expovariate(1 / 120))
        if turn in got:
            yield env.timeout(random.expovariate(1 / 300))
def source(env, calls):
    for _ in range(calls):
        yield env.timeout(random.expovariate(600 / 3600))
        env.process(call(env))
calls = 60_000
env.process(source(env, calls))
began = time.perf_counter()
env.run()
print(json.dumps(calls / (time.perf_counter() - began)))
"""

CIW = """
import json, time
import ciw
ciw.seed(1)
network = ciw.create_network(
    arrival_distributions=[ciw.dists.Exponential(600 / 3600)],
    service_distributions=[ciw.dists.Exponential(1 / 300)],
    reneging_time_distributions=[ciw.dists.Exponential(1 / 120)],
    number_of_servers=[52],
)
calls = 30_000
run = ciw.Simulation(network)
began = time.perf_counter()
run.simulate_until_max_customers(calls)
print(json.dumps(calls / (time.perf_counter() - began)))
"""


def rows() -> Iterator[Row]:
    """Calls per second, distance from exact Erlang A, moving days."""
    yield from one_queue()
    yield from many_skills()
    for name, code in (("simpy 4.1.2", SIMPY), ("ciw 3.2.7", CIW)):
        yield from peer(name, code)
    yield from moving_day()


def one_queue(calls: int = 10_000_000) -> Iterator[Row]:
    """M/M/52+M at 50 Erlang."""
    simulate_line(
        np.random.default_rng(0), PER_HOUR, AHT_S, AGENTS, calls=100_000, patience_s=PATIENCE_S
    )
    began = time.perf_counter()
    found = simulate_line(
        np.random.default_rng(1), PER_HOUR, AHT_S, AGENTS, calls=calls, patience_s=PATIENCE_S
    )
    rate = 1.1 * calls / (time.perf_counter() - began)  # a tenth warms up
    yield Row(
        "simulate", "one queue with patience, 52 agents", f"{rate / 1e6:.1f} M calls/s", ">= 3 M"
    )
    exact = performance("erlang_a", PER_HOUR, AHT_S, AGENTS, patience_s=PATIENCE_S)
    for name in ("sl_offered", "p_abandon"):
        told = getattr(found, name)
        error = abs(float(told.mean) - float(getattr(exact, name))) / (
            float(told.half_width) / 1.96
        )
        yield Row(
            "simulate",
            f"{name} at {calls:.0e} calls against exact",
            f"{error:.1f} standard errors",
            "<= 3",
        )


def many_skills() -> Iterator[Row]:
    """Three queues, two groups, a day that changes."""
    rates = [[share * peak for share in DAY] for peak in (1200.0, 900.0, 600.0)]
    queues = [
        SimulatedQueue(name, rate, 240.0, patience_s=120.0)
        for name, rate in zip("abc", rates, strict=True)
    ]
    staff = [round(95 * share) + 3 for share in DAY]
    groups = [
        SimulatedGroup("first", staff, {"a": 1, "b": 1}),
        SimulatedGroup("second", staff, {"b": 2, "c": 1}),
    ]
    simulate(np.random.default_rng(0), queues, groups, replications=20)
    began = time.perf_counter()
    found = simulate(np.random.default_rng(1), queues, groups, replications=200)
    calls = float(found.offered.mean.sum()) * 200
    rate = calls / (time.perf_counter() - began)
    yield Row(
        "simulate",
        "3 queues, 2 groups, changing day, 1 thread",
        f"{rate / 1e6:.1f} M calls/s",
        ">= 1.5 M",
    )


def peer(name: str, code: str) -> Iterator[Row]:
    """The single queue by another simulator, in its own process."""
    python = os.environ.get("WFM_PEERS")
    if python:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        rate = json.loads(done.stdout.splitlines()[-1])
        yield Row("simulate", f"{name}, the same single queue", f"{rate / 1e3:.1f} k calls/s")


def moving_day() -> Iterator[Row]:
    """Worst interval of a bank's day, staffed interval by interval and by modified offered load."""
    for aht_s in (180.0, 600.0, 1800.0):
        rate = 25 * np.array(DAY) * 3600 / aht_s
        told = []
        for method in ("sipp", "mol"):
            agents = required_agents(
                "erlang_a",
                staffing_rate(rate, aht_s, method=method),
                aht_s,
                patience_s=PATIENCE_S,
                service_level=0.8,
            ).agents
            level = day_service(rate, aht_s, agents, patience_s=PATIENCE_S).sl_offered
            told.append(f"{method.upper()} {level.min():.3f} with {agents.sum()} agent half hours")
        yield Row(
            "simulate", f"worst interval, peak 25 erlang, AHT {aht_s / 60:.0f} min", ", ".join(told)
        )
