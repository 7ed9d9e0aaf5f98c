"""Staffing by simulation against the forward equations, and where only it can help."""

import numpy as np
import pytest

from wfm.queueing import required_agents
from wfm.queueing.simulated_staffing import simulated_agents
from wfm.queueing.simulation import SimulatedQueue
from wfm.queueing.time_varying import corrected_agents, day_service, staffing_rate

RATES = [10.0, 20, 30, 40, 50, 50, 45, 40, 30, 20, 10]


def test_the_simulated_correction_is_near_the_exact_one():
    """Exponential long calls: within an agent of the forward equations in every interval."""
    exact = corrected_agents(RATES, 1800, patience_s=120, service_level=0.8)
    sipp = required_agents("erlang_a", RATES, 1800, patience_s=120, service_level=0.8).agents
    queue = SimulatedQueue("q", RATES, 1800, patience_s=120)
    found = simulated_agents(3, queue, sipp, service_level=0.8, replications=400)
    assert (found.sl_offered >= 0.8).all()
    assert np.abs(found.agents - exact).max() <= 2
    assert abs(int(found.agents.sum() - exact.sum())) <= 4
    level = day_service(RATES, 1800, found.agents, patience_s=120).sl_offered
    assert level.min() > 0.77


def test_a_large_centre_is_corrected():
    """500 Erlang, calls of 10 min: interval by interval falls short, the correction does not."""
    rates = [1000.0, 1500, 2000, 2500, 3000, 3000, 2500]
    sipp = required_agents("erlang_a", rates, 600, patience_s=120, service_level=0.8).agents
    queue = SimulatedQueue("q", rates, 600, patience_s=120)
    before = simulated_agents(1, queue, sipp, service_level=0.8, replications=20, rounds=1)
    assert before.sl_offered.min() < 0.75
    moved = staffing_rate(rates, 600, method="mol")
    start = required_agents("erlang_a", moved, 600, patience_s=120, service_level=0.8).agents
    found = simulated_agents(1, queue, start, service_level=0.8, replications=20)
    assert (found.sl_offered >= 0.8).all()
    assert (found.half_width < 0.1).all()


@pytest.mark.parametrize("target", [0.0, 1.0, -1])
def test_impossible_targets_are_refused(target):
    """A service level lies between 0 and 1."""
    queue = SimulatedQueue("q", RATES, 1800, patience_s=120)
    with pytest.raises(ValueError, match="service_level"):
        simulated_agents(1, queue, np.ones(11, dtype=int), service_level=target)
