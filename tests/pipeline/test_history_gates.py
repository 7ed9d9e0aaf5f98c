"""Gates on a queue's history: an odd newest day, on the bank's real calls."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from wfm.domain import Queue
from wfm.intervals import OpeningHours, holiday_names
from wfm.pipeline.nights.history_gates import day_findings, gap_findings

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "calls"
HOLIDAYS = set(holiday_names("US", "", [2003]))


@pytest.fixture(scope="module")
def bank() -> pd.DataFrame:
    """Half hours of the bank, weekdays; skips where the data are not at hand."""
    path = SHARED / "bank_calls_5min_dev.csv.gz"
    if not path.exists():
        pytest.skip("development data are not beside the checkout")
    calls = pd.read_csv(path, parse_dates=["start"])
    calls["start"] = calls["start"].dt.floor("30min")
    return calls.groupby("start", as_index=False)["offered"].sum().astype({"offered": "float64"})


@pytest.fixture(scope="module")
def queue() -> Queue:
    """The bank."""
    return Queue("bank", OpeningHours.always())


@pytest.mark.parametrize("change", [0.5, 1.5])
def test_half_as_much_and_half_as_much_again_are_odd(bank, queue, change):
    """On every day of the bank from the fifth week on; as they are, none of them is."""
    days = [day for day in bank["start"].dt.normalize().unique()[20:] if day.date() not in HOLIDAYS]
    assert len(days) > 80
    for day in days[::7]:
        past = bank[bank["start"] < day + pd.Timedelta(days=1)]
        past = past[past["start"] >= day - pd.Timedelta(days=56)].copy()
        assert day_findings(queue, past, HOLIDAYS) == []
        past.loc[past["start"] >= day, "offered"] *= change
        (finding,) = day_findings(queue, past, HOLIDAYS)
        assert finding.gate == "day_jump"
        assert day_findings(queue, past, {*HOLIDAYS, day.date()}) == [], "planned days may be odd"


def test_a_small_queue_strays_by_chance(queue):
    """Nine contacts a day instead of six are nothing to tell; thirty are."""
    start = pd.date_range("2026-01-05T10:00", periods=36, freq="D")
    rows = pd.DataFrame({"start": start, "offered": [6, 4, 8, 5, 7, 6] * 6})
    rows.loc[35, "offered"] = 10
    assert day_findings(queue, rows, set()) == []
    rows.loc[35, "offered"] = 60
    assert len(day_findings(queue, rows, set())) == 1
    assert day_findings(queue, rows[:10], {dt.date(2026, 1, 1)}) == [], "too few weeks"


def test_gaps_of_two_years_at_once():
    """Whole days, single intervals, silences, the day of spring: each told once, with its date."""
    start = pd.date_range("2024-03-01", "2026-03-01", freq="30min", inclusive="left")
    start = start[(start.day_of_week < 5) & (start.hour >= 1) & (start.hour < 17)]
    rows = pd.DataFrame({"start": start.as_unit("us"), "offered": 3})
    rows = rows[rows["start"].dt.date != dt.date(2024, 5, 8)]
    rows = rows[rows["start"] != pd.Timestamp("2025-01-15 09:30")]
    silence = rows["start"].between("2025-07-01 10:00", "2025-07-01 13:00")
    short = rows["start"].between("2025-07-02 10:00", "2025-07-02 10:30")
    rows.loc[silence | short, "offered"] = 0
    weekday, sunday = ((3600, 36000), (36000, 61200)), ((0, 14400),)
    spring = dt.date(2024, 3, 31)  # 02:00 to 03:00 is left out, so that six half hours are open
    opening = OpeningHours((weekday,) * 5 + ((), ()), dates=((spring, sunday),))
    queue = Queue("bank", opening)
    days = pd.date_range("2024-03-01", "2026-02-28").date
    some = pd.DataFrame({"start": pd.Timestamp(spring) + pd.to_timedelta([0, 30], "min")})
    rows = pd.concat([rows, some.assign(offered=1)]).sort_values("start", ignore_index=True)
    found = gap_findings(queue, rows, days, 1800, "Europe/Berlin", set())
    assert [finding.message for finding in found] == [
        "bank: 2024-03-31 lacks 4 of 6 open intervals",
        "bank: 2024-05-08 is open but has no row",
        "bank: 2025-01-15 lacks 1 of 32 open intervals",
        "bank: 2025-07-01 has a run of zeros while open",
    ]
    assert gap_findings(queue, rows, [], 1800, "Europe/Berlin", set()) == []
