"""Months and years ahead: totals tie out, growth is as asked, last year's figure is beaten."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from wfm.forecast import QueueCalendar
from wfm.forecast.long_range import Grain, GrowthCase, LongRange, long_range
from wfm.forecast.year_level import fit_year_level
from wfm.intervals import OpeningHours, holiday_names

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "calls"
BASE = (GrowthCase("base"),)


def years_of_days(years: float, *, growth: float = 0.0, season: float = 0.2) -> pd.DataFrame:
    """Daily counts from 2020 on with a yearly wave, quiet weekends and growth."""
    rng = np.random.default_rng(3)
    start = pd.date_range("2020-01-01", periods=int(365.25 * years), unit="us")
    t = np.arange(len(start)) / 365.25
    weekday = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.3])[start.day_of_week]
    mean = 1000 * weekday * np.exp(season * np.sin(2 * np.pi * t)) * (1 + growth) ** t
    offered = rng.poisson(mean * rng.gamma(400, 1 / 400, len(t)))
    return pd.DataFrame({"queue": "calls", "start": start, "offered": offered})


def ahead(history: pd.DataFrame, months: int = 12, **more: object) -> LongRange:
    """Long-range forecast after the history's last day."""
    origin = (history["start"].max() + pd.Timedelta(days=1)).to_pydatetime()
    calendars = more.pop("calendars", {})
    return long_range(history, calendars, as_of=origin, months=months, interval_s=86_400, **more)


def test_days_add_up_to_months_and_weeks() -> None:
    """Each row is the sum of its days; weeks begin on Mondays, months on the first."""
    history = years_of_days(1.3)
    for by in Grain:
        made = ahead(history, 14, by=by)
        assert list(made.frame["case"].unique()) == ["low", "base", "high"]
        base = made.frame[made.frame["case"] == "base"].set_index("start")
        days = made.days[made.days["case"] == "base"]
        if by is Grain.WEEK:
            assert (base.index.day_of_week == 0).all()
            key = days["date"].dt.to_period("W").dt.start_time
        else:
            assert (base.index.day == 1).all()
            assert len(base) == 14
            key = days["date"].dt.to_period("M").dt.start_time
        summed = days.groupby(key)["mean"].sum()
        np.testing.assert_allclose(summed.to_numpy(), base["mean"].to_numpy(), rtol=1e-12)
        quantiles = base[["q0.025", "q0.1", "q0.5", "q0.9", "q0.975"]].to_numpy()
        assert (np.diff(quantiles, axis=1) > 0).all()


def test_four_years_show_season_and_growth() -> None:
    """A planted wave and 5 % a year come back within 3 % by month, and inside the bands."""
    history = years_of_days(5, growth=0.05)
    cut = history[history["start"] < "2024-01-01"]
    made = ahead(cut, 12, cases=BASE)
    truth = history[history["start"] >= "2024-01-01"]
    by_month = truth.groupby(truth["start"].dt.to_period("M").dt.start_time)["offered"].sum()
    frame = made.frame.set_index("start").loc[by_month.index]
    error = np.abs(by_month - frame["mean"]).sum() / by_month.sum()
    assert error < 0.03
    inside = (by_month > frame["q0.025"]) & (by_month < frame["q0.975"])
    assert inside.mean() >= 0.8
    growth = made.growth.iloc[0]
    assert abs(growth["learned"] - 0.05) < 2 * growth["learned_sd"]


@settings(max_examples=8, deadline=None)
@given(st.floats(-0.5, 1.0))
def test_a_given_growth_is_what_comes(growth: float) -> None:
    """The same days a year later are up by the growth asked for."""
    made = ahead(years_of_days(1.2), 38, cases=(GrowthCase("plan", growth),))
    total = made.days["mean"].to_numpy()
    # 364 days later: the same weekday, nearly the same place in the year
    ratio = total[400 + 364 : 400 + 728].sum() / total[400 : 400 + 364].sum()
    assert ratio == pytest.approx((1 + growth) ** (364 / 365.25), rel=0.02)


def test_low_lies_below_base_below_high() -> None:
    """Cases are ordered and spread with the years."""
    frame = ahead(years_of_days(2.5), 36).frame
    low, base, high = (
        frame.loc[frame["case"] == name, "mean"].to_numpy() for name in ("low", "base", "high")
    )
    assert (low < base).all()
    assert (base < high).all()
    assert high[-1] / low[-1] > high[0] / low[0]


