"""The whole chain: requirement and people to a checked roster."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import wfm.scheduling.roster as roster_module
from wfm.domain import (
    Agent,
    Anchor,
    BreakRule,
    Contract,
    DayWish,
    Leave,
    SchedulingRules,
    ShiftTemplate,
)
from wfm.scheduling import Progress, SolveStatus, schedule
from wfm.schema import COVERAGE, ROSTER_ACTIVITY, ROSTER_SHIFT, check

H = 3600
RULES = SchedulingRules(time_limit_s=600)
"""Time enough on a busy machine too: what time does not cut short is the same everywhere."""
MONDAY = dt.date(2024, 5, 6)


def run(centre, **more):
    """Schedule a centre with its own leave and wishes."""
    given = {"leave": centre.leave, "wishes": centre.wishes, "timezone": centre.timezone, **more}
    rules = given.pop("rules", RULES)
    return schedule(*centre.inputs(), rules, **given)


@pytest.fixture(scope="module")
def made(bank):
    """Thirty people of a bank on a week that fits them."""
    centre = bank(30, 20.0)
    return centre, run(centre)


@pytest.fixture(scope="module")
def small(bank):
    """Twenty people on a week that fits them, their roster, and what was told on the way."""
    centre, told = bank(20, 13.0), []
    return centre, run(centre, progress=told.append), told


def test_a_bank_week_breaks_no_rule(made) -> None:
    """Everyone is within contract, rest, leave and breaks, and the plan is near its bound."""
    _, schedule_ = made
    assert len(schedule_.violations) == 0
    assert schedule_.summary.violations == 0
    assert schedule_.summary.bound <= schedule_.summary.objective + 1e-6
    assert schedule_.summary.unassigned == 0


def test_tables_pass_the_schema(made) -> None:
    """The three frames are what the border asks for once a run is named."""
    _, schedule_ = made
    check(schedule_.shifts.assign(run="r"), ROSTER_SHIFT)
    check(schedule_.activities.assign(run="r"), ROSTER_ACTIVITY)
    check(schedule_.coverage.assign(run="r"), COVERAGE)


def test_coverage_is_the_sum_of_work(made) -> None:
    """Scheduled agent-time equals work in activities; over - under = scheduled - required."""
    _, schedule_ = made
    work = schedule_.activities[schedule_.activities["activity"] == "work"]
    seconds = (work["end"] - work["start"]).dt.total_seconds().sum()
    coverage = schedule_.coverage
    assert (coverage["scheduled"] * coverage["interval_s"].astype(float)).sum() == pytest.approx(
        seconds
    )
    left, right = coverage["over"] - coverage["under"], coverage["scheduled"] - coverage["required"]
    assert np.allclose(left, right)


def test_the_summary_adds_up(made) -> None:
    """Objective, hours, cost and wishes are those of the tables."""
    centre, schedule_ = made
    summary, coverage = schedule_.summary, schedule_.coverage
    assert summary.objective == pytest.approx(4 * coverage["under"].sum() + coverage["over"].sum())
    assert summary.paid_h == pytest.approx(schedule_.shifts["paid_s"].sum() / H)
    assert summary.cost == pytest.approx(schedule_.shifts["cost"].sum())
    assert summary.wishes_asked == len(centre.wishes)
    assert summary.demand == pytest.approx(centre.requirement["agents_required"].sum())


def test_leave_is_kept_and_pays_its_share(made) -> None:
    """A full-timer with a day of leave works the other four days."""
    centre, schedule_ = made
    contract = {agent.agent: agent.contract for agent in centre.agents}
    worked = schedule_.shifts.groupby("agent").size()
    for item in centre.leave:
        assert worked[item.agent] == 4 if contract[item.agent] != "four-day" else True
        mine = schedule_.shifts[schedule_.shifts["agent"] == item.agent]
        local = mine["start"].dt.tz_convert(centre.timezone).dt.date
        assert item.day not in set(local)


def test_same_inputs_and_seed_give_the_same_roster(small) -> None:
    """Two runs, one of them with two workers, are equal to the last break."""
    centre, first, _ = small
    second = run(centre, workers=2)
    pd.testing.assert_frame_equal(first.shifts, second.shifts)
    pd.testing.assert_frame_equal(first.activities, second.activities)


def test_too_few_people_still_get_a_roster(bank) -> None:
    """With twice the need nobody breaks a rule; what is short is told."""
    centre = bank(20, 30.0)
    made = run(centre)
    assert made.summary.violations == 0
    assert made.summary.under > 0.2 * made.summary.demand
    assert made.summary.over < 0.02 * made.summary.demand
    assert made.summary.under == pytest.approx(made.coverage["under"].sum())


def test_a_queue_that_never_closes_is_covered_at_night(around_the_clock) -> None:
    """Night shifts run over midnight, rest is kept, the horizon's inner nights are staffed."""
    centre = around_the_clock(MONDAY)
    made = run(centre)
    assert made.summary.violations == 0
    local = made.shifts["end"].dt.tz_convert(centre.timezone)
    overnight = local.dt.date != made.shifts["start"].dt.tz_convert(centre.timezone).dt.date
    assert overnight.sum() > 10
    assert made.summary.gap < 0.03  # what runs on after the last midnight is not held against it
    inner = made.coverage.iloc[24:]
    assert inner["under"].sum() < 0.1 * inner["required"].sum()
    assert len(made.coverage) == len(centre.requirement)  # no row after the last midnight
    assert made.summary.over == pytest.approx(made.coverage["over"].sum())


