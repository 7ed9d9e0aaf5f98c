"""The day of the call-centre set by other solvers, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
from row import Row

from wfm.scheduling.cover import cover_model
from wfm.scheduling.problem import CoverProblem

SECONDS = 15

CP_SAT = """
import json, sys, time
from ortools.sat.python import cp_model
asked, seconds = json.load(open(sys.argv[1])), float(sys.argv[2])
model, weighted = cp_model.CpModel(), cp_model.LinearExpr.weighted_sum
v = [model.new_int_var(0, 10000, "") for _ in asked["prices"]]
for index, factors, low, high in asked["rows"]:
    model.add_linear_constraint(weighted([v[i] for i in index], factors), low, high)
model.minimize(weighted(v, asked["prices"]))
solver = cp_model.CpSolver()
solver.parameters.max_time_in_seconds = seconds
solver.parameters.num_workers = 2
began = time.time()
status = solver.solve(model)
found = solver.objective_value if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
print(json.dumps({"objective": found, "seconds": time.time() - began}))
"""

PYWORKFORCE = """
import json, sys, time
from pyworkforce.scheduling import MinRequiredResources
asked, seconds = json.load(open(sys.argv[1])), float(sys.argv[2])
began = time.time()
made = MinRequiredResources(
    num_days=1, periods=len(asked["need"]), shifts_coverage=asked["shifts"],
    required_resources=[asked["need"]], max_period_concurrency=5000, max_shift_concurrency=1000,
    cost_dict=asked["cost"], max_search_time=seconds, num_search_workers=2,
).solve()
print(json.dumps({"objective": made.get("cost"), "seconds": time.time() - began}))
"""


def peers(name: str, problem: CoverProblem) -> Iterator[Row]:
    """CP-SAT on the same model, and pyworkforce on the same shifts with their breaks listed."""
    if not os.environ.get("WFM_PEERS"):
        return
    yield _row(f"CP-SAT, {name}", _asked(CP_SAT, _model(problem)))
    yield _row(f"pyworkforce 0.5.1, {name}", _asked(PYWORKFORCE, _patterns(problem)))


def _row(case: str, told: dict[str, Any]) -> Row:
    found = told["objective"]
    figure = "nothing" if found is None or found < 0 else f"{found:.0f}"
    return Row("schedule", f"{case}, {SECONDS} s to search", f"{figure}, {told['seconds']:.0f} s")


def _asked(code: str, data: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asked.json"
        path.write_text(json.dumps(data))
        words = [os.environ["WFM_PEERS"], "-c", code, str(path), str(SECONDS)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _model(problem: CoverProblem) -> dict[str, Any]:
    """The covering model in whole numbers; its prices and needs are whole."""
    model = cover_model(problem, np.arange(len(problem.catalogue))).model
    rows = []
    for row in model.rows:
        right, wide = round(-row.constant), 10**6
        low, high = (right if row.sense >= 0 else -wide), (right if row.sense <= 0 else wide)
        index = [int(variable.name[1:]) for variable in row]
        rows.append((index, [round(factor) for factor in row.values()], low, high))
    return {"rows": rows, "prices": [round(price) for price in model.prices]}


def _patterns(problem: CoverProblem) -> dict[str, Any]:
    """Every shift with every placement of its breaks over the open steps."""
    catalogue = problem.catalogue
    open_ = np.flatnonzero(problem.demands[0].need > 0)
    shifts: dict[str, list[int]] = {}
    cost: dict[str, int] = {}
    for option in range(len(catalogue)):
        made = catalogue.classes[catalogue.kind[option]]
        for starts in product(*(window.starts for window in made.breaks)):
            ends = [at + w.length for at, w in zip(starts, made.breaks, strict=True)]
            if any(end > at for (_, end), (at, _) in pairwise(zip(starts, ends, strict=True))):
                continue
            line = np.zeros(problem.line.length, dtype=int)
            line[catalogue.start[option] : catalogue.end[option]] = 1
            for at, end in zip(starts, ends, strict=True):
                line[catalogue.start[option] + at : catalogue.start[option] + end] = 0
            name = f"p{len(shifts)}"
            shifts[name] = line[open_].tolist()
            cost[name] = int(catalogue.paid_s[option]) // 900
    need = problem.demands[0].need[open_].astype(int).tolist()
    return {"need": need, "shifts": shifts, "cost": cost}
