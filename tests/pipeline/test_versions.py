"""Which nights go: daily ones are kept first, then weekly, never what is needed."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wfm.config.nightly import Keep
from wfm.pipeline.versions import prunable
from wfm.store import QueueOutcome, Run, open_store

NOW = dt.datetime(2026, 6, 30, 3, tzinfo=dt.UTC)
KEEP = Keep(daily_days=10, weekly_days=70)


@pytest.fixture
def nights(tmp_path):
    """A store with a night for each of the last hundred days."""
    with open_store(tmp_path / "wfm.db") as store:
        for age in range(100, -1, -1):
            made = NOW - dt.timedelta(days=age)
            run = Run(
                f"n{age}",
                "nightly",
                made,
                "0" * 64,
                "0.1.0",
                as_of=made.date().isoformat() + "T00:00:00",
                status="running",
            )
            store.nights.begin(run, {})
            rows = {"queue": "q", "interval_start": [pd.Timestamp(made)], "interval_s": 1800}
            forecast = pd.DataFrame(rows | {"mean": 1.0})
            outcome = QueueOutcome(run.run, "q", "ok")
            store.nights.save_queue(outcome, {"forecast": forecast}, pd.DataFrame())
            store.nights.finish(run.run, status="ok", summary={}, now=made, promote=True)
        yield store


def test_daily_then_weekly(nights) -> None:
    """Ten days in full, the last of each ISO week of ten weeks, nothing older; pins stay."""
    nights.versions.pin("n93", at=NOW)
    gone = prunable(nights, KEEP, now=NOW)
    kept = {f"n{age}" for age in range(101)} - set(gone)
    dates = {f"n{age}": (NOW - dt.timedelta(days=age)).date() for age in range(101)}
    # brute force: the newest of each week among those younger than seventy days
    weekly: dict[tuple[int, int], str] = {}
    for age in range(69, -1, -1):
        weekly[dates[f"n{age}"].isocalendar()[:2]] = f"n{age}"
    assert kept == {f"n{age}" for age in range(10)} | set(weekly.values()) | {"n93"}
    nights.versions.prune(gone, at=NOW)
    assert prunable(nights, KEEP, now=NOW) == []
    assert nights.read("forecast", "n50" if "n50" in gone else gone[0]).empty
    assert len(nights.runs()) == 101, "the runs themselves stay"
    assert len(nights.read("forecast", "n93")) == 1


def test_what_is_in_force_stays(nights) -> None:
    """However old, the version in force is kept."""
    nights.versions.promote("n99", how="rollback", at=NOW)
    assert nights.versions.in_force().run == "n99"
    assert "n99" not in prunable(nights, KEEP, now=NOW)
