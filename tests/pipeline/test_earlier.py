"""Earlier rosters of the store: which is in force on a day, ledgers from files."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from wfm.config import parse
from wfm.errors import InputError, PlanError
from wfm.pipeline.earlier import earlier_rosters, former_run, read_ledger
from wfm.pipeline.project import Project
from wfm.store import Run, open_store

TOML = """
[centre]
name = "Tiny"
timezone = "UTC"
interval = "60m"

[[queue]]
name = "q"
open = "always"
"""
MONDAY = dt.date(2024, 5, 6)


def shifts(agent: str, days: list[dt.date]) -> pd.DataFrame:
    """Eight hours from 08:00 on some days."""
    start = pd.to_datetime([f"{day} 08:00" for day in days], utc=True)
    return pd.DataFrame(
        {
            "agent": agent,
            "start": start,
            "end": start + pd.Timedelta(hours=8),
            "template": "day",
            "contract": "c",
            "skill": "q",
            "paid_s": 28800,
            "cost": 0.0,
        }
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A store with two rosters of one week (the second re-plans it) and one of the next."""
    made = Project(tmp_path, parse(TOML), str(tmp_path / "wfm.db"))
    week = [MONDAY + dt.timedelta(days=k) for k in range(7)]
    later = [day + dt.timedelta(days=7) for day in week]
    rosters = [
        ("one", week[0], 7, shifts("ann", week[:5])),
        ("two", week[3], 4, shifts("ben", week[4:6])),
        ("three", later[0], 7, shifts("ann", later[:1])),
    ]
    with open_store(made.store) as store:
        for hour, (name, first, days, table) in enumerate(rosters):
            told = json.dumps({"first_day": first.isoformat(), "days": days})
            when = dt.datetime(2024, 5, 1, hour, tzinfo=dt.UTC)
            run = Run(name, "schedule", when, "hash", "0", summary=told)
            store.save_run(run, {"roster_shift": table})
    return made


def test_the_newest_run_that_planned_a_day_is_in_force(project: Project) -> None:
    """Ann's Thursday and Friday were planned again; the week after is not the past."""
    past = earlier_rosters(project, MONDAY + dt.timedelta(days=7)).past
    assert past is not None
    worked = sorted((row.agent, row.start.day) for row in past.itertuples())
    assert worked == [("ann", 6), ("ann", 7), ("ann", 8), ("ben", 10), ("ben", 11)]


def test_nothing_before_the_first_roster(project: Project) -> None:
    """The first week has no past."""
    assert earlier_rosters(project, MONDAY).past is None


def test_the_last_roster_and_one_by_name(project: Project) -> None:
    """`last` is the newest; a run says its days and who works."""
    assert former_run(project, "last").run == "three"
    former = former_run(project, "one")
    assert (former.first_day, former.days) == (MONDAY, 7)
    assert ("ann", MONDAY) in former.worked
    with pytest.raises(PlanError, match="run four has no roster"):
        former_run(project, "four")


def test_a_ledger_is_read_with_its_lines(tmp_path: Path) -> None:
    """Counts are whole numbers; each person has one line."""
    path = tmp_path / "ledger.csv"
    head = "agent,lates,nights,weekends,wishes_missed\n"
    path.write_text(head + "ann,1,0,2,0\n")
    assert read_ledger(path).to_dict("records")[0]["weekends"] == 2
    path.write_text(head + "ann,1,0,2,0\nben,x,0,0,0\nann,0,0,0,0\n")
    with pytest.raises(InputError) as refused:
        read_ledger(path)
    told = str(refused.value)
    assert "ledger.csv:3: lates: is not a whole number" in told
    assert "found 'ann'" in told
