"""The simulator against exact formulas, and the rules it must obey call by call."""

import math

import numpy as np
import pytest
from scipy import stats

from wfm.queueing import performance
from wfm.queueing.blending import blend_service
from wfm.queueing.general_patience import general_patience_service
from wfm.queueing.handle_time_law import service_level_any_handle_time
from wfm.queueing.patience_law import ExponentialPatience
from wfm.queueing.priority import priority_service
from wfm.queueing.redials import redial_service
from wfm.queueing.simulation import (
    SimulatedGroup,
    SimulatedQueue,
    simulate,
    simulate_line,
)
from wfm.queueing.time_varying import day_service


def standard_errors(estimate, exact, samples):
    """How many standard errors the estimate is away."""
    per_error = stats.t.ppf(0.975, samples - 1)
    return np.abs(estimate.mean - exact) / (estimate.half_width / per_error)


@pytest.mark.slow
@pytest.mark.parametrize(("load", "agents"), [(5, 5), (50, 52), (500, 459)])
def test_ten_million_calls_are_erlang_a(load, agents):
    """Exact Erlang A within three standard errors at 10 million calls."""
    found = simulate_line(
        np.random.default_rng(12), load * 12, 300, agents, calls=10_000_000, patience_s=120
    )
    exact = performance("erlang_a", load * 12, 300, agents, patience_s=120)
    for name in ("p_wait", "sl_offered", "p_abandon", "asa_answered_s", "mean_wait_all_s"):
        away = standard_errors(getattr(found, name), float(getattr(exact, name)), 50)
        assert away < 3, name
    assert found.sl_offered.half_width < 0.004


def test_a_short_run_without_compiler_is_erlang_a():
    """The plain edition draws the same kind of calls."""
    found = simulate_line(np.random.default_rng(2), 600, 300, 50, calls=30_000, patience_s=60)
    exact = performance("erlang_a", 600, 300, 50, patience_s=60)
    assert standard_errors(found.sl_offered, float(exact.sl_offered), 50) < 4
    assert standard_errors(found.p_abandon_within_t, float(exact.p_abandon_within_t), 50) < 4


def one_queue(hours: int, rate: float = 600.0, **more) -> list[SimulatedQueue]:
    """A queue that never changes."""
    return [SimulatedQueue("calls", [rate] * hours, 300, **more)]


@pytest.mark.slow
def test_centre_against_every_formula():
    """Erlang A, two priorities, blending and redials, each within 3.5 standard errors."""
    rng = np.random.default_rng(31)
    case = {"interval_s": 3600, "replications": 20, "warm_up_s": 7200}
    alone = simulate(
        rng, one_queue(50, patience_s=120), [SimulatedGroup("g", [52] * 50, {"calls": 1})], **case
    )
    exact = performance("erlang_a", 600, 300, 52, patience_s=120)
    for name in ("sl_offered", "p_abandon", "asa_answered_s", "mean_wait_all_s", "occupancy"):
        away = standard_errors(getattr(alone, name), float(getattr(exact, name)), 20)
        assert (away < 3.5).all(), name

    important = SimulatedQueue("high", [40.0] * 200, 180, priority=0)
    other = SimulatedQueue("low", [120.0] * 200, 180, priority=1)
    crew = [SimulatedGroup("g", [10] * 200, {"high": 1, "low": 1})]
    two = simulate(rng, [important, other], crew, **case)
    waits = np.array(priority_service(10, [2.0, 6.0], 180).mean_wait_s)
    assert (standard_errors(two.mean_wait_all_s, waits, 20) < 3.5).all()

    crew = [SimulatedGroup("g", [70] * 50, {"calls": 1}, idle_reserved=4, outbound_aht_s=300)]
    mixed = simulate(rng, one_queue(50, patience_s=120), crew, **case)
    blend = blend_service(600, 300, 70, 4, patience_s=120)
    for name in ("sl_offered", "p_abandon", "occupancy", "outbound_per_hour"):
        away = standard_errors(getattr(mixed, name), getattr(blend, name), 20)
        assert (away < 3.5).all(), name

    queue = one_queue(50, patience_s=120, redial_probability=0.7, redial_delay_s=7200)
    crew = [SimulatedGroup("g", [45] * 50, {"calls": 1})]
    again = simulate(rng, queue, crew, **(case | {"warm_up_s": 100_000}))
    redial = redial_service(600, 300, 45, patience_s=120, redial_probability=0.7)
    # redials that come back in bursts make service a little worse than the fixed point says
    assert float(again.p_abandon.mean[0]) == pytest.approx(redial.p_abandon_attempt, rel=0.03)
    assert float(again.sl_offered.mean[0]) == pytest.approx(redial.sl_offered_attempts, abs=0.02)


