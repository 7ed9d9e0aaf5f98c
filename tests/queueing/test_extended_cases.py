"""Models past Erlang: reference digits, limits that must meet, bad input."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.errors import InputError
from wfm.queueing import performance, required_agents
from wfm.queueing.blending import blend_service
from wfm.queueing.cases import extended
from wfm.queueing.chat import chat_service, required_chat_agents
from wfm.queueing.extended_cases import extended_value
from wfm.queueing.finite_lines import finite_lines_service
from wfm.queueing.priority import priority_service
from wfm.queueing.redials import redial_service
from wfm.queueing.uncertain_rate import required_under_uncertainty, uncertain_service


def test_reference_digits(reference):
    """Every row within 1e-9 relative, the gamma mixture within 1e-6."""
    table = reference("extended")
    found = extended(table.drop(columns="value"))["value"]
    mixed = (table["model"] == "gamma_rate").to_numpy()
    np.testing.assert_allclose(found[mixed], table["value"][mixed], rtol=1e-6)
    np.testing.assert_allclose(found[~mixed], table["value"][~mixed], rtol=1e-9)


def _two_classes_by_states(agents: int, high: float, low: float) -> tuple[float, float]:
    """Mean queues of two priority classes, by the stationary law of both queues cut off far out."""
    size = 60
    states = {(i, 0, 0): i for i in range(agents)}
    for q in range(size):
        for r in range(size):
            states[agents, q, r] = len(states)
    rates = np.zeros((len(states), len(states)))
    for (busy, q, r), here in states.items():
        moves = {}
        if busy < agents:
            moves[(busy + 1, 0, 0)] = high + low
            if busy:
                moves[(busy - 1, 0, 0)] = busy
        else:
            moves[(busy, q + 1, r)] = high
            moves[(busy, q, r + 1)] = low
            after = (busy, q - 1, r) if q else (busy, q, r - 1) if r else (busy - 1, 0, 0)
            moves[after] = agents
        for there, rate in moves.items():
            if there in states:
                rates[here, states[there]] += rate
    rates -= np.diag(rates.sum(axis=1))
    balance = np.vstack([rates.T[:-1], np.ones(len(states))])
    goal = np.zeros(len(states))
    goal[-1] = 1.0
    law = np.linalg.solve(balance, goal)
    queues = [[key[1], key[2]] for key in states]
    return tuple(law @ np.array(queues))


def test_priority_against_its_markov_chain():
    """Waits of both classes agree with the stationary law of the two queues."""
    high_queue, low_queue = _two_classes_by_states(2, 0.5, 0.7)
    high_s, low_s = priority_service(2, [0.5, 0.7], 100).mean_wait_s
    assert high_s == pytest.approx(100 * high_queue / 0.5, rel=1e-6)
    assert low_s == pytest.approx(100 * low_queue / 0.7, rel=1e-6)


def test_priority_overload_starves_the_low_class_only():
    """With more load than agents the important class still waits a finite time."""
    high_s, low_s = priority_service(10, [6.0, 6.0], 180).mean_wait_s
    assert math.isfinite(high_s)
    assert low_s == math.inf


@settings(max_examples=40, deadline=None)
@given(st.floats(0.5, 300), st.integers(1, 320), st.floats(10, 2000), st.sampled_from([0, 20, 300]))
def test_relatives_meet_erlang_a(load, agents, patience_s, threshold_s):
    """No redials, one chat a head, every agent reserved, lines without end: all are Erlang A."""
    case = {"patience_s": patience_s, "threshold_s": threshold_s}
    plain = performance("erlang_a", load * 12, 300, agents, **case)
    level = float(plain.sl_offered)
    chat = chat_service(load * 12, [300], agents, **case)
    redial = redial_service(load * 12, 300, agents, redial_probability=0, **case)
    blend = blend_service(load * 12, 300, agents, agents, **case)
    lines = agents + int(load * (1 + patience_s / 10)) + 400
    finite = finite_lines_service(load * 12, 300, agents, lines, **case)
    assert chat.sl_offered == pytest.approx(level, abs=1e-11)
    assert redial.sl_offered_attempts == pytest.approx(level, abs=1e-11)
    assert blend.sl_offered == pytest.approx(level, abs=1e-11)
    assert finite.sl_of_all == pytest.approx(level, abs=1e-10)
    assert blend.outbound_per_hour == pytest.approx(0, abs=1e-6)
    assert chat.mean_chats == pytest.approx(float(plain.occupancy) * agents, rel=1e-9)


def test_no_waiting_place_is_erlang_b():
    """As many lines as agents: nobody waits, the rest is lost."""
    service = finite_lines_service(600, 300, 40, 40, patience_s=60)
    lost = float(performance("erlang_b", 600, 300, 40).p_block)
    assert service.p_block == pytest.approx(lost, rel=1e-12)
    assert service.p_wait_of_all == 0


def test_blend_conserves_work():
    """Occupied time is inbound answered plus outbound done."""
    service = blend_service(600, 300, 70, 4, patience_s=120)
    inbound = 50 * (1 - service.p_abandon)
    outbound = service.outbound_per_hour * 300 / 3600
    assert inbound + outbound == pytest.approx(service.occupancy * 70, rel=1e-12)


def test_redials_conserve_callers():
    """Attempts times answered share is the share of callers served in the end."""
    service = redial_service(600, 300, 45, patience_s=120, redial_probability=0.7)
    served = service.attempts_per_fresh_call * (1 - service.p_abandon_attempt)
    assert served == pytest.approx(1 - service.p_never_served, rel=1e-12)


def test_uncertain_rate_against_sampling():
    """The three averages against 40 000 drawn rates, within five standard errors."""
    rng = np.random.default_rng(11)
    factor = rng.gamma(25.0, 1 / 25.0, 40_000)
    levels = performance("erlang_a", 1200 * factor, 300, 105, patience_s=300).sl_offered
    found = uncertain_service(1200, 300, 105, rate_cv=0.2, patience_s=300).sl_offered
    error = 5 * levels.std() / 200
    assert found.per_interval == pytest.approx(levels.mean(), abs=error)
    assert found.per_call == pytest.approx(np.average(levels, weights=factor), abs=2 * error)


def test_certainty_needs_fewest():
    """Without spread the answer is Erlang A's; the wider the forecast, the more agents."""
    case = {"patience_s": 120, "service_level": 0.8}
    needs = [required_under_uncertainty(600, 300, rate_cv=cv, **case) for cv in (0, 0.1, 0.3)]
    plain = required_agents("erlang_a", 600, 300, **case)
    assert needs[0] == int(plain.agents)
    assert needs[0] < needs[1] < needs[2]


