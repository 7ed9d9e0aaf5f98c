"""The covering model against a model that enumerates every break pattern."""

from __future__ import annotations

import datetime as dt
from itertools import product

import numpy as np
import pytest

from wfm.domain import Anchor, BreakRule, ShiftTemplate
from wfm.scheduling.catalogue import compile_catalogue
from wfm.scheduling.cover import cover_model
from wfm.scheduling.flow import cover_cost
from wfm.scheduling.limits import BreakForm
from wfm.scheduling.line import Demand, build_line
from wfm.scheduling.problem import Block, CoverProblem, staff_on_line
from wfm.scheduling.solver import Engine, Model, solve

H = 3600


def small_problem(seed: int, *, fractions: bool) -> CoverProblem:
    """Six to eight hours of a random need; windows of the two breaks overlap."""
    breaks = (
        BreakRule("early", 1800, True, Anchor.START, (1800, 2 * 1800)),
        BreakRule("late", 1800, True, Anchor.END, (1800, 3 * 1800), 3 * 1800),
    )
    template = ShiftTemplate("t", (8 * H, 10 * H), 1800, (3 * 1800, 5 * 1800), 1800, breaks)
    line = build_line((dt.date(2024, 5, 6),), 1800, "UTC")
    catalogue = compile_catalogue(line, [template])
    rng = np.random.default_rng(seed)
    need = np.zeros(line.length)
    need[16:26] = rng.integers(0, 5, 10) + (rng.random(10).round(2) if fractions else 0)
    demand = Demand("q", need, np.full(line.length, 4.0), np.full(line.length, 1.0), need > 0)
    block = Block("all", np.arange(len(catalogue)))
    return CoverProblem(line, catalogue, (demand,), (block,), np.zeros(line.length))


def enumerated_optimum(problem: CoverProblem) -> float:
    """Least price by a model with one variable for every shift and break placement (Dantzig)."""
    model, catalogue = Model("explicit"), problem.catalogue
    cover: dict[int, list] = {}
    for option in range(len(catalogue)):
        made = catalogue.classes[catalogue.kind[option]]
        for pattern in product(*(window.starts for window in made.breaks)):
            ends = [at + w.length for at, w in zip(pattern, made.breaks, strict=False)]
            if any(end > at for end, at in zip(ends, pattern[1:], strict=False)):
                continue
            away = {
                at + k for at, w in zip(pattern, made.breaks, strict=False) for k in range(w.length)
            }
            variable = model.variable(whole=True)
            for step in range(made.length):
                if step not in away:
                    cover.setdefault(int(catalogue.start[option]) + step, []).append(
                        (variable, 1.0)
                    )
    for step in range(problem.line.length):
        need = float(problem.demands[0].need[step])
        if step in cover or need:
            under = model.variable(price=float(problem.demands[0].under[step]), whole=False)
            over = model.variable(price=float(problem.demands[0].over[step]), whole=False)
            model.row([*cover.get(step, []), (under, 1.0), (over, -1.0)], "==", need)
    return solve(model).objective


@pytest.mark.parametrize("form", list(BreakForm))
@pytest.mark.parametrize("seed", range(6))
def test_implicit_breaks_reach_the_optimum_of_all_patterns(seed: int, form: BreakForm) -> None:
    """Both forms find what enumeration finds, with overlapping windows and fractional need."""
    problem = small_problem(seed, fractions=seed % 2 == 1)
    options = np.arange(len(problem.catalogue))
    made = cover_model(problem, options, form=form, every_step=True)
    found = solve(made.model)
    assert found.objective == pytest.approx(enumerated_optimum(problem), abs=1e-6)
    counts = made.counts(found, 1, len(problem.catalogue))
    begun = {key: v.astype(np.int64) for key, v in made.begun(found, problem.line.length).items()}
    staff = staff_on_line(problem.catalogue, problem.line.length, counts.sum(axis=0), begun)
    assert cover_cost(problem, staff) == pytest.approx(found.objective, abs=1e-6)


def test_between_whole_neighbours_the_price_is_exact_and_the_bound_higher() -> None:
    """With a fractional need the relaxation cannot pretend to hit it."""
    problem = small_problem(1, fractions=True)
    options = np.arange(len(problem.catalogue))
    bound = solve(cover_model(problem, options, every_step=True).model, relaxed=True).objective
    floor = np.floor(problem.demands[0].need)
    part = problem.demands[0].need - floor
    assert bound >= np.minimum(4 * part, 1 - part).sum() - 1e-6


def test_cbc_agrees_on_the_bechtold_jacobs_form() -> None:
    """The stand-in solves the form it is quick with."""
    problem = small_problem(2, fractions=False)
    made = cover_model(
        problem,
        np.arange(len(problem.catalogue)),
        form=BreakForm.BECHTOLD_JACOBS,
        every_step=True,
    )
    assert solve(made.model, engine=Engine.CBC).objective == pytest.approx(
        enumerated_optimum(problem)
    )
