"""A planned campaign in events.csv lifts the forecast of its days and of no other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest


def by_day(path: str) -> pd.Series:
    """Contacts forecast by day."""
    frame = pd.read_csv(path, parse_dates=["start"])
    return frame.groupby(frame["start"].dt.date)["mean"].sum()


def test_a_planned_campaign_lifts_its_day(wfm, centre: Path) -> None:
    """+50 % on one Wednesday."""
    wfm("import", "csv", "history.csv")
    assert wfm("forecast", "--horizon", "14d", "--out", "before.csv").code == 0
    Path("events.csv").write_text(
        "queue,from,to,name,effect\nshop,2026-05-06,2026-05-06,mailing,+50%\n", encoding="utf-8"
    )
    assert wfm("forecast", "--horizon", "14d", "--out", "after.csv").code == 0
    ratio = by_day("after.csv") / by_day("before.csv")
    lifted = pd.Timestamp("2026-05-06").date()
    assert ratio[lifted] == pytest.approx(1.5, abs=0.02)
    assert ratio.drop(lifted).dropna().to_numpy() == pytest.approx(1.0, abs=0.02)
