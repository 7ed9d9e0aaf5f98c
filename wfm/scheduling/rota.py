"""Days on and off of one person over weeks: what the rules allow, and the cheapest of it.

Rules on days (days in a row, weekends off, days off in pairs) are a small machine: a *stand* says
what of the days before still counts, a week of days worked leads from stand to stand. The cheapest
days of many weeks are a shortest path through it, so every turn of weekends there can be is weighed
and none is written down.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from wfm.domain import Contract
from wfm.scheduling.past import Past

__all__ = ["Asked", "Machine", "Stand", "Steps", "best_days", "machine", "stand_before"]

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)
_LONG = 7
"""Days off in a row, where nobody knows how many."""

_IN_FOUR = 3
"""Weekends before one that make four with it."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What of the days before a day still counts.

    Parameters
    ----------
    on, off
        Days worked, or off, in a row; ``off`` counts no further than the rules ask.
    weekends
        Whether each of the last weekends was worked, the latest first.
    saturday
        Whether the Saturday of the weekend that goes on was worked.
    free
        Whether the stretch of work that goes on, or begins, may be short: nobody knows its start.
    """

    on: int
    off: int
    weekends: tuple[bool, ...]
    saturday: bool = False
    free: bool = False


def stand_before(contract: Contract, past: Past, agent: str, day: dt.date) -> Stand:
    """Where somebody stands before a date, from the shifts that are known."""
    worked, duty = past.days(agent), contract.duty
    on = 0
    while day - (on + 1) * _DAY in worked:
        on += 1
    off = None if on else past.off_in_row(agent, day)
    first = day - (day.weekday() - 5) * _DAY  # Saturday of the week's own weekend
    saturdays = [first - n * _WEEK for n in range(day.weekday() < 6, _remembered(contract) + 2)]
    known = [bool({at, at + _DAY} & worked) for at in saturdays if at + _DAY < day]
    return Stand(
        min(on, max(contract.max_days_in_row, duty.least_days_in_row)),
        0 if on or off == 0 else min(off or _LONG, duty.least_days_off_in_row),
        tuple(known[: _remembered(contract)]),
        day.weekday() == 6 and day - _DAY in worked,
        on == 0 and off is None,
    )


def _remembered(contract: Contract) -> int:
    """How many weekends back the contract looks."""
    duty = contract.duty
    in_four = _IN_FOUR if duty.weekends_in_four is not None else 0
    return max(duty.weekend_off_every - 1, in_four, 0)


def _next_stand(
    contract: Contract, stand: Stand, weekday: int, *, works: bool
) -> tuple[Stand | None, int]:
    """The stand after one more day, None where a rule bars it; and days of a stretch torn off."""
    duty, torn = contract.duty, 0
    if works:
        if stand.on >= contract.max_days_in_row or (
            not stand.on and stand.off < duty.least_days_off_in_row
        ):
            return None, 0
        after = replace(stand, on=stand.on + 1, off=0)
    else:
        if stand.on and not stand.free:
            torn = max(duty.least_days_in_row - stand.on, 0)
        off = min(stand.off + 1, duty.least_days_off_in_row)
        after = replace(stand, on=0, off=off, free=False)
    if weekday < 5:
        return after, torn
    ends = stand.saturday or works
    if works and not _weekend_allowed(contract, stand.weekends):
        return None, 0
    if weekday == 5:
        return replace(after, saturday=works), torn
    kept = (ends, *stand.weekends)[: _remembered(contract)]
    return replace(after, saturday=False, weekends=kept), torn


def _weekend_allowed(contract: Contract, weekends: Sequence[bool]) -> bool:
    """Whether a weekend may be worked after these."""
    duty = contract.duty
    every, most = duty.weekend_off_every, duty.weekends_in_four
    if every and all(weekends[: every - 1]) and len(weekends) >= every - 1:
        return False
    return most is None or sum(weekends[:_IN_FOUR]) < most


def _weeks_of_days(contract: Contract, weekdays: Sequence[int]) -> NDArray[np.bool_]:
    """Every choice of days of a week that its own rules allow, shape (choices, days)."""
    duty, days = contract.duty, len(weekdays)
    out = []
    for week in product((False, True), repeat=days):
        pair = any(not a and not b for a, b in pairwise(week))
        if duty.paired_days_off and days == 7 and not pair:
            continue
        at = weekdays.index(5) if 5 in weekdays[:-1] else None
        if duty.whole_weekends and at is not None and week[at] != week[at + 1]:
            continue
        out.append(week)
    return np.array(out, dtype=bool)


@dataclass(frozen=True, slots=True)
class Steps:
    """What a week can lead to: arcs from stand to stand, by the stand they lead to.

    Parameters
    ----------
    weeks
        Choices of days, shape (choices, days).
    source, target, week
        Stands and choice of each arc.
    torn
        Days of stretches of work that each arc leaves too short.
    """

    weeks: NDArray[np.bool_]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    week: NDArray[np.int64]
    torn: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Machine:
    """The stands of a contract and the weeks between them.

    Parameters
    ----------
    stands
        Every stand that can be come to, by index.
    steps
        Of each week of the horizon.
    lasting
        Whether a stand lets somebody go on for ever as the contract says.
    """

    stands: dict[Stand, int]
    steps: tuple[Steps, ...]
    lasting: NDArray[np.bool_]


def machine(
    contract: Contract, begin: Sequence[Stand], weeks: Sequence[Sequence[dt.date]]
) -> Machine:
    """The machine of a contract over some weeks, from where people stand before them.

    Parameters
    ----------
    weeks
        Dates of each week; all but the last have seven.
    """
    stands: dict[Stand, int] = {}
    for stand in begin:
        stands.setdefault(stand, len(stands))
    usual = tuple(day.weekday() for day in weeks[0])
    whole = _steps(contract, stands, usual, grow=True)
    steps = [
        whole if len(week) == len(usual) else _steps(contract, stands, usual[: len(week)])
        for week in weeks
    ]
    lasting = _lasting(contract, whole, len(stands))
    return Machine(stands, tuple(steps), lasting)


def _steps(
    contract: Contract, stands: dict[Stand, int], weekdays: tuple[int, ...], *, grow: bool = False
) -> Steps:
    """Arcs of a week from each stand; what they lead to joins the stands when they may grow."""
    weeks = _weeks_of_days(contract, weekdays)
    reached = stands if grow else dict(stands)
    arcs, queue, seen = [], list(stands), 0
    while seen < len(queue):
        begin = queue[seen]
        seen += 1
        for index, week in enumerate(weeks.tolist()):
            stand: Stand | None = begin
            torn = 0
            for weekday, works in zip(weekdays, week, strict=True):
                assert stand is not None
                stand, short = _next_stand(contract, stand, weekday, works=works)
                if stand is None:
                    break
                torn += short
            if stand is None:
                continue
            if stand not in reached:
                reached[stand] = len(reached)
                if grow:
                    queue.append(stand)
            arcs.append((stands[begin], reached[stand], index, torn))
    table = np.array(sorted(arcs, key=lambda arc: arc[1]), dtype=np.int64).reshape(-1, 4)
    return Steps(weeks, table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def _lasting(contract: Contract, steps: Steps, stands: int) -> NDArray[np.bool_]:
    """Stands from which a contract can be kept week after week; all where none can."""
    if steps.weeks.shape[1] < 7:
        return np.ones(stands, dtype=bool)
    low, high = contract.days_per_week
    days = steps.weeks.sum(axis=1)[steps.week]
    kept = (days >= low) & (days <= high) & (steps.torn == 0)
    lasting = np.ones(stands, dtype=bool)
    while True:
        onward = np.zeros(stands, dtype=bool)
        onward[steps.source[kept & lasting[steps.target]]] = True
        onward &= lasting
        if (onward == lasting).all():
            return lasting if lasting.any() else np.ones(stands, dtype=bool)
        lasting = onward


@dataclass(frozen=True, slots=True)
class Asked:
    """What one week asks of a person: fewest and most days, days that can be or must be worked."""

    days: tuple[int, int]
    can: NDArray[np.bool_]
    must: NDArray[np.bool_]


def best_days(
    made: Machine,
    begin: Stand,
    asked: Sequence[Asked],
    prices: Sequence[NDArray[np.float64]],
    *,
    broken: float,
) -> tuple[float, list[NDArray[np.bool_]]]:
    """Cheapest days of one person, week by week, and their price; none where nothing is legal.

    Parameters
    ----------
    asked, prices
        Of each week; price of working each of its days.
    broken
        Price of a day short of or above what a week asks, of a day torn off a stretch of work, and
        of an end from which the contract cannot be kept any longer.
    """
    value = np.full(len(made.stands), np.inf)
    value[made.stands[begin]] = 0.0
    costs = []
    for steps, week, price in zip(made.steps, asked, prices, strict=True):
        cost = value[steps.source] + _prices(steps, week, price, broken)[steps.week]
        cost += broken * steps.torn
        costs.append(cost)
        size = max(len(made.stands), int(steps.target.max(initial=0)) + 1)
        value = np.full(size, np.inf)
        np.minimum.at(value, steps.target, cost)
    if made.steps[-1].weeks.shape[1] == 7:
        value = value + np.where(made.lasting, 0.0, broken)
    best = float(value.min())
    if not np.isfinite(best):
        return best, []
    at, out = int(np.argmin(value)), []
    for steps, cost in zip(reversed(made.steps), reversed(costs), strict=True):
        here = np.flatnonzero(steps.target == at)
        arc = int(here[np.argmin(cost[here])])
        at = int(steps.source[arc])
        out.append(steps.weeks[steps.week[arc]])
    return best, out[::-1]


def _prices(
    steps: Steps, asked: Asked, price: NDArray[np.float64], broken: float
) -> NDArray[np.float64]:
    """Price of each choice of days; inf where a day is worked that cannot be."""
    low, high = asked.days
    days = steps.weeks.sum(axis=1)
    out = steps.weeks @ price
    out += broken * (np.maximum(low - days, 0) + np.maximum(days - high, 0))
    out += broken * (asked.must & ~steps.weeks).sum(axis=1)
    out[(steps.weeks & ~asked.can).any(axis=1)] = np.inf
    return np.asarray(out)
