"""Days to people: each gets whole days over the horizon that together come to what is wanted.

Who is looked at gets the cheapest days there are for him while all others keep theirs
(:func:`wfm.scheduling.rota.best_days`); rounds of this end where nobody's days would change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.domain import Contract
from wfm.scheduling.past import Past
from wfm.scheduling.people import Person
from wfm.scheduling.rota import Asked, Machine, Stand, best_days, machine, stand_before

__all__ = ["DaysOf", "Horizon", "Key", "Rota", "Sharing", "share_days"]

_ROUNDS = 12
"""Most times everybody chooses again."""

_FEW = 3
"""People who choose again together."""

_IDLE = 60
"""Choices in a row that gain nothing, after which days stand."""

_BROKEN = 1e6
"""Price of a day that a week asks for and nobody gives: above all other prices."""

Bits = NDArray[np.bool_]
Key = tuple[tuple[str, ...], str, tuple[int, ...]]
"""Queues, contract and rules of presence of a group of people."""


@dataclass(frozen=True, slots=True)
class DaysOf:
    """One person over the horizon.

    Parameters
    ----------
    asked
        What each week asks.
    begin
        Where the person stands before the first week.
    price
        What working each date costs beside coverage, shape (days,).
    """

    agent: str
    asked: tuple[Asked, ...]
    begin: Stand
    price: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sharing:
    """People of one contract and skill group, and how many of them are wanted on each date.

    Parameters
    ----------
    wanted
        Heads, shape (days,); may be fractions.
    uneven
        Price of one head too many or too few; it grows with the square.
    """

    contract: Contract
    made: Machine
    people: tuple[DaysOf, ...]
    wanted: NDArray[np.float64]
    uneven: float

    def price(self, days: Bits) -> NDArray[np.float64]:
        """What one head more costs on each date, given who works; shape (days,)."""
        return np.asarray(self.uneven * (days.sum(axis=0) - self.wanted + 0.5))

    def cost(self, days: Bits) -> float:
        """Price of heads too many and too few, and of what people ask; shape (people, days)."""
        apart = days.sum(axis=0) - self.wanted
        asked = sum(float(span.price @ row) for span, row in zip(self.people, days, strict=True))
        return self.uneven / 2 * float(apart @ apart) + asked

    def even(self, days: Bits) -> bool:
        """Whether whole heads can come no nearer and nobody asks for anything."""
        near = bool((np.abs(days.sum(axis=0) - self.wanted) <= 0.5 + 1e-6).all())
        return near and not any(span.price.any() for span in self.people)


def share_days(sharing: Sharing, weeks: Sequence[int], *, seed: int = 0) -> dict[str, Bits]:
    """Days of each person, shape (days,).

    Parameters
    ----------
    weeks
        Days of each week.

    Notes
    -----
    A person at a time until nobody's days change; then a few people drawn at random give theirs
    back and choose again, one after the other, kept where all together come out cheaper.
    """
    rng = np.random.default_rng(seed)
    days = np.zeros((len(sharing.people), sum(weeks)), dtype=bool)
    for _ in range(_ROUNDS):
        before = days.copy()
        for person in range(len(days)):
            _choose(sharing, days, [person], weeks)
        if (days == before).all():
            break
    best, idle = sharing.cost(days), 0
    while idle < _IDLE and len(days) > 1 and not sharing.even(days):
        some = rng.permutation(len(days))[:_FEW]
        tried = days.copy()
        tried[some] = False
        _choose(sharing, tried, some.tolist(), weeks)
        cost = sharing.cost(tried)
        idle = 0 if cost < best - 1e-6 else idle + 1
        if cost <= best + 1e-6:
            days, best = tried, min(cost, best)
    return {span.agent: row for span, row in zip(sharing.people, days, strict=True)}


def _choose(sharing: Sharing, days: Bits, persons: Sequence[int], weeks: Sequence[int]) -> None:
    """Cheapest days of some people, one after the other."""
    for person in persons:
        span = sharing.people[person]
        days[person] = False
        prices = np.split(sharing.price(days) + span.price, np.cumsum(weeks)[:-1])
        _, found = best_days(sharing.made, span.begin, span.asked, prices, broken=_BROKEN)
        if found:
            days[person] = np.concatenate(found)


@dataclass(slots=True)
class Rota:
    """The days given to people, and new ones for who did not keep to them.

    Parameters
    ----------
    weeks
        Dates of each week; some may lie beyond the horizon.
    days
        Days that each person works, shape (days,).
    """

    weeks: tuple[tuple[dt.date, ...], ...]
    sharings: list[Sharing]
    days: dict[str, Bits]

    def of_week(self, people: Sequence[Person], first: dt.date, past: Past) -> list[Person]:
        """The same people; who has days given to him can work on no others.

        Whose days before the week went another way gets new ones from there on.
        """
        firsts = [dates[0] for dates in self.weeks]
        if first not in firsts:
            return list(people)
        week, begin = firsts.index(first), (first - firsts[0]).days
        out = []
        for person in people:
            name, can = person.agent.agent, person.available
            if name in self.days:
                if not self._kept(name, begin, past):
                    self._renew(name, week, past)
                given = self.days[name][begin:][: len(can)].tolist()
                can = tuple(free and on for free, on in zip(can, given, strict=True))
            out.append(replace(person, available=can))
        return out

    def _kept(self, agent: str, days: int, past: Past) -> bool:
        """Whether a person worked the first days as given."""
        worked, first = past.days(agent), self.weeks[0][0]
        dates = (first + dt.timedelta(days=day) for day in range(days))
        return all(
            (date in worked) == on
            for date, on in zip(dates, self.days[agent][:days].tolist(), strict=True)
        )

    def _renew(self, agent: str, week: int, past: Past) -> None:
        """New days from a week on; all others keep theirs."""
        sharing, span = next(
            (sharing, span)
            for sharing in self.sharings
            for span in sharing.people
            if span.agent == agent
        )
        stand = stand_before(sharing.contract, past, agent, self.weeks[week][0])
        made = machine(sharing.contract, [stand], self.weeks[week:])
        free = np.zeros(len(span.price), dtype=bool)
        others = (self.days[s.agent] for s in sharing.people if s.agent != agent)
        cuts = np.cumsum([len(dates) for dates in self.weeks])[:-1]
        prices = np.split(sharing.price(np.array([free, *others])) + span.price, cuts)[week:]
        _, found = best_days(made, stand, span.asked[week:], prices, broken=_BROKEN)
        if found:
            tail = np.concatenate(found)
            self.days[agent][len(self.days[agent]) - len(tail) :] = tail


@dataclass(frozen=True, slots=True)
class Horizon:
    """What the days of the whole horizon say to each week.

    Parameters
    ----------
    price
        Price of a shift of each group on each date that parts the weeks; shape (days,).
    bound
        Least price, taken off again, of days that the people may work: to be added to the bounds
        of the weeks.
    """

    rota: Rota
    price: Mapping[Key, NDArray[np.float64]]
    bound: float

    def price_head(self, keys: Sequence[Key], dates: Sequence[dt.date]) -> NDArray[np.float64]:
        """Price of a shift of each block of a week, shape (blocks, days)."""
        begin, days = (dates[0] - self.rota.weeks[0][0]).days, len(dates)
        free = np.zeros(begin + days)
        rows = [self.price.get(key, free)[begin:][:days] for key in keys]
        return np.array(rows).reshape(-1, days)