@pytest.mark.slow
def test_stated_approximation_for_other_handle_times():
    """Allen-Cunneen against lognormal handle times: the errors that its docstring admits."""
    for cv, error in ((0.5, 0.02), (1.5, 0.045)):
        found = simulate_line(
            np.random.default_rng(5), 1200, 300, 106, calls=6_000_000, handle_time_cv=cv
        )
        stated = float(service_level_any_handle_time(1200, 300, 106, handle_time_cv=cv))
        assert float(found.sl_offered.mean) == pytest.approx(stated, abs=error)
        assert (found.sl_offered.mean > stated) == (cv > 1)


@pytest.mark.slow
def test_handle_time_law_matters_little_under_abandonment():
    """Erlang A stays within 0.01 for lognormal handle times of spread 1.2."""
    found = simulate_line(
        np.random.default_rng(6), 1200, 300, 98, calls=4_000_000, patience_s=120, handle_time_cv=1.2
    )
    plain = performance("erlang_a", 1200, 300, 98, patience_s=120)
    same = general_patience_service(1200, 300, 98, ExponentialPatience(120))
    assert float(found.sl_offered.mean) == pytest.approx(float(plain.sl_offered), abs=0.01)
    assert same.sl_offered == pytest.approx(float(plain.sl_offered), abs=1e-9)


@pytest.mark.slow
def test_a_moving_day_against_forward_equations():
    """Rate and staff that change: service by interval within four standard errors."""
    rate, agents = [100.0, 400.0, 700.0, 300.0], [12, 34, 58, 40]
    found = simulate(
        np.random.default_rng(9),
        [SimulatedQueue("calls", rate, 300, patience_s=150)],
        [SimulatedGroup("g", agents, {"calls": 1})],
        replications=400,
    )
    exact = day_service(rate, 300, agents, patience_s=150).sl_offered
    estimate = found.sl_offered_by_interval
    # a replication's mean of ratios leans a little; the cut in staff is softer in the simulator
    gap = np.abs(estimate.mean[:, 0] - exact)
    assert (gap < 2.1 * estimate.half_width[:, 0] + 0.004).all()


def small_centre() -> tuple[list[SimulatedQueue], list[SimulatedGroup]]:
    """Two tiers, redials, transfers, changing staff: every rule once."""
    queues = [
        SimulatedQueue(
            "first", [120.0, 200.0, 90.0], 200, patience_s=90, transfer_to="second",
            transfer_probability=0.25, redial_probability=0.5, redial_delay_s=300,
        ),
        SimulatedQueue("second", [0.0, 20.0, 0.0], 400, handle_time_cv=0.6, patience_s=300),
    ]  # fmt: skip
    groups = [
        SimulatedGroup("front", [6, 9, 4], {"first": 1}),
        SimulatedGroup("back", [4, 6, 2], {"second": 1, "first": 2}, speed=1.2),
    ]
    return queues, groups


def test_both_editions_draw_the_same_day(monkeypatch):
    """Same seed, same calls, compiled or not."""
    results = []
    for rows in (0, 10**9):
        monkeypatch.setattr("wfm.queueing.editions.COMPILED_FROM_ROWS", rows)
        results.append(simulate(np.random.default_rng(4), *small_centre(), replications=3))
    np.testing.assert_array_equal(results[0].offered.mean, results[1].offered.mean)
    np.testing.assert_allclose(results[0].sl_offered.mean, results[1].sl_offered.mean, rtol=1e-12)
    np.testing.assert_allclose(results[0].occupancy.mean, results[1].occupancy.mean, rtol=1e-9)


def test_workers_do_not_change_the_answer():
    """Replications get their own chance, so two threads give what one gives."""
    one = simulate(np.random.default_rng(4), *small_centre(), replications=4)
    two = simulate(np.random.default_rng(4), *small_centre(), replications=4, workers=2)
    np.testing.assert_array_equal(one.sl_offered.mean, two.sl_offered.mean)


