"""``wfm capacity`` as a budget owner uses it, with good files and with bad ones."""

from __future__ import annotations

import csv
from itertools import pairwise

import pytest
from openpyxl import load_workbook

CAPACITY = """
[capacity]
start = "2026-01"
months = 4
full_time = "37.5h"
peak_week = 1.05
attrition_spread = 0.2
attrition = [
  { name = "probation", first = "13w", annual = 0.6 },
  { name = "tenured", annual = 0.3 },
]
pay = { senior = "25.00 USD" }
flex = { overtime = 0.05, outsourced = 0.05 }
price = { on_cost = 0.2, per_hire = 1500, seat_month = 200, missed_hour = 90, contact_value = 12 }

[capacity.training]
recruiting = "2w"
length = "4w"
washout = 0.1
class_size = "2-8"
seats = 8
ramp = [{ for = "4w", productivity = 0.6 }]

[[capacity.group]]
name = "shop"
queues = ["shop"]
site = "Main"
cost_centre = "100"

[[capacity.site]]
name = "Main"
seats = 9
area_m2 = 70
trunks = 12

[[capacity.role]]
name = "leader"
span = 10
per_hour = 30
"""
VOLUMES = "queue,month,contacts,aht_s,spread\n" + "".join(
    f"shop,2026-0{month},{4000 + 300 * month},250,0.08\n" for month in range(1, 5)
)
HEADCOUNT = (
    "name,group,contract,heads,grade,band\nold,shop,full,7,,\nnew,shop,full,2,senior,probation\n"
)


@pytest.fixture
def budget(centre):
    """The tiny centre with a budget's files."""
    toml = (centre / "wfm.toml").read_text(encoding="utf-8")
    (centre / "wfm.toml").write_text(toml + CAPACITY, encoding="utf-8")
    (centre / "volumes.csv").write_text(VOLUMES, encoding="utf-8")
    (centre / "headcount.csv").write_text(HEADCOUNT, encoding="utf-8")
    return centre


def test_a_plan_is_printed_and_kept(budget, wfm):
    """One screen, a run, and rows that tie out: interval hours, heads, money."""
    told = wfm("capacity")
    assert told.code == 0, told.err
    assert "no history" in told.err
    assert "2026-04" in told.out
    assert "run " in told.out
    facts = wfm("capacity", "--json").json
    months = facts["months"]
    assert [row["month"] for row in months] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert facts["total_cost"] == pytest.approx(sum(row["total_cost"] for row in months))
    for row, then in pairwise(months):
        assert row["closing_heads"] == pytest.approx(then["opening_heads"])
    assert wfm("runs", "show", facts["run"]).code == 0


def test_scenarios_side_by_side_and_bridged(budget, wfm):
    """Longer calls are told as AHT; the bridge adds up to the cent."""
    wfm("capacity")
    change = ("--set", "queue.shop.aht_s*=1.1", "--set", "shrinkage.sick+=0.02")
    assert wfm("capacity", "--scenario", "slow", *change).code == 0
    lines = {
        row["line"]: row
        for row in wfm("capacity", "compare", "base", "slow", "--json").json["lines"]
    }
    assert lines["required_fte"]["slow - base"] > 0
    told = [
        " ".join(x.split()) for x in wfm("capacity", "compare", "base", "slow").out.splitlines()
    ]
    assert any(line.startswith("Required FTE ") and " +" in line for line in told)
    assert any(line.startswith("Service level expected ") and line.endswith("%") for line in told)
    found = wfm("capacity", "bridge", "base", "slow", "--json").json
    cents = sum(round(value * 100) for value in found["effects"].values())
    assert round(found["start"] * 100) + cents == round(found["end"] * 100)
    assert wfm("capacity", "bridge", "base", "nobody").code == 5


