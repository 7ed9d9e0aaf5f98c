"""What the roster workbook shows: one frozen bundle of the plan's results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wfm.domain import Agent, Contract, DayWish, Leave
from wfm.intervals import INTERVALS_S, zone

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["QualityBlock", "QualityLine", "RosterBook"]


@dataclass(frozen=True, slots=True)
class QualityLine:
    """One figure of the quality card: what it is called, its value, what it is measured by."""

    label: str
    value: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class QualityBlock:
    """A heading of the Quality sheet and the lines below it."""

    heading: str
    lines: Sequence[QualityLine]


@dataclass(frozen=True, slots=True)
class RosterBook:
    """Everything the roster workbook shows.

    Parameters
    ----------
    centre
        Name of the centre, for titles.
    timezone
        IANA zone of the wall clock on every sheet.
    interval_s
        Interval of the day sheets [s]; a coverage frame with another one wins.
    currency
        Currency of the costs, as text.
    run
        Id of the run that made the roster.
    agents
        Everybody who belongs on the roster, with or without shifts.
    contracts
        Contracts by name.
    shifts, activities, coverage
        Frames as in ``wfm.schema`` (ROSTER_SHIFT, ROSTER_ACTIVITY, COVERAGE), with or without the
        run column; times in UTC.
    leave, wishes
        Days on which people must not work, and what they asked for.
    holidays
        Names of public holidays by date.
    facts
        Label and value of each line of the Run sheet.
    quality
        Blocks of the Quality sheet, which is left out when there are none.
    first_day, days
        First local date and number of dates across.

    Raises
    ------
    ValueError
        When the zone is unknown, the interval is none that wfm plans on, there is no day, an agent
        is named twice, or a shift belongs to nobody in ``agents``.
    """

    centre: str
    timezone: str
    interval_s: int
    currency: str
    run: str
    agents: Sequence[Agent]
    contracts: Mapping[str, Contract]
    shifts: pd.DataFrame
    activities: pd.DataFrame
    coverage: pd.DataFrame
    first_day: dt.date
    days: int
    leave: Sequence[Leave] = ()
    wishes: Sequence[DayWish] = ()
    holidays: Mapping[dt.date, str] = field(default_factory=dict)
    facts: Sequence[tuple[str, object]] = ()
    quality: Sequence[QualityBlock] = ()

    def __post_init__(self) -> None:
        """Refuse a book whose sheets would not agree with one another."""
        zone(self.timezone)
        if self.interval_s not in INTERVALS_S:
            raise ValueError(f"interval_s must be one of {INTERVALS_S}, got {self.interval_s}")
        if self.days < 1:
            raise ValueError(f"a roster needs at least one day, got {self.days}")
        known = [person.agent for person in self.agents]
        if len(set(known)) < len(known):
            twice = sorted({agent for agent in known if known.count(agent) > 1})
            raise ValueError(f"agents named twice: {', '.join(twice)}")
        strangers = sorted(set(self.shifts["agent"]) - set(known))
        if strangers:
            raise ValueError(f"shifts of people who are not in agents: {', '.join(strangers[:10])}")
