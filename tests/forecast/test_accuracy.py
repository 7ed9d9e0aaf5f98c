"""Forecasts that were handed out, beside what came."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import accuracy_by_lead, forecast
from wfm.metrics import bias, wape

ORIGIN = pd.Timestamp("2026-03-02")


def half_hours(days: int, value: float, *, first: pd.Timestamp = ORIGIN) -> pd.DataFrame:
    """A queue with the same count in each half hour."""
    start = pd.date_range(first, periods=48 * days, freq="30min", unit="us")
    return pd.DataFrame({"queue": "a", "start": start, "value": value})


def said(days: int, mean: float, *, origin: pd.Timestamp = ORIGIN) -> pd.DataFrame:
    """A forecast of one origin with wide bands."""
    frame = half_hours(days, mean, first=origin).rename(columns={"value": "mean"})
    for q in (0.025, 0.1, 0.5, 0.9, 0.975):
        frame[f"q{q:g}"] = mean * (0.5 + q)
    return frame.assign(origin=origin)


def came(days: int, offered: float, *, first: pd.Timestamp = ORIGIN) -> pd.DataFrame:
    """What came."""
    return half_hours(days, offered, first=first).rename(columns={"value": "offered"})


def one(table: pd.DataFrame, level: str, lead_days: int) -> pd.Series:
    """Row of a level and lead."""
    mine = table[(table["level"] == level) & (table["lead_days"] == lead_days)]
    assert len(mine) == 1
    return mine.iloc[0]


def test_each_lead_has_its_own_cells() -> None:
    """Day 1, days 2-7 and days 8-14 are told apart; weeks by their last day."""
    table = accuracy_by_lead(said(14, 10.0), came(14, 8.0))
    assert list(table.loc[table["level"] == "interval", "n"]) == [48, 6 * 48, 7 * 48]
    assert list(table.loc[table["level"] == "day", "n"]) == [1, 6, 7]
    assert list(table.loc[table["level"] == "week", "lead_days"]) == [7, 14]
    assert np.allclose(table["wape"], 0.25)
    assert np.allclose(table["bias"], 0.25)
    assert one(table, "week", 14)["forecast"] == pytest.approx(7 * 480)


def test_two_origins_count_twice() -> None:
    """Forecasts of the same day from two origins stand in the buckets of their leads."""
    late = ORIGIN + pd.Timedelta(days=1)
    table = accuracy_by_lead(pd.concat([said(2, 10.0), said(1, 9.0, origin=late)]), came(2, 9.0))
    first = one(table, "interval", 1)
    assert (first["origins"], first["n"]) == (2, 96)
    assert first["wape"] == pytest.approx(0.5 / 9)
    assert one(table, "interval", 7)["origins"] == 1


def test_last_week_is_the_yardstick() -> None:
    """The naive error compares with the last week known at the origin, for any lead."""
    before = came(7, 12.0, first=ORIGIN - pd.Timedelta(days=7))
    table = accuracy_by_lead(said(14, 10.0), pd.concat([before, came(14, 8.0)]))
    assert np.allclose(table["naive_wape"], 0.5)
    alone = accuracy_by_lead(said(7, 10.0), came(7, 8.0))
    assert alone["naive_wape"].isna().all()


def test_what_is_not_on_record_is_not_judged() -> None:
    """Missing intervals are left out; a day with too few of them does not count."""
    actual = came(2, 10.0)
    table = accuracy_by_lead(said(2, 10.0), actual.drop(index=range(5)))
    assert one(table, "interval", 1)["n"] == 43
    assert list(table.loc[table["level"] == "day", "lead_days"]) == [7]
    assert one(accuracy_by_lead(said(2, 10.0), actual.drop(index=[0])), "day", 1)["wape"] == 0


def test_bands_are_counted() -> None:
    """A count between the quantiles is covered; pinball is that of a median where it is alone."""
    table = accuracy_by_lead(said(1, 10.0), came(1, 10.0))
    assert one(table, "interval", 1)["coverage_80"] == 1.0
    outside = accuracy_by_lead(said(1, 10.0), came(1, 14.2))
    assert one(outside, "interval", 1)["coverage_80"] == 0.0
    assert one(outside, "interval", 1)["coverage_95"] == 1.0
    median = said(1, 10.0)[["queue", "origin", "start", "mean", "q0.5"]]
    row = one(accuracy_by_lead(median, came(1, 14.0)), "interval", 1)
    assert row["pinball"] == pytest.approx(row["wape"])
    assert np.isnan(one(outside, "day", 1)["coverage_80"])


def test_nothing_to_compare_gives_no_rows() -> None:
    """A forecast of days that are still to come has no accuracy yet."""
    assert accuracy_by_lead(said(2, 10.0), came(2, 1.0).iloc[:0]).empty


def test_a_missing_column_is_named() -> None:
    """Misuse is told."""
    with pytest.raises(ValueError, match="origin"):
        accuracy_by_lead(said(1, 1.0).drop(columns="origin"), came(1, 1.0))


def test_agrees_with_a_plain_count_on_a_real_forecast(make_history, office_calendar) -> None:
    """On a forecast with closed hours, interval and day figures equal those made by hand."""
    history = make_history(140)
    origin = dt.datetime(2023, 5, 1)
    frame = forecast(
        history, {"calls": office_calendar}, as_of=origin, horizon_days=7, interval_s=1800
    ).frame.assign(origin=pd.Timestamp(origin))
    table = accuracy_by_lead(frame, history, leads_days=(7,))
    both = frame.merge(history, on=["queue", "start"])
    assert one(table, "interval", 7)["wape"] == pytest.approx(wape(both["offered"], both["mean"]))
    days = both.groupby(both["start"].dt.normalize())[["offered", "mean"]].sum()
    assert one(table, "day", 7)["bias"] == pytest.approx(bias(days["offered"], days["mean"]))
    assert one(table, "week", 7)["n"] == 1
