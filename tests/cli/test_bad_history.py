"""Histories that no forecast can be made of: named, and no hindrance to the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SAID = {
    "constant": "the same count",
    "empty": "no contacts",
    "stopped": "has stopped",
    "short": "too short",
}


@pytest.fixture
def bad_queues(centre: Path) -> Path:
    """The tiny centre's queue beside four that are no use, in one file and in wfm.toml."""
    rows = pd.read_csv("history.csv")
    early, late = rows["start"] < "2026-03-21", rows["start"] >= "2026-04-27"
    parts = [
        rows,
        rows.assign(queue="constant", offered=7),
        rows.assign(queue="empty", offered=0),
        rows[early].assign(queue="stopped"),
        rows[late].assign(queue="short"),
    ]
    pd.concat(parts).to_csv("bad.csv", index=False)
    text = Path("wfm.toml").read_text(encoding="utf-8")
    for name in SAID:
        text += f'\n[[queue]]\nname = "{name}"\nopen = {{ mon-fri = "09:00-17:00" }}\n'
    Path("wfm.toml").write_text(text, encoding="utf-8")
    return centre


@pytest.mark.parametrize("mode", ["file", "store", "years"])
def test_each_bad_queue_is_named_and_the_good_one_done(wfm, bad_queues: Path, mode: str) -> None:
    """Exit 8 in file and store mode and for years ahead: what is wrong, what to do."""
    if mode == "store":
        wfm("import", "csv", "bad.csv")
        answer = wfm("forecast", "--out", "f.csv")
    else:
        words = ("--long-range", 3) if mode == "years" else ()
        answer = wfm("forecast", "--in", "bad.csv", "--out", "f.csv", *words)
    assert answer.code == 8
    for queue, said in SAID.items():
        lines = [line for line in answer.err.splitlines() if line.startswith(f"{queue}: ")]
        assert len(lines) == 1, answer.err
        assert said in lines[0]
        assert "; " in lines[0]
    rows = pd.read_csv("f.csv")
    assert set(rows["queue"]) == {"shop"}
    assert np.isfinite(rows["mean"]).all()


def test_a_back_test_names_what_it_leaves_out(wfm, bad_queues: Path) -> None:
    """Exit 8, the good queue judged."""
    answer = wfm("backtest", "--in", "bad.csv", "--horizons", "1w", "--origins", 2, "--json")
    assert answer.code == 8
    assert {row["queue"] for row in answer.json["backtest"]} == {"shop"}
    assert "constant, empty, short, stopped" in answer.err


def test_all_bad_is_no_plan(wfm, bad_queues: Path) -> None:
    """Exit 5, nothing written."""
    rows = pd.read_csv("bad.csv")
    rows[rows["queue"] != "shop"].to_csv("worse.csv", index=False)
    answer = wfm("forecast", "--in", "worse.csv", "--out", "f.csv")
    assert answer.code == 5
    assert all(queue in answer.err for queue in SAID)
    assert not Path("f.csv").exists()


@pytest.mark.parametrize("stray", ["2062-03-01T09:00", "1996-03-01T09:00"])
def test_a_mistyped_year_is_refused_with_its_row(wfm, centre: Path, stray: str) -> None:
    """Exit 3 with the row, nothing written."""
    text = Path("history.csv").read_text(encoding="utf-8")
    Path("stray.csv").write_text(f"{text}shop,{stray},5\n", encoding="utf-8")
    answer = wfm("forecast", "--in", "stray.csv", "--out", "f.csv")
    assert answer.code == 3
    assert stray[:10] in answer.err
    assert not Path("f.csv").exists()


def test_as_of_leaves_dates_of_the_future_out(wfm, centre: Path) -> None:
    """A stored row of 2062 stops the forecast until an origin is named."""
    text = Path("history.csv").read_text(encoding="utf-8")
    Path("stray.csv").write_text(f"{text}shop,2062-03-01T09:00,5\n", encoding="utf-8")
    wfm("import", "csv", "stray.csv")
    assert wfm("forecast").code == 3
    assert wfm("forecast", "--as-of", "2026-05-04", "--horizon", "1w").code == 0


def test_a_history_with_a_year_of_silence_is_no_mistake(wfm, centre: Path) -> None:
    """A gap between two long parts is told as it is: history."""
    rows = pd.read_csv("history.csv", parse_dates=["start"])
    earlier = rows.assign(start=rows["start"] - pd.Timedelta(days=7 * 110))
    both = pd.concat([earlier, rows])
    both.assign(start=both["start"].dt.strftime("%Y-%m-%dT%H:%M")).to_csv("gap.csv", index=False)
    assert wfm("forecast", "--in", "gap.csv", "--out", "f.csv", "--horizon", "1w").code == 0


