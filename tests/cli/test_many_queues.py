"""A hundred queues by two processes: what one says, and one bad queue costs no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

WORDS = ("--in", "many.csv", "--horizon", "1w", "--timezone", "UTC")


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four weeks of a hundred queues of all sizes; the one in the middle never changes."""
    rng = np.random.default_rng(7)
    start = pd.date_range("2026-03-02", periods=28 * 24, freq="h")
    start = start[(start.day_of_week < 5) & (start.hour >= 9) & (start.hour < 17)]
    curve = 1 + 0.5 * np.sin((start.hour.to_numpy() - 9) / 7 * np.pi)
    parts = [
        pd.DataFrame({"queue": f"q{k:03d}", "start": start, "offered": rng.poisson(size * curve)})
        for k, size in enumerate(np.geomspace(1, 300, 100))
    ]
    parts[50]["offered"] = 7
    pd.concat(parts).to_csv(tmp_path / "many.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_two_processes_say_what_one_says_of_a_hundred_queues(wfm, many: Path) -> None:
    """The same file to the last digit, 99 queues in it, the bad one named; exit 8."""
    for workers in (1, 2):
        answer = wfm("forecast", *WORDS, "--workers", workers, "--out", f"by_{workers}.csv")
        assert answer.code == 8, answer.err
        assert "q050: every interval has the same count" in answer.err
        assert "Traceback" not in answer.err
    assert Path("by_1.csv").read_bytes() == Path("by_2.csv").read_bytes()
    made = pd.read_csv("by_1.csv").groupby("queue")["mean"].sum()
    assert len(made) == 99
    came = pd.read_csv("many.csv").groupby("queue")["offered"].sum() / 4
    assert made.to_numpy() == pytest.approx(came[made.index].to_numpy(), rel=0.3, abs=15)
