"""Service of given agents: reference digits, independent sums, laws that must hold, bad input."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.queueing import MODELS, performance
from wfm.queueing.cases import MEASURES

RELATIVE = (
    "p_block",
    "asa_answered_s",
    "mean_wait_all_s",
    "p_abandon",
    "p_abandon_within_t",
    "mean_queue",
)

loads = st.floats(math.log(0.01), math.log(10_000.0)).map(math.exp)
handle_times = st.sampled_from([30.0, 60.0, 180.0, 300.0, 600.0, 1800.0])
patiences = st.floats(math.log(5.0), math.log(1e5)).map(math.exp)
thresholds = st.sampled_from([0.0, 5.0, 20.0, 60.0, 600.0])
staffing = st.floats(-3.0, 3.0)


def test_reference_digits(reference, edition):
    """Every cell of the reference, to 1e-12 absolute or 1e-11 relative."""
    table = reference("erlang")
    for name, rows in table.groupby("model"):
        model = name.removesuffix("_cont")
        service = performance(
            model,
            rows["arrivals_per_hour"],
            rows["aht_s"],
            rows["agents"],
            patience_s=rows["patience_s"] if model == "erlang_a" else None,
            threshold_s=rows["threshold_s"].fillna(0.0),
        )
        for measure in MEASURES:
            known = rows[measure].notna().to_numpy()
            expected, found = rows[measure].to_numpy()[known], getattr(service, measure)[known]
            rtol, atol = (1e-11, 0.0) if measure in RELATIVE else (0.0, 1e-12)
            np.testing.assert_allclose(found, expected, rtol, atol, err_msg=f"{name} {measure}")


@pytest.mark.parametrize(
    ("load", "aht_s", "patience_s", "agents", "threshold_s"),
    [
        (0.01, 300, 5, 1, 20),
        (0.4, 1800, 7000, 1, 0),
        (1.0, 600, 5, 3, 3600),
        (31.0, 180, 95, 31, 20),
        (33.0, 180, 1e5, 34, 60),
        (70.0, 600, 84, 1, 60),
        (150.0, 60, 3600, 90, 600),
        (400.0, 300, 20, 330, 10),
        (900.0, 300, 300, 935, 20),
        (3000.0, 180, 60, 2700, 30),
        (9000.0, 60, 5, 9400, 1),
        (9999.9, 600, 120, 9950, 20),
    ],
)
def test_erlang_a_against_sums_over_states(
    erlang_a_exact, edition, load, aht_s, patience_s, agents, threshold_s
):
    """Erlang A agrees with 50-digit sums over its states, also where references are thin."""
    rate = load * 3600 / aht_s
    service = performance(
        "erlang_a", rate, aht_s, agents, patience_s=patience_s, threshold_s=threshold_s
    )
    exact = erlang_a_exact(
        mp.mpf(rate) * aht_s / 3600,
        mp.mpf(patience_s) / aht_s,
        agents,
        mp.mpf(threshold_s) / patience_s,
    )
    for measure, value in exact.items():
        expected = float(value * patience_s if measure.endswith("_s") else value)
        found = float(getattr(service, measure))
        if measure in RELATIVE and expected > 1e-40:
            assert found == pytest.approx(expected, rel=1e-11), measure
        else:
            assert found == pytest.approx(expected, abs=1e-12), measure


@pytest.mark.parametrize("load", [0.02, 0.7, 5.0, 31.5, 33.0, 64.5, 480.0, 9000.0])
def test_erlang_b_against_sums(erlang_b_exact, erlang_b_continued, edition, load):
    """Erlang B at whole and at real numbers of lines, far below and above the load."""
    for share in (0.2, 0.9, 1.0, 1.1, 1.6):
        whole = max(1, round(load * share))
        found = performance("erlang_b", load, 3600, whole).p_block
        assert float(found) == pytest.approx(float(erlang_b_exact(load, whole)), rel=1e-11)
        found = performance("erlang_b", load, 3600, whole + 0.37).p_block
        expected = float(erlang_b_continued(load, whole + 0.37))
        assert float(found) == pytest.approx(expected, rel=1e-11)


@settings(max_examples=150, deadline=None)
@given(loads, handle_times, patiences, thresholds, staffing)
def test_erlang_a_conserves_flow(load, aht_s, patience_s, threshold_s, margin):
    """What hangs up is the queue over the patience; what is answered keeps the agents busy."""
    agents = max(1, round(load + margin * math.sqrt(load)))
    rate = load * 3600 / aht_s
    service = performance(
        "erlang_a", rate, aht_s, agents, patience_s=patience_s, threshold_s=threshold_s
    )
    load = rate * aht_s / 3600
    leaving = float(service.mean_queue) / (patience_s / aht_s)
    assert load * float(service.p_abandon) == pytest.approx(leaving, rel=1e-12)
    busy = float(service.occupancy) * agents
    assert load * (1 - float(service.p_abandon)) == pytest.approx(busy, rel=1e-12)
    assert all(np.isfinite(getattr(service, name)) for name in MEASURES[1:])


@settings(max_examples=100, deadline=None)
@given(loads, handle_times, patiences, thresholds, staffing, st.sampled_from(MODELS))
def test_one_more_agent_never_hurts(load, aht_s, patience_s, threshold_s, margin, model):
    """Service levels rise, waits, losses and occupancy fall with each agent."""
    agents = max(0, round(load + margin * math.sqrt(load))) + np.arange(4)
    service = performance(
        model,
        load * 3600 / aht_s,
        aht_s,
        agents,
        patience_s=patience_s if model == "erlang_a" else None,
        threshold_s=threshold_s,
    )
    for name in MEASURES:
        values = getattr(service, name)
        if np.isnan(values).all():
            continue
        with np.errstate(invalid="ignore"):
            steps = np.nan_to_num(np.diff(values), nan=0.0)
        scale = 1e-13 * max(1.0, float(np.abs(values[np.isfinite(values)]).max(initial=0.0)))
        good = steps >= -scale if name.startswith("sl_") else steps <= scale
        assert good.all(), (name, values)


@pytest.mark.parametrize("load", [3.0, 45.0, 800.0])
def test_endless_patience_is_erlang_c_and_none_is_erlang_b(load):
    """Erlang A runs from Erlang B (nobody waits) to Erlang C (nobody hangs up)."""
    agents = math.ceil(load + math.sqrt(load))
    waits = performance("erlang_a", load, 3600, agents, patience_s=1e12)
    c = performance("erlang_c", load, 3600, agents)
    np.testing.assert_allclose(waits.sl_offered, c.sl_offered, atol=1e-6)
    np.testing.assert_allclose(waits.asa_answered_s, c.asa_answered_s, rtol=1e-5)
    leaves = performance("erlang_a", load, 3600, agents, patience_s=1e-7)
    b = performance("erlang_b", load, 3600, agents)
    np.testing.assert_allclose(leaves.p_abandon, b.p_block, rtol=1e-6)


def test_no_calls_and_no_agents():
    """Zero calls are served at once; calls without agents are never served; nothing is NaN."""
    quiet = performance("erlang_a", 0, 300, [0, 5], patience_s=60)
    assert quiet.sl_offered.tolist() == [1, 1]
    assert quiet.p_wait.tolist() == [0, 0]
    alone = performance("erlang_a", 100, 300, 0, patience_s=60)
    assert (float(alone.p_abandon), float(alone.sl_offered)) == (1, 0)
    assert float(alone.mean_wait_all_s) == 60
    overload = performance("erlang_c", 100, 300, [0, 5])
    assert overload.p_wait.tolist() == [1, 1]
    assert np.isinf(overload.asa_answered_s).all()
    assert performance("erlang_b", [0, 10], 300, [3, 0]).p_block.tolist() == [0, 1]


def test_continued_erlang_c_between_whole_agents():
    """Between whole agents the gamma continuation lies above the straight line."""
    agents = np.array([13.0, 13.25, 13.5, 14.0])
    smooth = performance("erlang_c", 200, 180, agents).sl_offered
    straight = performance("erlang_c", 200, 180, agents, agents_between="linear").sl_offered
    assert smooth[0] == straight[0]
    assert smooth[3] == straight[3]
    assert (smooth[1:3] > straight[1:3]).all()
    assert straight[2] == pytest.approx((straight[0] + straight[3]) / 2)


def test_arrays_broadcast():
    """A column of rates against a row of agents gives a table."""
    service = performance("erlang_c", [[100.0], [200.0]], 180, [8, 12, 16])
    assert service.sl_offered.shape == (2, 3)
    single = performance("erlang_c", 200.0, 180, 12).sl_offered
    assert service.sl_offered[1, 1] == single


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize(
    "name", ["arrivals_per_hour", "aht_s", "agents", "patience_s", "threshold_s"]
)
def test_bad_numbers_are_named(name, value):
    """NaN, infinity and negative numbers are refused with the argument's name and the value."""
    good = {
        "arrivals_per_hour": 100,
        "aht_s": 180,
        "agents": 10,
        "patience_s": 60,
        "threshold_s": 20,
    }
    with pytest.raises(ValueError, match=rf"{name} .*got {value:g}"):
        performance("erlang_a", **(good | {name: [good[name], value]}))


def test_unknown_names_are_refused():
    """A model, a way between agents that does not exist, a forgotten patience."""
    with pytest.raises(ValueError, match="model must be one of"):
        performance("erlang_x", 100, 180, 10)
    with pytest.raises(ValueError, match="agents_between"):
        performance("erlang_c", 100, 180, 10, agents_between="cubic")
    with pytest.raises(ValueError, match="patience_s"):
        performance("erlang_a", 100, 180, 10)
