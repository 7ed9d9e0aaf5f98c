"""A drop of three tenths overnight, laid on real histories: the level is back in ten days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import QueueCalendar, forecast
from wfm.intervals import holiday_names

CALLS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "calls"


def dropped(history: pd.DataFrame, day: str) -> pd.DataFrame:
    """Seven tenths of the contacts from that day on."""
    out = history.copy()
    late = out["start"] >= day
    out.loc[late, "offered"] = (out.loc[late, "offered"] * 0.7).round()
    return out


def two_weeks(history: pd.DataFrame, calendar: QueueCalendar, origin: pd.Timestamp) -> float:
    """Contacts forecast for the two weeks from the origin."""
    queue = history["queue"].iloc[0]
    as_of = dt.datetime(origin.year, origin.month, origin.day)
    made = forecast(history, {queue: calendar}, as_of=as_of, horizon_days=14, interval_s=1800)
    return float(made.frame["mean"].sum())


@pytest.fixture
def israeli_bank() -> pd.DataFrame:
    """Noisy half hours round the clock, a tenth of scatter by day."""
    path = CALLS / "anonbank_total_30min_dev.csv.gz"
    if not path.exists():
        pytest.skip("development data are not beside the checkout")
    calls = pd.read_csv(path, parse_dates=["start"])[["start", "offered"]]
    calls.insert(0, "queue", "bank")
    return calls


@pytest.mark.parametrize("day", ["2003-06-09", "2003-07-07"])
def test_steady_bank_is_back_at_once(bank_half_hours, bank_calendar, day):
    """Ten days after the drop it adds less than 3 % to the bias of the undisturbed forecast."""
    origin = pd.Timestamp(day) + pd.Timedelta(days=10)
    low = two_weeks(dropped(bank_half_hours, day), bank_calendar, origin)
    usual = two_weeks(bank_half_hours, bank_calendar, origin)
    assert abs(low / (0.7 * usual) - 1) < 0.03


@pytest.mark.parametrize("day", ["1999-05-03", "1999-06-07"])
def test_noisy_bank_is_back_too(israeli_bank, day):
    """The scatter of its days does not hide the drop."""
    calendar = QueueCalendar(holidays=holiday_names("IL", "", [1999]))
    origin = pd.Timestamp(day) + pd.Timedelta(days=10)
    low = two_weeks(dropped(israeli_bank, day), calendar, origin)
    usual = two_weeks(israeli_bank, calendar, origin)
    assert abs(low / (0.7 * usual) - 1) < 0.03


def test_the_drop_is_told(bank_half_hours, bank_calendar):
    """The level shift stands among the findings, with its day and size."""
    made = forecast(
        dropped(bank_half_hours, "2003-07-07"),
        {"bank": bank_calendar},
        as_of=dt.datetime(2003, 7, 17),
        horizon_days=7,
        interval_s=1800,
    )
    (shift,) = made.findings[made.findings["kind"] == "level shift"].to_dict("records")
    assert shift["first"] == np.datetime64("2003-07-07")
    assert shift["effect"] == pytest.approx(0.7, abs=0.04)