def test_nobody_is_lost_from_the_books():
    """Answered and abandoned shares add up; transfers and redials are offered again."""
    result = simulate(np.random.default_rng(8), *small_centre(), replications=40)
    fresh = np.array([205.0, 10.0])
    assert result.offered.mean[0] > fresh[0]
    answered = result.offered.mean[0] * (1 - result.p_abandon.mean[0])
    assert result.offered.mean[1] == pytest.approx(fresh[1] + 0.25 * answered, rel=0.1)


def test_leaving_agents_finish_their_call():
    """Staff goes to nobody: calls in progress end, later ones wait in vain."""
    queue = SimulatedQueue("calls", [600.0, 600.0], 300, patience_s=60)
    crew = SimulatedGroup("g", [60, 0], {"calls": 1})
    result = simulate(np.random.default_rng(3), [queue], [crew], replications=20)
    level = result.sl_offered_by_interval.mean[:, 0]
    assert level[0] > 0.9
    assert level[1] == 0
    # 50 busy agents, half of whose 300 s fall after the end: more work done than agents present
    assert result.occupancy.mean[0] > 50 / 60 * 0.9


def test_who_is_taken_first():
    """Priority favours the important queue; the longest wait treats both alike."""
    queues = [
        SimulatedQueue("high", [100.0] * 20, 180, priority=0, patience_s=600),
        SimulatedQueue("low", [100.0] * 20, 180, priority=1, patience_s=600),
    ]
    crew = [SimulatedGroup("g", [10] * 20, {"high": 1, "low": 1})]
    ranked = simulate(np.random.default_rng(6), queues, crew, replications=10)
    fair = simulate(
        np.random.default_rng(6), queues, crew, replications=10, agents_pick="longest_wait"
    )
    assert ranked.mean_wait_all_s.mean[0] < 0.5 * ranked.mean_wait_all_s.mean[1]
    assert fair.mean_wait_all_s.mean[0] == pytest.approx(fair.mean_wait_all_s.mean[1], rel=0.15)


def test_calls_try_groups_by_rank():
    """With plenty of agents the second choice is never needed."""
    queue = SimulatedQueue("calls", [60.0], 180)
    crew = [SimulatedGroup("a", [40], {"calls": 1}), SimulatedGroup("b", [40], {"calls": 2})]
    result = simulate(np.random.default_rng(1), [queue], crew, replications=3)
    assert result.occupancy.mean[0] > 0
    assert result.occupancy.mean[1] == 0


def test_half_width_is_students():
    """The interval is Student's over replications; a single one has none."""
    queue = [SimulatedQueue("calls", [200.0], 180, patience_s=60)]
    crew = [SimulatedGroup("g", [10], {"calls": 1})]
    rng = np.random.default_rng(77)
    single = [
        simulate(np.random.Generator(type(rng.bit_generator)(seed)), queue, crew, replications=1)
        for seed in rng.bit_generator.seed_seq.spawn(12)
    ]
    levels = [float(run.p_abandon.mean[0]) for run in single]
    assert all(math.isnan(run.p_abandon.half_width[0]) for run in single)
    half = stats.sem(levels) * stats.t.ppf(0.975, 11)
    many = simulate(np.random.default_rng(78), queue, crew, replications=200).p_abandon
    assert abs(np.mean(levels) - many.mean[0]) < half + many.half_width[0] + 0.01
    assert many.half_width[0] == pytest.approx(half * math.sqrt(12 / 200), rel=0.6)


@pytest.mark.parametrize(
    ("queue", "group", "message"),
    [
        ({"aht_s": math.nan}, {}, "aht_s"),
        ({"patience_s": 0.0}, {}, "patience_s"),
        ({"arrivals_per_hour": [-1.0]}, {}, "arrivals_per_hour"),
        ({"redial_probability": 1.0}, {}, "redial_probability"),
        ({}, {"agents": [-1]}, "agents"),
        ({}, {"agents": [1, 2]}, "same intervals"),
        ({}, {"serves": {"mail": 1}}, "unknown queue 'mail'"),
        ({"transfer_to": "x", "transfer_probability": 0.5}, {}, "unknown queue 'x'"),
    ],
)
def test_impossible_centres_are_refused(queue, group, message):
    """Bad numbers, intervals that do not match, names that do not exist."""
    good_queue = {"name": "calls", "arrivals_per_hour": [60.0], "aht_s": 180.0}
    good_group = {"name": "g", "agents": [5], "serves": {"calls": 1}}
    with pytest.raises(ValueError, match=message):
        simulate(
            np.random.default_rng(0),
            [SimulatedQueue(**(good_queue | queue))],
            [SimulatedGroup(**(good_group | group))],
        )
