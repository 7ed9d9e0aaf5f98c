"""The night at scale: queues x two years of half hours, as the timer runs it.

``WFM_BENCH_QUEUES=100,200,400`` are the sizes through which the line to a thousand is drawn, in a
pool of processes and on a Dask cluster of this machine; without it 100 and 200.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from private_postgres import private_postgres
from row import Row

from wfm.store import open_store

FIRST = dt.datetime(2024, 1, 1)
NIGHT = dt.datetime(2025, 12, 31)
WORKERS = 2
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
CENTRE = """\
[centre]
name = "Scale"
timezone = "UTC"
interval = "30m"
[shrinkage]
planned = { leave = 0.1 }
[[source]]
format = "csv"
files = "incoming/*.csv"
"""
QUEUE = """\
[[queue]]
name = "q{k:04d}"
open = "always"
target = {{ service_level = 0.80, threshold = "20s" }}
"""


def history(k: int, first: dt.datetime, days: int) -> pd.DataFrame:
    """Contacts of a queue: a year's wave, a weekday curve, a day's curve, Poisson noise."""
    rng = np.random.default_rng([k, first.toordinal()])
    start = pd.date_range(first, periods=48 * days, freq="30min", tz="UTC").as_unit("us")
    slot = (start.hour * 2 + start.minute // 30).to_numpy()
    year = 1 + 0.15 * np.sin(2 * np.pi * start.day_of_year.to_numpy() / 365.25)
    week = np.array([1.1, 1.0, 1.0, 1.0, 1.05, 0.6, 0.4])[start.day_of_week.to_numpy()]
    mean = (3 + k % 20) * year * week * np.exp(-(((slot - 26) / 10) ** 2))
    offered = rng.poisson(mean)
    return pd.DataFrame(
        {
            "queue": f"q{k:04d}",
            "interval_start": start,
            "interval_s": 1800,
            "offered": offered,
            "answered": offered,
            "talk_s": offered * 200.0,
        }
    )


def build(folder: Path, queues: int, where: str | None = None) -> float:
    """Project with its history in the store; rows a second of the import."""
    (folder / "incoming").mkdir(parents=True)
    text = CENTRE + "".join(QUEUE.format(k=k) for k in range(queues))
    (folder / "wfm.toml").write_text(text, encoding="utf-8")
    # something that matches the pattern from the first night on
    deliver(folder, queues, NIGHT - dt.timedelta(days=1))
    days = (NIGHT - FIRST).days - 1
    seconds = 0.0
    with open_store(where or folder / "wfm.db") as store:
        for k in range(queues):
            frame = history(k, FIRST, days)
            began = time.perf_counter()
            store.import_intervals(frame, source="bench", file_hash=f"q{k}", imported_at=NOW)
            seconds += time.perf_counter() - began
    return queues * days * 48 / seconds


def deliver(folder: Path, queues: int, day: dt.datetime) -> None:
    """One day of all queues as a file."""
    frame = pd.concat([history(k, day, 1) for k in range(queues)])
    frame = frame.rename(columns={"interval_start": "start"}).drop(columns="interval_s")
    frame.to_csv(folder / "incoming" / f"{day:%Y-%m-%d}.csv", index=False)


@dataclass(frozen=True, slots=True)
class Measured:
    """A night as a process: wall clock and processor time of all its processes [s], peak [MB]."""

    seconds: float
    cpu_s: float
    largest_mb: float
    status: dict

    def __str__(self) -> str:
        """Give wall clock, processor time, memory and load."""
        times = f"{self.seconds:.0f} s ({self.cpu_s:.0f} s of processor time)"
        return f"{times}, {self.largest_mb:.0f} MB a process, load {os.getloadavg()[0]:.1f}"


def night(folder: Path, day: dt.datetime, *more: str) -> Measured:
    """Run the night in a process of its own."""
    wfm = [sys.executable, "-m", "wfm", "nightly", "--as-of", f"{day:%Y-%m-%d}", "--json"]
    probe = (
        "import json, resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "cpu = used.ru_utime + used.ru_stime\n"
        "print(json.dumps({'mb': used.ru_maxrss / 1024, 'cpu': cpu, 'out': done.stdout,"
        " 'err': done.stderr}))\n"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", probe, *wfm, *more],
        cwd=folder,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    if not told["out"]:
        raise RuntimeError(told["err"])
    seconds = time.perf_counter() - began
    return Measured(seconds, told["cpu"], told["mb"], json.loads(told["out"]))


@contextmanager
def cluster() -> Iterator[str]:
    """Address of a Dask scheduler with two spawned workers."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=40
    ) as there:
        yield there.scheduler_address


