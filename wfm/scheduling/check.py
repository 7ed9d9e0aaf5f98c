"""The rule check: every rule re-tested on the roster alone.

Knows no solver and no line; it reads the tables that leave the scheduler and the rules as the
planner wrote them. One function per rule, listed in :data:`RULES`; each yields what it finds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pandas as pd

from wfm.scheduling.check_duty import DUTY_RULES, hours, off_phone_missing
from wfm.scheduling.check_presence import PRESENCE_RULES
from wfm.scheduling.facts import Found, RosterFacts, Worked

__all__ = ["RULES", "SOFT_RULES", "check_roster"]

COLUMNS = ("rule", "agent", "day", "amount", "message", "hard")


def unknown_agent(facts: RosterFacts) -> Iterator[Found]:
    """A shift belongs to someone on the list, under the own contract."""
    for agent, worked in facts.worked.items():
        for shift in worked:
            if agent not in facts.agents:
                yield Found(agent, shift.day, 1, "is not on the list of agents")
            elif shift.contract != facts.agents[agent].contract:
                yield Found(agent, shift.day, 1, f"works under contract {shift.contract}")


def not_employed(facts: RosterFacts) -> Iterator[Found]:
    """Nobody works before the first or after the last day of employment."""
    for shift, agent, _ in facts.shifts():
        if not agent.employed(shift.day):
            yield Found(agent.agent, shift.day, 1, "works outside of the employment")


def on_leave(facts: RosterFacts) -> Iterator[Found]:
    """Nobody works on a day of leave."""
    for shift, agent, _ in facts.shifts():
        if (agent.agent, shift.day) in facts.leave:
            yield Found(agent.agent, shift.day, 1, "works on a day of leave")


def lacks_skill(facts: RosterFacts) -> Iterator[Found]:
    """A shift serves queues the person can serve: one, or those of a skill group."""
    for shift, agent, _ in facts.shifts():
        own = set(agent.skills)
        if shift.skill not in own and not set(shift.skill.split("+")) <= own:
            yield Found(agent.agent, shift.day, 1, f"serves {shift.skill} without the skill")


def not_a_template(facts: RosterFacts) -> Iterator[Found]:
    """Start and length are on the grid of a template that the contract allows."""
    for shift, agent, contract in facts.shifts():
        template = facts.templates.get(shift.template)
        if template is None or shift.template not in contract.shifts:
            yield Found(agent.agent, shift.day, 1, f"contract has no shift {shift.template}")
        elif shift.clock_s not in template.starts() or shift.length_s not in template.lengths_s():
            clock = f"{shift.clock_s // 3600:02d}:{shift.clock_s % 3600 // 60:02d}"
            text = f"{shift.template} has no {hours(shift.length_s)} at {clock}"
            yield Found(agent.agent, shift.day, 1, text)


def wrong_paid_time(facts: RosterFacts) -> Iterator[Found]:
    """Paid time is the length without unpaid breaks, and within the contract's day."""
    for shift, agent, contract in facts.shifts():
        unpaid = sum((e - s).total_seconds() for s, e, _, paid in shift.activities if not paid)
        off = abs(shift.length_s - unpaid - shift.paid_s)
        if off:
            yield Found(agent.agent, shift.day, off / 3600, f"paid time is off by {hours(off)}")
        low, high = contract.day_s
        if not low <= shift.paid_s <= high:
            text = f"is paid {hours(shift.paid_s)} of a day of {hours(low)} to {hours(high)}"
            yield Found(agent.agent, shift.day, _outside(shift.paid_s, low, high) / 3600, text)


def _outside(value: float, low: float, high: float) -> float:
    return max(low - value, value - high, 0.0)


def two_shifts_a_day(facts: RosterFacts) -> Iterator[Found]:
    """At most one shift starts on a local date."""
    for worked in facts.worked.values():
        for before, after in pairwise(worked):
            if before.day == after.day:
                yield Found(after.agent, after.day, 1, "starts two shifts on one day")


def short_rest(facts: RosterFacts) -> Iterator[Found]:
    """Between two shifts lies the contract's rest, in real hours."""
    first = facts.first_day
    for agent in facts.worked:
        contract = facts.contract_of(agent)
        rest_s = contract.rest_s if contract else 0
        for before, after in pairwise(facts.life(agent)):
            pause = (after.start - before.end).total_seconds()
            if pause < rest_s and after.day >= first:
                text = f"rests {hours(pause)} of {hours(rest_s)} before the shift"
                yield Found(agent, after.day, (rest_s - pause) / 3600, text)


def too_many_days_in_row(facts: RosterFacts) -> Iterator[Found]:
    """No stretch of working days is longer than the contract allows."""
    first = facts.first_day
    for agent in facts.worked:
        contract = facts.contract_of(agent)
        if contract is None:
            continue
        most = contract.max_days_in_row
        run: list[dt.date] = []
        for day in sorted({shift.day for shift in facts.life(agent)}):
            run = [*run, day] if run and (day - run[-1]).days == 1 else [day]
            if len(run) > most and day >= first:
                text = f"works day {len(run)} in a row of at most {most}"
                yield Found(agent, day, len(run) - most, text)


