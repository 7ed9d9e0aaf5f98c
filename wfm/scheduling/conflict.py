"""Rules that contradict one another for one person, in plain words, and what would resolve it.

A week that no demand and no colleague disturbs is looked for: if even then somebody's hard rules
cannot all be kept, they contradict. Rules are dropped one by one to find a smallest set that does
[1]_, and each of that set is loosened until a week exists.

.. [1] Chinneck, Dravnieks (1991), Locating Minimal Infeasible Constraint Sets, ORSA J. Computing 3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import methodcaller

import numpy as np
import pandas as pd

from wfm.domain import Agent, Contract, Leave, SchedulingRules, ShiftTemplate
from wfm.presence import PresenceRule
from wfm.scheduling.assign import OFF, RosterPrices, assign_block
from wfm.scheduling.catalogue import Catalogue, compile_catalogue
from wfm.scheduling.contract_rules import Rule, rules_of
from wfm.scheduling.line import Demand, Line, build_line, demand_on, grid_step_s
from wfm.scheduling.people import Person, week_people, weeks
from wfm.scheduling.presence import counts, opened
from wfm.scheduling.replan import former_roster
from wfm.scheduling.week import Carried, Inputs, Week, own_options, roster_problem
from wfm.work_rules import Arranged

__all__ = ["Conflict", "conflicts"]

_H = 3600
_STEP_S = 1800
_TRIES = 7
_LIMIT_S = 10.0
_NAMED = 8
"""Most people named in a conflict that they share."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot all be kept.

    Parameters
    ----------
    who
        The contract, or the people where own hours or settled shifts take part.
    rules
        A smallest set of rules that contradict one another, in words.
    ways
        What would resolve it, each by itself, the smallest change first.
    """

    who: str
    rules: tuple[str, ...]
    ways: tuple[str, ...]

    def __str__(self) -> str:
        """Give the conflict and the ways out as one line."""
        ways = f"; any one of these would do: {'; '.join(self.ways)}" if self.ways else ""
        return f"{self.who}: cannot be kept together: {', '.join(self.rules)}{ways}"


@dataclass(frozen=True, slots=True)
class _Case:
    """One person's week to be tried: line, catalogue, demand and what is agreed."""

    inputs: Inputs
    line: Line
    catalogue: Catalogue
    demand: Mapping[str, Demand]
    agent: Agent
    contract: Contract

    @property
    def own(self) -> bool:
        """Whether own hours or settled shifts take part."""
        return self.agent.agent in _named(self.inputs.arranged)

    def without(self, name: str) -> _Case:
        """The same without the person's availability or settled shifts."""
        given = self.inputs.arranged
        inputs = replace(self.inputs, arranged=replace(given, **{name: ()}))
        return replace(self, inputs=inputs)

    @property
    def doors(self) -> list[PresenceRule]:
        """Hours of places outside of which the person may not work."""
        return [self.inputs.rules.presence[n] for n in _doors(self.inputs, self.agent)]

    def beyond(self, *doors: PresenceRule) -> _Case:
        """The same without the hours of some places."""
        rules = self.inputs.rules
        left = tuple(rule for rule in rules.presence if rule not in doors)
        return replace(self, inputs=replace(self.inputs, rules=replace(rules, presence=left)))


