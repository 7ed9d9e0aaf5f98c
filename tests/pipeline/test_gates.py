"""What `wfm check` finds, and what it leaves in peace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.config import load
from wfm.intervals import OpeningHours
from wfm.pipeline.gates import Finding, check_project
from wfm.pipeline.project import Project
from wfm.presence import PresenceRule
from wfm.schema import INTERVAL_HISTORY
from wfm.store import open_store

ROOT = Path(__file__).resolve().parents[2]
CONFIG = load(ROOT / "data" / "wfm.toml")
CREW = (
    "agent,name,contract,skills\n1,Ada,full-time,bank\n2,Ben,part-time,bank\n3,Cy,four-day,bank\n"
)

Centre = Callable[..., Project]


@pytest.fixture
def quiet_line(tmp_path: Path) -> Centre:
    """A line open around the clock with about one call an hour, six weeks of it."""

    def make(
        calls_an_hour: float = 1.0,
        silent: slice | None = None,
        first: str = "2026-01-05T05:00Z",
        intervals: int = 48 * 42,
        **changes: object,
    ) -> Project:
        start = pd.date_range(first, periods=intervals, freq="30min").as_unit("us")
        calls = np.random.default_rng(7).poisson(calls_an_hour / 2, len(start))
        if silent:
            calls[silent] = 0
        rows = {"queue": "bank", "interval_start": start, "interval_s": 1800, "offered": calls}
        frame = pd.DataFrame(rows).reindex(columns=INTERVAL_HISTORY.names)
        queue = replace(CONFIG.queues[0], opening=OpeningHours.always())
        config = replace(CONFIG, queues=(queue,), **changes)
        (tmp_path / "agents.csv").write_text(CREW, encoding="utf-8")
        with open_store(tmp_path / "wfm.db") as store:
            now = pd.Timestamp("2026-02-16T05:00Z").to_pydatetime()
            store.import_intervals(frame, source="x", file_hash="x", imported_at=now)
        return Project(tmp_path, config, str(tmp_path / "wfm.db"))

    return make


def findings(project: Project) -> list[Finding]:
    """Findings with the people beside the store."""
    return check_project(project, agents=project.root / "agents.csv")


def test_quiet_nights_are_no_outage(quiet_line: Centre) -> None:
    """A quiet line is silent for hours on most days; that is no finding."""
    assert findings(quiet_line(calls_an_hour=1.0)) == []


def test_a_silence_that_chance_does_not_make(quiet_line: Centre) -> None:
    """Four silent hours of a line with 20 calls an hour are told, the quiet rest is not."""
    found = findings(quiet_line(calls_an_hour=20.0, silent=slice(48 * 30, 48 * 30 + 8)))
    assert [item.message for item in found] == ["bank: 2026-02-04 has a run of zeros while open"]


def test_the_hour_that_spring_leaves_out_is_not_missing(quiet_line: Centre) -> None:
    """Round the clock, the day of 23 hours has all of its intervals."""
    assert findings(quiet_line(first="2026-02-02T05:00Z", intervals=48 * 42 - 2)) == []


def test_many_like_days_are_counted(quiet_line: Centre) -> None:
    """Five days are named, the others counted: a screen, not a scroll."""
    project = quiet_line()
    queue = replace(project.config.queues[0])
    config = replace(project.config, interval_s=900, queues=(queue,))
    found = findings(replace(project, config=config))
    assert len(found) == 6
    assert found[-1].message == "bank: 37 more days like these"


def test_rules_that_nobody_can_work_stop_a_run(quiet_line: Centre) -> None:
    """A week of more hours than its days can hold is found before the scheduler is asked."""
    full = replace(CONFIG.contracts[0], week_s=(60 * 3600, 70 * 3600))
    found = findings(quiet_line(contracts=(full, *CONFIG.contracts[1:])))
    assert [item.gate for item in found if item.serious] == ["rules"]
    assert "hours of its days and of its week contradict" in found[0].message


def test_rules_that_contradict_stop_a_run_and_short_hours_are_told(quiet_line: Centre) -> None:
    """Five days a week with two in a row at most, once for all; Ben is there on two days."""
    full = replace(CONFIG.contracts[0], max_days_in_row=1)
    project = quiet_line(contracts=(full, *CONFIG.contracts[1:]))
    (project.root / "availability.csv").write_text("agent,days,from,to\n2,mon-tue,06:00,23:00\n")
    found = {item.gate: item for item in findings(project)}
    assert found["rules"].serious
    assert "at most 1 days in a row" in found["rules"].message
    assert found["rules"].message.startswith(f"contract {full.name}: cannot be kept together")
    assert not found["people"].serious
    assert "2: a shift of contract part-time" in found["people"].message
    assert "on 2 days a week" in found["people"].message


def test_a_model_that_is_not_there_stops_a_run(quiet_line: Centre) -> None:
    """[forecast] model is looked at without forecasting."""
    found = findings(quiet_line(forecast=replace(CONFIG.forecast, model="magic")))
    assert [item.gate for item in found if item.serious] == ["forecast"]


def test_the_files_of_the_forecast_are_read(quiet_line: Centre) -> None:
    """What would stop a forecast stops the check: each file's problems, all at once."""
    project = quiet_line()
    events = "queue,from,to,name,effect\nbank,2026-03-02,2026-03-01,mailing,+20%\n"
    (project.root / "events.csv").write_text(events, encoding="utf-8")
    (project.root / "adjustments.csv").write_text("queue\nbank\n", encoding="utf-8")
    told = [item.message for item in findings(project) if item.serious]
    assert any(text.startswith("events.csv:2: to:") for text in told)
    assert any(text.startswith("adjustments.csv:1:") for text in told)


def test_seats_of_a_site_without_people_are_told(quiet_line: Centre) -> None:
    """A misspelt site is told before the scheduler is."""
    rule = PresenceRule("seats", site="Mian", max_at_work=3)
    project = quiet_line(scheduling=replace(CONFIG.scheduling, presence=(rule,)))
    assert "no agent has this site, found 'Mian'" in findings(project)[-1].message


def test_a_queue_that_nobody_serves_is_told(quiet_line: Centre) -> None:
    """Its calls would go unanswered; that is worth a note."""
    project = quiet_line()
    second = replace(project.config.queues[0], name="chat")
    config = replace(project.config, queues=(*project.config.queues, second))
    texts = [item.message for item in findings(replace(project, config=config))]
    assert "queue 'chat': nobody serves it" in texts