def night_on_cluster(folder: Path, day: dt.datetime) -> Measured:
    """The night with its queues on a cluster; processor time and memory of its workers count in."""
    from distributed import Client

    with cluster() as address, Client(address, set_as_default=False) as client:
        before = sum(client.run(time.process_time).values())
        own = night(folder, day, "--cluster", address)
        cpu = own.cpu_s + sum(client.run(time.process_time).values()) - before
        most = max(client.run(peak_mb).values())
    return Measured(own.seconds, cpu, max(own.largest_mb, most), own.status)


def peak_mb() -> float:
    """Most memory that this process has held [MB]."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def line(name: str, sizes: Sequence[int], nights: Sequence[Measured]) -> Iterator[Row]:
    """Straight line through the nights of several sizes, and how far they are off it."""
    if len(sizes) < 2:
        return
    for what in ("seconds", "cpu_s"):
        took = np.array([getattr(one, what) for one in nights])
        slope, rest = np.polyfit(sizes, took, 1)
        off = np.abs(took - (rest + slope * np.array(sizes))).max()
        told = f"{rest:.0f} s + {slope:.3f} s a queue, {off:.1f} s off at most"
        figure = f"{told}; 1 000 queues: {rest + 1000 * slope:.0f} s"
        kind = "wall clock" if what == "seconds" else "processor time"
        yield Row("nightly", f"line through {name}, {kind}", figure)


def rows() -> Iterator[Row]:
    """Whole nights in a pool and on a cluster, incremental nights, import."""
    sizes = [int(n) for n in os.environ.get("WFM_BENCH_QUEUES", "100,200").split(",")]
    pool, dask, short = [], [], []
    for queues in sizes:
        folder = Path(tempfile.mkdtemp(prefix="wfm-bench-"))
        try:
            speed = build(folder / "a", queues)
            yield Row("nightly", f"import into SQLite, {queues} queues", f"{speed:,.0f} rows/s")
            shutil.copytree(folder / "a", folder / "b")
            pool.append(night(folder / "a", NIGHT, "--workers", str(WORKERS)))
            case = f"{queues} queues x 2 years of half hours, forecast and staffed"
            target = "300 s" if queues == 100 else ""
            yield Row("nightly", f"{case}, {WORKERS} processes", str(pool[-1]), target)
            deliver(folder / "a", queues, NIGHT)
            next_night = NIGHT + dt.timedelta(days=1)
            short.append(night(folder / "a", next_night, "--workers", str(WORKERS)))
            kept = short[-1].status["choices"]["kept"]
            case = f"the next night, {queues} queues, one new day, models kept for {kept}"
            yield Row("nightly", case, str(short[-1]), "20 s" if queues == 100 else "")
            again = night(folder / "a", next_night, "--workers", str(WORKERS))
            yield Row("nightly", f"the same night again, {queues} queues", str(again))
            shutil.rmtree(folder / "a")
            dask.append(night_on_cluster(folder / "b", NIGHT))
            case = f"{queues} queues on a Dask cluster of {WORKERS} workers"
            yield Row("nightly", case, str(dask[-1]))
        finally:
            shutil.rmtree(folder)
    yield from line("nights in a pool", sizes, pool)
    yield from line("nights on the cluster", sizes, dask)
    yield from line("nights with one new day", sizes, short)
    with private_postgres() as url:
        if url:
            folder = Path(tempfile.mkdtemp(prefix="wfm-bench-"))
            speed = build(folder / "a", 20, url)
            shutil.rmtree(folder)
            yield Row("nightly", "import into PostgreSQL, 20 queues", f"{speed:,.0f} rows/s")
