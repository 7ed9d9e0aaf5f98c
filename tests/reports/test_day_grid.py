"""Shares of intervals at work, in time and on the wall clock."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.reports.coverage_streams import coverage_streams, shifts_touching
from wfm.reports.day_grid import day_grids, overlap_s, slots, worked_share
from wfm.reports.day_rows import day_rows, pause_columns
from wfm.reports.roster_cells import Pause, PlacedShift, roster_cells


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 3000), st.integers(0, 3000), st.sampled_from([5, 15, 30, 60]))
def test_overlap_is_the_count_of_common_minutes(begin_min, length_min, step_min):
    """Seconds of each interval inside a span equal a count minute by minute."""
    edges = np.arange(0, 1440, step_min) * 60
    got = overlap_s(edges, step_min * 60, begin_min * 60, (begin_min + length_min) * 60)
    minutes = np.arange(1440)
    inside = (minutes >= begin_min) & (minutes < begin_min + length_min)
    assert got.tolist() == (inside.reshape(-1, step_min).sum(axis=1) * 60).tolist()


def test_breaks_are_taken_out(make_book):
    """A quarter of an hour's break leaves half of its half-hour."""
    book = make_book(2, count=1, work_days=1)
    grid = next(iter(day_grids(book, roster_cells(book)).values()))
    start = int(grid.starts[0])
    pause = Pause("break", start + 3600, start + 4500, 0)
    shift = PlacedShift("x", grid.day, start, start + 7200, 0, 7200, 7200, "bank", (pause,))
    assert worked_share(grid, shift)[:5].tolist() == [1.0, 1.0, 0.5, 1.0, 0.0]


@pytest.mark.parametrize(
    ("first_day", "hours"), [(dt.date(2003, 3, 24), 23), (dt.date(2003, 10, 20), 25)]
)
def test_days_of_23_and_25_hours(make_book, first_day, hours):
    """The Sunday of the change has its true number of hours; its neighbours have 24."""
    book = make_book(
        6,
        first_day=first_day,
        timezone="Europe/Berlin",
        starts_h=(0, 8, 16),
        work_days=7,
        steady=True,
    )
    grids = day_grids(book, roster_cells(book))
    assert [len(grid.starts) for grid in grids.values()] == [48] * 6 + [hours * 2]
    assert len(slots(grids)) == max(48, hours * 2)


@pytest.mark.parametrize(
    "case",
    [
        {"people": 25},
        {"people": 12, "starts_h": (6, 14, 22), "work_days": 6, "steady": True},
        {"people": 10, "queues": ("bank", "cards")},
        {
            "people": 10,
            "first_day": dt.date(2003, 10, 20),
            "timezone": "Europe/Berlin",
            "starts_h": (0, 1, 6, 14, 22),
            "work_days": 7,
            "steady": True,
        },
    ],
)
def test_sheets_count_what_the_plan_counted(make_book, case):
    """Agents at work by the shifts equal an independent count in five-minute steps."""
    book = make_book(**case)
    cells = roster_cells(book)
    streams = coverage_streams(book, cells, day_grids(book, cells))
    assert [stream.name for stream in streams] == sorted(case.get("queues", ("bank",)))
    assert all(not stream.correction for stream in streams)
    total = sum(sum(stream.scheduled.values()) for stream in streams)
    assert total == pytest.approx(book.coverage["scheduled"].sum())


def test_a_plan_that_counts_otherwise_is_kept(make_book):
    """Where the plan has one agent more than the shifts show, the difference is a correction."""
    book = make_book(8)
    book.coverage.loc[3, "scheduled"] += 1
    cells = roster_cells(book)
    (stream,) = coverage_streams(book, cells, day_grids(book, cells))
    book.coverage.loc[3, "scheduled"] -= 1
    assert list(stream.correction.values()) == [pytest.approx(1.0)]


def test_only_rows_at_the_doubled_hour_are_values(make_book):
    """In autumn, rows with an edge between 02:00 and 03:00 stand as values, all others follow."""
    book = make_book(
        12,
        first_day=dt.date(2003, 10, 20),
        timezone="Europe/Berlin",
        starts_h=(0, 1, 6, 14, 22),
        work_days=7,
        steady=True,
    )
    cells = roster_cells(book)
    grids = day_grids(book, cells)
    columns = pause_columns(shift for found in cells.shifts.values() for shift in found)
    for day, grid in grids.items():
        for row in day_rows(cells, day, grid, columns):
            edges = (
                []
                if row.shift is None
                else [
                    edge
                    for start, column in zip(row.pauses, columns, strict=True)
                    if start is not None
                    for edge in (start, start + column.length_s)
                ]
            )
            doubled = day == dt.date(2003, 10, 26) and any(7200 <= edge <= 10800 for edge in edges)
            assert row.followed or doubled


def test_a_night_shift_stands_on_both_days(make_book):
    """A shift over midnight is a row of the day it begins and of the next, each with its part."""
    book = make_book(6, starts_h=(22,), work_days=7, steady=True)
    cells = roster_cells(book)
    grids = day_grids(book, cells)
    second = book.first_day + dt.timedelta(days=1)
    rows = [row for row in day_rows(cells, second, grids[second], ()) if row.shift is not None]
    assert len(rows) == len(shifts_touching(cells, second))
    carried = [row for row in rows if row.carried]
    assert carried
    assert all(row.span[0] == 0 and row.shift.day == book.first_day for row in carried)
