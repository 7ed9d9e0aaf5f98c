"""``[capacity]``: headcount, hiring and budget, months ahead."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from wfm.config.section import Section
from wfm.config.units import duration_s
from wfm.config.values import flag, one_of
from wfm.headcount import (
    AttritionBasis,
    Flex,
    Grade,
    Group,
    LicenceKind,
    Prices,
    RampStep,
    Role,
    ShrinkageBase,
    Site,
    Telephony,
    TenureBand,
    Training,
)

__all__ = ["CapacitySettings", "money", "read_capacity"]

_WEEK_S = 7 * 86_400
_SHARES = ("on_cost", "probation", "overtime", "night", "weekend", "holiday")
"""Prices that are shares of pay, without a currency."""


@dataclass(frozen=True, slots=True)
class CapacitySettings:
    """What ``[capacity]`` says; the files beside wfm.toml say the rest.

    Parameters
    ----------
    start
        First month, like ``2026-03``; empty is the first of volumes.csv.
    months
        Length of the plan [month].
    by_week
        Whether the plan has weeks for columns.
    full_time_h
        Paid hours of a full-timer in a week [h].
    in_office
        Types of shrinkage spent in the building.
    outsourced
        Share of the contacts given away, by queue [fraction].
    max_occupancy
        Cap on every queue's occupancy in the plan [fraction]; None keeps the queues' own.
    """

    start: str = ""
    months: int = 18
    by_week: bool = False
    full_time_h: float = 40.0
    peak_week: float = 1.0
    max_occupancy: float | None = None
    in_office: tuple[str, ...] = ()
    shrinkage_base: ShrinkageBase = ShrinkageBase.PAID
    attrition_basis: AttritionBasis = AttritionBasis.COMPOUND
    licences: LicenceKind = LicenceKind.NAMED
    shrinkage_spread: float = 0.0
    attrition_spread: float = 0.0
    attrition: tuple[TenureBand, ...] = ()
    pay: tuple[Grade, ...] = ()
    outsourced: tuple[tuple[str, float], ...] = ()
    training: Training = field(default_factory=Training)
    flex: Flex = field(default_factory=Flex)
    price: Prices = field(default_factory=Prices)
    groups: tuple[Group, ...] = ()
    roles: tuple[Role, ...] = ()
    sites: tuple[Site, ...] = ()
    telephony: Telephony = field(default_factory=Telephony)


def money(value: Any, currency: str) -> float:
    """Amount of a number, or of a text with the centre's currency behind it.

    Raises
    ------
    ValueError
        When it is no amount, or one in another currency.

    Examples
    --------
    >>> money(18, "EUR"), money("18.50 EUR", "EUR")
    (18.0, 18.5)
    """
    code = ""
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([\d.]+)\s*([A-Za-z]{3})?\s*", value)
        value, code = (match[1], match[2] or "") if match else (math.nan, "")
    try:
        amount = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        amount = math.nan
    if not 0 <= amount < math.inf:
        raise ValueError(f'is not an amount of at least 0; write 18.5 or "18.50 {currency}"')
    if code and code.upper() != currency.upper():
        raise ValueError(f"is in {code.upper()}, but the centre counts in {currency}; convert it")
    return amount


def read_capacity(section: Section, currency: str) -> CapacitySettings:
    """Settings of ``[capacity]``."""
    default = CapacitySettings()
    settings = CapacitySettings(
        start=section.read("start", default.start, _month),
        months=section.read("months", default.months, _months),
        by_week=section.read("period", "month", _period) == "week",
        full_time_h=section.read("full_time", default.full_time_h, _hours),
        peak_week=section.read("peak_week", default.peak_week, _peak),
        max_occupancy=section.fraction("max_occupancy", None),
        in_office=section.texts("in_office"),
        shrinkage_base=section.read(
            "shrinkage_base", default.shrinkage_base, one_of(ShrinkageBase)
        ),
        attrition_basis=section.read(
            "attrition_basis", default.attrition_basis, one_of(AttritionBasis)
        ),
        licences=section.read("licences", default.licences, one_of(LicenceKind)),
        shrinkage_spread=section.number("shrinkage_spread", 0.0),
        attrition_spread=section.number("attrition_spread", 0.0),
        attrition=_made(section.children("attrition"), _band),
        pay=_pay(section.child("pay"), currency),
        outsourced=_shares(section.child("outsourced")),
        training=_training(section.child("training")),
        flex=_flex(section.child("flex")),
        price=_prices(section.child("price"), currency),
        groups=_made(section.children("group"), _group),
        roles=_made(section.children("role"), lambda child: _role(child, currency)),
        sites=_made(section.children("site"), _site),
        telephony=_telephony(section.child("telephony"), currency),
    )
    section.finish()
    _cross_check(section, settings)
    return settings


def _made(children: list[Section], read: Callable[[Section], Any]) -> tuple[Any, ...]:
    return tuple(made for child in children if (made := read(child)) is not None)


def _month(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
        raise ValueError('is not a month; write it like "2026-03"')
    return value


def _months(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 60:
        raise ValueError("is not a number of months from 1 to 60")
    return value


def _period(value: Any) -> str:
    if value not in ("month", "week"):
        raise ValueError('is neither "month" nor "week"')
    return str(value)


def _hours(value: Any) -> float:
    hours = duration_s(str(value)) / 3600
    if not 0 < hours <= 168:
        raise ValueError("is not a week's working time")
    return hours


def _peak(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 4:
        raise ValueError("is not the busiest week over the mean week, a number from 1 to 4")
    return float(value)


def _weeks(value: Any) -> int:
    weeks = duration_s(str(value)) / _WEEK_S
    if weeks % 1:
        raise ValueError('write whole weeks, like "6w"')
    return int(weeks)


def _band(section: Section) -> TenureBand | None:
    name = section.text("name", required=True)
    weeks = section.read("first", 0, _weeks)
    annual = section.number("annual", 0.0, required=True)
    section.finish()
    return section.build(lambda: TenureBand(name, weeks, annual))


def _pay(section: Section, currency: str) -> tuple[Grade, ...]:
    found = [Grade(key, _amount(section, key, currency)) for key in section.table]
    section.finish()
    return tuple(found)


def _amount(section: Section, key: str, currency: str) -> float:
    return section.read(key, 0.0, lambda value: money(value, currency))


def _shares(section: Section) -> tuple[tuple[str, float], ...]:
    return tuple((key, section.fraction(key, 0.0) or 0.0) for key in section.table)


def _training(section: Section) -> Training:
    default = Training()
    smallest, largest = section.read("class_size", (default.smallest, default.largest), _size_range)
    recruiting = section.read("recruiting", default.recruiting_weeks, _weeks)
    weeks = section.read("length", default.weeks, _weeks)
    washout = section.fraction("washout", default.washout)
    trainers = section.whole("trainers", default.trainers)
    seats = section.whole("seats", max(default.seats, largest))
    ramp = _made(section.children("ramp"), _step)
    section.finish()
    made = section.build(
        lambda: Training(
            recruiting, weeks, washout or 0.0, smallest, largest, trainers, seats, ramp
        )
    )
    return made or default


def _size_range(value: Any) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d+)(?:\s*-\s*(\d+))?\s*", str(value))
    if not match:
        raise ValueError('is not a class size; write it like "6-16"')
    return int(match[1]), int(match[2] or match[1])


def _step(section: Section) -> RampStep | None:
    weeks = section.read("for", 0, _weeks, required=True)
    share = section.number("productivity", 1.0, required=True)
    section.finish()
    place = section.path[-1]
    number = place + 1 if isinstance(place, int) else 1
    return section.build(lambda: RampStep(f"step{number}", weeks, share))


def _flex(section: Section) -> Flex:
    shares = [section.fraction(item.name, 0.0) or 0.0 for item in fields(Flex)]
    section.finish()
    return section.build(lambda: Flex(*shares)) or Flex()


def _prices(section: Section, currency: str) -> Prices:
    default = Prices()
    found = {
        item.name: section.number(item.name, getattr(default, item.name))
        if item.name in _SHARES
        else _amount(section, item.name, currency)
        for item in fields(Prices)
    }
    section.finish()
    return section.build(lambda: Prices(**found)) or default


def _group(section: Section) -> Group | None:
    name = section.text("name", required=True)
    queues = section.texts("queues", required=True)
    rest = [section.text(key) for key in ("site", "department", "cost_centre")]
    section.finish()
    return section.build(lambda: Group(name, queues, *rest))


def _role(section: Section, currency: str) -> Role | None:
    name = section.text("name", required=True)
    per_hour = _amount(section, "per_hour", currency)
    span = section.number("span", 0.0)
    of = section.text("of")
    productive = section.number("productive", 0.0)
    heads = section.number("heads", 0.0)
    section.finish()
    return section.build(lambda: Role(name, per_hour, span, of, productive, heads))


def _site(section: Section) -> Site | None:
    name = section.text("name", required=True)
    default = Site("")
    found: dict[str, Any] = {}
    for item in fields(Site):
        if item.name != "name":
            read = section.whole if item.type == "int" else section.number
            found[item.name] = read(item.name, getattr(default, item.name))
    section.finish()
    return section.build(lambda: Site(name, **found))


def _telephony(section: Section, currency: str) -> Telephony:
    named = section.read("named", True, flag)
    found = {
        item.name: _amount(section, item.name, currency)
        for item in fields(Telephony)
        if item.name != "named"
    }
    section.finish()
    return section.build(lambda: Telephony(**found, named=named)) or Telephony()


def _cross_check(section: Section, settings: CapacitySettings) -> None:
    """Names twice, bands without an end before the last, roles of roles that come later."""
    for key, items in (
        ("group", settings.groups),
        ("role", settings.roles),
        ("attrition", settings.attrition),
    ):
        names = [item.name for item in items]
        for name in sorted({name for name in names if names.count(name) > 1}):
            section.complain(key, "the name stands twice", found=name, fix="rename one of them")
    for band in settings.attrition[:-1]:
        if band.weeks == 0:
            fix = 'write how long it lasts, first = "13w"'
            section.complain(
                "attrition", "only the last band may be open", found=band.name, fix=fix
            )
    known = [""]
    for role in settings.roles:
        if role.of not in known:
            fix = "name a role further up, or leave it out for agents"
            section.complain("role", "no such role before this one", found=role.of, fix=fix)
        known.append(role.name)
    served = [name for group in settings.groups for name in group.queues]
    for name in sorted({name for name in served if served.count(name) > 1}):
        section.complain("group", "the queue stands in two groups", found=name, fix="keep one")
