"""The chain on a tiny centre: through the store, and through files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from wfm.schema import (
    COVERAGE,
    FORECAST,
    INTERVAL_HISTORY,
    REQUIREMENT,
    ROSTER_ACTIVITY,
    ROSTER_SHIFT,
    check,
)


def test_plan_makes_a_roster_under_one_run(wfm, centre: Path) -> None:
    """Import and plan: workbook, tables of one run that tie out, no rule broken."""
    assert wfm("import", "csv", "history.csv").code == 0
    done = wfm("plan", "--json")
    assert done.code == 0, done.err
    told = done.json
    assert told["schedule"]["violations"] == 0
    assert (told["schedule"]["status"] == "optimal") == (told["schedule"]["gap"] <= 0.005)
    assert (told["first_day"], told["agents_available"]) == ("2026-05-04", 6)
    book = load_workbook(centre / "out" / "roster.xlsx")
    assert {"Roster", "Coverage", "Run"} <= set(book.sheetnames)
    names = [cell.value for row in book["Roster"].iter_rows() for cell in row if cell.value]
    assert not [name for name in names if isinstance(name, str) and name.startswith("=Full")]
    for kind, table in (
        ("forecast", FORECAST),
        ("requirement", REQUIREMENT),
        ("coverage", COVERAGE),
    ):
        assert wfm("export", kind, f"{kind}.csv", "--run", told["run"]).code == 0
        frame = check(pd.read_csv(centre / f"{kind}.csv"), table)
        assert set(frame["run"]) == {told["run"]}
        if kind == "forecast":
            assert frame["mean"].sum() == pytest.approx(told["contacts"], rel=1e-12)
        if kind == "coverage":
            assert frame["over"].sum() == pytest.approx(told["schedule"]["over"])
            net = frame["scheduled"] - frame["required"]
            assert (frame["over"] - frame["under"]).to_list() == pytest.approx(net.to_list())
    assert wfm("runs", "show", told["run"], "--json").json["kind"] == "plan"


def test_the_screen_after_a_plan(wfm, centre: Path) -> None:
    """One screen names contacts, accuracy, agents, service, cost and files."""
    wfm("import", "csv", "history.csv")
    done = wfm("plan")
    assert done.code == 0, done.err
    for word in (
        "Forecast",
        "seasonal_naive",
        "over",
        "under",
        "service level",
        "cost",
        "roster.xlsx",
    ):
        assert word in done.out
    assert len(done.out.splitlines()) <= 30


def test_same_inputs_and_seed_give_the_same_roster(wfm, centre: Path) -> None:
    """Two plans of the same data differ in nothing but their run."""
    wfm("import", "csv", "history.csv")
    rosters = []
    for _ in range(2):
        run = wfm("plan", "--json", "--seed", 3).json["run"]
        wfm("export", "roster", "roster.csv", "--run", run)
        rosters.append(pd.read_csv(centre / "roster.csv").drop(columns="run"))
    pd.testing.assert_frame_equal(rosters[0], rosters[1])


def test_stages_by_the_store_are_linked(wfm, centre: Path) -> None:
    """forecast, staff and schedule each make a run that names its parent."""
    wfm("import", "csv", "history.csv")
    first = wfm("forecast", "--horizon", "2w", "--json")
    second = wfm("staff", "--json")
    third = wfm("schedule", "--json")
    assert [first.code, second.code, third.code] == [0, 0, 0], third.err
    runs = {run["run"]: run for run in wfm("runs", "list", "--json").json["runs"]}
    assert runs[third.json["run"]]["parent"] == second.json["run"]
    assert runs[second.json["run"]]["parent"] == first.json["run"]
    told = wfm("explain", "shop", "2026-05-04T10:30", "--json")
    assert [row["agents"] for row in told.json["neighbours"]] == sorted(
        row["agents"] for row in told.json["neighbours"]
    )
    assert "erlang" in told.json["sentence"]


def test_stages_by_files_need_no_store(wfm, centre: Path) -> None:
    """The three file contracts chain, and no database is made."""
    done = wfm("forecast", "--in", "history.csv", "--horizon", "14d", "--out", "forecast.csv")
    assert done.code == 0, done.err
    forecast = pd.read_csv("forecast.csv")
    assert list(forecast.columns)[:4] == ["queue", "origin", "start", "mean"]
    assert list(forecast.columns)[4:9] == ["q0.025", "q0.1", "q0.5", "q0.9", "q0.975"]
    assert (forecast["mean"] >= 0).all()
    assert set(forecast["origin"].str[:10]) == {"2026-05-02"}
    done = wfm("staff", "--in", "forecast.csv", "--out", "requirement.csv")
    assert done.code == 0, done.err
    files = ("--out", "roster.csv", "--coverage", "coverage.csv", "--summary", "summary.json")
    more = ("--activities", "activities.csv")
    done = wfm(
        "schedule",
        "--in",
        "requirement.csv",
        "--agents",
        "agents.csv",
        "--rules",
        "wfm.toml",
        *files,
        *more,
    )
    assert done.code == 0, done.err
    run = {"run": "x"}
    shifts = check(pd.read_csv("roster.csv").assign(**run), ROSTER_SHIFT)
    work = check(pd.read_csv("activities.csv").assign(**run), ROSTER_ACTIVITY)
    check(pd.read_csv("coverage.csv").assign(**run), COVERAGE)
    inside = work.groupby("agent")["start"].min() == shifts.groupby("agent")["start"].min()
    assert inside.all()
    summary = json.loads(Path("summary.json").read_text(encoding="utf-8"))
    assert {
        "objective",
        "bound",
        "over",
        "under",
        "cost",
        "status",
        "seconds",
        "violations",
    } <= set(summary)
    assert summary["violations"] == 0
    assert not (centre / "wfm.db").exists()
    bare = pd.read_csv("requirement.csv")[["queue", "interval_start", "agents_required"]]
    bare.to_csv("bare.csv", index=False)  # agents without a forecast: service cannot be told
    done = wfm("schedule", "--in", "bare.csv", "--summary", "bare.json", "--out", "bare_roster.csv")
    assert done.code == 0, done.err
    assert json.loads(Path("bare.json").read_text(encoding="utf-8"))["service_level"] is None


def test_a_bare_requirement_is_enough_to_schedule(wfm, centre: Path) -> None:
    """queue, interval_start and agents_required make a roster."""
    times = pd.date_range("2026-05-04T13:00Z", periods=16, freq="30min")
    rows = pd.DataFrame({"queue": "shop", "interval_start": times, "agents_required": 2.0})
    rows.to_csv("requirement.csv", index=False)
    done = wfm("schedule", "--in", "requirement.csv", "--out", "roster.csv", "--json")
    assert done.code == 0, done.err
    assert done.json["demand"] == 32
    assert len(pd.read_csv("roster.csv")) >= 2


def test_only_history_before_the_origin_is_used(wfm, centre: Path) -> None:
    """Rows on and after --as-of change nothing."""
    wfm(
        "forecast",
        "--in",
        "history.csv",
        "--as-of",
        "2026-04-20",
        "--horizon",
        "7d",
        "--out",
        "a.csv",
    )
    frame = pd.read_csv("history.csv")
    frame.loc[frame["start"] >= "2026-04-20", "offered"] *= 50
    frame.to_csv("later.csv", index=False)
    wfm(
        "forecast",
        "--in",
        "later.csv",
        "--as-of",
        "2026-04-20",
        "--horizon",
        "7d",
        "--out",
        "b.csv",
    )
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()


def test_asked_quantiles_are_the_columns(wfm, centre: Path) -> None:
    """--quantiles names the columns, in order."""
    place = ("--horizon", "7d", "--quantiles", "0.75,0.25", "--out", "f.csv")
    assert wfm("forecast", "--in", "history.csv", *place).code == 0
    frame = pd.read_csv("f.csv")
    assert list(frame.columns)[4:] == ["q0.25", "q0.75"]
    assert (frame["q0.25"] <= frame["q0.75"]).all()


def test_backtest_prints_every_horizon(wfm, centre: Path) -> None:
    """Each horizon and level has the yardsticks beside the choice."""
    wfm("import", "csv", "history.csv")
    done = wfm("backtest", "--horizons", "1d,1w", "--origins", 2, "--json")
    assert done.code == 0, done.err
    table = pd.DataFrame(done.json["backtest"])
    assert set(table["horizon_days"]) == {1, 7}
    assert {"auto", "seasonal_naive"} <= set(table["model"])


def test_import_into_a_file(wfm, centre: Path) -> None:
    """--out writes the intervals by the contract and needs no wfm.toml."""
    (centre / "wfm.toml").unlink()
    place = ("--timezone", "America/New_York", "--interval", "60m", "--out", "hours.csv")
    assert wfm("import", "csv", "history.csv", *place).code == 0
    hours = pd.read_csv("hours.csv")
    contract = [name for name in INTERVAL_HISTORY.names if name != "interval_s"]
    assert list(hours.columns) == contract
    assert hours["interval_start"].iloc[0] == "2026-03-02T14:00:00Z"
    assert hours["offered"].sum() == pd.read_csv("history.csv")["offered"].sum()
    again = ("--interval", "60m", "--out", "again.csv")
    assert wfm("import", "csv", "hours.csv", *again).code == 0
    assert Path("again.csv").read_bytes() == Path("hours.csv").read_bytes()


def test_the_roster_goes_out_as_page_and_calendars(wfm, planned: Path) -> None:
    """One web page, and a calendar for everybody with shifts."""
    assert wfm("export", "html", "page.html").code == 0
    assert "Corner shop" in Path("page.html").read_text(encoding="utf-8")
    assert wfm("export", "ics", "calendars").code == 0
    assert len(list(Path("calendars").glob("*.ics"))) == 6
