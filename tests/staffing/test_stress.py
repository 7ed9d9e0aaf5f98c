"""A bad day: half the staff, double the contacts, and how long the backlog lasts."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from wfm.domain import Channel, Queue, ServiceTarget, Shrinkage
from wfm.intervals import OpeningHours
from wfm.queueing import performance
from wfm.staffing import staff, stressed
from wfm.staffing.deferred import deferred_service

VOICE = Queue("q", OpeningHours.always(), aht_s=240.0, patience_s=120.0)
MAIL = Queue(
    "q",
    OpeningHours.always(),
    Channel.DEFERRED,
    aht_s=360.0,
    target=ServiceTarget(0.95, 86_400),
)


def planned(queue: Queue, contacts: list[float]) -> pd.DataFrame:
    """Requirement of half hours from midnight on."""
    times = pd.date_range("2026-03-02", periods=len(contacts), freq="30min", tz="UTC")
    rows = {"queue": "q", "interval_start": times, "interval_s": 1800, "mean": contacts}
    return staff(pd.DataFrame(rows), {"q": queue}, Shrinkage(), timezone="UTC")


def test_an_ordinary_day_is_the_plan() -> None:
    """Nothing missing, nothing more: the service of the requirement."""
    rows = planned(VOICE, [100.0, 50.0])
    usual = stressed(rows, VOICE)
    weights = rows["offered"] / rows["offered"].sum()
    assert usual.service_level == pytest.approx((weights * rows["service_level"]).sum())
    assert usual.p_abandon == pytest.approx((weights * rows["p_abandon"]).sum())
    assert usual.backlog == 0


def test_half_the_staff_and_double_volume_by_the_formula() -> None:
    """The one interval's figures are Erlang A's at those agents and that rate."""
    rows = planned(VOICE, [100.0])
    agents = rows["agents_net"].iloc[0]
    half = stressed(rows, VOICE, staff=0.5, volume=2.0)
    served = performance(
        "erlang_a", [400.0], [240.0], [agents / 2], patience_s=120.0, threshold_s=20.0
    )
    assert half.service_level == pytest.approx(served.sl_offered[0])
    assert half.p_abandon == pytest.approx(served.p_abandon[0])
    assert half.offered == 200
    assert half.worst_service == half.service_level < 0.5


def test_a_backlog_is_cleared_by_overtime() -> None:
    """Half the staff leave half the work; a tenth of the hours a day clears it in as many days."""
    rows = planned(MAIL, [10.0] * 48 * 5)
    half = stressed(rows, MAIL, staff=0.5, overtime=0.1)
    usual_left = deferred_service(rows, rows["agents_net"], MAIL).backlog[-1]
    done = rows["agents_net"].sum() * 1800 / 360
    assert half.backlog == pytest.approx(rows["offered"].sum() - done / 2 - usual_left, rel=0.01)
    assert half.days_to_clear == pytest.approx(5 * 0.5 / 0.1, rel=0.02)
    assert half.service_level < 0.7
    assert stressed(rows, MAIL, staff=0.5, overtime=0).days_to_clear == math.inf


def test_chats_hang_up_when_nobody_comes() -> None:
    """With the site lost every chat is missed."""
    queue = Queue("q", OpeningHours.always(), Channel.CHAT, aht_by_level_s=(300.0, 400.0))
    rows = planned(queue, [60.0])
    lost = stressed(rows, queue, staff=0.0)
    assert (lost.service_level, lost.p_abandon) == (0.0, 1.0)
    less = stressed(rows, queue, staff=0.8)
    assert 0 < less.p_abandon < 1


@pytest.mark.parametrize("share", [{"staff": -0.1}, {"volume": math.nan}, {"overtime": -1}])
def test_impossible_shares_are_refused(share: dict[str, float]) -> None:
    """A negative or unknown share is named."""
    with pytest.raises(ValueError, match=next(iter(share))):
        stressed(planned(VOICE, [10.0]), VOICE, **share)
