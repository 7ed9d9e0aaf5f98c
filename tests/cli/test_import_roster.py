"""``wfm import roster``: a workbook that goes out, is edited by hand, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

from wfm.pipeline.project import open_project
from wfm.store import open_store

Edit = Callable[..., Path]


@pytest.fixture
def out(wfm, rostered: Path) -> Path:
    """The workbook of the tiny centre's first roster."""
    assert wfm("export", "roster", "roster.xlsx").code == 0
    return rostered / "roster.xlsx"


@pytest.fixture
def edit(out: Path) -> Edit:
    """Type texts into cells of a person, day by day."""

    def typed(**texts: dict[int, str]) -> Path:
        book = load_workbook(out)
        for agent, days in texts.items():
            for day, text in days.items():
                _cell(book["Roster"], agent, day).value = text
        book.save("edited.xlsx")
        return Path("edited.xlsx")

    return typed


def _cell(sheet, agent: str, day: int) -> Cell:
    head = next(row for row in sheet.iter_rows() if any(cell.value == "ID" for cell in row))
    ids = next(cell.column for cell in head if cell.value == "ID")
    columns = [cell.column for cell in head if cell.is_date]
    row = next(r for r in range(head[0].row, sheet.max_row) if sheet.cell(r, ids).value == agent)
    return sheet.cell(row, columns[day])


def test_a_workbook_as_it_went_out_changes_nothing(wfm, out: Path) -> None:
    """Counted anew from its tables, the roster has the figures that the scheduler told."""
    told = wfm("import", "roster", out, "--json").json
    assert (told["changes"], told["run"], told["broken_rules"]) == ([], None, [])
    centre = open_project(Path("wfm.toml"))
    with open_store(centre.store) as store:
        own = store.read("coverage", told["former_run"])
    assert told["over"] == [pytest.approx(own["over"].sum())] * 2
    assert told["under"] == [pytest.approx(own["under"].sum())] * 2


def test_a_moved_shift_is_kept_as_a_run(wfm, edit: Edit) -> None:
    """Half-timers may start later; the roster in force is then the edited one."""
    book = load_workbook("roster.xlsx")["Roster"]
    day = next(k for k in range(7) if _cell(book, "H0", k).value not in (None, "OFF"))
    before = _cell(book, "H0", day).value
    after = "13:00-17:00" if before != "13:00-17:00" else "09:00-13:00"
    told = wfm("import", "roster", edit(H0={day: after}))
    assert told.code == 0, told.err
    assert f"H0 Half 0: {before} → {after}" in told.out
    assert "1 cells changed; the roster is run" in told.out
    story = wfm("explain", "roster", "--json").json
    assert story["run"].split("-")[2] == "edit"
    assert story["card"]["changed"] == 1
    assert story["broken_rules"] == []
    assert wfm("export", "roster", "again.xlsx").code == 0
    assert _cell(load_workbook("again.xlsx")["Roster"], "H0", day).value == after


def test_edits_that_break_rules_are_refused_unless_asked_for(wfm, edit: Edit) -> None:
    """A day off takes hours that the contract asks for: told by name, kept only on request."""
    book = load_workbook("roster.xlsx")["Roster"]
    day = next(k for k in range(7) if _cell(book, "F0", k).value not in (None, "OFF"))
    path = edit(F0={day: "OFF"})
    refused = wfm("import", "roster", path)
    assert refused.code == 3
    assert "F0 Mon 04 May works" in refused.err
    assert "nothing was written" in refused.err
    kept = wfm("import", "roster", path, "--accept", "broken-rules")
    assert kept.code == 0, kept.err
    assert "note: breaks a rule: F0" in kept.out


def test_a_sick_day_lowers_what_is_asked(wfm, edit: Edit) -> None:
    """It breaks no rule, and is to be written where later plans look."""
    book = load_workbook("roster.xlsx")["Roster"]
    day = next(k for k in range(7) if _cell(book, "F0", k).value not in (None, "OFF"))
    told = wfm("import", "roster", edit(F0={day: "SL"}))
    assert told.code == 0, told.err
    assert "note: put SL of F0 on 2026-05-0" in told.out


def test_what_is_no_roster_is_told(wfm, out: Path, edit: Edit) -> None:
    """Another file, a cell in words, a tolerance that is none."""
    assert "is no workbook" in wfm("import", "roster", "history.csv").err
    assert "with one file" in wfm("import", "roster").err
    words = wfm("import", "roster", edit(F0={0: "early please"}))
    assert (words.code, "is neither a shift nor a code" in words.err) == (3, True)
    assert wfm("import", "roster", out, "--accept", "gaps").code == 2
