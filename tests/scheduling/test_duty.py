"""Rules that tie a person's week together: the model against brute force, each rule by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.scheduling.assign import OFF, RosterProblem, assign_block, roster_price
from wfm.scheduling.duty import Duty, Kinds, Work, keeps_duty, kept_with, week_of
from wfm.scheduling.match import match_days
from wfm.scheduling.stretch import Before, Weekend
from wfm.work_rules import DutyRules, is_night

H = 3600
NEVER = -(10**6)
MIDNIGHTS = tuple(24 * day for day in range(8))


def duty(rules: DutyRules, **before: int) -> Duty:
    """A whole week from Monday on, one step an hour."""
    given = {"last_end": NEVER, "nights_before": 0, "free_of_nights": NEVER} | before
    return Duty(rules, H, **given, midnights=MIDNIGHTS, next_start=7 * 24, weekend=(5, 6))


def week(*shifts: tuple[int, int, int]) -> list[Work]:
    """Shifts as (day, hour, hours)."""
    return [
        Work(d, 24 * d + h, 24 * d + h + n, h * H, n * H, is_night(h * H, n * H))
        for d, h, n in shifts
    ]


RULES = {
    "nights_per_week": DutyRules(nights_per_week=1),
    "nights_in_row": DutyRules(nights_in_row=1),
    "rest_after_nights": DutyRules(rest_after_nights_s=40 * H),
    "night_average": DutyRules(night_average_s=8 * H),
    "start_spread": DutyRules(start_spread_s=2 * H),
    "paired_days_off": DutyRules(paired_days_off=True),
    "whole_weekends": DutyRules(whole_weekends=True),
    "weekly_rest": DutyRules(weekly_rest_s=35 * H),
    "least_days_in_row": DutyRules(least_days_in_row=2),
    "least_days_off_in_row": DutyRules(least_days_off_in_row=2),
}
NIGHT, LONG_NIGHT = (22, 8), (21, 10)
CASES = {
    "nights_per_week": (week((0, *NIGHT)), week((0, *NIGHT), (3, *NIGHT))),
    "nights_in_row": (week((0, *NIGHT), (2, *NIGHT)), week((0, *NIGHT), (1, *NIGHT))),
    "rest_after_nights": (week((0, *NIGHT), (2, 23, 8)), week((0, *NIGHT), (2, 14, 8))),
    "night_average": (week((0, 22, 6), (3, *LONG_NIGHT)), week((0, *NIGHT), (3, *LONG_NIGHT))),
    "start_spread": (week((0, 8, 8), (4, 10, 8)), week((0, 8, 8), (4, 11, 8))),
    "paired_days_off": (
        week(*((d, 8, 8) for d in (0, 1, 2, 5, 6))),
        week(*((d, 8, 8) for d in (0, 1, 3, 4, 6))),
    ),
    "whole_weekends": (week((5, 8, 8), (6, 8, 8)), week((5, 8, 8))),
    "weekly_rest": (
        week(*((d, 8, 8) for d in (0, 1, 3, 4, 5, 6))),
        week((0, 8, 8), (1, 14, 8), (3, 8, 8), (4, 8, 8), (5, 8, 8), (6, 8, 8)),
    ),
    "least_days_in_row": (
        week(*((d, 8, 8) for d in (0, 2, 3, 6))),
        week(*((d, 8, 8) for d in (0, 3, 5, 6))),
    ),
    "least_days_off_in_row": (
        week(*((d, 8, 8) for d in (1, 2, 5, 6))),
        week(*((d, 8, 8) for d in (1, 2, 4, 5))),
    ),
}


@pytest.mark.parametrize("rule", list(RULES))
def test_each_rule_by_hand(rule: str) -> None:
    """One week that just keeps it, one that just breaks it; without the rule both are fine."""
    kept, broken = CASES[rule]
    assert keeps_duty(duty(RULES[rule]), kept)
    assert not keeps_duty(duty(RULES[rule]), broken)
    assert keeps_duty(duty(DutyRules()), broken)


def test_the_week_before_counts() -> None:
    """A night on Sunday, its rest, and a rest that began on Saturday evening."""
    assert not keeps_duty(duty(RULES["nights_in_row"], nights_before=1), week((0, *NIGHT)))
    assert keeps_duty(duty(RULES["nights_in_row"], nights_before=1), week((1, *NIGHT)))
    early = week((1, 8, 8))
    assert not keeps_duty(duty(RULES["rest_after_nights"], free_of_nights=36), early)
    assert keeps_duty(duty(RULES["rest_after_nights"], free_of_nights=32), early)
    six = week(*((d, 8, 8) for d in range(1, 7)))
    assert keeps_duty(duty(RULES["weekly_rest"], last_end=-6), six)
    assert not keeps_duty(duty(RULES["weekly_rest"], last_end=6), six)


def test_stretches_weekends_and_shifts_count_from_before() -> None:
    """A stretch begun on Sunday, a day off on Sunday, weekends worked, lates of four weeks."""
    two = RULES["least_days_in_row"]
    monday, tuesday = week((0, 8, 8)), week((1, 8, 8), (2, 8, 8))
    assert keeps_duty(replace(duty(two), before=Before(on=1)), monday)
    assert keeps_duty(replace(duty(two), before=Before(off=None)), monday)
    assert not keeps_duty(replace(duty(two), before=Before(off=2)), monday)
    off = RULES["least_days_off_in_row"]
    assert not keeps_duty(replace(duty(off), before=Before(off=1)), monday)
    assert not keeps_duty(replace(duty(off), before=Before(on=1)), tuesday)
    assert keeps_duty(replace(duty(off), before=Before(off=1)), tuesday)
    sunday = week((6, 8, 8))
    rules = DutyRules(weekends_in_four=2)
    ends = [Weekend((), worked) for worked in (True, False, True)]
    assert not keeps_duty(_with_weekends(rules, *ends), sunday)
    assert keeps_duty(_with_weekends(rules, *ends[1:], Weekend(())), sunday)
    late = [replace(work, template="late") for work in tuesday]
    three = DutyRules(shifts_in_four_weeks=(("late", 3),))
    assert keeps_duty(replace(duty(three), before=Before(shifts={"late": 1})), late)
    assert not keeps_duty(replace(duty(three), before=Before(shifts={"late": 2})), late)


def _with_weekends(rules: DutyRules, *before: Weekend) -> Duty:
    return replace(duty(rules), before=Before(weekends=(*before, Weekend((5, 6)))))


def test_room_of_earlier_nights_may_be_used() -> None:
    """Two hours left by short nights before allow one night of ten hours."""
    night = week((0, *LONG_NIGHT))
    rules = RULES["night_average"]
    assert not keeps_duty(duty(rules), night)
    assert keeps_duty(replace(duty(rules), before=Before(night_room_s=2 * H)), night)


def test_a_stretch_left_too_short_goes_on_when_that_is_worth_it() -> None:
    """Worked on Sunday, two in a row at least: Monday is worked, unless nobody may."""
    problem = tiny(1)
    rules = DutyRules(least_days_in_row=3)
    mine = replace(duty(rules), before=Before(on=1))
    problem = replace(problem, duty=(mine,), price=problem.price + 20, run=np.array([1]))
    first = assign_block(problem, gap=0.0).assignment[0]
    assert (first[:2] != OFF).all()
    barred = replace(problem, allowed=problem.allowed & (problem.day != 0))
    assert assign_block(barred, gap=0.0).assignment[0][0] == OFF


def tiny(seed: int) -> RosterProblem:
    """Two people, a week, one or two kinds of shift a day, all rules drawn at random."""
    rng = np.random.default_rng(seed)
    kinds = 12
    day = np.sort(np.concatenate([np.arange(7), rng.integers(0, 7, kinds - 7)]))
    hour, length = rng.choice([5, 7, 14, 21, 22], kinds), rng.choice([7, 8, 10], kinds)
    start = 24 * day + hour
    some = lambda *choices: choices[rng.integers(len(choices))]  # noqa: E731
    rules = DutyRules(
        nights_per_week=some(None, 1, 2),
        nights_in_row=some(None, 1),
        rest_after_nights_s=some(0, 40 * H),
        night_average_s=some(None, 8 * H),
        whole_weekends=some(False, True),
        start_spread_s=some(None, 2 * H, 8 * H),
        paired_days_off=some(False, True),
        least_days_in_row=some(1, 1, 2, 3),
        least_days_off_in_row=some(1, 1, 2),
        weekends_in_four=some(None, 1),
        shifts_in_four_weeks=some((), (("late", 2),)),
    )
    done = Before(
        off=some(None, 1, 3),
        weekends=(Weekend(()), Weekend((), some(True, False)), Weekend(()), Weekend((5, 6))),
        shifts={"late": some(0, 1)},
        night_room_s=some(0, 2 * H),
    )
    before = int(rng.integers(0, 3))
    mine = duty(rules, nights_before=before, free_of_nights=some(NEVER, 20))
    mine = replace(mine, before=done)
    return RosterProblem(
        days_on_line=7,
        day=day,
        start=start,
        end=start + length,
        paid_s=length * H,
        count=np.ones(kinds, dtype=np.int64),
        days=np.array([[3, 5]]),
        paid_range_s=np.array([[24 * H, 40 * H]]),
        rest=np.array([11]),
        in_row=np.array([6]),
        allowed=np.ones((1, kinds), dtype=bool),
        price=rng.integers(-6, 9, (1, kinds)).astype(float),
        last_end=np.array([NEVER]),
        run=np.array([0]),
        clock_s=hour * H,
        night=np.array([is_night(h * H, n * H) for h, n in zip(hour, length, strict=True)]),
        template=np.where(hour >= 14, "late", "early"),
        duty=(mine,),
    )


def weeks_of(problem: RosterProblem) -> list[np.ndarray]:
    """Every week of the one person that keeps rest, days in a row and the rules."""
    days = [[OFF, *np.flatnonzero(problem.day == d)] for d in range(7)]
    found = []
    for row in product(*days):
        kinds = [k for k in row if k != OFF]
        rests = all(problem.start[b] >= problem.end[a] + 11 for a, b in pairwise(kinds))
        if rests and len(kinds) <= 6:
            made = np.array(row)
            if keeps_duty(problem.duty[0], week_of(problem.kinds, made)):
                found.append((roster_price(problem, made[None, :]), row))
    return [np.array(row) for _, row in sorted(found, key=lambda pair: pair[0])]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_the_model_finds_the_best_week_of_brute_force(seed: int) -> None:
    """Rows and test say the same: the model's week is legal and of least price."""
    problem = tiny(seed)
    result = assign_block(problem, gap=0.0)
    assert keeps_duty(problem.duty[0], week_of(problem.kinds, result.assignment[0]))
    best = roster_price(problem, weeks_of(problem)[0][None, :])
    assert result.objective == pytest.approx(best)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from([24, 35, 48]))
