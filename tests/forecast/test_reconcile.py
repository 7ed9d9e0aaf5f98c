"""Queues and their group: sums that agree, at the weights that least squares gives."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import QueueCalendar, forecast
from wfm.forecast.queue_tables import DayOutlook, QueueTables
from wfm.forecast.reconcile import GroupSum, group_history, reconciled

DATES = np.arange("2024-01-01", "2024-01-08", dtype="datetime64[D]")


def tables(mean: float, variance: float, touched: bool = False) -> QueueTables:
    """A queue of one slot a day."""
    start = pd.DatetimeIndex(DATES)
    frame = pd.DataFrame({"queue": "q", "start": start, "mean": float(mean), "q0.9": 1.5 * mean})
    week = frame[:1].assign(level="week", mean=7 * mean)
    one = np.ones(7)
    days = DayOutlook(DATES, mean * one, variance * one, np.full(7, touched))
    nothing = pd.DataFrame()
    totals = pd.concat([frame.assign(level="day"), week], ignore_index=True)
    return QueueTables(frame, totals, nothing, nothing, nothing, nothing, None, days)


def least_squares(said: list[float], variance: list[float]) -> np.ndarray:
    """Most probable queues given their own forecasts and, last, that of their sum."""
    queues = len(said) - 1
    sums = np.vstack([np.eye(queues), np.ones(queues)])
    weight = np.diag(1 / np.array(variance))
    return np.linalg.solve(sums.T @ weight @ sums, sums.T @ weight @ np.array(said))


def test_each_gives_way_as_far_as_it_is_uncertain():
    """Day by day the queues are the weighted least squares answer; bands and weeks move along."""
    queues = {"a": tables(100, 400), "b": tables(50, 100)}
    out = reconciled(queues, tables(180, 500))
    want = least_squares([100, 50, 180], [400, 100, 500])
    for queue, mean in zip(out.values(), want, strict=True):
        assert queue.frame["mean"].to_numpy() == pytest.approx(mean)
        assert queue.frame["q0.9"].to_numpy() == pytest.approx(1.5 * mean)
        week = queue.totals[queue.totals["level"] == "week"]
        assert week["mean"].iloc[0] == pytest.approx(7 * mean)


def test_days_with_events_and_groups_without_forecast_stay():
    """What a planner gave for one queue is not spread over the others."""
    queues = {"a": tables(100, 400, touched=True), "b": tables(50, 100)}
    for group in (tables(180, 500), None):
        assert reconciled(queues, group)["b"].frame["mean"].to_numpy() == pytest.approx(50)


def test_group_history_leaves_out_days_with_a_gap():
    """A day on which one queue has no row is no day of the group; nor is time before it began."""
    days = pd.date_range("2024-01-01", periods=28, freq="D")
    a = pd.DataFrame({"queue": "a", "start": days, "offered": 2})
    b = pd.DataFrame({"queue": "b", "start": days[7:].delete(5), "offered": 3})
    group = group_history(pd.concat([a, b]))
    assert group["offered"].unique().tolist() == [5]
    assert len(group) == 20


def test_a_group_adds_up_in_any_order():
    """Queue by queue, last first, it is the history of the table of all."""
    rng = np.random.default_rng(4)
    hours = pd.date_range("2024-01-01", periods=24 * 40, freq="h")
    parts = []
    for queue, begun in (("a", 0), ("b", 100), ("c", 30)):
        starts = hours[begun:][rng.random(len(hours) - begun) > 0.02]
        offered = rng.poisson(6, len(starts)) / 2
        parts.append(pd.DataFrame({"queue": queue, "start": starts, "offered": offered}))
    past = GroupSum.of(parts[2]).with_queue(GroupSum.of(parts[1])).with_queue(GroupSum.of(parts[0]))
    every = pd.concat(parts)
    pd.testing.assert_frame_equal(past.whole_days(), group_history(every), check_exact=True)
    total = every.groupby("start")["offered"].sum()
    assert past.whole_days()["offered"].tolist() == total[past.whole_days()["start"]].tolist()


@pytest.fixture
def two_queues(make_history) -> pd.DataFrame:
    """A large and a small queue, and one with three days of history."""
    parts = [
        make_history(90, queue="large", per_day=900, seed=2),
        make_history(90, queue="small", per_day=90, seed=3),
        make_history(3, queue="new", first=dt.date(2023, 3, 29)),
    ]
    return pd.concat(parts, ignore_index=True)


def asked(history: pd.DataFrame, **more):
    """Two weeks from the second of April."""
    calendars = dict.fromkeys(history["queue"].unique(), QueueCalendar())
    as_of = dt.datetime(2023, 4, 2)
    return forecast(history, calendars, as_of=as_of, horizon_days=14, interval_s=1800, **more)


def test_queues_add_up_to_their_group_at_every_level(two_queues):
    """Interval, day and week means of the group are the sums of its queues."""
    made = asked(two_queues, groups={"all": ("large", "small", "new")})
    group = made.groups.set_index(["level", "start"])["mean"]
    sums = made.frame.groupby("start")["mean"].sum()
    assert group["interval"].to_numpy() == pytest.approx(sums.to_numpy())
    for level in ("day", "week"):
        mine = made.totals[made.totals["level"] == level].groupby("start")["mean"].sum()
        assert group[level].to_numpy() == pytest.approx(mine.to_numpy())
    day = sums.groupby(sums.index.normalize()).sum()
    assert group["day"].to_numpy() == pytest.approx(day.to_numpy())
    assert (made.groups["q0.1"] <= made.groups["q0.9"]).all()


def test_spawned_processes_say_what_one_process_says(two_queues):
    """The executor changes nothing but the time; the queue that is too new is told, not fatal."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        there = asked(two_queues, executor=pool)
    here = asked(two_queues)
    pd.testing.assert_frame_equal(there.frame, here.frame)
    assert [queue for queue, _ in there.skipped] == ["new"]
    assert "too short" in there.skipped[0][1].what


def test_a_queue_that_breaks_the_arithmetic_does_not_stop_the_others(two_queues, monkeypatch):
    """An unforeseen failure of one queue is a problem of that queue."""
    import wfm.forecast.queue_tables as module

    whole = module.fit_queue

    def breaking(grid, *args, **more):
        if np.nansum(grid.counts) < 10_000:
            raise np.linalg.LinAlgError("singular")
        return whole(grid, *args, **more)

    monkeypatch.setattr(module, "fit_queue", breaking)
    made = asked(two_queues)
    assert set(made.frame["queue"]) == {"large"}
    assert {queue for queue, _ in made.skipped} == {"small", "new"}
