"""Days on and off over weeks against every choice there is, by rules written down once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby, pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.domain import Contract
from wfm.intervals import days
from wfm.scheduling.past import Past
from wfm.scheduling.people import weeks
from wfm.scheduling.rota import Asked, best_days, machine, stand_before
from wfm.work_rules import DutyRules

H = 3600
DAY = dt.timedelta(days=1)
BROKEN = 1000.0


def contract(in_row: int, week: tuple[int, int], **duty: object) -> Contract:
    """Eight hours a day."""
    hours = (week[0] * 8 * H, week[1] * 8 * H)
    return Contract("c", ("t",), (8 * H, 8 * H), hours, week, 0, in_row, 0.0, DutyRules(**duty))


def worked_before(first: dt.date, before: Sequence[bool]) -> Past:
    """Days worked up to a date, the last one the day before it."""
    past = Past()
    found = [first - (n + 1) * DAY for n, on in enumerate(before) if on]
    starts = pd.DatetimeIndex([pd.Timestamp(day, tz="UTC") for day in sorted(found)])
    shifts = pd.DataFrame(
        {"agent": "ann", "start": starts, "end": starts + pd.Timedelta(hours=8), "paid_s": 8 * H}
    )
    past.add(shifts, "UTC")
    return past


Cuts = Sequence[Sequence[dt.date]]


def legal(rule: Contract, cuts: Cuts, worked: set[dt.date], first: dt.date) -> bool:
    """Every rule on days, told of dates: those known before the horizon are among them."""
    return (
        stretches_kept(rule, cuts, worked, first)
        and weekends_kept(rule.duty, cuts, worked)
        and all(week_kept(rule.duty, week, worked) for week in cuts)
    )


def stretches_kept(rule: Contract, cuts: Cuts, worked: set[dt.date], first: dt.date) -> bool:
    """Days in a row are neither too many nor too few, nor are days off."""
    every, begin = sorted(worked), cuts[0][0]
    numbered = groupby(enumerate(every), key=lambda pair: pair[1].toordinal() - pair[0])
    runs = [[day for _, day in run] for _, run in numbered]
    long = any(len(run) > rule.max_days_in_row and run[-1] >= begin for run in runs)
    short = any(
        len(run) < rule.duty.least_days_in_row
        and begin - DAY <= run[-1] < cuts[-1][-1]
        and not run[0] == begin == first
        for run in runs
    )
    gaps = [(b - a).days - 1 for a, b in pairwise(every) if b >= begin]
    return not (long or short or any(0 < gap < rule.duty.least_days_off_in_row for gap in gaps))


def weekends_kept(duty: DutyRules, cuts: Cuts, worked: set[dt.date]) -> bool:
    """Of so many weekends in a row one is off, of four not too many are worked."""
    mine = {day - (day.weekday() - 5) * DAY for day in worked if day.weekday() >= 5}
    for saturday in mine:
        if max({saturday, saturday + DAY} & worked) < cuts[0][0]:
            continue
        back = [saturday - 7 * n * DAY in mine for n in range(max(duty.weekend_off_every, 4))]
        if duty.weekend_off_every and all(back[: duty.weekend_off_every]):
            return False
        if duty.weekends_in_four is not None and sum(back[:4]) > duty.weekends_in_four:
            return False
    return True


def week_kept(duty: DutyRules, week: Sequence[dt.date], worked: set[dt.date]) -> bool:
    """A whole week has a pair of days off; a weekend in one is worked wholly or not at all."""
    pair = any(a not in worked and b not in worked for a, b in pairwise(week))
    halves = [
        day for day in week[:-1] if day.weekday() == 5 and (day in worked) != (day + DAY in worked)
    ]
    return not (duty.paired_days_off and len(week) == 7 and not pair) and not (
        duty.whole_weekends and halves
    )


RULES = st.fixed_dictionaries(
    {},
    optional={
        "weekend_off_every": st.integers(1, 3),
        "weekends_in_four": st.integers(0, 3),
        "whole_weekends": st.booleans(),
        "paired_days_off": st.booleans(),
        "least_days_in_row": st.integers(1, 3),
        "least_days_off_in_row": st.integers(1, 3),
    },
)


@settings(max_examples=40, deadline=None)
@given(
    rules=RULES,
    in_row=st.integers(1, 7),
    low=st.integers(0, 4),
    begin=st.integers(0, 6),
    before=st.lists(st.booleans(), max_size=24),
    seed=st.integers(0, 10**6),
)
def test_the_cheapest_days_are_those_of_brute_force(
    rules, in_row, low, begin, before, seed
) -> None:
    """Of all choices of a week and three days after some past none legal is cheaper."""
    first = dt.date(2024, 5, 6) + begin * DAY
    cuts = weeks(days(first, 10))
    rule = contract(in_row, (low, 6), **rules)
    past = worked_before(first, before)
    known = past.days("ann")
    rng = np.random.default_rng(seed)
    price, can = rng.normal(size=10), rng.random(10) < 0.85
    ranges = ((low, 6), (0, 3))
    stand = stand_before(rule, past, "ann", first)
    asked = [
        Asked(each, can[cut], np.zeros(len(can[cut]), dtype=bool))
        for each, cut in zip(ranges, (slice(0, 7), slice(7, 10)), strict=True)
    ]
    found, week = best_days(
        machine(rule, [stand], cuts), stand, asked, np.split(price, [7]), broken=BROKEN
    )
    dates, costs = days(first, 10), []
    for choice in product((False, True), repeat=10):
        bits = np.array(choice)
        inside = low <= bits[:7].sum() <= 6 and not (bits & ~can).any()
        worked = known | {day for day, on in zip(dates, choice, strict=True) if on}
        if inside and legal(rule, cuts, worked, min(known, default=first)):
            costs.append(float(price @ bits))
    if costs:
        assert found == pytest.approx(min(costs))
        assert float(price @ np.concatenate(week)) == pytest.approx(found)
    else:
        assert found > BROKEN / 2


@pytest.mark.parametrize("in_row", [5, 6, 7])
def test_the_end_of_the_horizon_can_be_gone_on_from(in_row: int) -> None:
    """Where a weekend pays everything, it is worked only if the contract can be kept afterwards."""
    rule = contract(in_row, (5, 5), weekend_off_every=2, paired_days_off=True)
    first = dt.date(2024, 5, 6)
    cuts = weeks(days(first, 14))
    price = np.where([day.weekday() >= 5 for day in days(first, 14)], -9.0, 0.0)
    stand = stand_before(rule, Past(), "ann", first)
    every = Asked((5, 5), np.ones(7, dtype=bool), np.zeros(7, dtype=bool))
    _, found = best_days(
        machine(rule, [stand], cuts), stand, [every, every], np.split(price, 2), broken=BROKEN
    )
    patterns = [week for week in product((False, True), repeat=7) if sum(week) == 5]

    def goes_on(before: list[tuple[bool, ...]], more: int) -> bool:
        dates = weeks(days(first, 7 * len(before)))
        bits = [on for week in before for on in week]
        worked = {day for day, on in zip(days(first, len(bits)), bits, strict=True) if on}
        if not legal(rule, dates, worked, first):
            return False
        return not more or any(goes_on([*before, week], more - 1) for week in patterns)

    best = min(
        sum(p for p, on in zip(price, [*one, *two], strict=True) if on)
        for one in patterns
        for two in patterns
        if goes_on([one, two], 3)
    )
    assert goes_on([tuple(week.tolist()) for week in found], 3)
    assert float(price @ np.concatenate(found)) == pytest.approx(best)


def test_days_that_must_be_worked_are() -> None:
    """A settled day is worked though it is dear, a day that cannot be is not."""
    rule = contract(6, (0, 5))
    cuts = weeks(days(dt.date(2024, 5, 6), 7))
    stand = stand_before(rule, Past(), "ann", cuts[0][0])
    must, can = np.zeros((2, 7), dtype=bool)
    must[2], can[:4] = True, True
    price = np.array([1.0, 1, 5, -1, -9, -9, -9])
    made = machine(rule, [stand], cuts)
    found, week = best_days(made, stand, [Asked((0, 5), can, must)], [price], broken=BROKEN)
    assert np.flatnonzero(week[0]).tolist() == [2, 3]
    assert found == 4.0
