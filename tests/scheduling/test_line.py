"""The line of intervals."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from wfm.intervals import day_intervals
from wfm.scheduling.line import build_line, demand_on

NEW_YORK = "America/New_York"


def test_days_of_23_and_25_hours_have_their_steps() -> None:
    """Local midnights lie 92, 96 and 100 quarter hours apart."""
    spring = build_line((dt.date(2024, 3, 9), dt.date(2024, 3, 10)), 900, NEW_YORK)
    autumn = build_line((dt.date(2024, 11, 3),), 900, NEW_YORK)
    assert spring.midnights == (0, 96, 188)
    assert autumn.midnights == (0, 100)


def test_a_clock_time_keeps_its_clock_over_the_change() -> None:
    """07:00 is 28 steps after midnight on an ordinary day, 24 in spring; 02:30 is skipped."""
    line = build_line((dt.date(2024, 3, 9), dt.date(2024, 3, 10)), 900, NEW_YORK)
    steps = line.clock_steps([7 * 3600, 9000])
    assert steps.tolist() == [[28, 10], [96 + 24, -1]]


def test_a_half_hour_is_repeated_and_its_price_shared() -> None:
    """A requirement of 30 minutes on a line of 15 keeps agents and halves prices."""
    day = dt.date(2024, 5, 6)
    starts = day_intervals(day, NEW_YORK, 1800)[16:20]
    rows = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": starts,
            "interval_s": 1800,
            "agents_required": [1.5, 2.0, 3.0, 4.0],
            "under_price": [8.0, None, 4.0, 4.0],
        }
    )
    demand = demand_on(build_line((day,), 900, NEW_YORK), rows, "q", 4.0, 1.0)
    assert demand.need[32:40].tolist() == [1.5, 1.5, 2, 2, 3, 3, 4, 4]
    assert demand.under[32:36].tolist() == [4.0, 4.0, 2.0, 2.0]
    assert demand.over[0] == 0.5
    assert demand.need.sum() == 21
    assert not demand.open[31]
    assert demand.open[32:40].all()


def test_a_short_pause_does_not_close_the_centre_and_a_night_does() -> None:
    """Gaps up to two hours are bridged."""
    day = dt.date(2024, 5, 6)
    starts = day_intervals(day, NEW_YORK, 3600)[[8, 9, 12, 20]]
    rows = pd.DataFrame(
        {"queue": "q", "interval_start": starts, "interval_s": 3600, "agents_required": 1.0}
    )
    demand = demand_on(build_line((day,), 3600, NEW_YORK), rows, "q", 4.0, 1.0)
    assert demand.open[:24].nonzero()[0].tolist() == [8, 9, 10, 11, 12, 20]
