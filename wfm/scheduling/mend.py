"""After the roster: people it does not fit get a week of their own, then hours left are spent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import OFF, RosterProblem, RosterResult, flawed, left_over, split
from wfm.scheduling.flow import cover_cost, lane_demand, served
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.plan import place_breaks
from wfm.scheduling.polish import polish
from wfm.scheduling.presence import rest_cost
from wfm.scheduling.priced import dearer
from wfm.scheduling.problem import CoverProblem, staff_on_line
from wfm.scheduling.retour import best_week, gain_of_one, option_gains
from wfm.scheduling.rough import spread_breaks
from wfm.scheduling.skills import Pool
from wfm.scheduling.together import is_tiny, week_together
from wfm.scheduling.turns import in_spans
from wfm.scheduling.week import (
    Carried,
    Week,
    burden_week_prices,
    held_prices,
    own_options,
    wish_prices,
)

__all__ = ["mend_week", "polish_week", "shift_totals"]


_EQUAL = 1e-6
"""A price that is lower by less is the same."""

_POLISHINGS = 4
"""Most times a roster is polished and its breaks placed again."""


def _own_options(week: Week, person: int) -> NDArray[np.int64]:
    """Options of a person's contract on days that can be worked, what must stay included."""
    who, day = week.people[person], week.catalogue.day
    mine = own_options(week, who.contract, who.serves)
    stays = week.former.fixed[person]
    mine = np.union1d(mine, stays[stays >= 0])
    mine = mine[np.array(who.available)[day[mine]]]
    mine = mine[in_spans(who, week.catalogue, week.line.step_s)[mine]]
    return np.asarray(mine[(stays[day[mine]] < 0) | (stays[day[mine]] == mine)])


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
    for person in _to_mend(problem, result.assignment):
        if limits.over:
            break
        pool, lane = week.place(person)
        cover = week.problems[pool]
        options = _own_options(week, person)
        out[person] = OFF
        staff = spread_breaks(cover, shift_totals(week, out, pool)) + cover.carry
        own = staff.reshape(len(cover.lanes), -1)[lane]
        gains = option_gains(week.catalogue, gain_of_one(lane_demand(cover, staff, lane), own))
        alone = split(problem, np.array([person]), problem.count)
        priced = gains.copy()
        priced[options] -= wish_prices(week, options, carried)[person]
        priced[options] += held_prices(week, options)[person]
        out[person] = best_week(week.catalogue, options, priced, alone, limits)
    return out


def _to_mend(problem: RosterProblem, assignment: NDArray[np.int64]) -> list[int]:
    """People out of range; where shifts are left over, also idle ones whom own rules kept off."""
    bad = flawed(problem, assignment).tolist()
    works = assignment != OFF
    paid = np.append(problem.paid_s, 0)[assignment].sum(axis=1)
    room = (works.sum(axis=1) < problem.days[:, 1]) & (paid < problem.paid_range_s[:, 1])
    idle = [p for p in np.flatnonzero(room).tolist() if problem.duty_of(p) is not None]
    left = int(left_over(problem, assignment).sum())
    return [*bad, *[p for p in idle if p not in bad][:left]]


def shift_totals(week: Week, assigned: NDArray[np.int64], pool: Pool) -> NDArray[np.int64]:
    """Shifts of each option of the pool's lanes that people work."""
    totals = np.zeros((len(pool.groups), len(week.catalogue)), dtype=np.int64)
    for person in week.members(pool).tolist():
        worked = assigned[person][assigned[person] != OFF]
        who = week.people[person]
        np.add.at(totals[pool.lane(who.serves, who.places)], worked, 1)
    return totals.ravel()


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
    for pool, cover in week.problems.items():
        mine = week.members(pool)
        staff, broken = _real_staff(week, cover, out, pool, limits)
        before = cover_cost(cover, staff) + broken + _asked(price[mine], out[mine])
        for _ in range(_POLISHINGS):
            if limits.over:
                break
            tried = _polished(week, problem, pool, out, price, _pressed(week, cover, staff), staff)
            staff, broken = _real_staff(week, cover, tried, pool, limits)
            after = cover_cost(cover, staff) + broken + _asked(price[mine], tried[mine])
            if after >= before:
                break
            out, before = tried, after
        out = _together(week, carried, problem, pool, out, price[mine], before, limits)
    return out


