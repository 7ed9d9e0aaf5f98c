"""Terms of headcount planning: attrition, training, roles, pay and prices.

What ``[capacity]`` of wfm.toml says and :mod:`wfm.capacity` counts with. Fractions are 0..1; money
is in the centre's currency.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "AttritionBasis",
    "Flex",
    "Grade",
    "Group",
    "LicenceKind",
    "Prices",
    "RampStep",
    "Role",
    "ShrinkageBase",
    "Site",
    "Telephony",
    "TenureBand",
    "Training",
    "at_least_0",
    "fractions",
]


class AttritionBasis(StrEnum):
    """How a yearly rate becomes a monthly one."""

    COMPOUND = "compound"
    """1 - (1 - a)^(1/12): the rate of those who were there a year ago that have left."""
    SIMPLE = "simple"
    """a / 12: leavers of a year over average headcount."""
    WORKING_DAY = "working-day"
    """a / 250 of those who are there on each of 250 working days."""


class ShrinkageBase(StrEnum):
    """What the shares of shrinkage are shares of."""

    PAID = "paid"
    """All of paid time: they add up."""
    CHAINED = "chained"
    """Each of what the others leave: 1 - (1 - s1)(1 - s2)…"""


class LicenceKind(StrEnum):
    """Whom a licence is bought for."""

    NAMED = "named"
    CONCURRENT = "concurrent"


def at_least_0(owner: str, **values: float) -> None:
    """Refuse values below 0, and those that are no number."""
    for name, value in values.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{owner}: {name} must be at least 0, got {value}")


def fractions(owner: str, **values: float) -> None:
    """Refuse values outside 0..1."""
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{owner}: {name} must be a fraction from 0 to 1, got {value}")


@dataclass(frozen=True, slots=True)
class Group:
    """People who serve the same queues, and whose budget they are."""

    name: str
    queues: tuple[str, ...] = ()
    site: str = ""
    department: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class TenureBand:
    """A stretch of tenure with an attrition of its own.

    Parameters
    ----------
    weeks
        Length of the band; 0 is open, for the last one.
    annual
        Leavers of a year over those who are there; may exceed 1 where it is not compounded.
    """

    name: str
    weeks: int
    annual: float

    def __post_init__(self) -> None:
        """Refuse negative attrition."""
        at_least_0(f"attrition {self.name!r}", annual=self.annual, weeks=self.weeks)


@dataclass(frozen=True, slots=True)
class Grade:
    """Pay of one grade."""

    name: str
    per_hour: float

    def __post_init__(self) -> None:
        """Refuse negative pay."""
        at_least_0(f"pay {self.name!r}", per_hour=self.per_hour)


@dataclass(frozen=True, slots=True)
class RampStep:
    """Output of a new agent for some weeks after training, as a share of a tenured one's."""

    name: str
    weeks: int
    productivity: float

    def __post_init__(self) -> None:
        """Refuse output of nothing or above that of the tenured."""
        if not 0 < self.productivity <= 1:
            raise ValueError(
                f"ramp step {self.name!r}: productivity must be above 0 and at most 1, "
                f"got {self.productivity}"
            )
        at_least_0(f"ramp step {self.name!r}", weeks=self.weeks)


@dataclass(frozen=True, slots=True)
class Training:
    """From the requisition to the phones.

    Parameters
    ----------
    recruiting_weeks
        From requisition to the first day of training.
    weeks
        Training without output.
    washout
        Share that fails the exam at its end [fraction].
    smallest, largest
        Size of a class [persons].
    trainers
        Classes that may be in training at the same time.
    seats
        Persons who may be in training at the same time.
    """

    recruiting_weeks: int = 6
    weeks: int = 6
    washout: float = 0.1
    smallest: int = 4
    largest: int = 16
    trainers: int = 1
    seats: int = 16
    ramp: tuple[RampStep, ...] = ()

    def __post_init__(self) -> None:
        """Refuse classes that no room holds."""
        fractions("training", washout=self.washout)
        at_least_0("training", recruiting_weeks=self.recruiting_weeks, weeks=self.weeks)
        if self.washout == 1:
            raise ValueError("training: washout of 1 leaves no graduate")
        if not 1 <= self.smallest <= self.largest:
            raise ValueError("training: class_size must run from small to large, from 1 up")
        if self.largest > self.seats:
            raise ValueError(
                f"training: a class of {self.largest} is larger than the room with "
                f"{self.seats} seats"
            )