@pytest.mark.parametrize(
    ("place", "said"), [(("XX",), "XX"), (("US", "--subdivision", "QQ"), "QQ")]
)
def test_an_unknown_place_is_refused(wfm, centre: Path, place: tuple[str, ...], said: str) -> None:
    """Exit 3, the place named."""
    answer = wfm("forecast", "--in", "history.csv", "--country", *place)
    assert answer.code == 3
    assert said in answer.err


def test_three_weeks_are_enough(wfm, centre: Path) -> None:
    """15 working days give a forecast with bands."""
    rows = pd.read_csv("history.csv")
    rows[rows["start"] >= "2026-04-13"].to_csv("young.csv", index=False)
    answer = wfm("forecast", "--in", "young.csv", "--out", "f.csv", "--horizon", "1w")
    assert answer.code == 0, answer.err
    made = pd.read_csv("f.csv")
    weekly = rows.groupby(pd.to_datetime(rows["start"]).dt.to_period("W"))["offered"].sum()
    assert made["mean"].sum() == pytest.approx(weekly.mean(), rel=0.05)
    assert (made["q0.9"] >= made["q0.1"]).all()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--horizon", "10y"), 2, "--horizon"),
        (("--horizon", "3650d"), 3, "--long-range"),
        (("--horizon", "0d"), 2, "whole days"),
        (("--as-of", "2020-01-01"), 5, "no history before 2020-01-01"),
        (("--model", "drivers"), 5, "shop: its drivers are not known; write drivers.csv"),
    ],
)
def test_what_cannot_be_asked_for_is_told(
    wfm, centre: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """Too far, no distance, before any history, a model without its figures: nothing written."""
    answer = wfm("forecast", "--in", "history.csv", "--out", "f.csv", *words)
    assert answer.code == code
    assert said in answer.err
    assert not Path("f.csv").exists()


def test_a_history_of_the_future_is_refused(wfm, centre: Path) -> None:
    """All years mistyped alike: told from file and store, unless an origin is named."""
    text = Path("history.csv").read_text(encoding="utf-8").replace("2026-", "2096-")
    Path("future.csv").write_text(text, encoding="utf-8")
    answer = wfm("forecast", "--in", "future.csv", "--out", "f.csv")
    assert answer.code == 3
    assert "future.csv: start: the history ends more than a year from now" in answer.err
    assert not Path("f.csv").exists()
    wfm("import", "csv", "future.csv")
    assert wfm("forecast").code == 3
    named = wfm("forecast", "--in", "future.csv", "--as-of", "2096-05-04", "--horizon", "1w")
    assert named.code == 0, named.err


def test_all_bad_cells_of_a_history_are_told_in_their_order(wfm, centre: Path) -> None:
    """Text, negative, empty, no date, no queue, repeated: each with its row, nothing written."""
    lines = Path("history.csv").read_text(encoding="utf-8").splitlines()
    lines[2:7] = [
        "shop,2026-03-02T09:30,many",
        "shop,2026-03-02T10:00,-3",
        "shop,2026-03-02T10:30,",
        "shop,31.02.2026,4",
        ",2026-03-02T11:30,4",
    ]
    Path("cells.csv").write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    answer = wfm("forecast", "--in", "cells.csv", "--out", "f.csv")
    assert answer.code == 3
    told = [line for line in answer.err.splitlines() if line.startswith("cells.csv:")]
    rows = [int(line.split(":")[1]) for line in told]
    assert rows == [3, 4, 5, 6, 7, 722]
    for line, said in zip(told, ("'many'", "-3", "number", "31.02", "empty", "twice"), strict=True):
        assert said in line
    Path("text.csv").write_text(
        "queue,start,offered\n" + "".join(f"shop,2026-03-02T{h:02d}:00,x\n" for h in range(24)) * 4
    )
    told = wfm("forecast", "--in", "text.csv", "--out", "f.csv").err.splitlines()
    assert told[0].startswith("text.csv:2: offered")
    assert any("86 more rows" in line for line in told)
    assert not Path("f.csv").exists()


def test_a_kind_of_holiday_that_a_country_lacks_is_told_with_its_setting(wfm, centre: Path) -> None:
    """The country is known and right; the kind asked for is not."""
    with Path("wfm.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[forecast]\nholidays = ["optional"]\n')
    wfm("import", "csv", "history.csv")
    answer = wfm("forecast")
    assert answer.code == 3
    assert "wfm.toml: forecast.holidays: 'US' has no 'optional' holidays; it has" in answer.err
    assert "half_day" in answer.err