def test_closed_days_bring_nothing() -> None:
    """Weekends and closed holidays are exactly 0, and not counted as open days."""
    hours = OpeningHours((((28800, 64800),),) * 5 + ((), ()), holidays=())
    holidays = holiday_names("US", "", range(2020, 2024))
    calendar = QueueCalendar(hours, holidays)
    made = ahead(years_of_days(1.5), 6, cases=BASE, calendars={"calls": calendar})
    days = made.days.set_index("date")["mean"]
    shut = (days.index.day_of_week > 4) | days.index.isin([pd.Timestamp(day) for day in holidays])
    assert (days[shut] == 0).all()
    assert (days[~shut] > 0).all()
    assert made.frame["open_days"].sum() == int((~shut).sum())


def test_handle_times_and_profile_come_along() -> None:
    """Planted handle times come back by row; shares of each weekday sum to 1."""
    history = years_of_days(1.1)
    history["answered"] = history["offered"]
    history["talk_s"] = 240.0 * history["offered"]
    made = ahead(history, 6, cases=BASE)
    np.testing.assert_allclose(made.frame["aht_s"], 240.0, rtol=0.01)
    np.testing.assert_allclose(made.profile.groupby("weekday")["share"].sum(), 1.0)


def test_a_bad_queue_is_told_and_the_other_goes_on() -> None:
    """A queue with too little history is skipped by name."""
    good, short = years_of_days(1), years_of_days(0.02)
    short = short.assign(queue="new", start=short["start"] + pd.Timedelta(days=355))
    made = ahead(pd.concat([good, short]), 3)
    assert [queue for queue, _ in made.skipped] == ["new"]
    assert set(made.frame["queue"]) == {"calls"}


@pytest.mark.parametrize("months", [0, 61])
def test_a_senseless_horizon_is_refused(months: int) -> None:
    """1 to 60 months."""
    with pytest.raises(ValueError, match="months"):
        ahead(years_of_days(1), months)


def test_a_growth_that_leaves_nothing_is_refused() -> None:
    """-100 % a year is no growth."""
    with pytest.raises(ValueError, match="low"):
        GrowthCase("low", -1.0)


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data not here")
@pytest.mark.parametrize(
    ("name", "country", "interval_s", "origins"),
    [
        ("seattle911_60min_dev", "US", 3600, ("2016-03-01", "2017-07-01", "2019-01-01")),
        ("dailycase_1day_dev", "NL", 86_400, ("2014-03-01", "2014-06-01", "2014-08-01")),
    ],
)
def test_beats_the_same_month_of_last_year(
    name: str, country: str, interval_s: int, origins: tuple[str, ...]
) -> None:
    """On real series, months of the year ahead are nearer than last year's figure."""
    history = pd.read_csv(SHARED / f"{name}.csv.gz", parse_dates=["start"])
    history["start"] = history["start"].astype("datetime64[us]")
    by_month = history.groupby(history["start"].dt.to_period("M").dt.start_time)["offered"].sum()
    holidays = holiday_names(country, "", range(2013, 2021))
    off = naive_off = covered = rows = 0.0
    for origin in origins:
        made = long_range(
            history,
            {history["queue"].iloc[0]: QueueCalendar(None, holidays)},
            as_of=dt.datetime.fromisoformat(origin),
            months=12,
            interval_s=interval_s,
            cases=BASE,
        )
        frame = made.frame.set_index("start")
        actual = by_month.reindex(frame.index).dropna()
        frame = frame.loc[actual.index]
        last_year = by_month.reindex(actual.index - pd.DateOffset(years=1)).to_numpy()
        off += float((actual - frame["mean"]).abs().sum())
        naive_off += float(np.abs(actual.to_numpy() - last_year).sum())
        covered += float(((actual > frame["q0.1"]) & (actual < frame["q0.9"])).sum())
        rows += len(actual)
    assert off < naive_off
    assert covered / rows > 0.7


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data not here")
def test_growth_of_a_calm_queue_is_not_carried_on() -> None:
    """Dispatches that grew in 2016 did not go on growing: year two is no worse than repeating."""
    history = pd.read_csv(SHARED / "seattle911_60min_dev.csv.gz", parse_dates=["start"])
    history["start"] = history["start"].astype("datetime64[us]")
    by_month = history.groupby(history["start"].dt.to_period("M").dt.start_time)["offered"].sum()
    off = total = 0.0
    for origin in ("2017-01-01", "2017-07-01"):
        made = long_range(
            history,
            {"seattle911": QueueCalendar(None, holiday_names("US", "", range(2015, 2021)))},
            as_of=dt.datetime.fromisoformat(origin),
            months=24,
            interval_s=3600,
            cases=BASE,
        )
        frame = made.frame.set_index("start").iloc[12:]
        actual = by_month.reindex(frame.index)
        off += float((actual - frame["mean"]).abs().sum())
        total += float(actual.sum())
    assert off / total < 0.04


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data not here")
def test_bands_of_a_short_history_hold_a_season_never_seen() -> None:
    """Ten months of a very seasonal queue: the 95 % band holds most of the year ahead."""
    history = pd.read_csv(SHARED / "dailycase_1day_dev.csv.gz", parse_dates=["start"])
    history["start"] = history["start"].astype("datetime64[us]")
    by_month = history.groupby(history["start"].dt.to_period("M").dt.start_time)["offered"].sum()
    inside = rows = 0
    for origin in ("2013-11-01", "2014-02-01", "2014-05-01"):
        as_of = pd.Timestamp(origin)
        past = history[history["start"] >= as_of - pd.Timedelta(days=300)]
        frame = ahead(past[past["start"] < as_of], cases=BASE).frame.set_index("start")
        actual = by_month.reindex(frame.index).dropna()
        frame = frame.loc[actual.index]
        inside += int(((actual > frame["q0.025"]) & (actual < frame["q0.975"])).sum())
        rows += len(actual)
    assert inside / rows > 0.65


