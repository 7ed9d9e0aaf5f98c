"""The tiniest weeks in one model: shifts, breaks and people together.

Plan and roster are two steps, and of a handful of people a shift of the plan may fit nobody. Where
people times shifts are few, one model of all of it, begun from the roster there is, finds what both
steps together would.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import OFF, RosterPrices, person_rows
from wfm.scheduling.cover import CoverModel, cover_model
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.problem import Block, CoverProblem
from wfm.scheduling.skills import Pool
from wfm.scheduling.solver import position, solve
from wfm.scheduling.week import Carried, Week, roster_problem

__all__ = ["is_tiny", "week_together"]

_MOST = 400
"""Most shifts to choose from, of all people together."""

_MOST_VARIABLES = 1000
"""Most variables with those of breaks: larger models take longer than what they find is worth."""

_NODES = 500
_SHARE = 0.5
_OUT_OF_RANGE = 2.0
"""Price of a day outside a person's range, in the dearest shift missed."""


def is_tiny(cover: CoverProblem, options: list[NDArray[np.int64]]) -> bool:
    """Whether one model holds a pool; a promise over days is left to the plan.

    Parameters
    ----------
    options
        What each person of the pool may work.
    """
    owed = any(demand.promise for demand in cover.demands)
    return not owed and 0 < sum(len(mine) for mine in options) <= _MOST


def week_together(
    week: Week,
    carried: Carried,
    pool: Pool,
    options: list[NDArray[np.int64]],
    price: NDArray[np.float64],
    assigned: NDArray[np.int64],
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Options of the people of a pool by one model, shape (persons, days); as they were if none.

    Parameters
    ----------
    options
        What each person of the pool may work.
    price
        Price of each option for each of them, shape (persons, options).
    assigned
        The roster to begin from, shape (persons, days), -1 for off.
    """
    members, size = week.members(pool).tolist(), len(week.catalogue)
    lanes = [week.place(person)[1] for person in members]
    blocks = tuple(
        Block(str(person), mine + lane * size)
        for person, mine, lane in zip(members, options, lanes, strict=True)
    )
    cover = replace(week.problems[pool], blocks=blocks, price_change=0.0, price_head=None)
    made = cover_model(cover, np.unique(np.concatenate([block.options for block in blocks])))
    start = np.full(len(made.model.variables), np.nan)
    for (row, at), variable in made.shifts.items():
        option, day = at - lanes[row] * size, int(cover.catalogue.day[at])
        variable.upBound = 1.0
        made.model.prices[position(variable)] += float(price[row, option])
        start[position(variable)] = float(assigned[row, day] == option)
    if len(made.model.variables) > _MOST_VARIABLES:
        return assigned
    _add_people(made, week, carried, cover, members, lanes)
    start = np.append(start, np.full(len(made.model.variables) - len(start), np.nan))
    found = solve(
        made.model,
        nodes=_NODES,
        interior_root=True,
        time_limit_s=limits.left_s(_SHARE),
        engine=limits.engine,
        seed=limits.seed,
        start=start,
        stop=limits.stop,
    )
    limits.heeded(found)
    if not found.status.usable:
        return assigned
    out = np.full_like(assigned, OFF)
    for (row, at), variable in made.shifts.items():
        if found.of([variable])[0] > 0.5:
            out[row, int(cover.catalogue.day[at])] = at - lanes[row] * size
    return out


def _add_people(
    made: CoverModel,
    week: Week,
    carried: Carried,
    cover: CoverProblem,
    members: list[int],
    lanes: list[int],
) -> None:
    """Rows of each person's days, hours, rest and own rules."""
    size = len(week.catalogue)
    dearest = max(float(np.maximum(d.steepest, d.over).max()) for d in cover.demands)
    shift = dearest * float((week.catalogue.end - week.catalogue.start).max())
    prices = RosterPrices(day=_OUT_OF_RANGE * shift, paid_h=_OUT_OF_RANGE * shift / 4)
    every = np.arange(size)
    rules = roster_problem(week, carried, every, np.ones(size, dtype=np.int64))
    rules = replace(rules, prices=prices)
    taken: list[list[list[tuple[int, object]]]] = [
        [[] for _ in week.line.dates] for _ in range(len(week.people))
    ]
    for (row, at), variable in made.shifts.items():
        person, option = members[row], at - lanes[row] * size
        taken[person][int(week.catalogue.day[option])].append((option, variable))
        if rules.start[option] < rules.last_end[person] + rules.rest[person]:
            variable.upBound = 0.0
    for person in members:
        person_rows(rules, made.model, person, taken)
