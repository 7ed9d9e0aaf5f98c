"""Roster books of stored runs: their own days, their own coverage, what was promised."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from wfm.config import parse
from wfm.domain import Agent
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.pipeline.workbook import stored_book
from wfm.store import Run, open_store

TOML = """
[centre]
name = "Harbour"
timezone = "Europe/Berlin"
interval = "60m"

[[queue]]
name = "radio"
open = "always"

[[queue]]
name = "letters"
channel = "deferred"
open = "always"
worked = { mon-fri = "08:00-18:00" }
target = { service_level = 0.95, threshold = "48h" }

[[queue]]
name = "chat"
channel = "chat"
open = "always"
aht_by_level = ["300s", "360s"]

[[shift]]
name = "night"
start = "22:00"
length = "8h"

[[contract]]
name = "night"
shifts = ["night"]
hours_per_day = "8h"
hours_per_week = "0h-40h"
days_per_week = "1-5"
"""
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def one_last_night(tmp_path: Path) -> Project:
    """A week whose only shift is the night from Sunday to the Monday after."""
    project = Project(tmp_path, parse(TOML), str(tmp_path / "wfm.db"))
    start = pd.Timestamp("2026-11-29 22:00", tz="Europe/Berlin").tz_convert("UTC").as_unit("us")
    end = start + pd.Timedelta(hours=8)
    who = {"agent": "ann", "start": [start], "end": [end]}
    shift = {"template": "night", "contract": "night", "skill": "radio", "paid_s": 28800}
    hours = pd.date_range("2026-11-22T23:00Z", periods=24 * 7, freq="h").as_unit("us")
    there = ((hours >= start) & (hours < end)).astype(float)
    need = (hours < start + pd.Timedelta(hours=2)).astype(float)
    coverage = pd.DataFrame(
        {
            "queue": "radio",
            "interval_start": hours,
            "interval_s": 3600,
            "required": need,
            "scheduled": there,
            "over": (there - need).clip(min=0),
            "under": (need - there).clip(min=0),
        }
    )
    figures = {"service_level": 0.987654321, "over": 12.34567, "former": None, "cut_short": False}
    told = json.dumps({"first_day": MONDAY.isoformat(), "days": 7, "wishes": None, **figures})
    run = Run("one", "plan", dt.datetime(2026, 11, 20, tzinfo=dt.UTC), "hash", "0", summary=told)
    tables = {
        "roster_shift": pd.DataFrame({**who, **shift, "cost": 0.0}),
        "roster_activity": pd.DataFrame({**who, "activity": "work", "paid": True}),
        "coverage": coverage,
    }
    with open_store(project.store) as store:
        store.save_run(run, tables)
    return project


@pytest.fixture
def people() -> People:
    """Ann alone."""
    return People((Agent("ann", "Ann", "night", ("radio",)),))


def test_a_night_past_the_last_midnight_makes_no_week_more(one_last_night, people):
    """The book has the days of the roster; who is there after them is the next roster's."""
    book = stored_book(one_last_night, people, None)
    assert (book.first_day, book.days) == (MONDAY, 7)
    assert book.coverage["interval_start"].max() == pd.Timestamp("2026-11-29T22:00Z")
    assert book.coverage["over"].sum() == 0
    assert len(book.shifts) == 1


def test_each_channel_tells_what_it_promises(one_last_night, people):
    """Letters know no patience and no model of callers; chats have handle times by number."""
    facts = dict(stored_book(one_last_night, people, None).facts)
    assert facts["queue letters answered within [h]"] == 48
    assert facts["queue chat AHT with 1, 2, … at a time [s]"] == "300, 360"
    assert facts["queue radio model"] == "erlang-a"
    assert not [name for name in facts if name.startswith("queue letters") and "patience" in name]
    assert "queue chat model" not in facts


def test_figures_are_told_in_words_and_as_many_digits_as_say_something(one_last_night, people):
    """What the run does not know is left out, as are the names that programs use."""
    facts = dict(stored_book(one_last_night, people, None).facts)
    assert facts["service level expected"] == 0.9877
    assert facts["over [agent-intervals]"] == 12.346
    assert facts["made at"] == "2026-11-20 00:00 UTC"
    assert not {"wishes", "share of wishes met", "input run", "cut_short", "first_day"} & set(facts)
    assert None not in facts.values()
