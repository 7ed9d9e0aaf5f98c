"""A busy day's queue log: 100 000 visits through the reader and into intervals, and read on."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from row import Row

_VISITS = 100_000
_MEASURE = """
import resource, sys, time
from wfm.telephony import AsteriskState, read_asterisk
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
read = read_asterisk([sys.argv[1]])
made = read.intervals(900, threshold_s=20, short_s=5)
seconds = time.process_time() - began
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
assert made["offered"].sum() == len(read.visits)
print(len(read.visits), read.lines_read, seconds, memory / 1024)
"""


def rows() -> Iterator[Row]:
    """Seconds of one core, memory, and what a second import of the same log costs."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "queue_log"
        log.write_text("".join(busy_log(_VISITS, random.Random(3))), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE, str(log)], check=True, capture_output=True, text=True
        )
        visits, lines, seconds, memory = map(float, done.stdout.split())
        yield Row(
            "telephony", f"{visits:.0f} visits ({lines:.0f} lines)", f"{seconds:.1f} s", "10 s"
        )
        yield Row("telephony", "memory above the libraries", f"{memory:.0f} MB")
        wfm = [sys.executable, "-m", "wfm", "import", "asterisk", str(log), "--timezone", "UTC"]
        wfm += ["--interval", "15m", "--out", f"{folder}/o.csv", "--state", f"{folder}/state"]
        for case in ("wfm import, whole process", "the same again, nothing new"):
            began = time.perf_counter()
            subprocess.run(wfm, check=True, capture_output=True, cwd=folder)
            yield Row("telephony", case, f"{time.perf_counter() - began:.1f} s")


def busy_log(visits: int, rng: random.Random) -> list[str]:
    """Lines of many calls in twenty queues: abandons, rings in vain, time-outs, talks."""
    events: list[tuple[int, str]] = []
    for n in range(visits):
        at, queue = 1_700_000_000 + n // 2, f"q{n % 20}"
        call, wait, talk = f"{at}.{n}", rng.randrange(40), rng.randrange(600)
        head, end = f"{call}|{queue}", at + wait
        events.append((at, f"{head}|NONE|ENTERQUEUE||2025550{n % 1000:03}|1"))
        if n % 10 == 0:
            events.append((end, f"{head}|NONE|ABANDON|1|1|{wait}"))
        elif n % 33 == 0:
            events.append((end, f"{head}|NONE|EXITWITHTIMEOUT|1|1|{wait}"))
        else:
            agent = f"Agent/{n % 500}"
            if n % 7 == 0:
                events.append((at, f"{head}|{agent}|RINGNOANSWER|5000"))
            events.append((end, f"{head}|{agent}|CONNECT|{wait}|{call}1|2"))
            events.append((end + talk, f"{head}|{agent}|COMPLETECALLER|{wait}|{talk}|1"))
    return [f"{at}|{text}\n" for at, text in sorted(events, key=lambda event: event[0])]
