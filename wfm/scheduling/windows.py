"""Steady starts: each person gets a window of starts for the week before the week is planned.

An LP of the week (breaks spread, shifts thinned out) knows how many people of each choice of days
work in which window; windows are then given to people one after the other, so that each day's
share of early and late windows comes closest to it and wishes count. The week is planned with
people of one window as a block, so that what is planned can be worked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.cover import CoverModel, cover_model
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.people import Person
from wfm.scheduling.problem import Block, CoverProblem, thinned
from wfm.scheduling.solver import Term
from wfm.scheduling.targets import broken_price, every_option, week_rows
from wfm.scheduling.week import (
    Carried,
    Week,
    burden_week_prices,
    cover_problem,
    held_prices,
    wish_prices,
)

__all__ = ["with_windows"]

_MOST_OPTIONS = 80
"""Shifts of a group and day that the LP knows."""

_MOST_WINDOWS = 16
"""Windows that the LP knows, evenly out of all."""

_ROUNDS = 8
"""Most times everybody's window is looked at again."""


@dataclass(frozen=True, slots=True)
class _Steady:
    """People of one group who get windows, with the earliest start of each window there can be."""

    members: NDArray[np.int64]
    spread_s: int
    firsts: tuple[int, ...]


def with_windows(week: Week, carried: Carried, limits: SolveLimits) -> list[Person]:
    """The same people; those whose contract wants steady starts have a window of the week.

    Who has a settled shift keeps all starts; so does everybody when time is up.
    """
    people = list(week.people)
    every = np.arange(len(week.catalogue))
    price = wish_prices(week, every, carried) + burden_week_prices(week, every, carried)
    price -= held_prices(week, every)
    for pool in week.given.planned_pools():
        problem = thinned(cover_problem(week, pool, carried), _MOST_OPTIONS)
        groups = [m for (serves, _), m in week.groups().items() if serves in pool.groups]
        steady = {
            b: found
            for b, members in enumerate(groups)
            if (found := _steady(week, problem, b, members)) is not None
        }
        wanted = _wanted(week, problem, steady, limits) if steady else {}
        for b, shares in wanted.items():
            mine = steady[b]
            cost = _costs(week, price[mine.members], mine)
            for person, first in zip(
                mine.members.tolist(), _given(week, mine, shares, cost), strict=True
            ):
                window = (first, first + mine.spread_s)
                people[person] = replace(people[person], window=window)
    return people


def _steady(
    week: Week, problem: CoverProblem, b: int, members: NDArray[np.int64]
) -> _Steady | None:
    """People of a group for whom a window says something."""
    spread_s = week.people[int(members[0])].contract.duty.start_spread_s
    free = members[(week.former.fixed[members] < 0).all(axis=1)]
    clocks = np.unique(problem.catalogue.clock_s[problem.blocks[b].options])
    if spread_s is None or not len(free) or not len(clocks) or clocks[-1] - clocks[0] <= spread_s:
        return None
    last = int(clocks[-1]) - spread_s
    firsts = np.append(clocks[clocks < last], last)
    picks = np.unique(np.linspace(0, len(firsts) - 1, _MOST_WINDOWS).astype(int))
    return _Steady(free, spread_s, tuple(firsts[picks].tolist()))


def _wanted(
    week: Week, problem: CoverProblem, steady: Mapping[int, _Steady], limits: SolveLimits
) -> dict[int, NDArray[np.float64]]:
    """People who can work on each day and start in each window, as the LP has them.

    By group, each of shape (days, windows); empty when time was up before.
    """
    blocks: list[Block] = []
    begins = {}
    clock_s = problem.catalogue.clock_s
    for b, block in enumerate(problem.blocks):
        begins[b] = len(blocks)
        if b not in steady:
            blocks.append(block)
            continue
        for first in steady[b].firsts:
            clocks = clock_s[block.options]
            inside = (clocks >= first) & (clocks <= first + steady[b].spread_s)
            blocks.append(replace(block, options=block.options[inside], heads=None))
    parted = replace(problem, blocks=tuple(blocks))
    options = every_option(parted)
    if not len(options) or limits.over:
        return {}
    made = cover_model(parted, options, whole_shifts=False, every_step=True, spread=True)
    price, people = broken_price(problem), {}
    for b, begin in begins.items():
        if b in steady:
            people[b] = _window_rows(made, parted, begin, week, steady[b], price)
        else:
            week_rows(made, parted, begin, price)
    solution = limits.relaxed(made.model)
    if not solution.status.usable:
        return {}
    return {
        b: np.sum(
            [np.outer(kind.available, solution.of(share)) for kind, share in kinds.items()], axis=0
        )
        for b, kinds in people.items()
    }