def test_a_bridge_to_what_came(budget, wfm):
    """Actual figures of two months are bridged to the plan's same months."""
    base = wfm("capacity", "--json").json["months"][:2]
    columns = ("contacts", "aht_s", "base_h", "shrinkage", "paid_h", "cost", "currency")
    with open(budget / "actual.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["group", "month", *columns])
        for row in base:
            figures = (row["contacts"] * 1.1, 250, row["base_h"] * 1.1, 0.05)
            paid = row["supply_fte"] * row["hours_per_fte"]
            writer.writerow(["shop", row["month"], *figures, paid, row["total_cost"], "USD"])
    found = wfm("capacity", "bridge", "base", "actual.csv", "--json").json
    assert found["start"] == pytest.approx(sum(row["total_cost"] for row in base), abs=0.02)
    assert found["end"] == pytest.approx(found["start"], abs=0.02)
    assert found["effects"]["volume"] > 0 > found["effects"]["attrition"]


def test_hiring_is_solved_with_dates(budget, wfm):
    """Classes come with their requisition dates, and are exported with the scenario."""
    (budget / "headcount.csv").write_text(HEADCOUNT.replace("full,7", "full,1"))
    told = wfm("capacity", "--hire", "--from", "2025-12-01", "--classes", "classes.csv")
    assert told.code == 0, told.err
    assert "gap" in told.out
    assert "hire to need" in told.out
    assert "ask for people by 2025-12-" in told.out
    assert (budget / "classes.csv").read_text(encoding="utf-8").startswith("class,group,start,size")
    (budget / "classes.csv").unlink()
    assert wfm("export", "budget", "hired.xlsx").code == 0
    assert wfm("import", "budget", "hired.xlsx", "--json").json["changes"] == []


def test_risk_site_and_frontier(budget, wfm):
    """Quantiles in order, a site that runs out by name, dearer service for fewer lost contacts."""
    risk = wfm("capacity", "risk", "--draws", "200", "--json").json["months"]
    assert all(row["need_p50"] <= row["need_p80"] <= row["need_p95"] for row in risk)
    site = wfm("capacity", "site", "--json").json
    assert {limit["what"] for limit in site["limits"]} == {"seats", "area m²", "trunks"}
    row = site["months"][0]
    assert row["area_m2"] == pytest.approx(row["people"] * 20 / 3)
    change = ("--set", "queue.shop.max_occupancy=none")
    levels = wfm("capacity", "frontier", "--levels", "0.6,0.95", *change, "--json").json["levels"]
    free = wfm("capacity", "frontier", "--levels", "0.6", "--set", "price.contact_value=0").out
    assert "a lost contact has no value yet" in free
    assert levels[0]["cost"] < levels[1]["cost"]
    assert levels[0]["abandoned"] > levels[1]["abandoned"]


def test_groups_that_name_no_site_sit_at_the_only_one(budget, wfm):
    """The limits of the one site described hold for all; of two, who sits where must be said."""
    whole = wfm("capacity", "site", "--json").json
    toml = (budget / "wfm.toml").read_text(encoding="utf-8").replace('site = "Main"\n', "")
    (budget / "wfm.toml").write_text(toml, encoding="utf-8")
    assert wfm("capacity", "site", "--json").json == whole
    second = '\n[[capacity.site]]\nname = "Harbour"\nseats = 3\n'
    (budget / "wfm.toml").write_text(toml + second, encoding="utf-8")
    told = wfm("capacity", "site")
    assert "no group sits at Harbour" in told.err
    assert "run out" not in told.out


def test_the_workbook_goes_out_and_comes_back(budget, wfm):
    """Export, change pay by hand, import: a scenario with that one change."""
    assert wfm("capacity", "--scenario", "more", "--set", "queue.*.contacts*=1.1").code == 0
    assert wfm("export", "budget", "budget.xlsx").code == 0
    book = load_workbook("budget.xlsx")
    names = [
        "Inputs",
        "Need",
        "Supply",
        "Hiring plan",
        "Money",
        "Scenarios",
        "Bridge",
        "Charts",
        "Run",
    ]
    assert book.sheetnames == names
    sheet = book["Inputs"]
    row = next(r for r in range(5, 200) if sheet.cell(r, 3).value == "pay.full.per_hour")
    sheet.cell(row, 2).value = 22
    book.save("budget.xlsx")
    found = wfm("import", "budget", "budget.xlsx", "--json").json
    assert found["changes"] == ["pay.full.per_hour=22.0"]
    lines = wfm("capacity", "compare", "base", "workbook", "--json").json["lines"]
    cost = next(row for row in lines if row["line"] == "total_cost")
    assert cost["workbook - base"] > 0


def test_weeks_for_columns(budget, wfm):
    """A plan by week spreads the months' contacts over its Mondays."""
    path = budget / "wfm.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("months = 4", 'months = 4\nperiod = "week"')
    )
    months = wfm("capacity", "--json").json["months"]
    assert months[0]["month"] == "2026-01-05"
    assert len(months) == 16
    assert 1000 < months[5]["contacts"] < 1250


