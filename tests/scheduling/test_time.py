"""Time: a limit is kept to, and what it cut short says so."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import wfm.scheduling.roster as roster_module
from wfm.domain import Anchor, BreakRule, SchedulingRules, ShiftTemplate
from wfm.scheduling import SolveStatus, schedule
from wfm.scheduling.assign import RosterProblem, RosterResult
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.roster import assign_people

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


def test_a_machine_three_times_slower_gives_a_dozen_the_same_roster(bank) -> None:
    """A third of the time is what a slow machine has: nodes end a small centre, not the clock."""
    centre = bank(12, 8.0)
    usual = SchedulingRules()
    rosters = [
        schedule(
            *centre.inputs(),
            replace(usual, time_limit_s=limit_s),
            timezone=centre.timezone,
            leave=centre.leave,
            wishes=centre.wishes,
        )
        for limit_s in (usual.time_limit_s, usual.time_limit_s / 3)
    ]
    assert not any(made.summary.cut_short for made in rosters)
    pd.testing.assert_frame_equal(rosters[0].activities, rosters[1].activities)


def many_people(count: int) -> RosterProblem:
    """People who may each work one shift of a day."""
    one = np.ones(1, dtype=np.int64)
    each = np.ones(count, dtype=np.int64)
    return RosterProblem(
        days_on_line=1,
        day=0 * one,
        start=0 * one,
        end=8 * one,
        paid_s=8 * H * one,
        count=count * one,
        days=np.tile([1, 1], (count, 1)),
        paid_range_s=np.tile([8 * H, 8 * H], (count, 1)),
        rest=0 * each,
        in_row=each,
        allowed=np.ones((count, 1), dtype=bool),
        price=np.zeros((count, 1)),
        last_end=0 * each,
        run=0 * each,
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_a_piece_may_take_the_time_that_others_left(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten pieces of a roster, all done at once: the last has nearly the whole time for itself."""
    given: list[float] = []

    def at_once(task: roster_module._Task) -> RosterResult:
        given.append(task.time_limit_s)
        return RosterResult(task.first, SolveStatus.OPTIMAL, 0.0, 0.0)

    monkeypatch.setattr(roster_module, "_solve_task", at_once)
    groups = [np.arange(40 * n, 40 * (n + 1)) for n in range(10)]
    limits = SolveLimits(until=time.monotonic() + 500)
    assign_people(many_people(400), groups, limits, workers=workers)
    assert sum(given[:workers]) <= 500 * workers / (10 / workers)
    assert given[-1] > 200
