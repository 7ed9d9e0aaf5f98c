"""Planners' changes as a layer on the forecast."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wfm.forecast import Adjustment, How, adjusted

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
