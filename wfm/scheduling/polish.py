"""Last touch: one person, one day at a time, another legal shift where coverage gains from it.

The plan keeps hours free so that persons fit; once they do, what is left of those hours is spent
(or saved) here. Every swap keeps the person's rest and paid range, and what people asked for is
priced in. What stands has its breaks; those of a swapped shift are spread over their windows, so
the caller places them anew and keeps the better roster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import OFF, RosterProblem
from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.duty import kept_with
from wfm.scheduling.line import Demand

__all__ = ["polish"]

_WORTH = 0.05
"""Least price a swap must save, in agent-steps short: less is lost again when breaks are placed."""


@dataclass(frozen=True, slots=True)
class _Day:
    """Options of one day with what each puts on the line between two steps."""

    options: NDArray[np.int64]
    first: int
    profiles: NDArray[np.float64]

    @property
    def span(self) -> slice:
        """Steps the profiles reach over."""
        return slice(self.first, self.first + self.profiles.shape[1])


def _day_profiles(catalogue: Catalogue, options: NDArray[np.int64]) -> _Day:
    """Presence of each option, breaks spread evenly over their windows."""
    first, last = int(catalogue.start[options].min()), int(catalogue.end[options].max())
    profiles = np.zeros((len(options), last - first))
    for row, option in enumerate(options.tolist()):
        there = catalogue.classes[catalogue.kind[option]].presence
        profiles[row, int(catalogue.start[option]) - first :][: len(there)] = there
    return _Day(options, first, profiles)


def polish(
    catalogue: Catalogue,
    demand: Demand,
    staff: NDArray[np.float64],
    people: RosterProblem,
    assigned: NDArray[np.int64],
    options: list[NDArray[np.int64]],
    price: NDArray[np.float64],
    movable: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    rounds: int = 2,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A roster of one skill group with swaps that help coverage, and its staff after them.

    Parameters
    ----------
    demand, staff
        What the group is asked for, and those of it at work now, breaks taken out.
    people
        Rest, paid range and last end of each person; its kinds are not used.
    assigned
        Option of each person and day, -1 off, shape (persons, days).
    options
        Options each person may work.
    price
        Price of each of the catalogue's options for each person, shape (persons, options).
    movable
        Whether each shift may change, shape (persons, days).
    """
    out = assigned.copy()
    used = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *options]))
    days = {
        day: _day_profiles(catalogue, mine)
        for day in range(people.days_on_line)
        if len(
            mine := np.union1d(used[catalogue.day[used] == day], np.setdiff1d(out[:, day], [OFF]))
        )
    }
    asked = {day: demand.part(made.span) for day, made in days.items()}
    staff = staff.copy()
    for _ in range(rounds):
        swaps = 0
        for person in rng.permutation(len(out)).tolist():
            for day in np.flatnonzero((out[person] != OFF) & movable[person]).tolist():
                legal = _legal(catalogue, people, out[person], person, day, options[person])
                swaps += _swap(asked[day], days[day], staff, out, person, day, legal, price[person])
        if not swaps:
            break
    return out, staff


def _legal(
    catalogue: Catalogue,
    people: RosterProblem,
    week: NDArray[np.int64],
    person: int,
    day: int,
    options: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Options that keep the person's rest on both sides and the paid range of the week."""
    mine = options[catalogue.day[options] == day]
    rest = int(people.rest[person])
    before = week[:day][week[:day] != OFF]
    after = week[day + 1 :][week[day + 1 :] != OFF]
    free_from = int(catalogue.end[before[-1]]) if len(before) else int(people.last_end[person])
    keep = catalogue.start[mine] >= free_from + rest
    if len(after):
        keep &= catalogue.end[mine] + rest <= catalogue.start[after[0]]
    paid = int(catalogue.paid_s[week[week != OFF]].sum()) - int(catalogue.paid_s[week[day]])
    low, high = people.paid_range_s[person].tolist()
    total = paid + catalogue.paid_s[mine]
    mine = mine[keep & (total >= low) & (total <= high)]
    duty = people.duty_of(person)
    if duty is not None:
        mine = mine[kept_with(duty, catalogue.columns, week, day, mine)]
    return np.asarray(mine)


def _swap(
    demand: Demand,
    made: _Day,
    staff: NDArray[np.float64],
    out: NDArray[np.int64],
    person: int,
    day: int,
    legal: NDArray[np.int64],
    price: NDArray[np.float64],
) -> int:
    """Take the best legal option when it is worth it; 1 when swapped."""
    own = int(out[person, day])
    if not len(legal):
        return 0
    candidates = np.append(legal, own)
    rows = made.profiles[np.searchsorted(made.options, candidates)]
    without = staff[made.span] - rows[-1]
    costs = demand.cost(without + rows).sum(axis=1) + price[candidates]
    best = int(np.argmin(costs))
    if costs[-1] - costs[best] <= _WORTH * float(np.median(demand.under)):
        return 0
    out[person, day] = candidates[best]
    staff[made.span] = without + rows[best]
    return 1
