"""The first night of a horizon: who is short before anybody can have started is told so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from wfm.domain import SchedulingRules
from wfm.scheduling import Schedule, schedule

H = 3600
MONDAY = dt.date(2024, 5, 6)


def made(centre, past: pd.DataFrame | None = None) -> Schedule:
    """Roster of a centre with the usual rules."""
    return schedule(*centre.inputs(), SchedulingRules(), timezone=centre.timezone, past=past)


def test_the_night_before_the_horizon_is_told_apart(around_the_clock: Callable) -> None:
    """Four are needed from midnight, the first shift starts at six: 24 agent-hours, told once."""
    roster = made(around_the_clock(MONDAY, count=2))
    (early,) = roster.early
    assert early.queue == "night"
    assert early.under_h == 24.0
    assert early.until == pd.Timestamp("2024-05-06T06:00", tz="Europe/Berlin")
    assert "24.0 agent-hours short on Mon 2024-05-06 before 06:00" in str(early)
    assert roster.summary.under >= 24.0


def test_nights_worked_before_the_horizon_cover_it(around_the_clock: Callable) -> None:
    """Three of the four began at ten on Sunday evening: they leave one short for six hours."""
    start = pd.Timestamp("2024-05-05T22:00", tz="Europe/Berlin")
    past = pd.DataFrame(
        [(f"N{n:02d}", start, start + pd.Timedelta(hours=8), "eight", 27000) for n in range(3)],
        columns=["agent", "start", "end", "template", "paid_s"],
    )
    roster = made(around_the_clock(MONDAY, count=2), past)
    coverage = roster.coverage.sort_values("interval_start")
    assert coverage["interval_start"].iloc[0] == pd.Timestamp(MONDAY, tz="Europe/Berlin")
    assert coverage["scheduled"].iloc[:6].tolist() == [3.0] * 6
    assert [each.under_h for each in roster.early] == [6.0]
    assert (roster.shifts["start"] >= pd.Timestamp(MONDAY, tz="Europe/Berlin")).all()
    assert roster.summary.bound <= roster.summary.objective + 1e-6


def test_a_roster_after_another_takes_its_nights_over(around_the_clock: Callable) -> None:
    """Two rosters of three days, the second told of the first: nothing is short at the seam."""
    before = made(around_the_clock(MONDAY, count=3))
    after = made(around_the_clock(MONDAY + dt.timedelta(days=3), count=3), before.shifts)
    midnight = pd.Timestamp(MONDAY + dt.timedelta(days=3), tz="Europe/Berlin")
    running = before.shifts[before.shifts["end"] > midnight]
    first = after.coverage.sort_values("interval_start").iloc[0]
    assert first["interval_start"] == midnight
    assert first["scheduled"] == len(running) >= 4
    assert after.early == ()


def test_hours_that_no_night_reaches_are_no_such_thing(bank: Callable) -> None:
    """Open from seven, shifts from nine to seven in the evening: short every morning, no night."""
    centre = bank(6, 4.0, count=1)
    late = replace(centre.templates["flexible"], start_s=(9 * H, 11 * H))
    roster = made(replace(centre, templates={"flexible": late}))
    assert roster.summary.under > 0
    assert roster.early == ()
