"""After the roster: people it does not fit get a week of their own, then hours left are spent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import OFF, RosterProblem, RosterResult, split
from wfm.scheduling.plan import SolveLimits, place_breaks
from wfm.scheduling.polish import polish
from wfm.scheduling.problem import CoverProblem, coverage_cost, staff_on_line
from wfm.scheduling.retour import best_week, gain_of_one, option_gains
from wfm.scheduling.roster import flawed
from wfm.scheduling.week import (
    Carried,
    Week,
    burden_week_prices,
    held_prices,
    wish_prices,
)

__all__ = ["mend_week", "polish_week", "shift_totals"]


def _own_options(week: Week, person: int) -> NDArray[np.int64]:
    """Options of a person's contract on days that can be worked, what must stay included."""
    who = week.people[person]
    blocks = week.problems[who.queue].blocks
    mine = next(block for block in blocks if block.name == who.contract.name).options
    mine = mine[np.array(who.available)[week.catalogue.day[mine]]]
    stays = week.former.fixed[person, week.catalogue.day[mine]]
    return np.asarray(mine[(stays < 0) | (stays == mine)])


def mend_week(
    week: Week,
    carried: Carried,
    problem: RosterProblem,
    result: RosterResult,
    assigned: NDArray[np.int64],
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Give people whose days or hours are out of range the week that helps coverage most."""
    out = assigned.copy()
    for person in flawed(problem, result.assignment).tolist():
        who = week.people[person]
        cover = week.problems[who.queue]
        options = _own_options(week, person)
        out[person] = OFF
        staff = _rough_staff(week, out, who.queue) + cover.carry
        gains = option_gains(week.catalogue, gain_of_one(cover, staff))
        alone = split(problem, np.array([person]), problem.count)
        priced = gains.copy()
        priced[options] -= wish_prices(week, options, carried)[person]
        priced[options] += held_prices(week, options)[person]
        out[person] = best_week(
            week.catalogue, options, priced, alone, time_limit_s=limits.left_s(0.3)
        )
    return out


def _rough_staff(week: Week, assigned: NDArray[np.int64], queue: str) -> NDArray[np.float64]:
    """Agents at work before breaks are placed: each break spread evenly over its window."""
    totals = shift_totals(week, assigned, queue).astype(float)
    staff = staff_on_line(week.catalogue, week.line.length, totals, {})
    for option in np.flatnonzero(totals).tolist():
        for window in week.catalogue.classes[week.catalogue.kind[option]].breaks:
            first = int(week.catalogue.start[option]) + window.earliest
            span = window.latest - window.earliest + window.length
            staff[first : first + span] -= totals[option] * window.length / span
    return staff


def shift_totals(week: Week, assigned: NDArray[np.int64], queue: str) -> NDArray[np.int64]:
    """Shifts of each option that people of a queue work."""
    mine = [index for index, person in enumerate(week.people) if person.queue == queue]
    worked = assigned[mine]
    return np.bincount(worked[worked != OFF], minlength=len(week.catalogue))


def polish_week(
    week: Week,
    carried: Carried,
    problem: RosterProblem,
    assigned: NDArray[np.int64],
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Spend or save the hours left where coverage gains; kept only if it still does with breaks."""
    every = np.arange(len(week.catalogue))
    price = wish_prices(week, every, carried) + burden_week_prices(week, every, carried)
    price -= held_prices(week, every)
    out = assigned.copy()
    for queue, cover in week.problems.items():
        mine = np.array([p for p, who in enumerate(week.people) if who.queue == queue], dtype=int)
        tried = assigned.copy()
        tried[mine] = polish(
            cover,
            split(problem, mine, problem.count),
            assigned[mine],
            [_own_options(week, person) for person in mine.tolist()],
            price[mine],
            week.former.fixed[mine] < 0,
            rng=np.random.default_rng(week.given.seed),
        )
        before, after = (
            _real_cost(week, cover, rows, queue, limits) + _asked(price[mine], rows[mine])
            for rows in (assigned, tried)
        )
        if after < before:
            out[mine] = tried[mine]
    return out


def _asked(price: NDArray[np.float64], assigned: NDArray[np.int64]) -> float:
    """Price of what people asked for."""
    off_is_free = np.hstack([price, np.zeros((len(price), 1))])
    return float(off_is_free[np.arange(len(price))[:, None], assigned].sum())


def _real_cost(
    week: Week,
    cover: CoverProblem,
    assigned: NDArray[np.int64],
    queue: str,
    limits: SolveLimits,
) -> float:
    """Price of over and under once breaks are placed."""
    totals = shift_totals(week, assigned, queue)
    begun = place_breaks(cover, totals, limits)
    staff = staff_on_line(week.catalogue, week.line.length, totals.astype(float), begun)
    return coverage_cost(cover.demand, staff + cover.carry)
