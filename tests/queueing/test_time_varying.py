"""Moving days: steady laws, an independent integrator, and where interval staffing fails."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from wfm.queueing import performance, required_agents
from wfm.queueing.simulation import SimulatedGroup, SimulatedQueue, simulate
from wfm.queueing.time_varying import corrected_agents, day_service, staffing_rate

MORNING = [0.13, 0.25, 0.45, 0.65, 0.8, 0.92, 0.98, 1, 0.98, 0.95, 0.92, 0.9, 0.88, 0.86]
EVENING = [0.84, 0.82, 0.8, 0.78, 0.75, 0.7, 0.62, 0.52, 0.42, 0.34, 0.27, 0.22, 0.17, 0.12]
BANK_DAY = np.array([*MORNING, *EVENING])
"""Share of the peak by half hour of a bank's day."""


@pytest.mark.parametrize(("load", "agents"), [(0.4, 1), (50, 52), (50, 38), (600, 610)])
def test_a_steady_day_stays_steady(load, agents, edition):
    """Started in its stationary law and left alone, every interval shows Erlang A."""
    day = day_service([load * 12] * 3, 300, agents, patience_s=120, start="steady")
    still = performance("erlang_a", load * 12, 300, agents, patience_s=120)
    for name in ("sl_offered", "p_wait", "p_abandon", "mean_queue"):
        expected = float(getattr(still, name))
        np.testing.assert_allclose(getattr(day, name), expected, rtol=1e-9, err_msg=name)


def test_forward_equations_against_an_ode_solver():
    """A jump in rate and staff, against scipy's integrator on the same chain."""
    rates, agents, patience_s, aht_s, states = [300.0, 700.0], [30, 52], 90.0, 240.0, 140
    number = np.arange(states)
    law, expected = np.eye(states)[0], []
    for rate, heads in zip(rates, agents, strict=True):
        busy = np.minimum(number, heads)
        up = np.full(states, rate / 3600)
        up[-1] = 0
        down = busy / aht_s + (number - busy) / patience_s

        def move(_, p, up=up, down=down):
            flow = -(up + down) * p
            flow[1:] += up[:-1] * p[:-1]
            flow[:-1] += down[1:] * p[1:]
            return flow

        times = np.linspace(0, 900, 181)
        path = solve_ivp(move, (0, 900), law, "LSODA", times, rtol=1e-10, atol=1e-13).y
        law = path[:, -1]
        weights = np.full(181, 5.0)
        weights[[0, -1]] = 2.5
        expected.append(float((number - busy) @ path @ weights) / 900)
    found = day_service(rates, aht_s, agents, patience_s=patience_s, interval_s=900)
    assert found.mean_queue == pytest.approx(expected, rel=1e-3)


def test_long_calls_break_interval_staffing():
    """Handle times of 30 min: interval by interval misses badly, modified offered load hardly.

    On another bank's day with the same peak (25 Erlang, 80/20) the worst interval was 0.672 against
    0.784 with 2 fewer agent half hours; at 3 min the two agreed, at 10 min 0.771 against 0.801.
    """
    worst, total = {}, {}
    for aht_s in (180, 600, 1800):
        rate = 25 * BANK_DAY * 3600 / aht_s
        for method in ("sipp", "mol"):
            moved = staffing_rate(rate, aht_s, method=method)
            agents = required_agents(
                "erlang_a", moved, aht_s, patience_s=120, service_level=0.8
            ).agents
            level = day_service(rate, aht_s, agents, patience_s=120).sl_offered
            worst[method, aht_s], total[method, aht_s] = float(level.min()), int(agents.sum())
    assert worst["sipp", 180] == pytest.approx(worst["mol", 180], abs=0.01)
    assert worst["mol", 600] > 0.79
    assert worst["sipp", 600] < 0.78
    assert worst["mol", 1800] > 0.77
    assert worst["sipp", 1800] < 0.70
    assert total["mol", 1800] < total["sipp", 1800]


@pytest.mark.slow
def test_large_centres_need_the_peak_of_the_load():
    """Five hundred Erlang, 10 min: in the simulator only the peak load keeps the promise."""
    rate = 500 * BANK_DAY * 6
    worst = {}
    for method in ("sipp", "mol", "mol_peak"):
        moved = staffing_rate(rate, 600, method=method)
        agents = required_agents("erlang_a", moved, 600, patience_s=120, service_level=0.8).agents
        found = simulate(
            np.random.default_rng(1),
            [SimulatedQueue("calls", rate.tolist(), 600, patience_s=120)],
            [SimulatedGroup("g", agents.tolist(), {"calls": 1})],
            replications=30,
        )
        worst[method] = float(found.sl_offered_by_interval.mean.min())
    assert worst["sipp"] < 0.72
    assert worst["mol"] < 0.65
    assert worst["mol_peak"] > 0.78


def test_modified_offered_load_against_its_equation():
    """Mean load over each interval, against fine steps of m' = λ - m / AHT."""
    rate = np.array([10.0, 80.0, 30.0])
    level, expected, step = 2.0, [], 0.05
    for interval in rate:
        total = 0.0
        for _ in range(int(900 / step)):
            middle = level + 0.5 * step * (interval / 3600 - level / 700)
            level += step * (interval / 3600 - middle / 700)
            total += middle * step
        expected.append(total / 900 * 3600 / 700)
    found = staffing_rate(rate, 700, interval_s=900, load_before_erlang=2.0)
    assert found == pytest.approx(expected, rel=1e-6)


def test_lag_moves_the_day_back():
    """A handle time of one interval moves the rates by one, of half an interval by half."""
    rate = [10.0, 20.0, 60.0, 0.0]
    whole = staffing_rate(rate, 1800, method="lag")
    assert whole.tolist() == pytest.approx([10, 10, 20, 60])
    half = staffing_rate(rate, 900, method="lag")
    assert half.tolist() == pytest.approx([10, 15, 40, 30])


def test_corrected_staffing_misses_nowhere():
    """Every interval keeps the target, and taking any one agent away breaks some interval."""
    rate = 25 * BANK_DAY[:10] * 2
    case = {"patience_s": 120}
    agents = corrected_agents(rate, 1800, service_level=0.8, **case)
    assert day_service(rate, 1800, agents, **case).sl_offered.min() >= 0.8
    for i in range(agents.size):
        fewer = agents.copy()
        fewer[i] -= 1
        assert day_service(rate, 1800, fewer, **case).sl_offered.min() < 0.8


def test_closed_and_unstaffed_intervals():
    """No calls give service level 1; calls without agents give 0; nothing is NaN."""
    day = day_service([0, 100, 0], 300, [0, 0, 5], patience_s=60)
    assert day.sl_offered.tolist() == [1, 0, 1]
    assert day.p_abandon[1] == pytest.approx(1 - 60 / 1800, abs=1e-3)
    assert all(np.isfinite(row).all() for row in (day.p_wait, day.mean_queue, day.mean_busy))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arrivals_per_hour": [1.0, math.nan]}, "arrivals_per_hour"),
        ({"agents": [-1, 2]}, "agents"),
        ({"interval_s": 0}, "interval_s"),
        ({"start": "full"}, "start"),
        ({"arrivals_per_hour": 5.0, "agents": 3}, "one list of intervals"),
    ],
)
def test_bad_days_are_refused(change, message):
    """NaN rates, negative staff, empty intervals, unknown starts, a day of one number."""
    good = {"arrivals_per_hour": [5.0, 6.0], "agents": [2, 2]}
    with pytest.raises(ValueError, match=message):
        day_service(aht_s=300, patience_s=60, **(good | change))
