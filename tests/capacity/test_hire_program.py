"""Hiring: the program against all possible plans, its limits, and the rule of thumb."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from wfm.capacity import capacity_plan
from wfm.capacity.hire_program import HireStatus, solve_hires
from wfm.capacity.hiring import candidates, hire_to_need, planned_cost, training_weeks, with_classes
from wfm.capacity.inputs import OpeningHeads
from wfm.headcount import Flex, Prices, TenureBand, Training

START = dt.date(2026, 1, 1)


@pytest.fixture
def tiny(small):
    """Three heads where five are needed from the third month on; few dates to start a class."""
    inputs = small(
        4,
        training=Training(1, 7, 0.0, 1, 3, 1, 3),
        headcount=(OpeningHeads("old", "g", "full", "agent", 3.0),),
        attrition=(TenureBand("all", 0, 0.2),),
        flex=Flex(overtime=0.1, outsourced=0.2),
        price=Prices(
            on_cost=0.2,
            overtime=1.5,
            per_hire=300,
            per_class_week=50,
            outsourced_hour=45,
            missed_hour=90,
        ),
    )
    contacts = (4200.0, 4200.0, 7000.0, 7000.0)
    return replace(inputs, queue=(replace(inputs.queue[0], contacts=contacts),))


def test_no_plan_is_cheaper_than_the_program_s(tiny, need_for):
    """Every combination of two classes is tried by the plan's own arithmetic."""
    need = need_for(tiny)
    found = solve_hires(tiny, need, not_before=START, gap=0.0)
    offers = candidates(tiny, need, "g", START)
    singles = [[one.held("a", size)] for one in offers for size in (1, 2, 3)]
    pairs = [
        [one.held("a", m), other.held("b", n)]
        for one, other in itertools.combinations(offers, 2)
        for m, n in itertools.product((1, 2, 3), repeat=2)
        if not set(training_weeks(tiny, one.start)) & set(training_weeks(tiny, other.start))
    ]
    best = min(
        planned_cost(capacity_plan(with_classes(tiny, classes), need))
        for classes in ([], *singles, *pairs)
    )
    assert found.status is HireStatus.OPTIMAL
    assert found.classes
    assert planned_cost(found.plan) == pytest.approx(best)
    assert found.cost == pytest.approx(best)
    assert found.bound <= found.cost + 1e-6


def test_classes_keep_their_limits(tiny, need_for):
    """Sizes, trainers and chairs hold in every week; requisitions are as early as recruiting."""
    training = replace(tiny.training, weeks=3, trainers=2, seats=4, smallest=2)
    inputs = replace(tiny, training=training)
    found = solve_hires(inputs, need_for(inputs), not_before=START)
    held = [one.held for one in found.classes]
    assert all(2 <= one.size <= 3 for one in held)
    for monday in {day for one in held for day in training_weeks(inputs, one.start)}:
        there = [one for one in held if monday in training_weeks(inputs, one.start)]
        assert len(there) <= 2
        assert sum(one.size for one in there) <= 4
    for one in found.classes:
        assert one.requisition >= START
        assert one.held.start - one.requisition == dt.timedelta(weeks=1)
        assert one.on_contacts - one.held.start == dt.timedelta(weeks=3)


def test_the_rule_of_thumb_is_never_cheaper(tiny, need_for):
    """Hire to need keeps its month, the program the whole plan; saved is what lies between."""
    need = need_for(tiny)
    found = solve_hires(tiny, need, not_before=START)
    assert hire_to_need(tiny, need, not_before=START)
    assert found.saved >= -1e-6
    assert found.saved == pytest.approx(planned_cost(found.by_need) - planned_cost(found.plan))


def test_desks_limit_hiring(tiny, need_for):
    """A site with no desk to spare gets nobody."""
    need = need_for(tiny)
    assert solve_hires(tiny, need, not_before=START, seats={"Main": 1}).classes == ()


def test_who_needs_nobody_hires_nobody(small, need_for):
    """Ten people for the work of one and a bit stay as they are."""
    inputs = small(4, training=Training(1, 4, 0.1, 4, 8, 1, 8))
    found = solve_hires(inputs, need_for(inputs), not_before=START)
    assert found.classes == ()
    assert found.saved == 0


def test_slower_newcomers_are_iterated(tiny, need_for):
    """With a ramp the program meets its own plan: cost and plan agree within the gap."""
    from wfm.headcount import RampStep

    training = replace(tiny.training, ramp=(RampStep("s", 8, 0.5),))
    inputs = replace(tiny, training=training)
    found = solve_hires(inputs, need_for(inputs), not_before=START, gap=0.0)
    assert found.cost == pytest.approx(planned_cost(found.plan), rel=1e-3)
