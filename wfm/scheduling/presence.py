"""How many people are there at once: floors, seats and rest rooms as rows and prices of a plan.

A rule counts whole lanes of a pool: people whom it tells apart from others of their skill group
have a lane of their own, so their shifts and their breaks are known apart. What cannot be kept is
priced far above coverage and below the hours and days of contracts, and told by the rule check.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Agent
from wfm.intervals import DAY_S, OpeningHours
from wfm.presence import PresenceRule
from wfm.scheduling.line import Demand, Line
from wfm.scheduling.problem import CoverProblem, HeadLimit
from wfm.scheduling.skills import Pool
from wfm.scheduling.solver import Model, Term

__all__ = [
    "active_at",
    "broken_cost",
    "counts",
    "head_limits",
    "hours_on",
    "joined_queues",
    "opened",
    "places_of",
    "presence_rows",
    "rest_cost",
    "rest_prices",
    "with_limits",
]

_PRICE = 12.0
"""Price of a person too few or too many, in agents short at the highest price of the week."""


def counts(rule: PresenceRule, agent: Agent) -> bool:
    """Whether a rule counts an agent."""
    return rule.counts(
        site=agent.site, team=agent.team, contract=agent.contract, skills=agent.skills
    )


def places_of(rules: Sequence[PresenceRule], agent: Agent) -> tuple[int, ...]:
    """Rules that count an agent and leave others of the same skills out."""
    return tuple(
        n
        for n, rule in enumerate(rules)
        if rule.counts_heads and rule.picks and counts(rule, agent)
    )


def joined_queues(
    rules: Iterable[PresenceRule], agents: Iterable[Agent], queues: Iterable[str]
) -> list[set[str]]:
    """Queues that must be planned together, as a rule counts the people of all of them."""
    asked, everybody = set(queues), list(agents)
    return [
        set().union(*(asked & set(agent.skills) for agent in everybody if counts(rule, agent)))
        for rule in rules
        if rule.counts_heads
    ]


def hours_on(opening: OpeningHours, day: dt.date) -> tuple[tuple[int, int], ...]:
    """Spans of a date [s after local midnight]; one that ends at midnight runs on into the next.

    Examples
    --------
    >>> always = OpeningHours.always()
    >>> hours_on(always, dt.date(2024, 5, 6))
    ((0, 172800),)
    """
    spans = list(opening.spans(day, holiday=False))
    after = opening.spans(day + dt.timedelta(days=1), holiday=False)
    if spans and after and spans[-1][1] == DAY_S and after[0][0] == 0:
        spans[-1] = (spans[-1][0], DAY_S + after[0][1])
    return tuple(spans)


def active_at(opening: OpeningHours | None, local: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Whether each moment of the wall clock lies in some hours; None is always."""
    if opening is None:
        return np.ones(len(local), dtype=bool)
    clock_s = np.asarray(local.hour * 3600 + local.minute * 60 + local.second)
    dates = local.date
    out = np.zeros(len(local), dtype=bool)
    for day in sorted(set(dates)):
        mine = dates == day
        for from_s, to_s in opening.spans(day, holiday=False):
            out |= mine & (clock_s >= from_s) & (clock_s < to_s)
    return out


def _on_line(rule: PresenceRule, line: Line) -> NDArray[np.bool_]:
    """Steps in which a rule holds; what comes after the last midnight is the next roster's."""
    step = pd.Timedelta(seconds=line.step_s)
    times = pd.date_range(line.origin, periods=line.length, freq=step)
    out = active_at(rule.at, times.tz_convert(line.timezone))
    out[line.midnights[-1] :] = False
    return out


def opened(
    demand: Mapping[str, Demand],
    line: Line,
    rules: Iterable[PresenceRule],
    agents: Sequence[Agent],
) -> dict[str, Demand]:
    """The same demand; where a floor asks for people they may work, needed or not."""
    out = dict(demand)
    for rule in rules:
        if rule.min_at_work and rule.at is not None:
            mine = _on_line(rule, line)
            skills = {skill for agent in agents if counts(rule, agent) for skill in agent.skills}
            for queue in skills & out.keys():
                out[queue] = replace(out[queue], open=out[queue].open | mine)
    return out


