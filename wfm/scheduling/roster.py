"""The roster of a week: planned shifts to named persons, in blocks, then person by person.

A contract and skill group is one block, cut into pieces small enough to be solved to the gap in
seconds, those of a site together; pieces share the block's shifts out evenly and run side by side,
in threads, processes or on a cluster, to the same roster. What is left over or out of range
goes through a second model of just the people concerned, and last a person at a time is given the
week that helps coverage most.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import (
    OFF,
    RosterProblem,
    RosterResult,
    assign_block,
    flawed,
    left_over,
    roster_price,
    split,
)
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.match import match_days
from wfm.scheduling.plan import Step
from wfm.scheduling.solver import SolveStatus
from wfm.scheduling.trade import has_parts, trade

__all__ = ["BLOCK", "assign_people", "when_done"]

T = TypeVar("T")

BLOCK = 40
"""Most people in one piece of a block."""

_LOOK_S = 0.2
"""How often a stop is looked for while pieces are solved elsewhere [s]."""

_MANY_WISHES = 0.25

_NODES = 60
_SMALL_NODES = 3600
"""Branch-and-bound nodes of a piece, shared by its people: small pieces are searched longer."""

_STAGE_SHARE = 0.9
"""Part of the time left that the pieces may take together."""

_AGAIN_SHARE = 0.5
"""Part of the time left that a mixed part, solved again, may take."""

_MODEL_SHARE = 0.6
"""Part of a piece's time for its model; what is left is for trades where the gap stays open."""

_CLOSE = 0.05
"""A gap of this price per person is not worth closing; a wish for a day off is worth 8."""


