"""Skill groups at work, and those of them that are at some of the queues."""

from __future__ import annotations

import pandas as pd
import pytest

from wfm.pipeline.crews import crews_at, crews_of, split_group

NINE = pd.Timestamp("2026-03-02T09:00Z")
HALF = pd.Timedelta(minutes=30)


def coverage() -> pd.DataFrame:
    """Two half hours of calls and mail."""
    rows = [
        ("calls", NINE, 1800, 6.0),
        ("mail", NINE, 1800, 2.0),
        ("calls", NINE + HALF, 1800, 0.0),
        ("mail", NINE + HALF, 1800, 8.0),
    ]
    return pd.DataFrame(rows, columns=["queue", "interval_start", "interval_s", "scheduled"])


def test_agents_are_counted_by_group() -> None:
    """Two people of a group, one on a break for a quarter of an hour."""
    shifts = pd.DataFrame(
        {"agent": ["a", "b"], "start": [NINE, NINE], "skill": ["calls+mail", "calls+mail"]}
    )
    quarter = pd.Timedelta(minutes=15)
    activities = pd.DataFrame(
        {
            "agent": ["a", "b", "b", "b"],
            "start": [NINE, NINE, NINE + quarter, NINE + HALF],
            "end": [NINE + 2 * HALF, NINE + quarter, NINE + HALF, NINE + 2 * HALF],
            "activity": ["work", "work", "break", "work"],
        }
    )
    found = crews_of(shifts, activities, coverage())
    assert found is not None
    assert found["agents"].tolist() == pytest.approx([1.5, 2.0])


def test_a_mixed_crew_is_split_as_the_coverage_is() -> None:
    """Three quarters of the crew are at calls at nine, nobody at half past."""
    crews = pd.DataFrame(
        {
            "group": ["calls+mail"] * 2 + ["calls"] * 2,
            "interval_start": [NINE, NINE + HALF] * 2,
            "agents": [8.0, 8.0, 3.0, 3.0],
        }
    )
    found = crews_at(crews, coverage(), ["calls"]).set_index(["group", "interval_start"])["agents"]
    assert found["calls+mail"].tolist() == pytest.approx([6.0, 0.0])
    assert found["calls"].tolist() == pytest.approx([3.0, 3.0])


def test_a_name_with_a_plus_is_one_queue() -> None:
    """Where a queue has that very name, it is no group."""
    assert split_group("a+b", ["a+b", "a", "b"]) == ["a+b"]
    assert split_group("a+b", ["a", "b"]) == ["a", "b"]
