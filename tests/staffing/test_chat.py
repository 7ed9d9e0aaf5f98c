"""Chat queues: concurrency by handle times per level, every part of the target."""

from __future__ import annotations

import pandas as pd
import pytest

from wfm.domain import Channel, Queue, ServiceTarget, Shrinkage
from wfm.intervals import OpeningHours
from wfm.queueing import performance
from wfm.queueing.chat import chat_service
from wfm.staffing import expected_service, explain, staff, under_price


def chats(levels: tuple[float, ...] = (300.0, 360.0, 450.0), **target: object) -> Queue:
    """Chat queue of 80 % in 60 s unless changed."""
    promise = ServiceTarget(**{"service_level": 0.80, "threshold_s": 60.0, **target})
    return Queue(
        "chat",
        OpeningHours.always(),
        Channel.CHAT,
        patience_s=120.0,
        target=promise,
        aht_by_level_s=levels,
    )


def requirement(queue: Queue, contacts: list[float]) -> pd.DataFrame:
    """Requirement of half hours."""
    times = pd.date_range("2026-03-02T09:00Z", periods=len(contacts), freq="30min")
    rows = {"queue": "chat", "interval_start": times, "interval_s": 1800, "mean": contacts}
    return staff(pd.DataFrame(rows), {"chat": queue}, Shrinkage(), timezone="UTC")


def test_agents_are_the_fewest_that_keep_the_promise() -> None:
    """One fewer misses 80 % in 60 s."""
    rows = requirement(chats(), [1000.0, 40.0, 0.0])
    for row in rows.iloc[:2].itertuples():
        per_hour = row.offered * 2

        def kept(agents: float, rate: float = per_hour) -> float:
            levels = [300, 360, 450]
            return chat_service(
                rate, levels, int(agents), patience_s=120, threshold_s=60
            ).sl_offered

        assert kept(row.agents_net) >= 0.8
        assert row.agents_net == 1 or kept(row.agents_net - 1) < 0.8
        assert row.service_level == pytest.approx(kept(row.agents_net))
    assert rows["agents_net"].iloc[2] == 0


def test_one_chat_at_a_time_is_voice() -> None:
    """With a single level the agents and the service are those of Erlang A."""
    queue = chats((240.0,), threshold_s=20.0)
    rows = requirement(queue, [100.0])
    served = performance(
        "erlang_a", [200.0], [240.0], rows["agents_net"], patience_s=120.0, threshold_s=20.0
    )
    assert rows["service_level"].iloc[0] == pytest.approx(served.sl_offered[0], abs=1e-9)


def test_three_at_a_time_save_agents_but_not_two_thirds() -> None:
    """Concurrency helps less than volume divided by three would have it."""
    alone = requirement(chats((300.0,)), [500.0])["agents_net"].iloc[0]
    three = requirement(chats(), [500.0])["agents_net"].iloc[0]
    assert alone / 3 < three < alone


def test_other_parts_of_the_target_can_bind() -> None:
    """Abandonment and least agents ask for more, and are named."""
    strict = requirement(chats(max_abandonment=0.005), [500.0]).iloc[0]
    loose = requirement(chats(), [500.0]).iloc[0]
    assert strict["agents_net"] > loose["agents_net"]
    assert (strict["binding"], loose["binding"]) == ("abandonment", "service_level")
    least = requirement(chats(min_agents=4), [1.0]).iloc[0]
    assert (least["agents_net"], least["binding"]) == (4, "min_agents")


def test_half_an_agent_lies_between_two_whole_ones() -> None:
    """Service of 10.5 agents is the mean of that of 10 and 11."""
    rows = requirement(chats(), [150.0])
    low, half, high = (expected_service(rows, [n], chats())[0] for n in (10, 10.5, 11))
    assert half == pytest.approx((low + high) / 2)
    assert under_price(rows, chats(), under=10, over=1)[0] == pytest.approx(10)


def test_an_interval_is_explained_with_its_levels() -> None:
    """The handle times by level and one agent fewer and more are shown."""
    told = explain(requirement(chats(), [500.0]).iloc[0], chats(), Shrinkage())
    assert "300 s, 360 s, 450 s" in told.sentence
    assert told.neighbours["service_level"].is_monotonic_increasing
