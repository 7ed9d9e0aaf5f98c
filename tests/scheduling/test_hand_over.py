"""The end of a roster: what runs on after its last midnight."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import SchedulingRules
from wfm.scheduling import schedule
from wfm.scheduling.hand_over import with_hand_over
from wfm.scheduling.line import build_line, demand_on

MONDAY = dt.date(2024, 5, 6)


def need(first: dt.date, days: int, by_hour, hours=range(24)) -> pd.DataFrame:
    """Requirement by the hour; ``by_hour(day, hour)`` gives the agents."""
    starts = [(day, hour) for day in range(days) for hour in hours]
    return pd.DataFrame(
        {
            "queue": "q",
            "interval_start": [
                pd.Timestamp(first, tz="UTC") + pd.Timedelta(days=d, hours=h) for d, h in starts
            ],
            "interval_s": 3600,
            "agents_required": [float(by_hour(d, h)) for d, h in starts],
        }
    )


def tail(rows: pd.DataFrame, days: int, known: pd.DataFrame | None = None):
    """Demand of a horizon of so many days, with what comes after it."""
    line = build_line(tuple(MONDAY + dt.timedelta(days=n) for n in range(days)), 3600, "UTC")
    demand = {"q": demand_on(line, rows, "q", 4.0, 1.0)}
    later = rows if known is None else pd.concat([rows, known], ignore_index=True)
    return with_hand_over(line, demand, later)["q"].part(slice(days * 24, days * 24 + 24))


def test_the_night_after_a_week_is_that_of_a_week_before() -> None:
    """A Monday follows the Sunday, at no price of short and the usual one of over."""
    rows = need(MONDAY, 7, lambda day, hour: 10 * day + hour + 1)
    after = tail(rows, 7)
    assert after.need.tolist() == [hour + 1 for hour in range(24)]
    assert set(after.under) == {0.0}
    assert set(after.over) == {1.0}


def test_the_night_after_a_few_days_is_that_of_the_last_day() -> None:
    """A horizon shorter than a week repeats its last day."""
    assert tail(need(MONDAY, 3, lambda day, _: day + 1), 3).need.tolist() == [3.0] * 24


def test_a_known_requirement_comes_first() -> None:
    """In a roster of several weeks the next Monday is known."""
    rows = need(MONDAY, 7, lambda *_: 2)
    known = need(MONDAY + dt.timedelta(days=7), 2, lambda *_: 9)
    assert tail(rows, 7, known).need.tolist() == [9.0] * 24


def test_a_queue_that_closes_hands_nothing_over() -> None:
    """Nobody can stay after closing time."""
    after = tail(need(MONDAY, 7, lambda *_: 2, range(8, 18)), 7)
    assert after.need.sum() == after.over.sum() == 0


@pytest.mark.parametrize("count", [7, 14])
def test_people_too_many_do_not_gather_in_the_last_night(around_the_clock, count: int) -> None:
    """Twice the people that are needed are over on all days alike, also at the end."""
    centre = around_the_clock(MONDAY, count=count)
    twins = [replace(agent, agent=f"twin {agent.agent}") for agent in centre.agents]
    rules = SchedulingRules(time_limit_s=60)
    made = schedule(
        centre.requirement,
        [*centre.agents, *twins],
        centre.contracts,
        centre.templates,
        rules,
        timezone=centre.timezone,
    )
    days = made.shifts["end"].dt.tz_convert(centre.timezone).dt.date
    last = MONDAY + dt.timedelta(days=count)
    running_on = made.shifts["start"].dt.tz_convert(centre.timezone).dt.date < days
    by_night = days[running_on].value_counts()
    assert by_night[last] <= 1.5 * by_night.drop(last).mean()
    assert made.summary.bound <= made.summary.objective
