"""The things with rules: queue, service target, shrinkage, break, shift template, contract, agent.

Frozen, validated on creation, free of files and solvers. Times of day and lengths are whole
seconds; money is in the centre's currency per hour.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from wfm.intervals import OpeningHours
from wfm.presence import PresenceRule
from wfm.shift_rules import Anchor, BreakRule, ShiftTemplate
from wfm.work_rules import WISH_NEAR_S, DayWish, DutyRules, WishKind

__all__ = [
    "PUBLIC_HOLIDAY",
    "UNCREDITED",
    "WISH_NEAR_S",
    "Agent",
    "Anchor",
    "BreakRule",
    "Channel",
    "Contract",
    "DayWish",
    "Leave",
    "MovingLoad",
    "NewQueue",
    "PresenceRule",
    "Queue",
    "SchedulingRules",
    "ServiceLevelDefinition",
    "ServicePeriod",
    "ServiceTarget",
    "ShiftTemplate",
    "Shrinkage",
    "StaffingModel",
    "VolumeEstimate",
    "WishKind",
]


class Channel(StrEnum):
    """How contacts reach a queue."""

    VOICE = "voice"
    CHAT = "chat"
    DEFERRED = "deferred"


class StaffingModel(StrEnum):
    """Queueing model that turns load into agents."""

    ERLANG_A = "erlang-a"
    ERLANG_C = "erlang-c"


class MovingLoad(StrEnum):
    """Load that an interval is staffed for when the day moves."""

    INTERVAL = "interval"
    """What arrives in it, as if it had always been so."""
    LAG = "lag"
    """What arrived one handle time before."""
    MOL = "mol"
    """Modified offered load: what an infinite staff would be carrying."""
    MOL_PEAK = "mol-peak"
    """Its largest value in the interval; for centres of hundreds of agents."""


class ServiceLevelDefinition(StrEnum):
    """What is divided by what; the column of the same name in every result."""

    OFFERED = "offered"
    """Answered in T / offered."""
    ANSWERED = "answered"
    """Answered in T / answered."""
    EXCL_SHORT_ABANDON = "excl_short_abandon"
    """Answered in T / (offered - abandoned in T)."""
    ABANDON_WITHIN_T_OK = "abandon_within_t_ok"
    """(Answered in T + abandoned in T) / offered."""
    VIRTUAL = "virtual"
    """P(virtual wait <= T)."""


class ServicePeriod(StrEnum):
    """Over what a service level is promised."""

    INTERVAL = "interval"
    """Each interval keeps it."""
    DAY = "day"
    WEEK = "week"
    """Seven days from the first of the roster."""


def _fraction(name: str, value: float | None) -> None:
    if value is not None and not 0 <= value <= 1:
        raise ValueError(f"{name} must be a fraction from 0 to 1, got {value}")


@dataclass(frozen=True, slots=True)
class ServiceTarget:
    """What callers were promised; every part that is set must hold.

    Parameters
    ----------
    service_level
        Least service level [fraction]; None leaves it out.
    threshold_s
        Answer threshold T [s].
    definition
        Which service level.
    max_asa_s
        Largest mean wait of answered contacts [s].
    max_abandonment
        Largest share of contacts that hang up [fraction].
    max_occupancy
        Largest occupancy [fraction].
    min_agents
        Fewest agents while the queue is open.
    period
        Over what a roster keeps the service level; agents required are those of each interval.
    """

    service_level: float | None = 0.80
    threshold_s: float = 20.0
    definition: ServiceLevelDefinition = ServiceLevelDefinition.OFFERED
    max_asa_s: float | None = None
    max_abandonment: float | None = None
    max_occupancy: float | None = None
    min_agents: int = 0
    period: ServicePeriod = ServicePeriod.INTERVAL

    def __post_init__(self) -> None:
        """Refuse impossible promises."""
        if self.period is not ServicePeriod.INTERVAL and self.service_level is None:
            raise ValueError(f"period = {self.period}: give the service_level it is promised for")
        for name in ("service_level", "max_abandonment", "max_occupancy"):
            _fraction(name, getattr(self, name))
        if self.service_level == 1 or self.max_occupancy == 0 or self.max_abandonment == 0:
            raise ValueError("no number of agents gives service 1, occupancy 0 or abandonment 0")
        if self.threshold_s < 0 or (self.max_asa_s is not None and self.max_asa_s <= 0):
            raise ValueError("threshold_s must be at least 0 and max_asa_s above 0")
        if self.min_agents < 0:
            raise ValueError(f"min_agents must be at least 0, got {self.min_agents}")


class VolumeEstimate(StrEnum):
    """How the contacts of a queue without history are estimated."""

    MEDIAN = "median"
    SIBLING = "sibling"
    EXPECTED = "expected"
    CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True)
class NewQueue:
    """What is expected of a queue that has no history yet.

    Parameters
    ----------
    first
        First day of business; None for at once.
    like, share
        Queue that it is like, and what part of its contacts is expected.
    per_day
        Contacts expected on an open day.
    customers, contacts_per_customer
        Customers served, and contacts of each a month.
    profile, use
        Benchmark of the week's shape where there is no sibling; estimate that counts.
    """

    first: dt.date | None = None
    like: str = ""
    share: float = 1.0
    per_day: float | None = None
    customers: float | None = None
    contacts_per_customer: float | None = None
    profile: str = "office"
    use: VolumeEstimate = VolumeEstimate.MEDIAN

    def __post_init__(self) -> None:
        """Refuse what gives no estimate."""
        if (self.customers is None) != (self.contacts_per_customer is None):
            raise ValueError("customers and contacts_per_customer go together")
        ways = {
            VolumeEstimate.SIBLING: bool(self.like) and self.share > 0,
            VolumeEstimate.EXPECTED: bool(self.per_day),
            VolumeEstimate.CUSTOMERS: bool(self.customers) and bool(self.contacts_per_customer),
        }
        if not any(ways.values()):
            raise ValueError("give like, per_day, or customers with contacts_per_customer")
        if not ways.get(self.use, True):
            raise ValueError(f"use = {self.use}: that estimate is not given")


@dataclass(frozen=True, slots=True)
class Queue:
    """What a contact waits in.

    Parameters
    ----------
    name
        Name of the queue; also the skill that serves it.
    aht_s
        Average handle time where the history has none [s].
    patience_s
        Mean time to hang up [s]; only Erlang A uses it.
    load
        Load that an interval is staffed for; long handle times want ``mol``.
    aht_by_level_s
        Chat only: handle time of a chat whose agent holds 1, 2, ... of them [s].
    worked
        Deferred only: hours in which the work is done; None for the opening hours.
    backlog
        Deferred only: contacts that wait when a plan begins.
    new
        What to expect of it while it has no history.
    """

    name: str
    opening: OpeningHours
    channel: Channel = Channel.VOICE
    model: StaffingModel = StaffingModel.ERLANG_A
    aht_s: float = 180.0
    patience_s: float = 120.0
    target: ServiceTarget = field(default_factory=ServiceTarget)
    load: MovingLoad = MovingLoad.INTERVAL
    aht_by_level_s: tuple[float, ...] = ()
    worked: OpeningHours | None = None
    backlog: float = 0.0
    new: NewQueue | None = None

    def __post_init__(self) -> None:
        """Refuse times that make no load, and what another channel has."""
        if self.aht_s <= 0 or self.patience_s <= 0:
            raise ValueError("aht and patience must be above 0 s")
        if any(aht_s <= 0 for aht_s in self.aht_by_level_s) or self.backlog < 0:
            raise ValueError("aht_by_level must be above 0 s and backlog at least 0")
        if self.channel is not Channel.CHAT and self.aht_by_level_s:
            raise ValueError(f"aht_by_level is for chat; the channel is {self.channel}")
        if self.channel is Channel.DEFERRED and self.target.period is not ServicePeriod.INTERVAL:
            raise ValueError("period is for calls and chats; deferred work has its threshold")
        if self.channel is not Channel.DEFERRED and (self.worked or self.backlog):
            raise ValueError(f"worked and backlog are for deferred work; it is {self.channel}")


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Shares of paid time away from the contacts, planned and unplanned apart.

    Examples
    --------
    >>> shrinkage = Shrinkage((("leave", 0.10),), (("sick", 0.15),))
    >>> round(shrinkage.total, 4), round(shrinkage.gross(75.0), 4)
    (0.25, 100.0)
    """

    planned: tuple[tuple[str, float], ...] = ()
    unplanned: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse shares outside 0..1 and a total that leaves nobody."""
        for name, share in (*self.planned, *self.unplanned):
            _fraction(f"shrinkage {name}", share)
        if self.total >= 1:
            raise ValueError(f"shrinkage adds up to {self.total:.2f}; nobody would be left")

    @property
    def total(self) -> float:
        """All shares together, of paid time [fraction]."""
        return sum(share for _, share in (*self.planned, *self.unplanned))

    def gross(self, net: float) -> float:
        """Persons to schedule so that ``net`` are on the contacts: net / (1 - shrinkage)."""
        return net / (1.0 - self.total)


@dataclass(frozen=True, slots=True)
class Contract:
    """Hours and rest rules of a person.

    Parameters
    ----------
    shifts
        Names of the shift templates the person may work.
    day_s
        Least and most **paid** time of a working day [s].
    week_s
        Least and most paid time of a week [s].
    days_per_week
        Fewest and most working days of a week.
    rest_s
        Least time between two shifts [s].
    max_days_in_row
        Longest stretch of working days.
    cost_per_hour
        Cost of a paid hour.
    duty
        Nights, weekends, steady starts, long rests, averages.
    """

    name: str
    shifts: tuple[str, ...]
    day_s: tuple[int, int]
    week_s: tuple[int, int]
    days_per_week: tuple[int, int]
    rest_s: int = 11 * 3600
    max_days_in_row: int = 6
    cost_per_hour: float = 0.0
    duty: DutyRules = field(default_factory=DutyRules)

    def __post_init__(self) -> None:
        """Refuse ranges that run backwards."""
        for name in ("day_s", "week_s", "days_per_week"):
            low, high = getattr(self, name)
            if not 0 <= low <= high:
                raise ValueError(f"contract {self.name!r}: {name} must run from small to large")
        if self.days_per_week[1] > 7 or self.max_days_in_row < 1 or self.rest_s < 0:
            raise ValueError(
                f"contract {self.name!r}: impossible days per week, days in a row or rest"
            )


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who takes contacts.

    Parameters
    ----------
    agent
        Unique key (staff number).
    name
        As printed on the roster.
    skills
        Queues the person serves, the first being the main one.
    start_date, end_date
        First and last day of employment; None is open.
    """

    agent: str
    name: str
    contract: str
    skills: tuple[str, ...]
    team: str = ""
    site: str = ""
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    grade: str = ""

    def employed(self, day: dt.date) -> bool:
        """Whether the person is on the payroll that day."""
        after = self.start_date is None or self.start_date <= day
        return after and (self.end_date is None or day <= self.end_date)


PUBLIC_HOLIDAY = "PH"
"""Code of a public holiday: it counts as worked though nobody could be."""

UNCREDITED = frozenset({"OFF", "WO", "NA"})
"""Codes of days off that do not count as worked: free by turn or not available."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A day on which a person is not scheduled, with its code for the roster (AL, SL, TR …).

    It counts as one of the days of the week's contract, but for the codes of :data:`UNCREDITED`.
    """

    agent: str
    day: dt.date
    code: str = "AL"


@dataclass(frozen=True, slots=True)
class SchedulingRules:
    """How the scheduler weighs and stops.

    Parameters
    ----------
    under, over
        Price of an agent-interval short and above requirement.
    rest_slack_s
        Paid time a week kept between plan and roster inside each contract's bounds [s].
    gap
        Relative gap at which a model counts as solved [fraction].
    time_limit_s
        Wall clock for the whole schedule [s].
    solver
        Engine of the models.
    presence
        How many people may and must be there at once; prices far above those of coverage.
    """

    under: float = 4.0
    over: float = 1.0
    rest_slack_s: int = 3600
    gap: float = 0.005
    time_limit_s: float = 60.0
    solver: Literal["highs", "cbc"] = "highs"
    presence: tuple[PresenceRule, ...] = ()
