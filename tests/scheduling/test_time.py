"""Time: a limit is kept to, and what it cut short says so."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import replace

import pytest

from wfm.domain import Anchor, BreakRule, SchedulingRules, ShiftTemplate
from wfm.scheduling import SolveStatus, schedule

H = 3600
_ALLOWANCE_S = 6.0
"""What a limit may be overrun by: the model under way, rules of thumb, reading the roster back."""


@pytest.mark.parametrize("limit_s", [4.0, 12.0])
def test_a_centre_that_never_closes_keeps_its_limit(around_the_clock, limit_s: float) -> None:
    """Sixty people, starts every half hour of the day, nights: over by no more than is stated."""
    centre = around_the_clock(dt.date(2024, 5, 6), people=60, need=10.4)
    breaks = tuple(
        BreakRule(name, 900, True, anchor, (H, 3 * H))
        for name, anchor in (("first", Anchor.START), ("second", Anchor.END))
    )
    any_time = ShiftTemplate("any", (0, 23 * H + 1800), 1800, (7 * H, 10 * H), 1800, breaks)
    contracts = {name: replace(c, shifts=("any",)) for name, c in centre.contracts.items()}
    centre = replace(centre, templates={"any": any_time}, contracts=contracts)
    began = time.monotonic()
    made = schedule(
        *centre.inputs(), SchedulingRules(time_limit_s=limit_s), timezone=centre.timezone
    )
    assert time.monotonic() - began < limit_s + _ALLOWANCE_S
    assert set(made.violations["rule"]) <= {"days_of_week", "hours_of_week"}
    assert made.summary.under < made.summary.demand / 2


def test_only_a_roster_that_time_cut_short_says_so(bank) -> None:
    """With time to spare it is the same on every machine; after a stop it is not."""
    centre = bank(6, 4.0)
    rules = SchedulingRules(time_limit_s=900)
    spared = schedule(*centre.inputs(), rules, timezone=centre.timezone)
    assert not spared.summary.cut_short
    stop = threading.Event()
    stop.set()
    stopped = schedule(*centre.inputs(), rules, timezone=centre.timezone, stop=stop)
    assert stopped.summary.cut_short
    assert stopped.summary.status is SolveStatus.FEASIBLE
