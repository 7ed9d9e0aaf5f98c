"""Deferred work: levelled by the tight string, measured first come, first served."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from wfm.domain import Channel, Queue, ServiceTarget, Shrinkage
from wfm.intervals import OpeningHours
from wfm.staffing import expected_service, explain, staff, under_price
from wfm.staffing.deferred import deferred_service, level_work

OFFICE = OpeningHours((((9 * 3600, 17 * 3600),),) * 5 + ((), ()))


def mail(**changes: object) -> Queue:
    """E-mail within 24 h, around the clock, answered in office hours."""
    given_ = {
        "opening": OpeningHours.always(),
        "channel": Channel.DEFERRED,
        "aht_s": 360.0,
        "target": ServiceTarget(0.95, 86_400),
        "worked": OFFICE,
    }
    return Queue("mail", **{**given_, **changes})


def week(contacts: float = 10.0, start: str = "2026-03-02", days: int = 7) -> pd.DataFrame:
    """So many contacts in every hour, from a Monday on."""
    hours = pd.date_range(start, periods=24 * days, freq="h", tz="UTC")
    rows = {"queue": "mail", "interval_start": hours, "interval_s": 3600, "mean": contacts}
    return pd.DataFrame(rows)


def requirement(queue: Queue, forecast: pd.DataFrame) -> pd.DataFrame:
    """Requirement of the queue on London time, nobody away."""
    return staff(forecast, {"mail": queue}, Shrinkage(), timezone="Europe/London")


def bounds(
    arriving: list[float], worked: list[bool], promise: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Cumulative limits by plain counting; None where some contact cannot be in time."""
    at = [k for k, on in enumerate(worked) if on]
    arrived, due = [], []
    for k in at:
        arrived.append(sum(arriving[:k]))
        following = min((later for later in at if later > k), default=len(worked) + promise)
        due.append(sum(w for j, w in enumerate(arriving) if j + promise - 1 < following))
    last = len(worked)
    late = any(
        w and not any(worked[j + 1 : j + promise]) and j + promise <= last
        for j, w in enumerate(arriving)
    )
    return None if late else (np.array(due), np.array(arrived))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=6, max_size=24), st.integers(2, 8), st.data())
def test_the_peak_is_the_least_that_any_plan_has(
    work: list[int], promise: int, data: st.DataObject
) -> None:
    """A linear program that only asks for the least peak finds none below the tight string's."""
    some = st.lists(st.booleans(), min_size=len(work) - 1, max_size=len(work) - 1)
    worked = [*data.draw(some), True]
    limits = bounds([float(w) for w in work], worked, promise)
    if limits is None or not sum(work):
        return
    due, arrived = limits
    due[-1] = arrived[-1]
    n = len(due)
    step = np.tril(np.ones((n, n)))
    one = np.ones((n, 1))
    rows = np.vstack(
        [
            np.hstack([step, 0 * one]),
            np.hstack([-step, 0 * one]),
            np.hstack([np.eye(n), -one]),
        ]
    )
    best = linprog([0.0] * n + [1.0], A_ub=rows, b_ub=np.concatenate([arrived, -due, np.zeros(n)]))
    done = level_work(work, worked, promise=promise)
    total = np.cumsum(done[np.array(worked)])
    assert done.max() == pytest.approx(best.fun, abs=1e-7)
    assert (total <= arrived + 1e-9).all()
    assert (total >= due - 1e-9).all()
    assert not done[~np.array(worked)].any()


def test_a_steady_stream_is_worked_level_and_in_time() -> None:
    """On weekdays with even arrivals the middle of the week is one level; all but Saturday kept."""
    rows = requirement(mail(), week(days=21))
    local = rows["interval_start"]
    assert rows.loc[~local.dt.hour.between(9, 16), "agents_net"].eq(0).all()
    total_h = (rows["agents_net"] * rows["interval_s"]).sum() / 3600
    last_worked = local[rows["agents_net"] > 0].max()
    assert total_h == pytest.approx(rows["offered"][local < last_worked].sum() * 360 / 3600)
    thursday = rows[local.dt.date == dt.date(2026, 3, 12)]
    assert (thursday["service_level"] > 0.999).all()
    saturday = rows[local.dt.date == dt.date(2026, 3, 14)]
    assert (saturday["service_level"] < 0.01).all(), "nobody works on Sunday: late, and told"


