"""The rule check, second part: nights, weekends, starts, long rests, averages, agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pandas as pd

from wfm.domain import Agent
from wfm.scheduling.duty import longest_rest
from wfm.scheduling.facts import Found, RosterFacts, Worked
from wfm.scheduling.past import Done
from wfm.work_rules import DutyRules, OffPhone

__all__ = ["DUTY_RULES", "hours", "off_phone_missing"]

_DAY = dt.timedelta(days=1)
_WEEK = 7 * _DAY
_DAY_S = 24 * 3600
_OPEN_S = 10**9


def hours(seconds: float) -> str:
    """Hours as they are told.

    Examples
    --------
    >>> hours(27000)
    '7.5 h'
    """
    return f"{seconds / 3600:g} h"


def _weeks_worked(
    facts: RosterFacts,
) -> Iterator[tuple[Sequence[dt.date], str, DutyRules, list[Worked]]]:
    """Each week of each person on the list: its dates, who, the rules, the shifts."""
    for dates, people in facts.weeks:
        for person in people:
            name = person.agent.agent
            mine = [s for s in facts.worked.get(name, ()) if dates[0] <= s.day <= dates[-1]]
            yield dates, name, person.contract.duty, mine


def _lives(facts: RosterFacts) -> Iterator[tuple[str, DutyRules, list[Done]]]:
    """Everyone on the list with shifts, those before the roster too."""
    for agent in facts.worked:
        contract = facts.contract_of(agent)
        if contract is not None:
            yield agent, contract.duty, facts.life(agent)


def too_many_nights(facts: RosterFacts) -> Iterator[Found]:
    """A week has at most so many night shifts."""
    for dates, name, duty, mine in _weeks_worked(facts):
        nights = sum(shift.night for shift in mine)
        if duty.nights_per_week is not None and nights > duty.nights_per_week:
            text = f"works {nights} nights of at most {duty.nights_per_week} a week"
            yield Found(name, dates[0], nights - duty.nights_per_week, text)


def too_many_nights_in_row(facts: RosterFacts) -> Iterator[Found]:
    """No stretch of nights is longer than the contract allows."""
    first = facts.first_day
    for name, duty, life in _lives(facts):
        run, before = 0, dt.date.min
        for done in (done for done in life if done.night):
            run = run + 1 if done.day - before == _DAY else 1
            before = done.day
            most = duty.nights_in_row
            if most is not None and run > most and done.day >= first:
                yield Found(name, done.day, run - most, f"works night {run} in a row of {most}")


def short_rest_after_nights(facts: RosterFacts) -> Iterator[Found]:
    """From the last of some nights to a shift that is none lies the contract's longer rest."""
    first = facts.first_day
    for name, duty, life in _lives(facts):
        for before, after in pairwise(life):
            pause = (after.start - before.end).total_seconds()
            turns = before.night and not after.night and after.day >= first
            if turns and pause < duty.rest_after_nights_s:
                text = f"rests {hours(pause)} of {hours(duty.rest_after_nights_s)} after nights"
                yield Found(name, after.day, (duty.rest_after_nights_s - pause) / 3600, text)


def long_nights(facts: RosterFacts) -> Iterator[Found]:
    """Night shifts are paid at most so long on average over the contract's weeks.

    Told of a week whose own nights are above the average.
    """
    for dates, name, duty, mine in _weeks_worked(facts):
        most = duty.night_average_s
        since = dates[-1] - duty.average_weeks * _WEEK + _DAY
        nights = [d for d in facts.life(name) if d.night and since <= d.day <= dates[-1]]
        if most is None or not nights:
            continue
        here = sum(shift.paid_s - most for shift in mine if shift.night)
        above = min(here, sum(done.paid_s - most for done in nights))
        if above > 0:
            mean = sum(done.paid_s for done in nights) / len(nights)
            text = f"works nights of {hours(mean)} on average, at most {hours(most)}"
            yield Found(name, dates[0], above / 3600, text)