@pytest.mark.parametrize("minutes", [5, 10, 15, 30, 60])
def test_any_grid_from_five_minutes_to_an_hour(minutes: int) -> None:
    """The line follows the finest of intervals and breaks; coverage has the requirement's rows."""
    pause = BreakRule("break", minutes * 60, True, Anchor.START, (H, 3 * H))
    template = ShiftTemplate("day", (8 * H, 10 * H), H, (6 * H, 8 * H), H, (pause,))
    contract = Contract("c", ("day",), (6 * H, 8 * H), (12 * H, 16 * H), (2, 2))
    agents = [Agent(f"{n}", f"{n}", "c", ("q",)) for n in range(6)]
    start = pd.Timestamp("2024-05-06 08:00", tz="UTC")
    starts = [
        start + pd.Timedelta(days=day, minutes=minutes * n)
        for day in range(2)
        for n in range(10 * 60 // minutes)
    ]
    need = pd.DataFrame(
        {"queue": "q", "interval_start": starts, "interval_s": minutes * 60, "agents_required": 3.0}
    )
    made = schedule(need, agents, {"c": contract}, {"day": template}, RULES, timezone="UTC")
    assert made.summary.violations == 0
    assert len(made.coverage[made.coverage["required"] > 0]) == len(need)
    pauses = made.activities[made.activities["activity"] == "break"]
    assert set((pauses["end"] - pauses["start"]).dt.total_seconds()) == {minutes * 60}
    assert made.summary.under < 0.12 * made.summary.demand


@pytest.mark.slow
def test_thirteen_weeks_keep_every_rule(around_the_clock) -> None:
    """A quarter round the clock, over the night of the clock change."""
    made = run(
        around_the_clock(dt.date(2024, 2, 5), count=91), rules=SchedulingRules(time_limit_s=90)
    )
    assert made.summary.violations == 0
    assert made.summary.gap < 0.05
    assert len(made.shifts) > 13 * 24 * 4 - 1


@pytest.mark.parametrize("first", [dt.date(2024, 3, 27), dt.date(2024, 10, 23)])
def test_the_nights_of_the_clock_change_are_scheduled_in_real_time(around_the_clock, first) -> None:
    """Shifts keep eight or ten real hours, rest is counted in real hours, no rule is broken."""
    centre = around_the_clock(first)
    made = run(centre)
    assert made.summary.violations == 0
    hours = (made.shifts["end"] - made.shifts["start"]).dt.total_seconds() / H
    assert set(hours) <= {8.0, 10.0}
    assert len(made.coverage[made.coverage["required"] > 0]) == len(centre.requirement)


def test_the_second_week_knows_the_first(around_the_clock) -> None:
    """Rest, days in a row and the Sunday night shift reach over the week's edge."""
    centre = around_the_clock(MONDAY, count=14)
    made = run(centre)
    assert made.summary.violations == 0
    monday = pd.Timestamp("2024-05-13 00:00", tz=centre.timezone)
    night = made.coverage[
        made.coverage["interval_start"].between(monday, monday + pd.Timedelta("4h"))
    ]
    assert night["scheduled"].min() > 0


def test_wishes_are_granted_when_nothing_speaks_against_them() -> None:
    """Four-day people who ask for one of five days off get it."""
    template = ShiftTemplate("day", (8 * H, 8 * H), H, (8 * H, 8 * H), H)
    contract = Contract("four", ("day",), (8 * H, 8 * H), (32 * H, 32 * H), (4, 4))
    agents = [Agent(f"{n}", f"{n}", "four", ("q",)) for n in range(10)]
    hours = pd.date_range("2024-05-06 08:00", periods=8, freq="h", tz="UTC")
    starts = [t + pd.Timedelta(days=d) for d in range(5) for t in hours]
    need = pd.DataFrame(
        {"queue": "q", "interval_start": starts, "interval_s": 3600, "agents_required": 8.0}
    )
    wishes = [DayWish(f"{n}", MONDAY + dt.timedelta(days=n % 5)) for n in range(10)]
    made = schedule(
        need, agents, {"four": contract}, {"day": template}, RULES, timezone="UTC", wishes=wishes
    )
    assert made.summary.wishes_granted == 10
    assert made.summary.objective == pytest.approx(0.0)


def test_prices_of_the_requirement_decide_where_to_be_short() -> None:
    """One person for two equal mornings goes where the shortage is dearer."""
    template = ShiftTemplate("half", (8 * H, 12 * H), 4 * H, (4 * H, 4 * H), H)
    contract = Contract("one", ("half",), (4 * H, 4 * H), (4 * H, 4 * H), (1, 1))
    starts = pd.date_range("2024-05-06 08:00", periods=8, freq="h", tz="UTC")
    need = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": starts,
            "interval_s": 3600,
            "agents_required": 1.0,
            "under_price": [2.0] * 4 + [9.0] * 4,
        }
    )
    agent = Agent("a", "a", "one", ("q",))
    made = schedule(need, [agent], {"one": contract}, {"half": template}, RULES, timezone="UTC")
    assert made.shifts["start"].tolist() == [starts[4]]
    assert made.summary.objective == pytest.approx(8.0)
    assert made.summary.bound == pytest.approx(8.0, abs=1e-4)


