"""The roster workbook: what it shows, and that its formulas say the same as the plan."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest
from openpyxl import load_workbook

from wfm.domain import Agent, Leave
from wfm.reports.excel_workbook import write_roster_workbook

BERLIN = {"timezone": "Europe/Berlin", "work_days": 7, "steady": True}
CASES = {
    "day": {"people": 24},
    "night": {"people": 12, "starts_h": (6, 14, 22), "work_days": 6, "steady": True},
    "spring": {
        "people": 10,
        "first_day": dt.date(2003, 3, 24),
        "starts_h": (0, 6, 14, 22),
        **BERLIN,
    },
    "autumn": {
        "people": 10,
        "first_day": dt.date(2003, 10, 20),
        "starts_h": (0, 1, 6, 14, 22),
        **BERLIN,
    },
    "queues": {"people": 12, "queues": ("bank", 'cards "gold"')},
    "quarters": {"people": 9, "interval_s": 900, "count": 3},
    "empty": {"people": 0},
}
NASTY = '=HYPERLINK("http://x","y")'


def plain(value):
    """A cell's value as a number where it is a time."""
    if isinstance(value, dt.datetime):
        return (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    return "" if value is None else value


@pytest.fixture(scope="module")
def books(make_book):
    """One book per case, and one whose every text would like to be a formula."""
    found = {name: make_book(**case) for name, case in CASES.items()}
    found["nasty"] = nasty_book(make_book)
    return found


def nasty_book(make_book):
    """Book whose every text would like to be a formula."""
    day = make_book(6)
    renamed = {
        person.agent: f"{lead}{person.agent}"
        for person, lead in zip(day.agents, ("=", "+", "-", "@", "\t", " ="), strict=True)
    }
    agents = [
        dataclasses.replace(p, agent=renamed[p.agent], name=NASTY, team="@SUM(A1)", site="-2+3")
        for p in day.agents
    ]
    return dataclasses.replace(
        day,
        centre="=1+1",
        run="+run",
        agents=agents,
        shifts=day.shifts.assign(agent=day.shifts["agent"].map(renamed)),
        activities=day.activities.assign(
            agent=day.activities["agent"].map(renamed),
            activity=day.activities["activity"].replace("lunch", "=cmd|' /C calc'!A0"),
        ),
        leave=[Leave(renamed[entry.agent], entry.day, "=AL") for entry in day.leave],
        wishes=[dataclasses.replace(wish, agent=renamed[wish.agent]) for wish in day.wishes],
        holidays={day.first_day: NASTY},
        facts=[("=label", "=value"), ("@x", "-1")],
    )


@pytest.fixture(scope="module")
def paths(books, tmp_path_factory):
    """The cases as files."""
    folder = tmp_path_factory.mktemp("books")
    for name, book in books.items():
        write_roster_workbook(folder / f"{name}.xlsx", book)
    return {name: folder / f"{name}.xlsx" for name in books}


@pytest.fixture(scope="module")
def edited(paths):
    """The day case after a planner's hand edits."""
    book = load_workbook(paths["day"])
    sheet = book["Roster"]
    sheet["E6"], sheet["E7"], sheet["E8"], sheet["E9"] = "OFF", "9:15-17:45", "early", "08:00-12:00"
    gantt = book["Mon 3 Mar"]
    first = next(row for row in range(8, 30) if gantt.cell(row, 9).value is not None)
    gantt.cell(first, 9).value = dt.time(14, 0)
    path = paths["day"].with_name("edited.xlsx")
    book.save(path)
    return path


@pytest.fixture(scope="module")
def recalculated(paths, edited, recalculate):
    """What LibreOffice makes of every case."""
    every = [*paths.values(), edited]
    return {path.stem: load_workbook(path, data_only=True) for path in recalculate(every)}


@pytest.mark.parametrize("case", [*CASES, "nasty"])
def test_recalculation_agrees_with_the_values_written(case, paths, recalculated):
    """Each formula, recalculated by LibreOffice, gives the value that was written with it."""
    formulas, values = load_workbook(paths[case]), load_workbook(paths[case], data_only=True)
    compared = 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            written = plain(values[sheet.title][cell.coordinate].value)
            found = plain(recalculated[case][sheet.title][cell.coordinate].value)
            same = written == found or written == pytest.approx(found, rel=1e-9, abs=1e-9)
            assert same, f"{sheet.title}!{cell.coordinate}: {written!r}, recalculated {found!r}"
            compared += 1
    assert compared > (60 if case == "empty" else 1000)


@pytest.mark.parametrize("case", ["day", "night", "spring", "autumn", "quarters"])
def test_live_totals_tie_out_with_the_tables(case, books, recalculated):
    """Hours, shifts and coverage on the sheets are the sums of the frames that came in."""
    book, sheets = books[case], recalculated[case]
    hours = {row[3]: row for row in sheets["Hours"].iter_rows(min_row=5, values_only=True)}
    paid_h = book.shifts.groupby("agent")["paid_s"].sum() / 3600
    for agent, row in hours.items():
        assert row[5] == pytest.approx(paid_h.get(agent, 0.0))
    totals = {row[1]: row for row in sheets["Roster"].iter_rows(values_only=True) if row[1]}
    count = book.days
    assert sum(totals["Paid hours"][4 : 4 + count]) == pytest.approx(paid_h.sum())
    assert sum(totals["On shift"][4 : 4 + count]) == len(book.shifts)
    coverage = book.coverage
    local = coverage["interval_start"].dt.tz_convert(book.timezone).dt.date
    inside = coverage[local <= book.first_day + dt.timedelta(days=count - 1)]
    step_h = book.interval_s / 3600
    line = next(r for r in sheets["Coverage"].iter_rows(values_only=True) if r[0] == "all days")
    shown = [value for value in line[1:] if value is not None]
    expected = [inside[name].sum() * step_h for name in ("required", "scheduled", "over", "under")]
    assert shown == pytest.approx(expected)


def test_hand_edits_count(books, recalculated, paths):
    """Other hours, a typed shift, a day off and an unreadable cell change every figure behind."""
    before, after = load_workbook(paths["day"], data_only=True), recalculated["edited"]
    old, new = (list(b["Roster"].iter_rows(6, 9, values_only=True)) for b in (before, after))
    assert [row[11] for row in old] != [row[11] for row in new]
    monday = [row[4] for row in new]
    assert monday == ["OFF", "9:15-17:45", "early", "08:00-12:00"]
    figures = {row[3]: row for row in after["Hours"].iter_rows(min_row=5, values_only=True)}
    was = {row[3]: row for row in before["Hours"].iter_rows(min_row=5, values_only=True)}
    paid = {agent: figures[agent][5] - was[agent][5] for agent in figures}
    ids = [row[2] for row in new]
    book = books["day"]
    local = book.shifts["start"].dt.tz_convert(book.timezone).dt.date
    monday_h = book.shifts[local == book.first_day].set_index("agent")["paid_s"] / 3600
    assert [paid[agent] + monday_h.get(agent, 0.0) for agent in ids] == [0.0, 8.0, 0.0, 4.0]
    assert "unreadable cell" in figures[ids[2]][20]
    assert {agent for agent in paid if paid[agent]} <= set(ids)


def test_hand_edits_reach_the_coverage(recalculated, paths):
    """Scheduled agents on the heat map follow an edited cell and a moved break."""
    before, after = load_workbook(paths["day"], data_only=True), recalculated["edited"]
    for sheets in (before, after):
        gantt = sheets["Mon 3 Mar"]
        for column in range(11, gantt.max_column + 1):
            share = sum(gantt.cell(row, column).value or 0 for row in range(8, gantt.max_row + 1))
            assert gantt.cell(4, column).value == pytest.approx(share)
    scheduled = [
        [row[9] for row in sheets["Coverage"].iter_rows(7, 36, values_only=True)]
        for sheets in (before, after)
    ]
    assert scheduled[0] != scheduled[1]


def test_nothing_handed_in_becomes_a_formula(paths, recalculated):
    """Names, teams, codes, breaks, facts and titles that open like a formula stay text."""
    book = load_workbook(paths["nasty"])
    texts = 0
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            if cell.data_type == "f":
                assert "HYPERLINK(" not in cell.value
                assert "cmd|" not in cell.value
            elif isinstance(cell.value, str):
                texts += "HYPERLINK" in cell.value or "cmd|" in cell.value
                assert not cell.value.lstrip().startswith(("=", "+", "-", "@"))
    assert texts > 20
    assert book["Run"]["A1"].value.startswith("'=1+1")
    names = {row[2] for row in recalculated["nasty"]["Hours"].iter_rows(5, values_only=True)}
    assert names == {f"'{NASTY}"}


def test_the_same_book_gives_the_same_bytes(books, paths, tmp_path):
    """Written again, the file is the same to the last byte."""
    write_roster_workbook(tmp_path / "again.xlsx", books["night"])
    assert (tmp_path / "again.xlsx").read_bytes() == paths["night"].read_bytes()


def test_a_planner_finds_her_tools(paths):
    """Panes frozen at names and dates, filter, drop-down, A3 landscape with repeated titles."""
    book = load_workbook(paths["day"])
    sheet = book["Roster"]
    assert sheet.freeze_panes == "C6"
    assert sheet.auto_filter.ref == "A5:U29"
    (choice,) = sheet.data_validations.dataValidation
    assert (choice.type, choice.formula1, str(choice.sqref)) == ("list", "shift_texts", "E6:K29")
    assert book.defined_names["shift_texts"].attr_text.startswith("Settings!$A$6:$A$")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$5"
    assert [cell.value for cell in sheet["E5:F5"][0]] == [
        dt.datetime(2003, 3, 3),
        dt.datetime(2003, 3, 4),
    ]
    assert sheet["E4"].value == "Mon"
    assert book.vba_archive is None


def test_sheets_of_a_book(paths):
    """A day sheet per working day, in order, between the roster and the figures."""
    titles = load_workbook(paths["quarters"], read_only=True).sheetnames
    assert titles[:3] == ["Roster", "Coverage", "Mon 3 Mar"]
    assert titles[-4:] == ["Hours", "Wishes", "Settings", "Run"]
    assert load_workbook(paths["empty"]).sheetnames == [
        "Roster",
        "Coverage",
        "Hours",
        "Wishes",
        "Settings",
        "Run",
    ]


def test_a_person_without_shifts_is_on_every_sheet(make_book, tmp_path):
    """Somebody with a week of leave has a row, no hours, and a place on the day sheets."""
    book = make_book(5)
    gone = Agent("Z1", "Zed Away", "full-time", ("bank",), team="Team A")
    days = [book.first_day + dt.timedelta(days=k) for k in range(7)]
    book = dataclasses.replace(
        book, agents=[*book.agents, gone], leave=[Leave("Z1", day) for day in days]
    )
    write_roster_workbook(tmp_path / "x.xlsx", book)
    sheets = load_workbook(tmp_path / "x.xlsx", data_only=True)
    row = next(r for r in sheets["Hours"].iter_rows(values_only=True) if r[3] == "Z1")
    assert (row[5] == 0 and row[10] == 0) or row[5] == 0
    assert not row[20]
    assert any(r[3] == "Z1" for r in sheets["Mon 3 Mar"].iter_rows(values_only=True))


def test_frames_with_a_run_column_give_the_same_sheets(make_book, tmp_path):
    """The workbook does not mind whether the tables come with or without their run."""
    book = make_book(6)
    marked = dataclasses.replace(
        book,
        **{
            name: getattr(book, name).assign(run="r1")
            for name in ("shifts", "activities", "coverage")
        },
    )
    write_roster_workbook(tmp_path / "a.xlsx", book)
    write_roster_workbook(tmp_path / "b.xlsx", marked)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_split_shift_counts_in_full(make_book, recalculate, tmp_path):
    """Two shifts on one day stand in one cell; their hours and coverage are those of both."""
    book = make_book(3, count=1, work_days=1, starts_h=(8,))
    agent = book.shifts["agent"].iloc[0]
    first = book.shifts.iloc[:1]
    later = first.assign(
        start=first["end"] + pd.Timedelta(hours=1),
        end=first["end"] + pd.Timedelta(hours=3),
        paid_s=7200,
    )
    book = dataclasses.replace(
        book, shifts=pd.concat([book.shifts, later]), coverage=book.coverage.iloc[:0]
    )
    write_roster_workbook(tmp_path / "split.xlsx", book)
    (path,) = recalculate([tmp_path / "split.xlsx"])
    sheets = load_workbook(path, data_only=True)
    row = next(r for r in sheets["Hours"].iter_rows(values_only=True) if r[3] == agent)
    assert row[5] == pytest.approx(first["paid_s"].iloc[0] / 3600 + 2)
    gantt = [r for r in sheets["Mon 3 Mar"].iter_rows(8, values_only=True) if r[3] == agent]
    worked_h = sum(sum(v for v in r[10:] if v) for r in gantt) / 2
    assert worked_h == pytest.approx(row[5] - 0.5)
