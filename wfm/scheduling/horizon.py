"""The days of all people over the whole horizon, before any week is planned.

Weekends off by turn, stretches of days and pairs of days off tie weeks together: who works this
weekend cannot work the next. One LP of the horizon (breaks spread, shifts thinned out) shares the
days out, with the days of each contract as a flow through its machine
(:mod:`wfm.scheduling.rota`); each person then gets whole days that come closest to it
(:mod:`wfm.scheduling.sharing`), and the weeks are planned one after the other with these.

The price of a day in that LP, put on the shifts of the weeks and taken off the days of the people,
parts the weeks again and still gives a lower bound of all of them together (Lagrange) [1]_.

.. [1] Geoffrion (1974), Lagrangean Relaxation for Integer Programming, Mathematical Programming
   Study 2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Contract
from wfm.scheduling.cover import CoverModel, cover_model
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.line import build_line
from wfm.scheduling.problem import CoverProblem, thinned
from wfm.scheduling.rota import Asked, Machine, best_days, machine, stand_before
from wfm.scheduling.sharing import DaysOf, Horizon, Key, Rota, Sharing, share_days
from wfm.scheduling.skills import Pool
from wfm.scheduling.solver import Term, solve
from wfm.scheduling.targets import broken_price, every_option, range_rows
from wfm.scheduling.week import (
    Carried,
    Inputs,
    Week,
    burden_week_prices,
    cover_problem,
    held_prices,
    open_week,
    settled,
    wish_prices,
)

__all__ = ["plan_horizon", "ties_weeks"]

_MOST_OPTIONS = 250
"""Shifts of a block and day that the LP of the horizon knows, evenly out of all."""

_MOST_ARCS = 100_000
"""Arcs of a contract above which its days are shared out by week alone."""

_SMALL = 6000
"""Variables up to which people are shared out whole: few people cannot be rounded."""

_NODES = 100
"""Most branch-and-bound nodes of that: it stops at the same days on every machine."""

_UNEVEN = 0.25
"""Price of a head too many or too few on a day, in the price of a whole shift short."""

_LOST = 5.0
"""Price of somebody whose days cannot be kept from a week on, in heads out of range."""

_STRICT = 1e9
"""Price above which somebody's days break a rule whatever is done."""

Dates = tuple[dt.date, ...]


def ties_weeks(contract: Contract) -> bool:
    """Whether the days of a week hang on those of the weeks before, beyond days in a row."""
    duty = contract.duty
    stretches = max(duty.least_days_in_row, duty.least_days_off_in_row) > 1
    return bool(duty.weekend_off_every or duty.weekends_in_four is not None or stretches)


def plan_horizon(
    given: Inputs, cuts: Sequence[Dates], step_s: int, carried: Carried, limits: SolveLimits
) -> Horizon | None:
    """Days of everybody whose contract ties weeks together; None when there is nobody.

    Parameters
    ----------
    cuts
        Dates of each week of the horizon.

    Notes
    -----
    A horizon shorter than the turn of weekends is planned as if its last week came again, so that
    not all work this weekend because the next is not asked for.
    """
    names = {agent.contract for agent in given.agents}
    tied = [given.contracts[name] for name in names if ties_weeks(given.contracts[name])]
    if not tied or limits.over:
        return None
    ahead = max(max(_turn(contract) for contract in tied) - len(cuts), 0)
    ahead = ahead if len(cuts[-1]) == 7 else 0
    given, dates = _longer(given, cuts, ahead)
    weeks = [settled(open_week(given, build_line(each, step_s, given.timezone))) for each in dates]
    whole = _whole(given, weeks, step_s)
    rota, price, bound = Rota(tuple(dates), [], {}), {}, 0.0
    for pool in given.planned_pools():
        groups = [_group(whole, key, weeks, carried) for key in whole.keys(pool)]
        if not any(group.made for group in groups):
            continue
        shared = _shared(whole, pool, groups, weeks, carried, limits, whole_days=not ahead)
        for group, wanted, duals in zip(groups, *shared, strict=True):
            if group.made is None:
                continue
            sharing = Sharing(group.contract, group.made, group.people, wanted, group.uneven)
            rota.sharings.append(sharing)
            rota.days |= share_days(sharing, [len(each) for each in dates], seed=given.seed)
            if not ahead:
                price[group.key] = -duals
                bound += sum(_least(sharing, span, duals, dates) for span in group.people)
    return Horizon(rota, price, bound)


