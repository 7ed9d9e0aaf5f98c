"""Measures of service and accuracy against sums done by hand and by brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from wfm.domain import ServiceLevelDefinition
from wfm.metrics import aht_s, asa_s, bias, poisson_floor, service_level, wape

counts = st.lists(st.integers(0, 500), min_size=1, max_size=20)


def test_errors_inside_a_day_cancel_in_its_total():
    """60 and 140 instead of 100 and 100: 40 % by interval, nothing by day, no bias."""
    assert wape([60, 140], [100, 100]) == 0.4
    assert wape([200], [200]) == 0.0
    assert bias([60, 140], [100, 100]) == 0.0


@settings(deadline=None)
@given(actual=counts, scale=st.floats(0, 3))
def test_bias_is_at_most_wape(actual, scale):
    """A forecast that is too high or too low everywhere has as much error as bias."""
    forecast = [scale * value for value in actual]
    if sum(actual) == 0:
        assert math.isnan(wape(actual, forecast))
        assert math.isnan(bias(actual, forecast))
    else:
        assert wape(actual, forecast) == pytest.approx(abs(scale - 1))
        assert bias(actual, forecast) == pytest.approx(scale - 1)


@pytest.mark.parametrize("mean", [0.05, 0.5, 1.0, 2.0, 2.5, 7.3, 40.0, 250.0])
def test_poisson_floor_against_the_sum(mean):
    """The closed form is the mean absolute deviation summed over the distribution."""
    k = np.arange(0, int(mean + 20 * math.sqrt(mean) + 40))
    deviation = (np.abs(k - mean) * poisson.pmf(k, mean)).sum()
    assert poisson_floor([mean]) == pytest.approx(deviation / mean, rel=1e-9)


def test_poisson_floor_of_several_intervals():
    """Deviations add up before they are divided; empty intervals do not count."""
    parts = [poisson_floor([m]) * m for m in (1.0, 30.0)]
    assert poisson_floor([1.0, 0.0, 30.0]) == pytest.approx(sum(parts) / 31.0)
    assert math.isnan(poisson_floor([0.0]))
    assert poisson_floor([1e6]) == pytest.approx(math.sqrt(2 / (math.pi * 1e6)), rel=1e-3)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (ServiceLevelDefinition.OFFERED, 70 / 100),
        (ServiceLevelDefinition.ANSWERED, 70 / 85),
        (ServiceLevelDefinition.EXCL_SHORT_ABANDON, 70 / 95),
        (ServiceLevelDefinition.ABANDON_WITHIN_T_OK, 75 / 100),
    ],
)
def test_service_levels(definition, expected):
    """100 offered, 85 answered of which 70 in time, 15 abandoned of which 5 in time."""
    found = service_level(
        definition, offered=100, answered=85, answered_in_threshold=70, abandoned_in_threshold=5
    )
    assert found == pytest.approx(expected)


def test_no_contacts_have_no_service_level():
    """Nothing offered is no number, not one or zero; the virtual level cannot be counted."""
    nothing = {
        "offered": 0,
        "answered": 0,
        "answered_in_threshold": 0,
        "abandoned_in_threshold": 0,
    }
    assert math.isnan(service_level(ServiceLevelDefinition.OFFERED, **nothing))
    with pytest.raises(ValueError, match="cannot be counted"):
        service_level(ServiceLevelDefinition.VIRTUAL, **nothing)


def test_means_of_answered_contacts():
    """Sums are divided once; nobody answered is no mean."""
    assert asa_s(90.0, 3) == 30.0
    assert aht_s(540.0, 3) == 180.0
    assert math.isnan(asa_s(0.0, 0))
    assert math.isnan(aht_s(0.0, 0))
