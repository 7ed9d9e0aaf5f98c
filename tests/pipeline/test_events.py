"""events.csv: read whole, refused whole, and felt by the forecast."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wfm.errors import InputError
from wfm.forecast import Treat
from wfm.pipeline.events import read_events, read_pay_days, read_school_holidays


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
    assert [(event.name, event.uplift) for event in found["a"].events] == [
        ("mailing", 0.2),
        ("outage", -0.5),
    ]
    assert [(event.name, event.uplift) for event in found["b"].events] == [
        ("mailing", 0.2),
        ("fair", None),
    ]
    assert found["a"].events[0].last == dt.date(2026, 3, 3)


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    """A stranger queue, a date that is none, an end before the start, an effect in words."""
    path = events_file(
        tmp_path,
        "z,2026-03-02,2026-03-03,x,\na,tomorrow,2026-03-03,x,\n"
        "a,2026-03-03,2026-03-02,x,\na,2026-03-03,2026-03-04,x,much\n"
        "a,2026-03-03,2026-03-04,x,20\na,2026-03-03T10:00,2026-03-03T12:00,x,\n"
        "a,2026-03-03,2026-03-04,x,keep\n",
    )
    with pytest.raises(InputError) as refused:
        read_events(path, ["a"])
    told = [str(problem) for problem in refused.value.problems]
    for start in (
        "events.csv:2: queue: no such queue, found 'z'",
        "events.csv:3: from: is not a date, found 'tomorrow'",
        "events.csv:4: to: event 'x' ends",
        "events.csv:5: effect: is not a number, found 'much'",
        "events.csv:6: effect: is more than 5 times as much again, found '20'; write a fraction",
        "events.csv:7: from: is not a date, found '2026-03-03T10:00'; write the date alone",
        "events.csv:8: effect: is a verdict, found 'keep'; write it in the column treat",
    ):
        assert any(text.startswith(start) for text in told), (start, told)


def test_lead_and_lag_become_events_of_their_own(tmp_path: Path) -> None:
    """Days before and after, given effect by effect or left to be learnt."""
    path = tmp_path / "events.csv"
    path.write_text(
        "queue,from,to,name,effect,before,after\n,2026-03-02,2026-03-03,mailing,+20%,+5% +10%,2\n",
        encoding="utf-8",
    )
    found = [(e.name, e.first.isoformat(), e.uplift) for e in read_events(path, ["a"])["a"].events]
    assert found == [
        ("mailing", "2026-03-02", 0.2),
        ("mailing, 1 day before", "2026-03-01", 0.1),
        ("mailing, 2 days before", "2026-02-28", 0.05),
        ("mailing, 1 day after", "2026-03-04", None),
        ("mailing, 2 days after", "2026-03-05", None),
    ]


def test_hours_and_verdicts_are_read(tmp_path: Path) -> None:
    """A planned outage of two hours; a storm that is to be ignored."""
    path = tmp_path / "events.csv"
    path.write_text(
        "queue,from,to,name,effect,hours,treat\n"
        "a,2026-03-02,2026-03-02,works,-100%,10:00-12:00,\n"
        "a,2026-02-02,2026-02-02,storm,,,ignore\n",
        encoding="utf-8",
    )
    known = read_events(path, ["a"])["a"]
    assert [(e.from_s, e.until_s, e.uplift) for e in known.events] == [(36_000, 43_200, -1.0)]
    assert [(v.treat, v.first.day) for v in known.verdicts] == [(Treat.IGNORE, 2)]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("+5%,,,,forget", "effect"),
        (",,,,forget", "treat"),
        (",12:00-10:00,,,", "hours"),
        (",10:00,,,", "hours"),
        (",,99,,", "before"),
        (",,,5% much,", "after"),
        (",,-120%,,", "before"),
    ],
)
def test_cells_that_make_no_sense_are_told(tmp_path: Path, cells: str, column: str) -> None:
    """Line, column and what to write."""
    path = tmp_path / "events.csv"
    head = "queue,from,to,name,effect,hours,before,after,treat\n"
    path.write_text(head + f"a,2026-03-02,2026-03-02,x,{cells}\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_events(path, ["a"])
    assert [(p.row, p.column) for p in refused.value.problems] == [(2, column)]


def test_school_holidays_and_pay_days_come_again(tmp_path: Path) -> None:
    """Their effects are to be learned; a pay day is felt for two more days."""
    school, pay = tmp_path / "school.csv", tmp_path / "paydays.csv"
    school.write_text("from,to,name\n2026-07-01,2026-08-15,summer\n2026-10-19,2026-10-30,\n")
    pay.write_text("date\n2026-03-31\n")
    holidays = read_school_holidays(school, ["a"])["a"].events
    assert [event.name for event in holidays] == ["summer", "school holidays"]
    days = read_pay_days(pay, ["a"])["a"].events
    assert [(event.name, event.first.day) for event in days] == [
        ("pay day", 31),
        ("pay day, 1 day after", 1),
        ("pay day, 2 days after", 2),
    ]
    assert all(event.recurs and event.uplift is None for event in (*holidays, *days))
    pay.write_text("date\nsoon\n")
    with pytest.raises(InputError, match=r"paydays\.csv:2: date"):
        read_pay_days(pay, ["a"])
