"""Rosters at night: open weeks only, and only when the need moved by more than chance."""

from __future__ import annotations

import pandas as pd
import pytest

from wfm.pipeline.nights.plan import moved_beyond_noise


def week(hours: float, contacts: float = 1000.0, queue: str = "a") -> pd.DataFrame:
    """A need of so many agent hours as one interval."""
    row = {"queue": queue, "interval_s": 3600, "agents_required": hours, "offered": contacts}
    return pd.DataFrame([row | {"required": hours}])


@pytest.mark.parametrize(
    ("before", "now", "contacts", "moved"),
    [
        (100, 105, 1e6, True),  # five per cent, and a million contacts leave no room for chance
        (100, 102, 1e6, False),  # two per cent are not worth a roster
        (100, 105, 1000, False),  # a thousand contacts differ by six per cent by chance
        (100, 107, 1000, True),
        (100, 93, 1000, True),
        (0, 5, 1000, True),
    ],
)
def test_beyond_noise(before: float, now: float, contacts: float, moved: bool) -> None:
    """Both the stated share and the chance of a Poisson count must be exceeded."""
    assert moved_beyond_noise(week(before), week(now, contacts), 0.03) == moved


def test_any_queue_counts_but_a_new_one_too() -> None:
    """One queue that moved is enough; so is one that the roster never knew."""
    still, more = week(100, 1e6), week(50, 1e6, "b")
    assert not moved_beyond_noise(still, still, 0.03)
    assert moved_beyond_noise(still, pd.concat([still, more]), 0.03)
