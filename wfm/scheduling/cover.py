"""The covering model: shifts by the dozen, implicit breaks, priced over and under.

Breaks are counted, not enumerated. Per *break group* there is one count for each window and step.
A group of one option is Aykin's form; a group of all starts of a length class is Bechtold and
Jacobs' form, tied to the shifts by forward and backward sums. Inside a class all windows move with
the start, none lies strictly inside another, so first come first served is always a right
assignment and both forms are exact [1]_ [2]_. Where the windows of one shift overlap, sums keep
the breaks in order and apart.

Requirements are real numbers, staff is whole. The price of a step is therefore taken between the
two whole neighbours of its requirement, which is exact for whole staff and gives a higher bound
than over and under alone. Queues that share people are priced as they are: flows may be fractions.

.. [1] Bechtold, Jacobs (1990), Implicit Modeling of Flexible Break Assignments, Management
   Science 36.
.. [2] Aykin (1996), Optimal Shift Scheduling with Multiple Break Windows, Management Science 42.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.catalogue import BreakWindow
from wfm.scheduling.flow import Staff, flow_rows, served, share_out, short_and_over
from wfm.scheduling.limits import BreakForm
from wfm.scheduling.line import Demand
from wfm.scheduling.presence import presence_rows
from wfm.scheduling.problem import CoverProblem
from wfm.scheduling.promise import promise_rows
from wfm.scheduling.solver import Model, Solution, Term

__all__ = ["CoverModel", "cover_model"]


@dataclass(slots=True)
class CoverModel:
    """A covering model and where its variables are."""

    model: Model
    shifts: dict[tuple[int, int], Any] = field(default_factory=dict)
    """Variable of (block, option)."""
    totals: dict[int, list[Term]] = field(default_factory=dict)
    """Shifts of an option over all blocks."""
    breaks: dict[tuple[int, int, int], dict[int, list[Any]]] = field(default_factory=dict)
    """Variables of breaks begun, by (class, day, window) and step."""
    resting: dict[int, list[Term]] = field(default_factory=dict)
    """Breaks taken in each step of the lanes."""
    promised: dict[tuple[int, int], int] = field(default_factory=dict)
    """Row of each queue and period of a promise over days or weeks."""

    def counts(self, solution: Solution, blocks: int, options: int) -> NDArray[np.float64]:
        """Shifts of each block and option."""
        out = np.zeros((blocks, options))
        for (block, option), variable in self.shifts.items():
            out[block, option] = solution.of([variable])[0]
        return out

    def begun(
        self, solution: Solution, length: int
    ) -> dict[tuple[int, int, int], NDArray[np.float64]]:
        """Breaks begun by class, day and window."""
        out = {}
        for key, steps in self.breaks.items():
            counts = np.zeros(length)
            for step, variables in steps.items():
                counts[step] = solution.of(variables).sum()
            out[key] = counts
        return out


def cover_model(
    problem: CoverProblem,
    options: NDArray[np.int64],
    *,
    form: BreakForm = BreakForm.AYKIN,
    whole_shifts: bool = True,
    whole_breaks: bool = True,
    carry: NDArray[np.float64] | None = None,
    resting: NDArray[np.float64] | None = None,
    fixed: NDArray[np.int64] | None = None,
    every_step: bool = False,
    spread: bool = False,
) -> CoverModel:
    """Covering model over some of the catalogue's options.

    Parameters
    ----------
    options
        The options that take part (a day's, or all).
    carry
        Agents at work from elsewhere, in place of the problem's own.
    resting
        Agents on break from elsewhere, alike.
    fixed
        Shifts per option of the catalogue, when only the breaks are free.
    every_step
        Add the price of the steps that no option reaches, so that the objective is that of the
        whole line.
    spread
        Spread each break evenly over its window: a tenth of the variables.
    """
    made = CoverModel(Model("cover"))
    if fixed is None:
        _shift_variables(made, problem, options, whole=whole_shifts)
    terms: dict[int, list[Term]] = {}
    base = (problem.carry if carry is None else carry).copy()
    for option in options.tolist():
        first, last = int(problem.catalogue.start[option]), int(problem.catalogue.end[option])
        if fixed is not None:
            base[first:last] += fixed[option]
            terms.update({step: [] for step in range(first, last) if step not in terms})
            continue
        made_of = problem.catalogue.classes[problem.catalogue.kind[option]]
        there = made_of.presence.tolist() if spread else [1.0] * (last - first)
        for step, part in zip(range(first, last), there, strict=True):
            terms.setdefault(step, []).extend((v, part * f) for v, f in made.totals[option])
    if not spread:
        _all_breaks(made, problem, options, form, terms, fixed, whole=whole_breaks)
    if problem.presence:
        _name_staff(made.model, problem, terms, base)
        away = problem.rest if resting is None else resting
        presence_rows(made.model, problem, terms, base, made.resting, away)
    staff = _price_steps(made.model, problem, terms, base, every_step=every_step)
    _promises(made, problem, staff, base)
    return made


def _promises(
    made: CoverModel, problem: CoverProblem, staff: Staff, base: NDArray[np.float64]
) -> None:
    """Rows of the promises over days or weeks; where no option reaches, what stands is counted."""
    kept = [(q, demand.promise) for q, demand in enumerate(problem.demands) if demand.promise]
    if not kept:
        return
    others = served(problem, base).sum(axis=0) if problem.shared else base[None]
    for q, promise in kept:
        there = {
            step: staff.get((q, step), ([], float(others[q, step])))
            for step in range(problem.line.length)
        }
        first = len(made.model.rows)
        rows = promise_rows(made.model, promise, there)
        made.promised |= {(q, period): first + row for period, row in rows.items()}


def _name_staff(
    model: Model, problem: CoverProblem, terms: dict[int, list[Term]], base: NDArray[np.float64]
) -> None:
    """One variable for the staff of each step that a rule of presence counts."""
    length = problem.line.length
    counted = {lane for limit in problem.presence for lane in limit.lanes}
    for at in [at for at, mine in terms.items() if len(mine) > 1 and at // length in counted]:
        staff = model.variable(whole=False)
        model.row([*terms[at], (staff, -1.0)], "==", -float(base[at]))
        terms[at], base[at] = [(staff, 1.0)], 0.0


def _shift_variables(
    made: CoverModel, problem: CoverProblem, options: NDArray[np.int64], *, whole: bool
) -> None:
    chosen = set(options.tolist())
    paid = problem.catalogue.paid_s
    for b, block in enumerate(problem.blocks):
        for option in block.options.tolist():
            if option in chosen:
                price = problem.price_paid_h * float(paid[option]) / 3600
                if problem.price_head is not None:
                    price += float(problem.price_head[b, problem.catalogue.day[option]])
                low = 0.0 if block.fixed is None else float(block.fixed[option])
                variable = made.model.variable(low=low, price=price, whole=whole)
                made.shifts[b, option] = variable
                if block.former is not None and block.former[option] and problem.price_change:
                    had = float(block.former[option])
                    kept = made.model.variable(high=had, price=-problem.price_change, whole=False)
                    made.model.row([(kept, 1.0), (variable, -1.0)], "<=", 0.0)
                made.totals.setdefault(option, []).append((variable, 1.0))
    for option, terms in made.totals.items():
        if len(terms) > 1:
            total = made.model.variable(whole=False)
            made.model.row([*terms, (total, -1.0)], "==", 0.0)
            made.totals[option] = [(total, 1.0)]
    for option in chosen:
        made.totals.setdefault(option, [])


def _all_breaks(
    made: CoverModel,
    problem: CoverProblem,
    options: NDArray[np.int64],
    form: BreakForm,
    cover: dict[int, list[Term]],
    fixed: NDArray[np.int64] | None,
    *,
    whole: bool,
) -> None:
    catalogue = problem.catalogue
    groups: dict[tuple[int, int, int], list[int]] = {}
    for option in options.tolist():
        if (made.totals[option] if fixed is None else fixed[option]) and catalogue.classes[
            catalogue.kind[option]
        ].breaks:
            apart = option if form is BreakForm.AYKIN else -1
            key = (int(catalogue.kind[option]), int(catalogue.day[option]), apart)
            groups.setdefault(key, []).append(option)
    for (kind, day, _), members in groups.items():
        group = _Group(
            tuple(int(catalogue.start[o]) for o in members),
            tuple(tuple(made.totals[o]) if fixed is None else () for o in members),
            tuple(0.0 if fixed is None else float(fixed[o]) for o in members),
        )
        windows, gap = catalogue.classes[kind].breaks, catalogue.classes[kind].gap
        begun = [_window_rows(made.model, group, window, whole=whole) for window in windows]
        for before, after, first, second in zip(
            windows[:-1], windows[1:], begun[:-1], begun[1:], strict=True
        ):
            _order_rows(made.model, before, after, first, second, gap[0])
            _reach_rows(made.model, before, after, first, second, gap[1])
        for w, (window, variables) in enumerate(zip(windows, begun, strict=True)):
            kept = made.breaks.setdefault((kind, day, w), {})
            for step, variable in variables.items():
                kept.setdefault(step, []).append(variable)
                for at in range(step, step + window.length):
                    cover[at].append((variable, -1.0))
                    if problem.presence:
                        made.resting.setdefault(at, []).append((variable, 1.0))


@dataclass(frozen=True, slots=True)
class _Group:
    """Shifts whose breaks are counted together, by start: as terms, or as fixed numbers."""

    starts: tuple[int, ...]
    terms: tuple[tuple[Term, ...], ...]
    numbers: tuple[float, ...]

    def until(self, members: int) -> tuple[list[Term], float]:
        """The first shifts by start."""
        return [t for terms in self.terms[:members] for t in terms], sum(self.numbers[:members])


def _window_rows(
    model: Model, group: _Group, window: BreakWindow, *, whole: bool
) -> dict[int, Any]:
    """Variables of breaks begun by step, tied to the group's shifts."""
    steps = sorted({start + at for start in group.starts for at in window.starts})
    begun = {step: model.variable(whole=whole) for step in steps}

    def tie(until_step: int, members: int, sense: str) -> None:
        terms, number = group.until(members)
        taken = [(variable, 1.0) for step, variable in begun.items() if step <= until_step]
        model.row([*taken, *((v, -f) for v, f in terms)], sense, number)

    for m, start in enumerate(group.starts[:-1], start=1):
        tie(start + window.latest, m, ">=")
    for m, start in enumerate(group.starts[1:], start=1):
        tie(start + window.earliest - 1, m, "<=")
    tie(steps[-1], len(group.starts), "==")
    return begun


def _order_rows(
    model: Model,
    before: BreakWindow,
    after: BreakWindow,
    first: dict[int, Any],
    second: dict[int, Any],
    least: int,
) -> None:
    """By any step no more second breaks have begun than first ones are over so many steps ago."""
    apart = before.length + least
    if before.latest + apart <= after.earliest:
        return
    for step in second:
        later = [v for at, v in first.items() if at + apart > step]
        if later:
            ended = [(v, -1.0) for at, v in first.items() if at + apart <= step]
            model.row([*((v, 1.0) for at, v in second.items() if at <= step), *ended], "<=", 0.0)


def _reach_rows(
    model: Model,
    before: BreakWindow,
    after: BreakWindow,
    first: dict[int, Any],
    second: dict[int, Any],
    most: int,
) -> None:
    """By any step as many second breaks have begun as first ones are over so many steps ago."""
    apart = before.length + most
    if before.earliest + apart >= after.latest:
        return
    for due in (at + apart for at in first):
        if any(at > due for at in second):
            over = [(v, 1.0) for at, v in first.items() if at + apart <= due]
            model.row([*over, *((v, -1.0) for at, v in second.items() if at <= due)], "<=", 0.0)


def _price_steps(
    model: Model,
    problem: CoverProblem,
    terms: dict[int, list[Term]],
    base: NDArray[np.float64],
    *,
    every_step: bool,
) -> Staff:
    """Price over and under in every step that an option reaches, and of the others if asked."""
    length, staff = problem.line.length, Staff()
    steps = sorted({at % length for at in terms})
    by_lane = base.reshape(len(problem.lanes), length)
    for step in steps:
        if not problem.shared:
            own = _price_step(model, problem.demands[0], step, terms[step], float(base[step]))
            staff[0, step] = own
            continue
        mine = [terms.get(lane * length + step, []) for lane in range(len(problem.lanes))]
        now = by_lane[:, step].tolist()
        flow_rows(model, problem.demands, problem.lanes, step, mine, now, staff)
    if every_step:
        rest = np.setdiff1d(np.arange(length), steps)
        cut = tuple(demand.part(rest) for demand in problem.demands)
        agents = share_out(cut, problem.lanes, by_lane[:, rest]).sum(axis=0)
        for demand, row in zip(cut, agents, strict=True):
            model.constant += float(demand.cost(row).sum())
    return staff


def _price_step(
    model: Model, demand: Demand, step: int, terms: Sequence[Term], carry: float
) -> tuple[list[Term], float]:
    """Price of one step of a queue that shares nobody; gives the agents at work in it."""
    if demand.under[step] == 0 and demand.over[step] == 0:
        return list(terms), carry
    priced, right = short_and_over(model, demand, step, carry=carry, whole=True)
    model.row([*terms, *priced], "==", right)
    return [(v, -f) for v, f in priced], right + carry
