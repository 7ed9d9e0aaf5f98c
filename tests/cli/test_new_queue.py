"""A queue without history is forecast, staffed and rostered from what is expected of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

DESK = """
[[queue]]
name = "desk"
open = {{ mon-fri = "09:00-13:00" }}
model = "erlang-c"
aht = "200s"
{new}

[shrinkage]"""


@pytest.fixture
def with_desk(centre: Path):
    """Add a second queue to the tiny centre, with or without an expectation."""

    def add(new: str) -> None:
        path = centre / "wfm.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("[shrinkage]", DESK.format(new=new), 1), encoding="utf-8")
        with (centre / "agents.csv").open("a", encoding="utf-8") as out:
            out.write("D1,Dora,Red,half,desk\nD2,Dan,Red,half,desk\n")

    return add


def test_a_new_queue_goes_through_the_whole_chain(wfm, with_desk) -> None:
    """`wfm plan` rosters it and says what its volume rests on; 40 a day come out as 40 a day."""
    with_desk('new = { like = "shop", share = 0.5, per_day = 40, use = "expected" }')
    wfm("import", "csv", "history.csv")
    done = wfm("plan")
    assert done.code == 0, done.err
    assert "desk: new queue, volume from estimates: sibling" in done.out
    wfm("export", "forecast", "forecast.csv")
    rows = pd.read_csv("forecast.csv", parse_dates=["interval_start"])
    desk = rows[rows["queue"] == "desk"]
    by_day = desk.groupby(desk["interval_start"].dt.date)["mean"].sum()
    assert by_day[by_day > 0].mean() == pytest.approx(40, rel=0.2)
    wfm("export", "coverage", "coverage.csv")
    assert (pd.read_csv("coverage.csv").groupby("queue")["required"].sum() > 0).to_dict() == {
        "shop": True,
        "desk": True,
    }


def test_estimates_are_shown_and_paths_can_be_drawn(wfm, with_desk) -> None:
    """`wfm forecast` lists the estimates side by side; drawn courses have the new queue too."""
    with_desk('new = { like = "shop", customers = 800, contacts_per_customer = 0.25 }')
    wfm("import", "csv", "history.csv")
    words = ("--json", "--paths-out", "paths.csv", "--paths", 3, "--horizon", "14d")
    told = wfm("forecast", *words).json
    assert {row["estimate"]: row["weight"] for row in told["estimates"]} == {
        "sibling": 0.5,
        "customers": 0.5,
    }
    assert set(pd.read_csv("paths.csv")["queue"]) == {"shop", "desk"}


def test_a_queue_without_history_or_expectation_is_told(wfm, with_desk) -> None:
    """Exit 8: the other queue is done, the silent one named with what to do."""
    with_desk("")
    wfm("import", "csv", "history.csv")
    answer = wfm("forecast")
    assert answer.code == 8
    assert "desk: no history" in answer.err
    assert "new = " in answer.err


def test_a_centre_that_opens_needs_no_history(wfm, centre: Path) -> None:
    """All queues new: the forecast begins on the opening day."""
    path = centre / "wfm.toml"
    text = path.read_text(encoding="utf-8")
    new = 'new = { from = "2026-06-01", per_day = 120 }\naht = "240s"'
    path.write_text(text.replace('aht = "240s"', new, 1), encoding="utf-8")
    answer = wfm("forecast", "--out", "f.csv", "--horizon", "7d")
    assert answer.code == 0, answer.err
    rows = pd.read_csv("f.csv", parse_dates=["start"])
    assert rows["start"].min() == pd.Timestamp("2026-06-01")
    assert rows["mean"].sum() == pytest.approx(5 * 120)
    assert wfm("plan", "--time-limit", "5s").code == 0


def test_ten_days_of_its_own_are_blended_in_a_file(wfm, with_desk) -> None:
    """`--in` with a young queue: its own days and its expectation, instead of a refusal."""
    with_desk("new = { per_day = 40 }")
    rows = pd.read_csv("history.csv")
    recent = rows["start"] >= "2026-04-20"
    desk = rows[recent & (rows["start"].str[11:13].astype(int) < 13)].assign(queue="desk")
    pd.concat([rows, desk]).to_csv("young.csv", index=False)
    answer = wfm("forecast", "--in", "young.csv", "--out", "f.csv", "--json")
    assert answer.code == 0, answer.err
    weights = {row["estimate"]: row["weight"] for row in answer.json["estimates"]}
    assert weights == pytest.approx({"expected": 14 / 24, "own history": 10 / 24})
