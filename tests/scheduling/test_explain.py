"""What a roster says for itself."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from wfm.domain import Agent, Contract, SchedulingRules, ShiftTemplate
from wfm.scheduling import schedule
from wfm.scheduling.card import quality_card
from wfm.scheduling.explain import relaxations, rule_costs, shortages
from wfm.scheduling.fairness import fairness
from wfm.scheduling.promise import Missed

H = 3600
RULES = SchedulingRules()


def coverage_of(under: list[float], step: str = "30min") -> pd.DataFrame:
    """A queue with ten agents required, short by the given numbers."""
    starts = pd.date_range("2024-05-06 08:00", periods=len(under), freq=step, tz="UTC")
    short = pd.Series(under)
    return pd.DataFrame(
        {
            "queue": "q",
            "interval_start": starts,
            "interval_s": int(pd.Timedelta(step).total_seconds()),
            "required": 10.0,
            "scheduled": 10.0 - short,
            "over": 0.0,
            "under": short,
        }
    )


def test_shortages_are_stretches_largest_first() -> None:
    """Two stretches; a small shortage does not join them."""
    found = shortages(coverage_of([0, 1, 2, 0.2, 3, 3, 0]))
    assert [s.agent_h for s in found] == [3.0, 1.5]
    assert found[0].start == pd.Timestamp("2024-05-06 10:00", tz="UTC")
    assert found[0].end == pd.Timestamp("2024-05-06 11:00", tz="UTC")
    assert "3.0 agent-hours short" in str(found[0])
    assert "7.0 at work of 10.0" in str(found[0])


def test_a_gap_in_time_ends_a_stretch() -> None:
    """The last interval of a day and the first of the next are two stretches."""
    rows = coverage_of([1, 1])
    rows.loc[1, "interval_start"] += pd.Timedelta(days=1)
    assert len(shortages(rows)) == 2


@pytest.fixture(scope="module")
def one_person():
    """One person for twelve hours of need: four hours worked, eight short."""
    template = ShiftTemplate("half", (8 * H, 16 * H), 4 * H, (4 * H, 4 * H), H)
    contract = Contract("one", ("half",), (4 * H, 4 * H), (4 * H, 6 * H), (1, 1), cost_per_hour=20)
    starts = pd.date_range("2024-05-06 08:00", periods=12, freq="h", tz="UTC")
    need = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": starts,
            "interval_s": 3600,
            "agents_required": [0.5] * 4 + [1.5] * 4 + [0.9] * 4,
        }
    )
    agents = [Agent("a", "Ann", "one", ("q",))]
    contracts = {"one": contract}
    made = schedule(need, agents, contracts, {"half": template}, RULES, timezone="UTC")
    return need, agents, contracts, made


def test_rule_costs_add_up_to_the_objective(one_person) -> None:
    """Over and under priced apart give the summary's objective."""
    need, _, _, made = one_person
    costs = rule_costs(made, need, RULES, (), "UTC")
    assert costs["price"].sum() == pytest.approx(made.summary.objective)
    assert costs["rule"].tolist() == ["under"]
    priced = need.assign(under_price=2.0)
    assert rule_costs(made, priced, RULES, (), "UTC")["price"].sum() == pytest.approx(
        made.summary.objective / 2
    )


def test_the_cheapest_extra_hour_is_next_to_the_shift(one_person) -> None:
    """The one person has two hours of the week left and stands next to the shortage."""
    need, agents, contracts, made = one_person
    first = relaxations(made, need, agents, contracts, RULES)[0]
    assert first.what == "lengthen the shift of a by an hour"
    assert first.saves == pytest.approx(3.5)  # 0.9 short at 4, then 0.1 over at 1
    assert first.cost == 20


def test_the_extra_hour_touches_the_shift_that_is_lengthened(one_person) -> None:
    """Of six half hours that are short alike, those just before the shift are the hour to add."""
    _, agents, contracts, made = one_person
    begins = made.shifts["start"].min()
    need = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": [begins - pd.Timedelta(minutes=30 * k) for k in range(6, 0, -1)],
            "interval_s": 1800,
            "agents_required": 1.0,
        }
    )
    asked = need.rename(columns={"agents_required": "required"})
    short = replace(made, coverage=asked.assign(scheduled=0.0, over=0.0, under=1.0))
    first = relaxations(short, need, agents, contracts, RULES)[0]
    assert first.start == begins - pd.Timedelta(hours=1)


def test_an_hour_is_dearer_where_more_are_missing_and_any_skill_counts(one_person) -> None:
    """Two short at a price that rises with the second; Bea serves q as her second queue."""
    need, _, contracts, made = one_person
    deep = need.assign(under_price=4.0, under_price_2=9.0, under_depth=1.0)
    deep.loc[8:, "agents_required"] = 2.0
    agents = [Agent("a", "Ann", "one", ("r", "q"))]
    coverage = made.coverage.copy()
    coverage.loc[8:, ["required", "under"]] = 2.0
    first = relaxations(replace(made, coverage=coverage), deep, agents, contracts, RULES)[0]
    assert first.saves == pytest.approx(9.0)
    assert first.what == "lengthen the shift of a by an hour"


def test_a_promise_missed_is_a_cost_of_its_own_and_stands_on_the_card(one_person) -> None:
    """Twelve contacts short at 2.5 each, in one week of the two that were promised."""
    need, _, _, made = one_person
    week = Missed("q", need["interval_start"].iloc[0], 12.0, 30.0, "70 % of 7 days in time")
    found = replace(made, missed=(week,))
    row = rule_costs(found, need, RULES, (), "UTC").set_index("rule").loc["service_of_the_period"]
    assert (row["count"], row["amount"], row["price"]) == (1, 12.0, 30.0)
    card = quality_card(found, "UTC")
    assert (card.promises_missed, card.promise_price) == (1, 30.0)
    assert quality_card(made, "UTC").promises_missed == 0


def test_fairness_counts_lates_nights_and_weekends() -> None:
    """A Saturday night shift is late, a night and a weekend; the spread is on the clock."""
    start = pd.to_datetime(["2024-05-10 08:00", "2024-05-11 20:00"], utc=True)
    shifts = pd.DataFrame(
        {
            "agent": "a",
            "start": start,
            "end": start + pd.Timedelta(hours=8),
            "paid_s": [8 * H, 8 * H],
        }
    )
    row = fairness(shifts, "UTC").iloc[0]
    assert (row["shifts"], row["paid_h"], row["lates"], row["nights"], row["weekends"]) == (
        2,
        16,
        1,
        1,
        1,
    )
    assert row["start_spread_h"] == 12


def test_the_card_agrees_with_the_summary(one_person) -> None:
    """Shares are of the demand; a card without wishes has no share of them."""
    made = one_person[3]
    card = quality_card(made, "UTC")
    assert card.under_share == pytest.approx(made.summary.under / made.summary.demand)
    assert card.over_share == 0
    assert card.violations == 0
    assert math.isnan(card.wishes)
    assert card.intervals_short == pytest.approx(1.0)