def no_weekend_off(facts: RosterFacts) -> Iterator[Found]:
    """Of any so many weekends in a row one is wholly off."""
    dates = facts.dates()
    for name, duty, life in _lives(facts):
        every = duty.weekend_off_every
        saturdays = {d.day - (d.day.weekday() - 5) * _DAY for d in life if d.day.weekday() >= 5}
        for saturday in sorted(saturdays) if every else ():
            run = 1
            while saturday - run * _WEEK in saturdays:
                run += 1
            if run >= every and {saturday, saturday + _DAY} & dates:
                text = f"works {run} weekends in a row, of {every} one must be off"
                yield Found(name, saturday, run - every + 1, text)


def split_weekend(facts: RosterFacts) -> Iterator[Found]:
    """Saturday and Sunday of a week are both worked or both off."""
    for dates, name, duty, mine in _weeks_worked(facts):
        saturday = next((day for day in dates[:-1] if day.weekday() == 5), None)
        if duty.whole_weekends and saturday is not None:
            worked = {shift.day for shift in mine} & {saturday, saturday + _DAY}
            if len(worked) == 1:
                yield Found(name, saturday, 1, "works half of a weekend")


def unsteady_starts(facts: RosterFacts) -> Iterator[Found]:
    """The starts of a week lie within the contract's spread."""
    for dates, name, duty, mine in _weeks_worked(facts):
        clocks = [shift.clock_s for shift in mine]
        spread = max(clocks) - min(clocks) if clocks else 0
        if duty.start_spread_s is not None and spread > duty.start_spread_s:
            text = (
                f"starts {hours(spread)} apart within a week, at most {hours(duty.start_spread_s)}"
            )
            yield Found(name, dates[0], (spread - duty.start_spread_s) / 3600, text)


def no_days_off_in_a_pair(facts: RosterFacts) -> Iterator[Found]:
    """A whole week has two days off in a row."""
    for dates, name, duty, mine in _weeks_worked(facts):
        worked = {shift.day for shift in mine}
        pair = any(not {a, b} & worked for a, b in pairwise(dates))
        if duty.paired_days_off and len(dates) == 7 and not pair:
            yield Found(name, dates[0], 1, "has no two days off in a row")


def short_weekly_rest(facts: RosterFacts) -> Iterator[Found]:
    """A whole week has one long rest, a day of it at least inside the week.

    What comes after the roster is not known and taken for free.
    """
    for dates, name, duty, mine in _weeks_worked(facts):
        if not duty.weekly_rest_s or len(dates) < 7 or not mine:
            continue
        monday, after = (
            pd.Timestamp(day).tz_localize(facts.timezone) for day in (dates[0], dates[-1] + _DAY)
        )
        spans = [
            (int((done.start - monday).total_seconds()), int((done.end - monday).total_seconds()))
            for done in facts.life(name)
        ]
        week_s = int((after - monday).total_seconds())
        ends = [-_OPEN_S, *(end for _, end in spans)]
        starts = [*(start for start, _ in spans), _OPEN_S]
        found = longest_rest(ends, starts, week_s, min(duty.weekly_rest_s, _DAY_S))
        if found < duty.weekly_rest_s:
            text = f"rests {hours(found)} at a time of {hours(duty.weekly_rest_s)} once a week"
            yield Found(name, dates[0], (duty.weekly_rest_s - found) / 3600, text)


