"""``wfm simulate`` on a tiny centre: error bars, seed, agreement with the formula."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from wfm.store import open_store


def test_a_simulated_week_agrees_with_the_formula(wfm, planned: Path) -> None:
    """Short handle times: simulation and interval-by-interval formula are near each other."""
    done = wfm("simulate", "--json", "--replications", 40, "--seed", 5)
    assert done.code == 0, done.err
    week = done.json["totals"][0]
    assert abs(week["sl_simulated"] - week["sl_formula"]) < 0.05
    assert 0 < week["sl_half_width"] < 0.05
    days = done.json["days"]
    assert len(days) == 5
    assert sum(day["offered"] for day in days) == pytest.approx(week["offered"])
    assert min(day["worst_sl"] for day in days) == week["worst_sl"]


def test_the_seed_makes_it_repeatable(wfm, planned: Path) -> None:
    """Same seed, same figures; another seed, others; the seed is printed."""
    first, again, other = (
        wfm("simulate", "--json", "--replications", 3, "--seed", seed).json["totals"]
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert "seed 7" in wfm("simulate", "--seed", 7, "--replications", 2).out


def test_one_day_and_no_day(wfm, planned: Path) -> None:
    """--from names a day; a day without a roster is exit 5."""
    one = wfm("simulate", "--from", "2026-05-05", "--replications", 2, "--json").json["days"]
    assert [day["day"] for day in one] == ["2026-05-05"]
    assert wfm("simulate", "--from", "2026-06-05").code == 5


def test_a_roster_without_a_forecast_cannot_be_simulated(wfm, centre: Path) -> None:
    """Nothing planned yet: exit 5 and what to do."""
    done = wfm("simulate")
    assert done.code == 5
    assert "make one first" in done.err


def test_work_past_closing_has_no_calls(wfm, planned: Path) -> None:
    """Half hours that are staffed but not required are simulated without calls."""
    with open_store("wfm.db") as store:
        run = store.latest("plan")
        assert run is not None
        coverage, requirement = (store.read(name, run.run) for name in ("coverage", "requirement"))
        late = coverage.iloc[[-1]].assign(required=0.0, scheduled=1.0, over=1.0, under=0.0)
        late["interval_start"] += pd.Timedelta(minutes=30)
        longer = pd.concat([coverage, late], ignore_index=True).drop(columns="run")
        tables = {"coverage": longer, "requirement": requirement.drop(columns="run")}
        store.save_run(replace(run, run="late"), tables)
    usual = wfm("simulate", "--replications", 3, "--json", "--run", run.run).json["totals"][0]
    done = wfm("simulate", "--replications", 3, "--json", "--run", "late")
    assert done.code == 0, done.err
    assert done.json["totals"][0]["offered"] == pytest.approx(usual["offered"])


OTHERS = """
[[queue]]
name = "chat"
channel = "chat"
open = { mon-fri = "09:00-13:00" }
aht_by_level = ["300s", "400s", "540s"]
patience = "120s"
target = { service_level = 0.80, threshold = "60s", min_agents = 1 }

[[queue]]
name = "mail"
channel = "deferred"
open = { mon-fri = "09:00-17:00" }
worked = { mon-fri = "09:00-13:00" }
backlog = 12
aht = "300s"
target = { threshold = "24h" }

[shrinkage]"""


@pytest.fixture
def three_channels(wfm, centre: Path, brought) -> Path:
    """The tiny centre with chats and mail in the mornings, people for them, and a stored plan."""

    def work() -> None:
        add_channels(centre)
        wfm("import", "csv", "three.csv")
        assert wfm("plan").code == 0

    return brought("three channels", work)


def add_channels(centre: Path) -> None:
    """Queues of chats and mail, their people, and the calls of all three in three.csv."""
    path = centre / "wfm.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[shrinkage]", OTHERS, 1))
    with (centre / "agents.csv").open("a", encoding="utf-8") as out:
        out.write("C1,Cara,Red,half,chat\nC2,Carl,Red,half,chat\nC3,Cy,Red,half,chat\n")
        out.write("M1,May,Red,half,mail\nM2,Max,Red,half,mail\nB1,Bo,Red,half,chat;shop\n")
    rows = pd.read_csv("history.csv")
    mornings = rows[rows["start"].str[11:13].astype(int) < 13].assign(queue="chat")
    mail = rows.assign(queue="mail", offered=rows["offered"] // 3)
    pd.concat([rows, mornings, mail]).to_csv("three.csv", index=False)


def test_chats_and_mail_are_simulated_too(wfm, three_channels: Path) -> None:
    """Each near its formula, with error bars, what is assumed, and the same seed the same again."""
    done = wfm("simulate", "--json", "--replications", 30, "--seed", 5)
    assert done.code == 0, done.err
    totals = {row["queue"]: row for row in done.json["totals"]}
    kinds = {name: row["channel"] for name, row in totals.items()}
    assert kinds == {"shop": "voice", "chat": "chat", "mail": "deferred"}
    for row in totals.values():
        assert abs(row["sl_simulated"] - row["sl_formula"]) < 0.04
        assert 0 < row["sl_half_width"] < 0.03
    assert totals["chat"]["backlog"] is None
    assert totals["mail"]["backlog"] > 0
    assert len(done.json["assumptions"]) == 2
    again = wfm("simulate", "--json", "--replications", 30, "--seed", 5).json
    assert again == done.json


def test_a_day_of_mail_begins_with_what_is_left(wfm, three_channels: Path) -> None:
    """One day asked for by itself is the same day of the whole roster, of chat and mail alike."""
    week = wfm("simulate", "--json", "--replications", 5).json
    one = wfm("simulate", "--json", "--replications", 5, "--from", "2026-05-06").json
    mail = [row for row in week["days"] if row["queue"] == "mail"]
    assert len(mail) >= 5
    assert [row for row in one["days"] if row["queue"] == "mail"] == [mail[2]]
    assert mail[2]["day"] == "2026-05-06"
    assert {row["queue"] for row in one["totals"]} == {"shop", "chat", "mail"}


def test_it_is_told_what_is_taken_for_granted(wfm, three_channels: Path) -> None:
    """Mail in a table of its own, hours to the answer; the notes go to the log."""
    done = wfm("simulate", "--replications", 2)
    assert "backlog" in done.out
    assert "nan" not in done.out
    assert "mail: in promise" in done.out
    assert "never between calls" in done.err
    sunday = wfm("simulate", "--replications", 2, "--from", "2026-05-10")
    assert "mail: no contacts in those days" in sunday.out
    assert "nan" not in sunday.out
