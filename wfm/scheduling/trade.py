"""Trades: a roster whose model was not solved to the gap, made better a part at a time.

Some people with all their days, or some days of all people, are solved again while everything else
stands (large-neighbourhood search). Rounds, parts and nodes are counted, not timed, so the same
inputs and seed give the same roster while time is left.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import (
    OFF,
    RosterProblem,
    assign_block,
    flawed,
    left_over,
    roster_price,
    split,
)
from wfm.scheduling.limits import SolveLimits

__all__ = ["has_parts", "trade"]

_PERSON_DAYS = 84
"""Size of a part: so many days of persons are free at once."""

_NODES = 60
_LEAST_S = 0.2
_IDLE_ROUNDS = 16
_ROUNDS = 200


def has_parts(problem: RosterProblem) -> bool:
    """Whether it is larger than one part; where it is not, a trade solves the same model again."""
    return problem.persons * problem.days_on_line > _PERSON_DAYS


def trade(
    problem: RosterProblem, assignment: NDArray[np.int64], limits: SolveLimits, until: float
) -> NDArray[np.int64]:
    """A roster at least as good, shape (persons, days).

    Parameters
    ----------
    until
        When to end at the latest, on the clock of :func:`time.monotonic`.
    """
    rng = np.random.default_rng(limits.seed)
    out, best, idle = assignment, roster_price(problem, assignment), 0
    for number in range(_ROUNDS):
        left = until - time.monotonic()
        limits.cut.seen |= left < _LEAST_S
        if left < _LEAST_S or limits.over or idle == _IDLE_ROUNDS:
            break
        part = _some_days if number % 2 else _some_people
        tried = part(problem, out, limits, rng, left)
        price = roster_price(problem, tried)
        idle = 0 if price < best - 1e-6 else idle + 1
        if price <= best + 1e-6:
            out, best = tried, min(best, price)
    return out


def _some_people(
    problem: RosterProblem,
    out: NDArray[np.int64],
    limits: SolveLimits,
    rng: np.random.Generator,
    seconds: float,
) -> NDArray[np.int64]:
    """All days of a few people, the flawed first: they share what they and what nobody has."""
    size = min(max(_PERSON_DAYS // problem.days_on_line, 2), problem.persons)
    first = rng.permutation(flawed(problem, out))
    others = rng.permutation(np.setdiff1d(np.arange(problem.persons), first))
    order = np.concatenate([first, others])
    chosen = np.sort(order[:size])
    held = out[chosen]
    count = left_over(problem, out) + np.bincount(held[held != OFF], minlength=len(problem.count))
    tried = out.copy()
    tried[chosen] = _solved(split(problem, chosen, count), held, limits, seconds)
    return tried


def _some_days(
    problem: RosterProblem,
    out: NDArray[np.int64],
    limits: SolveLimits,
    rng: np.random.Generator,
    seconds: float,
) -> NDArray[np.int64]:
    """A few days of everybody; on the others people have their shift or none."""
    size = min(max(_PERSON_DAYS * 2 // max(problem.persons, 1), 2), problem.days_on_line)
    first = int(rng.integers(0, problem.days_on_line - size + 1))
    free = (problem.day >= first) & (problem.day < first + size)
    stands = out[:, problem.day] == np.arange(len(problem.day))[None, :]
    part = replace(problem, allowed=problem.allowed & (free[None, :] | stands))
    return _solved(part, out, limits, seconds)


def _solved(
    part: RosterProblem, held: NDArray[np.int64], limits: SolveLimits, seconds: float
) -> NDArray[np.int64]:
    found = assign_block(
        part,
        gap=limits.gap,
        nodes=_NODES,
        time_limit_s=seconds,
        engine=limits.engine,
        seed=limits.seed,
        start=held,
        stop=limits.stop,
    )
    limits.cut.seen |= found.cut
    return found.assignment if found.status.usable else held