def test_a_price_that_rises_spreads_the_shortage() -> None:
    """Four people for two half days of four: a trifle dearer mornings take all or half of them."""
    template = ShiftTemplate("half", (8 * H, 12 * H), 4 * H, (4 * H, 4 * H), H)
    contract = Contract("one", ("half",), (4 * H, 4 * H), (4 * H, 4 * H), (1, 1))
    starts = pd.date_range("2024-05-06 08:00", periods=8, freq="h", tz="UTC")
    need = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": starts,
            "interval_s": 3600,
            "agents_required": 4.0,
            "under_price": [4.2] * 4 + [4.0] * 4,
        }
    )
    agents = [Agent(f"{n}", f"{n}", "one", ("q",)) for n in range(4)]
    steep = need.assign(under_depth=1.0, under_price_2=5.0, under_price_3=6.0, under_price_4=7.0)
    for rows, mornings, price in ((need, 4, 64.0), (steep, 2, 4 * (4.2 + 5 + 4 + 5))):
        made = schedule(rows, agents, {"one": contract}, {"half": template}, RULES, timezone="UTC")
        assert (made.shifts["start"] == starts[0]).sum() == mornings
        assert made.summary.objective == pytest.approx(price)
        assert made.summary.bound == pytest.approx(price, abs=1e-3)


def test_a_saturday_shorter_than_any_shift_is_still_staffed() -> None:
    """Where no shift fits into the opening hours, those that touch them are used."""
    template = ShiftTemplate("day", (8 * H, 10 * H), H, (4 * H, 4 * H), H)
    contract = Contract("c", ("day",), (4 * H, 4 * H), (4 * H, 4 * H), (1, 1))
    starts = pd.date_range("2024-05-11 09:00", periods=2, freq="h", tz="UTC")
    need = pd.DataFrame(
        {"queue": "q", "interval_start": starts, "interval_s": 3600, "agents_required": 1.0}
    )
    agent = Agent("a", "a", "c", ("q",))
    made = schedule(need, [agent], {"c": contract}, {"day": template}, RULES, timezone="UTC")
    assert made.summary.under == 0
    assert made.summary.over == pytest.approx(2.0)


def test_progress_is_told_and_ends() -> None:
    """Every stage reports up to its total."""
    template = ShiftTemplate("day", (8 * H, 8 * H), H, (8 * H, 8 * H), H)
    contract = Contract("c", ("day",), (8 * H, 8 * H), (8 * H, 8 * H), (1, 1))
    start = pd.Timestamp("2024-05-06 08:00", tz="UTC")
    need = pd.DataFrame(
        {"queue": ["q"], "interval_start": [start], "interval_s": [3600], "agents_required": [1.0]}
    )
    seen: list[Progress] = []
    agent = Agent("a", "a", "c", ("q",))
    schedule(
        need,
        [agent],
        {"c": contract},
        {"day": template},
        RULES,
        timezone="UTC",
        progress=seen.append,
    )
    stages = [step.stage for step in seen]
    assert sorted(set(stages), key=stages.index) == ["plan", "roster", "breaks", "check"]
    assert all(step.done <= step.total for step in seen)
    assert seen[-1] == Progress("check", 1, 1)


def test_ctrl_c_while_assigning_returns_the_best_so_far(bank, monkeypatch) -> None:
    """The roster is completed by matching and says that it is only feasible."""

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(roster_module, "_solve_piece", interrupted)
    made = run(bank(20, 13.0))
    assert made.summary.status is SolveStatus.FEASIBLE
    assert len(made.shifts) > 70


