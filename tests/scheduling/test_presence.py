"""Floors, seats, rest rooms and hours of a place: planned, kept on random centres, and checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wfm.domain import Agent, Anchor, BreakRule, Contract, SchedulingRules, ShiftTemplate
from wfm.errors import InputError
from wfm.intervals import OpeningHours
from wfm.presence import PresenceRule
from wfm.scheduling import Schedule, check_roster, schedule
from wfm.scheduling.check_presence import PRESENCE_RULES
from wfm.scheduling.facts import RosterFacts, Worked, roster_facts
from wfm.scheduling.presence import hours_on
from wfm.scheduling.skills import pools_of

H = 3600
MONDAY = dt.date(2024, 5, 6)
DAYTIME = OpeningHours((((8 * H, 18 * H),),) * 7)
LUNCH = BreakRule("lunch", 1800, False, Anchor.START, (2 * H, 5 * H))
SHIFT = ShiftTemplate("t", (8 * H, 10 * H), H, (8 * H, 8 * H), H, (LUNCH,))
CONTRACT = Contract("c", ("t",), (0, 9 * H), (0, 40 * H), (0, 5))


def need(days: int = 5, agents: float = 3.0, queue: str = "q") -> pd.DataFrame:
    """So many agents from eight to six on every day."""
    first = pd.Timestamp(MONDAY, tz="UTC")
    rows = [
        (queue, first + pd.Timedelta(days=day, hours=hour), 3600, agents)
        for day in range(days)
        for hour in range(8, 18)
    ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    return pd.DataFrame(rows, columns=names)


def people(count: int = 8) -> list[Agent]:
    """Every other one in the north, the first two leaders."""
    return [
        Agent(f"P{n}", f"P{n}", "c", ("q",), "lead" if n < 2 else "", "NS"[n % 2])
        for n in range(count)
    ]


def run(*rules: PresenceRule, agents: list[Agent] | None = None, **given: object) -> Schedule:
    """A week of the small centre under some rules."""
    asked = given.pop("requirement", need())
    limits = SchedulingRules(presence=rules, time_limit_s=30, **given)
    who = agents or people()
    return schedule(asked, who, {"c": CONTRACT}, {"t": SHIFT}, limits, timezone="UTC")


def heads(made: Schedule, agents: set[str], *, at_work: bool) -> pd.Series:
    """How many of some people are at work, or on break, on steps of five minutes."""
    asked = made.coverage["interval_start"]
    last = asked.max() + pd.Timedelta(minutes=55)
    steps = pd.date_range(asked.min(), last, freq="5min")
    rows = made.activities[made.activities["agent"].isin(agents)]
    rows = rows[(rows["activity"] == "work") == at_work]
    starts, ends = rows["start"].to_numpy(), rows["end"].to_numpy()
    moments = steps.tz_convert("UTC").tz_localize(None).to_numpy()[:, None]
    starts, ends = (pd.DatetimeIndex(x).tz_localize(None).to_numpy() for x in (starts, ends))
    return pd.Series(((starts <= moments) & (moments < ends)).sum(axis=1), index=steps)


def test_a_leader_is_there_whenever_the_floor_asks() -> None:
    """Counted from what people do: one of two leaders from eight to six, breaks in turn."""
    rule = PresenceRule("leaders", team="lead", min_at_work=1, at=DAYTIME)
    free = run(agents=people(7), requirement=need(agents=4.0))
    made = run(rule, agents=people(7), requirement=need(agents=4.0))
    counted = [heads(roster, {"P0", "P1"}, at_work=True) for roster in (free, made)]
    least = [
        series.between_time("08:00", "17:55").groupby(lambda t: t.date()).min().min()
        for series in counted
    ]
    assert least == [0, 1]
    assert made.violations.empty
    assert made.summary.bound <= made.summary.objective + 1e-6


def test_seats_of_a_site_cap_that_site_alone() -> None:
    """Two seats in the north: never three at work there, and the south makes up for it."""
    made = run(PresenceRule("north", site="N", max_at_work=2), requirement=need(agents=4.0))
    north, south = ({f"P{n}" for n in range(8) if n % 2 == odd} for odd in (0, 1))
    assert heads(made, north, at_work=True).max() == 2
    assert heads(made, south, at_work=True).max() > 2
    assert made.violations.empty


def test_a_rest_room_spreads_the_breaks() -> None:
    """One at a time on break; without the rule at least two are."""
    flat = need(agents=8.0)
    noon = flat["interval_start"].dt.hour == 12
    flat.loc[noon, "agents_required"] = 4.0
    free = run(requirement=flat)
    made = run(PresenceRule("rest room", max_on_break=1), requirement=flat)
    most = [heads(x, set(x.shifts["agent"]), at_work=False).max() for x in (free, made)]
    assert most[0] > 1
    assert most[1] == 1
    assert made.violations.empty


def test_a_cap_over_two_queues_is_planned_as_one() -> None:
    """Two queues that share nobody and ten desks: the desks are never full twice."""
    agents = [replace(a, skills=("qr"[n % 2],)) for n, a in enumerate(people(12))]
    asked = pd.concat([need(agents=3.0), need(agents=3.0, queue="r")], ignore_index=True)
    made = run(PresenceRule("desks", max_at_work=4), agents=agents, requirement=asked)
    assert heads(made, {a.agent for a in agents}, at_work=True).max() == 4
    assert made.violations.empty


def test_what_cannot_be_kept_is_told_by_name_and_amount() -> None:
    """Three leaders are asked for and four are there a week of five days: the shortage is told."""
    agents = [replace(a, team="lead" if n < 3 else "") for n, a in enumerate(people())]
    rule = PresenceRule("leaders", team="lead", min_at_work=3, at=DAYTIME)
    made = run(rule, agents=agents)
    broken = made.violations
    assert set(broken["rule"]) == {"too_few_at_work"}
    assert broken["message"].str.startswith("leaders: ").all()
    counted = heads(made, {a.agent for a in agents[:3]}, at_work=True)
    short = (3 - counted.between_time("08:00", "17:55")).clip(lower=0)
    assert broken["amount"].sum() == pytest.approx(short.sum() / 12)
    assert np.isnan(made.summary.bound)


def test_a_floor_before_the_doors_open_is_worked() -> None:
    """Nobody is needed before ten, but someone lets the others in."""
    late = need()[lambda rows: rows["interval_start"].dt.hour >= 10]
    early = OpeningHours((((8 * H, 10 * H),),) * 7)
    made = run(PresenceRule("door", min_at_work=1, at=early), requirement=late)
    starts = made.shifts.groupby(made.shifts["start"].dt.date)["start"].min()
    assert (starts.dt.hour == 8).all()
    assert len(starts) == 5
    assert made.violations.empty


def test_people_work_in_the_hours_of_their_site() -> None:
    """The north closes at five: shifts from ten on are worked in the south."""
    site = OpeningHours((((8 * H, 17 * H),),) * 5 + ((),) * 2)
    made = run(PresenceRule("north", site="N", open=site))
    north = made.shifts[made.shifts["agent"].isin({f"P{n}" for n in range(0, 8, 2)})]
    assert len(north)
    assert (north["end"].dt.hour <= 17).all()
    assert made.violations.empty


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1_000_000))
def test_random_rules_of_presence_are_kept_or_told(seed: int) -> None:
    """Whatever the rules: heads counted by hand on the roster agree with what the check tells."""
    rng = np.random.default_rng(seed)
    agents = people(int(rng.integers(4, 10)))
    part = ({}, {"site": "N"}, {"team": "lead"}, {"site": "S", "queue": "q"})[rng.integers(4)]
    cap, rest = int(rng.integers(1, 6)), int(rng.integers(1, 3))
    rule = PresenceRule("some", **part, min_at_work=int(rng.integers(0, 2)), max_at_work=cap,
                        max_on_break=rest, at=DAYTIME)  # fmt: skip
    if not any(rule.counts(site=a.site, team=a.team, contract="c", skills=("q",)) for a in agents):
        return
    made = run(rule, agents=agents, requirement=need(3, float(rng.integers(1, 8))))
    mine = {
        a.agent
        for a in agents
        if rule.counts(site=a.site, team=a.team, contract="c", skills=("q",))
    }
    work = heads(made, mine, at_work=True).between_time("08:00", "17:55")
    away = heads(made, mine, at_work=False).between_time("08:00", "17:55")
    told = made.violations.groupby("rule")["amount"].sum()
    for name, off in (
        ("too_few_at_work", rule.min_at_work - work),
        ("too_many_at_work", work - cap),
        ("too_many_on_break", away - rest),
    ):
        assert told.get(name, 0.0) == pytest.approx(off.clip(lower=0).sum() / 12), name
    assert told.get("too_many_at_work", 0.0) == 0.0
    assert told.get("too_many_on_break", 0.0) == 0.0


RULES = (
    PresenceRule("leaders", team="lead", min_at_work=1, at=DAYTIME),
    PresenceRule("seats", site="S", max_at_work=3),
    PresenceRule("rest room", max_on_break=1),
    PresenceRule("north", site="N", open=DAYTIME),
)


@pytest.fixture(scope="module")
def facts() -> RosterFacts:
    """A legal week under four rules."""
    made = run(*RULES)
    assert made.violations.empty
    given = (people(), {"c": CONTRACT}, {"t": SHIFT}, ())
    dates = [MONDAY + dt.timedelta(days=n) for n in range(5)]
    return roster_facts(made.shifts, made.activities, *given, [(dates, ())], "UTC", presence=RULES)


def leaderless(facts: RosterFacts) -> RosterFacts:
    """The roster without the shifts of the leaders."""
    return replace(facts, worked={k: v for k, v in facts.worked.items() if k not in ("P0", "P1")})


def some(facts: RosterFacts, *names: str) -> Worked:
    """The first shift of whoever of these works."""
    return next(facts.worked[name][0] for name in names if facts.worked.get(name))


def together(facts: RosterFacts) -> RosterFacts:
    """Everybody of the south has the hours of whoever works first."""
    first = some(facts, "P1", "P3", "P5", "P7")
    same = {name: [replace(first, agent=name)] for name in ("P1", "P3", "P5", "P7")}
    return replace(facts, worked={**facts.worked, **same})


def late(facts: RosterFacts) -> RosterFacts:
    """A shift of the north moved to the evening."""
    by, first = pd.Timedelta(hours=4), some(facts, "P0", "P2", "P4", "P6")
    parts = tuple((s + by, e + by, name, paid) for s, e, name, paid in first.activities)
    clock_s = first.clock_s + 4 * H
    moved: Worked = replace(
        first, start=first.start + by, end=first.end + by, clock_s=clock_s, activities=parts
    )
    return replace(facts, worked={**facts.worked, first.agent: [moved]})


MUTATIONS: dict[str, Callable[[RosterFacts], RosterFacts]] = {
    "too_few_at_work": leaderless,
    "too_many_at_work": together,
    "too_many_on_break": together,
    "outside_hours": late,
}


def test_no_rule_lacks_a_mutation() -> None:
    """A new rule must come with a roster that breaks it."""
    assert set(MUTATIONS) == {rule.__name__ for rule in PRESENCE_RULES}


@pytest.mark.parametrize("rule", list(MUTATIONS))
def test_a_broken_rule_is_found_by_name(facts: RosterFacts, rule: str) -> None:
    """The legal roster is clean; its mutation is caught by the rule that was broken."""
    own = [check.__name__ for check in PRESENCE_RULES]
    assert not check_roster(facts)["rule"].isin(own).any()
    found = check_roster(MUTATIONS[rule](facts))
    row = found[found["rule"] == rule].iloc[0]
    assert row["amount"] > 0
    assert row["hard"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (PresenceRule("x", site="West", max_at_work=3), "no agent has this site"),
        (PresenceRule("x", site="S", team="lead", queue="z", min_at_work=1), "this queue"),
        (PresenceRule("x", site="N", min_at_work=9), "more people than it counts"),
        (
            PresenceRule("x", open=OpeningHours((((0, 6 * H),),) * 7)),
            "no shift of contract 'c' lies in its hours",
        ),
    ],
)
def test_a_rule_that_nobody_can_keep_is_refused(rule: PresenceRule, told: str) -> None:
    """Each says what is wrong and what there is."""
    with pytest.raises(InputError, match=told):
        run(rule)


def test_a_rule_says_something_that_can_be() -> None:
    """A rule without a number, with a cap below its floor, or below nought is refused."""
    for words in ({}, {"min_at_work": 2, "max_at_work": 1}, {"max_on_break": -1}):
        with pytest.raises(ValueError, match="presence 'x'"):
            PresenceRule("x", **words)


def test_hours_past_midnight_run_on() -> None:
    """22:00-24:00 and 00:00-06:00 are one night."""
    night = OpeningHours((((0, 6 * H), (22 * H, 24 * H)),) * 7)
    assert hours_on(night, MONDAY) == ((0, 6 * H), (22 * H, 30 * H))


def test_rules_cut_groups_and_join_queues() -> None:
    """People told apart by a rule are groups of their own; joined queues are one pool."""
    pools = pools_of("ab", ["a", "a", "b"], places=[(), (0,), ()], joined=[{"a", "b"}])
    assert [pool.keys for pool in pools] == [((("a",), ()), (("a",), (0,)), (("b",), ()))]
