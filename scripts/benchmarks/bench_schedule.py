"""The call-centre set: days and weeks against their bounds, rosters against their best."""

from __future__ import annotations

import importlib.util
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from row import Row

from wfm.scheduling.assign import left_over
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.plan import plan_days
from wfm.scheduling.roster import assign_people

ROOT = Path(__file__).resolve().parents[2]
SET = ROOT.parent / "shared" / "data" / "scheduling" / "callcentre"


def rows() -> Iterator[Row]:
    """Days, weeks and rosters, each with seconds; the set must stand beside the checkout."""
    if not SET.is_dir():
        yield Row("schedule", "call-centre set", "not beside the checkout")
        return
    path = ROOT / "tests" / "scheduling" / "conftest.py"
    spec = importlib.util.spec_from_file_location("call_centre_set", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["call_centre_set"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    cases = module.CallCentre(SET)
    for name in ("cc50", "cc200", "cc1000"):
        yield day(cases, name)
    for name, target in (
        ("cc50", "0.31 %, 30 s"),
        ("cc200", "0.05 %, 20 s"),
        ("cc1000", "0.05 %, 20 s"),
    ):
        yield week(cases, name, target)
    yield roster(cases, "roster50", 0.0, "-976, 10 s", workers=1)
    yield roster(cases, "roster200", 0.003, "-3942, 60 s", workers=2)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row("schedule", "peak memory of all of these in one process", f"{memory:.0f} MB")


def day(cases, name: str) -> Row:
    """Day 0: paid quarter hours and four for each agent-interval short."""
    problem = cases.day(name)
    began = time.perf_counter()
    plan = plan_days(problem, SolveLimits(gap=0.0009))
    seconds = time.perf_counter() - began
    figure = f"{plan.objective:.0f}, {plan.objective / plan.bound:.5f} × bound, {seconds:.1f} s"
    return Row("schedule", f"{name}, day 0", figure, "1.001 × LP, 15 s")


def week(cases, name: str, target: str) -> Row:
    """Week with contracts: four for each agent-interval short, one for each above."""
    problem = cases.week(name)
    began = time.perf_counter()
    plan = plan_days(problem, SolveLimits(until=time.monotonic() + 120))
    seconds = time.perf_counter() - began
    part = (plan.objective - plan.bound) / problem.demands[0].need.sum()
    figure = (
        f"{plan.objective:.0f}, bound {plan.bound:.0f}, gap {part:.3%} of demand, {seconds:.1f} s"
    )
    return Row("schedule", f"{name}, week", figure, target)


def roster(cases, name: str, gap: float, target: str, *, workers: int) -> Row:
    """Shifts to named agents."""
    problem, groups = cases.roster(name)
    began = time.perf_counter()
    made = assign_people(problem, groups, SolveLimits(gap=gap), workers=workers)
    seconds = time.perf_counter() - began
    open_shifts = int(left_over(problem, made.assignment).sum())
    figure = f"{made.objective:.0f}, {open_shifts} shifts left over, {seconds:.1f} s"
    return Row("schedule", name, figure, target)
