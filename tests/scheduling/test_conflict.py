"""Rules that contradict: named in words, with what would resolve them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import Agent, Contract, Leave, ShiftTemplate
from wfm.intervals import OpeningHours
from wfm.presence import PresenceRule
from wfm.scheduling import Conflict, conflicts
from wfm.work_rules import Arranged, Availability, DutyRules, FixedShift

H = 3600
MONDAY = dt.date(2024, 5, 6)
TEMPLATE = ShiftTemplate("day", (7 * H, 14 * H), H, (8 * H, 8 * H), H)
CONTRACT = Contract("full", ("day",), (8 * H, 8 * H), (40 * H, 40 * H), (5, 5))
ANN = Agent("ann", "Ann", "full", ("q",))


def found(
    contract: Contract = CONTRACT, *, days: int = 7, arranged: Arranged | None = None, **given
) -> list[Conflict]:
    """Conflicts of Ann in a week of fifteen open hours a day."""
    start = [
        pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(days=d, hours=h)
        for d in range(days)
        for h in range(7, 22)
    ]
    need = pd.DataFrame(
        {"queue": "q", "interval_start": start, "interval_s": 3600, "agents_required": 1.0}
    )
    templates = {"day": TEMPLATE}
    return conflicts(
        need, [ANN], {"full": contract}, templates, timezone="UTC", arranged=arranged, **given
    )


def test_good_contracts_have_no_conflict() -> None:
    """Ordinary weeks, a week of closed weekends, a week of leave."""
    assert found() == []
    assert found(days=5) == []
    assert found(leave=[Leave("ann", MONDAY + dt.timedelta(days=k)) for k in range(6)]) == []


def test_a_rest_that_is_too_long_is_told_with_the_one_that_fits() -> None:
    """Two days in a row start at 7 and at 14 at most: 8 hours of work and 23 of rest, no more."""
    (conflict,) = found(replace(CONTRACT, rest_s=26 * H))
    assert conflict.who == "contract full"
    assert "rest of 26 h between shifts" in conflict.rules
    assert "rest of 23 h" in conflict.ways
    assert "cannot be kept together" in str(conflict)
    assert found(replace(CONTRACT, rest_s=23 * H)) == []
    assert found(replace(CONTRACT, rest_s=23 * H + 1800)) != []
    (closed,) = found(replace(CONTRACT, rest_s=23 * H), days=5)  # no day off in between
    assert closed.ways == ("rest of 17 h",)  # starts at 7, 9, 11, 13 and 14


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        (
            replace(CONTRACT, days_per_week=(7, 7), week_s=(56 * H, 56 * H), max_days_in_row=6),
            {"7 days a week", "at most 6 days in a row"},
        ),
        (
            replace(
                CONTRACT,
                days_per_week=(7, 7),
                week_s=(56 * H, 56 * H),
                max_days_in_row=7,
                duty=DutyRules(weekly_rest_s=35 * H),
            ),
            {"7 days a week", "35 h of rest once a week"},
        ),
    ],
)
def test_the_conflict_names_the_rules_that_take_part(contract: Contract, words: set[str]) -> None:
    """A smallest set: hours and days say the same here, so either may be named."""
    (conflict,) = found(contract)
    named = {rule.replace("56 h to 56 h a week", "7 days a week") for rule in conflict.rules}
    assert named == words


def test_own_hours_and_settled_shifts_are_named_with_the_person() -> None:
    """Mornings only are no 40 hours; two settled shifts leave no rest between."""
    spans = Arranged(tuple(Availability("ann", day, 7 * H, 15 * H) for day in range(3)))
    assert found(arranged=spans) == []  # three days can be worked, so three days are owed
    close = (
        FixedShift("ann", MONDAY, 14 * H, 22 * H),
        FixedShift("ann", MONDAY + dt.timedelta(days=1), 7 * H, 15 * H),
    )
    (conflict,) = found(arranged=Arranged(fixed=close))
    assert conflict.who == "agent ann (contract full)"
    assert {"settled shifts", "rest of 11 h between shifts"} <= set(conflict.rules)
    assert "change settled shifts" in conflict.ways
    assert "rest of 9 h" in conflict.ways


def test_a_conflict_that_many_share_is_told_once() -> None:
    """Two people, two weeks, the same two settled shifts without rest: one line with both names."""
    ben = replace(ANN, agent="ben")
    close = tuple(
        FixedShift(
            name, MONDAY + dt.timedelta(days=day + late), (14 - 7 * late) * H, (22 - 7 * late) * H
        )
        for name in ("ann", "ben")
        for day in (0, 7)
        for late in (0, 1)
    )
    start = pd.date_range(pd.Timestamp(MONDAY, tz="UTC"), periods=14 * 24, freq="h")
    need = pd.DataFrame(
        {"queue": "q", "interval_start": start, "interval_s": 3600, "agents_required": 1.0}
    )
    (conflict,) = conflicts(
        need,
        [ANN, ben],
        {"full": CONTRACT},
        {"day": TEMPLATE},
        timezone="UTC",
        arranged=Arranged(fixed=close),
    )
    assert conflict.who == "agents ann, ben (contract full)"


def test_a_settled_shift_that_no_shift_of_the_contract_is() -> None:
    """Five hours are no day of this contract."""
    odd = Arranged(fixed=(FixedShift("ann", MONDAY, 8 * H, 13 * H),))
    (conflict,) = found(arranged=odd)
    assert "settled shifts" in conflict.rules


def hours_of(*weekdays: int, first: int = 0, last: int = 24) -> OpeningHours:
    """The same hours on some weekdays, closed on the others."""
    return OpeningHours(tuple(((first * H, last * H),) if k in weekdays else () for k in range(7)))


def test_a_place_that_is_shut_when_somebody_could_work_is_told() -> None:
    """Calls come on weekends, the site is open on weekdays: nobody there could ever work."""
    north = PresenceRule("north", site="N", open=hours_of(0, 1, 2, 3, 4))
    agents = [replace(ANN, site="N"), replace(ANN, agent="bea", site="N"), replace(ANN, agent="c")]
    start = pd.date_range("2024-05-11 07:00", periods=15, freq="h", tz="UTC")
    need = pd.DataFrame(
        {"queue": "q", "interval_start": start, "interval_s": 3600, "agents_required": 1.0}
    )
    given = (need, agents, {"full": CONTRACT}, {"day": TEMPLATE})
    assert conflicts(*given, timezone="UTC") == []
    (told,) = conflicts(*given, timezone="UTC", presence=[north])
    assert told.who == "agents ann, bea (contract full)"
    assert told.rules == ("the hours of 'north'", "the opening hours of q")
    assert told.ways == ("change the hours of 'north'",)


def test_own_hours_outside_of_those_of_the_place_are_told() -> None:
    """Ann can come on weekends only, and her site is shut then."""
    own = Arranged(tuple(Availability("ann", day, 0, 24 * H) for day in (5, 6)))
    few = replace(CONTRACT, days_per_week=(0, 5), week_s=(0, 40 * H))
    site = PresenceRule("site", open=hours_of(0, 1, 2, 3, 4))
    assert found(few, arranged=own) == []
    (told,) = found(few, arranged=own, presence=[site])
    assert "the hours of availability" in told.rules
    assert "the hours of 'site'" in told.rules


def test_a_shift_that_is_settled_while_the_place_is_shut_is_told() -> None:
    """A shift until ten in the evening where the doors close at eight."""
    late = Arranged(fixed=(FixedShift("ann", MONDAY, 14 * H, 22 * H),))
    doors = PresenceRule("doors", open=hours_of(*range(7), first=6, last=20))
    assert found(arranged=late) == []
    (told,) = found(arranged=late, presence=[doors])
    assert set(told.rules) == {"settled shifts", "the hours of 'doors'"}
