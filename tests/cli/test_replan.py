"""Re-planning, ledgers and the explanation of a roster, as a planner calls them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from openpyxl import load_workbook


def roster(wfm, run: str) -> pd.DataFrame:
    """Shifts of a run."""
    assert wfm("export", "roster", "shifts.csv", "--run", run).code == 0
    return pd.read_csv("shifts.csv").drop(columns="run")


def test_a_replan_keeps_what_is_frozen_and_counts_what_changes(wfm, rostered: Path) -> None:
    """F0 falls ill from Wednesday on; the days before stay, the others keep nearly everything."""
    before = roster(wfm, latest(wfm))
    Path("leave.csv").write_text("agent,from,to,code\nF0,2026-05-06,2026-05-08,SL\n")
    done = wfm("schedule", "--replan", "last", "--freeze", "2026-05-06", "--json")
    assert done.code == 0, done.err
    told = done.json
    after = roster(wfm, told["run"])
    early = before["start"] < "2026-05-06"
    pd.testing.assert_frame_equal(
        before[early].reset_index(drop=True),
        after[after["start"] < "2026-05-06"].reset_index(drop=True),
    )
    assert not (after["agent"] + after["start"].str[:10]).isin(["F02026-05-06"]).any()
    kept = before.merge(after[["agent", "start", "end"]], on=["agent", "start", "end"])
    assert told["card"]["changed"] == len(before) - len(kept)
    assert told["card"]["former"] == len(before)
    others = before[(before["agent"] != "F0") & ~early]
    assert len(others) - (kept["start"].ge("2026-05-06") & kept["agent"].ne("F0")).sum() <= 4
    for words, code, said in (
        (("--freeze", "2026-05-06"), 2, "add --replan"),
        (("--replan", "last", "--pin", "F0:2026-05-10"), 2, "no shift of F0 on 2026-05-10"),
        (("--replan", "last", "--pin", "F0"), 2, "write AGENT:DATE"),
        (("--replan", "nowhere"), 5, "run nowhere has no roster"),
    ):
        refused = wfm("schedule", *words)
        assert (refused.code, said in refused.err) == (code, True)


def test_a_plan_on_a_new_forecast_keeps_what_is_frozen_and_pinned(wfm, centre: Path) -> None:
    """The whole chain again in the middle of the week: Monday, Tuesday and one pin stay."""
    wfm("import", "csv", "history.csv")
    first = wfm("plan", "--horizon", "3w", "--json")
    assert first.code == 0, first.err
    before = roster(wfm, latest(wfm))
    late = before[before["start"] >= "2026-05-06"].iloc[0]
    Path("leave.csv").write_text("agent,from,to,code\nF0,2026-05-08,2026-05-08,SL\n")
    pin = f"{late['agent']}:{late['start'][:10]}"
    words = ("--horizon", "3w", "--replan", "last", "--freeze", "2026-05-06", "--pin", pin)
    done = wfm("plan", *words, "--json")
    assert done.code == 0, done.err
    after = roster(wfm, latest(wfm))
    early = [rows[rows["start"] < "2026-05-06"].reset_index(drop=True) for rows in (before, after)]
    pd.testing.assert_frame_equal(*early)
    same = (after["agent"] == late["agent"]) & (after["start"] == late["start"])
    assert same.sum() == 1
    for options, said in (
        (("--freeze", "2026-05-06"), "add --replan"),
        (("--replan", "last", "--pin", "F0"), "write AGENT:DATE"),
    ):
        refused = wfm("plan", *options)
        assert (refused.code, said in refused.err) == (2, True)


def latest(wfm) -> str:
    """Newest run."""
    runs = wfm("runs", "list", "--json").json["runs"]
    return str(max(runs, key=lambda run: run["created_at"])["run"])


def test_the_ledger_goes_from_roster_to_roster(wfm, rostered: Path) -> None:
    """A wish missed in the first week stands in the ledger after the second."""
    Path("wishes.csv").write_text(
        "agent,date,wish\n" + "".join(f"F{k},2026-05-05,day_off\n" for k in range(4))
    )
    assert wfm("schedule").code == 0
    done = wfm("schedule", "--from", "2026-05-11", "--ledger-out", "ledger.csv")
    assert done.code == 0, done.err
    ledger = pd.read_csv("ledger.csv")
    assert ledger["wishes_missed"].sum() == 4  # five days a week: nobody can have one off
    again = wfm("schedule", "--ledger", "ledger.csv", "--json")
    assert again.code == 0, again.err


def test_a_roster_is_explained_and_so_is_none(wfm, rostered: Path) -> None:
    """Card, rules, shortages and extra hours; the Quality sheet has them too.

    Where everyone's employment has ended, the last date is named.
    """
    Path("leave.csv").write_text(
        "agent,from,to,code\n" + "".join(f"F{k},2026-05-04,2026-05-10,AL\n" for k in range(3))
    )
    assert wfm("schedule").code == 0
    done = wfm("explain", "roster")
    assert done.code == 0, done.err
    for words in ("Quality card", "service simulated", "agent-hours short", "extra hours"):
        assert words in done.out
    told = wfm("explain", "roster", "--json").json
    assert told["shortages"][0]["agent_h"] > 0
    assert told["card"]["violations"] == 0
    assert wfm("export", "roster", "book.xlsx").code == 0
    sheet = load_workbook("book.xlsx")["Quality"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "Who is short when" in texts
    assert any("agent-hours short" in text for text in texts)
    people = pd.read_csv("agents.csv").assign(end_date="2026-03-31")
    people.to_csv("agents.csv", index=False)
    done = wfm("schedule")
    assert done.code == 5
    assert "every end_date in agents.csv has passed, the last on 2026-03-31" in done.err


def test_rules_that_contradict_are_told_before_the_work(wfm, rostered: Path) -> None:
    """A rest of 23 hours on five days in a row: exit 5, the conflict, and the rest that fits."""
    text = Path("wfm.toml").read_text()
    Path("wfm.toml").write_text(
        text.replace("days_per_week = 5\n", 'days_per_week = 5\nrest = "23h"\n')
    )
    done = wfm("schedule")
    assert done.code == 5
    assert "contract full: cannot be kept together: rest of 23 h between shifts" in done.err
    assert "any one of these would do: rest of " in done.err
    assert "INFO" not in done.out
