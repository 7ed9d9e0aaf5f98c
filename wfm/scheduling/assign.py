"""Shifts to named persons: the problem, its price, and one block of it as a model.

The problem knows no solver. An assignment is an array (persons, days) of shift indices, -1 for a
day off; its price is recomputed from that array alone, so every way of making one (the model here,
the matching in :mod:`wfm.scheduling.match`) is judged by the same words.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.duty import Duty, Kinds, duty_rows
from wfm.scheduling.solver import Engine, Model, SolveStatus, solve

__all__ = [
    "RosterPrices",
    "RosterProblem",
    "RosterResult",
    "assign_block",
    "flawed",
    "left_over",
    "person_rows",
    "roster_model",
    "roster_price",
    "split",
]

OFF = -1


@dataclass(frozen=True, slots=True)
class RosterPrices:
    """What a flaw of the roster costs.

    Parameters
    ----------
    uncovered
        A shift that nobody takes.
    day
        A working day short of or above a person's range.
    paid_h
        A paid hour short of or above a person's range.
    beyond
        A shift above what is asked for; None bars it.
    """

    uncovered: float = 50.0
    day: float = 60.0
    paid_h: float = 12.0
    beyond: float | None = None


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Shifts to hand out and the people to take them.

    Parameters
    ----------
    day, start, end, paid_s, count
        Of each kind of shift, shape (kinds,): day, first step, step after, paid time [s], how many.
    days, paid_range_s
        Fewest and most shifts, least and most paid time [s] of each person, shape (persons, 2).
    rest
        Least steps between shifts, shape (persons,).
    in_row
        Longest stretch of working days, shape (persons,).
    allowed
        Who may take what, shape (persons, kinds); leave and employment are in here.
    price
        Price of handing a kind to a person, below 0 for a wish met, shape (persons, kinds).
    last_end, run
        End of the last shift before the line [step] and days worked in a row up to it (persons,).
    held
        Kinds that people should get if they are there, -1 for none, shape (persons, days); pieces
        of a block deal these out first.
    clock_s, night, template
        Start on the clock [s], whether it is night work and the template's name, of each kind; for
        ``duty``.
    duty
        Rules of each person that tie the shifts of the week together; None when nobody has any.
    """

    days_on_line: int
    day: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    paid_s: NDArray[np.int64]
    count: NDArray[np.int64]
    days: NDArray[np.int64]
    paid_range_s: NDArray[np.int64]
    rest: NDArray[np.int64]
    in_row: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    price: NDArray[np.float64]
    last_end: NDArray[np.int64]
    run: NDArray[np.int64]
    prices: RosterPrices = RosterPrices()
    held: NDArray[np.int64] | None = None
    clock_s: NDArray[np.int64] | None = None
    night: NDArray[np.bool_] | None = None
    template: NDArray[np.str_] | None = None
    duty: tuple[Duty, ...] | None = None

    @property
    def asked(self) -> NDArray[np.bool_]:
        """Kinds that may be handed out."""
        if self.prices.beyond is not None:
            return np.ones(len(self.count), dtype=bool)
        return np.asarray(self.count > 0)

    @property
    def persons(self) -> int:
        """Number of people."""
        return len(self.days)

    def duty_of(self, person: int) -> Duty | None:
        """Rules of one person; None when there are none."""
        mine = None if self.duty is None else self.duty[person]
        return mine if mine is not None and mine.rules.shapes_week else None

    @property
    def kinds(self) -> Kinds:
        """Columns that the rules read."""
        assert self.clock_s is not None
        assert self.night is not None
        return Kinds(self.start, self.end, self.paid_s, self.clock_s, self.night, self.template)


@dataclass(frozen=True, slots=True)
class RosterResult:
    """Who works what: shape (persons, days) of kinds, -1 for off."""

    assignment: NDArray[np.int64]
    status: SolveStatus
    objective: float
    bound: float
    cut: bool = False
    """Whether time or a stop cut the work short."""


