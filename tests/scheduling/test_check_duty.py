"""The rule check, second part: for each rule a roster that keeps it and one that breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import pytest

from wfm.domain import Agent, Contract, Leave, ShiftTemplate
from wfm.scheduling import check_roster
from wfm.scheduling.check_duty import DUTY_RULES
from wfm.scheduling.facts import RosterFacts, roster_facts
from wfm.scheduling.past import Past
from wfm.scheduling.people import Person
from wfm.work_rules import Arranged, Availability, DutyRules, FixedShift

H = 3600
MONDAY = dt.date(2024, 5, 6)
Shift = tuple[int, int, int]
"""Day from Monday on, hour, hours."""


def frame(shifts: Sequence[Shift]) -> pd.DataFrame:
    """Shifts of Ann."""
    rows = []
    for day, hour, hours in shifts:
        start = pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(days=day, hours=hour)
        end = start + pd.Timedelta(hours=hours)
        rows.append(("ann", start, end, "any", "c", "q", hours * H))
    names = ["agent", "start", "end", "template", "contract", "skill", "paid_s"]
    return pd.DataFrame(rows, columns=names)


def facts(
    duty: DutyRules,
    shifts: Sequence[Shift],
    *,
    weeks: int = 1,
    before: Sequence[Shift] = (),
    arranged: Arranged | None = None,
    leave: Sequence[Leave] = (),
) -> RosterFacts:
    """Ann's roster by rules that bind nothing but the duty."""
    template = ShiftTemplate("any", (0, 23 * H), H, (H, 24 * H), H)
    contract = Contract("c", ("any",), (0, 24 * H), (0, 100 * H), (0, 7), 0, 99, 0.0, duty)
    ann = Agent("ann", "Ann", "c", ("q",))
    cuts = []
    for week in range(weeks):
        dates = [MONDAY + dt.timedelta(days=7 * week + k) for k in range(7)]
        cuts.append((dates, [Person(ann, contract, (True,) * 7, (0, 7), (0, 100 * H), ("q",))]))
    table = frame(shifts)
    activities = table.assign(activity="work", paid=True)
    past = Past()
    if before:
        past.add(frame(before), "UTC")
    return roster_facts(
        table,
        activities[["agent", "start", "end", "activity", "paid"]],
        [ann],
        {"c": contract},
        {"any": template},
        leave,
        cuts,
        "UTC",
        arranged=arranged,
        past=past,
    )


NIGHT = (22, 8)
DAYS = [(day, 8, 8) for day in range(7)]
MORNINGS = Arranged(tuple(Availability("ann", day, 6 * H, 14 * H) for day in range(5)))
SETTLED = Arranged(fixed=(FixedShift("ann", MONDAY, 8 * H, 16 * H),))
CASES = {
    "too_many_nights": (
        facts(DutyRules(nights_per_week=1), [(0, *NIGHT), (2, 8, 8)]),
        facts(DutyRules(nights_per_week=1), [(0, *NIGHT), (2, *NIGHT)]),
    ),
    "too_many_nights_in_row": (
        facts(DutyRules(nights_in_row=2), [(0, *NIGHT), (2, *NIGHT)], before=[(-1, *NIGHT)]),
        facts(DutyRules(nights_in_row=2), [(0, *NIGHT)], before=[(-2, *NIGHT), (-1, *NIGHT)]),
    ),
    "short_rest_after_nights": (
        facts(DutyRules(rest_after_nights_s=40 * H), [(1, 22, 8)], before=[(-1, *NIGHT)]),
        facts(DutyRules(rest_after_nights_s=40 * H), [(1, 8, 8)], before=[(-1, *NIGHT)]),
    ),
    "long_nights": (
        facts(DutyRules(night_average_s=8 * H), [(0, 21, 10), (2, 22, 6)]),
        facts(DutyRules(night_average_s=8 * H), [(0, 21, 10), (2, 22, 7)]),
    ),
    "no_weekend_off": (
        facts(DutyRules(weekend_off_every=3), [(5, 8, 8)], before=[(-2, 8, 8)]),
        facts(DutyRules(weekend_off_every=3), [(6, 8, 8)], before=[(-9, 8, 8), (-1, 8, 8)]),
    ),
    "split_weekend": (
        facts(DutyRules(whole_weekends=True), [(5, 8, 8), (6, 8, 8)]),
        facts(DutyRules(whole_weekends=True), [(6, 8, 8)]),
    ),
    "unsteady_starts": (
        facts(DutyRules(start_spread_s=H), [(0, 8, 8), (1, 9, 8)]),
        facts(DutyRules(start_spread_s=H), [(0, 8, 8), (1, 10, 8)]),
    ),
    "no_days_off_in_a_pair": (
        facts(DutyRules(paired_days_off=True), DAYS[:5]),
        facts(DutyRules(paired_days_off=True), [DAYS[k] for k in (0, 1, 3, 4, 6)]),
    ),
    "short_weekly_rest": (
        facts(DutyRules(weekly_rest_s=35 * H), DAYS[:6]),
        facts(DutyRules(weekly_rest_s=35 * H), DAYS),
    ),
    "hours_on_average": (
        facts(DutyRules(average_s=(0, 40 * H), average_weeks=2), DAYS[:6], before=[(-7, 8, 8)]),
        facts(
            DutyRules(average_s=(0, 40 * H), average_weeks=2),
            DAYS[:6],
            before=[(day, 8, 8) for day in range(-7, -2)],
        ),
    ),
    "short_stretch_of_work": (
        facts(DutyRules(least_days_in_row=2), [DAYS[k] for k in (0, 2, 3, 6)]),
        facts(DutyRules(least_days_in_row=2), [DAYS[k] for k in (0, 3, 5, 6)]),
    ),
    "short_stretch_off": (
        facts(DutyRules(least_days_off_in_row=2), [DAYS[1], DAYS[4]], before=[(-2, 8, 8)]),
        facts(DutyRules(least_days_off_in_row=2), DAYS[:2], before=[(-2, 8, 8)]),
    ),
    "too_many_weekends": (
        facts(DutyRules(weekends_in_four=1), [(12, 8, 8)], weeks=2, before=[(-16, 8, 8)]),
        facts(DutyRules(weekends_in_four=1), [(12, 8, 8)], weeks=2, before=[(-9, 8, 8)]),
    ),
    "too_many_of_a_shift": (
        facts(DutyRules(shifts_in_four_weeks=(("any", 3),)), DAYS[:3], before=[(-22, 8, 8)]),
        facts(DutyRules(shifts_in_four_weeks=(("any", 3),)), DAYS[:3], before=[(-21, 8, 8)]),
    ),
    "no_break": (
        facts(DutyRules(break_after_s=8 * H), DAYS[:1]),
        facts(DutyRules(break_after_s=6 * H), DAYS[:1]),
    ),
    "outside_availability": (
        facts(DutyRules(), [(0, 6, 8)], arranged=MORNINGS),
        facts(DutyRules(), [(0, 7, 8)], arranged=MORNINGS),
    ),
    "settled_shift_missing": (
        facts(DutyRules(), DAYS[:1], arranged=SETTLED),
        facts(DutyRules(), [(0, 9, 8)], arranged=SETTLED),
    ),
}


