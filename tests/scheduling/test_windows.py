"""Steady starts in a whole centre: windows by rank, so that planned shifts can be worked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wfm.domain import SchedulingRules
from wfm.scheduling import schedule
from wfm.work_rules import DutyRules

H = 3600


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