def test_chat_agents_are_fewest():
    """One chat agent fewer misses the target."""
    case = {"patience_s": 120, "threshold_s": 30}
    agents = required_chat_agents(2000, [300, 360, 450], service_level=0.8, **case)
    levels = [
        chat_service(2000, [300, 360, 450], n, **case).sl_offered for n in (agents - 1, agents)
    ]
    assert levels[0] < 0.8 <= levels[1]


def test_every_bad_row_is_told():
    """Unknown model, missing or bad parameter, unknown metric: one line each, with its row."""
    table = pd.DataFrame(
        [
            (
                "blend",
                "a_inbound=10;aht_s=300;patience_s=120;n=20;idle_reserved=2;T_s=20",
                "p_wait",
            ),
            ("queue", "n=3", "p_wait"),
            ("priority2", "n=10;a_high=2", "p_wait"),
            ("priority2", "n=ten;a_high=2;a_low=2;aht_s=180", "p_wait"),
            ("priority2", "n=10;a_high=2;a_low=2;aht_s=180", "speed"),
            ("chat_even", "arrivals_per_hour=9;aht_s=300;n=2.5;patience_s=9", "p_wait"),
        ],
        columns=["model", "params", "metric"],
    )
    with pytest.raises(InputError) as caught:
        extended(table)
    assert [problem.row for problem in caught.value.problems] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("value", ["nan", "-1", "inf"])
def test_bad_numbers_are_named(value):
    """NaN, negative and infinite parameters are refused by name."""
    params = f"a=10;aht_s=300;patience_s={value};n=10;lines=12;T_s=20"
    with pytest.raises(ValueError, match="patience_s"):
        extended_value("finite_lines", params, "p_block")
