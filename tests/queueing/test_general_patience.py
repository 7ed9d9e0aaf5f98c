"""Any law of patience: Erlang A as the special case, and a Markov chain of two kinds of callers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from wfm.queueing import performance
from wfm.queueing.general_patience import general_patience_service, required_general_patience
from wfm.queueing.handle_time_law import service_level_any_handle_time
from wfm.queueing.patience_law import (
    EmpiricalPatience,
    ExponentialPatience,
    LognormalPatience,
    WeibullPatience,
)

LAWS = [
    ExponentialPatience(90.0),
    LognormalPatience(120.0, 1.5),
    WeibullPatience(100.0, 0.6),
    WeibullPatience(100.0, 2.5),
    EmpiricalPatience((0.0, 5.0, 30.0, 200.0, 900.0), (1.0, 0.93, 0.9, 0.5, 0.0)),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_integral_of_survival(law):
    """``waited`` is the integral of ``survival``."""
    for wait_s in (0.3, 7.0, 60.0, 450.0):
        corners = [c for c in law.corners_s() if 0 < c < wait_s] or None
        area = quad(lambda t: float(law.survival(np.array([t]))[0]), 0, wait_s, points=corners)[0]
        assert float(law.waited(np.array([wait_s]))[0]) == pytest.approx(area, rel=1e-7)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.3, 3000), st.floats(-3, 3), st.floats(5, 5000), st.sampled_from([0, 20, 300]))
def test_exponential_patience_is_erlang_a(load, margin, patience_s, threshold_s):
    """The quadrature gives Erlang A's digits."""
    agents = max(1, round(load + margin * math.sqrt(load)))
    found = general_patience_service(
        load * 12, 300, agents, ExponentialPatience(patience_s), threshold_s=threshold_s
    )
    exact = performance(
        "erlang_a", load * 12, 300, agents, patience_s=patience_s, threshold_s=threshold_s
    )
    for name in ("p_wait", "sl_offered", "sl_virtual", "p_abandon", "p_abandon_within_t"):
        assert getattr(found, name) == pytest.approx(float(getattr(exact, name)), abs=1e-10), name
    for name in ("asa_answered_s", "mean_wait_all_s", "mean_queue", "occupancy"):
        assert getattr(found, name) == pytest.approx(float(getattr(exact, name)), rel=1e-7), name


def test_impatient_or_patient_callers_by_markov_chain():
    """A mixture of two exponentials against the chain of both kinds waiting, one agent.

    Survival is given as a dense table; the chain knows nothing of the formula.
    """
    rate, share, leave = 1.2, 0.4, (3.0, 0.25)
    grid = np.concatenate([np.linspace(0, 40, 40_001), [80.0]])
    survival = share * np.exp(-leave[0] * grid) + (1 - share) * np.exp(-leave[1] * grid)
    law = EmpiricalPatience(tuple(grid), tuple(survival))
    found = general_patience_service(rate * 3600, 1.0, 1, law, threshold_s=1.0)
    # the place of each kind in line matters: state = tuple of kinds waiting, up to 9
    states = {None: 0, (): 1}
    layers = [[()]]
    for _ in range(9):
        layers.append([(*line, kind) for line in layers[-1] for kind in (0, 1)])
        for line in layers[-1]:
            states[line] = len(states)
    from scipy.sparse import lil_matrix
    from scipy.sparse.linalg import spsolve

    flow = lil_matrix((len(states), len(states)))
    for line, here in states.items():
        moves = [((), rate)] if line is None else []
        if line is not None:
            moves += [((*line, 0), rate * share), ((*line, 1), rate * (1 - share))]
            moves.append((line[1:] if line else None, 1.0))
            moves += [(line[:k] + line[k + 1 :], leave[kind]) for k, kind in enumerate(line)]
        for there, speed in moves:
            if there in states:
                flow[here, states[there]] += speed
                flow[here, here] -= speed
    balance = flow.T.tolil()
    balance[0, :] = 1.0
    goal = np.zeros(len(states))
    goal[0] = 1.0
    chain = spsolve(balance.tocsr(), goal)
    assert found.p_wait == pytest.approx(1 - chain[0], abs=2e-5)
    lengths = [len(line) if line else 0 for line in states]
    assert found.mean_queue == pytest.approx(float(chain @ lengths), rel=5e-4)


def test_required_is_fewest():
    """One agent fewer misses the target, whatever the law."""
    for law in LAWS:
        agents = required_general_patience(600, 300, law, service_level=0.8)
        levels = [
            general_patience_service(600, 300, n, law).sl_offered for n in (agents - 1, agents)
        ]
        assert levels[0] < 0.8 <= levels[1]


def test_callers_who_never_leave_overload_the_agents():
    """A law that keeps more callers than the agents can take has no steady state."""
    law = EmpiricalPatience((0.0, 10.0), (1.0, 0.9))
    with pytest.raises(ValueError, match="never hang up"):
        general_patience_service(1200, 300, 50, law)


def test_handle_time_law_meets_erlang_c():
    """Spread 1 is Erlang C itself; no spread serves better, more spread worse."""
    levels = service_level_any_handle_time(1200, 300, 108, handle_time_cv=[0, 1, 2])
    assert levels[1] == pytest.approx(float(performance("erlang_c", 1200, 300, 108).sl_offered))
    assert levels[0] > levels[1] > levels[2]


@pytest.mark.parametrize(
    "build",
    [
        lambda: ExponentialPatience(float("nan")),
        lambda: LognormalPatience(10.0, 0.0),
        lambda: WeibullPatience(-1.0, 1.0),
        lambda: EmpiricalPatience((1.0, 2.0), (1.0, 0.5)),
        lambda: EmpiricalPatience((0.0, 2.0), (1.0, 1.5)),
    ],
)
def test_impossible_laws_are_refused(build):
    """NaN, zero spread, negative scale, a table that is no survival function."""
    with pytest.raises(ValueError, match=r"must"):
        build()