def test_demand_comes_from_history_where_no_file_is(centre, wfm):
    """Without volumes.csv the long-range forecast says the contacts, agents.csv the people."""
    toml = (centre / "wfm.toml").read_text(encoding="utf-8")
    (centre / "wfm.toml").write_text(toml + "\n[capacity]\nmonths = 2\n", encoding="utf-8")
    wfm("import", "csv", "history.csv")
    months = wfm("capacity", "--json").json["months"]
    assert [row["month"] for row in months] == ["2026-06", "2026-07"]
    assert months[0]["opening_heads"] == 6
    assert months[0]["contacts"] > 2000


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "wfm.toml",
            "productivity = 0.6",
            "productivity = 1.2",
            "productivity must be above 0 and at most 1",
        ),
        ("wfm.toml", "annual = 0.3 ", "annual = -0.3 ", "is not a number of at least 0"),
        ("wfm.toml", "seats = 8", "seats = 6", "larger than the room with 6 seats"),
        ("wfm.toml", "25.00 USD", "25.00 EUR", "is in EUR, but the centre counts in USD"),
        ("wfm.toml", "months = 4", "monhts = 4", "unknown key"),
        (
            "volumes.csv",
            "shop,2026-03,4900,250,0.08\n",
            "",
            "volumes.csv: month: the month is missing, found 'shop 2026-03'",
        ),
        ("volumes.csv", "4600", "-1", "volumes.csv:3: contacts: is not a number of at least 0"),
        ("volumes.csv", "2026-02", "2026-13", "volumes.csv:3: month: is not a month"),
        (
            "headcount.csv",
            "old,shop",
            "old,shoe",
            "headcount.csv:2: group: no such group, found 'shoe'",
        ),
        ("headcount.csv", "probation", "retired", "headcount.csv:3: band: no such tenure band"),
        ("headcount.csv", "senior", "master", "headcount.csv:3: grade: no such grade"),
    ],
)
def test_bad_input_is_named_and_refused(budget, wfm, file, old, new, told):
    """Exit 3, with the file, the line and the column; nothing is kept."""
    path = budget / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    answer = wfm("capacity")
    assert answer.code == 3, answer.out + answer.err
    assert told in answer.err
    assert file in answer.err
    assert "capacity" not in wfm("runs", "list").out


def test_a_class_larger_than_the_room_is_named(budget, wfm):
    """classes.csv tells the line; moves and shrinkage theirs, all of a file at once."""
    (budget / "classes.csv").write_text("class,start,size\nspring,2026-02-02,12\nmay,soon,4\n")
    answer = wfm("capacity")
    assert answer.code == 3
    assert "classes.csv:2: size: is more than the training room's 8 seats" in answer.err
    assert "classes.csv:3: start: is not a date" in answer.err
    (budget / "classes.csv").unlink()
    (budget / "moves.csv").write_text(
        "date,kind,group,heads,to\n2026-02-01,swap,shop,1,\n2026-02-01,transfer,shop,1,x\n"
    )
    (budget / "shrinkage.csv").write_text("month,type,share\n2026-02,sick,1.4\n")
    answer = wfm("capacity")
    assert "moves.csv:2: kind: no such kind" in answer.err
    assert "moves.csv:3: to: no such to" in answer.err or "no such" in answer.err
    assert "shrinkage.csv:2: share: is not a fraction" in answer.err


def test_actuals_in_another_currency_are_refused(budget, wfm):
    """The row and the column are named."""
    wfm("capacity")
    (budget / "actual.csv").write_text(
        "group,month,contacts,aht_s,base_h,shrinkage,paid_h,cost,currency\n"
        "shop,2026-01,1,1,1,0.1,1,1,USD\nshop,2026-02,1,1,1,0.1,1,1,EUR\n"
    )
    answer = wfm("capacity", "bridge", "base", "actual.csv")
    assert answer.code == 3
    assert "actual.csv:3: currency: is another currency" in answer.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("capacity", "--set", "foo=1"), "no such input"),
        (("capacity", "--set", "training.washout=2"), "must be a fraction"),
        (("capacity", "--by", "team"), "write group, site"),
        (("capacity", "--from", "2026-01-01"), "comes with --hire"),
        (("capacity", "--classes", "x.csv"), "comes with --hire"),
        (("capacity", "frontier", "--levels", "high"), "write fractions"),
        (("export", "budget", "budget.csv"), "ends in .xlsx"),
        (("import", "budget"), "name one workbook"),
    ],
)
def test_what_the_command_line_cannot_mean(budget, wfm, words, told):
    """Exit 2 and what to write instead."""
    answer = wfm(*words)
    assert answer.code == 2, answer.out + answer.err
    assert told in answer.err
