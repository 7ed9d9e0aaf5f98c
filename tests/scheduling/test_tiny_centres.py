"""Tiny centres by the thousand: any mix of rules, and the check finds only what may be missed.

One to four people, two to seven days, a coarse grid. Every hard rule is drawn at times; the check,
which knows no solver, must find nothing but days and hours of a week that could not be met and what
presence asks beyond the people there are.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wfm.domain import (
    Agent,
    Anchor,
    BreakRule,
    Contract,
    DayWish,
    Leave,
    SchedulingRules,
    ShiftTemplate,
    WishKind,
)
from wfm.intervals import OpeningHours
from wfm.presence import PresenceRule
from wfm.scheduling import check_roster, plan, schedule, solver
from wfm.scheduling.facts import roster_facts
from wfm.scheduling.people import Person
from wfm.work_rules import Arranged, Availability, DutyRules, FixedShift, OffPhone

H = 3600
MONDAY = dt.date(2024, 5, 6)
MAY_MISS = {
    "days_of_week",
    "hours_of_week",
    "hours_on_average",
    "short_stretch_of_work",
    "settled_shift_missing",
    "too_few_at_work",
    "too_many_at_work",
    "too_many_on_break",
}
"""What is told where it cannot be kept; everything else is kept or the roster is wrong."""


PROFILE = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class Draw:
    """Choices from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def one(self, *choices: Any) -> Any:
        """One of some things."""
        return choices[self.rng.integers(len(choices))]

    def few(self, most: int) -> range:
        """None to a few."""
        return range(int(self.rng.integers(0, most + 1)))


def tiny_centre(seed: int) -> dict[str, Any]:
    """Everything :func:`wfm.scheduling.schedule` is given."""
    draw = Draw(seed)
    days = draw.one(2, 2, 3, 3, 7)
    first = MONDAY + dt.timedelta(days=draw.one(0, 0, 4))
    templates = _templates(draw)
    contracts = {name: _contract(draw, name, tuple(templates)) for name in draw.one("x", "xy")}
    queues = draw.one("q", "q", "qr")
    agents = [
        Agent(
            f"P{n}",
            f"P{n}",
            draw.one(*contracts),
            draw.one(tuple(queues), (queues[-1],)),
            "T",
            draw.one("", "S"),
        )
        for n in range(draw.one(1, 1, 2, 2, 3, 4))
    ]
    day = lambda: first + dt.timedelta(days=int(draw.rng.integers(days)))  # noqa: E731
    who = lambda: draw.one(*agents).agent  # noqa: E731
    wishes = [DayWish(who(), day(), draw.one(*WishKind), draw.one(8, 14) * H) for _ in draw.few(2)]
    presence = _presence(draw)
    return {
        "requirement": _requirement(draw, first, days, queues),
        "agents": agents,
        "contracts": contracts,
        "templates": templates,
        "rules": SchedulingRules(time_limit_s=30, presence=presence),
        "timezone": "UTC",
        "leave": [Leave(who(), day()) for _ in draw.few(2)],
        "wishes": wishes,
        "arranged": _arranged(draw, who, day),
        "past": _past(draw, agents, first, templates),
    }


def _templates(draw: Draw) -> dict[str, ShiftTemplate]:
    made = {}
    for name in draw.one("s", "s", "st"):
        start, length = draw.one(0, 6, 8, 14, 22), draw.one(4, 6, 8)
        late, longest = min(start + draw.one(0, 0, 4), 23), length + draw.one(0, 0, 2)
        breaks = [
            BreakRule("tea", H, True, Anchor.START, (H, 2 * H)),
            BreakRule("meal", H, draw.one(True, False), Anchor.END, (H, 2 * H), 5 * H),
        ][: draw.one(0, 0, 1, 2)]
        unbroken = draw.one(None, None, (0, 5 * H)) if len(breaks) == 2 else None
        made[name] = ShiftTemplate(
            name,
            (start * H, late * H),
            2 * H,
            (length * H, longest * H),
            2 * H,
            tuple(breaks),
            unbroken,
        )
    return made