def test_a_short_history_has_longer_tails() -> None:
    """The 95 % band is wider beside the 80 % band with five months than with five years."""
    ratio = {}
    for years in (0.45, 5.0):
        row = ahead(years_of_days(years), 1, cases=BASE).frame.iloc[0]
        ratio[years] = np.log(row["q0.975"] / row["q0.025"]) / np.log(row["q0.9"] / row["q0.1"])
    assert ratio[5.0] < 1.6 < ratio[0.45]


def course_of_weeks(rng: np.random.Generator, weeks: int) -> np.ndarray:
    """Log level by week of a queue as they come: restless by 2 to 12 % a year, with a season."""
    walk = rng.normal(0, 0.05 * np.exp(rng.normal(0, 0.9)) / np.sqrt(52), weeks).cumsum()
    turn = 2 * np.pi * np.arange(weeks) / 52.18
    season = rng.normal(0, 0.08, 2) @ [np.cos(turn), np.sin(turn)]
    peaks = rng.normal(0, 0.02, 2) @ [np.cos(3 * turn), np.sin(3 * turn)]
    spell = np.zeros(weeks)
    for week in range(1, weeks):
        spell[week] = np.exp(-1 / 8) * spell[week - 1] + rng.normal(0, 0.04 * np.sqrt(0.22))
    noise = rng.normal(0, 0.04 * np.exp(rng.normal(0, 0.5)), weeks)
    return walk + season + peaks + spell + noise


@pytest.mark.slow
def test_bands_of_years_hold_their_share_of_queues_of_all_kinds() -> None:
    """Calm and restless queues, two years of each: months one to three years on are in the bands.

    One real queue has one course only, which proves no band of years.
    """
    held80, held95 = [], []
    at, ahead_at = (np.arange(-104, 0) + 0.5) / 52.18, (np.arange(156) + 0.5) / 52.18
    for seed in range(12):
        level = course_of_weeks(np.random.default_rng(seed), 104 + 156)
        fitted = fit_year_level(at, level[:104], np.full(104, 1e-4))
        outlook, stray = fitted.outlook(ahead_at), fitted.stray
        for first in range(0, 156, 13):
            month = slice(first, first + 4)
            variance = stray * outlook.covariance[month, month].mean() + outlook.noise / 4
            off = abs(level[104:][month].mean() - outlook.log_mean[month].mean())
            held80.append(off <= stdtrit(fitted.freedom, 0.9) * np.sqrt(variance))
            held95.append(off <= stdtrit(fitted.freedom, 0.975) * np.sqrt(variance))
    assert 0.7 <= np.mean(held80) <= 0.92, np.mean(held80)
    assert np.mean(held95) >= 0.9
