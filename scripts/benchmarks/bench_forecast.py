"""Accuracy: `wfm backtest` on the bank's calls, `wfm forecast` on the development series."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import forecast_cases
import pandas as pd
from row import Row

DATA = Path(__file__).resolve().parents[2] / "data"


def rows() -> Iterator[Row]:
    """WAPE and bias by horizon and level, each model beside seasonal naive."""
    with tempfile.TemporaryDirectory() as folder:
        place = ["--config", str(DATA / "wfm.toml"), "--store", f"{folder}/wfm.db"]
        wfm = [sys.executable, "-m", "wfm"]
        calls = str(DATA / "bank_calls.csv.gz")
        subprocess.run([*wfm, "import", "csv", calls, *place], check=True, capture_output=True)
        began = time.perf_counter()
        out = f"{folder}/backtest.csv"
        subprocess.run([*wfm, "backtest", *place, "--out", out], check=True, capture_output=True)
        seconds = time.perf_counter() - began
        table = pd.read_csv(out)
    for (horizon, level), part in table.groupby(["horizon_days", "level"]):
        told = ", ".join(
            f"{row.model} {row.wape:.1%} ({row.bias:+.1%})" for row in part.itertuples(index=False)
        )
        origins = int(part["origins"].iloc[0])
        yield Row("forecast", f"{horizon} days, by {level}, {origins} origins: WAPE (bias)", told)
    yield Row("forecast", "wfm backtest, whole process", f"{seconds:.0f} s")
    yield from forecast_cases.rows()
