"""Texts and codes of the roster's cells."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.domain import Agent, Leave
from wfm.reports.roster_cells import clock, roster_cells, span_of


@given(st.integers(0, 1439), st.integers(0, 1439))
def test_the_text_of_a_shift_reads_back(start_min, end_min):
    """What a cell says gives the start and end that it was written from."""
    text = f"{clock(start_min * 60)}-{clock(end_min * 60)}"
    assert span_of(text) == (start_min * 60, end_min * 60)


@pytest.mark.parametrize("text", ["", "OFF", "AL", "09:00", "9-17", "=1+1", "nine-five"])
def test_other_texts_are_no_shift(text):
    """Codes and slips of the pen are not taken for hours."""
    assert span_of(text) is None


def test_every_cell_says_what_the_tables_say(make_book):
    """Cells of shifts carry the local hours, other cells the leave code or OFF."""
    book = make_book(30)
    cells = roster_cells(book)
    local = book.shifts["start"].dt.tz_convert(book.timezone)
    expected = {
        (agent, start.date()): f"{start:%H:%M}-{end.tz_convert(book.timezone):%H:%M}"
        for agent, start, end in zip(book.shifts["agent"], local, book.shifts["end"], strict=True)
    }
    leave = {(entry.agent, entry.day): entry.code for entry in book.leave}
    assert len(cells.texts) == 30 * 7
    for key, text in cells.texts.items():
        assert text == expected.get(key, leave.get(key, "OFF"))


def test_other_pay_of_the_same_hours_gets_a_letter(make_book):
    """One text means one number of paid hours; the rarer pay is the one with the letter."""
    book = make_book(9, starts_h=(9,))
    shifts = book.shifts.copy()
    odd = shifts.index[shifts["contract"] == "full-time"][0]
    shifts.loc[odd, "paid_s"] = 27000
    cells = roster_cells(dataclasses.replace(book, shifts=shifts))
    assert cells.paid_h["09:00-17:30"] == 8.0
    assert cells.paid_h["09:00-17:30 b"] == 7.5
    assert list(cells.texts.values()).count("09:00-17:30 b") == 1


def test_two_shifts_on_a_day_stand_in_one_cell(make_book):
    """A split shift shows both parts and pays their sum."""
    book = make_book(2, count=1, work_days=1, starts_h=(8,))
    first = book.shifts.iloc[:1]
    later = first.assign(
        start=first["start"] + pd.Timedelta(hours=10),
        end=first["start"] + pd.Timedelta(hours=12),
        paid_s=7200,
    )
    cells = roster_cells(dataclasses.replace(book, shifts=pd.concat([book.shifts, later])))
    text = cells.texts[first["agent"].iloc[0], book.first_day]
    assert text == "08:00-16:30 / 18:00-20:00"
    assert cells.paid_h[text] == 10.0


def test_free_days_are_coded(make_book):
    """Leave, closed holidays, ordinary days off and days outside employment have their codes."""
    day = dt.date(2003, 3, 3)
    people = [
        Agent("1", "Ann", "full-time", ("bank",)),
        Agent("2", "Ben", "full-time", ("bank",), start_date=dt.date(2003, 3, 4)),
    ]
    empty = make_book(0)
    book = dataclasses.replace(
        empty,
        agents=people,
        leave=[Leave("1", day, "SL")],
        holidays={day + dt.timedelta(days=1): "Closed day"},
        days=3,
    )
    texts = roster_cells(book).texts
    assert [texts["1", day + dt.timedelta(days=k)] for k in range(3)] == ["SL", "PH", "OFF"]
    assert [texts["2", day + dt.timedelta(days=k)] for k in range(3)] == ["NA", "PH", "OFF"]


def test_unpaid_breaks_are_learnt_by_length(make_book):
    """A typed shift as long as a short one loses nothing, as long as a long one half an hour."""
    cells = roster_cells(make_book(30))
    assert cells.unpaid_h == ((0.0, 0.0), (6.75, 0.5))


def test_a_shift_of_a_stranger_is_refused(make_book):
    """Hours of a person who is not on the roster would vanish from its totals."""
    book = make_book(5)
    with pytest.raises(ValueError, match="A0004"):
        dataclasses.replace(book, agents=book.agents[:4])


def test_the_same_agent_twice_is_refused(make_book):
    """Two rows with one key could not be told apart by the formulas."""
    book = make_book(3)
    with pytest.raises(ValueError, match="twice: A0001"):
        dataclasses.replace(book, agents=[*book.agents, book.agents[1]])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timezone": "Mars/Base"}, "time zone"),
        ({"days": 0}, "day"),
        ({"interval_s": 7}, "interval"),
    ],
)
def test_impossible_books_are_refused(make_book, changes, message):
    """Zone, number of days and interval are checked when the book is made."""
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(make_book(1), **changes)
