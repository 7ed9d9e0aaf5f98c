"""Smallest agents: reference rows, brute force, and which part binds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.queueing import (
    DEFINITIONS,
    PARTS,
    carried_per_hour,
    neighbours,
    performance,
    required_agents,
)
from wfm.queueing.cases import required as required_cases


def test_reference_rows(reference, edition):
    """The exact integer on every row of the reference."""
    table = reference("staffing")
    found = required_cases(table.drop(columns="agents_required"))["agents_required"]
    assert found.tolist() == table["agents_required"].tolist()


@settings(max_examples=120, deadline=None)
@given(
    st.floats(math.log(0.01), math.log(3000.0)).map(math.exp),
    st.sampled_from([60.0, 300.0, 1800.0]),
    st.floats(math.log(5.0), math.log(1e5)).map(math.exp),
    st.sampled_from([0.0, 20.0, 120.0]),
    st.sampled_from([0.3, 0.5, 0.8, 0.95, 0.999]),
    st.sampled_from(DEFINITIONS),
)
def test_erlang_a_is_smallest(load, aht_s, patience_s, threshold_s, level, definition):
    """The answer keeps the promise and one agent fewer does not."""
    case = {"patience_s": patience_s, "threshold_s": threshold_s}
    rate = load * 3600 / aht_s
    need = required_agents(
        "erlang_a", rate, aht_s, service_level=level, definition=definition, **case
    )
    agents = int(need.agents)
    levels = getattr(neighbours("erlang_a", rate, aht_s, agents, **case), f"sl_{definition}")
    assert levels[1] >= level - 1e-14
    assert agents == 0 or levels[0] < level


@settings(max_examples=120, deadline=None)
@given(
    st.floats(math.log(0.01), math.log(9000.0)).map(math.exp),
    st.sampled_from([60.0, 300.0, 1800.0]),
    st.sampled_from([0.0, 1.0, 20.0, 900.0, 7200.0]),
    st.sampled_from([0.1, 0.5, 0.8, 0.99, 0.99999]),
)
def test_erlang_c_is_smallest(load, aht_s, threshold_s, level):
    """The answer keeps the promise and one agent fewer does not, for every route of the solver."""
    rate = load * 3600 / aht_s
    agents = int(
        required_agents(
            "erlang_c", rate, aht_s, service_level=level, threshold_s=threshold_s
        ).agents
    )
    levels = neighbours("erlang_c", rate, aht_s, agents, threshold_s=threshold_s).sl_offered
    assert levels[1] >= level - 1e-13
    assert levels[0] < level


@pytest.mark.parametrize("model", ["erlang_c", "erlang_a"])
@pytest.mark.parametrize("load", [0.3, 12.0, 240.0])
def test_each_part_against_brute_force(model, load, edition):
    """ASA, abandonment and occupancy, each against trying every number in turn."""
    patience = {"patience_s": 90.0} if model == "erlang_a" else {}
    need = required_agents(
        model,
        load * 20,
        180,
        service_level=0.9,
        max_asa_s=8.0,
        max_abandonment=0.02,
        max_occupancy=0.85,
        min_agents=3,
        **patience,
    )
    tried = np.arange(0, 400)
    service = performance(model, load * 20, 180, tried, **patience)
    firsts = {
        "service_level": np.argmax(service.sl_offered >= 0.9),
        "asa": np.argmax(service.asa_answered_s <= 8.0),
        "abandonment": np.argmax(service.p_abandon <= 0.02),
        "occupancy": np.argmax(service.occupancy <= 0.85),
        "min_agents": 3,
    }
    assert dict(zip(PARTS, need.by_part.tolist(), strict=True)) == firsts
    assert int(need.agents) == max(firsts.values())
    assert firsts[str(need.binding)] == max(firsts.values())


def test_known_traps_of_other_tools():
    """Fewer agents than the load under abandonment; fractions of a half; targets of minutes."""
    big = required_agents("erlang_a", 60_000, 300, patience_s=120, service_level=0.8)
    assert int(big.agents) == 4373
    half = required_agents("erlang_c", [112.0, 10.0, 50.0], 180, service_level=0.01)
    assert half.agents.tolist() == [6, 1, 3]
    patient = performance("erlang_a", 9000, 60, 150, patience_s=300, threshold_s=300)
    assert float(patient.sl_offered) == pytest.approx(0.980, abs=5e-4)


def test_erlang_b_lines():
    """Fewest lines for a blocking probability, against trying every number."""
    for load in (0.2, 7.5, 63.0, 65.0, 900.0):
        blocked = performance("erlang_b", load, 3600, np.arange(1500)).p_block
        need = required_agents("erlang_b", load, 3600, service_level=0.99)
        assert int(need.agents) == int(np.argmax(blocked <= 0.01 + 1e-14))


def test_no_calls_need_nobody():
    """Zero calls: nobody, unless a minimum is asked for."""
    need = required_agents("erlang_a", [0, 0], 180, patience_s=60, service_level=0.8)
    assert need.agents.tolist() == [0, 0]
    assert need.binding.tolist() == ["none", "none"]
    kept = required_agents("erlang_c", 0, 180, service_level=0.8, min_agents=2)
    assert (int(kept.agents), str(kept.binding)) == (2, "min_agents")


@pytest.mark.parametrize("model", ["erlang_b", "erlang_c", "erlang_a"])
def test_carried_load_is_the_inverse(model):
    """At the carried rate the agents suffice, a thousandth above it they do not."""
    patience = {"patience_s": 100.0} if model == "erlang_a" else {}
    agents = np.array([1, 7, 40, 300])
    rate = carried_per_hour(model, agents, 240, service_level=0.8, **patience)
    for factor, enough in ((0.999999, True), (1.001, False)):
        need = required_agents(model, rate * factor, 240, service_level=0.8, **patience)
        assert ((need.agents <= agents) == enough).all()


def test_carried_load_needs_a_target():
    """Without a target the question has no answer."""
    with pytest.raises(ValueError, match="a target is needed"):
        carried_per_hour("erlang_c", 10, 180)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("service_level", 1.0),
        ("service_level", float("nan")),
        ("max_asa_s", 0.0),
        ("max_abandonment", -0.1),
        ("max_occupancy", float("inf")),
        ("min_agents", -1),
        ("definition", "sl"),
    ],
)
def test_impossible_targets_are_named(argument, value):
    """A target out of range is refused with its name."""
    with pytest.raises(ValueError, match=argument):
        required_agents("erlang_a", 100, 180, patience_s=60, **{argument: value})


def test_erlang_b_has_no_wait():
    """Asking Erlang B for an ASA is a mistake, not a zero."""
    with pytest.raises(ValueError, match="erlang_b knows no wait"):
        required_agents("erlang_b", 100, 180, max_asa_s=10)


@pytest.mark.parametrize("model", ["erlang_a", "erlang_b", "erlang_c"])
def test_loads_too_large_to_tell_numbers_of_agents_apart_are_refused(model):
    """A load of 1e15 erlang is an error at once; 1e9 erlang have their answer."""
    patience = {"patience_s": 60} if model == "erlang_a" else {}
    with pytest.raises(ValueError, match=r"below 1e\+15, got 5e\+18"):
        required_agents(model, 1e20, 180, service_level=0.8, **patience)
    if model == "erlang_c":
        assert required_agents(model, 2e10, 180, service_level=0.8).agents > 1e9