def _turn(contract: Contract) -> int:
    """Weeks after which a contract's weekends come round."""
    duty = contract.duty
    return max(duty.weekend_off_every, 4 if duty.weekends_in_four is not None else 1)


def _longer(given: Inputs, cuts: Sequence[Dates], ahead: int) -> tuple[Inputs, list[Dates]]:
    """The same inputs with the last week's requirement for some more weeks, and all weeks."""
    starts = given.requirement["interval_start"]
    last = given.requirement[starts >= pd.Timestamp(cuts[-1][0], tz=given.timezone)]
    again = [
        last.assign(interval_start=last["interval_start"] + pd.Timedelta(weeks=n + 1))
        for n in range(ahead)
    ]
    weeks = [tuple(day + dt.timedelta(weeks=n + 1) for day in cuts[-1]) for n in range(ahead)]
    need = pd.concat([given.requirement, *again], ignore_index=True)
    return replace(given, requirement=need), [*cuts, *weeks]


def _whole(given: Inputs, weeks: Sequence[Week], step_s: int) -> Week:
    """All weeks as one, hours of availability left out."""
    dates = tuple(day for week in weeks for day in week.line.dates)
    week = open_week(given, build_line(dates, step_s, given.timezone))
    mine = [{person.agent.agent: person for person in each.people} for each in weeks]
    people = []
    for person in week.people:
        parts = [each.get(person.agent.agent) for each in mine]
        can = [
            part.available if part else (False,) * len(each.line.dates)
            for part, each in zip(parts, weeks, strict=True)
        ]
        here = [part for part in parts if part]
        people.append(
            replace(
                person,
                available=tuple(day for days in can for day in days),
                days=(sum(p.days[0] for p in here), sum(p.days[1] for p in here)),
                paid_s=(sum(p.paid_s[0] for p in here), sum(p.paid_s[1] for p in here)),
                spans=None,
            )
        )
    return replace(week, people=people)


@dataclass(frozen=True, slots=True)
class _Group:
    """A block of the horizon: its people, and their machine where a rule ties their weeks."""

    key: Key
    contract: Contract
    people: tuple[DaysOf, ...]
    made: Machine | None
    paid_s: NDArray[np.int64]
    days: NDArray[np.int64]
    uneven: float


def _group(whole: Week, key: Key, weeks: Sequence[Week], carried: Carried) -> _Group:
    """People of one contract and skill group with what each week asks of them."""
    mine = {
        person.agent.agent: person
        for person in whole.people
        if (person.serves, person.contract.name, person.places) == key
    }
    contract = next(iter(mine.values())).contract
    first = weeks[0].line.dates[0]
    asked: dict[str, list[Asked]] = {name: [] for name in mine}
    price: dict[str, list[NDArray[np.float64]]] = {name: [] for name in mine}
    days, paid_s = np.zeros((2, len(weeks), 2), dtype=np.int64)
    for n, week in enumerate(weeks):
        away = np.zeros(len(week.line.dates), dtype=bool)
        here = {p.agent.agent: k for k, p in enumerate(week.people) if p.agent.agent in mine}
        costs = _day_costs(week, carried)
        for name in mine:
            if name not in here:
                asked[name].append(Asked((0, 0), away, away))
                price[name].append(np.zeros(len(away)))
                continue
            k, person = here[name], week.people[here[name]]
            must = week.former.fixed[k] >= 0
            asked[name].append(Asked(person.days, np.array(person.available), must))
            price[name].append(costs[k])
            days[n] += person.days
            paid_s[n] += person.paid_s
    people = tuple(
        DaysOf(
            name,
            tuple(asked[name]),
            stand_before(contract, carried.past, name, first),
            np.concatenate(price[name]),
        )
        for name in mine
    )
    dates = [week.line.dates for week in weeks]
    made = (
        machine(contract, [span.begin for span in people], dates) if ties_weeks(contract) else None
    )
    return _Group(key, contract, people, made, paid_s, days, _uneven(whole, key))


