"""What a history without closed hours says of the days ahead."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wfm.forecast import QueueCalendar, forecast
from wfm.intervals import holiday_names

NAMES = holiday_names("US", "", [2023])
MIDNIGHT = dt.datetime(2023, 5, 22)


def on(history: pd.DataFrame, *names: str) -> pd.Series:
    """Rows on the holidays of these names."""
    dates = [day for day, name in NAMES.items() if not names or name in names]
    return history["start"].dt.date.isin(dates)


def memorial_day(history: pd.DataFrame) -> float:
    """Contacts forecast for Monday 29 May, the first of its name."""
    frame = forecast(
        history,
        {"calls": QueueCalendar(None, NAMES)},
        as_of=MIDNIGHT,
        horizon_days=14,
        interval_s=1800,
    ).frame
    return float(frame.loc[frame["start"].dt.date == dt.date(2023, 5, 29), "mean"].sum())


def test_holidays_that_were_all_closed_stay_closed(make_history):
    """Three past holidays without a row: the next one is empty, whatever its name."""
    history = make_history(140)
    assert memorial_day(history[~on(history)]) == 0


def test_one_worked_holiday_keeps_a_new_name_open(make_history):
    """Where one holiday was worked, another of a new name is not thought closed."""
    history = make_history(140)
    shut = on(history, "New Year's Day (observed)", "Martin Luther King Jr. Day")
    assert memorial_day(history[~shut]) > 300


@pytest.mark.parametrize("closed", [True, False])
def test_its_own_past_decides_first(make_history, closed):
    """A name that was closed stays closed though others were worked, and the other way round."""
    history = make_history(520, first=dt.date(2022, 1, 3))
    names = holiday_names("US", "", [2022, 2023])
    mine = [day for day, name in names.items() if name == "Memorial Day"]
    others = [day for day in names if day not in mine]
    gone = history["start"].dt.date.isin(mine if closed else others)
    frame = forecast(
        history[~gone],
        {"calls": QueueCalendar(None, names)},
        as_of=MIDNIGHT,
        horizon_days=14,
        interval_s=1800,
    ).frame
    contacts = float(frame.loc[frame["start"].dt.date == dt.date(2023, 5, 29), "mean"].sum())
    assert (contacts == 0) is closed
