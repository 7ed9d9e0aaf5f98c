"""Paths: spread as the bands are, errors that go on from day to day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wfm.forecast import Forecast, forecast, sample_paths


@pytest.fixture
def bank_forecast(bank_half_hours, bank_calendar) -> Forecast:
    """Two weeks of the bank."""
    return forecast(
        bank_half_hours,
        {"bank": bank_calendar},
        as_of=dt.datetime(2003, 7, 7),
        horizon_days=14,
        interval_s=1800,
    )


def test_paths_are_spread_as_the_bands(bank_forecast):
    """At each level the share of path sums inside the 80 % band is near 80 %."""
    rng = np.random.default_rng(11)
    paths = sample_paths(bank_forecast.frame, bank_forecast.sources, 400, rng)
    bands = bank_forecast.totals[bank_forecast.totals["mean"] > 0]
    paths["day"] = paths["start"].dt.normalize()
    days = paths.groupby(["path", "day"])["contacts"].sum().unstack("day")
    day_bands = bands[bands["level"] == "day"].set_index("start")
    days = days[day_bands.index]
    inside = (days >= day_bands["q0.1"]) & (days <= day_bands["q0.9"])
    assert inside.to_numpy().mean() == pytest.approx(0.8, abs=0.06)
    week = bands[bands["level"] == "week"].iloc[0]
    sums = days.iloc[:, :5].sum(axis=1)
    assert sums.between(week["q0.1"], week["q0.9"]).mean() == pytest.approx(0.8, abs=0.15)
    cells = paths.merge(bank_forecast.frame, on=["queue", "start"])
    cells = cells[cells["mean"] > 0]
    held = cells["contacts"].between(cells["q0.1"], cells["q0.9"]).mean()
    assert held == pytest.approx(0.8, abs=0.06)


def test_path_means_are_the_forecast(bank_forecast):
    """Paths average to the mean, day by day, and are 0 where it is closed."""
    rng = np.random.default_rng(12)
    paths = sample_paths(bank_forecast.frame, bank_forecast.sources, 600, rng)
    drawn = paths.groupby("start")["contacts"].mean()
    said = bank_forecast.frame.set_index("start")["mean"]
    assert (drawn[said == 0] == 0).all()
    by_day = said.groupby(said.index.normalize()).sum()
    got = drawn.groupby(drawn.index.normalize()).sum()
    np.testing.assert_allclose(got[by_day > 0], by_day[by_day > 0], rtol=0.03)


def test_a_high_day_is_followed_by_a_high_day(bank_forecast):
    """Neighbouring days of one path are off in the same direction."""
    rng = np.random.default_rng(13)
    paths = sample_paths(bank_forecast.frame, bank_forecast.sources, 400, rng)
    days = paths.groupby(["path", paths["start"].dt.normalize()])["contacts"].sum().unstack()
    days = days.loc[:, days.mean() > 0]
    alike = np.corrcoef(days.T.to_numpy())
    assert np.diag(alike, 1).mean() > 0.2


def test_one_seed_gives_one_set_of_paths(make_history, office_calendar):
    """Seeds decide the draw; paths follow an adjusted mean; columns are as promised."""
    as_of = dt.datetime(2023, 4, 27, 11, 30)
    made = forecast(
        make_history(),
        {"calls": office_calendar},
        as_of=as_of,
        horizon_days=3,
        interval_s=1800,
    )
    first, again = (
        sample_paths(made.frame, made.sources, 50, np.random.default_rng(3)) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert list(first.columns) == ["queue", "path", "start", "contacts"]
    assert len(first) == 50 * len(made.frame)
    assert first["start"].iloc[0] == as_of
    doubled = made.frame.assign(mean=2 * made.frame["mean"])
    more = sample_paths(doubled, made.sources, 50, np.random.default_rng(3))
    assert more["contacts"].sum() == pytest.approx(2 * first["contacts"].sum(), rel=0.05)


def test_paths_without_number_or_source_are_refused(make_history):
    """No path at all, or a queue never forecast, is a ValueError that names it."""
    made = forecast(
        make_history(), {}, as_of=dt.datetime(2023, 5, 1), horizon_days=1, interval_s=1800
    )
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="at least one path"):
        sample_paths(made.frame, made.sources, 0, rng)
    with pytest.raises(ValueError, match="no spread is known of calls"):
        sample_paths(made.frame, {}, 5, rng)
