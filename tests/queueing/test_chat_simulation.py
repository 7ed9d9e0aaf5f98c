"""Simulated chats against exact formulas, and both editions of the kernel against each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from wfm.queueing import performance
from wfm.queueing.chat import chat_service
from wfm.queueing.chat_simulation import _arrivals, simulate_chats
from wfm.queueing.compiled import chat_simulation as compiled
from wfm.queueing.kernels import chat_simulation as plain

DAY = {"patience_s": 90.0, "interval_s": 3600.0, "warm_up_s": 7200.0}


def errors(found, exact: float, samples: int) -> float:
    """How many standard errors the estimate is away."""
    return abs(float(found.mean) - exact) / (
        float(found.half_width) / stats.t.ppf(0.975, samples - 1)
    )


def test_one_chat_at_a_time_is_erlang_a():
    """A long day of a queue that never changes, within 3.5 standard errors."""
    rng, hours = np.random.default_rng(3), 40
    found = simulate_chats(
        rng, [200.0] * hours, [16] * hours, [300], threshold_s=20, replications=40, **DAY
    )
    exact = performance("erlang_a", 200, 300, 16, patience_s=90, threshold_s=20)
    for name in ("sl_offered", "p_abandon", "asa_answered_s", "occupancy"):
        assert errors(getattr(found, name), float(getattr(exact, name)), 40) < 3.5, name


@pytest.mark.parametrize("aht_s", [[300, 360, 450], [300, 600], [200, 500, 500, 900]])
def test_one_agent_with_several_chats_is_the_formula(aht_s):
    """With a single agent there is nothing to spread, and birth and death is exact."""
    hours = 300
    found = simulate_chats(
        np.random.default_rng(4), [20.0] * hours, [1] * hours, aht_s, replications=30, **DAY
    )
    exact = chat_service(20, aht_s, 1, patience_s=90, threshold_s=60)
    assert errors(found.sl_offered, exact.sl_offered, 30) < 3.5
    assert errors(found.p_abandon, exact.p_abandon, 30) < 3.5
    assert errors(found.occupancy, 1 - exact.p_agent_idle, 30) < 3.5


def test_many_agents_are_near_the_formula():
    """The formula spreads chats anew at every end, agents do not hand them over: a point or so."""
    hours = 20
    found = simulate_chats(
        np.random.default_rng(5), [400.0] * hours, [15] * hours, [300, 360, 450], **DAY
    )
    exact = chat_service(400, [300, 360, 450], 15, patience_s=90, threshold_s=60)
    assert abs(float(found.sl_offered.mean) - exact.sl_offered) < 0.03
    assert abs(float(found.p_abandon.mean) - exact.p_abandon) < 0.02


def test_both_editions_give_the_same_day():
    """Chance is drawn outside: every chat is answered at the same moment, to the digit."""
    rng = np.random.default_rng(6)
    arrived = _arrivals(rng, np.array([30.0, 80.0, 10.0]), 1800.0, 600.0)
    deadline = arrived + 120 * rng.standard_exponential(len(arrived))
    work = rng.standard_exponential(len(arrived))
    staff, aht = np.array([3, 1, 4]), np.array([300.0, 400.0])
    told = []
    for edition in (plain, compiled):
        begun = np.full(len(arrived), np.nan)
        day = edition.Chats(arrived, deadline, work, staff, aht, 1800.0, 600.0)
        told.append((edition.serve_chats(day, begun), begun))
    assert told[0][0] == told[1][0]
    np.testing.assert_array_equal(told[0][1], told[1][1])
    assert 0 < np.isnan(told[0][1]).sum() < len(arrived)


def test_who_leaves_finishes_and_who_comes_takes_over():
    """By hand: one agent, two at a time at half the pace, gone after the first interval."""
    day = plain.Chats(
        arrived=np.array([0.0, 100.0, 150.0, 1900.0]),
        deadline=np.array([1e9, 1e9, 200.0, 4000.0]),
        work=np.array([1.0, 1.0, 1.0, 1.0]),
        staff=np.array([1, 0, 1]),
        aht=np.array([1000.0, 2000.0]),
        span=1800.0,
        warm_up=0.0,
    )
    begun = np.full(4, np.nan)
    busy_s = plain.serve_chats(day, begun)
    # the first: 100 s alone, then 900 s of work at half pace, so it ends at 1900, after the shift;
    # the second has done 900 of its 1000 s by then and ends at 2000; the third hangs up at 200
    np.testing.assert_array_equal(begun, [0.0, 100.0, np.nan, 3600.0])
    assert busy_s == 2000.0 + 1000.0


def test_nobody_and_nothing():
    """No agents: all hang up. No chats: nothing is known, and no trace."""
    none = simulate_chats(np.random.default_rng(1), [60.0], [0], [300], patience_s=60)
    assert (none.sl_offered.mean, none.p_abandon.mean) == (0.0, 1.0)
    quiet = simulate_chats(np.random.default_rng(1), [0.0], [3], [300], patience_s=60)
    assert np.isnan(quiet.sl_offered.mean)
    assert quiet.occupancy.mean == 0.0


@pytest.mark.parametrize(
    "bad",
    [
        {"aht_by_level_s": []},
        {"aht_by_level_s": [0.0]},
        {"agents": [1, 2]},
        {"agents": [-1]},
        {"arrivals_per_hour": [np.inf]},
        {"patience_s": 0.0},
        {"handle_time_cv": -1.0},
        {"warm_up_s": np.nan},
    ],
)
def test_impossible_numbers_are_refused(bad):
    """ValueError, not a figure."""
    usual = {"arrivals_per_hour": [9.0], "agents": [1], "aht_by_level_s": [300.0]}
    with pytest.raises(ValueError, match=r"must|needed"):
        simulate_chats(np.random.default_rng(1), **{**usual, "patience_s": 60.0, **bad})
