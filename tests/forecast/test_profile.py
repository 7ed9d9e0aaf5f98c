"""How a day spreads over its slots, and what of it is kept for the next model that asks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from wfm.forecast import QueueCalendar
from wfm.forecast.grid import read_grid
from wfm.forecast.profile import weekday_profiles
from wfm.forecast.weekday_mean import WeekdayMean


@pytest.fixture
def quiet_grid(make_history):
    """Ten weeks of a sparse queue."""
    history = make_history(70, per_day=60.0)
    return read_grid(history, QueueCalendar(), until=dt.date(2023, 3, 13), interval_s=1800)


def test_shares_of_a_day_sum_to_one(quiet_grid):
    """Every open weekday is spread wholly, a closed one not at all."""
    total = weekday_profiles(quiet_grid).sum(axis=1)
    assert total == pytest.approx([1, 1, 1, 1, 1, 0, 0])


def test_what_is_kept_belongs_to_one_history(quiet_grid):
    """A history with other counts is asked anew, though its days are the same."""
    first = weekday_profiles(quiet_grid), WeekdayMean(8).predict(quiet_grid, quiet_grid.days)
    late = np.arange(quiet_grid.slots) >= 24
    other = quiet_grid.with_counts(np.where(late, 3 * quiet_grid.counts, quiet_grid.counts))
    assert (weekday_profiles(other)[:5, 24:].sum(axis=1) > first[0][:5, 24:].sum(axis=1)).all()
    said = WeekdayMean(8).predict(other, other.days)
    np.testing.assert_allclose(said[:, 24:], 3 * first[1][:, 24:])
    assert weekday_profiles(quiet_grid) is first[0]
    with pytest.raises(ValueError, match="read-only"):
        first[0][0, 0] = 1.0
