"""Skill groups to queues: flows, their price, and weeks of two queues that share people."""

from __future__ import annotations

import datetime as dt
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from wfm.domain import Agent, Contract, SchedulingRules, ShiftTemplate
from wfm.scheduling import schedule
from wfm.scheduling.catalogue import compile_catalogue, on_lanes
from wfm.scheduling.cover import cover_model
from wfm.scheduling.flow import cover_cost, lane_demand, share_out
from wfm.scheduling.line import Demand, build_line, demand_on
from wfm.scheduling.problem import Block, CoverProblem, staff_on_line
from wfm.scheduling.skills import pools_of
from wfm.scheduling.solver import solve

H = 3600
MONDAY = dt.date(2024, 5, 6)
LANES = ((0,), (1,), (0, 1), (1, 2))


def random_demands(rng: np.random.Generator, steps: int, queues: int = 3) -> tuple[Demand, ...]:
    """Queues with a real-valued need, prices of their own and one knot below it."""
    made = []
    for queue in range(queues):
        need = rng.uniform(0, 8, steps).round(2)
        under, over = rng.uniform(1, 9, steps), rng.uniform(0.1, 1, steps)
        knots = np.maximum(np.floor(need) - 2, 0)[None, :]
        rises = rng.uniform(0, 5, (1, steps))
        made.append(Demand(f"q{queue}", need, under, over, need > 0, knots, rises))
    return tuple(made)


def least_price(demands: tuple[Demand, ...], staff: np.ndarray, step: int) -> float:
    """Price of the best flows of one step, by an LP of its own."""
    arcs = [(lane, queue) for lane, queues in enumerate(LANES) for queue in queues]
    cost, rows, right = [0.0] * len(arcs), [], []
    for demand in demands:  # short, over, below the knot
        cost += [demand.under[step], demand.over[step], demand.rises[0, step]]
    size = len(cost)
    for queue, demand in enumerate(demands):
        row, deep = np.zeros((2, size))
        for n, (_, to) in enumerate(arcs):
            row[n] = deep[n] = float(to == queue)
        at = len(arcs) + 3 * queue
        row[at], row[at + 1], deep[at + 2] = 1.0, -1.0, 1.0
        rows += [row, -row, -deep]
        right += [demand.need[step], -demand.need[step], -demand.knots[0, step]]
    equal = np.array([[float(lane == g) for lane, _ in arcs] + [0.0] * 9 for g in range(4)])
    return float(linprog(cost, rows, right, equal, staff[:, step]).fun)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_flows_are_the_cheapest_and_lose_nobody(seed: int) -> None:
    """Every agent goes somewhere the group serves, at the price an independent LP finds."""
    rng = np.random.default_rng(seed)
    demands, staff = random_demands(rng, 6), rng.integers(0, 6, (4, 6)).astype(float)
    shares = share_out(demands, LANES, staff)
    assert np.allclose(shares.sum(axis=1), staff)
    for lane, queues in enumerate(LANES):
        assert not shares[lane, np.setdiff1d(range(3), queues)].any()
    agents = shares.sum(axis=0)
    for step in range(6):
        mine = sum(float(d.cost(row)[step]) for d, row in zip(demands, agents, strict=True))
        assert mine == pytest.approx(least_price(demands, staff, step), abs=1e-4)


def test_a_pool_of_many_queues_is_shared_out_by_a_model() -> None:
    """Eleven queues in a ring, a group for each pair of neighbours: nobody is short."""
    one = np.ones(2)
    demands = tuple(Demand(f"q{n}", one * (n % 3), 4 * one, one, one > 0) for n in range(11))
    ring = tuple(tuple(sorted((n, (n + 1) % 11))) for n in range(11))
    staff = np.array([demand.need for demand in demands])
    shares = share_out(demands, ring, staff)
    assert np.allclose(shares.sum(axis=1), staff)
    agents = shares.sum(axis=0)
    price = sum(d.cost(row).sum() for d, row in zip(demands, agents, strict=True))
    assert price == pytest.approx(0.0, abs=1e-3)


def test_equal_queues_are_short_by_the_same_share() -> None:
    """Twelve agents for two queues of eight and sixteen: four and eight."""
    one = np.ones(1)
    demands = tuple(Demand(q, n * one, 4 * one, one, one > 0) for q, n in (("a", 8), ("b", 16)))
    shares = share_out(demands, ((0, 1),), 12 * one[None, :])
    assert shares[0, :, 0] == pytest.approx([4, 8], abs=0.3)
    ample = share_out(demands, ((0, 1),), 36 * one[None, :])
    assert ample[0, :, 0] == pytest.approx([12, 24], abs=1.1)


def tiny_pool(rng: np.random.Generator) -> CoverProblem:
    """Two queues over five hours, three skill groups of one shift of two or three hours each."""
    template = ShiftTemplate("t", (8 * H, 10 * H), H, (2 * H, 3 * H), H)
    line = build_line((MONDAY,), H, "UTC")
    base = compile_catalogue(line, [template])
    demands = []
    for name in "ab":
        need = np.zeros(line.length)
        need[8:13] = rng.integers(0, 3, 5) + rng.choice([0.0, 0.5], 5)
        price = rng.integers(2, 6, line.length).astype(float)
        knots = np.maximum(np.floor(need) - 1, 0)[None, :]
        over = np.ones(line.length)
        demands.append(Demand(name, need, price, over, need > 0, knots, 3 * over[None, :]))
    lanes = ((0,), (1,), (0, 1))
    catalogue = on_lanes(base, 3, line.length)
    blocks = tuple(Block("c", np.arange(len(base)) + g * len(base)) for g in range(3))
    carry = np.zeros(3 * line.length)
    return CoverProblem(line, catalogue, tuple(demands), blocks, carry, lanes=lanes)


