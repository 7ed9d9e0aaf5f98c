"""`wfm explain --forecast`: the parts of a stored number make that number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest


def stored_mean(wfm, start: str) -> float:
    """Contacts that the newest run has for an interval by wall clock."""
    wfm("export", "forecast", "f.csv")
    rows = pd.read_csv("f.csv")
    local = pd.to_datetime(rows["interval_start"], utc=True).dt.tz_convert("America/New_York")
    return float(rows.loc[local.dt.strftime("%Y-%m-%dT%H:%M") == start, "mean"].iloc[0])


def product(told: dict) -> float:
    """Product of the parts."""
    return float(np.prod([part["factor"] for part in told["parts"]]))


def test_parts_and_adjustments_make_the_stored_number(wfm, centre: Path) -> None:
    """Level, weekday, event, share and the planner's change, with the mean of 8 beside."""
    wfm("import", "csv", "history.csv")
    Path("events.csv").write_text(
        "queue,from,to,name,effect\nshop,2026-05-06,2026-05-06,mailing,+50%\n", encoding="utf-8"
    )
    Path("adjustments.csv").write_text(
        "queue,from,to,how,value,reason,author\nshop,2026-05-06,2026-05-06,times,1.1,fair,Ada\n"
        "shop,2026-05-09T10:00,2026-05-09T10:30,set,12,open day,Ben\n",
        encoding="utf-8",
    )
    assert wfm("forecast").code == 0
    answer = wfm("explain", "shop", "2026-05-06T10:00", "--forecast", "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    assert told["mean"] == stored_mean(wfm, "2026-05-06T10:00")
    assert product(told) == pytest.approx(told["mean"], rel=1e-9)
    names = [part["part"] for part in told["parts"]]
    assert names[:2] == ["level", "Wednesday"]
    assert names[-3:] == ["mailing", "share of the day", "adjustment"]
    assert told["parts"][-1]["detail"] == "times 1.1: fair (Ada)"
    assert "mean8" in {row["model"] for row in told["models"]}
    told = wfm("explain", "shop", "2026-05-09T10:00", "--forecast", "--json").json
    assert [part["part"] for part in told["parts"]] == ["adjustment"]
    assert product(told) == told["mean"] == 12
    words = wfm("explain", "shop", "2026-05-06T10:00", "--forecast").out
    assert "shop expects" in words
    assert "mean8" in words


def test_what_changed_since_the_run_is_a_part_of_its_own(wfm, centre: Path) -> None:
    """An event noted after the run: the old number still comes out, and why it is another."""
    wfm("import", "csv", "history.csv")
    wfm("forecast")
    Path("events.csv").write_text(
        "queue,from,to,name,effect\nshop,2026-05-06,2026-05-06,mailing,+25%\n", encoding="utf-8"
    )
    told = wfm("explain", "shop", "2026-05-06T10:00", "--forecast", "--json").json
    assert product(told) == pytest.approx(told["mean"], rel=1e-9)
    last = told["parts"][-1]
    assert last["part"] == "changed since"
    assert last["factor"] == pytest.approx(1 / 1.25)


def test_a_run_is_explained_by_its_own_model(wfm, centre: Path) -> None:
    """The model of `--model`, not the one in wfm.toml then or now, made the number."""
    wfm("import", "csv", "history.csv")
    wfm("forecast", "--model", "mean4")
    with Path("wfm.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[forecast]\nmodel = "seasonal_naive"\n')
    told = wfm("explain", "shop", "2026-05-06T10:00", "--forecast", "--json").json
    assert product(told) == pytest.approx(told["mean"], rel=1e-9)
    assert told["models"][0]["model"] == "mean4"
    assert told["models"][0]["weight"] == 1.0
    assert "changed since" not in {part["part"] for part in told["parts"]}
    run = told["run"]
    assert wfm("runs", "show", run, "--json").json["summary"]["model"] == "mean4"


def test_what_was_not_forecast_is_not_explained(wfm, centre: Path) -> None:
    """No run, a time outside it, a stranger queue: in words, without a trace."""
    wfm("import", "csv", "history.csv")
    assert wfm("explain", "shop", "2026-05-06T10:00", "--forecast").code == 5
    wfm("forecast", "--horizon", "1w")
    late = wfm("explain", "shop", "2026-06-06T10:00", "--forecast")
    assert late.code == 5
    assert "it has 2026-05-02" in late.err
    assert wfm("explain", "zoo", "2026-05-06T10:00", "--forecast").code == 3
    with Path("wfm.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[[queue]]\nname = "desk"\nopen = "always"\n')
    silent = wfm("explain", "desk", "2026-05-06T10:00", "--forecast")
    assert silent.code == 5
    assert "has no forecast of 'desk'; it has shop" in silent.err
    assert wfm("explain", "shop", "--forecast").code == 2
    closed = wfm("explain", "shop", "2026-05-06T20:00", "--forecast", "--json").json
    assert [part["part"] for part in closed["parts"]] == ["closed"]
