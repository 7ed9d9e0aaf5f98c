"""What a capacity plan is made from: demand, people, hiring, rules and prices.

Frozen, validated on creation. Every number has an address of names (``attrition.tenured``,
``queue.retail.aht_s[2026-03]``) by which :mod:`wfm.capacity.overrides` finds it and the workbook
reads it back. Fractions are 0..1; money is in the centre's currency; series have one value per
period.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from wfm.capacity.timeline import Floats, Period
from wfm.headcount import (
    AttritionBasis,
    Flex,
    Grade,
    Group,
    LicenceKind,
    Prices,
    Role,
    ShrinkageBase,
    TenureBand,
    Training,
    at_least_0,
    fractions,
)

__all__ = [
    "CapacityInputs",
    "ContractHours",
    "HiringClass",
    "Move",
    "MoveKind",
    "OpeningHeads",
    "QueueDemand",
    "ShrinkageType",
]

Series = tuple[float, ...]


class MoveKind(StrEnum):
    """Why heads change without hiring or leaving."""

    TRANSFER = "transfer"
    LEAVE = "leave"
    RETURN = "return"
    PROMOTION = "promotion"


@dataclass(frozen=True, slots=True)
class QueueDemand:
    """What one queue is asked to do.

    Parameters
    ----------
    contacts
        Expected contacts per period, the outsourced ones included.
    aht_s
        Handle time of a tenured agent [s].
    spread
        Standard deviation of the forecast over its mean [fraction].
    outsourced
        Share of the contacts that an outsourcer takes, per period [fraction].
    """

    name: str
    contacts: Series
    aht_s: Series
    outsourced: Series
    spread: Series
    service_level: float | None = 0.80
    threshold_s: float = 20.0
    patience_s: float = 120.0
    max_occupancy: float | None = None

    def __post_init__(self) -> None:
        """Refuse impossible demand."""
        for value in (*self.contacts, *self.spread):
            at_least_0(f"queue {self.name!r}", contacts=value)
        if any(not 0 < value < math.inf for value in self.aht_s):
            raise ValueError(f"queue {self.name!r}: aht_s must be above 0")
        for share in self.outsourced:
            fractions(f"queue {self.name!r}", outsourced=share)


@dataclass(frozen=True, slots=True)
class ShrinkageType:
    """One reason for paid time away from the contacts.

    Parameters
    ----------
    name
        The type, or ``type@group`` where a group differs from the rest.
    in_office
        Whether the person is in the building (coaching) or not (leave, sick).
    """

    name: str
    share: Series
    in_office: bool = False

    def __post_init__(self) -> None:
        """Refuse shares outside 0..1."""
        for value in self.share:
            fractions(f"shrinkage {self.name!r}", share=value)


@dataclass(frozen=True, slots=True)
class ContractHours:
    """Paid hours of a contract in an ordinary week."""

    name: str
    hours_per_week: float


@dataclass(frozen=True, slots=True)
class OpeningHeads:
    """People on the payroll when the plan begins.

    Parameters
    ----------
    hired
        First day of employment; None is longer than any tenure band.
    on_leave
        Heads among them that are on leave of absence.
    """

    name: str
    group: str
    contract: str
    grade: str
    heads: float
    hired: dt.date | None = None
    on_leave: float = 0.0

    def __post_init__(self) -> None:
        """Refuse fewer than nobody."""
        at_least_0(f"headcount {self.name!r}", heads=self.heads, on_leave=self.on_leave)


@dataclass(frozen=True, slots=True)
class HiringClass:
    """People who start their training together."""

    name: str
    group: str
    contract: str
    grade: str
    start: dt.date
    size: int

    def __post_init__(self) -> None:
        """Refuse a class of nobody."""
        at_least_0(f"class {self.name!r}", size=self.size)


@dataclass(frozen=True, slots=True)
class Move:
    """Heads that change group, go on leave, come back or are promoted out of a group."""

    name: str
    date: dt.date
    kind: MoveKind
    group: str
    heads: float
    to: str = ""

    def __post_init__(self) -> None:
        """Refuse fewer than nobody."""
        at_least_0(f"move {self.name!r}", heads=self.heads)


@dataclass(frozen=True, slots=True)
class CapacityInputs:
    """Everything a capacity plan is made from.

    Parameters
    ----------
    full_time_hours
        Paid hours of a full-timer in an ordinary week.
    peak_week
        Busiest week of a month over its mean week; 1 where all are alike.
    shrinkage_spread, attrition_spread
        Standard deviation over the mean, for the risk simulation [fraction].
    """

    periods: tuple[Period, ...]
    queue: tuple[QueueDemand, ...]
    group: tuple[Group, ...]
    shrinkage: tuple[ShrinkageType, ...] = ()
    attrition: tuple[TenureBand, ...] = ()
    pay: tuple[Grade, ...] = ()
    contract: tuple[ContractHours, ...] = ()
    headcount: tuple[OpeningHeads, ...] = ()
    classes: tuple[HiringClass, ...] = ()
    moves: tuple[Move, ...] = ()
    role: tuple[Role, ...] = ()
    training: Training = field(default_factory=Training)
    flex: Flex = field(default_factory=Flex)
    price: Prices = field(default_factory=Prices)
    full_time_hours: float = 40.0
    peak_week: float = 1.0
    attrition_basis: AttritionBasis = AttritionBasis.COMPOUND
    shrinkage_base: ShrinkageBase = ShrinkageBase.PAID
    licence_kind: LicenceKind = LicenceKind.NAMED
    shrinkage_spread: float = 0.0
    attrition_spread: float = 0.0

    def __post_init__(self) -> None:
        """Refuse parts that do not belong together."""
        for series in self._series():
            if len(series) != len(self.periods):
                raise ValueError(
                    f"a series has {len(series)} values for {len(self.periods)} periods"
                )
        if self.full_time_hours <= 0 or self.peak_week < 1:
            raise ValueError("full_time_hours must be above 0 and peak_week at least 1")
        self._refuse_strangers()
        self._refuse_impossible_rates()

    def _refuse_strangers(self) -> None:
        """Queues of no group, people of unknown group, grade or contract, classes too large."""
        groups = {group.name for group in self.group}
        served = [name for group in self.group for name in group.queues]
        for queue in self.queue:
            if served.count(queue.name) != 1:
                raise ValueError(f"queue {queue.name!r} must belong to exactly one group")
        grades = {grade.name for grade in self.pay}
        contracts = {contract.name for contract in self.contract}
        everybody: list[OpeningHeads | HiringClass] = [*self.headcount, *self.classes]
        for people in everybody:
            for kind, known, name in (
                ("group", groups, people.group),
                ("grade", grades, people.grade),
                ("contract", contracts, people.contract),
            ):
                if name not in known:
                    raise ValueError(f"{people.name!r}: no such {kind}: {name!r}")
        for one in self.classes:
            if one.size > self.training.seats:
                raise ValueError(
                    f"class {one.name!r}: {one.size} persons are more than the training room's "
                    f"{self.training.seats} seats"
                )

    def _refuse_impossible_rates(self) -> None:
        """Shrinkage and attrition that leave nobody."""
        for group in self.group:
            if self.shrinkage_of(group.name).max(initial=0.0) >= 1:
                raise ValueError(f"group {group.name!r}: shrinkage of 1 or more leaves nobody")
        for band in self.attrition:
            if band.annual > 1 and self.attrition_basis is AttritionBasis.COMPOUND:
                raise ValueError(
                    f"attrition {band.name!r}: {band.annual} cannot be compounded; count it as "
                    "simple, leavers of a year over average heads"
                )
            if not self.hazard(band) <= 1:
                raise ValueError(f"attrition {band.name!r}: more than everybody leaves in a month")

    def _series(self) -> list[Series]:
        demand = [
            part for q in self.queue for part in (q.contacts, q.aht_s, q.outsourced, q.spread)
        ]
        return demand + [kind.share for kind in self.shrinkage]

    def queues_of(self, group: str) -> tuple[QueueDemand, ...]:
        """Queues that a group serves."""
        names = next(one.queues for one in self.group if one.name == group)
        return tuple(queue for queue in self.queue if queue.name in names)

    def types_of(self, group: str) -> tuple[ShrinkageType, ...]:
        """Types of shrinkage of a group: its own in place of the common ones."""
        own = {kind.name.partition("@")[0] for kind in self.shrinkage if _is_of(kind, group)}
        return tuple(
            kind
            for kind in self.shrinkage
            if _is_of(kind, group) or ("@" not in kind.name and kind.name not in own)
        )

    def shrinkage_of(self, group: str, *, in_office: bool | None = None) -> Floats:
        """Shrinkage of a group per period, all of it or one kind [fraction]."""
        kinds = [k for k in self.types_of(group) if in_office is None or k.in_office is in_office]
        shares = np.array([kind.share for kind in kinds], float).reshape(-1, len(self.periods))
        if self.shrinkage_base is ShrinkageBase.CHAINED:
            return np.asarray(1.0 - np.prod(1.0 - shares, axis=0), float)
        return np.asarray(shares.sum(axis=0), float)

    def hazard(self, band: TenureBand) -> float:
        """Share of a band that leaves in a month [fraction]."""
        if self.attrition_basis is AttritionBasis.SIMPLE:
            return band.annual / 12
        if self.attrition_basis is AttritionBasis.WORKING_DAY:
            return float(1.0 - (1.0 - band.annual / 250) ** (250 / 12))
        return float(1.0 - (1.0 - band.annual) ** (1 / 12))

    @property
    def hours_per_fte(self) -> Floats:
        """Hours that a full-timer can be scheduled: public holidays are paid, not worked [h]."""
        return np.array([self.full_time_hours / 5 * p.working_days for p in self.periods], float)

    @property
    def paid_hours_per_fte(self) -> Floats:
        """Hours that a full-timer is paid [h]."""
        return np.array([self.full_time_hours / 5 * p.weekdays for p in self.periods], float)

    def fte_of(self, contract: str) -> float:
        """Full-timers that a person on this contract makes."""
        hours = next(c.hours_per_week for c in self.contract if c.name == contract)
        return hours / self.full_time_hours

    def rate_of(self, grade: str) -> float:
        """Pay of a grade [money/h]."""
        return next(one.per_hour for one in self.pay if one.name == grade)


def _is_of(kind: ShrinkageType, group: str) -> bool:
    return kind.name.partition("@")[2] == group
