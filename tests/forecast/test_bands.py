"""Count bands: quantiles against simulation, calibration against known dispersion."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.forecast.bands import ErrorSample, learn_scale, quantiles

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
    return ErrorSample(mean, actual, np.full(len(day), expected_phi), np.full(len(day), 3), day)


def test_scale_finds_the_true_dispersion():
    """Dispersion expected at half its size is doubled when many trial days say so."""
    scale = learn_scale(sample_of(200, 0.04, 0.02))
    assert scale.at(np.array([3]), 0.9)[0] == pytest.approx(2.0, rel=0.2)
    assert scale.at(np.array([3]), 0.975)[0] == pytest.approx(2.0, rel=0.25)


def test_scale_stays_near_the_usual_without_evidence():
    """Two trial days move the expected dispersion little; with none far bands alone are wider."""
    few = learn_scale(sample_of(2, 0.2, 0.02)).at(np.array([3]), 0.9)[0]
    assert 1.0 < few < 2.0
    none = learn_scale(ErrorSample.joined([]))
    assert none.at(np.array([1, 7, 40]), 0.9) == pytest.approx(1.0, abs=0.1)
    assert (none.at(np.array([1, 7, 40]), 0.975) > 1.3).all()