@dataclass(frozen=True, slots=True)
class _Kind:
    """What people must have alike to be one for a week."""

    available: tuple[bool, ...]
    days: tuple[int, int]
    paid_s: tuple[int, int]


def _window_rows(
    made: CoverModel,
    problem: CoverProblem,
    begin: int,
    week: Week,
    steady: _Steady,
    price: float,
) -> dict[_Kind, list[object]]:
    """Days and hours of the people of each window; how many of each kind it has."""
    people = [week.people[p] for p in steady.members.tolist()]
    kinds = Counter(_Kind(p.available, p.days, p.paid_s) for p in people)
    model, catalogue = made.model, problem.catalogue
    there: dict[_Kind, list[object]] = {}
    for kind, count in kinds.items():
        there[kind] = [model.variable(whole=False) for _ in steady.firsts]
        model.row([(v, 1.0) for v in there[kind]], "==", float(count))

    def of(window: int, share: Sequence[float]) -> list[Term]:
        return [(there[kind][window], -part) for kind, part in zip(there, share, strict=True)]

    for window in range(len(steady.firsts)):
        mine = problem.blocks[begin + window].options.tolist()
        shifts = [(option, made.shifts[begin + window, option]) for option in mine]
        for day in range(len(problem.line.dates)):
            today = [(v, 1.0) for o, v in shifts if catalogue.day[o] == day]
            able = [float(kind.available[day]) for kind in there]
            if today:
                model.row([*today, *of(window, able)], "<=", 0.0)
        every = [(v, 1.0) for _, v in shifts]
        hours = [(v, float(catalogue.paid_s[o]) / 3600) for o, v in shifts]
        for terms, low, high in (
            (every, [k.days[0] for k in there], [k.days[1] for k in there]),
            (hours, [k.paid_s[0] / 3600 for k in there], [k.paid_s[1] / 3600 for k in there]),
        ):
            short, above = (model.variable(price=price, whole=False) for _ in range(2))
            model.row([*terms, *of(window, low), (short, 1.0)], ">=", 0.0)
            model.row([*terms, *of(window, high), (above, -1.0)], "<=", 0.0)
    return there


def _given(
    week: Week, steady: _Steady, wanted: NDArray[np.float64], cost: NDArray[np.float64]
) -> list[int]:
    """First start of each person's window, shape (persons,).

    On each day the people up to each window come as near as can be to those that are wanted up to
    it: a person in the next window is a small miss, one in the last a large one.
    """
    able = np.array([week.people[p].available for p in steady.members.tolist()], dtype=float)
    owed = np.cumsum(wanted, axis=1)
    up_to = np.tri(len(steady.firsts)).T  # a window counts for itself and all later ones
    chosen = np.full(len(able), -1)
    now = np.zeros_like(owed)
    for _ in range(_ROUNDS):
        before = chosen.copy()
        for person, days in enumerate(able):
            if chosen[person] >= 0:
                now -= np.outer(days, up_to[chosen[person]])
            missed = days @ (2 * (now - owed) + 1)
            chosen[person] = int(np.argmin(up_to @ missed + cost[person]))
            now += np.outer(days, up_to[chosen[person]])
        if (chosen == before).all():
            break
    return [steady.firsts[window] for window in chosen.tolist()]


def _costs(week: Week, price: NDArray[np.float64], steady: _Steady) -> NDArray[np.float64]:
    """What people ask of each window, in misses of one person and day; (persons, windows).

    The mean price of the window's shifts on each day, over all days.
    """
    catalogue = week.catalogue
    gap_s = float(np.diff(steady.firsts).mean()) if len(steady.firsts) > 1 else 1.0
    demands = [week.demand[q] for q in week.people[int(steady.members[0])].serves]
    miss = max(float(np.median(d.under + d.over)) for d in demands) * gap_s / week.line.step_s / 2
    out = np.zeros((len(price), len(steady.firsts)))
    for window, first in enumerate(steady.firsts):
        inside = (catalogue.clock_s >= first) & (catalogue.clock_s <= first + steady.spread_s)
        for day in np.unique(catalogue.day[inside]).tolist():
            out[:, window] += price[:, inside & (catalogue.day == day)].mean(axis=1)
    return out / max(miss, 1e-6)
