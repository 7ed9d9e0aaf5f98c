"""The days of the whole horizon: against brute force, against the rule checker, week by week."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.domain import Agent, Contract, DayWish, Leave, SchedulingRules, ShiftTemplate
from wfm.intervals import days
from wfm.scheduling import Schedule, schedule
from wfm.scheduling.past import Past
from wfm.scheduling.people import Person, weeks
from wfm.scheduling.rota import Asked, machine, stand_before
from wfm.scheduling.sharing import DaysOf, Rota, Sharing, share_days
from wfm.work_rules import DutyRules

H = 3600
MONDAY = dt.date(2024, 5, 6)
DAY = dt.timedelta(days=1)
SHIFT = ShiftTemplate("day", (8 * H, 8 * H), H, (8 * H, 8 * H), H)
RULES = SchedulingRules(under=4.0, over=1.0, time_limit_s=60)


def five_days(**duty: object) -> Contract:
    """Five days of eight hours."""
    hours = (40 * H, 40 * H)
    return Contract("c", ("day",), (8 * H, 8 * H), hours, (5, 5), duty=DutyRules(**duty))


def need_of(heads: list[int], first: dt.date = MONDAY) -> pd.DataFrame:
    """So many people from eight to four on each date."""
    begin = pd.Timestamp(first, tz="UTC")
    rows = [
        ("q", begin + pd.Timedelta(days=day, hours=8 + hour), 3600, float(head))
        for day, head in enumerate(heads)
        for hour in range(8)
    ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    return pd.DataFrame(rows, columns=names)


def people(count: int) -> list[Agent]:
    """Agents of the one contract."""
    return [Agent(f"{n}", f"{n}", "c", ("q",)) for n in range(count)]


def made_of(
    need: pd.DataFrame, count: int, contract: Contract, rules: SchedulingRules = RULES, **more
) -> Schedule:
    """Roster of so many people."""
    given_ = (need, people(count), {"c": contract}, {"day": SHIFT}, rules)
    return schedule(*given_, timezone="UTC", **more)


def two_weeks_of(contract: Contract) -> np.ndarray:
    """Every choice of days of two weeks after which the contract can be kept for three more."""
    own = [week for week in product((0, 1), repeat=7) if sum(week) == 5]
    if contract.duty.paired_days_off:
        own = [w for w in own if any(not a and not b for a, b in pairwise(w))]
    every = contract.duty.weekend_off_every

    def kept(on: tuple[int, ...]) -> bool:
        ends = [on[at + 5] or on[at + 6] for at in range(0, len(on), 7)]
        turns = (ends[at : at + every] for at in range(len(ends) - every + 1))
        return "1" * 7 not in "".join(map(str, on)) and not (every and any(map(all, turns)))

    def lasts(on: tuple[int, ...], more: int) -> bool:
        return kept(on) and (not more or any(lasts(on + week, more - 1) for week in own))

    return np.array([a + b for a in own for b in own if lasts(a + b, 3)])


@settings(max_examples=8, deadline=None)
@given(heads=st.lists(st.integers(0, 3), min_size=14, max_size=14), paired=st.booleans())
def test_days_of_two_people_are_nearly_the_best_there_are(heads: list[int], paired: bool) -> None:
    """Of all days of two people over two weeks none is cheaper than the bound, few than found."""
    contract = five_days(weekend_off_every=2, paired_days_off=paired)
    own = two_weeks_of(contract)
    there = own[:, None, :] + own[None, :, :]
    need = np.maximum(np.array(heads), 1)  # a day without need is closed
    cost = np.where(there < need, 4.0 * (need - there), there - need) * 8
    best = float(cost.sum(axis=2).min())
    made = made_of(need_of(need.tolist()), 2, contract)
    assert made.violations.empty
    assert made.summary.bound <= best + 1e-3
    assert best - 1e-3 <= made.summary.objective <= 1.06 * best + 1e-3


DUTIES = st.fixed_dictionaries(
    {"weekend_off_every": st.integers(0, 3)},
    optional={
        "paired_days_off": st.booleans(),
        "weekends_in_four": st.integers(1, 3),
        "least_days_in_row": st.integers(1, 2),
        "least_days_off_in_row": st.integers(1, 2),
    },
)


AWAY = [day for day in range(21) if day % 7 != 2]
"""Days of three weeks but Wednesdays."""


@settings(max_examples=8, deadline=None)
@given(duty=DUTIES, seed=st.integers(0, 1000))
def test_rotas_of_some_weeks_break_no_rule(duty: dict[str, object], seed: int) -> None:
    """The checker finds nothing in the roster of three weeks after a week that was worked."""
    rng = np.random.default_rng(seed)
    contract = replace(five_days(**duty), days_per_week=(3, 5), week_s=(24 * H, 40 * H))
    before = made_of(need_of([2] * 5 + [1, 1], MONDAY - 7 * DAY), 4, contract)
    # a Wednesday away leaves no three days of pairs on and off beside a weekend off
    away = tuple(Leave(f"{n}", MONDAY + int(rng.choice(AWAY)) * DAY) for n in range(2))
    need = need_of(rng.integers(1, 4, size=21).tolist())
    made = made_of(need, 4, contract, leave=away, past=before.shifts)
    assert made.violations.empty, made.violations.to_string()
    assert not made.summary.objective < made.summary.bound - 1e-3


def test_weeks_made_one_by_one_leave_a_weekend_off_to_everybody() -> None:
    """Four horizons of a week, each after the last: full weeks, legal, some people at weekends."""
    contract, past = five_days(weekend_off_every=2), None
    shared = []
    for week in range(4):
        first = MONDAY + 7 * week * DAY
        made = made_of(need_of([5, 5, 5, 5, 5, 3, 3], first), 8, contract, past=past)
        assert made.violations.empty
        assert len(made.shifts) == 40
        shared.append(int((made.shifts["start"].dt.day_of_week > 4).sum()))
        past = made.shifts if past is None else pd.concat([past, made.shifts])
    assert min(shared) >= 3
    assert max(shared) <= 5


def test_a_wish_for_a_weekend_moves_the_turn() -> None:
    """Who asks for two weekends off gets them where somebody else can take them."""
    wishes = [
        DayWish("0", MONDAY + day * DAY) for day in (5, 6, 19, 20)
    ]  # the weekends of the first and of the third week
    contract = five_days(weekend_off_every=2)
    made = made_of(need_of([5, 5, 5, 5, 5, 2, 2] * 4), 6, contract, wishes=wishes)
    worked = set(made.shifts[made.shifts["agent"] == "0"]["start"].dt.date)
    assert made.violations.empty
    assert not worked & {wish.day for wish in wishes}


def test_the_same_inputs_give_the_same_rota() -> None:
    """Days are shared out by counted steps, not by the clock."""
    contract, need = five_days(weekend_off_every=2), need_of([3, 3, 3, 3, 3, 2, 2] * 3)
    once, again = made_of(need, 5, contract), made_of(need, 5, contract)
    pd.testing.assert_frame_equal(once.shifts, again.shifts)


def test_who_went_another_way_gets_new_days() -> None:
    """Who worked a Saturday not given to him has the weekend after it off."""
    contract, first = five_days(weekend_off_every=2), MONDAY
    cuts = weeks(days(first, 21))
    stand = stand_before(contract, Past(), "0", first)
    every = Asked((5, 5), np.ones(7, dtype=bool), np.zeros(7, dtype=bool))
    mine = DaysOf("0", (every,) * 3, stand, np.zeros(21))
    made = machine(contract, [stand], cuts)
    wanted = np.array([1.0] * 5 + [0, 0] + [0, 1, 1, 1, 1, 0, 1] + [1.0] * 5 + [0, 0])
    sharing = Sharing(contract, made, (mine,), wanted, 1.0)
    given_ = share_days(sharing, [7, 7, 7])
    assert given_["0"].tolist() == [bool(head) for head in wanted]
    assert given_["0"][13]
    past = Past()
    starts = pd.DatetimeIndex([pd.Timestamp(first + k * DAY, tz="UTC") for k in (1, 2, 3, 4, 5)])
    past.add(pd.DataFrame({"agent": "0", "start": starts, "end": starts, "paid_s": 1}), "UTC")
    person = Person(people(1)[0], contract, (True,) * 7, (5, 5), (0, 0), ("q",))
    rota = Rota(tuple(cuts), [sharing], given_)
    second = rota.of_week([person], cuts[1][0], past)[0].available
    assert second == (True,) * 5 + (False,) * 2  # the Saturday before was worked


def test_who_cannot_keep_the_rules_does_not_stop_the_others() -> None:
    """Two worked six days and both weekend days up to the horizon: short days are told, no more."""
    contract = five_days(weekend_off_every=2)
    shift = [pd.Timestamp(MONDAY - (n + 1) * DAY, tz="UTC") for n in reversed(range(6))]
    rows = [
        (agent, start, start + pd.Timedelta(hours=8), 8 * H)
        for agent in ("0", "1")
        for start in shift
    ]
    past = pd.DataFrame(rows, columns=["agent", "start", "end", "paid_s"])
    made = made_of(need_of([3, 3, 3, 3, 3, 1, 1] * 3), 4, contract, past=past)
    assert set(made.violations["agent"]) <= {"0", "1"}
    assert set(made.violations["rule"]) <= {"days_of_week", "hours_of_week"}
    assert len(made.shifts) >= 4 * 15 - 2


@pytest.mark.slow
def test_thirteen_weeks_of_the_eu_preset_stay_legal() -> None:
    """A quarter with every third weekend off, averages and long rests: no rule is broken."""
    law = {"weekly_rest_s": 35 * H, "average_s": (0, 44 * H), "average_weeks": 8}
    contract = replace(
        five_days(weekend_off_every=3, paired_days_off=True, **law),
        days_per_week=(4, 6),
        week_s=(32 * H, 48 * H),
        day_s=(8 * H, 9 * H),
    )
    shift = replace(SHIFT, start_s=(8 * H, 9 * H), length_s=(8 * H, 9 * H))
    need = need_of([9, 9, 9, 8, 8, 6, 6] * 13)
    rules = replace(RULES, time_limit_s=240)
    given_ = (need, people(12), {"c": contract}, {"day": shift}, rules)
    made = schedule(*given_, timezone="UTC")
    assert made.violations.empty
    shifts = made.shifts.assign(
        week=(made.shifts["start"] - made.shifts["start"].min()).dt.days // 7
    )
    paid_h = shifts.groupby(["agent", "week"])["paid_s"].sum().astype(float).unstack() / 3600
    assert float(paid_h.T.rolling(8).mean().max().max()) <= 44
    assert paid_h.shape == (12, 13)