def test_a_long_rest_is_kept_by_model_and_matching(seed: int, rest_h: int) -> None:
    """The rows of the long rest are a little strict, never loose; matching keeps all rules."""
    problem = tiny(seed)
    rules = replace(problem.duty[0].rules, weekly_rest_s=rest_h * H)
    mine = replace(problem.duty[0], rules=rules, last_end=int(seed % 12) - 6)
    problem = replace(problem, duty=(mine,), last_end=np.array([mine.last_end]))
    for row in (assign_block(problem, gap=0.0).assignment[0], match_days(problem)[0]):
        assert keeps_duty(mine, week_of(problem.kinds, row))
    legal = [w for w in weeks_of(problem) if _rests_after_before(problem, w)]
    best = roster_price(problem, legal[0][None, :])
    assert assign_block(problem, gap=0.0).objective >= best - 1e-6


def _rests_after_before(problem: RosterProblem, row: np.ndarray) -> bool:
    kinds = row[row != OFF]
    return not len(kinds) or problem.start[kinds[0]] >= problem.last_end[0] + 11


def test_choices_of_a_day_are_filtered() -> None:
    """Of three starts on Friday only those near Monday's remain."""
    hours = np.array([8, 8, 9, 14])
    day = np.array([0, 4, 4, 4])
    start = 24 * day + hours
    kinds = Kinds(start, start + 8, np.full(4, 8 * H), hours * H, np.zeros(4, dtype=bool))
    row = np.array([0, OFF, OFF, OFF, OFF, OFF, OFF])
    kept = kept_with(duty(RULES["start_spread"]), kinds, row, 4, np.array([1, 2, 3]))
    assert kept.tolist() == [True, True, False]
