"""Weekends by turn over several weeks."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wfm.domain import Agent, Contract, SchedulingRules, ShiftTemplate
from wfm.scheduling import schedule
from wfm.work_rules import DutyRules

H = 3600
MONDAY = dt.date(2024, 5, 6)


@pytest.mark.parametrize("most_in_row", [5, 6, 7])
def test_every_other_weekend_off_leaves_five_days_in_each_week(most_in_row: int) -> None:
    """Who worked a weekend owes five days before the next, and they are not too many in a row."""
    duty = DutyRules(weekend_off_every=2)
    shift = ShiftTemplate("day", (8 * H, 10 * H), H, (8 * H, 8 * H), H)
    contract = Contract(
        "five", ("day",), (8 * H, 8 * H), (40 * H, 40 * H), (5, 5),
        max_days_in_row=most_in_row, duty=duty,
    )  # fmt: skip
    agents = [Agent(f"{n}", f"{n}", "five", ("q",)) for n in range(10)]
    first = pd.Timestamp(MONDAY, tz="UTC")
    rows = [
        ("q", first + pd.Timedelta(days=day, hours=hour), 3600, 3.0 if day % 7 > 4 else 5.0)
        for day in range(28)
        for hour in range(8, 18)
    ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    made = schedule(
        pd.DataFrame(rows, columns=names), agents, {"five": contract}, {"day": shift},
        SchedulingRules(time_limit_s=60), timezone="UTC",
    )  # fmt: skip
    assert made.violations.empty
    days = made.shifts["start"].dt.floor("D")
    at_weekend = days[days.dt.day_of_week > 4]
    assert len(made.shifts) == 4 * 5 * len(agents)
    assert at_weekend.nunique() == (4 if most_in_row == 5 else 8)
