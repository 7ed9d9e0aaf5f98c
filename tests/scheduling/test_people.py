"""What a week may ask of each person: leave counts as worked, closed doors do not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wfm.domain import Agent, Contract, Leave, SchedulingRules, ShiftTemplate
from wfm.intervals import day_intervals
from wfm.scheduling import conflicts, schedule
from wfm.scheduling.line import Demand, build_line
from wfm.scheduling.people import week_people
from wfm.work_rules import Arranged, FixedShift

H = 3600
MONDAY = dt.date(2026, 5, 4)
EIGHT = ShiftTemplate("day", (9 * H, 9 * H), H, (8 * H, 8 * H), H)


def asked(contract: Contract, *leave: tuple[int, str], open_days: int = 6) -> tuple:
    """Days and hours asked of one person of a week open so many days; leave by day and code."""
    line = build_line(tuple(MONDAY + dt.timedelta(days=k) for k in range(7)), H, "UTC")
    doors = np.arange(line.length) < 24 * open_days
    ones = np.ones(line.length)
    (person,) = week_people(
        line,
        {"q": Demand("q", doors * 1.0, ones, ones, doors)},
        [Agent("a", "A", contract.name, ("q",))],
        {contract.name: contract},
        {"day": EIGHT},
        [Leave("a", MONDAY + dt.timedelta(days=day), code) for day, code in leave],
    )
    low, high = person.paid_s
    return person.days, (low // H, high // H)


FULL = Contract("full", ("day",), (8 * H, 8 * H), (40 * H, 40 * H), (5, 5))
PART = Contract("part", ("day",), (8 * H, 8 * H), (16 * H, 24 * H), (2, 3))


@pytest.mark.parametrize(
    ("leave", "days", "hours"),
    [
        ((), (5, 5), (40, 40)),
        (((2, "AL"),), (4, 4), (32, 32)),
        (((1, "SL"), (2, "TR")), (3, 3), (24, 24)),
        (((2, "NA"),), (5, 5), (40, 40)),
        (((0, "OFF"), (1, "WO")), (4, 4), (32, 32)),
        (((5, "AL"),), (4, 5), (32, 40)),
        (((6, "AL"),), (5, 5), (40, 40)),
        (((6, "PH"),), (4, 5), (32, 40)),
        (tuple((k, "AL") for k in range(7)), (0, 0), (0, 0)),
    ],
)
def test_a_day_of_leave_is_one_of_the_five_days(leave, days, hours) -> None:
    """Open Monday to Saturday, five days of eight hours: by code and by weekday."""
    assert asked(FULL, *leave) == (days, hours)


def test_part_timers_and_centres_open_on_five_days() -> None:
    """Two to three days a week; where nobody could work on more days, leave takes none twice."""
    assert asked(PART, (2, "AL")) == ((1, 2), (8, 16))
    assert asked(PART, *((k, "AL") for k in range(3))) == ((0, 0), (0, 0))
    assert asked(FULL, (2, "AL"), open_days=5) == ((4, 4), (32, 32))
    assert asked(FULL, open_days=4) == ((4, 4), (32, 32))


def test_a_roster_that_begins_on_a_public_holiday() -> None:
    """Shut on Monday, need from Tuesday to Saturday: its first day makes Monday one of the five."""
    rows = [
        ("q", start, 3600, 1.0)
        for k in range(1, 6)
        for start in day_intervals(MONDAY + dt.timedelta(days=k), "UTC", 3600)
        if 9 <= start.hour < 17
    ]
    need = pd.DataFrame(rows, columns=["queue", "interval_start", "interval_s", "agents_required"])
    agents = [Agent(name, name, "full", ("q",)) for name in "ab"]
    given = (need, agents, {"full": FULL}, {"day": EIGHT}, SchedulingRules(time_limit_s=20))
    leave = [Leave(agent.agent, MONDAY, "PH") for agent in agents]
    made = schedule(*given, timezone="UTC", leave=leave, first_day=MONDAY)
    assert made.shifts.groupby("agent").size().to_dict() == {"a": 4, "b": 4}
    assert made.summary.violations == 0
    late = schedule(*given, timezone="UTC", leave=leave)
    assert late.shifts.groupby("agent").size().to_dict() == {"a": 5, "b": 5}


def test_weeks_of_settled_shifts_are_counted_from_the_first_day() -> None:
    """Shut on the first Monday, then five settled shifts a week: Tuesday to Monday is no week."""
    worked = [*range(1, 6), 7, 8, 9, 10]
    rows = [
        ("q", start, 3600, 1.0)
        for k in worked
        for start in day_intervals(MONDAY + dt.timedelta(days=k), "UTC", 3600)
        if 9 <= start.hour < 17
    ]
    need = pd.DataFrame(rows, columns=["queue", "interval_start", "interval_s", "agents_required"])
    fixed = [FixedShift("a", MONDAY + dt.timedelta(days=k), 9 * H, 17 * H) for k in worked]
    contract = replace(FULL, days_per_week=(0, 5), week_s=(0, 40 * H))
    given = (need, [Agent("a", "A", "full", ("q",))], {"full": contract}, {"day": EIGHT})
    settled = Arranged(fixed=tuple(fixed))
    assert not conflicts(*given, timezone="UTC", arranged=settled, first_day=MONDAY)
    assert conflicts(*given, timezone="UTC", arranged=settled)
