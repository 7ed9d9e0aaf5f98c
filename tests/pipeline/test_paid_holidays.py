"""Public holidays that shut a centre count as days of the week."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from wfm.config import parse
from wfm.domain import Agent, Leave
from wfm.pipeline.paid_holidays import with_paid_holidays
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.work_rules import Arranged, FixedShift

TOML = """\
[centre]
name = "Holidays"
timezone = "Europe/Berlin"
country = "DE"
interval = "30m"

[[queue]]
name = "shop"
open = { mon-sat = "08:00-18:00", holidays = "closed" }

[[queue]]
name = "weekdays"
open = { mon-wed = "08:00-18:00", holidays = "closed" }

[[queue]]
name = "always"
open = { mon-sun = "00:00-24:00" }
"""
ASCENSION = dt.date(2026, 5, 14)
SPAN = (dt.date(2026, 5, 11), dt.date(2026, 5, 17))
PEOPLE = People(
    (
        Agent("a", "A", "full", ("shop",)),
        Agent("b", "B", "full", ("shop", "always")),
        Agent("c", "C", "full", ("weekdays",)),
        Agent("d", "D", "full", ("unknown",)),
    )
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three queues: shut on holidays, shut on such weekdays anyway, never shut."""
    return Project(tmp_path, parse(TOML), "wfm.db")


def needed(*days: int) -> pd.DataFrame:
    """Need of the shop at ten on some days of May 2026."""
    starts = [pd.Timestamp(2026, 5, day, 10, tz="Europe/Berlin").tz_convert("UTC") for day in days]
    return pd.DataFrame({"queue": "shop", "interval_start": starts, "agents_required": 1.0})


def test_who_is_paid_for_a_holiday(project: Project) -> None:
    """Those whose every queue is shut that day and is not on other such weekdays; nobody else."""
    found = with_paid_holidays(PEOPLE, project, needed(11, 12), SPAN)
    assert found.leave == (Leave("a", ASCENSION, "PH"),)


def test_what_is_asked_for_on_a_holiday_comes_before_its_hours(project: Project) -> None:
    """A requirement or a settled shift on the day: it is one to work."""
    assert not with_paid_holidays(PEOPLE, project, needed(11, 14), SPAN).leave
    fixed = FixedShift("a", ASCENSION, 8 * 3600, 16 * 3600)
    settled = People(PEOPLE.agents, arranged=Arranged(fixed=(fixed,)))
    assert not with_paid_holidays(settled, project, needed(11), SPAN).leave
