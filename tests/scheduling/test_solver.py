"""The door to the solvers."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from wfm.scheduling.solver import Engine, Model, SolveStatus, solve


def knapsack(items: int = 8) -> Model:
    """A small knapsack with a fractional relaxation."""
    rng = np.random.default_rng(3)
    model = Model("knapsack")
    variables = [
        model.variable(high=1, price=-float(rng.integers(10, 100)), whole=True)
        for _ in range(items)
    ]
    for _ in range(3):
        model.row([(v, float(rng.integers(1, 60))) for v in variables], "<=", 100)
    return model


def best_knapsack() -> float:
    """The optimum by trying all 256 choices."""
    rng = np.random.default_rng(3)
    prices = [int(rng.integers(10, 100)) for _ in range(8)]
    weights = np.array([[int(rng.integers(1, 60)) for _ in range(8)] for _ in range(3)])
    picks = (np.arange(256)[:, None] >> np.arange(8)) & 1
    fits = (picks @ weights.T <= 100).all(axis=1)
    return -float((picks @ prices)[fits].max())


@pytest.mark.parametrize("engine", list(Engine))
def test_both_engines_prove_the_same_optimum(engine: Engine) -> None:
    """HiGHS and CBC agree on objective, bound and whole values."""
    found = solve(knapsack(), engine=engine)
    assert found.status is SolveStatus.OPTIMAL
    assert found.objective == pytest.approx(best_knapsack())
    assert found.bound == pytest.approx(found.objective)
    assert set(found.values) <= {0.0, 1.0}


@pytest.mark.parametrize("engine", list(Engine))
def test_relaxing_gives_a_lower_bound(engine: Engine) -> None:
    """The relaxation is never above the optimum, and uses fractions here."""
    relaxed = solve(knapsack(), relaxed=True, engine=engine)
    assert relaxed.status is SolveStatus.OPTIMAL
    assert relaxed.objective < solve(knapsack()).objective
    assert np.abs(relaxed.values - np.round(relaxed.values)).max() > 0.01


@pytest.mark.parametrize("engine", list(Engine))
def test_contradicting_rows_are_infeasible_and_carry_no_values(engine: Engine) -> None:
    """PuLP keeps values after Infeasible; none of them may leave the door."""
    model = Model("contradiction")
    x = model.variable(high=5, whole=True)
    model.row([(x, 1.0)], ">=", 3)
    model.row([(x, 1.0)], "<=", 2)
    found = solve(model, engine=engine)
    assert found.status is SolveStatus.INFEASIBLE
    assert not found.status.usable
    assert len(found.values) == 0
    assert np.isnan(found.objective)


def test_fractions_handed_back_as_whole_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a time limit CBC may return fractional integers; that is no plan."""
    model = knapsack()
    relaxed = solve(model, relaxed=True)
    monkeypatch.setattr(
        "wfm.scheduling.solver._cbc",
        lambda *_, **__: (SolveStatus.FEASIBLE, -1.0, np.nan, relaxed.values, np.empty(0), False),
    )
    assert solve(model, engine=Engine.CBC).status is SolveStatus.NO_PLAN


def test_cbc_stands_in_when_highs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of HiGHS is not handed on while the bundled solver can do the work."""
    failed = (SolveStatus.ERROR, np.nan, np.nan, np.empty(0), np.empty(0), False)
    monkeypatch.setattr("wfm.scheduling.solver._highs", lambda *_, **__: failed)
    found = solve(knapsack())
    assert found.status is SolveStatus.OPTIMAL
    assert found.objective == pytest.approx(best_knapsack())


def test_a_repeated_variable_is_summed() -> None:
    """A variable may come twice in a row of terms: 1 x + 1 x >= 3 with x whole gives 2."""
    model = Model("twice")
    x = model.variable(price=1.0, whole=True)
    model.row([(x, 1.0), (x, 1.0)], ">=", 3)
    assert solve(model).of([x]).tolist() == [2.0]


def test_a_node_limit_says_feasible_not_optimal() -> None:
    """A search stopped early keeps its incumbent and admits the gap."""
    rng = np.random.default_rng(0)
    model = Model("hard")
    variables = [
        model.variable(high=1, price=-float(p), whole=True) for p in rng.integers(10, 99, 90)
    ]
    for _ in range(15):
        model.row(
            [(v, float(w)) for v, w in zip(variables, rng.integers(1, 60, 90), strict=False)],
            "<=",
            700,
        )
    found = solve(model, nodes=1)
    assert found.status is SolveStatus.FEASIBLE
    assert found.bound < found.objective


def test_only_time_cuts_a_solution_short() -> None:
    """Out of nodes is the same on every machine and no cut; out of time, or stopped, is one."""
    rng = np.random.default_rng(3)
    model = Model("many")
    items = [
        model.variable(high=1.0, price=-float(rng.integers(50, 99)), whole=True) for _ in range(150)
    ]
    for _ in range(60):
        model.row([(v, float(rng.integers(1, 99))) for v in items], "<=", 900.0)
    assert not solve(model, nodes=1).cut
    stop = threading.Event()
    stop.set()
    assert solve(model, stop=stop).cut
    assert solve(model, engine=Engine.CBC, time_limit_s=0.5).cut


def test_a_start_with_unknown_values_is_taken() -> None:
    """Slacks of a start are worked out: a sum that no heuristic hits is met from it at the root."""
    rng = np.random.default_rng(5)
    weights = rng.integers(10**5, 10**6, 40).astype(float)
    pick = rng.integers(0, 2, 40).astype(float)
    model = Model("sum")
    items = [model.variable(high=1.0, whole=True) for _ in weights]
    off = [(model.variable(price=1.0, whole=False), sign) for sign in (1.0, -1.0)]
    model.row([*zip(items, weights.tolist(), strict=True), *off], "==", float(weights @ pick))
    assert not solve(model, nodes=0).objective < 1.0
    found = solve(model, nodes=0, start=np.append(pick, [np.nan, np.nan]))
    assert found.objective == pytest.approx(0.0, abs=1e-6)