@dataclass(frozen=True, slots=True)
class Role:
    """Support staff by span of control.

    Parameters
    ----------
    span
        Persons per head of this role; 0 for a fixed number.
    of
        Role that is counted; empty counts agents and trainees.
    productive
        Share of their time on contacts [fraction].
    heads
        Fixed number per group where ``span`` is 0.
    """

    name: str
    per_hour: float
    span: float = 0.0
    of: str = ""
    productive: float = 0.0
    heads: float = 0.0

    def __post_init__(self) -> None:
        """Refuse impossible roles."""
        fractions(f"role {self.name!r}", productive=self.productive)
        at_least_0(f"role {self.name!r}", per_hour=self.per_hour, span=self.span, heads=self.heads)


@dataclass(frozen=True, slots=True)
class Flex:
    """What closes a gap without hiring, as shares.

    Parameters
    ----------
    overtime, voluntary_time_off
        Largest share of the paid hours.
    outsourced
        Largest share of the required hours that can be bought in when own people are short.
    """

    overtime: float = 0.0
    voluntary_time_off: float = 0.0
    outsourced: float = 0.0

    def __post_init__(self) -> None:
        """Refuse shares outside 0..1."""
        fractions(
            "flex",
            overtime=self.overtime,
            voluntary_time_off=self.voluntary_time_off,
            outsourced=self.outsourced,
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """What things cost; premiums and on-costs are shares of pay.

    Parameters
    ----------
    on_cost
        Employer's contributions on all pay [fraction].
    probation
        Pay in the first tenure band over full pay [fraction].
    overtime
        Overtime pay over normal pay, 1.5 is time and a half.
    night, weekend, holiday
        Premium on hours worked then [fraction of pay].
    per_hire, per_trainee_week, per_class_week
        Recruiting, and training.
    seat_month, licence_month, trunk_month
        Per seat, licence and trunk.
    toll_free_minute
        Per minute of talk and queue time of contacts that come by phone.
    night_hour
        Fixed cost of an open hour at night (guard, air-conditioning), per site.
    outsourced_contact, outsourced_hour
        Contacts given away by share, and hours bought in to close a gap.
    missed_hour
        What a required hour that nobody works is worth.
    contact_value
        What a contact that hangs up would have been worth.
    """

    on_cost: float = 0.0
    probation: float = 1.0
    overtime: float = 1.5
    night: float = 0.0
    weekend: float = 0.0
    holiday: float = 0.0
    per_hire: float = 0.0
    per_trainee_week: float = 0.0
    per_class_week: float = 0.0
    seat_month: float = 0.0
    licence_month: float = 0.0
    trunk_month: float = 0.0
    toll_free_minute: float = 0.0
    night_hour: float = 0.0
    outsourced_contact: float = 0.0
    outsourced_hour: float = 0.0
    missed_hour: float = 0.0
    contact_value: float = 0.0

    def __post_init__(self) -> None:
        """Refuse negative prices."""
        at_least_0("price", **{name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Site:
    """A building and what it holds; 0 is not known, and so no limit.

    Parameters
    ----------
    seats, training_seats, rest_seats
        Desks on the floor, chairs in the training room and in the rest room.
    area_m2, ceiling_m
        Floor area of the work room, and its height [m].
    person_m3
        Room that a person needs [m³].
    trunks, bandwidth_kbit
        Lines, and capacity of the connection [kbit/s].
    call_kbit
        Bandwidth of a call, both ways counted once [kbit/s]; 87.2 is G.711 over Ethernet.
    resting
        Share of those at work who are on a break at the busiest moment [fraction].
    """

    name: str
    seats: int = 0
    training_seats: int = 0
    rest_seats: int = 0
    area_m2: float = 0.0
    ceiling_m: float = 3.0
    person_m3: float = 20.0
    trunks: int = 0
    bandwidth_kbit: float = 0.0
    call_kbit: float = 87.2
    resting: float = 0.1

    def __post_init__(self) -> None:
        """Refuse a room without height."""
        numbers = {name: getattr(self, name) for name in self.__slots__ if name != "name"}
        at_least_0(f"site {self.name!r}", **numbers)
        if self.ceiling_m <= 0:
            raise ValueError(f"site {self.name!r}: ceiling_m must be above 0")


@dataclass(frozen=True, slots=True)
class Telephony:
    """Prices of an own telephone system and of one from the cloud.

    Parameters
    ----------
    own_once, own_seat, own_month
        Bought once, once per seat, and upkeep per month.
    cloud_once, cloud_seat_month
        Set-up, and fee per seat and month.
    named
        Whether the cloud counts everybody (True) or the seats taken at once.
    """

    own_once: float = 0.0
    own_seat: float = 0.0
    own_month: float = 0.0
    cloud_once: float = 0.0
    cloud_seat_month: float = 0.0
    named: bool = True

    def __post_init__(self) -> None:
        """Refuse negative prices."""
        numbers = {name: getattr(self, name) for name in self.__slots__ if name != "named"}
        at_least_0("telephony", **numbers)
