"""Service promised over a day or a week: kept at least cost, and told when it is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wfm.config import parse
from wfm.domain import (
    Agent,
    Anchor,
    BreakRule,
    Contract,
    Queue,
    SchedulingRules,
    ServicePeriod,
    ServiceTarget,
    ShiftTemplate,
    Shrinkage,
)
from wfm.errors import InputError
from wfm.intervals import OpeningHours, day_intervals, days
from wfm.scheduling import Schedule, rule_costs, schedule
from wfm.scheduling.line import build_line, demand_on
from wfm.scheduling.priced import by_contact
from wfm.scheduling.promise import promise_of
from wfm.staffing import expected_service, service_pieces, staff, total_service, under_steps

H = 3600
MONDAY = dt.date(2024, 5, 6)
HOURS = OpeningHours((((8 * H, 20 * H),),) * 7)
MEAL = BreakRule("meal", 1800, False, Anchor.START, (2 * H, 4 * H))
SHIFT = ShiftTemplate("t", (8 * H, 14 * H), 1800, (5 * H, 9 * H), 1800, (MEAL,))
CONTRACT = Contract("c", ("t",), (4 * H, 9 * H), (0, 40 * H), (0, 5))
PRESENT = 0.9


def forecast(queue: str, late: float, scale: float) -> pd.DataFrame:
    """Three days of half hours with a morning and a late peak."""
    rows = []
    for day in days(MONDAY, 3):
        for start in day_intervals(day, "UTC", 1800):
            hour = start.hour + start.minute / 60
            if 8 <= hour < 20:
                peaks = 50 * np.exp(-(((hour - 11) / 2.5) ** 2)) * (1 - late)
                peaks += 50 * np.exp(-(((hour - 16) / 2) ** 2)) * late
                rows.append((queue, start, 1800, scale * (20 + peaks), 240.0))
    return pd.DataFrame(rows, columns=["queue", "interval_start", "interval_s", "mean", "aht_s"])


def queue_of(name: str, period: ServicePeriod) -> Queue:
    """80 % in 20 s over a period."""
    return Queue(name, HOURS, aht_s=240.0, target=ServiceTarget(period=period))


def priced_need(
    period: ServicePeriod, queues: dict[str, float], scale: float = 1.0
) -> pd.DataFrame:
    """Requirement of queues, so late each, with what agents are worth."""
    parts, asked = [], {name: queue_of(name, period) for name in queues}
    for name, late in queues.items():
        need = staff(forecast(name, late, scale), asked, _shrinkage(), timezone="UTC")
        if period is ServicePeriod.INTERVAL:
            parts.append(need.join(under_steps(need, asked[name], under=4, over=1)))
            continue
        pieces = service_pieces(need, asked[name], present=PRESENT)
        day = (need["interval_start"].dt.normalize() - pd.Timestamp(MONDAY, tz="UTC")).dt.days
        pieces["service_period"] = day if period is ServicePeriod.DAY else 0
        parts.append(need.join(pieces.assign(service_target=0.8, under_depth=1.0)))
    return pd.concat(parts, ignore_index=True)


def made_for(
    period: ServicePeriod, queues: dict[str, float], agents: list[Agent], scale: float = 1.0, **more
) -> tuple[Schedule, pd.DataFrame]:
    """Roster and its coverage with the contacts and the service by the queueing model."""
    need, asked = priced_need(period, queues, scale), {n: queue_of(n, period) for n in queues}
    rules = SchedulingRules(rest_slack_s=0, time_limit_s=60, **more)
    made = schedule(need, agents, {"c": CONTRACT}, {"t": SHIFT}, rules, timezone="UTC")
    keys = ["queue", "interval_start"]
    known = need[[*keys, "offered", "aht_s"]].assign(
        interval_start=need["interval_start"].dt.as_unit("us")
    )
    rows = made.coverage.merge(known, on=keys).sort_values(keys, ignore_index=True)
    level = [
        expected_service(part, part["scheduled"] * PRESENT, asked[str(name)])
        for name, part in rows.groupby("queue")
    ]
    return made, rows.assign(service_level=np.concatenate(level))


def _shrinkage() -> Shrinkage:
    """A tenth of the time in coaching."""
    return Shrinkage((("coaching", 1 - PRESENT),), ())


def people(count: int, *skills: str) -> list[Agent]:
    """So many people with the same skills."""
    return [Agent(f"{skills}{n}", f"P{n}", "c", skills or ("q",)) for n in range(count)]


def by_day(rows: pd.DataFrame) -> list[float]:
    """Service level of each day."""
    return [
        total_service(part["offered"], part["service_level"])
        for _, part in rows.groupby([rows["queue"], rows["interval_start"].dt.date])
    ]


@pytest.fixture(scope="module")
def by_the_day() -> tuple[Schedule, pd.DataFrame]:
    """Roster of twenty people who keep the promise day by day, and its rows."""
    return made_for(ServicePeriod.DAY, {"q": 0.5}, people(20))


def test_the_day_keeps_its_service_with_fewer_paid_hours(by_the_day) -> None:
    """By the queueing model over what people work, each day; the week as a whole no dearer."""
    every, _ = made_for(ServicePeriod.INTERVAL, {"q": 0.5}, people(20))
    day, by_rows = by_the_day
    week, all_rows = made_for(ServicePeriod.WEEK, {"q": 0.5}, people(20))
    assert min(by_day(by_rows)) >= 0.80
    assert total_service(all_rows["offered"], all_rows["service_level"]) >= 0.80
    assert day.summary.paid_h < 0.96 * every.summary.paid_h
    assert week.summary.paid_h <= day.summary.paid_h * 1.005
    for made in (day, week):
        assert made.violations.empty
        assert made.summary.bound <= made.summary.objective + 1e-6
        assert made.summary.gap < 0.01


def test_coverage_still_tells_what_each_interval_required(by_the_day) -> None:
    """Over and under are measured against the requirement of the interval, as before."""
    made, rows = by_the_day
    need = staff(
        forecast("q", 0.5, 1.0), {"q": queue_of("q", ServicePeriod.DAY)}, _shrinkage(),
        timezone="UTC",
    )  # fmt: skip
    assert rows["required"].to_numpy() == pytest.approx(need["agents_required"].to_numpy())
    assert made.summary.under > 0


def test_two_queues_that_share_people_keep_a_promise_each() -> None:
    """Early and late queue, some people of both: every day of either is within a point of 80 %."""
    agents = [*people(7, "a"), *people(7, "b"), *people(8, "a", "b")]
    made, rows = made_for(ServicePeriod.DAY, {"a": 0.1, "b": 0.9}, agents, scale=0.8)
    assert len(by_day(rows)) == 6
    assert min(by_day(rows)) >= 0.79
    assert made.violations["hard"].sum() == 0


def test_too_few_people_do_what_they_can_and_are_told_short() -> None:
    """The contacts short are those of the queueing model, and service beats the interval way."""
    every, old = made_for(ServicePeriod.INTERVAL, {"q": 0.5}, people(9))
    day, rows = made_for(ServicePeriod.DAY, {"q": 0.5}, people(9))
    levels = [total_service(part["offered"], part["service_level"]) for part in (old, rows)]
    assert levels[0] + 0.005 < levels[1] < 0.8
    told = day.violations
    assert set(told["rule"]) == {"service_of_the_period"}
    assert not told["hard"].any()
    short = ((0.8 - rows["service_level"]) * rows["offered"]).groupby(
        rows["interval_start"].dt.date
    )
    assert told["amount"].to_numpy() == pytest.approx(short.sum().to_numpy(), rel=0.02, abs=1.0)
    assert told["message"].str.startswith("q: ").all()
    assert every.summary.violations == 0
    need = priced_need(ServicePeriod.DAY, {"q": 0.5})
    costs = rule_costs(day, need, SchedulingRules(), (), "UTC")
    assert costs["price"].sum() == pytest.approx(day.summary.objective, rel=0.01)


def test_the_other_solver_keeps_it_too() -> None:
    """CBC tells no prices of rows; the promise is kept all the same."""
    _, rows = made_for(ServicePeriod.DAY, {"q": 0.5}, people(20), solver="cbc")
    assert min(by_day(rows)) >= 0.80


def table(rng: np.random.Generator, cells: int) -> pd.DataFrame:
    """Hours with concave curves drawn at random."""
    first = pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(hours=8)
    out = pd.DataFrame(
        {
            "queue": "q",
            "interval_start": [first + pd.Timedelta(hours=k) for k in range(cells)],
            "interval_s": 3600,
            "agents_required": 2.0,
            "offered": rng.integers(10, 30, cells).astype(float),
        }
    )
    gains = np.sort(rng.uniform(0.2, 6.0, (cells, 4)), axis=1)[:, ::-1]
    for k in range(4):
        out[f"service_agents_{k + 1}"] = 1.0
        out[f"service_gain_{k + 1}"] = gains[:, k]
    return out.assign(service_less=0.0, service_period=0, service_target=0.5, under_depth=1.0)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_the_fewest_agents_are_those_that_trying_all_finds(seed: int) -> None:
    """Shifts of an hour, curves drawn: agents and contacts short cost within an agent of the least
    (what a day's model need not prove), told when short."""
    rows = table(np.random.default_rng(seed), 4)
    gains = rows[[f"service_gain_{k}" for k in range(1, 5)]].to_numpy()
    served = np.hstack([np.zeros((4, 1)), gains.cumsum(axis=1)])
    owed = 0.5 * rows["offered"].sum()
    nowhere = np.zeros(4, dtype=np.int64)
    promise = promise_of(rows, nowhere, nowhere, 1.0)
    assert promise is not None

    def price(heads: tuple[int, ...], due: float = owed) -> float:
        return sum(heads) + promise.price * max(due - served[range(4), heads].sum(), 0.0)

    shift = ShiftTemplate("t", (8 * H, 11 * H), H, (H, H), H)
    contract = Contract("c", ("t",), (0, H), (0, 40 * H), (0, 7))
    rules = SchedulingRules(rest_slack_s=0, time_limit_s=20, gap=0.0)
    agents = [Agent(f"P{n}", f"P{n}", "c", ("q",)) for n in range(16)]
    made = schedule(rows, agents, {"c": contract}, {"t": shift}, rules, timezone="UTC")
    found = tuple(int(n) for n in made.coverage["scheduled"])
    every = list(product(range(1, 5), repeat=4))
    room = min(price(heads, 1.0003 * owed) for heads in every)
    assert min(map(price, every)) - 1e-6 <= price(found) <= room + 1.0
    assert made.violations.empty == (served[range(4), found].sum() >= owed - 0.05)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 3.0))