def hours_on_average(facts: RosterFacts) -> Iterator[Found]:
    """Paid hours of every known stretch of weeks keep the contract's average.

    Too few hours count only where every week of the stretch could be worked in full.
    """
    weeks = [(dates, people) for dates, people in facts.weeks if len(dates) == 7]
    first = facts.past.first_day
    for number, (dates, people) in enumerate(weeks):
        for person in people:
            duty, name = person.contract.duty, person.agent.agent
            start = dates[-1] + _DAY - duty.average_weeks * _WEEK
            known = first is not None and first <= start
            inside = number + 1 >= duty.average_weeks
            if duty.average_s is None or not (known or inside):
                continue
            paid = sum(d.paid_s for d in facts.life(name) if start <= d.day <= dates[-1])
            low, high = (bound * duty.average_weeks for bound in duty.average_s)
            full = inside and all(
                other.paid_s[0] == other.contract.week_s[0]
                for _, week in weeks[number + 1 - duty.average_weeks : number + 1]
                for other in week
                if other.agent.agent == name
            )
            off = max(paid - high, (low - paid) if full else 0)
            if off > 0:
                mean = hours(paid / duty.average_weeks)
                span = f"{hours(duty.average_s[0])} to {hours(duty.average_s[1])}"
                text = (
                    f"is paid {mean} a week on average over {duty.average_weeks} weeks, of {span}"
                )
                yield Found(name, dates[0], off / 3600, text)


def short_stretch_of_work(facts: RosterFacts) -> Iterator[Found]:
    """Working days come at least so many in a row; what touches an unknown day is not over yet."""
    dates = facts.dates()
    for name, duty, life in _lives(facts):
        known = bool(facts.past.of(name))
        for run in _runs({done.day for done in life}):
            opens = run[0] == facts.first_day and not known
            over = run[-1] < max(dates) and run[-1] >= facts.first_day - _DAY
            if over and not opens and len(run) < duty.least_days_in_row:
                text = f"works {len(run)} days in a row of at least {duty.least_days_in_row}"
                yield Found(name, run[0], duty.least_days_in_row - len(run), text)


def short_stretch_off(facts: RosterFacts) -> Iterator[Found]:
    """Days off come at least so many in a row."""
    for name, duty, life in _lives(facts):
        for before, after in pairwise(_runs({done.day for done in life})):
            off = (after[0] - before[-1]).days - 1
            if off < duty.least_days_off_in_row and after[0] >= facts.first_day:
                text = f"has {off} days off in a row of at least {duty.least_days_off_in_row}"
                yield Found(name, after[0], duty.least_days_off_in_row - off, text)


def _runs(days: set[dt.date]) -> list[list[dt.date]]:
    """Days in a row."""
    out: list[list[dt.date]] = []
    for day in sorted(days):
        if out and day - out[-1][-1] == _DAY:
            out[-1].append(day)
        else:
            out.append([day])
    return out


def too_many_weekends(facts: RosterFacts) -> Iterator[Found]:
    """Of any four weekends in a row at most so many have work."""
    dates = facts.dates()
    for name, duty, life in _lives(facts):
        saturdays = {d.day - (d.day.weekday() - 5) * _DAY for d in life if d.day.weekday() >= 5}
        most = duty.weekends_in_four
        for saturday in sorted(saturdays) if most is not None else ():
            four = sum(saturday - k * _WEEK in saturdays for k in range(4))
            if most is not None and four > most and {saturday, saturday + _DAY} & dates:
                text = f"works {four} weekends of four, at most {most}"
                yield Found(name, saturday, four - most, text)


def too_many_of_a_shift(facts: RosterFacts) -> Iterator[Found]:
    """Any four weeks up to the end of one have at most so many shifts of a template.

    Where those worked before were too many already, only what comes on top is told.
    """
    for dates, name, duty, mine in _weeks_worked(facts):
        start = dates[-1] - 4 * _WEEK + _DAY
        inside = [d.template for d in facts.life(name) if start <= d.day <= dates[-1]]
        for template, most in duty.shifts_in_four_weeks:
            here = sum(shift.template == template for shift in mine)
            above = min(inside.count(template) - most, here)
            if above > 0:
                text = f"works {inside.count(template)} {template} in four weeks, at most {most}"
                yield Found(name, dates[0], above, text)