def _together(
    week: Week,
    carried: Carried,
    problem: RosterProblem,
    pool: Pool,
    assigned: NDArray[np.int64],
    price: NDArray[np.float64],
    before: float,
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """The people of a tiny pool by one model, where that is better and nobody is worse off.

    Parameters
    ----------
    price, before
        Of each option for each person of the pool; and of the roster as it is.
    """
    mine, cover = week.members(pool), week.problems[pool]
    options = [_own_options(week, person) for person in mine.tolist()]
    if limits.over or not is_tiny(cover, options):
        return assigned
    out = assigned.copy()
    out[mine] = week_together(week, carried, pool, options, price, assigned[mine], limits)
    staff, broken = _real_staff(week, cover, out, pool, limits)
    after = cover_cost(cover, staff) + broken + _asked(price, out[mine])
    return (
        out if after < before - _EQUAL and _no_more_off(week, problem, out, assigned) else assigned
    )


def _no_more_off(
    week: Week,
    problem: RosterProblem,
    tried: NDArray[np.int64],
    assigned: NDArray[np.int64],
) -> bool:
    """Whether no more people are out of their days and hours than before."""
    every = replace(problem, paid_s=week.catalogue.paid_s)
    return len(flawed(every, tried)) <= len(flawed(every, assigned))


def _pressed(week: Week, cover: CoverProblem, staff: NDArray[np.float64]) -> CoverProblem:
    """The same problem; where a promise over days is missed its contacts are worth more."""
    if not any(demand.promise for demand in cover.demands):
        return cover
    agents = served(cover, staff).sum(axis=0) if cover.shared else staff[None]
    pure = [week.demand[demand.queue] for demand in cover.demands]
    return replace(cover, demands=dearer(pure, cover.demands, agents))


def _polished(
    week: Week,
    problem: RosterProblem,
    pool: Pool,
    assigned: NDArray[np.int64],
    price: NDArray[np.float64],
    cover: CoverProblem,
    staff: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Swap shifts of one skill group after the other, each against what the others leave."""
    out = assigned.copy()
    now = staff.copy()
    by_lane = now.reshape(len(cover.lanes), -1)
    for lane, key in enumerate(pool.keys):
        who = enumerate(week.people)
        mine = np.array([p for p, one in who if (one.serves, one.places) == key], dtype=int)
        out[mine], by_lane[lane] = polish(
            week.catalogue,
            lane_demand(cover, now, lane),
            by_lane[lane],
            split(problem, mine, problem.count),
            out[mine],
            [_own_options(week, person) for person in mine.tolist()],
            price[mine],
            week.former.fixed[mine] < 0,
            rng=np.random.default_rng(week.given.seed),
        )
    return out


def _asked(price: NDArray[np.float64], assigned: NDArray[np.int64]) -> float:
    """Price of what people asked for."""
    off_is_free = np.hstack([price, np.zeros((len(price), 1))])
    return float(off_is_free[np.arange(len(price))[:, None], assigned].sum())


def _real_staff(
    week: Week,
    cover: CoverProblem,
    assigned: NDArray[np.int64],
    pool: Pool,
    limits: SolveLimits,
) -> tuple[NDArray[np.float64], float]:
    """Agents at work over the lanes once breaks are placed, and the price of too many on break."""
    totals = shift_totals(week, assigned, pool)
    begun = place_breaks(cover, totals, limits)
    there, staff = (
        staff_on_line(cover.catalogue, cover.steps, totals.astype(float), breaks)
        for breaks in ({}, begun)
    )
    return cover.carry + staff, rest_cost(cover, cover.rest + there - staff)