def test_a_priced_step_costs_what_agents_cost_less_what_contacts_are_worth(
    seed: int, worth: float
) -> None:
    """Whatever the curve and the price: the same up to a constant, at every number of agents."""
    rows = table(np.random.default_rng(seed), 3)
    line = build_line((MONDAY,), 1800, "UTC")
    demand = demand_on(line, rows, "q", 4.0, 1.0)
    assert demand.promise is not None
    priced = by_contact(demand, np.array([worth]))
    steps = np.arange(16, 22)
    agents = np.arange(0.0, 7.0, 0.25)[:, None] * np.ones(line.length)
    per_step = np.array(
        [demand.promise.answered(np.full(3, n))[(steps - 16) // 2] / 2 for n in agents[:, 0]]
    )
    asked = demand.cost(agents)[:, steps] - 0.95 * worth * per_step
    off = priced.cost(agents)[:, steps] - asked
    assert off == pytest.approx(np.broadcast_to(off[0], off.shape), abs=1e-9)
    assert (np.asarray(priced.rises) >= -1e-12).all()


TOML = """
[centre]
name = "Tiny"
timezone = "UTC"
interval = "30m"

[[queue]]
name = "q"
open = "always"
{channel}
target = {{ period = "{period}"{more} }}
"""


def test_a_period_is_read_and_refused_where_it_means_nothing() -> None:
    """Day and week; not a month, not for letters, not without a service level."""
    queue = parse(TOML.format(channel="", period="week", more="")).queues[0]
    assert queue.target.period is ServicePeriod.WEEK
    with pytest.raises(InputError, match="is not one of interval, day, week"):
        parse(TOML.format(channel="", period="month", more=""))
    with pytest.raises(InputError, match="deferred work has its threshold"):
        parse(TOML.format(channel='channel = "deferred"', period="day", more=""))
    with pytest.raises(ValueError, match="give the service_level"):
        replace(queue.target, service_level=None)
