"""Accuracy on the development series of ../shared: `wfm forecast` by its file contract, scored.

The scorer of the shared folder cuts the histories and scores what comes back, so that figures can
be laid beside those of its peers.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from row import Row

SHARED = Path(__file__).resolve().parents[3] / "shared" / "bench"
SCORER = SHARED / "score_forecasts.py"
PLACES = {
    "bank30_dev": ("US", "America/New_York"),
    "anonbank30_dev": ("IL", "Asia/Jerusalem"),
    "seattle60_dev": ("US", "America/Los_Angeles"),
}
QUANTILES = "0.025,0.1,0.25,0.5,0.75,0.9,0.975"
QUIET = os.environ | {"PYTHONWARNINGS": "ignore", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of all cases and horizons, and the seconds that one forecast took."""

    table: pd.DataFrame
    seconds: dict[str, float]


def score(jobs: int = 2) -> Scored:
    """Forecast every origin of every case and let the scorer judge."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, files = {}, []
        for case in PLACES:
            _scorer("export", "--case", case, "--out", folder)
            histories = sorted(Path(folder).glob(f"history_{case}_*.csv.gz"))
            with ThreadPoolExecutor(jobs) as pool:
                took = list(pool.map(_forecast, histories, [case] * len(histories)))
            seconds[case] = float(np.median(took))
            files.append(_joined(Path(folder), case))
        out = Path(folder) / "scores.csv"
        _scorer("score", *map(str, files), "--csv", str(out))
        return Scored(pd.read_csv(out), seconds)


def _scorer(*words: str) -> None:
    subprocess.run(
        [sys.executable, str(SCORER), *words], check=True, capture_output=True, env=QUIET
    )


def _forecast(history: Path, case: str) -> float:
    """Forecast six weeks from the origin in the file's name; seconds of the whole process."""
    country, timezone = PLACES[case]
    origin = history.name.removesuffix(".csv.gz").rsplit("_", 1)[1]
    words = ["--in", str(history), "--as-of", origin, "--horizon", "42d"]
    words += ["--country", country, "--timezone", timezone, "--quantiles", QUANTILES]
    words += ["--out", str(history.with_name(f"forecast_{case}_{origin}.csv"))]
    began = time.perf_counter()
    command = [sys.executable, "-m", "wfm", "forecast", *words]
    subprocess.run(command, check=True, capture_output=True, env=QUIET, cwd=history.parent)
    return time.perf_counter() - began


def _joined(folder: Path, case: str) -> Path:
    """Forecasts of all origins of a case in one file, as the scorer takes them."""
    out = folder / f"{case}.csv"
    parts = [pd.read_csv(path) for path in sorted(folder.glob(f"forecast_{case}_*.csv"))]
    pd.concat(parts).to_csv(out, index=False)
    return out


def rows() -> Iterator[Row]:
    """Each case and horizon beside the mean of 8 and the best peer; their geometric means."""
    if not SCORER.exists():
        return
    scored = score()
    peers = pd.read_csv(SHARED / "peers.csv")
    ratios: dict[str, list[float]] = {"wape": [], "wape_day": [], "wql": []}
    for row in scored.table.itertuples(index=False):
        there = peers[(peers["case"] == row.case) & (peers["horizon"] == row.horizon)]
        mean8 = there[there["model"] == "mean of last 8 same weekdays"].iloc[0]
        told = []
        for name, past in ratios.items():
            value = float(getattr(row, name))
            past.append(value / mean8[name])
            told.append(
                f"{name} {value:.2%} (mean8 {mean8[name]:.2%}, best {there[name].min():.2%})"
            )
        told.append(f"bias {row.bias:+.1%}, 80/95 % bands hold {row.cov80:.0%}/{row.cov95:.0%}")
        yield Row("forecast", f"{row.case} {row.horizon}", ", ".join(told))
    means = ", ".join(f"{name} {np.exp(np.mean(np.log(v))):.3f}" for name, v in ratios.items())
    yield Row("forecast", "geometric mean over mean8", means, "wape <= 0.933")
    for case, took in scored.seconds.items():
        yield Row("forecast", f"{case}, wfm forecast, whole process", f"{took:.1f} s (median)")