def head_limits(
    rules: Sequence[PresenceRule], line: Line, pool: Pool, highest: float
) -> tuple[HeadLimit, ...]:
    """Rules that count people of a pool.

    Parameters
    ----------
    highest
        Highest price of an agent short for one step.
    """
    found = []
    for n, rule in enumerate(rules):
        lanes = tuple(
            lane
            for lane, (serves, places) in enumerate(pool.keys)
            if (not rule.queue or rule.queue in serves) and (not rule.picks or n in places)
        )
        if rule.counts_heads and lanes:
            heads = (rule.min_at_work, rule.max_at_work, rule.max_on_break)
            price = _PRICE * max(highest, 1e-6)
            found.append(HeadLimit(rule.name, lanes, _on_line(rule, line), *heads, price))
    return tuple(found)


def presence_rows(
    model: Model,
    problem: CoverProblem,
    work: dict[int, list[Term]],
    base: NDArray[np.float64],
    rest: dict[int, list[Term]],
    resting: NDArray[np.float64],
) -> None:
    """Rows that keep the numbers of people in every step that some option reaches.

    Parameters
    ----------
    work, base
        Agents at work in each step of the lanes, as terms and as a number.
    rest, resting
        Agents on break, alike.
    """
    length = problem.line.length
    for limit in problem.presence:
        for step in np.flatnonzero(limit.active).tolist():
            at = [lane * length + step for lane in limit.lanes]
            here = [term for place in at for term in work.get(place, ())]
            idle = [term for place in at for term in rest.get(place, ())]
            there, away = float(base[at].sum()), float(resting[at].sum())
            if here and limit.least:
                _row(model, here, ">=", limit.least - there, limit.price)
            if here and limit.most is not None:
                _row(model, here, "<=", limit.most - there, limit.price)
            if idle and limit.resting is not None:
                _row(model, idle, "<=", limit.resting - away, limit.price)


def _row(model: Model, terms: list[Term], sense: str, right: float, price: float) -> None:
    """A row that may be broken at a price."""
    off = (model.variable(price=price, whole=False), 1.0 if sense == ">=" else -1.0)
    model.row([*terms, off], sense, right)


def _heads(limit: HeadLimit, over_lanes: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    return np.asarray(over_lanes.reshape(-1, length)[list(limit.lanes)].sum(axis=0))


def broken_cost(problem: CoverProblem, staff: NDArray[np.float64]) -> float:
    """Price of too few and too many at work, with so many in each step of the lanes."""
    total = 0.0
    for limit in problem.presence:
        heads = _heads(limit, staff, problem.line.length)[limit.active]
        off = np.maximum(limit.least - heads, 0.0).sum()
        if limit.most is not None:
            off += np.maximum(heads - limit.most, 0.0).sum()
        total += limit.price * float(off)
    return total


def _rest_limits(problem: CoverProblem) -> Iterator[tuple[HeadLimit, int]]:
    for limit in problem.presence:
        if limit.resting is not None:
            yield limit, limit.resting


def rest_cost(problem: CoverProblem, resting: NDArray[np.float64]) -> float:
    """Price of too many on break, with so many in each step of the lanes."""
    total = 0.0
    for limit, most in _rest_limits(problem):
        heads = _heads(limit, resting, problem.line.length)[limit.active]
        total += limit.price * float(np.maximum(heads - most, 0.0).sum())
    return total


def rest_prices(
    problem: CoverProblem, resting: NDArray[np.float64], lane: int
) -> NDArray[np.float64]:
    """Price of one more of a lane on break in each step of the line."""
    out = np.zeros(problem.line.length)
    for limit, most in _rest_limits(problem):
        if lane in limit.lanes:
            full = _heads(limit, resting, problem.line.length) >= most
            out += np.where(full & limit.active, limit.price, 0.0)
    return out


def with_limits(
    problem: CoverProblem, demand: Demand, staff: NDArray[np.float64], lane: int
) -> Demand:
    """What one lane is asked for, with what the rules ask while the others do what they do."""
    length = problem.line.length
    floors, lids = [], []
    for limit in problem.presence:
        if lane in limit.lanes:
            own = staff.reshape(-1, length)[lane]
            others = _heads(limit, staff, length) - own
            price = np.where(limit.active, limit.price, 0.0)
            floors.append((np.maximum(limit.least - others, 0.0), price))
            if limit.most is not None:
                lids.append((np.maximum(limit.most - others, 0.0), price))
    if not floors:
        return demand
    knots = [demand.knots.reshape(-1, length), *(floor[None] for floor, _ in floors)]
    rises = [demand.rises.reshape(-1, length), *(price[None] for _, price in floors)]
    return replace(
        demand,
        knots=np.vstack(knots),
        rises=np.vstack(rises),
        lids=np.array([lid for lid, _ in lids]).reshape(-1, length),
        lid_prices=np.array([price for _, price in lids]).reshape(-1, length),
    )
