"""Rules that contradict one another for one person, in plain words, and what would resolve it.

A week that no demand and no colleague disturbs is looked for: if even then somebody's hard rules
cannot all be kept, they contradict. Rules are dropped one by one to find a smallest set that does
[1]_, and each of that set is loosened until a week exists.

.. [1] Chinneck, Dravnieks (1991), Locating Minimal Infeasible Constraint Sets, ORSA J. Computing 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from wfm.domain import Agent, Contract, Leave, SchedulingRules, ShiftTemplate
from wfm.scheduling.assign import OFF, RosterPrices, assign_block
from wfm.scheduling.catalogue import Catalogue, compile_catalogue
from wfm.scheduling.check_duty import hours
from wfm.scheduling.line import Demand, Line, build_line, demand_on, grid_step_s, local_dates
from wfm.scheduling.people import Person, week_people, weeks
from wfm.scheduling.replan import former_roster
from wfm.scheduling.week import Carried, Inputs, Week, own_options, roster_problem
from wfm.work_rules import Arranged, DutyRules

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


def conflicts(
    requirement: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    *,
    timezone: str,
    leave: Sequence[Leave] = (),
    arranged: Arranged | None = None,
) -> list[Conflict]:
    """Contracts, and people with own hours or settled shifts, whose rules contradict.

    Notes
    -----
    Of each contract and skill group one person is tried in the first week, of people with
    arrangements each one in every week. Leave never makes a conflict by itself: hours and days are
    owed in proportion.
    """
    arranged = arranged or Arranged()
    silent = lambda _: None  # noqa: E731
    inputs = Inputs(
        requirement, agents, contracts, templates, SchedulingRules(), timezone, leave, (), 0, 1,
        silent, None, arranged,
    )  # fmt: skip
    named = _named(arranged)
    found: dict[tuple[str, tuple[str, ...]], _Group] = {}
    tried: set[tuple[str, tuple[str, ...]]] = set()
    for number, (line, catalogue, demand) in enumerate(_weeks(inputs)):
        for agent in agents:
            group = (agent.contract, tuple(sorted(agent.skills)))
            if agent.agent not in named and (number or group in tried):
                continue
            tried |= set() if agent.agent in named else {group}
            case = _Case(inputs, line, catalogue, demand, agent, contracts[agent.contract])
            if not _possible(case):
                rules, ways = _told(case)
                made = _Group(agent.contract, rules, ways)
                same = found.setdefault((agent.contract, rules), made)
                same.add(agent.agent if case.own else None)
    return [group.conflict for group in found.values()]


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
    rows, timezone = inputs.requirement, inputs.timezone
    step_s = min(grid_step_s(rows["interval_s"].unique(), inputs.templates.values()), _STEP_S)
    for dates in weeks(local_dates(rows["interval_start"], timezone)):
        line = build_line(dates, step_s, timezone)
        starts = rows["interval_start"]
        mine = rows[(starts >= line.origin) & (starts < line.time(line.midnights[-1]))]
        demand = {
            str(queue): demand_on(line, mine, str(queue), 1.0, 1.0)
            for queue in sorted(rows["queue"].unique())
        }
        yield line, compile_catalogue(line, inputs.templates.values()), demand


def _possible(case: _Case) -> bool:
    """Whether the person has a week that keeps all rules."""
    given = case.inputs
    fields = ({case.contract.name: case.contract}, given.templates, given.leave)
    people = week_people(case.line, case.demand, [case.agent], *fields, given.arranged.availability)
    if not people or not any(people[0].available):
        return True
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


def _unplaced(case: _Case, person: Person, fixed: Sequence[int]) -> bool:
    """Whether a settled shift fits no shift of the contract on its day."""
    dates = {date: day for day, date in enumerate(case.line.dates)}
    mine = [s for s in case.inputs.arranged.fixed if s.agent == person.agent.agent]
    return any(
        fixed[dates[s.day]] < 0 and person.available[dates[s.day]] for s in mine if s.day in dates
    )


Change = Callable[[Contract, float], Contract]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of a contract: its words, the contract without it, and how it can be loosened.

    Parameters
    ----------
    drop
        The contract without the rule.
    loosen
        The contract with the value in place of the rule's; None where there is nothing between.
    now, end, step
        The rule's value, the loosest one that makes sense, and the grid between.
    say
        Words for a value.
    """

    words: str
    drop: Callable[[Contract], Contract]
    loosen: Change | None = None
    now: float = 0.0
    end: float = 0.0
    step: float = 1.0
    say: Callable[[float], str] = str


