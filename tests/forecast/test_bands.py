"""Count bands: quantiles against simulation, calibration against known dispersion."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wfm.forecast import forecast
from wfm.forecast.bands import ErrorSample, believed, learn_scale, quantiles

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


@pytest.mark.parametrize("mean", [3.0, 30.0, 60.0, 2000.0])
@pytest.mark.parametrize("phi", [1e-6, 0.01, 0.2])
def test_bands_hold_what_they_promise(mean, phi):
    """Simulated counts fall below each quantile as often as it says."""
    rng = np.random.default_rng(5)
    rate = rng.gamma(1 / phi, phi * mean, 40_000) if phi > 1e-5 else np.full(40_000, mean)
    # continuity: a count is spread over the unit round it
    counts = rng.poisson(rate) + rng.uniform(-0.5, 0.5, 40_000)
    for q in LEVELS:
        line = quantiles(np.array([mean]), np.array([phi]), q)[0]
        if line > 0:
            assert np.mean(counts <= line) == pytest.approx(q, abs=0.015)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 5000), st.floats(0, 4))
def test_quantiles_are_ordered_and_never_negative(mean, phi):
    """A higher quantile is never below a lower one, none is below 0."""
    lines = [quantiles(np.array([mean]), np.array([phi]), q)[0] for q in LEVELS]
    assert lines[0] >= 0
    assert all(a <= b for a, b in itertools.pairwise(lines))


def sample_of(days: int, phi: float, expected_phi: float, seed: int = 8) -> ErrorSample:
    """Counts round a mean of 200 with day factors of dispersion ``phi``."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), 20)
    mean = np.full(len(day), 200.0)
    actual = rng.poisson(mean * rng.gamma(1 / phi, phi, len(day))).astype(float)
    phi, doubt = np.full(len(day), expected_phi), np.zeros(len(day))
    return ErrorSample(mean, actual, phi, doubt, np.full(len(day), 3), day)


def test_scale_finds_the_true_dispersion():
    """Dispersion expected at half its size is doubled when many trial days say so."""
    bound = learn_scale(ErrorSample.joined([]), "day")
    scale = learn_scale(sample_of(600, 0.04, 0.02), "day")
    for quantile in (0.9, 0.975):
        seen = scale.at(np.array([3]), quantile)[0] / bound.at(np.array([3]), quantile)[0]
        assert seen == pytest.approx(2.0, rel=0.25)


def test_scale_stays_near_none_without_evidence():
    """Two trial days move the expected dispersion little; with none far bands alone are wider."""
    few = learn_scale(sample_of(2, 0.2, 0.02), "day").at(np.array([3]), 0.9)[0]
    assert 1.0 < few < 2.0
    none = learn_scale(ErrorSample.joined([]), "day")
    assert none.at(np.array([1, 7, 40]), 0.9) == pytest.approx(1.0, abs=0.1)
    assert (none.at(np.array([1, 7, 40]), 0.975) > 1.3).all()


def test_overlapping_days_count_less():
    """As many days six weeks ahead, which err together, move the scale less than days ahead."""
    near = sample_of(60, 0.08, 0.02)
    far = replace(near, lead_days=np.full(len(near), 30))
    assert (
        learn_scale(far, "day").at(np.array([30]), 0.9)[0]
        < learn_scale(near, "day").at(np.array([3]), 0.9)[0]
    )


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0.1, 1e4))
def test_belief_lies_between_and_grows_with_evidence(seen, expected, errors):
    """Never beyond what was seen; more errors bring it nearer; wider is believed sooner."""
    now, later = believed(seen, expected, errors), believed(seen, expected, 2 * errors)
    low, high = sorted((seen, expected))
    assert low * 0.999 <= now <= high * 1.001
    assert abs(np.log(later / seen)) <= abs(np.log(now / seen)) + 1e-9
    assert believed(2.0, 1.0, errors) > 1 / believed(0.5, 1.0, errors)


