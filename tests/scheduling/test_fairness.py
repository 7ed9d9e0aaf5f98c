"""The ledger of lates, nights, weekends and missed wishes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wfm.domain import Agent, Contract, DayWish, SchedulingRules, ShiftTemplate
from wfm.scheduling import fairness, next_ledger, schedule

H = 3600
MONDAY = dt.date(2024, 5, 6)
RULES = SchedulingRules()


@pytest.fixture(scope="module")
def two_shifts():
    """Each day one of two people works early and the other late; either may do either."""
    template = ShiftTemplate("day", (6 * H, 14 * H), 8 * H, (8 * H, 8 * H), H)
    contract = Contract("c", ("day",), (8 * H, 8 * H), (40 * H, 40 * H), (5, 5), rest_s=8 * H)
    agents = [Agent(name, name, "c", ("q",)) for name in ("ann", "ben")]

    def run(days: list[int], **more):
        clock = pd.date_range("2024-05-06 06:00", periods=16, freq="h", tz="UTC")
        starts = [t + pd.Timedelta(days=d) for d in days for t in clock]
        need = pd.DataFrame(
            {"queue": "q", "interval_start": starts, "interval_s": 3600, "agents_required": 1.0}
        )
        return schedule(
            need, agents, {"c": contract}, {"day": template}, RULES, timezone="UTC", **more
        )

    return run


def test_who_had_the_lates_gets_the_earlies(two_shifts) -> None:
    """A ledger with ten lates for ann gives all lates of the week to ben."""
    ledger = pd.DataFrame(
        {"agent": ["ann", "ben"], "lates": [10, 0], "nights": 0, "weekends": 0, "wishes_missed": 0}
    )
    made = two_shifts(list(range(5)), ledger=ledger)
    lates = fairness(made.shifts, "UTC").set_index("agent")["lates"]
    assert lates.to_dict() == {"ann": 0, "ben": 5}


def test_weeks_of_one_horizon_even_out(two_shifts) -> None:
    """Over four weeks nobody has more than two of twenty lates above the other."""
    days = [7 * week + day for week in range(4) for day in range(5)]
    made = two_shifts(days)
    lates = fairness(made.shifts, "UTC")["lates"].to_numpy()
    assert lates.sum() == 20
    assert np.ptp(lates) <= 2
    assert made.summary.violations == 0


def test_a_ledger_adds_up_over_rosters(two_shifts) -> None:
    """Two rosters written one after the other are one ledger; people without a shift stay."""
    made = two_shifts(list(range(5)))
    wishes = [DayWish("ann", MONDAY), DayWish("zoe", MONDAY)]
    once = next_ledger(None, made.shifts, wishes, "UTC")
    twice = next_ledger(once, made.shifts, wishes, "UTC").set_index("agent")
    assert (twice["lates"] == 2 * once.set_index("agent")["lates"]).all()
    assert twice.loc["ann", "wishes_missed"] == 2
    assert "zoe" not in twice.index
    assert twice["lates"].sum() == 10


def test_a_wish_missed_before_goes_first(two_shifts) -> None:
    """Of two who ask for the same early week, the one who was passed over gets it."""
    ledger = pd.DataFrame(
        {"agent": ["ann", "ben"], "lates": 0, "nights": 0, "weekends": 0, "wishes_missed": [0, 4]}
    )
    from wfm.domain import WishKind

    wishes = [
        DayWish(name, MONDAY + dt.timedelta(days=d), WishKind.LATEST_END, 15 * H)
        for name in ("ann", "ben")
        for d in range(5)
    ]
    made = two_shifts(list(range(5)), ledger=ledger, wishes=wishes)
    lates = fairness(made.shifts, "UTC").set_index("agent")["lates"]
    assert lates.to_dict() == {"ann": 5, "ben": 0}
