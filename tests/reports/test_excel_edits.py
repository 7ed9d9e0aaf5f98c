"""Hand edits read back from the workbook."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from openpyxl import load_workbook

from wfm.errors import InputError
from wfm.reports.excel_edits import read_roster_workbook
from wfm.reports.excel_workbook import write_roster_workbook
from wfm.reports.roster_cells import roster_cells
from wfm.reports.roster_edits import EditedCell, applied, coverage_change
from wfm.schema import ROSTER_ACTIVITY, ROSTER_SHIFT, check


@pytest.fixture(scope="module")
def book(make_book):
    """Three days of fourteen people."""
    return make_book(14, count=3)


@pytest.fixture(scope="module")
def written(book, tmp_path_factory):
    """The book as a file."""
    path = tmp_path_factory.mktemp("written") / "roster.xlsx"
    write_roster_workbook(path, book)
    return path


@pytest.fixture
def edit(written, tmp_path):
    """Lets a function loose on the Roster sheet of the written book, and saves it elsewhere."""

    def run(change):
        path = tmp_path / "roster.xlsx"
        workbook = load_workbook(written)
        change(workbook["Roster"])
        workbook.save(path)
        return path

    return run


@pytest.mark.parametrize(
    "case",
    [
        {"people": 10, "starts_h": (6, 14, 22), "work_days": 6, "steady": True},
        {"people": 8, "queues": ("bank", "cards")},
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
def test_an_untouched_workbook_changes_nothing(make_book, tmp_path, case):
    """What wfm wrote reads back as no change and the same tables."""
    book = make_book(**case)
    write_roster_workbook(tmp_path / "x.xlsx", book)
    edits = read_roster_workbook(tmp_path / "x.xlsx", book)
    assert edits.changes == ()
    assert edits.book.shifts.equals(book.shifts)
    assert edits.book.activities.equals(book.activities)
    assert coverage_change(book, edits.book).empty


def test_a_workbook_saved_by_libreoffice_reads_back(book, written, recalculate):
    """Another program's file of the same roster is no change either."""
    (path,) = recalculate([written])
    assert read_roster_workbook(path, book).changes == ()


def test_edits_become_shifts_and_leave(book, edit):
    """Off, leave, other hours and sloppy spelling are understood; all else stays as it was."""

    def change(sheet):
        sheet["E6"], sheet["E7"], sheet["E8"], sheet["F8"] = "off", " 9:15 - 17:45", "SL", "al"
        same = sheet["E9"].value
        sheet["E9"] = same.replace("-", " - ") if same[0].isdigit() else same

    edits = read_roster_workbook(edit(change), book)
    cells = roster_cells(book)
    ids = [person.agent for person in cells.people]
    expected = {
        (ids[0], cells.days[0]): "OFF",
        (ids[1], cells.days[0]): "09:15-17:45",
        (ids[2], cells.days[0]): "SL",
        (ids[2], cells.days[1]): "AL",
    }
    expected = {key: text for key, text in expected.items() if cells.texts[key] != text}
    assert {(c.agent, c.day): c.after for c in edits.changes} == expected
    assert all(c.before == cells.texts[c.agent, c.day] for c in edits.changes)
    after = roster_cells(edits.book)
    assert dict(after.texts) == {**cells.texts, **expected}
    typed = edits.book.shifts[edits.book.shifts["template"] == "edited"]
    assert typed["paid_s"].tolist() == [8 * 3600]
    assert (typed["end"] - typed["start"]).dt.total_seconds().tolist() == [8.5 * 3600]


def test_edited_tables_keep_the_contract(book, edit):
    """The edited tables pass the border's check, and each shift is work and breaks without gaps."""
    edits = read_roster_workbook(edit(lambda sheet: sheet.__setitem__("E7", "06:00-16:00")), book)
    shifts = check(edits.book.shifts.assign(run="r"), ROSTER_SHIFT)
    activities = check(edits.book.activities.assign(run="r"), ROSTER_ACTIVITY)
    (row,) = shifts[shifts["template"] == "edited"].itertuples()
    inside = activities[
        (activities["agent"] == row.agent)
        & (activities["start"] >= row.start)
        & (activities["end"] <= row.end)
    ]
    assert inside["start"].iloc[0] == row.start
    assert inside["end"].iloc[-1] == row.end
    assert inside["start"].tolist()[1:] == inside["end"].tolist()[:-1]
    paid = inside[inside["paid"]]
    assert (paid["end"] - paid["start"]).dt.total_seconds().sum() == row.paid_s


