"""Days of 23 and 25 hours: a flat queue is forecast flat through both, each hour counted once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest


@pytest.mark.parametrize(
    ("as_of", "day", "hours"),
    [
        ("2024-03-04", "2024-03-10", 23),
        ("2024-11-11", "2024-11-13", 24),
        ("2024-10-28", "2024-11-03", 25),
    ],
)
def test_a_day_has_the_contacts_of_its_hours(
    wfm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_of: str, day: str, hours: int
) -> None:
    """About 20 contacts an hour, in a history that has clock changes itself."""
    monkeypatch.chdir(tmp_path)
    utc = pd.date_range("2023-10-01T04:00", "2024-11-11T04:30", freq="30min", tz="UTC")
    offered = 10 + (pd.Series(range(len(utc))) * 7 % 11 - 5) % 4
    frame = pd.DataFrame({"queue": "flat", "start": utc.tz_convert("America/New_York")})
    frame["start"] = frame["start"].map(lambda start: start.isoformat())
    frame.assign(offered=offered).to_csv("history.csv", index=False)
    words = ("--timezone", "America/New_York", "--as-of", as_of, "--horizon", "7d")
    answer = wfm("forecast", "--in", "history.csv", "--out", "f.csv", *words)
    assert answer.code == 0, answer.err
    rows = pd.read_csv("f.csv", parse_dates=["start"])
    mine = rows[rows["start"].dt.date == pd.Timestamp(day).date()]
    assert len(mine) == (46 if hours == 23 else 48)
    a_slot = rows["mean"].median()
    assert mine["mean"].sum() == pytest.approx(2 * hours * a_slot, rel=0.01)