def _contract(draw: Draw, name: str, shifts: tuple[str, ...]) -> Contract:
    low, high = sorted((draw.one(0, 1, 2, 4), draw.one(2, 3, 5)))
    duty = DutyRules(
        nights_per_week=draw.one(None, None, 1),
        nights_in_row=draw.one(None, None, 1),
        rest_after_nights_s=draw.one(0, 0, 0, 30 * H),
        night_average_s=draw.one(None, None, 7 * H),
        weekend_off_every=draw.one(0, 0, 0, 2),
        whole_weekends=draw.one(False, False, True),
        start_spread_s=draw.one(None, None, 2 * H),
        paired_days_off=draw.one(False, False, True),
        weekly_rest_s=draw.one(0, 0, 35 * H),
        average_s=draw.one(None, None, (0, 30 * H)),
        average_weeks=draw.one(1, 2),
        least_days_in_row=draw.one(1, 1, 2),
        least_days_off_in_row=draw.one(1, 1, 2),
        weekends_in_four=draw.one(None, None, 1),
        shifts_in_four_weeks=draw.one((), (), ((shifts[0], 2),)),
    )
    return Contract(
        name,
        shifts,
        (0, 12 * H),
        (low * 4 * H, max(high * 8, low * 4) * H),
        (low, high),
        rest_s=draw.one(0, 8, 11) * H,
        max_days_in_row=draw.one(2, 4, 7),
        duty=duty,
    )


def _requirement(draw: Draw, first: dt.date, days: int, queues: str) -> pd.DataFrame:
    opens, shuts = draw.one((0, 24), (6, 22), (8, 16))
    rows = []
    for queue in queues:
        for day in range(days):
            midnight = pd.Timestamp(first, tz="UTC") + pd.Timedelta(days=day)
            rows += [
                (queue, midnight + pd.Timedelta(hours=hour), 7200, float(draw.one(0, 1, 1, 2.3)))
                for hour in range(opens, shuts, 2)
            ]
    return pd.DataFrame(rows, columns=["queue", "interval_start", "interval_s", "agents_required"])


def _presence(draw: Draw) -> tuple[PresenceRule, ...]:
    at = OpeningHours(tuple(((8 * H, 12 * H),) for _ in range(7)))
    every = (
        PresenceRule("floor", min_at_work=1, at=at),
        PresenceRule("seats", max_at_work=draw.one(1, 2)),
        PresenceRule("room", max_on_break=1),
        PresenceRule("site", team="T", open=OpeningHours(((), *(((0, 24 * H),),) * 6))),
    )
    return tuple(rule for rule in every if draw.one(False, False, False, True))


def _arranged(draw: Draw, who: Any, day: Any) -> Arranged:
    name = who()
    spans = tuple(
        Availability(name, weekday, 6 * H, draw.one(16, 30) * H) for weekday in draw.few(7)
    )
    fixed = tuple(FixedShift(who(), day(), draw.one(6, 8) * H, 16 * H) for _ in draw.few(1))
    date = day()
    session = OffPhone("talk", (who(),), H, date, date, draw.one(True, False))
    return Arranged(spans, fixed, draw.one((), (), (session,)))


def _past(
    draw: Draw, agents: list[Agent], first: dt.date, templates: dict[str, ShiftTemplate]
) -> pd.DataFrame | None:
    rows, midnight = [], pd.Timestamp(first, tz="UTC")
    for agent in agents[: draw.one(0, 0, 1, 2)]:
        for back in range(1, draw.one(2, 3, 8)):
            start = midnight - pd.Timedelta(hours=24 * back - draw.one(8, 14))
            rows.append(
                (agent.agent, start, start + pd.Timedelta(hours=8), draw.one(*templates), 8 * H)
            )
    names = ["agent", "start", "end", "template", "paid_s"]
    return pd.DataFrame(rows, columns=names) if rows else None


def judged(seed: int) -> None:
    """Schedule a tiny centre; what the check finds is what may be missed, and is told."""
    made = schedule(**tiny_centre(seed))
    hard = made.violations[made.violations["hard"].astype(bool)]
    wrong = hard[~hard["rule"].isin(MAY_MISS)]
    assert wrong.empty, f"seed {seed}: {wrong[['rule', 'agent', 'day', 'message']].to_string()}"
    assert made.summary.violations == len(hard)
    assert not made.summary.bound > made.summary.objective + 1e-3