def block_size(problem: RosterProblem) -> int:
    """Most people in a piece: more where most shifts are liked or disliked, as there trades pay."""
    asked = float((problem.price != 0).mean()) if problem.price.size else 0.0
    return BLOCK if asked < _MANY_WISHES else BLOCK * 3 // 2


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some people of a group, or the whole of it, and the shifts dealt to them."""

    persons: NDArray[np.int64]
    problem: RosterProblem
    whole: bool


@dataclass(frozen=True, slots=True)
class _Task:
    """A piece to be solved somewhere: at most so long from when it begins [s]."""

    problem: RosterProblem
    limits: SolveLimits
    time_limit_s: float
    first: NDArray[np.int64]
    whole: bool


def assign_people(
    problem: RosterProblem,
    groups: Sequence[NDArray[np.int64]],
    limits: SolveLimits,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    sites: NDArray[np.int64] | None = None,
    step: Step | None = None,
) -> RosterResult:
    """Hand out all shifts.

    Parameters
    ----------
    groups
        Persons who share shifts with nobody outside their group (a contract and skill group).
    workers
        Pieces solved at the same time. HiGHS lets go of the interpreter, so threads do.
    executor
        Where pieces are solved, in place of threads: spawned processes, or a cluster.
    sites
        Site of each person, shape (persons,): a piece holds as few as it can; None is one site.

    Notes
    -----
    Stopped or out of time, the pieces that are done stay and the others are matched quickly.
    """
    where = np.zeros(problem.persons, dtype=np.int64) if sites is None else sites
    pieces = [piece for persons in groups for piece in _pieces(problem, persons, where)]
    out = np.full((problem.persons, problem.days_on_line), -2, dtype=np.int64)
    results: list[RosterResult] = []
    try:
        for piece, result in zip(pieces, _solved(pieces, limits, workers, executor), strict=False):
            out[piece.persons] = result.assignment
            results.append(result)
            if step:
                step("roster", len(results), len(pieces), None)
    except KeyboardInterrupt:
        results.append(RosterResult(out, SolveStatus.FEASIBLE, np.nan, np.nan, cut=True))
    if (out == -2).any():
        results.append(RosterResult(out, SolveStatus.FEASIBLE, np.nan, np.nan, cut=True))
        out = match_days(problem, out)
    for persons in groups:
        out = _second_round(problem, persons, out, limits)
    limits.cut.seen |= any(result.cut for result in results)
    proven = all(result.status is SolveStatus.OPTIMAL for result in results)
    status = SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE
    return RosterResult(out, status, roster_price(problem, out), np.nan)


def _solved(
    pieces: Sequence[_Piece], limits: SolveLimits, workers: int, executor: Executor | None
) -> Iterator[RosterResult]:
    """Results in the order of the pieces; ends early when time is up.

    What a piece leaves of its time is for those after it.
    """
    own = None if executor else ThreadPoolExecutor(max(workers, 1))
    where = executor or own
    assert where is not None
    alone = limits if executor is None else replace(limits, stop=None)
    waiting: deque[Future[RosterResult]] = deque()
    left = deque(pieces)
    try:
        while True:
            while left and len(waiting) <= max(workers, 1):
                waves = -(-(len(waiting) + len(left)) // max(workers, 1))
                piece = left.popleft()
                limit_s, first = limits.left_s(_STAGE_SHARE / waves), match_days(piece.problem)
                task = _Task(piece.problem, alone, limit_s, first, piece.whole)
                waiting.append(where.submit(_solve_task, task))
            if not waiting:
                return
            done = when_done(waiting.popleft(), limits)
            if done is None:
                return
            yield done
    finally:
        for future in waiting:
            future.cancel()
        if own is not None:
            own.shutdown()


def when_done(future: Future[T], limits: SolveLimits) -> T | None:
    """Result of work elsewhere once it is there; None when time is up before."""
    while True:
        try:
            return future.result(_LOOK_S)
        except TimeoutError:
            if limits.over:
                return None


def _solve_task(task: _Task) -> RosterResult:
    """Solve a piece where it was sent, by the clock that goes there."""
    limit_s = task.time_limit_s
    limits = replace(task.limits, until=time.monotonic() + limit_s)
    return _solve_piece(task.problem, limits, limit_s, task.first, whole=task.whole)


def _solve_piece(
    problem: RosterProblem,
    limits: SolveLimits,
    time_limit_s: float,
    first: NDArray[np.int64],
    *,
    whole: bool = False,
) -> RosterResult:
    """Solve a piece by model; a whole group, which meets no others later, trades within itself."""
    if time_limit_s < _LOOK_S or (limits.stop is not None and limits.stop.is_set()):
        price = roster_price(problem, first)
        return RosterResult(first, SolveStatus.FEASIBLE, price, np.nan, cut=True)
    until = time.monotonic() + time_limit_s
    trades = whole and has_parts(problem)
    found = assign_block(
        problem,
        gap=limits.gap,
        gap_price=_CLOSE * problem.persons,
        nodes=max(_NODES, _SMALL_NODES // problem.persons),
        time_limit_s=(_MODEL_SHARE if trades else 1.0) * time_limit_s,
        engine=limits.engine,
        seed=limits.seed,
        start=first,
        stop=limits.stop,
    )
    if found.status is SolveStatus.OPTIMAL or not trades:
        return found
    traded = trade(problem, found.assignment, limits, until)
    cut = found.cut or limits.cut.seen
    return replace(found, assignment=traded, objective=roster_price(problem, traded), cut=cut)


def _cuts(
    persons: NDArray[np.int64], sites: NDArray[np.int64], parts: int
) -> list[NDArray[np.int64]]:
    """Even parts of a group, people of a site together; within one site every part of all teams.

    Examples
    --------
    >>> cuts = _cuts(np.arange(6), np.array([1, 0, 1, 0, 1, 0]), 2)
    >>> [cut.tolist() for cut in cuts]
    [[1, 3, 5], [0, 2, 4]]
    >>> [cut.tolist() for cut in _cuts(np.arange(6), np.zeros(6), 2)]
    [[0, 2, 4], [1, 3, 5]]
    """
    if len(np.unique(sites[persons])) == 1:
        return [persons[part::parts] for part in range(parts)]
    return np.array_split(persons[np.argsort(sites[persons], kind="stable")], parts)


def _pieces(
    problem: RosterProblem, persons: NDArray[np.int64], sites: NDArray[np.int64]
) -> list[_Piece]:
    """Cut a group into even pieces; each shift kind is dealt out by the people free that day."""
    mine = np.where(problem.allowed[persons].any(axis=0), problem.count, 0)
    parts = -(-len(persons) // block_size(problem))
    if parts <= 1:
        return [_Piece(persons, split(problem, persons, mine), True)] if len(persons) else []
    cuts = _cuts(persons, sites, parts)
    deals = _held_deals(problem, cuts)
    for day in range(problem.days_on_line):
        kinds = np.flatnonzero((problem.day == day) & (mine > 0))
        kinds = kinds[np.argsort(problem.start[kinds], kind="stable")]
        free = np.array([problem.allowed[cut][:, kinds].any(axis=1).sum() for cut in cuts])
        given = deals[:, kinds].sum(axis=1).astype(float)
        slots = np.repeat(kinds, problem.count[kinds] - deals[:, kinds].sum(axis=0))
        for n, kind in enumerate(slots.tolist(), start=1 + int(given.sum())):
            part = int(np.argmax(free * n / max(free.sum(), 1) - given))
            deals[part, kind] += 1
            given[part] += 1
    return [_Piece(c, split(problem, c, d), False) for c, d in zip(cuts, deals, strict=True)]


def _held_deals(problem: RosterProblem, cuts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Kinds that people of each piece hold, as far as the plan still has them."""
    deals = np.zeros((len(cuts), len(problem.count)), dtype=np.int64)
    if problem.held is None:
        return deals
    left = problem.count.copy()
    for part, cut in enumerate(cuts):
        held = problem.held[cut]
        deals[part] = np.minimum(np.bincount(held[held >= 0], minlength=len(left)), left)
        left -= deals[part]
    return deals