def test_forty_eight_hours_need_no_more_than_twenty_four() -> None:
    """A longer promise never raises the peak."""
    forecast = week()
    forecast["mean"] = np.where(forecast["interval_start"].dt.day_of_week.eq(0), 30.0, 5.0)
    short = requirement(mail(), forecast)["agents_net"].max()
    long = requirement(mail(target=ServiceTarget(0.95, 2 * 86_400)), forecast)["agents_net"].max()
    assert long < short


def one_by_one(offered: list[int], agents: list[int], promise: int) -> tuple[list[float], float]:
    """First come, first served, one contact of one interval's work at a time."""
    waiting: list[int] = []
    kept = [0] * len(offered)
    for k, number in enumerate(agents):
        for _ in range(min(number, len(waiting))):
            came = waiting.pop(0)
            kept[came] += k + 1 <= came + promise
        waiting += [k] * offered[k]
    for came in waiting:
        kept[came] += came + promise > len(offered)
    shares = [got / sent if sent else 1.0 for got, sent in zip(kept, offered, strict=True)]
    return shares, len(waiting)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=15),
    st.integers(2, 6),
)
def test_service_is_that_of_contacts_taken_one_by_one(
    plan: list[tuple[int, int]], promise: int
) -> None:
    """Whole contacts of one interval's work each give the fluid's shares and its backlog."""
    offered, agents = [o for o, _ in plan], [n for _, n in plan]
    queue = mail(aht_s=3600.0, target=ServiceTarget(0.95, promise * 3600))
    rows = pd.DataFrame({"offered": offered, "interval_s": 3600, "aht_s": 3600.0})
    served = deferred_service(rows, agents, queue)
    shares, left = one_by_one(offered, agents, promise)
    assert served.within_promise == pytest.approx(shares, abs=1e-9)
    assert served.backlog[-1] == pytest.approx(left)


def test_mean_wait_by_hand() -> None:
    """Two hours of work that came in the first hour, one agent: half of it is done at 2 h."""
    rows = pd.DataFrame({"offered": [2, 0, 0], "interval_s": 3600, "aht_s": 3600.0})
    served = deferred_service(rows, [1, 1, 1], mail(aht_s=3600.0))
    assert served.mean_wait_s[0] == pytest.approx(2 * 3600)
    assert served.backlog == pytest.approx([2, 1, 0])


def test_a_backlog_is_worked_off_and_kept_level() -> None:
    """Worked around the clock, the plan ends with the backlog it began with, and the last hour."""
    queue = mail(backlog=80.0, worked=None)
    rows = requirement(queue, week())
    left = deferred_service(rows, rows["agents_net"], queue).backlog
    assert left[-1] == pytest.approx(80 + 10)
    assert expected_service(rows, rows["agents_net"], queue) == pytest.approx(rows["service_level"])


def test_the_price_of_a_missing_agent_is_the_same_all_day() -> None:
    """Work that waits anyway is no dearer at ten than at four."""
    rows = requirement(mail(), week())
    assert set(under_price(rows, mail(), under=12.0, over=1.0)) == {12.0}


def test_an_hour_is_explained_in_words() -> None:
    """What arrives, when it is due, how many work."""
    rows = requirement(mail(), week())
    told = explain(rows[rows["agents_net"] > 0].iloc[3], mail(), Shrinkage())
    assert "due in 24 h" in told.sentence
    assert len(told.neighbours) == 1


def test_least_agents_hold_in_worked_hours_only() -> None:
    """Two at least from nine to five, nobody at night."""
    rows = requirement(mail(target=ServiceTarget(0.95, 86_400, min_agents=2)), week(0.1))
    assert set(rows["agents_net"]) == {0.0, 2.0}


def test_bad_promises_are_refused() -> None:
    """A promise within the interval, and work that nobody ever does, are said in words."""
    with pytest.raises(ValueError, match="at least two intervals"):
        level_work([1.0, 1.0], [True, True], promise=1)
    with pytest.raises(ValueError, match="nobody ever works"):
        level_work([1.0, 1.0], [False, False], promise=4)
    with pytest.raises(ValueError, match="worked and backlog are for deferred"):
        Queue("q", OpeningHours.always(), backlog=3.0)