def no_break(facts: RosterFacts) -> Iterator[Found]:
    """A shift longer than the contract says has a break."""
    at_work = {"work", *(session.activity for session in facts.arranged.offphone)}
    for shift, agent, contract in facts.shifts():
        after = contract.duty.break_after_s
        if after is not None and shift.length_s > after:
            parts = (e - s for s, e, name, _ in shift.activities if name in at_work)
            if sum(part.total_seconds() for part in parts) >= shift.length_s:
                text = f"works {hours(shift.length_s)} without a break, due after {hours(after)}"
                yield Found(agent.agent, shift.day, 1, text)


def outside_availability(facts: RosterFacts) -> Iterator[Found]:
    """Who gave hours of availability works inside of them."""
    spans = facts.arranged.availability
    limited = {span.agent for span in spans}
    for shift, agent, _ in facts.shifts():
        if agent.agent not in limited:
            continue
        end_s = shift.clock_s + shift.length_s
        mine = [span for span in spans if span.agent == agent.agent and span.holds(shift.day)]
        if not any(span.from_s <= shift.clock_s and end_s <= span.to_s for span in mine):
            yield Found(agent.agent, shift.day, 1, "works outside of the hours of availability")


def settled_shift_missing(facts: RosterFacts) -> Iterator[Found]:
    """Shifts that were settled before stand as they were settled."""
    dates = facts.dates()
    for fixed in facts.arranged.fixed:
        if fixed.day in dates and _can_work(facts, facts.agents.get(fixed.agent), fixed.day):
            there = any(
                shift.day == fixed.day
                and shift.clock_s == fixed.start_s
                and shift.clock_s + shift.length_s == fixed.end_s
                for shift in facts.worked.get(fixed.agent, ())
            )
            if not there:
                yield Found(fixed.agent, fixed.day, 1, "does not have the shift that was settled")


def off_phone_missing(facts: RosterFacts) -> Iterator[Found]:
    """Everybody at work in the span of a session has it: of its length, in its hours, together."""
    dates = facts.dates()
    for what in facts.arranged.offphone:
        if what.last not in dates:
            continue
        starts = {
            agent: _session_start(facts, what, agent)
            for agent in what.agents
            if any(what.first <= s.day <= what.last for s in facts.worked.get(agent, ()))
        }
        there = [start for start in starts.values() if start is not None]
        common = max(there, key=there.count) if what.together and there else None
        for agent, start in starts.items():
            if start is None:
                text = f"{what.activity} of {hours(what.length_s)} found no place from {what.first}"
                yield Found(agent, what.last, what.length_s / 3600, text)
            elif common is not None and start != common:
                text = f"{what.activity} is not at the same time as for the others"
                yield Found(agent, what.last, what.length_s / 3600, text)


def _session_start(facts: RosterFacts, what: OffPhone, agent: str) -> pd.Timestamp | None:
    """When an agent has a session; None when never as it was asked for."""
    for shift in facts.worked.get(agent, ()):
        for start, end, name, paid in shift.activities:
            local = start.tz_convert(facts.timezone).tz_localize(None)
            clock_s = (local - local.normalize()).total_seconds()
            inside = what.first <= local.date() <= what.last
            inside &= what.from_s <= clock_s <= what.to_s - what.length_s
            length_s = (end - start).total_seconds()
            if name == what.activity and inside and paid and length_s == what.length_s:
                return start
    return None


def _can_work(facts: RosterFacts, agent: Agent | None, day: dt.date) -> bool:
    return agent is not None and agent.employed(day) and (agent.agent, day) not in facts.leave


DUTY_RULES: tuple[Callable[[RosterFacts], Iterator[Found]], ...] = (
    too_many_nights,
    too_many_nights_in_row,
    short_rest_after_nights,
    long_nights,
    no_weekend_off,
    split_weekend,
    unsteady_starts,
    no_days_off_in_a_pair,
    short_weekly_rest,
    hours_on_average,
    short_stretch_of_work,
    short_stretch_off,
    too_many_weekends,
    too_many_of_a_shift,
    no_break,
    outside_availability,
    settled_shift_missing,
)
"""Rules of the second part."""
