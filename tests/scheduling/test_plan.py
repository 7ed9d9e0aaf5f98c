"""Plans of the call-centre set against their proven values."""

from __future__ import annotations

import time

import numpy as np
import pytest

from wfm.scheduling.flow import cover_cost
from wfm.scheduling.limits import BreakForm, SolveLimits
from wfm.scheduling.plan import plan_days
from wfm.scheduling.problem import staff_on_line
from wfm.scheduling.solver import Engine

OPTIMUM = {"cc50": 1196, "cc200": 4924, "cc1000": 25050}


@pytest.mark.parametrize("name", OPTIMUM)
def test_a_day_is_planned_within_a_thousandth_of_its_bound(centre_set, name: str) -> None:
    """Paid quarter hours plus four for each agent-interval short; optima are proved in the set."""
    plan = plan_days(centre_set.day(name), SolveLimits(gap=0.0009))
    assert OPTIMUM[name] <= plan.objective + 1e-6
    assert plan.objective <= 1.001 * plan.bound
    assert plan.bound <= OPTIMUM[name] + 1e-6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "lowest", "part"), [("cc50", 200, 0.0031), ("cc1000", 3603, 5e-4)]
)
def test_a_week_is_planned_close_to_its_bound(
    centre_set, name: str, lowest: int, part: float
) -> None:
    """(objective - bound) / demand; heads, days and hours of each contract are kept."""
    problem = centre_set.week(name)
    plan = plan_days(problem, SolveLimits(until=time.monotonic() + 120))
    assert plan.bound == pytest.approx(lowest, abs=0.5)
    assert (plan.objective - plan.bound) / problem.demands[0].need.sum() <= part
    for block, counts in zip(problem.blocks, plan.counts, strict=True):
        assert counts.sum() == block.days[0]
        assert block.paid_s[0] <= counts @ problem.catalogue.paid_s <= block.paid_s[1]
        by_day = np.bincount(problem.catalogue.day, weights=counts, minlength=7)
        assert (by_day <= block.heads).all()


@pytest.mark.parametrize("name", ["cc50", "cc1000"])
def test_cbc_stands_in_for_a_day(centre_set, name: str) -> None:
    """The bundled CBC plans a day in Bechtold and Jacobs' form, within half a percent."""
    limits = SolveLimits(gap=0.005, engine=Engine.CBC, form=BreakForm.BECHTOLD_JACOBS)
    plan = plan_days(centre_set.day(name), limits)
    assert plan.bound == pytest.approx(OPTIMUM[name], rel=0.001)
    assert plan.objective <= 1.005 * OPTIMUM[name]


def test_the_objective_is_recomputed_from_counts(centre_set) -> None:
    """Shifts and breaks of a plan, put back on the line, give its price."""
    problem = centre_set.day("cc50")
    plan = plan_days(problem, SolveLimits(gap=0.01))
    totals = plan.counts.sum(axis=0)
    staff = staff_on_line(problem.catalogue, problem.line.length, totals, plan.breaks)
    paid = 4 * totals @ problem.catalogue.paid_s / 3600
    assert plan.objective == pytest.approx(cover_cost(problem, staff) + paid)
    assert (staff >= -1e-9).all()