def conflicts(
    requirement: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    *,
    timezone: str,
    leave: Sequence[Leave] = (),
    arranged: Arranged | None = None,
    presence: Sequence[PresenceRule] = (),
    first_day: dt.date | None = None,
) -> list[Conflict]:
    """Contracts, and people with own hours or settled shifts, whose rules contradict.

    Parameters
    ----------
    first_day
        Date on which the first week begins; None is the first date of the requirement.

    Notes
    -----
    Of each contract, skill group and place one person is tried in the first week, of people with
    arrangements each one in every week. Leave never makes a conflict by itself: hours and days are
    owed in proportion.
    """
    arranged = arranged or Arranged()
    silent = lambda _: None  # noqa: E731
    inputs = Inputs(
        requirement, agents, contracts, templates, SchedulingRules(presence=tuple(presence)),
        timezone, leave, (), 0, 1, silent, None, arranged,
        first_day=first_day,
    )  # fmt: skip
    found: dict[tuple[str, tuple[str, ...]], _Group] = {}
    for number, (line, catalogue, demand) in enumerate(_weeks(inputs)):
        for alike in _alike(inputs):
            case = _Case(inputs, line, catalogue, demand, alike[0], contracts[alike[0].contract])
            if (number and not case.own) or _possible(case):
                continue
            rules, ways = _told(case)
            contract = case.contract.name
            same = found.setdefault((contract, rules), _Group(contract, rules, ways))
            for agent in alike:
                same.add(agent.agent if case.own or case.doors else None)
    return [group.conflict for group in found.values()]


def _alike(inputs: Inputs) -> list[list[Agent]]:
    """People by contract, skills and the hours of their place; who has arrangements alone."""
    named, out = _named(inputs.arranged), dict[object, list[Agent]]()
    for agent in inputs.agents:
        group = (agent.contract, tuple(sorted(agent.skills)), *_doors(inputs, agent))
        out.setdefault(agent.agent if agent.agent in named else group, []).append(agent)
    return list(out.values())


def _doors(inputs: Inputs, agent: Agent) -> list[int]:
    """Rules of presence that say when an agent's place is open."""
    rules = enumerate(inputs.rules.presence)
    return [n for n, rule in rules if rule.open is not None and counts(rule, agent)]


