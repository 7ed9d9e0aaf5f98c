"""The rule check: each rule catches a mutation of a legal roster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import Leave, SchedulingRules
from wfm.scheduling import RULES, check_roster, schedule
from wfm.scheduling.check_duty import DUTY_RULES
from wfm.scheduling.check_presence import PRESENCE_RULES
from wfm.scheduling.facts import RosterFacts, Worked, roster_facts
from wfm.scheduling.people import Person, weeks

H = 3600
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def facts(bank) -> RosterFacts:
    """A legal week of ten people with what it is judged by."""
    centre = bank(10, 6.0)
    made = schedule(*centre.inputs(), SchedulingRules(), timezone=centre.timezone)
    assert len(made.violations) == 0
    dates = [dt.date(2003, 7, 7) + dt.timedelta(days=n) for n in range(5)]
    people = [
        Person(a, centre.contracts[a.contract], (True,) * 5, c.days_per_week, c.week_s)
        for a in centre.agents
        for c in [centre.contracts[a.contract]]
    ]
    return roster_facts(
        made.shifts,
        made.activities,
        centre.agents,
        centre.contracts,
        centre.templates,
        (),
        [(dates, people)],
        centre.timezone,
    )


def edit(
    facts: RosterFacts, agent: str, index: int, change: Callable[[Worked], Worked]
) -> RosterFacts:
    """The same roster with one shift changed."""
    worked = {name: list(shifts) for name, shifts in facts.worked.items()}
    worked[agent][index] = change(worked[agent][index])
    return replace(facts, worked=worked)


def moved(shift: Worked, by: pd.Timedelta) -> Worked:
    """A shift moved with everything in it."""
    parts = tuple((s + by, e + by, name, paid) for s, e, name, paid in shift.activities)
    local = (shift.start + by).tz_convert("America/New_York")
    clock = local.hour * H + local.minute * 60
    return replace(
        shift,
        start=shift.start + by,
        end=shift.end + by,
        day=local.date(),
        clock_s=clock,
        activities=parts,
    )


def twice(facts: RosterFacts) -> RosterFacts:
    """A second shift on the first day, far from the first so that only the day is wrong."""
    first = facts.worked["A0000"][0]
    worked = dict(facts.worked) | {"A0000": [first, first, *facts.worked["A0000"][1:]]}
    return replace(facts, worked=worked)


def nine_days(facts: RosterFacts) -> RosterFacts:
    """The first shift repeated for nine days in a row."""
    first = facts.worked["A0000"][0]
    worked = dict(facts.worked) | {"A0000": [moved(first, DAY * n) for n in range(9)]}
    return replace(facts, worked=worked)


def late_then_early(facts: RosterFacts) -> RosterFacts:
    """The second shift starts nine hours after the first ends."""
    first, second = facts.worked["A0000"][:2]
    return edit(
        facts, "A0000", 1, lambda s: moved(s, first.end + pd.Timedelta(hours=9) - second.start)
    )


def without_last(facts: RosterFacts) -> RosterFacts:
    """Four of five days."""
    worked = dict(facts.worked) | {"A0000": facts.worked["A0000"][:-1]}
    return replace(facts, worked=worked)


def late_break(shift: Worked) -> Worked:
    """The first break swapped with the work before it."""
    work, pause, *rest = shift.activities
    length = pause[1] - pause[0]
    early = (work[0], work[0] + length, pause[2], pause[3])
    return replace(shift, activities=(early, (work[0] + length, pause[1], "work", True), *rest))


MUTATIONS: dict[str, Callable[[RosterFacts], RosterFacts]] = {
    "unknown_agent": lambda f: replace(
        f, worked={**f.worked, "ghost": [replace(f.worked["A0000"][0], agent="ghost")]}
    ),
    "not_employed": lambda f: replace(
        f,
        agents={
            **f.agents,
            "A0000": replace(f.agents["A0000"], start_date=dt.date(2003, 7, 8)),
        },
    ),
    "on_leave": lambda f: replace(f, leave=frozenset({("A0000", dt.date(2003, 7, 7))})),
    "lacks_skill": lambda f: edit(f, "A0000", 0, lambda s: replace(s, skill="chat")),
    "not_a_template": lambda f: edit(f, "A0000", 0, lambda s: moved(s, pd.Timedelta(minutes=15))),
    "wrong_paid_time": lambda f: edit(f, "A0000", 0, lambda s: replace(s, paid_s=s.paid_s + 900)),
    "two_shifts_a_day": twice,
    "short_rest": late_then_early,
    "too_many_days_in_row": nine_days,
    "days_of_week": without_last,
    "hours_of_week": without_last,
    "broken_breaks": lambda f: edit(f, "A0000", 0, late_break),
    "unbroken_work": lambda f: replace(
        f, templates={"flexible": replace(f.templates["flexible"], unbroken_s=(0, 3 * H))}
    ),
    "torn_activities": lambda f: edit(
        f, "A0000", 0, lambda s: replace(s, activities=s.activities[1:])
    ),
}


def test_no_rule_lacks_a_mutation() -> None:
    """A new rule must come with a roster that breaks it: here, or beside its own rules."""
    elsewhere = {rule.__name__ for rule in (*DUTY_RULES, *PRESENCE_RULES)}
    assert set(MUTATIONS) | elsewhere == set(RULES)


@pytest.mark.parametrize("rule", list(MUTATIONS))
def test_a_broken_rule_is_found_by_name(facts: RosterFacts, rule: str) -> None:
    """The legal roster is clean; its mutation is caught by the rule that was broken."""
    assert len(check_roster(facts)) == 0
    found = check_roster(MUTATIONS[rule](facts))
    assert rule in set(found["rule"])
    row = found[found["rule"] == rule].iloc[0]
    assert row["amount"] > 0
    assert row["message"]
    assert row["hard"]


def test_missing_break_and_moved_lunch_are_told_apart(facts: RosterFacts) -> None:
    """A shift without breaks says how many are due."""

    def bare(shift: Worked) -> Worked:
        return replace(shift, activities=((shift.start, shift.end, "work", True),))

    found = check_roster(edit(facts, "A0000", 0, bare))
    assert "has 0 of 3 breaks" in " ".join(found["message"])


def test_weeks_cut_at_seven_dates_and_leave_is_data() -> None:
    """A horizon of 15 dates is two weeks and a day."""
    dates = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(15)]
    assert [len(week) for week in weeks(dates)] == [7, 7, 1]
    assert Leave("a", dates[0]).code == "AL"
