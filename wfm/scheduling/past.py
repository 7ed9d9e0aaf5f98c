"""What people worked before a week: shifts of earlier rosters and of the weeks already made."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from wfm.work_rules import is_night

__all__ = ["Done", "Past"]


@dataclass(frozen=True, slots=True)
class Done:
    """One shift that was worked.

    Parameters
    ----------
    day
        Local date on which it starts.
    night
        Whether it is night work.
    template
        Its template by name; empty where that is not known.
    """

    day: dt.date
    start: pd.Timestamp
    end: pd.Timestamp
    night: bool
    paid_s: int
    template: str = ""


@dataclass(slots=True)
class Past:
    """Shifts by agent, in order of time."""

    by_agent: dict[str, list[Done]] = field(default_factory=dict)

    def add(self, shifts: pd.DataFrame, timezone: str) -> None:
        """Take shifts over; later ones than are known."""
        for row in shifts.sort_values("start").itertuples(index=False):
            local = row.start.tz_convert(timezone).tz_localize(None)
            clock_s = int((local - local.normalize()).total_seconds())
            night = is_night(clock_s, int((row.end - row.start).total_seconds()))
            template = str(getattr(row, "template", ""))
            done = Done(local.date(), row.start, row.end, night, int(row.paid_s), template)
            self.by_agent.setdefault(row.agent, []).append(done)

    def of(self, agent: str) -> Sequence[Done]:
        """Shifts of an agent."""
        return self.by_agent.get(agent, [])

    def days(self, agent: str) -> set[dt.date]:
        """Dates on which an agent worked."""
        return {done.day for done in self.of(agent)}

    def nights_in_row(self, agent: str, day: dt.date) -> int:
        """Nights worked day after day up to the day before a date."""
        nights, run = {done.day for done in self.of(agent) if done.night}, 0
        while day - dt.timedelta(days=run + 1) in nights:
            run += 1
        return run

    def off_in_row(self, agent: str, day: dt.date) -> int | None:
        """Days off in a row up to the day before a date; None when nothing is known."""
        done = self.of(agent)
        return (day - done[-1].day).days - 1 if done else None

    def shifts(self, agent: str, first: dt.date, last: dt.date) -> Counter[str]:
        """Shifts by template between two dates, both included."""
        return Counter(d.template for d in self.of(agent) if first <= d.day <= last)

    def paid_s(self, agent: str, first: dt.date, last: dt.date) -> int:
        """Paid time between two dates, both included [s]."""
        return sum(done.paid_s for done in self.of(agent) if first <= done.day <= last)

    @property
    def first_day(self) -> dt.date | None:
        """First date of which anything is known."""
        return min((shifts[0].day for shifts in self.by_agent.values()), default=None)