def roster_price(problem: RosterProblem, assignment: NDArray[np.int64]) -> float:
    """Price of an assignment: what is handed out, left over, out of range; rest is not priced.

    Examples
    --------
    Nobody to take one shift:

    >>> one, none = np.ones(1, dtype=np.int64), np.zeros((0, 1))
    >>> empty = np.zeros((0, 2), dtype=np.int64)
    >>> nobody = RosterProblem(1, 0 * one, 0 * one, 8 * one, 28800 * one, one, empty, empty,
    ...     empty[:, 0], empty[:, 0], none.astype(bool), none, empty[:, 0], empty[:, 0])
    >>> roster_price(nobody, np.zeros((0, 1), dtype=np.int64))
    50.0
    """
    works = assignment != OFF
    persons, _ = np.nonzero(works)
    kinds = assignment[works]
    prices = problem.prices
    total = float(problem.price[persons, kinds].sum())
    left = left_over(problem, assignment)
    total += prices.uncovered * float(np.maximum(left, 0).sum())
    total += (prices.beyond or 0.0) * float(np.maximum(-left, 0).sum())
    total += prices.day * float(_outside(works.sum(axis=1), problem.days).sum())
    paid = np.zeros(problem.persons)
    np.add.at(paid, persons, problem.paid_s[kinds])
    return total + prices.paid_h * float(_outside(paid, problem.paid_range_s).sum()) / 3600


