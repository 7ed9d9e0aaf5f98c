"""The rule check, third part: floors, seats, rest rooms and the hours of a place.

Counted from what people do, moment by moment; one finding for each rule and local date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.presence import PresenceRule
from wfm.scheduling.facts import Found, RosterFacts
from wfm.scheduling.presence import active_at, counts, hours_on

__all__ = ["HEAD_RULES", "PRESENCE_RULES"]


@dataclass(frozen=True, slots=True)
class _Heads:
    """People of a rule between the moments at which something changes, while it holds.

    Parameters
    ----------
    clock
        Start of each stretch on the wall clock.
    hours
        Its length [h].
    work, rest
        How many are at work and on break.
    """

    clock: pd.DatetimeIndex
    hours: NDArray[np.float64]
    work: NDArray[np.int64]
    rest: NDArray[np.int64]

    def found(
        self, off: NDArray[np.int64], name: str, asked: str, *, rest: bool
    ) -> Iterator[Found]:
        """One finding a date for the stretches with somebody too few or too many.

        Parameters
        ----------
        off
            How many too few or too many.
        name, asked
            The rule, and how many it asks for in words.
        rest
            Whether those on break are meant.
        """
        dates, heads = np.array(self.clock.date), self.rest if rest else self.work
        for day in sorted(set(dates[off > 0])):
            mine = np.flatnonzero((dates == day) & (off > 0))
            worst = int(mine[np.argmax(off[mine])])
            amount = float(off[mine] @ self.hours[mine])
            what = f"{heads[worst]} of {asked} {'on break' if rest else 'at work'}"
            text = f"{name}: {what} at {self.clock[worst]:%H:%M}; {amount:g} person-hours in all"
            yield Found("", day, amount, text)


def _bounds(facts: RosterFacts, rule: PresenceRule) -> list[pd.Timestamp]:
    """Midnights of the roster, and when the rule begins and ends to hold."""
    out = []
    for day in sorted(facts.dates()):
        edges = {0, 24 * 3600}
        for span in rule.at.spans(day, holiday=False) if rule.at else ():
            edges |= set(span)
        clock = [pd.Timestamp(day) + pd.Timedelta(seconds=edge) for edge in edges]
        out += [
            c.tz_localize(facts.timezone, ambiguous=True, nonexistent="shift_forward")
            for c in clock
        ]
    return [moment.tz_convert("UTC") for moment in out]


def _night_before(
    facts: RosterFacts, rule: PresenceRule
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Shifts of a rule's people that run on past the roster's first midnight."""
    midnight = pd.Timestamp(facts.first_day, tz=facts.timezone)
    for agent in facts.agents.values():
        for done in facts.past.of(agent.agent)[-1:] if counts(rule, agent) else ():
            if done.end > midnight:
                yield done.start, done.end


def _heads(facts: RosterFacts, rule: PresenceRule) -> _Heads:
    """Who of a rule's people is at work and on break, stretch by stretch."""
    sessions = {session.activity for session in facts.arranged.offphone}
    parts = [
        (start, end, name == "work")
        for shift, agent, _ in facts.shifts()
        if counts(rule, agent)
        for start, end, name, _ in shift.activities
        if name not in sessions
    ]
    parts += [(start, end, True) for start, end in _night_before(facts, rule)]
    starts = pd.DatetimeIndex([s for s, _, _ in parts], tz="UTC").as_unit("s").asi8
    ends = pd.DatetimeIndex([e for _, e, _ in parts], tz="UTC").as_unit("s").asi8
    works = np.array([work for _, _, work in parts], dtype=bool)
    bounds = pd.DatetimeIndex(_bounds(facts, rule)).as_unit("s").asi8
    edges = np.unique(np.concatenate([starts, ends, bounds]))
    change = np.zeros((2, len(edges)), dtype=np.int64)
    for row, mine in enumerate((works, ~works)):
        np.add.at(change[row], np.searchsorted(edges, starts[mine]), 1)
        np.add.at(change[row], np.searchsorted(edges, ends[mine]), -1)
    heads = change.cumsum(axis=1)[:, :-1]
    dates = facts.dates()
    local = pd.to_datetime(edges[:-1], unit="s", utc=True).tz_convert(facts.timezone)
    holds = active_at(rule.at, local) & [day in dates for day in local.date]
    lengths = np.diff(edges) / 3600
    return _Heads(local[holds], lengths[holds], heads[0][holds], heads[1][holds])


def _rules(facts: RosterFacts) -> Iterator[tuple[PresenceRule, _Heads]]:
    for rule in facts.presence:
        if rule.counts_heads and facts.dates():
            yield rule, _heads(facts, rule)


def too_few_at_work(facts: RosterFacts) -> Iterator[Found]:
    """At no moment are fewer at work than a floor asks."""
    for rule, heads in _rules(facts):
        off = np.maximum(rule.min_at_work - heads.work, 0)
        yield from heads.found(off, rule.name, f"at least {rule.min_at_work}", rest=False)


def too_many_at_work(facts: RosterFacts) -> Iterator[Found]:
    """At no moment are more at work than there are seats."""
    for rule, heads in _rules(facts):
        if rule.max_at_work is not None:
            off = np.maximum(heads.work - rule.max_at_work, 0)
            yield from heads.found(off, rule.name, f"at most {rule.max_at_work}", rest=False)


def too_many_on_break(facts: RosterFacts) -> Iterator[Found]:
    """At no moment are more on break than the rest room holds."""
    for rule, heads in _rules(facts):
        if rule.max_on_break is not None:
            off = np.maximum(heads.rest - rule.max_on_break, 0)
            yield from heads.found(off, rule.name, f"at most {rule.max_on_break}", rest=True)


def outside_hours(facts: RosterFacts) -> Iterator[Found]:
    """Nobody works while the own place is closed."""
    for shift, agent, _ in facts.shifts():
        for rule in facts.presence:
            if rule.open is not None and counts(rule, agent):
                end_s = shift.clock_s + shift.length_s
                spans = hours_on(rule.open, shift.day)
                if not any(from_s <= shift.clock_s and end_s <= to_s for from_s, to_s in spans):
                    text = f"works outside of the hours of {rule.name}"
                    yield Found(agent.agent, shift.day, 1, text)


HEAD_RULES: tuple[Callable[[RosterFacts], Iterator[Found]], ...] = (
    too_few_at_work,
    too_many_at_work,
    too_many_on_break,
)
"""Rules of how many are there at once."""

PRESENCE_RULES = (*HEAD_RULES, outside_hours)
"""Rules of the third part."""
