"""The budget workbook: LibreOffice recalculates it to what the engine says, before and after."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from wfm.capacity import capacity_plan
from wfm.capacity.inputs import (
    ContractHours,
    HiringClass,
    Move,
    MoveKind,
    OpeningHeads,
    ShrinkageType,
)
from wfm.capacity.overrides import addresses, overridden, parse_override
from wfm.errors import InputError
from wfm.headcount import (
    AttritionBasis,
    Flex,
    Grade,
    LicenceKind,
    Prices,
    RampStep,
    Role,
    ShrinkageBase,
    TenureBand,
    Training,
)
from wfm.pipeline.budget.book import budget_book, workbook_changes
from wfm.reports.excel_budget import INPUTS, write_budget_workbook
from wfm.reports.excel_budget_inputs import read_budget_inputs

CHANGES = (
    "attrition.tenured.annual=0.45",
    "attrition.probation.weeks=20",
    "pay.agent.per_hour=23.5",
    "training.washout=0.25",
    "training.weeks=7",
    "training.ramp.step1.productivity=0.4",
    "classes.spring.start=2026-03-09",
    "classes.spring.size=14",
    "headcount.old.heads=55",
    "moves.m1.date=2026-04-20",
    "shrinkage.sick.share[2026-02]=0.12",
    "role.leader.span=7",
    "price.night=0.4",
    "flex.overtime=0.01",
    "full_time_hours=38",
)
"""One of everything that a budget owner would change in the sheet."""


@pytest.fixture(scope="module")
def inputs(small):
    """Two groups, cohorts old and new, classes, moves, roles, prices of all kinds."""
    plain = small(8)
    queue, sizes = plain.queue[0], tuple(88000.0 + 4000 * k for k in range(8))
    own = replace(queue, contacts=sizes, outsourced=(0.1,) * 8)
    other = replace(queue, name="r", contacts=(45000.0,) * 8, aht_s=(400.0,) * 8)
    group = replace(plain.group[0], name="h", queues=("r",), cost_centre="4712")
    return small(
        8,
        queue=(own, other),
        group=(*plain.group, group),
        peak_week=1.1,
        shrinkage=(
            ShrinkageType("sick", (0.06,) * 8),
            ShrinkageType("coaching", (0.03,) * 8, in_office=True),
            ShrinkageType("sick@h", (0.09,) * 8),
        ),
        attrition=(TenureBand("probation", 13, 0.6), TenureBand("tenured", 0, 0.3)),
        pay=(Grade("agent", 20.0), Grade("senior", 26.0)),
        contract=(ContractHours("full", 40.0), ContractHours("part", 24.0)),
        headcount=(
            OpeningHeads("old", "g", "full", "agent", 60.0, on_leave=2.0),
            OpeningHeads("new", "g", "part", "agent", 12.0, dt.date(2025, 11, 3)),
            OpeningHeads("h-old", "h", "full", "senior", 30.0),
        ),
        classes=(
            HiringClass("running", "h", "part", "agent", dt.date(2025, 12, 8), 8),
            HiringClass("spring", "g", "full", "agent", dt.date(2026, 2, 16), 10),
            HiringClass("late", "g", "full", "agent", dt.date(2026, 7, 27), 6),
        ),
        moves=(
            Move("m1", dt.date(2026, 2, 10), MoveKind.TRANSFER, "g", 3, "h"),
            Move("m2", dt.date(2026, 3, 1), MoveKind.LEAVE, "g", 1.5),
            Move("m3", dt.date(2026, 5, 1), MoveKind.RETURN, "g", 2),
            Move("m4", dt.date(2026, 6, 1), MoveKind.PROMOTION, "h", 1),
        ),
        role=(
            Role("leader", 31, span=10, productive=0.25),
            Role("manager", 48, span=6, of="leader"),
            Role("technician", 29, heads=1),
        ),
        training=Training(
            4, 5, 0.1, 4, 16, 2, 24, (RampStep("step1", 4, 0.5), RampStep("step2", 6, 0.7))
        ),
        flex=Flex(0.05, 0.03, 0.1),
        price=Prices(
            on_cost=0.21,
            probation=0.9,
            night=0.25,
            weekend=0.3,
            holiday=1.0,
            per_hire=2000,
            per_trainee_week=110,
            per_class_week=800,
            seat_month=240,
            licence_month=80,
            trunk_month=11,
            toll_free_minute=0.02,
            night_hour=35,
            outsourced_contact=5,
            outsourced_hour=37,
        ),
    )


@pytest.fixture(scope="module")
def recalculate(tmp_path_factory):
    """LibreOffice as a second opinion: opens a workbook, recalculates, saves it again."""
    soffice = shutil.which("soffice")
    if soffice is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs LibreOffice (soffice) to recalculate workbooks")
        pytest.skip("LibreOffice is not installed")
    home = tmp_path_factory.mktemp("office")

    def run(*paths):
        out = home / "out"
        command = [soffice, f"-env:UserInstallation=file://{home}/profile", "--headless"]
        command += ["--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return [out / path.name for path in paths]

    return run


VARIANTS = {
    "plain": {},
    "other": {
        "attrition_basis": AttritionBasis.SIMPLE,
        "shrinkage_base": ShrinkageBase.CHAINED,
        "licence_kind": LicenceKind.CONCURRENT,
    },
    "bare": {"classes": (), "moves": (), "role": (), "attrition": (), "shrinkage": ()},
}


@pytest.fixture(scope="module")
def books(inputs, need_for, recalculate, tmp_path_factory):
    """By variant: the book, the book of changed inputs, and both recalculated.

    The changed inputs are typed into the first book; the engine's own book of them stands beside.
    """
    folder = tmp_path_factory.mktemp("budget")
    changed = overridden(inputs, [parse_override(text) for text in CHANGES])
    need = need_for(inputs)
    budget = capacity_plan(inputs, need).months
    paths = {}
    for name, variant in VARIANTS.items():
        made = replace(inputs, **variant)
        paths[name] = _write(folder / f"{name}.xlsx", made, need, budget)
    paths["engine"] = _write(folder / "engine.xlsx", changed, need, budget)
    paths["typed"] = _typed(paths["plain"], folder / "typed.xlsx", dict(addresses(changed)))
    again = recalculate(*paths.values())
    return paths, dict(zip(paths, again, strict=True))


def _write(path, inputs, need, budget):
    plan = capacity_plan(inputs, need)
    book = budget_book(plan, centre="=Centre", currency="EUR", budget=budget, facts=[("a", "=b")])
    write_budget_workbook(path, book)
    return path


def _typed(source, path, values):
    """Copy of a workbook with other values in its input cells, as a person would type them."""
    book = load_workbook(source)
    sheet = book[INPUTS]
    for cell in read_budget_inputs(source):
        sheet[cell.place.partition("!")[2]].value = values[cell.address]
    book.save(path)
    return path


def _plain(value):
    if isinstance(value, dt.datetime):
        return (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    if isinstance(value, dt.time):
        return 0.0
    return "" if value is None else value


def _compare(left, right, cells_of):
    """Every cell of two workbooks; gives how many were formulas."""
    one, other = load_workbook(left, data_only=True), load_workbook(right, data_only=True)
    formulas = 0
    for sheet in load_workbook(cells_of):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            here, there = (_plain(b[sheet.title][cell.coordinate].value) for b in (one, other))
            same = here == there or here == pytest.approx(there, rel=1e-9, abs=1e-6)
            assert same, f"{sheet.title}!{cell.coordinate} {here!r} {there!r}: {cell.value}"
            formulas += cell.data_type == "f"
    return formulas


@pytest.mark.parametrize("variant", VARIANTS)
def test_recalculation_is_what_the_engine_wrote(variant, books):
    """Every formula gives the value that the engine put behind it."""
    written, again = books
    assert _compare(written[variant], again[variant], written[variant]) > 500


def test_changed_inputs_give_the_engine_s_plan(books):
    """Attrition, pay, class dates … changed in the sheet: every cell is the engine's for them."""
    written, again = books
    assert _compare(written["engine"], again["typed"], written["engine"]) > 2000
    plain = load_workbook(written["plain"], data_only=True)["Money"]
    typed = load_workbook(again["typed"], data_only=True)["Money"]
    last = plain.max_column
    total = next(r for r in range(5, 60) if plain.cell(r, 4).value == "t_total_cost")
    assert plain.cell(total, last).value != pytest.approx(typed.cell(total, last).value, rel=0.01)


