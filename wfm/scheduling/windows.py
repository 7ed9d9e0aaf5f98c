"""Steady starts: each person gets a window of starts for the week before shifts are handed out.

A plan made without the rule has early and late starts every day. Side by side by rank, the k-th
of a day's starts is close to the k-th of another's: that is a person's window. The week is then
planned again with people of one window as a block, so that what is planned can be worked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from wfm.scheduling.people import Person
from wfm.scheduling.problem import Plan
from wfm.scheduling.skills import Pool
from wfm.scheduling.week import Carried, Week, burden_week_prices, held_prices, wish_prices

__all__ = ["with_windows"]

_NEVER = 1e6


def with_windows(week: Week, plans: Mapping[Pool, Plan], carried: Carried) -> list[Person]:
    """The same people; those whose contract wants steady starts have a window of the week.

    Windows go to whom they suit: wishes, what people carried, former shifts. Who has a settled
    shift keeps all starts.
    """
    people = list(week.people)
    every = np.arange(len(week.catalogue))
    price: NDArray[np.float64] | None = None
    for members, counts in _planned_shifts(week, plans):
        spread = people[members[0]].contract.duty.start_spread_s
        free = members[(week.former.fixed[members] < 0).all(axis=1)]
        if spread is None or not len(free) or not counts.any():
            continue
        if price is None:
            price = wish_prices(week, every, carried) + burden_week_prices(week, every, carried)
            price -= held_prices(week, every)
        firsts = _windows(week, counts, len(free), spread)
        cost = _costs(week, price[free], firsts, spread)
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            window = (int(firsts[column]), int(firsts[column]) + spread)
            people[free[row]] = replace(people[free[row]], window=window)
    return people


def _planned_shifts(
    week: Week, plans: Mapping[Pool, Plan]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """People of each group and the shifts planned for them, by option of the week's catalogue."""
    size = len(week.catalogue)
    blocks = dict.fromkeys(plans, 0)
    for (serves, _), members in week.groups().items():
        pool = next(pool for pool in plans if serves in pool.groups)
        lane = pool.lane(serves, week.people[members[0]].places)
        yield members, plans[pool].counts[blocks[pool]][lane * size : (lane + 1) * size]
        blocks[pool] += 1


def _windows(week: Week, counts: NDArray[np.int64], people: int, spread: int) -> NDArray[np.int64]:
    """First start of each person's window [s after midnight], from the k-th starts of each day."""
    catalogue = week.catalogue
    starts = [
        np.repeat(catalogue.clock_s[mine], counts[mine])
        for day in range(len(week.line.dates))
        if len(mine := np.flatnonzero((catalogue.day == day) & (counts > 0)))
    ]
    ranked = [np.sort(day) for day in starts]
    clocks = np.unique(catalogue.clock_s)
    out = np.zeros(people, dtype=np.int64)
    for k in range(people):
        mine = np.array([day[int((k + 0.5) / people * len(day))] for day in ranked])
        inside = (mine >= clocks[:, None]) & (mine <= clocks[:, None] + spread)
        apart = np.abs(clocks + spread / 2 - np.median(mine))
        out[k] = clocks[np.lexsort((apart, -inside.sum(axis=1)))[0]]
    return out


def _costs(
    week: Week, price: NDArray[np.float64], firsts: NDArray[np.int64], spread: int
) -> NDArray[np.float64]:
    """Mean price of the shifts of each window for each person, shape (persons, windows)."""
    clock = week.catalogue.clock_s
    cost = np.zeros((len(price), len(firsts)))
    for first in np.unique(firsts).tolist():
        inside = (clock >= first) & (clock <= first + spread)
        mean = price[:, inside].mean(axis=1) if inside.any() else np.full(len(price), _NEVER)
        cost[:, firsts == first] = mean[:, None]
    return cost
