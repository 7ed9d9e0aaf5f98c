"""Drawn courses of the forecast: whole numbers round the mean, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest


def test_paths_lie_round_the_forecast(wfm, centre: Path) -> None:
    """Their mean is the forecast's, their day totals spread, closed days are 0."""
    place = ("--in", "history.csv", "--horizon", "7d", "--out", "f.csv")
    drawn = ("--paths", 300, "--paths-out", "paths.csv", "--seed", 4)
    answer = wfm("forecast", *place, *drawn)
    assert answer.code == 0
    assert "written to paths.csv" in answer.out
    paths, frame = pd.read_csv("paths.csv"), pd.read_csv("f.csv")
    assert list(paths.columns) == ["queue", "path", "start", "contacts"]
    assert paths["path"].nunique() == 300
    assert (paths["contacts"] % 1 == 0).all()
    total = paths.groupby("path")["contacts"].sum()
    assert total.mean() == pytest.approx(frame["mean"].sum(), rel=0.03)
    assert total.std() > 0
    once = Path("paths.csv").read_bytes()
    wfm("forecast", *place, *drawn)
    assert Path("paths.csv").read_bytes() == once


def test_daily_history_is_forecast_by_day(wfm, centre: Path) -> None:
    """A file with one row a day gives one row a day."""
    rows = pd.read_csv("history.csv")
    daily = rows.groupby(["queue", rows["start"].str[:10]])["offered"].sum().reset_index()
    daily["offered"] += daily.index % 5 * 10
    daily.rename(columns={"level_1": "start"}).to_csv("daily.csv", index=False)
    done = wfm("forecast", "--in", "daily.csv", "--horizon", "14d", "--out", "f.csv")
    assert done.code == 0, done.err
    frame = pd.read_csv("f.csv")
    assert len(frame) == 14
    open_days = frame[frame["mean"] > 0]
    assert len(open_days) == 10
    assert open_days["mean"].mean() == pytest.approx(daily["offered"].mean(), rel=0.1)