@dataclass(slots=True)
class _Group:
    """Everybody with the same contradiction."""

    contract: str
    rules: tuple[str, ...]
    ways: tuple[str, ...]
    agents: list[str] = field(default_factory=list)
    all_of_it: bool = False

    def add(self, agent: str | None) -> None:
        """Add a person; None is everybody with the contract."""
        self.all_of_it |= agent is None
        if agent is not None and agent not in self.agents:
            self.agents.append(agent)

    @property
    def conflict(self) -> Conflict:
        """The contradiction, told once."""
        who = f"contract {self.contract}"
        if not self.all_of_it:
            more = len(self.agents) - _NAMED
            names = ", ".join(self.agents[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            who = f"agent{'s' * (len(self.agents) > 1)} {names} ({who})"
        return Conflict(who, self.rules, self.ways)


def _named(arranged: Arranged) -> set[str]:
    """People with own hours or settled shifts."""
    hours_of = {span.agent for span in arranged.availability}
    return hours_of | {shift.agent for shift in arranged.fixed}


def _weeks(inputs: Inputs) -> Iterator[tuple[Line, Catalogue, Mapping[str, Demand]]]:
    """Each week of the requirement with what can be placed in it."""
    rows = inputs.requirement
    step_s = min(grid_step_s(rows["interval_s"].unique(), inputs.templates.values()), _STEP_S)
    for dates in weeks(inputs.dates):
        line = build_line(dates, step_s, inputs.timezone)
        starts = rows["interval_start"]
        mine = rows[(starts >= line.origin) & (starts < line.time(line.midnights[-1]))]
        demand = {
            str(queue): demand_on(line, mine, str(queue), 1.0, 1.0)
            for queue in sorted(rows["queue"].unique())
        }
        demand = opened(demand, line, inputs.rules.presence, inputs.agents)
        yield line, compile_catalogue(line, inputs.templates.values()), demand


def _possible(case: _Case) -> bool:
    """Whether the person has a week that keeps all rules."""
    given = case.inputs
    people = _people(case)
    if not people:
        return True
    if not any(people[0].available):  # leave is no conflict, a place that is always shut is
        return not case.doors or not any(_people(case.beyond(*case.doors))[0].available)
    former = former_roster(None, case.line, case.catalogue, people, given.arranged.fixed)
    if _unplaced(case, people[0], former.fixed[0].tolist()):
        return False
    week = Week(given, case.line, case.catalogue, dict(case.demand), people, former, {})
    own = own_options(week, case.contract, people[0].serves)
    options = np.union1d(own, former.fixed[former.fixed >= 0])
    if not len(options):
        return False
    problem = roster_problem(week, Carried(), options, np.ones(len(options), dtype=np.int64))
    free = RosterPrices(uncovered=0.0)
    made = assign_block(replace(problem, prices=free), gap=0.0, nodes=200, time_limit_s=_LIMIT_S)
    if not made.status.usable:
        return True
    row = made.assignment[0]
    chosen = np.where(row == OFF, OFF, options[row])
    settled = former.fixed[0] >= 0
    owed = made.objective - float(problem.price[0, row[row != OFF]].sum())
    return bool((chosen[settled] == former.fixed[0][settled]).all()) and owed < 1e-6


def _people(case: _Case) -> list[Person]:
    """The person as the week may ask, nobody where no queue of theirs has a need."""
    given = case.inputs
    fields = ({case.contract.name: case.contract}, given.templates, given.leave)
    more = (given.arranged.availability, given.rules.presence)
    return week_people(case.line, case.demand, [case.agent], *fields, *more)


def _unplaced(case: _Case, person: Person, fixed: Sequence[int]) -> bool:
    """Whether a settled shift fits no shift of the contract on its day."""
    dates = {date: day for day, date in enumerate(case.line.dates)}
    mine = [s for s in case.inputs.arranged.fixed if s.agent == person.agent.agent]
    return any(
        fixed[dates[s.day]] < 0 and person.available[dates[s.day]] for s in mine if s.day in dates
    )


def _parts(case: _Case) -> Iterator[tuple[str, Callable[[_Case], _Case]]]:
    """What of the person's own takes part beside the contract, and the case without it."""
    for name, told in (("availability", "the hours of availability"), ("fixed", "settled shifts")):
        if case.without(name).inputs.arranged != case.inputs.arranged:
            yield told, methodcaller("without", name)
    for door in case.doors:
        yield f"the hours of {door.name!r}", methodcaller("beyond", door)


def _told(case: _Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rules that contradict where a case has no week, and the ways out."""
    words: list[str] = []
    ways: list[tuple[float, str]] = []
    now = case
    for told, drop in _parts(case):
        less = drop(now)
        if _possible(less):
            words.append(told)
            ways.append((1.0, f"change {told}"))
        else:
            now = less
    kept = []
    for rule in rules_of(case.contract):
        less = replace(now, contract=rule.drop(now.contract))
        if _possible(less):
            kept.append(rule)
        else:
            now = less
    words = [rule.words for rule in kept] + words
    if len(words) == 1 and now.doors:
        words.append(f"the opening hours of {', '.join(sorted(case.agent.skills))}")
    for rule in kept:
        value = _loosest_needed(case, rule)
        if value is not None:
            change = abs(value - rule.now) / max(abs(rule.now), abs(rule.end), 1e-9)
            ways.append((change, rule.say(value)))
        elif _possible(replace(case, contract=rule.drop(case.contract))):
            ways.append((1.0, f"no rule of {rule.words}"))
    return tuple(words), tuple(text for _, text in sorted(ways))


def _loosest_needed(case: _Case, rule: Rule) -> float | None:
    """Value of a rule nearest to its own at which a week exists, by halving; None if there is none.

    A week that exists at a value exists at every looser one.
    """
    if rule.loosen is None or rule.now == rule.end:
        return None
    make = rule.loosen

    def fits(value: float) -> bool:
        return _possible(replace(case, contract=make(case.contract, value)))

    if not fits(rule.end):
        return None
    bad, good = 0, max(round(abs(rule.end - rule.now) / rule.step), 1)
    sign = rule.step if rule.end > rule.now else -rule.step
    for _ in range(_TRIES):
        if good - bad <= 1:
            break
        middle = (good + bad) // 2
        if fits(rule.now + sign * middle):
            good = middle
        else:
            bad = middle
    return rule.now + sign * good
