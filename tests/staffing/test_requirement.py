"""Forecast to agents: published cases, every part of the target, closed hours, shrinkage."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wfm.domain import MovingLoad, Queue, ServiceTarget, Shrinkage, StaffingModel
from wfm.intervals import OpeningHours
from wfm.queueing import performance
from wfm.queueing.time_varying import day_service
from wfm.staffing import expected_service, explain, staff, total_service, under_price, under_steps

ZONE = "America/New_York"
OFFICE = OpeningHours((((9 * 3600, 17 * 3600),),) * 5 + ((), ()), holidays=())


def queue_of(target: ServiceTarget, **changes: object) -> Queue:
    """Queue with a target, Erlang C and 180 s unless changed."""
    given = {"opening": OpeningHours.always(), "model": StaffingModel.ERLANG_C, "aht_s": 180.0}
    return Queue("q", target=target, **{**given, **changes})


def forecast_of(
    contacts: list[float], start: str = "2026-03-02T15:00Z", **more: object
) -> pd.DataFrame:
    """Half-hour forecast rows from a UTC start on."""
    times = pd.date_range(start, periods=len(contacts), freq="30min")
    rows = {"queue": "q", "interval_start": times, "interval_s": 1800, "mean": contacts}
    return pd.DataFrame({**rows, **more})


def requirement_of(
    queue: Queue, contacts: list[float], shrinkage: Shrinkage | None = None
) -> pd.DataFrame:
    """Requirement of one queue."""
    return staff(forecast_of(contacts), {"q": queue}, shrinkage or Shrinkage(), timezone=ZONE)


def test_the_published_calculator_case() -> None:
    """400 calls in 30 min, AHT 257 s, 80/20, cap 85 %, 30 % shrinkage: 68 net, 97.14 gross."""
    queue = queue_of(ServiceTarget(0.80, 20, max_occupancy=0.85), aht_s=257.0)
    row = requirement_of(queue, [400], Shrinkage((("all", 0.30),))).iloc[0]
    assert row["load_erlang"] == pytest.approx(57.11, abs=0.005)
    assert row["agents_net"] == 68
    assert row["agents_required"] == pytest.approx(97.142857, abs=1e-6)
    assert row["binding"] == "occupancy"
    alone = requirement_of(queue_of(ServiceTarget(0.80, 20), aht_s=257.0), [400]).iloc[0]
    assert (alone["agents_net"], alone["binding"]) == (64, "service_level")


def test_the_published_small_case() -> None:
    """100 calls of 3 min in 30 min, 80/20: 14 agents, service level 0.88835, occupancy 0.714."""
    row = requirement_of(queue_of(ServiceTarget(0.80, 20, max_occupancy=0.85)), [100]).iloc[0]
    assert row["agents_net"] == 14
    assert row["service_level"] == pytest.approx(0.88835, abs=5e-6)
    assert row["occupancy"] == pytest.approx(10 / 14)


@pytest.mark.parametrize(
    ("target", "binding"),
    [
        (ServiceTarget(0.9, 10), "service_level"),
        (ServiceTarget(None, max_asa_s=2.0), "asa"),
        (ServiceTarget(None, max_abandonment=0.01), "abandonment"),
        (ServiceTarget(None, max_occupancy=0.5), "occupancy"),
        (ServiceTarget(0.5, 20, min_agents=40), "min_agents"),
    ],
)
def test_each_part_of_the_target_is_kept_and_named(target: ServiceTarget, binding: str) -> None:
    """The part that asks for the most is named, holds at n and fails at n - 1."""
    queue = queue_of(target, model=StaffingModel.ERLANG_A)
    row = requirement_of(queue, [100]).iloc[0]
    assert row["binding"] == binding

    def keeps(agents: float) -> bool:
        served = performance(
            "erlang_a", 200, 180, agents, patience_s=120, threshold_s=target.threshold_s
        )
        return bool(
            (target.service_level is None or served.sl_offered >= target.service_level)
            and (target.max_asa_s is None or served.asa_answered_s <= target.max_asa_s)
            and (target.max_abandonment is None or served.p_abandon <= target.max_abandonment)
            and (target.max_occupancy is None or served.occupancy <= target.max_occupancy)
            and agents >= target.min_agents
        )

    assert keeps(row["agents_net"])
    assert not keeps(row["agents_net"] - 1)


def test_closed_intervals_and_holidays_need_nobody() -> None:
    """Only intervals that touch opening hours come out, none on a closed holiday."""
    queue = queue_of(ServiceTarget(min_agents=2), opening=OFFICE)
    day = forecast_of([5.0] * 48, "2026-03-02T05:00Z")  # midnight to midnight in New York
    out = staff(day, {"q": queue}, Shrinkage(), timezone=ZONE)
    hours = out["interval_start"].dt.tz_convert(ZONE).dt.hour
    assert (len(out), hours.min(), hours.max()) == (16, 9, 16)
    holiday = staff(day, {"q": queue}, Shrinkage(), timezone=ZONE, holidays={dt.date(2026, 3, 2)})
    assert holiday.empty


def test_no_contacts_need_the_minimum_only() -> None:
    """An open interval without contacts asks for the minimum staff, or for nobody."""
    assert requirement_of(queue_of(ServiceTarget(min_agents=2)), [0.0])["agents_net"].iloc[0] == 2
    empty = requirement_of(queue_of(ServiceTarget()), [0.0]).iloc[0]
    assert (empty["agents_net"], empty["service_level"]) == (0, 1.0)


def test_the_forecast_aht_goes_before_the_configured() -> None:
    """Known handle times are used, missing ones filled from the queue."""
    frame = forecast_of([50, 50], aht_s=[300.0, np.nan])
    out = staff(frame, {"q": queue_of(ServiceTarget())}, Shrinkage(), timezone=ZONE)
    assert list(out["aht_s"]) == [300.0, 180.0]


def test_a_stranger_queue_is_refused() -> None:
    """A forecast of a queue that nobody configured names it."""
    with pytest.raises(ValueError, match="'q' that nobody configured"):
        staff(forecast_of([1.0]), {}, Shrinkage(), timezone=ZONE)


def test_service_of_the_required_agents_is_the_requirements_own() -> None:
    """expected_service at n gives the column, and never less with more agents."""
    queue = queue_of(ServiceTarget(), model=StaffingModel.ERLANG_A)
    out = requirement_of(queue, [10, 60, 200])
    at_n = expected_service(out, out["agents_net"], queue)
    assert at_n == pytest.approx(out["service_level"])
    assert (expected_service(out, out["agents_net"] + 0.5, queue) >= at_n).all()
    by_hand = (at_n * [10, 60, 200]).sum() / 270
    assert total_service(out["offered"], at_n) == pytest.approx(by_hand)


def test_one_short_of_ten_costs_more_than_one_short_of_many() -> None:
    """The price of a missing agent falls with the size of the group and averages to its weight."""
    queue = queue_of(ServiceTarget(0.8, 20, max_occupancy=0.88), model=StaffingModel.ERLANG_A)
    out = requirement_of(queue, [60, 400, 1900])
    price = under_price(out, queue, under=4.0, over=1.0)
    assert price[0] > price[1] > price[2] >= 1.0
    raw = under_price(out, queue, under=4.0, over=0.0)
    assert raw.mean() == pytest.approx(4.0)


def test_each_further_agent_short_costs_no_less() -> None:
    """Steps of a twentieth of the requirement; each price is what the next agent buys there."""
    queue = queue_of(ServiceTarget(0.80, 20), model=StaffingModel.ERLANG_A, patience_s=120.0)
    out = requirement_of(queue, [40.0, 400, 1600], Shrinkage((("all", 0.20),)))
    steps = under_steps(out, queue, under=4.0, over=1.0)
    assert steps["under_price"].to_list() == list(under_price(out, queue, under=4.0, over=1.0))
    assert steps["under_depth"].to_list() == [1.0, 3.0, 9.0]
    prices = steps[["under_price", "under_price_2", "under_price_3", "under_price_4"]].to_numpy()
    assert (np.diff(prices, axis=1) >= 0).all()
    row, net = out.iloc[[1]], out["agents_net"].iloc[1] - 3.0 * 0.8
    lost = [expected_service(row, [net - short], queue)[0] for short in (0, 1)]
    first = [expected_service(row, [net + 2.4 - short], queue)[0] for short in (0, 1)]
    by_formula = prices[1, 0] * (lost[0] - lost[1]) / (first[0] - first[1])
    assert prices[1, 1] == pytest.approx(by_formula, rel=0.05)


def test_an_explanation_shows_one_fewer_and_one_more() -> None:
    """n - 1 misses the target, n keeps it, and the sentence walks through the formula."""
    queue = queue_of(ServiceTarget(0.80, 20))
    row = requirement_of(queue, [100], Shrinkage((("all", 0.30),))).iloc[0]
    told = explain(row, queue, Shrinkage((("all", 0.30),)))
    assert list(told.neighbours["agents"]) == [13, 14, 15]
    level = list(told.neighbours["service_level"])
    assert level[0] < 0.80 <= level[1] < level[2]
    assert "10.00 erlang" in told.sentence
    assert "= 20.00 to schedule" in told.sentence


def test_long_handle_times_are_staffed_for_the_load_in_progress() -> None:
    """Half hour calls by MOL: fewer agents in all, and the worst interval is far better."""
    contacts = [5.0, 10, 20, 30, 40, 40, 30, 20, 10, 5]
    worst, total = {}, {}
    for load in (MovingLoad.INTERVAL, MovingLoad.LAG, MovingLoad.MOL, MovingLoad.MOL_PEAK):
        queue = queue_of(ServiceTarget(), model=StaffingModel.ERLANG_A, aht_s=1800.0, load=load)
        net = requirement_of(queue, contacts)["agents_net"]
        rates = [2 * count for count in contacts]
        worst[load] = day_service(rates, 1800, net, patience_s=120).sl_offered.min()
        total[load] = net.sum()
    assert worst[MovingLoad.MOL] > worst[MovingLoad.INTERVAL] + 0.1
    assert total[MovingLoad.MOL] < total[MovingLoad.INTERVAL]
    assert worst[MovingLoad.MOL_PEAK] >= worst[MovingLoad.MOL]


def test_every_morning_begins_empty() -> None:
    """The load of a day does not reach over the night into the next."""
    queue = queue_of(ServiceTarget(), aht_s=1800.0, load=MovingLoad.MOL, opening=OFFICE)
    two_days = forecast_of([40.0] * 96, "2026-03-02T05:00Z")
    out = staff(two_days, {"q": queue}, Shrinkage(), timezone=ZONE)
    first, second = out["agents_net"][:16], out["agents_net"][16:]
    assert list(first) == list(second)
    assert first.iloc[0] < first.iloc[4]