def _week_of(facts: RosterFacts, dates: Sequence[dt.date], agent: str) -> list[Worked]:
    return [shift for shift in facts.worked.get(agent, ()) if dates[0] <= shift.day <= dates[-1]]


def days_of_week(facts: RosterFacts) -> Iterator[Found]:
    """The week has as many shifts as the contract asks, as far as its days can be worked."""
    for dates, people in facts.weeks:
        for person in people:
            name = person.agent.agent
            days = len(_week_of(facts, dates, name))
            off = _outside(days, *person.days)
            if off:
                text = f"works {days} days of {person.days[0]} to {person.days[1]}"
                yield Found(name, dates[0], off, text)


def hours_of_week(facts: RosterFacts) -> Iterator[Found]:
    """The week has the paid hours of the contract, as far as its days can be worked."""
    for dates, people in facts.weeks:
        for person in people:
            name = person.agent.agent
            paid = sum(shift.paid_s for shift in _week_of(facts, dates, name))
            off = _outside(paid, *person.paid_s)
            if off:
                span = f"{hours(person.paid_s[0])} to {hours(person.paid_s[1])}"
                text = f"is paid {hours(paid)} of {span}"
                yield Found(name, dates[0], off / 3600, text)


def broken_breaks(facts: RosterFacts) -> Iterator[Found]:
    """Every break that is due is there once, in its window, of its length; the rest is work."""
    worked = {"work", *(session.activity for session in facts.arranged.offphone)}
    for shift, agent, _ in facts.shifts():
        template = facts.templates.get(shift.template)
        if template is None:
            continue
        due = sorted(
            template.breaks_of(shift.length_s), key=lambda rule: rule.starts_s(shift.length_s)
        )
        taken = [part for part in shift.activities if part[2] not in worked]
        if [part[2] for part in taken] != [rule.name for rule in due]:
            text = f"has {len(taken)} of {len(due)} breaks, or others"
            yield Found(agent.agent, shift.day, abs(len(due) - len(taken)) or 1, text)
            continue
        for (start, end, name, paid), rule in zip(taken, due, strict=True):
            early, late = rule.starts_s(shift.length_s)
            after = (start - shift.start).total_seconds()
            length = (end - start).total_seconds()
            if not early <= after <= late or length != rule.length_s or paid != rule.paid:
                text = (
                    f"{name} is {hours(after)} after the start, due {hours(early)} to {hours(late)}"
                )
                yield Found(agent.agent, shift.day, 1, text)


def unbroken_work(facts: RosterFacts) -> Iterator[Found]:
    """Breaks lie as far apart, and work without one lasts no longer, as the template says."""
    worked = {"work", *(session.activity for session in facts.arranged.offphone)}
    for shift, agent, _ in facts.shifts():
        template = facts.templates.get(shift.template)
        if template is None or template.unbroken_s is None:
            continue
        low, high = template.unbroken_s
        rests = [(start, end) for start, end, name, _ in shift.activities if name not in worked]
        ends = [shift.start, *(end for _, end in rests)]
        starts = [*(start for start, _ in rests), shift.end]
        spans = [(b - a).total_seconds() for a, b in zip(ends, starts, strict=True)]
        for span in spans:
            if span > high:
                text = f"works {hours(span)} without a break, at most {hours(high)}"
                yield Found(agent.agent, shift.day, (span - high) / 3600, text)
        for span in spans[1:-1]:
            if span < low:
                text = f"has two breaks {hours(span)} apart, at least {hours(low)}"
                yield Found(agent.agent, shift.day, (low - span) / 3600, text)


def torn_activities(facts: RosterFacts) -> Iterator[Found]:
    """Activities fill the shift from start to end, without gap or overlap."""
    for shift, agent, _ in facts.shifts():
        at = shift.start
        torn = not shift.activities
        for start, end, _, _ in shift.activities:
            torn |= start != at or end <= start
            at = end
        if torn or at != shift.end:
            yield Found(agent.agent, shift.day, 1, "activities do not fill the shift")


RULES: dict[str, Callable[[RosterFacts], Iterator[Found]]] = {
    rule.__name__: rule
    for rule in (
        unknown_agent,
        not_employed,
        on_leave,
        lacks_skill,
        not_a_template,
        wrong_paid_time,
        two_shifts_a_day,
        short_rest,
        too_many_days_in_row,
        days_of_week,
        hours_of_week,
        broken_breaks,
        unbroken_work,
        torn_activities,
        *DUTY_RULES,
        *PRESENCE_RULES,
    )
}
"""Every hard rule by name."""

SOFT_RULES: dict[str, Callable[[RosterFacts], Iterator[Found]]] = {
    rule.__name__: rule for rule in (off_phone_missing,)
}
"""What is told when it is missing, and breaks no rule."""


def check_roster(facts: RosterFacts) -> pd.DataFrame:
    """Test every rule; columns rule, agent, day, amount, message, hard; no row when all is kept."""
    rows = [
        (name, found.agent, found.day, float(found.amount), found.message, name in RULES)
        for name, rule in (RULES | SOFT_RULES).items()
        for found in rule(facts)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