def wandering_counts(seed: int, days: int = 150) -> pd.DataFrame:
    """Quarter days of a queue whose level wanders and whose days have a dispersion of their own."""
    rng = np.random.default_rng(seed)
    start = pd.date_range("2023-01-02", periods=days, unit="us")
    level = np.cumsum(rng.normal(0, rng.choice([0.005, 0.015, 0.03]), days))
    weekday = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.6, 0.5])[start.day_of_week]
    rate = 400 * weekday * np.exp(level) * rng.gamma(200, 1 / 200, days)
    shares = np.array([0.05, 0.4, 0.35, 0.2]) * rng.gamma(400, 1 / 400, (days, 4))
    offered = rng.poisson(rate[:, None] * shares)
    times = start.to_numpy()[:, None] + np.arange(4) * np.timedelta64(6, "h")
    return pd.DataFrame({"queue": "q", "start": times.ravel(), "offered": offered.ravel()})


def test_bands_hold_on_queues_of_known_noise():
    """Over 40 queues of three tempers, four weeks ahead, each level holds what it promises."""
    inside = {name: np.zeros(3) for name in ("interval", "day", "week")}
    for seed in range(40):
        history = wandering_counts(seed)
        origin = history["start"].iloc[4 * 122]
        made = forecast(
            history, {}, as_of=origin.to_pydatetime(), horizon_days=28, interval_s=21_600
        )
        came = history[history["start"] >= origin].reset_index(drop=True).iloc[: 4 * 28]
        for level, size in (("day", 4), ("week", 28)):
            bands = made.totals[made.totals["level"] == level]
            inside[level] += held(bands, came["offered"].to_numpy().reshape(-1, size).sum(1))
        inside["interval"] += held(made.frame, came["offered"].to_numpy())
    for level, (n, in_80, in_95) in inside.items():
        assert 0.72 < in_80 / n < 0.88, level
        assert 0.90 < in_95 / n < 0.99, level


def test_bands_hold_with_four_weeks_of_history():
    """Over 30 queues whose level wanders, bands of days and weeks hold most of what they promise.

    The level of so short a history is known by its movement alone, so weeks are held to less.
    """
    inside = {"day": np.zeros(3), "week": np.zeros(3)}
    said = came_all = 0.0
    for seed in range(30):
        history = wandering_counts(seed, 56)
        daily = history.groupby(history["start"].dt.normalize(), as_index=False)["offered"].sum()
        daily = daily.assign(queue="q", start=history["start"].iloc[::4].to_numpy())
        origin = daily["start"].iloc[28]
        made = forecast(daily, {}, as_of=origin.to_pydatetime(), horizon_days=28, interval_s=86_400)
        came = daily["offered"].to_numpy()[28:]
        for level, size in (("day", 1), ("week", 7)):
            bands = made.totals[made.totals["level"] == level]
            inside[level] += held(bands, came.reshape(-1, size).sum(1))
        said, came_all = said + made.frame["mean"].sum(), came_all + came.sum()
    for level, least in (("day", 0.72), ("week", 0.68)):
        n, in_80, in_95 = inside[level]
        assert least < in_80 / n < 0.88, level
        assert 0.90 < in_95 / n < 0.99, level
    assert abs(said / came_all - 1) < 0.04


def held(bands: pd.DataFrame, came: np.ndarray) -> np.ndarray:
    """Cells, and how many of them lie inside the 80 % and 95 % band."""
    near = (came >= bands["q0.1"]) & (came <= bands["q0.9"])
    far = (came >= bands["q0.025"]) & (came <= bands["q0.975"])
    return np.array([len(came), near.sum(), far.sum()], dtype=float)


@pytest.mark.parametrize("mean", [1e-3, 0.4, 12.0, 39.9, 41.0, 900.0])
@pytest.mark.parametrize("phi", [1e-6, 0.05, 0.5, 3.0])
def test_small_counts_have_the_quantile_of_the_negative_binomial(mean, phi):
    """Added up or looked up, the count is the one that scipy gives."""
    size = 1 / phi
    law = stats.nbinom(size, size / (size + mean))
    for q in LEVELS:
        if mean < 40 or phi > 0.3:
            count = law.ppf(q)
            share = (q - law.cdf(count - 1)) / law.pmf(count)
            found = quantiles(np.array([mean]), np.array([phi]), q)[0]
            assert found == pytest.approx(max(count - 0.5 + share, 0.0), abs=1e-6)
