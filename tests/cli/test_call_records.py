"""A switch's own log through the command line: the recorded day, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

DAY = Path(__file__).resolve().parents[3] / "shared" / "data" / "telephony" / "asterisk_day"
SAME = {
    "short": "short_abandoned",
    "key": "key_exit",
    "empty": "empty_exit",
    "in_sl": "answered_in_threshold",
    "rna": "ring_no_answer",
}
COUNTING = ("--interval", "15m", "--threshold", "20", "--short", "5", "--timezone", "UTC")


@pytest.mark.skipif(not DAY.exists(), reason="recordings not here")
@pytest.mark.parametrize("attribution", ["arrival", "event"])
def test_every_cell_of_the_recorded_day(wfm, centre: Path, attribution: str) -> None:
    """Intervals by both attributions equal the expected table; visits and agents are written."""
    logs = (DAY / "queue_log", DAY / "queue_log.0")
    records = ("--visits", "visits.csv", "--agents", "agents_time.csv")
    how = (*COUNTING, "--attribution", attribution, "--out", "found.csv")
    done = wfm("import", "asterisk", *logs, *how, *records)
    assert done.code == 0, done.err
    expected = pd.read_csv(DAY / f"expected_15min.{attribution}.csv").rename(columns=SAME)
    expected["interval_start"] = pd.to_datetime(
        expected["interval_start_epoch"], unit="s", utc=True
    )
    found = pd.read_csv("found.csv", parse_dates=["interval_start"])
    keys = ["queue", "interval_start"]
    expected, found = (frame.set_index(keys).sort_index() for frame in (expected, found))
    columns = [name for name in found.columns if name in expected.columns]
    assert len(columns) >= 16
    wrong = found[columns].astype(float) - expected[columns].astype(float)
    assert (wrong == 0).all(axis=None)
    visits = pd.read_csv("visits.csv")
    assert len(visits) == expected["offered"].sum()
    assert len(pd.read_csv("agents_time.csv")) > 0


@pytest.mark.skipif(not DAY.exists(), reason="recordings not here")
def test_the_log_twice_changes_nothing(wfm, centre: Path) -> None:
    """Into the store, then again with the rotated file first."""
    logs = [DAY / "queue_log", DAY / "queue_log.0"]
    first = wfm("import", "asterisk", *logs, "--json").json
    assert first["new"] > 0
    again = wfm("import", "asterisk", *reversed(logs), "--json").json
    assert (again["new"], again["changed"]) == (0, 0)


def test_visits_need_call_records(wfm, centre: Path) -> None:
    """Summed intervals have no visits to write; an unknown attribution is named."""
    assert wfm("import", "csv", "history.csv", "--visits", "v.csv", "--out", "o.csv").code == 2
    assert wfm("import", "asterisk", "x", "--attribution", "departure").code == 2
    assert wfm("import", "asterisk", "absent_log").code == 3
