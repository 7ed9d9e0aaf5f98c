"""Inputs refused, all problems at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import Agent, Contract, DayWish, Leave, SchedulingRules
from wfm.errors import InputError
from wfm.scheduling import schedule
from wfm.scheduling.validate import spacing_problems

H = 3600


def problems(centre, **more) -> str:
    """The problems of a refused schedule, as one text."""
    given = {"timezone": centre.timezone, "leave": (), "wishes": ()} | more
    with pytest.raises(InputError) as caught:
        schedule(*centre.inputs(), SchedulingRules(), **given)
    return str(caught.value)


@pytest.fixture(scope="module")
def centre(bank):
    """Ten people."""
    return bank(10, 6.0)


def test_a_contract_no_shift_can_satisfy(centre) -> None:
    """Twelve paid hours a day when shifts end at ten."""
    odd = Contract("odd", ("flexible",), (12 * H, 12 * H), (48 * H, 60 * H), (4, 5))
    text = problems(replace(centre, contracts={**centre.contracts, "odd": odd}))
    assert "contract 'odd' cannot be worked" in text
    assert "widen hours_per_day" in text


def test_days_and_week_that_contradict(centre) -> None:
    """Three days of at most six hours cannot give thirty hours."""
    odd = Contract("odd", ("flexible",), (4 * H, 6 * H), (30 * H, 35 * H), (3, 3))
    assert "at most 18 h a week" in problems(
        replace(centre, contracts={**centre.contracts, "odd": odd})
    )


def test_every_problem_is_told_at_once(centre) -> None:
    """Unknown contract, unknown skill, no skill, double number, strangers, unknown zone."""
    agents = [
        *centre.agents,
        Agent("X1", "X", "nine-to-five", ("bank",)),
        Agent("X2", "X", "full-time", ("mortgages",)),
        Agent("X3", "X", "full-time", ()),
        Agent("A0000", "again", "full-time", ("bank",)),
    ]
    day = dt.date(2003, 7, 7)
    text = problems(
        replace(centre, agents=agents),
        leave=[Leave("nobody", day)],
        wishes=[DayWish("noone", day)],
        timezone="Europe/Atlantis",
    )
    for part in (
        "nine-to-five",
        "mortgages",
        "X3 has no skill",
        "A0000",
        "nobody",
        "noone",
        "Atlantis",
    ):
        assert part in text


def test_holes_overlaps_and_bad_numbers_of_the_requirement(centre) -> None:
    """Each is named with its row, queue and time."""
    rows = centre.requirement
    hole = rows.drop(index=5)
    text = problems(replace(centre, requirement=hole))
    assert "requirement:6: interval_start: is followed by a hole of one interval" in text
    double = pd.concat([rows, rows.iloc[[3]]], ignore_index=True)
    assert "overlaps the next interval" in problems(replace(centre, requirement=double))
    bad = rows.assign(agents_required=[-1.0, float("nan"), *rows["agents_required"][2:]])
    text = problems(replace(centre, requirement=bad))
    assert "requirement:2: agents_required" in text
    assert "requirement:3: agents_required" in text


def test_a_queue_shut_at_the_same_time_of_most_days_has_no_hole(centre) -> None:
    """Half an hour shut at noon, but for one day: hours, not holes; only on one day it is one."""
    rows = centre.requirement
    noon = rows[rows["interval_start"].dt.strftime("%H:%M") == "16:00"].index
    assert len(noon) >= 5
    assert not list(spacing_problems(rows.drop(index=noon[:-1])))
    assert "hole of one interval" in problems(replace(centre, requirement=rows.drop(index=noon[1])))


def test_missing_columns_empty_tables_and_naive_times(centre) -> None:
    """What is missing is named; times must carry their zone."""
    rows = centre.requirement
    assert "interval_s: missing column" in problems(
        replace(centre, requirement=rows.drop(columns="interval_s"))
    )
    assert "has no rows" in problems(replace(centre, requirement=rows.iloc[:0]))
    naive = rows.assign(interval_start=rows["interval_start"].dt.tz_localize(None))
    assert "must be UTC" in problems(replace(centre, requirement=naive))
    assert "there is nobody to schedule" in problems(replace(centre, agents=[]))


def test_an_unknown_shift_of_a_contract(centre) -> None:
    """A contract may only name templates that exist."""
    odd = replace(centre.contracts["full-time"], shifts=("flexible", "twilight"))
    assert "twilight" in problems(replace(centre, contracts={**centre.contracts, "full-time": odd}))
