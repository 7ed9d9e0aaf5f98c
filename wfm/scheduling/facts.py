"""A roster as facts: what everyone works, and everything it is judged by; no rule and no solver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from wfm.domain import Agent, Contract, Leave, ShiftTemplate
from wfm.presence import PresenceRule
from wfm.scheduling.past import Done, Past
from wfm.scheduling.people import Person
from wfm.work_rules import Arranged, is_night

__all__ = ["Found", "RosterFacts", "Worked", "roster_facts"]


@dataclass(frozen=True, slots=True)
class Worked:
    """One shift as it stands in the roster, with its activities in order of time."""

    agent: str
    start: pd.Timestamp
    end: pd.Timestamp
    day: dt.date
    clock_s: int
    template: str
    contract: str
    skill: str
    paid_s: int
    activities: tuple[tuple[pd.Timestamp, pd.Timestamp, str, bool], ...]

    @property
    def length_s(self) -> int:
        """From the first to the last moment [s]."""
        return int((self.end - self.start).total_seconds())

    @property
    def night(self) -> bool:
        """Whether it is night work."""
        return is_night(self.clock_s, self.length_s)

    @property
    def done(self) -> Done:
        """The shift as one of the past."""
        return Done(self.day, self.start, self.end, self.night, self.paid_s, self.template)


@dataclass(frozen=True, slots=True)
class Found:
    """One broken rule: who, when, by how much, in plain words."""

    agent: str
    day: dt.date | None
    amount: float
    message: str


@dataclass(frozen=True, slots=True)
class RosterFacts:
    """A roster and everything it is judged by.

    Parameters
    ----------
    worked
        Shifts of each agent in order of time.
    weeks
        What each week may ask of each person, with the dates of the week.
    arranged
        Availability and settled shifts.
    past
        What was worked before the roster.
    presence
        How many people may and must be there at once.
    """

    worked: Mapping[str, Sequence[Worked]]
    agents: Mapping[str, Agent]
    contracts: Mapping[str, Contract]
    templates: Mapping[str, ShiftTemplate]
    leave: frozenset[tuple[str, dt.date]]
    weeks: Sequence[tuple[Sequence[dt.date], Sequence[Person]]]
    timezone: str = "UTC"
    arranged: Arranged = field(default_factory=Arranged)
    past: Past = field(default_factory=Past)
    presence: tuple[PresenceRule, ...] = ()

    def contract_of(self, agent: str) -> Contract | None:
        """Contract of an agent; None for a stranger."""
        return self.contracts[self.agents[agent].contract] if agent in self.agents else None

    def life(self, agent: str) -> list[Done]:
        """Shifts of an agent, those before the roster first."""
        return [*self.past.of(agent), *(shift.done for shift in self.worked.get(agent, ()))]

    @property
    def first_day(self) -> dt.date:
        """First date of the roster; what lies before is past."""
        return min(self.dates(), default=dt.date.min)

    def dates(self) -> set[dt.date]:
        """Dates of the roster."""
        return {day for days, _ in self.weeks for day in days}

    def shifts(self) -> Iterator[tuple[Worked, Agent, Contract]]:
        """Every shift of a known agent, with the agent and the contract."""
        for agent, worked in self.worked.items():
            if agent in self.agents:
                who = self.agents[agent]
                for shift in worked:
                    yield shift, who, self.contracts[who.contract]


def roster_facts(
    shifts: pd.DataFrame,
    activities: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    leave: Sequence[Leave],
    weeks: Sequence[tuple[Sequence[dt.date], Sequence[Person]]],
    timezone: str,
    *,
    arranged: Arranged | None = None,
    past: Past | None = None,
    presence: Sequence[PresenceRule] = (),
) -> RosterFacts:
    """Gather a roster from its tables."""
    parts: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str, bool]]] = {}
    for row in activities.sort_values(["agent", "start"]).itertuples(index=False):
        parts.setdefault(row.agent, []).append((row.start, row.end, row.activity, bool(row.paid)))
    worked: dict[str, list[Worked]] = {}
    for row in shifts.sort_values(["agent", "start"]).itertuples(index=False):
        local = row.start.tz_convert(timezone).tz_localize(None)
        inside = tuple(p for p in parts.get(row.agent, []) if row.start <= p[0] < row.end)
        worked.setdefault(row.agent, []).append(
            Worked(
                row.agent,
                row.start,
                row.end,
                local.date(),
                local.hour * 3600 + local.minute * 60 + local.second,
                row.template,
                row.contract,
                row.skill,
                int(row.paid_s),
                inside,
            )
        )
    away = frozenset((item.agent, item.day) for item in leave)
    known = {agent.agent: agent for agent in agents}
    more = (arranged or Arranged(), past or Past(), tuple(presence))
    return RosterFacts(worked, known, contracts, templates, away, weeks, timezone, *more)