def test_no_duty_rule_lacks_a_mutation() -> None:
    """A new rule must come with a roster that breaks it."""
    assert set(CASES) == {rule.__name__ for rule in DUTY_RULES}


@pytest.mark.parametrize("rule", list(CASES))
def test_the_broken_roster_is_found_and_the_kept_one_is_not(rule: str) -> None:
    """Nothing is wrong with the one; the other breaks this rule and says so."""
    kept, broken = (check_roster(roster) for roster in CASES[rule])
    assert list(kept["message"]) == []
    assert set(broken["rule"]) == {rule}
    assert broken["amount"].iloc[0] > 0
    assert broken["agent"].iloc[0] == "ann"


def test_nights_are_averaged_over_weeks() -> None:
    """Ten hours after six in the week before are eight on average; over one week they are not."""
    before = [(-6, 22, 6)]
    four = DutyRules(night_average_s=8 * H, average_weeks=4)
    assert check_roster(facts(four, [(0, 21, 10)], before=before)).empty
    one = DutyRules(night_average_s=8 * H, average_weeks=1)
    assert set(check_roster(facts(one, [(0, 21, 10)], before=before))["rule"]) == {"long_nights"}
    long = [(-6, 20, 11)]
    assert check_roster(facts(four, [(0, 22, 8)], before=long)).empty  # nothing to tell of it now


def test_days_of_the_past_are_not_told_again() -> None:
    """Three nights in a row before the roster are nobody's business any more."""
    before = [(-4, *NIGHT), (-3, *NIGHT), (-2, *NIGHT)]
    found = check_roster(facts(DutyRules(nights_in_row=1), [(1, *NIGHT)], before=before))
    assert found.empty


def test_a_settled_shift_on_leave_is_no_breach() -> None:
    """Leave wins over what was settled."""
    away = [Leave("ann", MONDAY)]
    assert check_roster(facts(DutyRules(), [], arranged=SETTLED, leave=away)).empty


def test_four_weeks_keep_the_average_as_one() -> None:
    """50 hours in one week are fine when the other three are lighter; too few are told too."""
    duty = DutyRules(average_s=(30 * H, 40 * H), average_weeks=4)
    heavy = [(day, 8, 10) for day in range(5)]
    light = [(7 * week + day, 8, 8) for week in (1, 2, 3) for day in range(4)]
    assert check_roster(facts(duty, heavy + light, weeks=4)).empty
    assert set(check_roster(facts(duty, heavy, weeks=4))["rule"]) == {"hours_on_average"}
