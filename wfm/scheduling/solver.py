"""The one door to the solvers: PuLP builds, HiGHS solves, the bundled CBC stands in.

A solver's word is not taken: status, bound and values are read once, checked (finite, whole where
they must be whole) and handed on as a :class:`Solution` with a status of our own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray

__all__ = ["Engine", "Model", "Solution", "SolveStatus", "Term", "solve"]

Term = tuple[Any, float]
"""A variable of the model and its coefficient."""

_GRACE_S = 0.5
"""How long after its time limit HiGHS is waited for before it is told to stop [s]."""

_WHOLE = 1e-5
"""How far from a whole number a solver may leave an integer variable."""


class SolveStatus(StrEnum):
    """What is known about a solution."""

    OPTIMAL = "optimal"
    """Within the asked gap of a proven bound."""
    FEASIBLE = "feasible"
    """Keeps every row, but the gap was not closed in the time given."""
    INFEASIBLE = "infeasible"
    NO_PLAN = "no plan"
    """Time was up before anything usable was found."""
    ERROR = "error"

    @property
    def usable(self) -> bool:
        """Whether values may be read."""
        return self in {SolveStatus.OPTIMAL, SolveStatus.FEASIBLE}


class Engine(StrEnum):
    """Which solver runs."""

    HIGHS = "highs"
    CBC = "cbc"


@dataclass(frozen=True, slots=True)
class Solution:
    """What a solver found.

    Parameters
    ----------
    objective, bound
        Value found and proven lower bound; NaN when there is none.
    values
        Value of each variable in the order of creation; empty unless the status is usable.
    duals
        Price of each row in the order of creation; of a relaxed model solved by HiGHS only.
    seconds
        Wall clock of the solve [s].
    cut
        Whether time or a stop ended it; a limit of nodes gives the same answer on any machine.
    """

    status: SolveStatus
    objective: float
    bound: float
    values: NDArray[np.float64]
    duals: NDArray[np.float64]
    seconds: float
    cut: bool = False

    def of(self, variables: Sequence[Any]) -> NDArray[np.float64]:
        """Values of some variables."""
        return self.values[[position(variable) for variable in variables]]


class Model:
    """A minimisation in PuLP with rows kept in order and names no solver stumbles over."""

    def __init__(self, name: str) -> None:
        self.problem = pulp.LpProblem(name, pulp.LpMinimize)
        self.variables: list[Any] = []
        self.rows: list[Any] = []
        self.prices: list[float] = []
        self.constant = 0.0

    def variable(
        self, *, low: float = 0.0, high: float | None = None, price: float = 0.0, whole: bool
    ) -> Any:
        """Add a variable with its price in the objective."""
        made = self.problem.add_variable(
            f"v{len(self.variables)}", low, high, pulp.LpInteger if whole else pulp.LpContinuous
        )
        self.variables.append(made)
        self.prices.append(price)
        return made

    def row(self, terms: Iterable[Term], sense: str, right: float) -> None:
        """Add ``sum of terms  <= | == | >=  right``; a variable may come more than once."""
        merged: dict[Any, float] = {}
        for variable, factor in terms:
            merged[variable] = merged.get(variable, 0.0) + factor
        expression = pulp.LpAffineExpression(merged)
        row = pulp.LpConstraint(expression, _SENSES[sense], f"r{len(self.rows)}", float(right))
        self.rows.append(row)
        self.problem.addConstraint(row)


_SENSES = {
    "<=": pulp.LpConstraintLE,
    "==": pulp.LpConstraintEQ,
    ">=": pulp.LpConstraintGE,
}


def position(variable: Any) -> int:
    """Place of a variable in its model."""
    return int(variable.name[1:])


def solve(
    model: Model,
    *,
    gap: float = 0.0,
    gap_price: float = 0.0,
    nodes: int | None = None,
    interior_root: bool = False,
    restarts: bool = True,
    time_limit_s: float = 60.0,
    relaxed: bool = False,
    vertex: bool = False,
    engine: Engine = Engine.HIGHS,
    seed: int = 0,
    start: NDArray[np.float64] | None = None,
    stop: threading.Event | None = None,
) -> Solution:
    """Solve a model; CBC stands in where HiGHS ends in an error.

    Parameters
    ----------
    gap
        Relative gap at which to stop [fraction].
    gap_price
        Absolute gap at which to stop, in units of the objective.
    nodes
        Most branch-and-bound nodes: a limit that gives the same answer on any machine; HiGHS only.
    interior_root
        Solve the first relaxation by interior point: a third quicker on covering models.
    restarts
        Begin anew where the first relaxation settles many variables. On days of a handful of people
        that takes half of the time, and no count limits it.
    time_limit_s
        Wall clock [s].
    relaxed
        Drop the whole-number rules; HiGHS then uses its interior point without crossover, so the
        values lie inside the best face and spread evenly.
    vertex
        Solve the relaxation to a corner instead: as many values as can be are 0.
    start
        A value per variable to start from, NaN where none is known; HiGHS only.
    stop
        Set from outside to end with the best so far; HiGHS only.
    """
    began = time.monotonic()
    if engine is Engine.CBC:
        found = _cbc(model, gap, gap_price, time_limit_s, relaxed=relaxed)
    else:
        options: dict[str, Any] = {
            "mip_rel_gap": gap,
            "mip_abs_gap": max(gap_price, 1e-6),
            "time_limit": float(max(time_limit_s, 0.05)),
            "random_seed": seed,
            "mip_allow_restart": restarts,
        }
        if nodes is not None:
            options["mip_max_nodes"] = nodes
        if interior_root:
            options["mip_lp_solver"] = "ipx"
        if relaxed and not vertex:
            options |= {"solver": "ipm", "run_crossover": "off"}
        found = _highs(model, options, start, stop, relaxed=relaxed)
        if found[0] is SolveStatus.ERROR and not (stop is not None and stop.is_set()):
            found = _cbc(model, gap, gap_price, time_limit_s, relaxed=relaxed)
    status, objective, bound, values, duals, cut = found
    if status.usable and not relaxed:
        values, whole = _rounded(model, values)
        status = status if whole else SolveStatus.NO_PLAN
    if not status.usable:
        objective, values = np.nan, np.empty(0)
    return Solution(status, objective, bound, values, duals, time.monotonic() - began, cut)


def _rounded(model: Model, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    whole = np.array([v.cat == pulp.LpInteger for v in model.variables], dtype=bool)
    out = values.copy()
    out[whole] = np.round(values[whole])
    return out, bool(np.abs(out - values).max(initial=0.0) <= _WHOLE)


_Found = tuple[SolveStatus, float, float, NDArray[np.float64], NDArray[np.float64], bool]


def _highs_model(model: Model, *, relaxed: bool) -> Any:
    """The model as HiGHS arrays, row by row."""
    lp = highspy.HighsLp()
    columns, rows = len(model.variables), len(model.rows)
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = np.array(model.prices, dtype=float)
    lp.offset_ = model.constant
    lp.col_lower_ = np.array([v.lowBound for v in model.variables], dtype=float)
    lp.col_upper_ = np.array(
        [highspy.kHighsInf if v.upBound is None else v.upBound for v in model.variables]
    )
    right = np.array([-row.constant for row in model.rows], dtype=float)
    sense = np.array([row.sense for row in model.rows], dtype=int)
    lp.row_lower_ = np.where(sense >= 0, right, -highspy.kHighsInf)
    lp.row_upper_ = np.where(sense <= 0, right, highspy.kHighsInf)
    starts = np.zeros(rows + 1, dtype=np.int32)
    starts[1:] = np.cumsum([len(row) for row in model.rows])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = starts
    lp.a_matrix_.index_ = np.fromiter(
        (position(v) for row in model.rows for v in row), np.int32, int(starts[-1])
    )
    lp.a_matrix_.value_ = np.fromiter(
        (factor for row in model.rows for factor in row.values()), float, int(starts[-1])
    )
    if not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[v.cat == pulp.LpInteger] for v in model.variables]
    return lp


def _run(highs: Any, time_limit_s: float, stop: threading.Event | None) -> None:
    """Run HiGHS beside this thread, so that a stop is heard and its own limit is kept to."""
    worker = threading.Thread(target=highs.run, daemon=True)
    worker.start()
    late = time.monotonic() + time_limit_s + _GRACE_S
    try:
        while worker.is_alive():
            worker.join(0.05)
            if time.monotonic() > late or (stop is not None and stop.is_set()):
                highs.cancelSolve()
    except KeyboardInterrupt:
        highs.cancelSolve()
        worker.join()
        raise


def _highs(
    model: Model,
    options: dict[str, Any],
    start: NDArray[np.float64] | None,
    stop: threading.Event | None,
    *,
    relaxed: bool,
) -> _Found:
    make: Any = highspy.Highs
    highs = make()
    highs.silent()
    options = options | {"threads": 1, "mip_feasibility_tolerance": 1e-6}
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.HandleUserInterrupt = True
    highs.passModel(_highs_model(model, relaxed=relaxed))
    if start is not None:
        highs.setSolution(_warm(start))
    _run(highs, float(options["time_limit"]), stop)
    return _read_highs(highs, relaxed=relaxed)


def _warm(start: NDArray[np.float64]) -> Any:
    """A start whose unknown values HiGHS works out; a NaN it would take for one and drop all."""
    solution = highspy.HighsSolution()
    solution.col_value = np.where(np.isnan(start), highspy.kHighsUndefined, start).tolist()
    solution.value_valid = True
    return solution


def _read_highs(highs: Any, *, relaxed: bool) -> _Found:
    info, kind = highs.getInfo(), highspy.HighsModelStatus
    outcome = highs.getModelStatus()
    nothing = np.empty(0)
    if outcome in {kind.kInfeasible, kind.kUnboundedOrInfeasible}:
        return SolveStatus.INFEASIBLE, np.nan, np.nan, nothing, nothing, False
    cut = outcome in {kind.kTimeLimit, kind.kInterrupt}
    bound = info.objective_function_value if relaxed else info.mip_dual_bound
    bound = float(bound) if np.isfinite(bound) else np.nan
    stopped = {kind.kTimeLimit, kind.kInterrupt, kind.kSolutionLimit, kind.kUnknown}
    if outcome != kind.kOptimal and outcome not in stopped:
        return SolveStatus.ERROR, np.nan, bound, nothing, nothing, cut
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not feasible:
        return SolveStatus.NO_PLAN, np.nan, np.nan if relaxed else bound, nothing, nothing, cut
    solution = highs.getSolution()
    proven = outcome == kind.kOptimal
    return (
        SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE,
        float(info.objective_function_value),
        bound if proven or not relaxed else np.nan,
        np.array(solution.col_value),
        np.array(solution.row_dual) if relaxed else nothing,
        cut,
    )


def _cbc(
    model: Model, gap: float, gap_price: float, time_limit_s: float, *, relaxed: bool
) -> _Found:
    """CBC through PuLP; only ``sol_status`` is believed, and rows are not re-read from it."""
    problem = model.problem
    pairs = zip(model.variables, model.prices, strict=True)
    problem.setObjective(
        pulp.LpAffineExpression({v: price for v, price in pairs if price}, model.constant)
    )
    command = pulp.COIN_CMD(
        path=pulp.apis.PULP_CBC_CMD.pulp_cbc_path,
        msg=False,
        mip=not relaxed,
        gapRel=gap,
        gapAbs=gap_price,
        timeLimit=max(time_limit_s, 0.5),
        threads=1,
    )
    problem.solve(command)
    nothing = np.empty(0)
    if problem.status in {pulp.LpStatusInfeasible, pulp.LpStatusUnbounded}:
        return SolveStatus.INFEASIBLE, np.nan, np.nan, nothing, nothing, False
    if problem.sol_status not in {pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible}:
        return SolveStatus.NO_PLAN, np.nan, np.nan, nothing, nothing, True
    values = np.array([v.varValue or 0.0 for v in model.variables])
    objective = float(np.dot(model.prices, values) + model.constant)
    if problem.sol_status != pulp.LpSolutionOptimal:
        return SolveStatus.FEASIBLE, objective, np.nan, values, nothing, True
    bound = objective if relaxed else objective - max(gap * abs(objective), gap_price)
    return SolveStatus.OPTIMAL, objective, bound, values, nothing, False
