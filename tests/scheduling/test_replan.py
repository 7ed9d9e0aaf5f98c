"""Re-planning a roster that is already out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import Leave, SchedulingRules
from wfm.scheduling import Replan, schedule

RULES = SchedulingRules(time_limit_s=600)
"""Time enough on a busy machine too: what time does not cut short is the same everywhere."""

WEDNESDAY = dt.date(2003, 7, 9)


def run(centre, leave=(), replan=None):
    """Schedule a centre, new or again."""
    return schedule(*centre.inputs(), RULES, timezone=centre.timezone, leave=leave, replan=replan)


def changed(before: pd.DataFrame, after: pd.DataFrame, agents: set[str] = frozenset()) -> int:
    """Shifts of the former roster that their owner no longer has, some agents apart."""
    keys = ["agent", "start", "end"]
    both = before[~before["agent"].isin(agents)].merge(after[keys], on=keys)
    return int((~before["agent"].isin(agents)).sum()) - len(both)


def until(frame: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Rows before a local date."""
    local = frame["start"].dt.tz_convert("America/New_York")
    return frame[local < pd.Timestamp(day, tz="America/New_York")].reset_index(drop=True)


@pytest.fixture(scope="module")
def out(bank):
    """A roster of 20 people that is out."""
    centre = bank(20, 13.0)
    return centre, run(centre)


def test_frozen_days_stay_to_the_last_break(out) -> None:
    """Two people fall ill on Wednesday; Monday and Tuesday do not move."""
    centre, first = out
    leave = [Leave("A0002", WEDNESDAY), Leave("A0005", WEDNESDAY)]
    replan = Replan(first.shifts, first.activities, freeze_until=WEDNESDAY)
    second = run(centre, leave, replan)
    assert second.summary.violations == 0
    pd.testing.assert_frame_equal(until(first.shifts, WEDNESDAY), until(second.shifts, WEDNESDAY))
    pd.testing.assert_frame_equal(
        until(first.activities, WEDNESDAY), until(second.activities, WEDNESDAY)
    )


def test_a_price_per_changed_shift_keeps_the_roster(out) -> None:
    """With nothing new, a dear change moves almost nothing; without a price most shifts move."""
    centre, first = out
    dear = Replan(first.shifts, first.activities, change_price=20.0)
    free = Replan(first.shifts, first.activities, change_price=0.0)
    kept = run(centre, replan=dear)
    assert kept.summary.violations == 0
    assert changed(first.shifts, kept.shifts) <= 0.05 * len(first.shifts)
    leave = [Leave("A0002", WEDNESDAY)]
    moved_dear = changed(first.shifts, run(centre, leave, dear).shifts, {"A0002"})
    moved_free = changed(first.shifts, run(centre, leave, free).shifts, {"A0002"})
    assert moved_dear < 0.2 * moved_free


def test_a_pinned_shift_stays_and_leave_wins(out) -> None:
    """A pin holds when the need moves; a pin on a day of leave is dropped."""
    centre, first = out
    pinned = frozenset({("A0003", WEDNESDAY), ("A0004", WEDNESDAY)})
    replan = Replan(first.shifts, first.activities, pinned=pinned, change_price=0.0)
    need = centre.requirement.assign(
        agents_required=centre.requirement["agents_required"].to_numpy()[::-1]
    )
    second = run(replace(centre, requirement=need), [Leave("A0004", WEDNESDAY)], replan)
    day = lambda frame, agent: frame[  # noqa: E731
        (frame["agent"] == agent)
        & (frame["start"].dt.tz_convert(centre.timezone).dt.date == WEDNESDAY)
    ]["start"].tolist()
    assert day(second.shifts, "A0003") == day(first.shifts, "A0003")
    assert day(second.shifts, "A0004") == []
    assert second.summary.violations == 0


def test_people_come_and_go_between_rosters(out) -> None:
    """Someone leaves, someone new joins: the others keep nearly everything."""
    centre, first = out
    joins = replace(centre.agents[0], agent="B0001", name="New")
    agents = [*centre.agents[1:], joins]
    replan = Replan(first.shifts, first.activities)
    second = run(replace(centre, agents=agents), replan=replan)
    assert second.summary.violations == 0
    assert "A0000" not in set(second.shifts["agent"])
    assert "B0001" in set(second.shifts["agent"])
    assert changed(first.shifts, second.shifts, {"A0000"}) <= 0.1 * len(first.shifts)
