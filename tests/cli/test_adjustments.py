"""A planner's change is laid on every forecast, with its reason, and only where it belongs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

HEADER = "queue,from,to,how,value,reason,author\n"


def forecast_by_day(wfm, out: str) -> pd.Series:
    """Contacts by day of a two-week forecast."""
    done = wfm("forecast", "--horizon", "14d", "--out", out)
    assert done.code == 0, done.err
    frame = pd.read_csv(out, parse_dates=["start"])
    return frame.groupby(frame["start"].dt.date.astype(str))["mean"].sum()


def test_changes_survive_the_next_forecast(wfm, centre: Path) -> None:
    """Set, times and plus on three days; a past change and the other days stay out."""
    wfm("import", "csv", "history.csv")
    plain = forecast_by_day(wfm, "plain.csv")
    Path("adjustments.csv").write_text(
        HEADER
        + "shop,2026-05-04,2026-05-04,set,500,fair in town,Ada\n"
        + "shop,2026-05-05,2026-05-05,times,1.1,price letter,Ada\n"
        + "shop,2026-05-06T09:00,2026-05-06T12:00,plus,30,newsletter,Ben\n"
        + "shop,2026-03-02,2026-03-02,times,2,long ago,Ben\n",
        encoding="utf-8",
    )
    changed = forecast_by_day(wfm, "changed.csv")
    assert changed["2026-05-04"] == pytest.approx(500)
    assert changed["2026-05-05"] == pytest.approx(1.1 * plain["2026-05-05"])
    assert changed["2026-05-06"] == pytest.approx(plain["2026-05-06"] + 30)
    rest = [day for day in plain.index if day > "2026-05-06"]
    assert changed[rest].to_numpy() == pytest.approx(plain[rest].to_numpy())


def test_a_change_needs_all_its_cells(wfm, centre: Path) -> None:
    """Stranger queue, unknown kind, no number, no reason: a line each, exit 3."""
    wfm("import", "csv", "history.csv")
    Path("adjustments.csv").write_text(
        HEADER
        + "zoo,2026-05-04,2026-05-04,set,5,why,Ada\nshop,2026-05-04,2026-05-04,halve,5,why,Ada\n"
        + "shop,2026-05-04,2026-05-04,set,many,why,Ada\nshop,2026-05-04,2026-05-04,set,5,,Ada\n",
        encoding="utf-8",
    )
    done = wfm("forecast")
    assert done.code == 3
    for start in ("2: queue: no such", "3: how: is not", "4: value: is not", "5: reason: is empty"):
        assert f"adjustments.csv:{start}" in done.err