def test_a_time_limit_of_a_second_still_gives_a_legal_roster(bank) -> None:
    """Rest, leave, days in a row and breaks hold whatever the clock says."""
    made = run(bank(20, 13.0), rules=replace(RULES, time_limit_s=1.0))
    soft = {"days_of_week", "hours_of_week"}
    assert set(made.violations["rule"]) <= soft
    assert len(made.shifts) > 0


def test_the_time_limit_is_kept_to(bank) -> None:
    """Two and six seconds for a week of sixty people, and not a second more than it takes to read
    the roster back; the shorter one is worse, both are legal."""
    centre = bank(60, 40.0, step_s=1800)
    found = []
    for limit_s in (2.0, 6.0):
        began = time.monotonic()
        made = run(centre, rules=replace(RULES, time_limit_s=limit_s))
        assert time.monotonic() - began < limit_s + 3
        assert set(made.violations["rule"]) <= {"days_of_week", "hours_of_week"}
        assert len(made.shifts) > 200
        found.append(made.summary)
    assert found[0].status is SolveStatus.FEASIBLE
    assert found[0].objective < found[0].demand


def test_a_stop_before_the_first_model_still_gives_a_roster(bank) -> None:
    """By rule of thumb alone: legal, quick, and no worse than a third of the demand."""
    stop = threading.Event()
    stop.set()
    began = time.monotonic()
    made = run(bank(20, 13.0), stop=stop)
    assert time.monotonic() - began < 6
    assert made.summary.status is SolveStatus.FEASIBLE
    assert set(made.violations["rule"]) <= {"days_of_week", "hours_of_week"}
    assert made.summary.under < made.summary.demand / 3
    assert np.isnan(made.summary.bound)


@pytest.mark.parametrize("stage", ["plan", "roster"])
def test_a_stop_on_the_way_ends_soon_with_what_there_is(bank, stage: str) -> None:
    """Set from the progress of a stage, the rest is done in a few seconds; no rule is broken."""
    stop, told = threading.Event(), []

    def seen(step: Progress) -> None:
        if step.stage == stage and not stop.is_set():
            stop.set()
            told.append(time.monotonic())

    made = run(bank(20, 13.0), stop=stop, progress=seen)
    assert time.monotonic() - told[0] < 6
    assert made.summary.status is SolveStatus.FEASIBLE
    assert set(made.violations["rule"]) <= {"days_of_week", "hours_of_week"}


def test_the_gap_of_the_plan_is_told_on_the_way(small) -> None:
    """From the first day on; it ends near the gap of the roster."""
    _, made, seen = small
    gaps = [step.gap for step in seen if step.stage == "plan" and step.gap is not None]
    assert len(gaps) >= 5
    assert all(gap >= 0 for gap in gaps)
    assert gaps[-1] == pytest.approx(made.summary.gap, abs=0.02)


def test_cbc_makes_a_roster_too(small) -> None:
    """The engine is a choice of the rules; the roster is legal and near the other's price."""
    centre, highs, _ = small
    cbc = run(centre, rules=replace(RULES, solver="cbc", time_limit_s=90))
    assert cbc.summary.violations == 0
    assert cbc.summary.bound == pytest.approx(highs.summary.bound, rel=0.01)
    assert abs(cbc.summary.objective - highs.summary.objective) < 0.03 * highs.summary.demand


def test_pieces_solved_in_other_processes_make_the_same_roster(small) -> None:
    """Spawned processes in place of threads change nothing."""
    centre, here, _ = small
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        there = run(centre, executor=pool, workers=2)
    pd.testing.assert_frame_equal(there.activities, here.activities)


def test_nobody_works_before_being_employed(bank) -> None:
    """A person who joins on Wednesday works Wednesday to Friday and owes three fifths."""
    centre = bank(20, 13.0)
    joined = dt.date(2003, 7, 9)
    agents = [replace(centre.agents[0], start_date=joined), *centre.agents[1:]]
    made = run(replace(centre, agents=agents, leave=()))
    mine = made.shifts[made.shifts["agent"] == "A0000"]
    assert made.summary.violations == 0
    assert len(mine) == 3
    assert 22.5 <= mine["paid_s"].sum() / H <= 24


def test_leave_of_a_whole_week_asks_nothing(bank) -> None:
    """Who is away all week has no shift and breaks no rule."""
    centre = bank(20, 13.0)
    away = tuple(Leave("A0001", dt.date(2003, 7, 7) + dt.timedelta(days=n)) for n in range(5))
    made = run(replace(centre, leave=away))
    assert made.summary.violations == 0
    assert "A0001" not in set(made.shifts["agent"])