def test_the_coverage_change_is_the_shift_that_went(book, edit):
    """A day off given takes away what the shift worked, in its intervals and no others."""
    cells = roster_cells(book)
    first = next(p.agent for p in cells.people if (p.agent, cells.days[0]) in cells.shifts)
    row = 6 + [p.agent for p in cells.people].index(first)
    edits = read_roster_workbook(edit(lambda sheet: sheet.__setitem__(f"E{row}", "OFF")), book)
    change = coverage_change(book, edits.book)
    (shift,) = cells.shifts[first, cells.days[0]]
    breaks_h = sum(pause.length_s for pause in shift.pauses) / 3600
    lost_h = (change["before"] - change["after"]).sum() / 2
    assert lost_h == pytest.approx(shift.length_s / 3600 - breaks_h)
    assert set(change["interval_start"].dt.date) == {cells.days[0]}


def test_sorted_rows_are_read_by_their_id(book, edit):
    """A planner may sort by name; nothing has changed then."""

    def swap(sheet):
        for column in range(1, 12):
            one, two = sheet.cell(6, column), sheet.cell(17, column)
            one.value, two.value = two.value, one.value

    assert read_roster_workbook(edit(swap), book).changes == ()


def test_who_has_joined_since_needs_no_row(book, edit):
    """A person that agents.csv has by now and the workbook has not: nothing is missing."""
    joined = dataclasses.replace(book.agents[0], agent="Z9", name="Zoe New")
    later = dataclasses.replace(book, agents=[*book.agents, joined])
    assert read_roster_workbook(edit(lambda sheet: None), later).changes == ()


def unknown(sheet):
    """Two people who are not on the roster, and so two missing ones."""
    sheet["C7"], sheet["C8"] = "X1", "X2"


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        (unknown, ["roster.xlsx:7: C: unknown person, found 'X1'", "A0002 is missing"]),
        (lambda s: s.__setitem__("C7", s["C6"].value), ["the same person twice", "is missing"]),
        (
            lambda s: (s.__setitem__("E6", "early"), s.__setitem__("F7", "8-16")),
            ["roster.xlsx:6: E: is neither a shift nor a code, found 'early'", ":7: F:"],
        ),
        (lambda s: s.__setitem__("E5", dt.datetime(2004, 1, 1)), ["has other dates"]),
        (lambda s: s.__setitem__("C5", "Number"), ["no row of headings with ID"]),
        (lambda s: setattr(s, "title", "Plan"), ["has no sheet Roster"]),
    ],
)
def test_bad_edits_are_told_at_once(book, edit, change, messages):
    """Each problem gives a line with row and column, all of them in one go."""
    path = edit(change)
    with pytest.raises(InputError) as error:
        read_roster_workbook(path, book)
    for message in messages:
        assert message in str(error.value)


@pytest.mark.parametrize(("content", "message"), [(None, "no such file"), (b"x", "is no workbook")])
def test_a_file_that_is_none_is_told(book, tmp_path, content, message):
    """Neither a missing nor a broken file gives a traceback."""
    if content is not None:
        (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_roster_workbook(tmp_path / "x.xlsx", book)


def test_a_night_over_the_change_pays_its_true_hours(make_book):
    """A typed night of autumn's change is an hour longer than its clock, in spring shorter."""
    for first_day, hours in ((dt.date(2003, 10, 20), 9), (dt.date(2003, 3, 24), 7)):
        book = make_book(
            3, first_day=first_day, timezone="Europe/Berlin", starts_h=(9,), work_days=7
        )
        saturday = first_day + dt.timedelta(days=5)
        agent = book.agents[0].agent
        edits = applied(book, [EditedCell(agent, saturday, "22:00-06:00")])
        (row,) = edits.book.shifts.query("template == 'edited'").itertuples()
        assert (row.end - row.start) == dt.timedelta(hours=hours)


def test_texts_that_open_like_a_formula_read_back(book, tmp_path):
    """A neutralised staff number is still the same person."""
    renamed = {person.agent: f"={person.agent}" for person in book.agents}
    odd = dataclasses.replace(
        book,
        agents=[dataclasses.replace(p, agent=renamed[p.agent]) for p in book.agents],
        shifts=book.shifts.assign(agent=book.shifts["agent"].map(renamed)),
        activities=book.activities.assign(agent=book.activities["agent"].map(renamed)),
        leave=[dataclasses.replace(x, agent=renamed[x.agent], code="@X") for x in book.leave],
        wishes=(),
    )
    write_roster_workbook(tmp_path / "x.xlsx", odd)
    assert read_roster_workbook(tmp_path / "x.xlsx", odd).changes == ()
