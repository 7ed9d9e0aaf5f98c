"""One tiny problem per rule whose best roster is known by hand: the rule, and only it, costs cover.

Ann (and sometimes Ben) work whole shifts on a queue that needs one agent an hour. ``under`` is the
agent-hours that the best roster must leave open; without the rule it leaves none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import (
    Agent,
    Anchor,
    BreakRule,
    Contract,
    Leave,
    SchedulingRules,
    ShiftTemplate,
)
from wfm.errors import InputError
from wfm.intervals import OpeningHours
from wfm.presence import PresenceRule
from wfm.scheduling import RULES, Schedule, schedule
from wfm.work_rules import Arranged, Availability, DutyRules, FixedShift

H = 3600
MONDAY = dt.date(2024, 5, 6)
FREE = Contract("c", ("t",), (0, 24 * H), (0, 120 * H), (0, 7), 0, 7)
ANN = Agent("ann", "Ann", "c", ("q",))
DAY = (8, 8)
EARLY, LATE, NIGHT = (6, 8), (14, 8), (22, 8)


def template(
    *starts: int, lengths: tuple[int, int] = (8, 8), breaks: Sequence = ()
) -> ShiftTemplate:
    """Shifts that start at some hours, in even steps."""
    step = (starts[1] - starts[0]) * H if len(starts) > 1 else H
    span = (starts[0] * H, starts[-1] * H)
    return ShiftTemplate("t", span, step, (lengths[0] * H, lengths[1] * H), H, tuple(breaks))


def need(*hours: tuple[int, int, int], agents: float = 1.0, queue: str = "q") -> pd.DataFrame:
    """One agent from an hour of a day on for so many hours."""
    rows = []
    for day, hour, length in hours:
        first = pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(days=day, hours=hour)
        rows += [(queue, first + pd.Timedelta(hours=k), 3600, agents) for k in range(length)]
    return pd.DataFrame(
        rows, columns=["queue", "interval_start", "interval_s", "agents_required"]
    ).sort_values("interval_start")


def made(
    requirement: pd.DataFrame,
    shift: ShiftTemplate,
    contract: Contract = FREE,
    agents: Sequence[Agent] = (ANN,),
    **given: object,
) -> Schedule:
    """The roster; no hard rule is ever broken."""
    presence = tuple(given.pop("presence", ()))
    rules = SchedulingRules(rest_slack_s=0, time_limit_s=20, presence=presence)
    roster = schedule(
        requirement, agents, {"c": contract}, {"t": shift}, rules, timezone="UTC", **given
    )
    assert roster.violations.empty, roster.violations["message"].tolist()
    return roster


def costs(under: float, requirement: pd.DataFrame, shift: ShiftTemplate, **change: object) -> None:
    """The change of the contract, or what else is given, leaves exactly so much open."""
    duty = change.pop("duty", None)
    fields = {k: change.pop(k) for k in list(change) if k in Contract.__slots__}
    contract = replace(FREE, **fields, **({"duty": duty} if duty else {}))
    assert made(requirement, shift).summary.under == pytest.approx(0)
    assert made(requirement, shift, contract, **change).summary.under == pytest.approx(under)


WEEK = need(*((day, *DAY) for day in range(7)))
ONE_DAY = pd.concat([need((2, *DAY)), need((0, *DAY), (6, *DAY), agents=0.0)])
NIGHTS = need(*((day, *NIGHT) for day in range(3)))


def own_people() -> None:
    """Everyone works under the own contract, and nobody else does."""
    roster = made(need((0, *DAY), agents=2.0), template(8), agents=(ANN, replace(ANN, agent="ben")))
    assert set(zip(roster.shifts["agent"], roster.shifts["contract"], strict=True)) == {
        ("ann", "c"),
        ("ben", "c"),
    }


def own_skills() -> None:
    """Nobody serves the second queue, so it stays empty."""
    both = pd.concat([need((0, *DAY)), need((0, *DAY), queue="r")])
    roster = made(both, template(8))
    open_ = roster.coverage.groupby("queue")["under"].sum().to_dict()
    assert open_ == {"q": 0.0, "r": 8.0}


def own_templates() -> None:
    """Eight hours from nine on, but shifts start at eight: one hour over, one under."""
    assert made(need((0, 9, 8)), template(8, 9)).summary.under == 0
    roster = made(need((0, 9, 8)), template(8))
    assert (roster.summary.under, roster.summary.over) == (1, 1)


def paid_time() -> None:
    """Seven paid hours are eight with an unpaid one: of nine hours needed the break is open too."""
    pause = BreakRule("pause", H, False, Anchor.START, (4 * H, 4 * H))
    shift = template(8, lengths=(7, 9), breaks=[pause])
    roster = made(need((0, 8, 9)), shift, replace(FREE, day_s=(7 * H, 7 * H)))
    assert roster.shifts["paid_s"].tolist() == [7 * H]
    assert roster.summary.under == 2


def breaks_in_windows() -> None:
    """The break goes where nobody is needed if its window reaches there, else it costs an hour."""
    hole = pd.concat([need((0, 8, 4), (0, 13, 3)), need((0, 12, 1), agents=0.0)])
    pause = BreakRule("pause", H, True, Anchor.START, (3 * H, 5 * H))
    assert made(hole, template(8, breaks=[pause])).summary.under == 0
    early = replace(pause, window_s=(2 * H, 3 * H))
    assert made(hole, template(8, breaks=[early])).summary.under == 1


def activities_in_order() -> None:
    """Two breaks that could overlap do not: work and breaks fill the eight hours."""
    first = BreakRule("tea", H, True, Anchor.START, (2 * H, 4 * H))
    roster = made(need((0, *DAY)), template(8, breaks=[first, replace(first, name="cake")]))
    parts = roster.activities
    length = (parts["end"] - parts["start"]).dt.total_seconds()
    assert length.sum() == 8 * H
    assert sorted(parts["activity"]) == ["cake", "tea", "work", "work"] or len(parts) == 5


def steady() -> None:
    """Early on Monday, late on Tuesday: with steady starts only one of them."""
    costs(8, need((0, *EARLY), (1, *LATE)), template(6, 14), duty=DutyRules(start_spread_s=H))


def whole_weekend() -> None:
    """A little need on Sunday: who works on Saturday comes then, too."""
    some = pd.concat([need((5, *DAY)), need((6, *DAY), agents=0.2)])
    duty = DutyRules(whole_weekends=True)
    days = [
        set(made(some, template(8), replace(FREE, duty=rules)).shifts["start"].dt.day_name())
        for rules in (DutyRules(), duty)
    ]
    assert days == [{"Saturday"}, {"Saturday", "Sunday"}]


def short_nights() -> None:
    """Ten hours of night are needed; eight on average may be worked."""
    shift = template(21, 22, lengths=(8, 10))
    costs(2, need((0, 21, 10)), shift, duty=DutyRules(night_average_s=8 * H))


def break_due() -> None:
    """A contract that wants a break after six hours takes no eight hours without one."""
    contract = replace(FREE, duty=DutyRules(break_after_s=6 * H))
    with pytest.raises(InputError, match="has no break"):
        made(WEEK, template(8), contract)
    pause = BreakRule("pause", H, True, Anchor.START, (4 * H, 4 * H))
    roster = made(WEEK, template(8, breaks=[pause]), contract)
    assert roster.summary.under == 7


def settled() -> None:
    """From ten to six is settled, though eight to four is needed."""
    fixed = Arranged(fixed=(FixedShift("ann", MONDAY, 10 * H, 18 * H),))
    requirement = pd.concat([need((0, *DAY)), need((0, 16, 2), agents=0.1)])
    shift = template(8, 10)
    assert made(requirement, shift).shifts["start"].dt.hour.tolist() == [8]
    assert made(requirement, shift, arranged=fixed).shifts["start"].dt.hour.tolist() == [10]


def only_mornings() -> None:
    """Ann is there until noon: the afternoon stays open."""
    spans = Arranged(tuple(Availability("ann", day, 8 * H, 12 * H) for day in range(7)))
    costs(4, need((0, *DAY)), template(8, lengths=(4, 8)), arranged=spans)


def work_without_a_break() -> None:
    """Nobody is needed in the last hour but one, but four hours without a break are the most."""
    hole = pd.concat([need((0, 8, 6), (0, 15, 1)), need((0, 14, 1), agents=0.0)])
    pause = BreakRule("pause", H, True, Anchor.START, (2 * H, 6 * H))
    shift = template(8, breaks=[pause])
    assert made(hole, shift).summary.under == 0
    assert made(hole, replace(shift, unbroken_s=(0, 4 * H))).summary.under == 1


def floor() -> None:
    """One is needed, two must be there: eight hours over."""
    two = (ANN, replace(ANN, agent="ben"))
    assert made(need((0, *DAY)), template(8), agents=two).summary.over == 0
    rule = PresenceRule("floor", min_at_work=2, at=hours_of(8, 16))
    assert made(need((0, *DAY)), template(8), agents=two, presence=[rule]).summary.over == 8


def seats() -> None:
    """Two are needed and there, but there is one seat."""
    two = (ANN, replace(ANN, agent="ben"))
    asked = need((0, *DAY), agents=2.0)
    assert made(asked, template(8), agents=two).summary.under == 0
    rule = PresenceRule("seats", max_at_work=1)
    assert made(asked, template(8), agents=two, presence=[rule]).summary.under == 8


def rest_room() -> None:
    """Nobody is needed at noon, but only one of two can have the break then."""
    two = (ANN, replace(ANN, agent="ben"))
    hole = [need((0, 8, 4), (0, 13, 3), agents=2.0), need((0, 12, 1), agents=0.0)]
    pause = BreakRule("pause", H, True, Anchor.START, (3 * H, 5 * H))
    given = pd.concat(hole), template(8, breaks=[pause])
    assert made(*given, agents=two).summary.under == 0
    rule = PresenceRule("rest room", max_on_break=1)
    assert made(*given, agents=two, presence=[rule]).summary.under == 1


def hours_of(from_h: int, to_h: int) -> OpeningHours:
    """The same hours every day."""
    return OpeningHours((((from_h * H, to_h * H),),) * 7)


def two_a_day() -> None:
    """Early and late of one day are two people's work."""
    requirement = need((0, *EARLY), (0, *LATE))
    assert made(requirement, template(6, 14)).summary.under == 8
    two = (ANN, replace(ANN, agent="ben"))
    assert made(requirement, template(6, 14), agents=two).summary.under == 0


