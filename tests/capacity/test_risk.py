"""Risk: seeds repeat, no doubt means no spread, and a binomial's spread is found again."""

from dataclasses import replace

import numpy as np
import pytest

from wfm.capacity import capacity_plan
from wfm.capacity.inputs import OpeningHeads
from wfm.capacity.risk import simulate_risk
from wfm.headcount import TenureBand


def test_the_same_seed_gives_the_same_rows(small, need_for):
    """Two simulations of one seed agree to the last digit, another seed's do not."""
    inputs = small(3)
    plan = capacity_plan(inputs, need_for(inputs))
    first, again, other = (
        simulate_risk(plan, np.random.default_rng(seed), draws=200) for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_without_doubt_need_is_the_plan_s(small, need_for):
    """No spread of contacts, shrinkage or attrition: every quantile is the plan."""
    inputs = small(3)
    inputs = replace(inputs, queue=(replace(inputs.queue[0], spread=(0.0,) * 3),))
    plan = capacity_plan(inputs, need_for(inputs))
    found = simulate_risk(plan, np.random.default_rng(0), draws=100)
    for name in ("need_p50", "need_p80", "need_p95"):
        assert found[name].tolist() == pytest.approx(plan.months["required_fte"].tolist())
    assert found["supply_p50"].tolist() == pytest.approx([10, 10, 10])
    assert (found["p_short"] == 0).all()


def test_leavers_scatter_like_persons(small, need_for):
    """100 people of whom 30 % leave a year: the 5 % quantile is the binomial's, about."""
    inputs = small(
        12,
        attrition=(TenureBand("all", 0, 0.3),),
        headcount=(OpeningHeads("old", "g", "full", "agent", 100.0),),
    )
    plan = capacity_plan(inputs, need_for(inputs))
    found = simulate_risk(plan, np.random.default_rng(0), draws=4000).iloc[-1]
    # half way through the last month 71 of 100 are expected, with a standard deviation of 4.5
    assert found["supply_p50"] == pytest.approx(71, abs=1)
    assert found["supply_p5"] == pytest.approx(71 - 1.645 * 4.5, abs=1.5)


def test_a_wider_forecast_is_a_greater_risk(small, need_for):
    """More doubt about contacts, more chance that 13 people fall short of a need of 11 or 12."""
    inputs = small(3, headcount=(OpeningHeads("old", "g", "full", "agent", 13.0),))
    chance = []
    for spread in (0.05, 0.3):
        queue = replace(inputs.queue[0], spread=(spread,) * 3, contacts=(16000.0,) * 3)
        wide = replace(inputs, queue=(queue,))
        plan = capacity_plan(wide, need_for(wide))
        found = simulate_risk(plan, np.random.default_rng(0), draws=2000)
        chance.append(found["p_short"].mean())
    assert chance[1] > chance[0]
