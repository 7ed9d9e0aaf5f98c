"""Planners' changes as a layer on the forecast."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wfm.forecast import Adjustment, How, adjusted, adjusted_forecast, forecast

NINE, TEN, ELEVEN = (dt.datetime(2024, 5, 6, hour) for hour in (9, 10, 11))


def a_morning() -> pd.DataFrame:
    """Four half hours of one queue."""
    start = pd.date_range(NINE, periods=4, freq="30min")
    return pd.DataFrame(
        {"queue": "calls", "start": start, "mean": [10.0, 30, 40, 0], "q0.9": [14.0, 38, 50, 0]}
    )


@pytest.mark.parametrize(
    ("how", "value", "expected"),
    [
        (How.SET, 20.0, [5.0, 15, 40, 0]),
        (How.TIMES, 1.5, [15.0, 45, 40, 0]),
        (How.PLUS, 40.0, [20.0, 60, 40, 0]),
        (How.PLUS, -100.0, [0.0, 0, 40, 0]),
    ],
)
def test_each_way_changes_its_span_only(how, value, expected):
    """Set, times and plus scale the first hour in its shape; the frame given stays."""
    frame = a_morning()
    change = Adjustment("calls", NINE, TEN, how, value, "mailing", "planner")
    out = adjusted(frame, [change])
    assert out["mean"].tolist() == pytest.approx(expected)
    assert out["q0.9"].iloc[0] == pytest.approx(1.4 * expected[0])
    pd.testing.assert_frame_equal(frame, a_morning())


def test_changes_are_laid_on_in_order():
    """A second change works on what the first left."""
    first = Adjustment("calls", NINE, ELEVEN, How.SET, 160.0, "budget", "planner")
    second = Adjustment("calls", NINE, TEN, How.TIMES, 0.5, "outage", "planner")
    assert adjusted(a_morning(), [first, second])["mean"].tolist() == [10, 30, 80, 0]


def test_wrong_changes_are_refused():
    """No reason, an empty span, fewer than no contacts, or no row touched: ValueError."""
    with pytest.raises(ValueError, match="reason and author"):
        Adjustment("calls", NINE, TEN, How.SET, 1, " ", "planner")
    with pytest.raises(ValueError, match="before it starts"):
        Adjustment("calls", TEN, NINE, How.SET, 1, "x", "planner")
    with pytest.raises(ValueError, match="below 0"):
        Adjustment("calls", NINE, TEN, How.SET, -1, "x", "planner")
    with pytest.raises(ValueError, match="touches no forecast"):
        adjusted(a_morning(), [Adjustment("chat", NINE, TEN, How.SET, 1, "x", "planner")])


DAY = dt.datetime(2023, 5, 1)
GROUPS = {"voice": ("large", "small")}


@pytest.fixture(scope="module")
def grouped_forecast():
    """Two weeks of two queues that are one group, from a Monday; a third stands alone."""
    rng = np.random.default_rng(5)
    parts = []
    for queue, per_slot in (("large", 40), ("small", 6), ("alone", 9)):
        start = pd.date_range("2023-02-06", DAY, freq="30min", inclusive="left")
        start = start[(start.day_of_week < 5) & (start.hour >= 8) & (start.hour < 16)]
        offered = rng.poisson(per_slot, len(start))
        parts.append(pd.DataFrame({"queue": queue, "start": start, "offered": offered}))
    history = pd.concat(parts, ignore_index=True)
    ask = {"as_of": DAY, "horizon_days": 14, "interval_s": 1800, "groups": GROUPS}
    return forecast(history, {}, **ask)


def change(queue: str, first: str, until: str, how: How, value: float) -> Adjustment:
    """One change with a reason."""
    moments = (dt.datetime.fromisoformat(text) for text in (first, until))
    return Adjustment(queue, *moments, how, value, "why", "who")


def check_coherent(made) -> None:
    """Intervals add up to days and weeks, queues to their group, bands hold their mean."""
    frame = made.frame
    for level, floor in (("day", "D"), ("week", "W-SUN")):
        start = frame["start"].dt.to_period(floor).dt.start_time
        sums = frame.groupby(["queue", start])["mean"].sum()
        mine = made.totals[made.totals["level"] == level].set_index(["queue", "start"])["mean"]
        assert mine.to_numpy() == pytest.approx(sums.reindex(mine.index).to_numpy())
    voice = frame[frame["queue"] != "alone"].groupby("start")["mean"].sum()
    groups = made.groups.set_index(["level", "start"])["mean"]
    assert groups["interval"].to_numpy() == pytest.approx(voice.to_numpy())
    totals = made.totals[made.totals["queue"] != "alone"]
    for level in ("day", "week"):
        sums = totals[totals["level"] == level].groupby("start")["mean"].sum()
        assert groups[level].to_numpy() == pytest.approx(sums.to_numpy())
    for table in (frame, made.totals, made.groups):
        assert (table["q0.025"] <= table["q0.975"]).all()
        assert ((table["mean"] == 0) | (table["q0.975"] > 0)).all()
        assert (table["q0.025"] <= table["mean"] + 1e-9).all()


def day_of(made, queue: str, day: str) -> float:
    """Contacts of a queue on a date."""
    mine = made.totals[(made.totals["queue"] == queue) & (made.totals["level"] == "day")]
    return float(mine.set_index("start")["mean"][pd.Timestamp(day)])


def test_a_change_of_a_queue_reaches_its_totals_and_its_group(grouped_forecast):
    """+100 in one morning: the queue's day, its week, the group's; other days and queues stay."""
    one = change("small", "2023-05-03T08:00", "2023-05-03T12:00", How.PLUS, 100.0)
    made = adjusted_forecast(grouped_forecast, [one], GROUPS)
    check_coherent(made)
    before = grouped_forecast
    more = day_of(before, "small", "2023-05-03") + 100
    assert day_of(made, "small", "2023-05-03") == pytest.approx(more)
    assert day_of(made, "large", "2023-05-03") == day_of(before, "large", "2023-05-03")
    gain = made.groups["mean"] - before.groups["mean"]
    by_level = gain.groupby(made.groups["level"]).sum()
    assert by_level.to_dict() == pytest.approx({"interval": 100, "day": 100, "week": 100})


@pytest.mark.parametrize(("how", "value"), [(How.SET, 500.0), (How.TIMES, 1.25), (How.PLUS, -50.0)])
def test_a_change_of_a_group_is_spread_by_its_shares(grouped_forecast, how, value):
    """The group's day is as asked; both queues move by one factor; the third stays."""
    day = "2023-05-09"
    one = change("voice", day, "2023-05-10", how, value)
    made = adjusted_forecast(grouped_forecast, [one], GROUPS)
    check_coherent(made)
    before = {name: day_of(grouped_forecast, name, day) for name in ("large", "small", "alone")}
    after = {name: day_of(made, name, day) for name in before}
    both = before["large"] + before["small"]
    wanted = {How.SET: value, How.TIMES: both * value, How.PLUS: both + value}[how]
    assert after["large"] + after["small"] == pytest.approx(wanted)
    assert after["large"] / before["large"] == pytest.approx(after["small"] / before["small"])
    assert after["alone"] == before["alone"]


