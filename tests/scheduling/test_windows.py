"""Steady starts: windows for people, so that planned shifts can be worked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import Agent, Contract, Leave, SchedulingRules, ShiftTemplate
from wfm.scheduling import schedule
from wfm.work_rules import DutyRules

H = 3600


def test_windows_fit_the_days_that_people_work() -> None:
    """Early and late are needed each day: of two who share their days one gets each window."""
    shift = ShiftTemplate("t", (6 * H, 14 * H), 8 * H, (8 * H, 8 * H), H)
    contract = Contract(
        "c", ("t",), (8 * H, 8 * H), (24 * H, 24 * H), (3, 3), duty=DutyRules(start_spread_s=H)
    )
    agents = [Agent(f"{n}", f"{n}", "c", ("q",)) for n in range(4)]
    first = dt.date(2024, 5, 6)
    away = [(n, day) for n in range(4) for day in ((3, 4, 5) if n < 2 else (0, 1, 2))]
    leave = [Leave(f"{n}", first + dt.timedelta(days=day), "NA") for n, day in away]
    begin = pd.Timestamp(first, tz="UTC")
    rows = [
        ("q", begin + pd.Timedelta(days=day, hours=hour), 3600, 1.0)
        for day in range(6)
        for hour in range(6, 22)
    ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    made = schedule(
        pd.DataFrame(rows, columns=names), agents, {"c": contract}, {"t": shift},
        SchedulingRules(time_limit_s=30), timezone="UTC", leave=leave,
    )  # fmt: skip
    assert made.violations.empty
    assert made.summary.objective == 0


@pytest.mark.slow
def test_a_centre_with_steady_starts_is_covered(bank) -> None:
    """Twenty people who start within an hour of one another: no rule broken, little more short."""
    centre = bank(20, 13.0)
    rules = SchedulingRules(time_limit_s=30)
    steady = {
        name: replace(contract, duty=DutyRules(start_spread_s=H))
        for name, contract in centre.contracts.items()
    }
    given = {"timezone": centre.timezone, "leave": centre.leave}
    free = schedule(*centre.inputs(), rules, **given)
    kept = schedule(centre.requirement, centre.agents, steady, centre.templates, rules, **given)
    assert kept.violations.empty
    start = kept.shifts["start"].dt.tz_convert(centre.timezone)
    clock = (start - start.dt.normalize()).dt.total_seconds()
    spread = clock.groupby(kept.shifts["agent"]).agg(lambda hours: hours.max() - hours.min())
    assert spread.max() <= H
    demand = free.summary.demand
    assert kept.summary.objective <= free.summary.objective + 0.1 * demand