def _rules(contract: Contract) -> list[_Rule]:
    """Rules of a contract that are in force."""
    low, high = contract.week_s
    few, many = contract.days_per_week
    by_hour = {"step": float(_STEP_S)}
    rules = [
        _Rule(
            f"rest of {hours(contract.rest_s)} between shifts",
            lambda c: replace(c, rest_s=0),
            lambda c, v: replace(c, rest_s=int(v)),
            contract.rest_s,
            0.0,
            say=lambda v: f"rest of {hours(v)}",
            **by_hour,
        ),
        _Rule(
            f"{hours(low)} to {hours(high)} a week",
            lambda c: replace(c, week_s=(0, 7 * 24 * _H)),
            lambda c, v: replace(c, week_s=(int(v), max(int(v), c.week_s[1]))),
            low,
            0.0,
            say=lambda v: f"hours_per_week from {hours(v)}",
            **by_hour,
        ),
        _Rule(
            f"{few} to {many} days a week" if few < many else f"{few} days a week",
            lambda c: replace(c, days_per_week=(0, 7)),
            lambda c, v: replace(c, days_per_week=(int(v), max(int(v), c.days_per_week[1]))),
            few,
            0.0,
            say=lambda v: f"days_per_week from {v:.0f}",
        ),
        _Rule(
            f"{hours(contract.day_s[0])} to {hours(contract.day_s[1])} a day",
            lambda c: replace(c, day_s=(0, 24 * _H)),
            lambda c, v: replace(c, day_s=(int(v), c.day_s[1])),
            contract.day_s[0],
            0.0,
            say=lambda v: f"hours_per_day from {hours(v)}",
            **by_hour,
        ),
        _Rule(
            f"at most {contract.max_days_in_row} days in a row",
            lambda c: replace(c, max_days_in_row=7),
            lambda c, v: replace(c, max_days_in_row=int(v)),
            contract.max_days_in_row,
            7.0,
            say=lambda v: f"max_days_in_row of {v:.0f}",
        ),
    ]
    return [*rules, *_duty_rules(contract.duty)]


def _duty_rules(duty: DutyRules) -> Iterator[_Rule]:
    """Rules beyond hours and days that are in force."""

    def with_duty(**change: object) -> Callable[[Contract], Contract]:
        return lambda c: replace(c, duty=replace(c.duty, **change))  # type: ignore[arg-type]

    if duty.weekly_rest_s:
        yield _Rule(
            f"{hours(duty.weekly_rest_s)} of rest once a week",
            with_duty(weekly_rest_s=0),
            lambda c, v: replace(c, duty=replace(c.duty, weekly_rest_s=int(v))),
            duty.weekly_rest_s,
            0.0,
            float(_STEP_S),
            lambda v: f"weekly_rest of {hours(v)}",
        )
    if duty.start_spread_s is not None:
        yield _Rule(
            f"starts within {hours(duty.start_spread_s)} of one another",
            with_duty(start_spread_s=None),
            lambda c, v: replace(c, duty=replace(c.duty, start_spread_s=int(v))),
            duty.start_spread_s,
            24.0 * _H,
            float(_STEP_S),
            lambda v: f"start_spread of {hours(v)}",
        )
    if duty.paired_days_off:
        yield _Rule("two days off in a row", with_duty(paired_days_off=False))
    if duty.whole_weekends:
        yield _Rule("weekends whole", with_duty(whole_weekends=False))
    if duty.nights_per_week is not None:
        words = f"at most {duty.nights_per_week} nights a week"
        yield _Rule(words, with_duty(nights_per_week=None))
    if duty.nights_in_row is not None:
        yield _Rule(f"at most {duty.nights_in_row} nights in a row", with_duty(nights_in_row=None))
    if duty.rest_after_nights_s:
        words = f"{hours(duty.rest_after_nights_s)} of rest after nights"
        yield _Rule(words, with_duty(rest_after_nights_s=0))
    for name, words in (
        ("least_days_in_row", "at least {} working days in a row"),
        ("least_days_off_in_row", "at least {} days off in a row"),
    ):
        least = getattr(duty, name)
        if least > 1:
            yield _Rule(words.format(least), with_duty(**{name: 1}))
    if duty.night_average_s is not None:
        words = f"nights of {hours(duty.night_average_s)} on average"
        yield _Rule(words, with_duty(night_average_s=None))


def _told(case: _Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rules that contradict where a case has no week, and the ways out."""
    words: list[str] = []
    ways: list[tuple[float, str]] = []
    now = case
    for name, told in (("availability", "the hours of availability"), ("fixed", "settled shifts")):
        less = now.without(name)
        if less.inputs.arranged == now.inputs.arranged:
            continue
        if _possible(less):
            words.append(told)
            ways.append((1.0, f"change {told}"))
        else:
            now = less
    kept = []
    for rule in _rules(case.contract):
        less = replace(now, contract=rule.drop(now.contract))
        if _possible(less):
            kept.append(rule)
        else:
            now = less
    words = [rule.words for rule in kept] + words
    for rule in kept:
        value = _loosest_needed(case, rule)
        if value is not None:
            change = abs(value - rule.now) / max(abs(rule.now), abs(rule.end), 1e-9)
            ways.append((change, rule.say(value)))
        elif _possible(replace(case, contract=rule.drop(case.contract))):
            ways.append((1.0, f"no rule of {rule.words}"))
    return tuple(words), tuple(text for _, text in sorted(ways))


def _loosest_needed(case: _Case, rule: _Rule) -> float | None:
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
