"""Wishes for days, starts and lengths: met where they cost no cover."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wfm.domain import Agent, Contract, DayWish, SchedulingRules, ShiftTemplate, WishKind
from wfm.scheduling import schedule

H = 3600
MONDAY = dt.date(2024, 5, 6)
WISHES = {
    WishKind.DAY_OFF: DayWish("ann", MONDAY),
    WishKind.DAY_ON: DayWish("ann", MONDAY, WishKind.DAY_ON),
    WishKind.EARLIEST_START: DayWish("ann", MONDAY, WishKind.EARLIEST_START, 10 * H),
    WishKind.LATEST_END: DayWish("ann", MONDAY, WishKind.LATEST_END, 14 * H),
    WishKind.START: DayWish("ann", MONDAY, WishKind.START, 12 * H),
    WishKind.LENGTH: DayWish("ann", MONDAY, WishKind.LENGTH, 6 * H),
}


@pytest.mark.parametrize("kind", list(WishKind))
def test_each_wish_is_met_by_the_one_who_made_it(kind: WishKind) -> None:
    """Two alike, one shift of six hours and one of four, early and late: Ann gets what she asks."""
    template = ShiftTemplate("t", (8 * H, 12 * H), 4 * H, (4 * H, 6 * H), 2 * H)
    contract = Contract("c", ("t",), (0, 8 * H), (0, 8 * H), (0, 1))
    hours = [8, 9, 10, 11, 12, 13, 12, 13, 14, 15]
    if kind is WishKind.DAY_ON or kind is WishKind.DAY_OFF:
        hours = [8, 9, 10, 11]
    need = pd.Series(hours).value_counts().sort_index()
    start = pd.Timestamp(MONDAY, tz="UTC") + pd.to_timedelta(need.index, unit="h")
    requirement = pd.DataFrame(
        {"queue": "q", "interval_start": start, "interval_s": 3600, "agents_required": need * 1.0}
    )
    for names in (("ann", "ben"), ("ben", "ann")):
        agents = [Agent(name, name, "c", ("q",)) for name in names]
        made = schedule(
            requirement.reset_index(drop=True),
            agents,
            {"c": contract},
            {"t": template},
            SchedulingRules(),
            timezone="UTC",
            wishes=[WISHES[kind]],
        )
        assert made.summary.under == 0
        assert (made.summary.wishes_granted, made.summary.wishes_asked) == (1, 1)
