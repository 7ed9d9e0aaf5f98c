"""Work off the phone goes where it is missed least."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import Agent, Anchor, BreakRule, Contract, Leave, SchedulingRules, ShiftTemplate
from wfm.intervals import OpeningHours
from wfm.presence import PresenceRule
from wfm.scheduling import Replan, Schedule, schedule
from wfm.scheduling.check import SOFT_RULES
from wfm.work_rules import Arranged, OffPhone

H = 3600
MONDAY = dt.date(2024, 5, 6)
TUESDAY = MONDAY + dt.timedelta(days=1)
PAUSE = BreakRule("lunch", H, False, Anchor.START, (4 * H, 4 * H))
TEMPLATE = ShiftTemplate("t", (8 * H, 8 * H), H, (9 * H, 9 * H), H, (PAUSE,))
CONTRACT = Contract("c", ("t",), (8 * H, 8 * H), (16 * H, 16 * H), (2, 2))
COACHING = OffPhone("coaching", ("a", "b", "c"), H, MONDAY, TUESDAY)


def made(
    asked: list[OffPhone],
    need: list[float],
    *,
    days: int = 2,
    rules: SchedulingRules = SchedulingRules(),  # noqa: B008
    **given,
) -> Schedule:
    """Three people at work from 8 to 17 with lunch at 12; the need by hour of each day."""
    start = [
        pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(days=d, hours=8 + h)
        for d in range(days)
        for h in range(9)
    ]
    requirement = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": start,
            "interval_s": 3600,
            "agents_required": need * days if len(need) == 9 else need,
        }
    )
    agents = [Agent(name, name, "c", ("q",)) for name in "abc"]
    return schedule(
        requirement,
        agents,
        {"c": CONTRACT},
        {"t": TEMPLATE},
        rules,
        timezone="UTC",
        arranged=Arranged(offphone=tuple(asked)),
        **given,
    )


def sessions(roster: Schedule) -> list[tuple[str, int, int]]:
    """Agent, day of the month and hour of each coaching."""
    rows = roster.activities[roster.activities["activity"] == "coaching"]
    return [(row.agent, row.start.day, row.start.hour) for row in rows.itertuples()]


def test_each_has_an_own_session_where_there_is_slack() -> None:
    """One may be missed at ten on Monday, two at three on Tuesday: cover is never broken."""
    need = [3.0, 3, 2, 3, 0, 3, 3, 3, 3, 3.0, 3, 3, 3, 0, 3, 3, 1, 3]
    roster = made([COACHING], need)
    assert roster.summary.under == 0
    assert roster.violations.empty
    found = sessions(roster)
    assert sorted(agent for agent, _, _ in found) == ["a", "b", "c"]
    assert sorted((day, hour) for _, day, hour in found) == [(6, 10), (7, 15), (7, 15)]
    assert roster.shifts["paid_s"].tolist() == [8 * H] * 6
    work = roster.activities.sort_values(["agent", "start"])
    assert (work["end"] - work["start"]).dt.total_seconds().sum() == 6 * 9 * H


def test_a_group_meets_at_one_time() -> None:
    """All three at once: at four, where only one is needed, not at ten where two are."""
    need = [3.0, 3, 2, 3, 0, 3, 3, 3, 1]
    roster = made([replace(COACHING, together=True, first=TUESDAY)], need)
    assert set(sessions(roster)) == {(agent, 7, 16) for agent in "abc"}
    assert roster.violations.empty
    assert roster.summary.under == 1


def floor(least: int, first: int, last: int) -> SchedulingRules:
    """So many at work between two hours of every day."""
    at = OpeningHours((((first * H, last * H),),) * 7)
    return SchedulingRules(presence=(PresenceRule("floor", min_at_work=least, at=at),))


def test_no_session_lies_where_a_floor_needs_everybody() -> None:
    """Nobody is needed from one on, but three must be there till four: they go earlier or later."""
    need = [3.0, 3, 3, 3, 0, 0, 0, 0, 3]
    free = made([COACHING], need)
    assert all(hour < 16 for _, _, hour in sessions(free))
    held = made([COACHING], need, rules=floor(3, 13, 16))
    assert len(sessions(held)) == 3
    assert not {hour for _, _, hour in sessions(held)} & {13, 14, 15}
    assert held.violations.empty


def test_those_a_floor_needs_do_not_come_to_a_meeting_and_it_is_told() -> None:
    """Two of three must be there but at lunch: one comes, two are told to have missed it."""
    rules = SchedulingRules(presence=(*floor(2, 8, 12).presence, *floor(2, 13, 17).presence))
    roster = made([replace(COACHING, together=True)], [3.0] * 9, rules=rules)
    assert len(sessions(roster)) == 1
    assert not roster.violations["hard"].any()
    assert len(roster.violations) >= 1


def test_hours_of_the_day_bind() -> None:
    """Only in the morning, although the afternoon is idle; never over lunch."""
    need = [3.0, 3, 3, 3, 0, 0, 0, 0, 0]
    roster = made([replace(COACHING, from_s=9 * H, to_s=13 * H)], need)
    assert {hour for _, _, hour in sessions(roster)} <= {9, 10, 11}
    assert len(sessions(roster)) == 3


@pytest.mark.parametrize("rule", list(SOFT_RULES))
def test_what_found_no_place_is_told_and_breaks_no_rule(rule: str) -> None:
    """Five hours do not fit between start and lunch; nobody is made to."""
    roster = made([replace(COACHING, length_s=5 * H, agents=("a",))], [3.0] * 9)
    assert roster.summary.violations == 0
    told = roster.violations.iloc[0]
    assert (told["rule"], told["agent"], bool(told["hard"])) == (rule, "a", False)
    assert "coaching of 5 h found no place" in told["message"]


def test_frozen_days_and_sessions_that_are_there_stay() -> None:
    """Re-planned from Tuesday on: what lay on Monday is not placed twice nor moved."""
    need = [3.0, 3, 2, 3, 0, 3, 3, 3, 3, 3.0, 3, 3, 3, 0, 3, 3, 1, 3]
    first = made([COACHING], need)
    replan = Replan(first.shifts, first.activities, freeze_until=TUESDAY)
    again = made([COACHING], [3.0] * 9, replan=replan)
    assert again.violations.empty
    monday = [found for found in sessions(first) if found[1] == 6]
    assert [found for found in sessions(again) if found[1] == 6] == monday
    assert len(sessions(again)) == 3


def test_a_group_meets_when_most_can_come() -> None:
    """Someone is away on Tuesday: the meeting is on Monday, or without the one who is away."""
    need = [3.0] * 9
    away = [Leave("b", TUESDAY)]
    meeting = replace(COACHING, together=True)
    roster = made([meeting], need, leave=away)
    assert {day for _, day, _ in sessions(roster)} == {6}
    assert len(sessions(roster)) == 3
    roster = made([replace(meeting, first=TUESDAY)], need, leave=away)
    assert {agent for agent, _, _ in sessions(roster)} == {"a", "c"}
    assert roster.violations.empty  # who is away all along does not count