@pytest.mark.parametrize("seed", range(4))
def test_the_model_of_a_pool_reaches_the_optimum_of_all_rosters(seed: int) -> None:
    """At most one shift a group: every choice is tried, each priced by its flows."""
    problem = tiny_pool(np.random.default_rng(seed))
    each = len(problem.catalogue) // 3
    best = np.inf
    for chosen in product(range(each + 1), repeat=3):
        totals = np.zeros(len(problem.catalogue))
        for group, option in enumerate(chosen):
            if option < each:
                totals[group * each + option] += 1
        best = min(best, cover_cost(problem, staff_on_line(problem.catalogue, problem.steps,
                                                           totals, {})))  # fmt: skip
    made = cover_model(problem, np.arange(len(problem.catalogue)), every_step=True)
    for group in range(3):
        mine = range(group * each, (group + 1) * each)
        made.model.row([(made.shifts[group, o], 1.0) for o in mine], "<=", 1.0)
    found = solve(made.model)
    assert found.objective == pytest.approx(best, abs=2e-2)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_what_a_group_is_asked_for_prices_its_own_moves(seed: int) -> None:
    """With everyone else held, the group's own price differs as that of the pool, or by more."""
    rng = np.random.default_rng(seed)
    problem = tiny_pool(rng)
    staff = rng.integers(0, 3, problem.steps).astype(float)
    lane = int(rng.integers(0, 3))
    mine = slice(lane * problem.line.length, (lane + 1) * problem.line.length)
    asked = lane_demand(problem, staff, lane)
    for change in (-1.0, 1.0):
        moved = staff.copy()
        moved[mine] = np.maximum(moved[mine] + change, 0)
        by_group = float((asked.cost(moved[mine]) - asked.cost(staff[mine])).sum())
        by_pool = cover_cost(problem, moved) - cover_cost(problem, staff)
        assert by_pool <= by_group + 0.05


def two_queues(skills: list[tuple[str, ...]]) -> dict:
    """Mornings of queue a, afternoons of queue b; each person works one day of eight hours."""
    starts = pd.date_range("2024-05-06 08:00", periods=8, freq="h", tz="UTC")
    rows = [("a", t, 3600, 2.0 if t.hour < 12 else 0.5) for t in starts]
    rows += [("b", t, 3600, 0.5 if t.hour < 12 else 2.0) for t in starts]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    contract = Contract("c", ("day",), (8 * H, 8 * H), (8 * H, 8 * H), (1, 1))
    return {
        "requirement": pd.DataFrame(rows, columns=names),
        "agents": [Agent(f"P{n}", f"P{n}", "c", own) for n, own in enumerate(skills)],
        "contracts": {"c": contract},
        "templates": {"day": ShiftTemplate("day", (8 * H, 8 * H), H, (8 * H, 8 * H), H)},
        "rules": SchedulingRules(time_limit_s=20),
        "timezone": "UTC",
    }


def test_people_of_both_skills_go_where_they_are_needed() -> None:
    """Two and a half people cover what four of one skill need."""
    both = schedule(**two_queues([("a",), ("b", "a"), ("a", "b")]))
    assert both.summary.under == pytest.approx(0, abs=1e-4)
    assert both.summary.over == pytest.approx(4, abs=1e-4)
    assert both.summary.bound <= both.summary.objective + 1e-6
    assert sorted(both.shifts["skill"]) == ["a", "a+b", "a+b"]
    assert both.summary.violations == 0
    apart = schedule(**two_queues([("a",), ("b",), ("a",)]))
    assert apart.summary.under == pytest.approx(4, abs=1e-4)


def test_coverage_counts_who_can_do_both_once() -> None:
    """Scheduled of both queues together is who is at work."""
    made = schedule(**two_queues([("a", "b"), ("b", "a"), ("b",)]))
    work = made.activities[made.activities["activity"] == "work"]
    hours = (work["end"] - work["start"]).dt.total_seconds().sum() / H
    assert made.coverage["scheduled"].sum() == pytest.approx(hours)


def test_queues_are_cut_by_who_can_move() -> None:
    """A chain of skills is one pool; a queue nobody serves stands alone."""
    pools = pools_of(["d", "a", "b", "c"], [["a", "b"], ["b", "c"], ["a", "x"]])
    assert [pool.queues for pool in pools] == [("a", "b", "c"), ("d",)]
    assert pools[0].lanes == ((0,), (0, 1), (1, 2))
    assert pools[1].groups == (("d",),)


def test_deeper_prices_come_from_the_requirement() -> None:
    """A second and third price hold from two and four whole agents short on; a dip is lifted."""
    start = pd.Timestamp("2024-05-06 08:00", tz="UTC")
    rows = pd.DataFrame(
        {
            "queue": ["q"],
            "interval_start": [start],
            "interval_s": [3600],
            "agents_required": [10.5],
            "under_price": [4.0],
            "under_price_2": [6.0],
            "under_price_3": [5.0],
            "under_depth": [2.0],
        }
    )
    demand = demand_on(build_line((MONDAY,), 1800, "UTC"), rows, "q", 4.0, 1.0)
    assert demand.knots[:, 16].tolist() == [8.0, 6.0]
    assert demand.rises[:, 16].tolist() == [1.0, 0.0]
    staff = np.zeros(demand.need.shape)
    for at_work, price in ((10.5, 0.0), (9.0, 3.0), (8.0, 5.0), (7.0, 8.0), (11.5, 0.5)):
        staff[16] = at_work
        assert demand.cost(staff)[16] == pytest.approx(price)
