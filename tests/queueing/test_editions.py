"""Plain and compiled formulas: the same answers, and no compiler where none is needed."""

import subprocess
import sys

import numpy as np
import pytest

from wfm.queueing import performance, required_agents
from wfm.queueing.cases import MEASURES


def grid() -> dict[str, np.ndarray]:
    """Five hundred mixed cases, every branch of the formulas among them."""
    rng = np.random.default_rng(5)
    load = np.exp(rng.uniform(np.log(0.01), np.log(9000), 500))
    return {
        "arrivals_per_hour": load * 12,
        "aht_s": np.full(500, 300.0),
        "agents": np.maximum(1, np.round(load + rng.normal(size=500) * 2 * np.sqrt(load))),
        "patience_s": np.exp(rng.uniform(np.log(5), np.log(1e5), 500)),
        "threshold_s": rng.choice([0.0, 20.0, 300.0], 500),
    }


@pytest.mark.parametrize("model", ["erlang_b", "erlang_c", "erlang_a"])
def test_both_editions_agree(model, monkeypatch):
    """Compiled and plain results are equal to rounding."""
    case = grid()
    if model != "erlang_a":
        del case["patience_s"]
    results = []
    for rows in (0, 10**9):
        monkeypatch.setattr("wfm.queueing.editions.COMPILED_FROM_ROWS", rows)
        results.append(performance(model, **case))
    for name in MEASURES:
        compiled, plain = (getattr(result, name) for result in results)
        np.testing.assert_allclose(compiled, plain, rtol=1e-11, atol=1e-300, err_msg=name)


def test_single_case_needs_no_compiler():
    """A cold process answers one case without loading numba, pandas or scipy."""
    code = (
        "import sys, wfm.queueing as q;"
        "print(q.required_agents('erlang_a', 6000, 300, patience_s=120, service_level=0.8).agents);"
        "print(sorted({'numba', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["459", "[]"]


def test_large_arrays_give_the_same_agents(monkeypatch):
    """The solver agrees with itself in both editions."""
    case = grid()
    del case["agents"]
    answers = []
    for rows in (0, 10**9):
        monkeypatch.setattr("wfm.queueing.editions.COMPILED_FROM_ROWS", rows)
        answers.append(required_agents("erlang_a", **case, service_level=0.8, max_asa_s=30).agents)
    assert (answers[0] == answers[1]).all()
