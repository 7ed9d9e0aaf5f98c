"""Shifts to persons: the set's rosters, brute force on tiny ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.scheduling.assign import OFF, RosterProblem, assign_block, flawed, left_over, roster_price
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.match import match_days
from wfm.scheduling.roster import assign_people
from wfm.scheduling.solver import SolveStatus


def keeps_hard_rules(problem: RosterProblem, assignment: np.ndarray) -> bool:
    """Rest, days in a row, allowed kinds and counts, by plain loops."""
    for person, row in enumerate(assignment):
        end, run = problem.last_end[person], problem.run[person]
        for day, kind in enumerate(row):
            if kind == OFF:
                run = 0
                continue
            run += 1
            fits = problem.day[kind] == day and problem.allowed[person, kind]
            rests = problem.start[kind] >= end + problem.rest[person]
            if not fits or not rests or run > problem.in_row[person]:
                return False
            end = problem.end[kind]
    return bool((left_over(problem, assignment) >= 0).all())


def tiny(seed: int) -> RosterProblem:
    """Three people, four days, up to six kinds of shift; rules drawn at random."""
    rng = np.random.default_rng(seed)
    kinds = int(rng.integers(3, 7))
    day = np.sort(rng.integers(0, 4, kinds))
    start = day * 24 + rng.integers(5, 16, kinds)
    length = rng.integers(6, 11, kinds)
    low = rng.integers(0, 3, 3)
    return RosterProblem(
        days_on_line=4,
        day=day,
        start=start,
        end=start + length,
        paid_s=length * 3600,
        count=rng.integers(1, 3, kinds),
        days=np.stack([low, low + rng.integers(0, 3, 3)], axis=1),
        paid_range_s=np.stack([low * 8 * 3600, (low + 1) * 9 * 3600], axis=1),
        rest=rng.integers(8, 15, 3),
        in_row=rng.integers(1, 4, 3),
        allowed=rng.random((3, kinds)) < 0.8,
        price=rng.integers(-6, 9, (3, kinds)).astype(float),
        last_end=np.array([-100, -100, 0]),
        run=rng.integers(0, 2, 3),
    )


def cheapest(problem: RosterProblem) -> float:
    """Least price over every assignment that keeps the hard rules."""
    days = [[OFF, *np.flatnonzero(problem.day == d)] for d in range(problem.days_on_line)]
    rows = [
        [
            week
            for week in product(*days)
            if keeps_hard_rules(
                replace(problem, count=np.full(len(problem.count), 9)),
                np.array([[OFF] * 4] * p + [list(week)] + [[OFF] * 4] * (2 - p)),
            )
        ]
        for p in range(3)
    ]
    best = np.inf
    for weeks in product(*rows):
        assignment = np.array(weeks)
        if (left_over(problem, assignment) >= 0).all():
            best = min(best, roster_price(problem, assignment))
    return best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_model_finds_what_brute_force_finds(seed: int) -> None:
    """On tiny rosters the model is optimal and keeps every hard rule."""
    problem = tiny(seed)
    result = assign_block(problem, gap=0.0)
    assert result.status is SolveStatus.OPTIMAL
    assert keeps_hard_rules(problem, result.assignment)
    assert result.objective == pytest.approx(cheapest(problem))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_matching_keeps_the_hard_rules(seed: int) -> None:
    """The quick roster is legal and never beats the model."""
    problem = tiny(seed)
    assignment = match_days(problem)
    assert keeps_hard_rules(problem, assignment)
    best = assign_block(problem, gap=0.0).objective
    assert roster_price(problem, assignment) >= best - 1e-9


def test_roster50_is_solved_to_its_proven_value(centre_set) -> None:
    """-976 is the proven optimum; all 242 shifts are handed out."""
    problem, groups = centre_set.roster("roster50")
    result = assign_people(problem, groups, SolveLimits(gap=0.0))
    assert result.objective == -976
    assert left_over(problem, result.assignment).sum() == 0
    assert keeps_hard_rules(problem, result.assignment)


@pytest.mark.slow
def test_roster200_is_within_half_a_percent_of_its_bound(centre_set) -> None:
    """At most -3942 (bound -3962.5), all 970 shifts handed out, nobody out of range."""
    problem, groups = centre_set.roster("roster200")
    result = assign_people(problem, groups, SolveLimits(gap=0.005), workers=2)
    assert result.objective <= -3942
    assert left_over(problem, result.assignment).sum() == 0
    assert len(flawed(problem, result.assignment)) == 0
    assert keeps_hard_rules(problem, result.assignment)