GOLDEN: dict[str, Callable[[], None]] = {
    "unknown_agent": own_people,
    "not_employed": lambda: costs(
        16, WEEK, template(8), agents=[replace(ANN, start_date=MONDAY + dt.timedelta(days=2))]
    ),
    "on_leave": lambda: costs(8, WEEK, template(8), leave=[Leave("ann", MONDAY)]),
    "lacks_skill": own_skills,
    "not_a_template": own_templates,
    "wrong_paid_time": paid_time,
    "two_shifts_a_day": two_a_day,
    "short_rest": lambda: costs(8, need((0, *LATE), (1, *EARLY)), template(6, 14), rest_s=11 * H),
    "too_many_days_in_row": lambda: costs(8, WEEK, template(8), max_days_in_row=3),
    "days_of_week": lambda: costs(16, WEEK, template(8), days_per_week=(0, 5)),
    "hours_of_week": lambda: costs(16, WEEK, template(8), week_s=(0, 40 * H)),
    "broken_breaks": breaks_in_windows,
    "unbroken_work": work_without_a_break,
    "torn_activities": activities_in_order,
    "too_many_nights": lambda: costs(8, NIGHTS, template(22), duty=DutyRules(nights_per_week=2)),
    "too_many_nights_in_row": lambda: costs(
        8, NIGHTS, template(22), duty=DutyRules(nights_in_row=2)
    ),
    "short_rest_after_nights": lambda: costs(
        8,
        need((0, *NIGHT), (2, *EARLY)),
        template(6, 14, 22),
        duty=DutyRules(rest_after_nights_s=36 * H),
    ),
    "long_nights": short_nights,
    "no_weekend_off": lambda: costs(
        8,
        need((5, *DAY), (12, *DAY)),
        template(8),
        duty=DutyRules(weekend_off_every=2),
    ),
    "split_weekend": whole_weekend,
    "unsteady_starts": steady,
    "no_days_off_in_a_pair": lambda: costs(
        16, WEEK, template(8), duty=DutyRules(paired_days_off=True)
    ),
    "short_weekly_rest": lambda: costs(8, WEEK, template(8), duty=DutyRules(weekly_rest_s=35 * H)),
    "hours_on_average": lambda: costs(
        8,
        pd.concat(
            [need(*((day, *DAY) for day in (0, 1, 2, 7, 8, 9))), need((13, *DAY), agents=0.0)]
        ),
        template(8),
        duty=DutyRules(average_s=(0, 20 * H), average_weeks=2),
    ),
    "short_stretch_of_work": lambda: costs(
        8, ONE_DAY, template(8), duty=DutyRules(least_days_in_row=2)
    ),
    "short_stretch_off": lambda: costs(
        8, need((0, *DAY), (2, *DAY)), template(8), duty=DutyRules(least_days_off_in_row=2)
    ),
    "too_many_weekends": lambda: costs(
        8,
        need((5, *DAY), (12, *DAY)),
        template(8),
        duty=DutyRules(weekends_in_four=1),
    ),
    "too_many_of_a_shift": lambda: costs(
        16, WEEK, template(8), duty=DutyRules(shifts_in_four_weeks=(("t", 5),))
    ),
    "no_break": break_due,
    "outside_availability": only_mornings,
    "settled_shift_missing": settled,
    "too_few_at_work": floor,
    "too_many_at_work": seats,
    "too_many_on_break": rest_room,
    "outside_hours": lambda: costs(
        4,
        need((0, *DAY)),
        template(8, lengths=(4, 8)),
        presence=[PresenceRule("site", open=hours_of(8, 12))],
    ),
}


def test_no_rule_lacks_a_golden_case() -> None:
    """A new rule must come with a problem whose best roster is known."""
    assert set(GOLDEN) == set(RULES)


@pytest.mark.parametrize("rule", list(GOLDEN))
def test_the_best_roster_is_the_one_known_by_hand(rule: str) -> None:
    """The roster keeps the rule at exactly the cover it must cost."""
    GOLDEN[rule]()