def _outside(values: NDArray[np.float64], ranges: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(np.maximum(ranges[:, 0] - values, 0) + np.maximum(values - ranges[:, 1], 0))


def left_over(problem: RosterProblem, assignment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shifts of each kind that nobody has."""
    taken = np.bincount(assignment[assignment != OFF], minlength=len(problem.count))
    return np.asarray(problem.count - taken)


def flawed(problem: RosterProblem, assignment: NDArray[np.int64]) -> NDArray[np.int64]:
    """Persons whose days or hours are out of range."""
    works = assignment != OFF
    days = works.sum(axis=1)
    paid = np.append(problem.paid_s, 0)[assignment].sum(axis=1)
    bad = (days < problem.days[:, 0]) | (days > problem.days[:, 1])
    bad |= (paid < problem.paid_range_s[:, 0]) | (paid > problem.paid_range_s[:, 1])
    return np.flatnonzero(bad)


def split(
    problem: RosterProblem, persons: NDArray[np.int64], count: NDArray[np.int64]
) -> RosterProblem:
    """The same problem for some of the people and some of the shifts; kinds keep their numbers."""
    return replace(
        problem,
        count=count,
        held=None if problem.held is None else problem.held[persons],
        duty=None if problem.duty is None else tuple(problem.duty[p] for p in persons.tolist()),
        **{
            name: getattr(problem, name)[persons]
            for name in (
                "days",
                "paid_range_s",
                "rest",
                "in_row",
                "allowed",
                "price",
                "last_end",
                "run",
            )
        },
    )


def assign_block(
    problem: RosterProblem,
    *,
    gap: float,
    gap_price: float = 0.0,
    nodes: int | None = None,
    time_limit_s: float = 60.0,
    engine: Engine = Engine.HIGHS,
    seed: int = 0,
    start: NDArray[np.int64] | None = None,
    stop: threading.Event | None = None,
) -> RosterResult:
    """Hand out the shifts of one block by a whole-number model.

    Parameters
    ----------
    start
        An assignment to start from, shape (persons, days).

    Notes
    -----
    Rest is kept by cliques: for a start e of a day, all shifts of the day before that end less
    than a rest before e and all shifts of the day that start no later than e exclude one another.
    Days and hours are ranges with a price outside; an assignment therefore always exists.
    """
    model, taken = roster_model(problem)
    first = None if start is None else _start_values(problem, model, taken, start)
    solution = solve(
        model,
        gap=gap,
        gap_price=gap_price,
        nodes=nodes,
        time_limit_s=time_limit_s,
        engine=engine,
        seed=seed,
        start=first,
        stop=stop,
    )
    out = np.full((problem.persons, problem.days_on_line), OFF, dtype=np.int64)
    if solution.status.usable:
        for person, by_day in enumerate(taken):
            for day, pairs in enumerate(by_day):
                for kind, variable in pairs:
                    if solution.of([variable])[0] > 0.5:
                        out[person, day] = kind
    elif start is not None:
        out = start.copy()
    price = roster_price(problem, out)
    return RosterResult(out, solution.status, price, solution.bound, solution.cut)


_Taken = list[list[list[tuple[int, object]]]]
"""Variables by person and day: (kind, variable)."""


def roster_model(problem: RosterProblem) -> tuple[Model, _Taken]:
    """The whole-number model of a block; its variables by person and day as (kind, variable)."""
    model = Model("roster")
    taken = _variables(problem, model)
    _cover_rows(problem, model, taken)
    for person in range(problem.persons):
        person_rows(problem, model, person, taken)
    return model, taken


def _variables(problem: RosterProblem, model: Model) -> _Taken:
    by_day = [
        np.flatnonzero((problem.day == day) & problem.asked) for day in range(problem.days_on_line)
    ]
    return [
        [
            [
                (k, model.variable(high=1.0, price=float(problem.price[person, k]), whole=True))
                for k in kinds.tolist()
                if problem.allowed[person, k]
                and problem.start[k] >= problem.last_end[person] + problem.rest[person]
            ]
            for kinds in by_day
        ]
        for person in range(problem.persons)
    ]


def _cover_rows(problem: RosterProblem, model: Model, taken: _Taken) -> None:
    takers: dict[int, list[object]] = {k: [] for k in np.flatnonzero(problem.asked).tolist()}
    for by_day in taken:
        for pairs in by_day:
            for kind, variable in pairs:
                takers[kind].append(variable)
    for kind, variables in takers.items():
        nobody = model.variable(price=problem.prices.uncovered, whole=False)
        terms = [*((v, 1.0) for v in variables), (nobody, 1.0)]
        if problem.prices.beyond is not None:
            terms.append((model.variable(price=problem.prices.beyond, whole=False), -1.0))
        model.row(terms, "==", float(problem.count[kind]))


def person_rows(problem: RosterProblem, model: Model, person: int, taken: _Taken) -> None:
    """Rows of one person: a shift a day, days and hours, rest, days in a row, own rules."""
    by_day = taken[person]
    every = [pair for pairs in by_day for pair in pairs]
    for pairs in by_day:
        if len(pairs) > 1:
            model.row([(v, 1.0) for _, v in pairs], "<=", 1.0)
    low, high = problem.days[person].tolist()
    _ranged(model, [(v, 1.0) for _, v in every], low, high, problem.prices.day)
    low_s, high_s = problem.paid_range_s[person].tolist()
    hours = [(v, float(problem.paid_s[k]) / 3600) for k, v in every]
    _ranged(model, hours, low_s / 3600, high_s / 3600, problem.prices.paid_h)
    for before, today in itertools.pairwise(by_day):
        _rest_cliques(problem, model, int(problem.rest[person]), before, today)
    _stretch_rows(model, by_day, int(problem.in_row[person]), int(problem.run[person]))
    duty = problem.duty_of(person)
    if duty is not None:
        duty_rows(model, duty, problem.kinds, by_day, price=problem.prices.day)


def _ranged(
    model: Model, terms: list[tuple[object, float]], low: float, high: float, price: float
) -> None:
    short = model.variable(price=price, whole=False)
    above = model.variable(price=price, whole=False)
    if low == high:
        model.row([*terms, (short, 1.0), (above, -1.0)], "==", low)
    else:
        model.row([*terms, (short, 1.0)], ">=", low)
        model.row([*terms, (above, -1.0)], "<=", high)


def _rest_cliques(
    problem: RosterProblem,
    model: Model,
    rest: int,
    before: list[tuple[int, object]],
    today: list[tuple[int, object]],
) -> None:
    ends = np.array([problem.end[k] + rest for k, _ in before], dtype=np.int64)
    starts = np.array([problem.start[k] for k, _ in today], dtype=np.int64)
    if not len(ends) or not len(starts):
        return
    kept: dict[int, int] = {}
    for start in np.unique(starts).tolist():
        late = int((ends > start).sum())
        if late:
            kept[late] = start
    for start in kept.values():
        clique = [(v, 1.0) for (_, v), end in zip(before, ends, strict=True) if end > start]
        clique += [(v, 1.0) for (_, v), at in zip(today, starts, strict=True) if at <= start]
        model.row(clique, "<=", 1.0)


def _stretch_rows(
    model: Model, by_day: list[list[tuple[int, object]]], in_row: int, run: int
) -> None:
    """At most ``in_row`` working days in every window of one day more, the days before included."""
    days = len(by_day)
    for first in range(-min(run, in_row), days - in_row):
        window = by_day[max(first, 0) : first + in_row + 1]
        terms = [(v, 1.0) for pairs in window for _, v in pairs]
        if terms:
            model.row(terms, "<=", float(in_row + min(first, 0)))


def _start_values(
    problem: RosterProblem, model: Model, taken: _Taken, start: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The variables' values of an assignment; slacks are left to the solver's completion."""
    values = np.full(len(model.variables), np.nan)
    for person, by_day in enumerate(taken):
        for day, pairs in enumerate(by_day):
            for kind, variable in pairs:
                values[int(variable.name[1:])] = float(start[person, day] == kind)  # type: ignore[attr-defined]
    return values
