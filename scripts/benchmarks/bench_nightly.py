"""The night at scale: queues x two years of half hours, as the timer runs it.

``WFM_BENCH_QUEUES=100,200,400`` are the sizes through which the line to a thousand is drawn, in a
pool of processes and on a Dask cluster of this machine; without it 100 and 200. The three sizes
take about a quarter of an hour on two quiet cores.
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
from unittest.mock import patch

import numpy as np
import pandas as pd
from private_postgres import private_postgres
from row import Row

from wfm.store import open_store

FIRST = dt.datetime(2024, 1, 1)
NIGHT = dt.datetime(2025, 12, 31)
WORKERS = 2
WARM = 2
"""Queues of the night that goes before those that are measured."""
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


def project(folder: Path, queues: int) -> None:
    """Centre of so many queues, whose last day of history is a file still to come in."""
    (folder / "incoming").mkdir(parents=True)
    text = CENTRE + "".join(QUEUE.format(k=k) for k in range(queues))
    (folder / "wfm.toml").write_text(text, encoding="utf-8")
    deliver(folder, queues, NIGHT - dt.timedelta(days=1))


def fill(where: Path | str, queues: range) -> float:
    """Bring two years of each queue into a store; rows a second."""
    days = (NIGHT - FIRST).days - 1
    seconds = 0.0
    with open_store(where) as store:
        for k in queues:
            frame = history(k, FIRST, days)
            began = time.perf_counter()
            store.import_intervals(frame, source="bench", file_hash=f"q{k}", imported_at=NOW)
            seconds += time.perf_counter() - began
    return len(queues) * days * 48 / seconds


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
    """Address of a Dask scheduler with two spawned workers, set up as README says."""
    from distributed import LocalCluster

    kept = {f"MALLOC_{name}_THRESHOLD_": str(64 * 2**20) for name in ("TRIM", "MMAP")}
    with (
        patch.dict(os.environ, kept),
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=40
        ) as there,
    ):
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
    sizes = sorted({int(n) for n in os.environ.get("WFM_BENCH_QUEUES", "100,200").split(",")})
    pool: list[Measured] = []
    dask: list[Measured] = []
    short: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="wfm-bench-") as folder:
        store = Path(folder) / "wfm.db"
        warm_up(Path(folder), store)
        for before, queues in zip([WARM, *sizes], sizes, strict=False):
            speed = fill(store, range(before, queues))
            made = f"import into SQLite, queues {before + 1} to {queues}"
            yield Row("nightly", made, f"{speed:,.0f} rows/s")
            with centre(store, queues) as here:
                yield from in_pool(here, queues, pool, short)
            with centre(store, queues) as here:
                dask.append(night_on_cluster(here, NIGHT))
                case = f"{queues} queues on a Dask cluster of {WORKERS} workers"
                yield Row("nightly", case, str(dask[-1]))
    yield from line("nights in a pool", sizes, pool)
    yield from line("nights on the cluster", sizes, dask)
    yield from line("nights with one new day", sizes, short)
    with private_postgres() as url:
        if url:
            speed = fill(url, range(20))
            yield Row("nightly", "import into PostgreSQL, 20 queues", f"{speed:,.0f} rows/s")


def warm_up(folder: Path, store: Path) -> None:
    """A small night before those that count: Python compiles its modules, numba finds its cache.

    An installed wfm is compiled; a checkout whose environment forbids it would be at every start.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    fill(store, range(WARM))
    with centre(store, WARM) as here:
        night(here, NIGHT, "--workers", str(WORKERS))


@contextmanager
def centre(store: Path, queues: int) -> Iterator[Path]:
    """Project of so many queues with a copy of the store, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="wfm-bench-") as folder:
        project(Path(folder), queues)
        shutil.copy(store, folder)
        yield Path(folder)


def in_pool(here: Path, queues: int, pool: list[Measured], short: list[Measured]) -> Iterator[Row]:
    """The first night, in which all is new; the next with one new day; and that one again."""
    workers = ("--workers", str(WORKERS))
    pool.append(night(here, NIGHT, *workers))
    case = f"{queues} queues x 2 years of half hours, forecast and staffed, {WORKERS} processes"
    yield Row("nightly", case, str(pool[-1]), "300 s" if queues == 100 else "")
    deliver(here, queues, NIGHT)
    next_night = NIGHT + dt.timedelta(days=1)
    short.append(night(here, next_night, *workers))
    kept = short[-1].status["choices"]["kept"]
    case = f"the next night, {queues} queues, one new day, models kept for {kept}"
    yield Row("nightly", case, str(short[-1]), "12 s" if queues == 100 else "")
    again = night(here, next_night, *workers)
    yield Row("nightly", f"the same night again, {queues} queues", str(again))
