"""The rest of a day from its beginning."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from wfm.forecast import rest_of_day
from wfm.forecast.calendar import Days
from wfm.forecast.grid import read_grid
from wfm.forecast.queue_forecast import fit_queue

MEAN = np.full(10, 100.0)


def day_so_far(slots: int, ratio: float) -> np.ndarray:
    """Actual of the first slots, the rest unknown."""
    return np.where(np.arange(10) < slots, MEAN * ratio, np.nan)


def test_the_ratio_is_trusted_more_as_the_day_goes_on():
    """The factor moves from 1 towards the ratio and never beyond it."""
    factors = [rest_of_day(MEAN, day_so_far(k, 1.3), 0.01).factor for k in range(10)]
    assert factors[0] == 1
    assert all(a < b for a, b in itertools.pairwise(factors))
    assert factors[-1] < 1.3


def test_no_doubt_of_the_day_means_no_update():
    """With a dispersion of 0 the forecast stands whatever came."""
    assert rest_of_day(MEAN, day_so_far(5, 2.0), 0.0).factor == pytest.approx(1, abs=1e-3)


def test_bad_input_is_refused():
    """Other slots or a negative dispersion are a ValueError."""
    with pytest.raises(ValueError, match="slots"):
        rest_of_day(MEAN, np.zeros(9), 0.01)
    with pytest.raises(ValueError, match="at least 0"):
        rest_of_day(MEAN, MEAN, -0.01)


@pytest.mark.parametrize("hour", [10, 12, 14])
def test_helps_on_the_bank(bank_half_hours, bank_calendar, hour):
    """Over the bank's last 40 days the updated rest is nearer than the eve's forecast."""
    grid = read_grid(bank_half_hours, bank_calendar, until=dt.date(2003, 8, 9), interval_s=1800)
    days = np.flatnonzero(~np.isnan(grid.counts).all(axis=1))[-40:]
    # the day level learned on all days gives every earlier origin without the days after it
    fitted = fit_queue(grid, 1, "top_down")
    model = fitted.models[0]
    before = after = 0.0
    for day in days:
        ahead: Days = grid.days.cut(int(day), int(day) + 1)
        past = grid.until(int(day))
        mean = np.where(grid.opens[day], model.predict(past, ahead)[0], 0.0)
        phi = float(fitted.spread.day_covariance(ahead, past.days.date[-1])[0, 0])
        cut = np.where(np.arange(48) < 2 * hour, grid.counts[day], np.nan)
        rest = grid.opens[day] & (np.arange(48) >= 2 * hour)
        updated = rest_of_day(mean, cut, phi).mean
        before += np.abs(mean - grid.counts[day])[rest].sum()
        after += np.abs(updated - grid.counts[day])[rest].sum()
    assert after < before
