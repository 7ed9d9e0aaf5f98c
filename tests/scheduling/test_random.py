"""Random small centres: whatever the rules, the roster keeps them or says which it could not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

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
from wfm.intervals import day_intervals, days
from wfm.scheduling import schedule
from wfm.work_rules import Arranged, Availability, DutyRules, OffPhone

H = 3600
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
STARTS = (dt.date(2024, 5, 6), dt.date(2024, 3, 29), dt.date(2024, 10, 26), dt.date(2024, 4, 5))


def random_centre(seed: int) -> dict:
    """Templates, contracts, people, leave, wishes and need drawn from one seed."""
    rng = np.random.default_rng(seed)
    timezone, first = ZONES[rng.integers(5)], STARTS[rng.integers(4)]
    count, interval_s = int(rng.integers(1, 10)), int(rng.choice([900, 1800, 3600]))
    templates = {}
    for name in ("one", "two")[: rng.integers(1, 3)]:
        early, shortest = int(rng.integers(0, 23)), int(rng.integers(4, 8))
        late = min(early + int(rng.integers(0, 6)), 23)
        longest = shortest + int(rng.integers(0, 4))
        rules = (
            BreakRule("tea", 900, True, Anchor.START, (H, 2 * H)),
            BreakRule("meal", 1800, False, Anchor.START, (3 * H // 2, 3 * H), 5 * H),
            BreakRule("rest", 900, True, Anchor.END, (H // 2, 2 * H), 6 * H),
        )[: rng.integers(0, 4)]
        templates[name] = ShiftTemplate(
            name, (early * H, late * H), H, (shortest * H, longest * H), H, rules
        )
    contracts = {}
    for name in ("red", "blue")[: rng.integers(1, 3)]:
        low, high = sorted(rng.integers(2, 7, 2).tolist())
        contracts[name] = Contract(
            name,
            tuple(templates),
            (3 * H, 12 * H),
            (low * 4 * H, high * 9 * H),
            (low, high),
            rest_s=int(rng.integers(8, 14)) * H,
            max_days_in_row=int(rng.integers(low, 7)),
            cost_per_hour=10.0,
        )
    queues = ("a", "b")[: rng.integers(1, 3)]
    agents = []
    for n in range(int(rng.integers(1, 8))):
        skills = tuple(rng.permutation(queues)[: rng.integers(1, len(queues) + 1)].tolist())
        joins = first + dt.timedelta(days=int(rng.integers(0, 4))) if rng.random() < 0.2 else None
        contract = list(contracts)[rng.integers(len(contracts))]
        agents.append(Agent(f"P{n}", f"P{n}", contract, skills, start_date=joins))
    some = lambda: (  # noqa: E731
        f"P{rng.integers(len(agents))}",
        first + dt.timedelta(days=int(rng.integers(0, count))),
    )
    leave = [Leave(*some()) for _ in range(rng.integers(0, 4))]
    wishes = [
        DayWish(*some(), kind, int(rng.integers(6, 20)) * H)
        for kind in rng.permutation(list(WishKind))[: rng.integers(0, 4)].tolist()
    ]
    opens, shuts = sorted(rng.integers(0, 25, 2).tolist())
    opens = min(opens, 23)
    rows = []
    for queue in queues:
        for day in days(first, count):
            for start in day_intervals(day, timezone, interval_s):
                hour = start.tz_convert(timezone).hour
                if opens <= hour < max(shuts, opens + 3):
                    rows.append((queue, start, interval_s, float(rng.integers(0, 4) + 0.3)))
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    return {
        "requirement": pd.DataFrame(rows, columns=names),
        "agents": agents,
        "contracts": contracts,
        "templates": templates,
        "rules": SchedulingRules(time_limit_s=30),
        "timezone": timezone,
        "leave": leave,
        "wishes": [DayWish(w.agent, w.day, WishKind(w.kind), w.clock_s) for w in wishes],
    }


def with_random_rules(centre: dict, seed: int) -> dict:
    """The same centre with rules of nights, weekends, starts and rests, hours of availability, work
    off the phone and something worked before."""
    rng = np.random.default_rng(seed + 1)
    some = lambda *choices: choices[rng.integers(len(choices))]  # noqa: E731
    first = centre["requirement"]["interval_start"].min().tz_convert(centre["timezone"]).date()
    contracts = {}
    for name, contract in centre["contracts"].items():
        duty = DutyRules(
            nights_per_week=some(None, 1, 3),
            nights_in_row=some(None, 1, 2),
            rest_after_nights_s=some(0, 0, 40 * H),
            night_average_s=some(None, 8 * H),
            weekend_off_every=some(0, 0, 1, 2, 3),
            whole_weekends=some(False, True),
            start_spread_s=some(None, None, H, 3 * H),
            paired_days_off=some(False, True),
            weekly_rest_s=some(0, 0, 35 * H),
            average_s=some(None, (0, 40 * H)),
            average_weeks=some(1, 2),
        )
        contracts[name] = replace(contract, duty=duty)
    names = [agent.agent for agent in centre["agents"]]
    spans = tuple(Availability(names[0], day, 6 * H, some(14, 20, 30) * H) for day in range(7))[
        : some(0, 0, 5, 7)
    ]
    session = OffPhone("talk", tuple(names[:3]), some(1, 2) * H, first, first, some(True, False))
    worked, midnight = [], pd.Timestamp(first, tz="UTC")
    for name in names[: some(0, 1, 3)]:
        for back in range(1, some(2, 4, 15)):
            start = midnight - pd.Timedelta(hours=24 * back - some(2, 8))
            worked.append((name, start, start + pd.Timedelta(hours=8), 8 * H))
    past = pd.DataFrame(worked, columns=["agent", "start", "end", "paid_s"])
    return centre | {
        "contracts": contracts,
        "arranged": Arranged(spans, (), (session,) if some(True, False) else ()),
        "past": past if len(past) else None,
    }


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000_000))
def test_random_rules_are_kept_or_told(seed: int) -> None:
    """Whatever the rules and the past: only days and hours of a week may be missed."""
    made = schedule(**with_random_rules(random_centre(seed), seed))
    hard = made.violations[made.violations["hard"].astype(bool)]
    assert set(hard["rule"]) <= {"days_of_week", "hours_of_week", "hours_on_average"}, hard[
        ["rule", "agent", "day", "message"]
    ].to_string()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1_000_000))
def test_a_random_centre_gets_a_legal_and_measured_roster(seed: int) -> None:
    """Only days and hours of a week may be missed, and only when they are told; the rest holds."""
    centre = random_centre(seed)
    made = schedule(**centre)
    assert set(made.violations["rule"]) <= {"days_of_week", "hours_of_week"}
    coverage, summary = made.coverage, made.summary
    gap = coverage["over"] - coverage["under"] - coverage["scheduled"] + coverage["required"]
    assert np.allclose(gap, 0)
    work = made.activities[made.activities["activity"] == "work"]
    local = centre["requirement"]["interval_start"].dt.tz_convert(centre["timezone"])
    midnight = (local.max() + pd.Timedelta(days=1)).normalize().tz_convert("UTC")
    spans = work["end"].clip(upper=midnight) - work["start"].clip(upper=midnight)
    seconds = float(spans.dt.total_seconds().sum())
    covered = float((coverage["scheduled"] * coverage["interval_s"].astype(float)).sum())
    assert abs(seconds - covered) < 1e-3
    assert not summary.bound > summary.objective + 1e-3
