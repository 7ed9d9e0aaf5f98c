"""Histories that the forecast tests share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import QueueCalendar
from wfm.intervals import OpeningHours, holiday_names

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "calls"


@pytest.fixture
def office_hours() -> OpeningHours:
    """Monday to Friday 08:00-18:00, holidays closed."""
    return OpeningHours((((28800, 64800),),) * 5 + ((), ()), holidays=())


@pytest.fixture
def office_calendar(office_hours: OpeningHours) -> QueueCalendar:
    """Office hours with the US public holidays of two years."""
    return QueueCalendar(office_hours, holiday_names("US", "", [2023, 2024]))


MakeHistory = Callable[..., pd.DataFrame]


@pytest.fixture
def make_history() -> MakeHistory:
    """Poisson half hours of a Mon-Fri 08:00-18:00 queue with busy Mondays and middays."""

    def make(
        days: int = 120,
        *,
        first: dt.date = dt.date(2023, 1, 2),
        per_day: float = 800.0,
        queue: str = "calls",
        seed: int = 1,
        interval_s: int = 1800,
    ) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        weekday_factor = [1.3, 1.1, 1.0, 0.9, 0.7]
        step = pd.Timedelta(seconds=interval_s)
        frames = []
        for k in range(days):
            day = first + dt.timedelta(days=k)
            if day.weekday() > 4:
                continue
            start = pd.date_range(
                pd.Timestamp(day) + pd.Timedelta(hours=8), periods=36000 // interval_s, freq=step
            )
            hour = np.asarray(start.hour + start.minute / 60)
            shape = np.exp(-(((hour - 12) / 3.0) ** 2))
            mean = per_day * weekday_factor[day.weekday()] * shape / shape.sum()
            frames.append(pd.DataFrame({"start": start, "offered": rng.poisson(mean)}))
        out = pd.concat(frames, ignore_index=True)
        out.insert(0, "queue", queue)
        return out

    return make


@pytest.fixture
def bank_half_hours() -> pd.DataFrame:
    """Real half hours of the bank, weekdays 07:00-21:00; skips where the data are not at hand."""
    path = SHARED / "bank_calls_5min_dev.csv.gz"
    if not path.exists():
        pytest.skip("development data are not beside the checkout")
    calls = pd.read_csv(path, parse_dates=["start"])
    calls = calls[calls["start"].dt.hour < 21]
    calls["start"] = calls["start"].dt.floor("30min")
    out = calls.groupby("start", as_index=False)["offered"].sum()
    out.insert(0, "queue", "bank")
    return out


@pytest.fixture
def bank_calendar() -> QueueCalendar:
    """The bank's hours, closed on US holidays."""
    hours = OpeningHours((((25200, 75600),),) * 5 + ((), ()), holidays=())
    return QueueCalendar(hours, holiday_names("US", "", [2003]))
