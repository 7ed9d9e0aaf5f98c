"""events.csv: read whole, refused whole, and felt by the forecast."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wfm.errors import InputError
from wfm.pipeline.events import read_events


def events_file(tmp_path: Path, text: str) -> Path:
    """events.csv with some rows."""
    path = tmp_path / "events.csv"
    path.write_text("queue,from,to,name,effect\n" + text, encoding="utf-8")
    return path


def test_no_file_is_no_events(tmp_path: Path) -> None:
    """The file is optional."""
    assert read_events(tmp_path / "events.csv", ["a"]) == {}


def test_an_event_of_all_queues_reaches_each(tmp_path: Path) -> None:
    """Effects as fraction, percent, or left to be learnt."""
    path = events_file(
        tmp_path,
        ",2026-03-02,2026-03-03,mailing,+20%\na,2026-04-01,2026-04-01,outage,-0.5\nb,2026-05-01,2026-05-01,fair,\n",
    )
    found = read_events(path, ["a", "b"])
    assert [(event.name, event.uplift) for event in found["a"]] == [
        ("mailing", 0.2),
        ("outage", -0.5),
    ]
    assert [(event.name, event.uplift) for event in found["b"]] == [
        ("mailing", 0.2),
        ("fair", None),
    ]
    assert found["a"][0].last == dt.date(2026, 3, 3)


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    """A stranger queue, a date that is none, an end before the start, an effect in words."""
    path = events_file(
        tmp_path,
        "z,2026-03-02,2026-03-03,x,\na,tomorrow,2026-03-03,x,\n"
        "a,2026-03-03,2026-03-02,x,\na,2026-03-03,2026-03-04,x,much\n",
    )
    with pytest.raises(InputError) as refused:
        read_events(path, ["a"])
    told = [str(problem) for problem in refused.value.problems]
    for start in (
        "events.csv:2: queue: no such queue, found 'z'",
        "events.csv:3: from: is not a date, found 'tomorrow'",
        "events.csv:4: to: event 'x' ends",
        "events.csv:5: effect: is not a number, found 'much'",
    ):
        assert any(text.startswith(start) for text in told), (start, told)