def test_a_queue_goes_before_a_group_of_its_name(grouped_forecast):
    """The change is of the queue alone."""
    one = change("large", "2023-05-09", "2023-05-10", How.PLUS, 10.0)
    out = adjusted(grouped_forecast.frame, [one], {"large": ("large", "small")})
    gain = (out["mean"] - grouped_forecast.frame["mean"]).groupby(out["queue"]).sum()
    assert gain.to_dict() == pytest.approx({"large": 10, "small": 0, "alone": 0})


def test_contacts_set_on_a_closed_day_stand_without_a_band(grouped_forecast):
    """A Saturday that nothing was expected on: set for the group, spread evenly, totals follow."""
    one = change("voice", "2023-05-06", "2023-05-07", How.SET, 96.0)
    made = adjusted_forecast(grouped_forecast, [one], GROUPS)
    check_coherent(made)
    assert day_of(made, "large", "2023-05-06") == pytest.approx(48)
    row = made.totals[(made.totals["queue"] == "large") & (made.totals["start"] == "2023-05-06")]
    assert row["q0.9"].item() == pytest.approx(48)


@example([("alone", 32, 96, How.SET, 0.0)])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["large", "small", "alone", "voice"]),
            st.integers(0, 13 * 48),
            st.integers(1, 96),
            st.sampled_from(list(How)),
            st.floats(0, 300),
        ),
        max_size=4,
    )
)
@settings(max_examples=15, deadline=None)
def test_any_changes_keep_the_sums(grouped_forecast, drawn):
    """Whatever is laid on what, in any order."""
    step = dt.timedelta(minutes=30)
    changes = [
        Adjustment(queue, DAY + first * step, DAY + (first + n) * step, how, value, "why", "who")
        for queue, first, n, how, value in drawn
    ]
    made = adjusted_forecast(grouped_forecast, changes, GROUPS)
    check_coherent(made)