def _uneven(whole: Week, key: Key) -> float:
    """Price of a head too many: a part of a mean shift short."""
    catalogue = whole.catalogue
    steps = float(np.mean(catalogue.end - catalogue.start)) if len(catalogue) else 1.0
    under = [float(np.median(whole.demand[queue].under)) for queue in key[0]]
    return max(_UNEVEN * steps * max(under), 1e-3)


def _day_costs(week: Week, carried: Carried) -> NDArray[np.float64]:
    """What people pay for working each day, with the shift of it that suits them best."""
    every = np.arange(len(week.catalogue))
    price = wish_prices(week, every, carried) + burden_week_prices(week, every, carried)
    price -= held_prices(week, every)
    out = np.zeros((len(week.people), len(week.line.dates)))
    for day in range(len(week.line.dates)):
        mine = week.catalogue.day == day
        if mine.any():
            out[:, day] = price[:, mine].min(axis=1)
    return out


def _shared(
    whole: Week,
    pool: Pool,
    groups: Sequence[_Group],
    weeks: Sequence[Week],
    carried: Carried,
    limits: SolveLimits,
    *,
    whole_days: bool,
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Heads of each group on each date that the LP wants, and what a day is worth to it."""
    problem = thinned(cover_problem(whole, pool, carried), _MOST_OPTIONS)
    made = cover_model(
        problem, every_option(problem), whole_shifts=False, every_step=True, spread=True
    )
    rows = [_group_rows(made, problem, b, group, weeks) for b, group in enumerate(groups)]
    solution = limits.relaxed(made.model)
    days = len(whole.line.dates)
    if not solution.status.usable:
        need = sum(whole.demand[queue].need for queue in pool.queues)
        return [_by_need(whole, group, np.asarray(need)) for group in groups], [
            np.zeros(days) for _ in groups
        ]
    duals = [solution.duals[row] if row and len(solution.duals) else np.zeros(days) for row in rows]
    if len(made.model.variables) <= _SMALL and whole_days:
        found = solve(
            made.model,
            gap=limits.gap / 2,
            nodes=_NODES,
            time_limit_s=limits.left_s(),
            engine=limits.engine,
            seed=limits.seed,
            stop=limits.stop,
        )
        solution = found if limits.heeded(found).status.usable else solution
    counts = made.counts(solution, len(groups), len(problem.catalogue))
    by_day = problem.catalogue.day
    heads = [np.bincount(by_day, row, days).astype(float) for row in counts]
    return heads, duals


def _by_need(whole: Week, group: _Group, need: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heads in proportion to what is needed, for when even the LP found nothing in time."""
    out, at = [], 0
    for week, days in enumerate(group.days):
        here = len(group.people[0].asked[week].can)
        cuts = whole.line.midnights[at : at + here + 1]
        asked = np.array([need[a:b].sum() for a, b in pairwise(cuts)])
        out.append(days.mean() * asked / max(asked.sum(), 1e-9))
        at += here
    return np.concatenate(out)


def _group_rows(
    made: CoverModel, problem: CoverProblem, b: int, group: _Group, weeks: Sequence[Week]
) -> list[int]:
    """Days and hours of one group by week; rows that tie its shifts to its days, by date."""
    catalogue, price = problem.catalogue, broken_price(problem)
    mine = [(o, made.shifts[b, o]) for o in problem.blocks[b].options.tolist()]
    by_day: list[list[Term]] = [[] for _ in problem.line.dates]
    hours: list[list[Term]] = [[] for _ in problem.line.dates]
    for option, variable in mine:
        by_day[catalogue.day[option]].append((variable, 1.0))
        paid_h = float(catalogue.paid_s[option]) / 3600
        hours[catalogue.day[option]].append((variable, paid_h))
    heads = np.array([np.concatenate([a.can for a in span.asked]) for span in group.people])
    flow = _flow(made, group, price)
    at, rows = 0, []
    for n, week in enumerate(weeks):
        days = range(at, at + len(week.line.dates))
        at = days.stop
        low_s, high_s = group.paid_s[n].tolist()
        range_rows(
            made, [t for day in days for t in hours[day]], low_s / 3600, high_s / 3600, price
        )
        if flow is None:
            low, high = map(float, group.days[n])
            range_rows(made, [t for day in days for t in by_day[day]], low, high, price)
        for day in days:
            here = float(heads[:, day].sum())
            made.model.row(by_day[day], "<=", here)
            if flow is not None:
                away = made.model.variable(high=len(group.people) - here, whole=False)
                rows.append(len(made.model.rows))
                work = [(v, -1.0) for v, _ in flow[day]]
                made.model.row([*by_day[day], (away, 1.0), *work], "==", 0.0)
    return rows


def _flow(made: CoverModel, group: _Group, price: float) -> list[list[Term]] | None:
    """People through the machine of their contract: variables of those at work on each date."""
    machine_ = group.made
    if machine_ is None or sum(len(s.source) for s in machine_.steps) > _MOST_ARCS:
        return None
    model, size = made.model, len(machine_.stands)
    into: list[list[Term]] = [[] for _ in range(size)]
    begin = np.bincount([machine_.stands[span.begin] for span in group.people], minlength=size)
    out: list[list[Term]] = []
    for n, steps in enumerate(machine_.steps):
        ranges = [span.asked[n].days for span in group.people]
        low, high = max(a for a, _ in ranges), max(b for _, b in ranges)
        days = steps.weeks.sum(axis=1)[steps.week]
        kept = (days >= low) & (days <= high) & (steps.torn == 0)
        last = n == len(machine_.steps) - 1
        if last and steps.weeks.shape[1] == 7:
            kept &= machine_.lasting[steps.target]
        leave: list[list[Term]] = [[] for _ in range(size)]
        reach: list[list[Term]] = [[] for _ in range(size)]
        work: list[list[Term]] = [[] for _ in range(steps.weeks.shape[1])]
        for arc in np.flatnonzero(kept).tolist():
            variable = model.variable(whole=True)
            leave[steps.source[arc]].append((variable, 1.0))
            if not last:
                reach[steps.target[arc]].append((variable, -1.0))
            for day in np.flatnonzero(steps.weeks[steps.week[arc]]).tolist():
                work[day].append((variable, 1.0))
        for stand in range(size):
            if leave[stand] or into[stand] or (n == 0 and begin[stand]):
                lost = (model.variable(price=_LOST * price, whole=False), 1.0)
                right = float(begin[stand]) if n == 0 else 0.0
                model.row([*leave[stand], *into[stand], lost], "==", right)
        into = reach
        out += work
    return out


def _least(
    sharing: Sharing, span: DaysOf, duals: NDArray[np.float64], dates: Sequence[Dates]
) -> float:
    """Least price of the days of one person; who cannot keep the rules owes no days."""
    cuts = np.cumsum([len(each) for each in dates])[:-1]
    args = (sharing.made, span.begin, span.asked, np.split(duals, cuts))
    least, _ = best_days(*args, broken=_STRICT)
    return least if least < _STRICT / 2 else best_days(*args, broken=0.0)[0]
