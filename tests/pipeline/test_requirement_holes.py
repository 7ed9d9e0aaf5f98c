"""Rows that a requirement lacks while its queue is open."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wfm.config import parse
from wfm.pipeline.project import Project
from wfm.pipeline.requirement_holes import open_holes

TOML = """\
[centre]
name = "Holes"
timezone = "Europe/Berlin"
country = ""
interval = "30m"

[[queue]]
name = "calls"
open = { mon-fri = ["08:00-12:00", "14:00-18:00"] }
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A queue that shuts from twelve to two."""
    return Project(tmp_path, parse(TOML), "wfm.db")


def rows_without(*lost: int) -> pd.DataFrame:
    """Half hours of a Tuesday from eight to six by the wall clock; some half hours lost."""
    first = pd.Timestamp("2026-06-02 08:00", tz="Europe/Berlin").tz_convert("UTC")
    starts = [first + pd.Timedelta(minutes=30 * k) for k in range(20) if k not in lost]
    return pd.DataFrame({"queue": "calls", "interval_start": starts, "interval_s": 1800})


def test_a_pause_in_which_the_queue_is_shut_is_no_hole(project: Project) -> None:
    """Nothing from twelve to two; nothing is told, nor of a whole day."""
    assert not list(open_holes(rows_without(*range(8, 12)), project, "need.csv"))
    assert not list(open_holes(rows_without(), project, "need.csv"))


def test_a_hole_is_told_with_its_row_and_its_open_intervals(project: Project) -> None:
    """From eleven to two rows are missing, of which two were open: after the sixth of the day."""
    (told,) = open_holes(rows_without(*range(6, 12)), project, "need.csv")
    assert str(told).startswith(
        "need.csv:7: interval_start: is followed by a hole of 2 intervals while the queue is open"
    )
    assert "nothing from calls 2026-06-02 11:00 on" in str(told)