def _regret(problem: RosterProblem, assignment: NDArray[np.int64]) -> NDArray[np.float64]:
    """What each person's shifts cost above the person's cheapest days."""
    works = assignment != OFF
    rows = np.arange(problem.persons)[:, None]
    off_is_free = np.hstack([problem.price, np.zeros((problem.persons, 1))])
    paid = off_is_free[rows, assignment].sum(axis=1)
    best = np.where(problem.allowed, problem.price, np.inf).min(axis=1, initial=np.inf)
    return np.asarray(paid - np.where(np.isfinite(best), best, 0.0) * works.sum(axis=1))


def _chosen(
    problem: RosterProblem,
    persons: NDArray[np.int64],
    assignment: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """People to solve again together: the flawed first, then by chance weighted by regret."""
    size = block_size(problem)
    bad = np.intersect1d(flawed(problem, assignment), persons)[:size]
    sound = np.setdiff1d(persons, bad)
    weight = 1.0 + np.maximum(_regret(problem, assignment)[sound], 0.0)
    size = min(size - len(bad), len(sound))
    extra = rng.choice(sound, size, replace=False, p=weight / weight.sum()) if size else bad[:0]
    return np.sort(np.concatenate([bad, extra]))


def _second_round(
    problem: RosterProblem,
    persons: NDArray[np.int64],
    assignment: NDArray[np.int64],
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Solve mixed parts of a group again, so that people of different pieces can trade.

    As many rounds as the group has pieces, with what nobody took thrown in.
    """
    rng = np.random.default_rng(limits.seed)
    out = assignment
    for _ in range(
        -(-len(persons) // block_size(problem)) if len(persons) > block_size(problem) else 0
    ):
        reach = problem.allowed[persons].any(axis=0)
        rest = np.where(reach, left_over(problem, out), 0)
        bad = np.intersect1d(flawed(problem, out), persons)
        happy = float(np.maximum(_regret(problem, out)[persons], 0).sum()) < _CLOSE * len(persons)
        if limits.over or (happy and not len(bad) and not rest.any()):
            break
        chosen = _chosen(problem, persons, out, rng)
        held = out[chosen]
        count = rest + np.bincount(held[held != OFF], minlength=len(problem.count))
        small = split(problem, chosen, count)
        result = _solve_piece(small, limits, limits.left_s(_AGAIN_SHARE), held)
        limits.cut.seen |= result.cut
        if result.status.usable and result.objective < roster_price(small, held):
            out = out.copy()
            out[chosen] = result.assignment
    return out