def test_the_bridge_of_the_sheet_leaves_no_remainder(books):
    """Budget plus effects is now, after all the changes."""
    sheet = load_workbook(books[1]["typed"], data_only=True)["Bridge"]
    rows = {r[3]: [v for v in r[4:] if v is not None] for r in sheet.iter_rows(values_only=True)}
    assert all(abs(value) < 1e-4 for value in rows["t_left"])
    assert any(abs(value) > 1 for value in rows["t_e_rate"])


def test_inputs_come_back_as_they_were_typed(books, inputs):
    """An unchanged book has no changes; the typed one has exactly those that were typed."""
    have = dict(addresses(inputs))
    assert workbook_changes(books[0]["plain"], have) == ()
    found = workbook_changes(books[0]["typed"], have)
    assert {one.address for one in found} == {parse_override(text).address for text in CHANGES}
    changed = overridden(inputs, [parse_override(text) for text in CHANGES])
    assert overridden(inputs, found) == changed


def test_bad_cells_are_told_by_sheet_and_cell(books, inputs, tmp_path):
    """A text, an empty cell and an address of somebody else's book, all at once or by name."""
    book = load_workbook(books[0]["plain"])
    sheet = book[INPUTS]
    places = {c.address: c.place.partition("!")[2] for c in read_budget_inputs(books[0]["plain"])}
    sheet[places["pay.agent.per_hour"]].value = "a lot"
    sheet[places["attrition.tenured.annual"]].value = None
    path = tmp_path / "bad.xlsx"
    book.save(path)
    with pytest.raises(InputError) as refused:
        read_budget_inputs(path)
    told = {problem.column: problem.what for problem in refused.value.problems}
    assert told == {
        f"Inputs!{places['pay.agent.per_hour']}": "is neither a number nor a date",
        f"Inputs!{places['attrition.tenured.annual']}": "is empty",
    }
    fewer = {k: v for k, v in addresses(inputs).items() if not k.startswith("classes.late")}
    with pytest.raises(InputError, match=r"Inputs!B\d+: the project has no such input"):
        workbook_changes(books[0]["plain"], fewer)


def test_what_is_no_budget_is_refused(tmp_path):
    """A missing file, a text file and a workbook of something else are told apart."""
    from openpyxl import Workbook

    for name in ("text.xlsx", "text.csv"):
        (tmp_path / name).write_text("no workbook")
    Workbook().save(tmp_path / "empty.xlsx")
    for name, told in (
        ("none.xlsx", "no such file"),
        ("text.xlsx", "no workbook"),
        ("text.csv", "no workbook"),
        ("empty.xlsx", "no sheet Inputs"),
    ):
        with pytest.raises(InputError, match=told):
            read_budget_inputs(tmp_path / name)
