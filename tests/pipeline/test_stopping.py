"""Ctrl-C as a wish to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wfm.pipeline.stopping import stop_on_interrupt


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C as Python hears it, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_the_first_interrupt_asks_and_the_second_ends() -> None:
    """The event is set once; then Ctrl-C is what it was."""
    with stop_on_interrupt() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_are_left_alone() -> None:
    """A thread gets an event that no signal sets."""

    def inside() -> bool:
        with stop_on_interrupt() as stop:
            return stop.is_set()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(inside).result() is False


def test_ctrl_c_in_a_terminal_writes_the_best_roster_so_far(tmp_path: Path) -> None:
    """A process of its own is interrupted while it plans: exit 0, a roster, and it says so."""
    root = Path(__file__).resolve().parents[2]
    need = tmp_path / "need.csv"
    rows = ["queue,interval_start,interval_s,agents_required"]
    for day in range(11, 16):
        for half in range(26):
            start = f"2003-08-{day}T{11 + half // 2:02d}:{half % 2 * 30:02d}:00Z"
            rows.append(f"bank,{start},1800,{80 + 3 * (half % 9)}")
    need.write_text("\n".join(rows) + "\n")
    words = ["schedule", "--in", need, "--agents", root / "data/agents.csv"]
    words += ["--rules", root / "data/wfm.toml", "--out", tmp_path / "roster.csv"]
    done = subprocess.Popen(
        [sys.executable, "-m", "wfm", *map(str, words)],
        cwd=root,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.stderr is not None
    for line in done.stderr:
        if "scheduling: plan" in line:
            break
    done.send_signal(signal.SIGINT)
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    assert "stopping with the best roster so far" in err
    assert "feasible" in out
    assert len((tmp_path / "roster.csv").read_text().splitlines()) > 500
