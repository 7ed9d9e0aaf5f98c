"""How long ``wfm --help`` takes beside an empty two-command typer application."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from row import Row

EMPTY = """\
import typer
app = typer.Typer()
@app.command()
def one() -> None: "One."
@app.command()
def two() -> None: "Two."
app()
"""


def seconds(command: list[str]) -> float:
    """Wall clock of one process."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def rows(runs: int = 15) -> Iterator[Row]:
    """Medians of alternating runs, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY, encoding="utf-8")
        ours = [sys.executable, "-m", "wfm", "--help"]
        theirs = [sys.executable, str(empty), "--help"]
        pairs = [(seconds(ours), seconds(theirs)) for _ in range(runs + 1)][1:]
    ratio = statistics.median(a / b for a, b in pairs)
    a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
    yield Row("help", f"wfm --help, median of {runs}", f"{a:.2f} s")
    yield Row("help", "empty two-command typer app", f"{b:.2f} s")
    yield Row("help", "ratio, pair by pair", f"{ratio:.2f}", "<= 1.5")
