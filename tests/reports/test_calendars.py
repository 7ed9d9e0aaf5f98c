"""Calendars per person."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest
from icalendar import Calendar

from wfm.reports.calendars import write_calendars

STAMP = dt.datetime(2003, 2, 28, 21, 0, tzinfo=dt.UTC)


def events_of(path):
    """Events of a calendar file."""
    return list(Calendar.from_ical(path.read_bytes()).walk("VEVENT"))


def test_calendars_hold_the_shifts_of_the_table(make_book, tmp_path):
    """Read back, the events of all files are the shifts and the leave, no more and no less."""
    book = make_book(
        12,
        first_day=dt.date(2003, 3, 24),
        timezone="Europe/Berlin",
        starts_h=(6, 14, 22),
        work_days=6,
        steady=True,
    )
    paths = write_calendars(tmp_path, book, stamp=STAMP)
    found = {
        (path.stem, pd.Timestamp(event.start), pd.Timestamp(event.end))
        for path in paths
        for event in events_of(path)
        if isinstance(event.start, dt.datetime)
    }
    shifts = book.shifts
    assert found == set(zip(shifts["agent"], shifts["start"], shifts["end"], strict=True))
    days = [(p.stem, e.start) for p in paths for e in events_of(p) if type(e.start) is dt.date]
    assert sorted(days) == sorted((entry.agent, entry.day) for entry in book.leave)


def test_breaks_are_told_on_the_wall_clock(make_book, tmp_path):
    """The description lists each break and the paid hours."""
    book = dataclasses.replace(make_book(2, count=1, work_days=1, starts_h=(9,)), leave=())
    (path,) = write_calendars(tmp_path, book, stamp=STAMP)
    (event,) = events_of(path)
    lines = str(event["description"]).splitlines()
    local = book.activities["start"].dt.tz_convert(book.timezone)
    breaks = book.activities["activity"] != "work"
    assert [line.split("-")[0] for line in lines[:-1]] == [
        f"{name} {start:%H:%M}"
        for name, start in zip(book.activities["activity"][breaks], local[breaks], strict=True)
    ]
    assert lines[-1] == "8 h paid, America/New_York"
    assert event["summary"] == "Retail bank: 09:00-17:30"


def test_a_moved_shift_keeps_its_identity(make_book, tmp_path):
    """The next roster's event for the same person and date replaces the old one."""
    first, second = make_book(6, starts_h=(8,)), make_book(6, starts_h=(10,))
    for name, book in (("a", first), ("b", second)):
        write_calendars(tmp_path / name, book, stamp=STAMP)
    for path in (tmp_path / "a").iterdir():
        before, after = events_of(path), events_of(tmp_path / "b" / path.name)
        assert [str(e["uid"]) for e in before] == [str(e["uid"]) for e in after]
        timed = [k for k, e in enumerate(before) if isinstance(e.start, dt.datetime)]
        assert all(before[k].start != after[k].start for k in timed)
    every = [str(e["uid"]) for path in (tmp_path / "a").iterdir() for e in events_of(path)]
    assert len(set(every)) == len(every)


def test_the_same_roster_gives_the_same_bytes(make_book, tmp_path):
    """No clock gets into the files."""
    book = make_book(4)
    for name in ("a", "b"):
        write_calendars(tmp_path / name, book, stamp=STAMP)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_names_of_any_kind(make_book, tmp_path):
    """Commas, line ends and slashes in names and numbers break neither file nor event."""
    book = make_book(2, count=1, work_days=1)
    odd = {book.agents[0].agent: "../x", book.agents[1].agent: "x y"}
    book = dataclasses.replace(
        book,
        centre="Bank; Süd,\nBEGIN:VEVENT",
        agents=[dataclasses.replace(p, agent=odd[p.agent]) for p in book.agents],
        shifts=book.shifts.assign(agent=book.shifts["agent"].map(odd)),
        activities=book.activities.assign(agent=book.activities["agent"].map(odd)),
        leave=(),
        wishes=(),
    )
    paths = write_calendars(tmp_path, book, stamp=STAMP)
    assert {path.parent for path in paths} == {tmp_path}
    assert len(set(paths)) == len(book.shifts)
    for path in paths:
        (event,) = events_of(path)
        assert str(event["summary"]).startswith("Bank; Süd, BEGIN:VEVENT: ")


def test_nobody_without_a_day_gets_a_file(make_book, tmp_path):
    """A calendar without events is no calendar."""
    assert write_calendars(tmp_path, make_book(0), stamp=STAMP) == ()


def test_a_stamp_without_a_zone_is_refused(make_book, tmp_path):
    """The order of two exports must be plain."""
    with pytest.raises(ValueError, match="time zone"):
        write_calendars(tmp_path, make_book(1), stamp=dt.datetime(2003, 3, 3))