@pytest.mark.parametrize("part", range(4))
@settings(PROFILE, max_examples=int(os.environ.get("WFM_TINY_CENTRES", "1000")) // 4)
@given(number=st.integers(0, 10**6))
def test_whatever_the_rules_the_check_finds_nothing_else(part: int, number: int) -> None:
    """A thousand centres, the same on every day; ``WFM_TINY_CENTRES=20000`` tries more."""
    judged(part * 10**6 + number)


def two_people(seed: int) -> dict[str, Any]:
    """One or two people, three days, four choices a day, rules but no least hours."""
    draw = Draw(seed)
    template = ShiftTemplate("s", (6 * H, 14 * H), 8 * H, (4 * H, 8 * H), 4 * H)
    contract = _contract(draw, "x", ("s",))
    most = contract.days_per_week[1]
    contract = replace(contract, week_s=(0, draw.one(12, 16, 24) * H), days_per_week=(0, most))
    duty = replace(contract.duty, average_s=None, least_days_in_row=1)
    agents = [Agent(f"P{n}", f"P{n}", "x", ("q",)) for n in range(draw.one(1, 2))]
    first = pd.Timestamp(MONDAY, tz="UTC")
    rows = [
        ("q", first + pd.Timedelta(hours=2 * k), 7200, float(draw.one(0.3, 0.3, 1, 2.3)))
        for k in range(36)
    ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    return {
        "requirement": pd.DataFrame(rows, columns=names),
        "agents": agents,
        "contracts": {"x": replace(contract, duty=duty)},
        "templates": {"s": template},
        "rules": SchedulingRules(rest_slack_s=0, gap=0.0, time_limit_s=30),
        "timezone": "UTC",
    }


def legal_weeks(centre: dict[str, Any]) -> np.ndarray:
    """Intervals at work in every week of one person in which the check finds nothing."""
    choices = [None, (6, 4), (6, 8), (14, 4), (14, 8)]
    first, contract = pd.Timestamp(MONDAY, tz="UTC"), centre["contracts"]["x"]
    dates = [MONDAY + dt.timedelta(days=day) for day in range(3)]
    ranges = (contract.days_per_week, contract.week_s)
    who = Person(centre["agents"][0], contract, (True,) * 3, *ranges, ("q",))
    given = (centre["agents"], centre["contracts"], centre["templates"], ())
    out = []
    for week in product(choices, repeat=3):
        line, rows = np.zeros(36), []
        for day, shift in enumerate(week):
            if shift:
                start = first + pd.Timedelta(hours=24 * day + shift[0])
                end = start + pd.Timedelta(hours=shift[1])
                rows.append(("P0", start, end, "s", "x", "q", shift[1] * H))
                line[12 * day + shift[0] // 2 :][: shift[1] // 2] += 1
        names = ["agent", "start", "end", "template", "contract", "skill", "paid_s"]
        table = pd.DataFrame(rows, columns=names)
        activities = table[["agent", "start", "end"]].assign(activity="work", paid=True)
        facts = roster_facts(table, activities, *given, [(dates, [who])], "UTC")
        if check_roster(facts).empty:
            out.append(line)
    return np.array(out)


def least_price(centre: dict[str, Any]) -> float:
    """Over and under of the best roster, by trying all."""
    staff, rules = legal_weeks(centre), centre["rules"]
    if len(centre["agents"]) == 2:
        staff = (staff[:, None, :] + staff[None, :, :]).reshape(-1, 36)
    gap = centre["requirement"]["agents_required"].to_numpy() - staff
    price = np.maximum(gap, 0) * rules.under + np.maximum(-gap, 0) * rules.over
    return float(price.sum(axis=1).min())


def test_the_tiniest_rosters_are_near_brute_force_and_never_below() -> None:
    """Every choice of one or two people on three days, judged by the check alone.

    Plan and roster are two steps, so a few of these are missed by a shift; together they stay
    within two per cent of the best.
    """
    found, best = [], []
    for seed in range(16):
        centre = two_people(seed)
        made = schedule(**centre)
        assert made.violations.empty
        found.append(made.summary.objective)
        best.append(least_price(centre))
    assert all(mine >= least - 1e-6 for mine, least in zip(found, best, strict=True))
    assert sum(found) <= 1.02 * sum(best)
    reached = sum(mine <= least + 1e-6 for mine, least in zip(found, best, strict=True))
    assert reached >= 12


@pytest.mark.parametrize("seed", [29, 48, 70, 89, 93])
def test_a_tiny_week_is_the_best_there_is(seed: int) -> None:
    """Plan and roster as two steps miss each of these; one model of both does not."""
    centre = two_people(seed)
    made = schedule(**centre)
    assert made.violations.empty
    assert made.summary.objective == pytest.approx(least_price(centre))


@pytest.mark.parametrize("seed", [0, 7, 20])
def test_whatever_model_time_cuts_short_the_roster_says_so(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plan, roster, a person's own week, breaks: each model in turn is told to be out of time."""
    cut_at, calls, real = [-1], [0], solver._highs

    def out_of_time(*given: Any, **more: Any) -> Any:
        calls[0] += 1
        found = real(*given, **more)
        return (*found[:-1], True) if calls[0] == cut_at[0] else found

    monkeypatch.setattr(solver, "_highs", out_of_time)
    monkeypatch.setattr(plan, "bound_without_slack", lambda *_: float("nan"))
    assert not schedule(**tiny_centre(seed)).summary.cut_short
    for number in range(1, calls[0] + 1):
        cut_at[0], calls[0] = number, 0
        assert schedule(**tiny_centre(seed)).summary.cut_short, f"model {number}"
