"""Back-tests on the command line: contacts and handle times, of the store and of a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture
def with_aht(centre: Path) -> Path:
    """The tiny centre's history with mornings of 200 s and afternoons of 300 s."""
    rows = pd.read_csv("history.csv")
    late = rows["start"].str[11:13].astype(int) >= 13
    rows = rows.assign(answered=rows["offered"], aht_s=late.map({True: 300.0, False: 200.0}))
    rows.to_csv("with_aht.csv", index=False)
    return centre


def test_handle_times_by_time_of_day_beat_their_mean(wfm, with_aht: Path) -> None:
    """`--aht` knows mornings from afternoons; the plain mean is a fifth off."""
    wfm("import", "csv", "with_aht.csv")
    told = wfm("backtest", "--aht", "--horizons", "1w", "--json").json["backtest"]
    by_model = {row["model"]: row for row in told}
    assert by_model["profile"]["wape"] < 0.10
    assert by_model["mean"]["wape"] > 0.15
    assert by_model["profile"]["origins"] == 5


def test_a_file_is_back_tested_as_the_store_is(wfm, with_aht: Path) -> None:
    """`--in` gives what the imported history gives, and `--out` writes it."""
    wfm("import", "csv", "with_aht.csv")
    words = ("--aht", "--horizons", "1w")
    wfm("backtest", *words, "--out", "store.csv")
    wfm("backtest", "--in", "with_aht.csv", *words, "--out", "file.csv")
    pd.testing.assert_frame_equal(pd.read_csv("store.csv"), pd.read_csv("file.csv"))
    answer = wfm("backtest", "--in", "history.csv", "--horizons", "1d", "--origins", 2)
    assert answer.code == 0, answer.err
    assert "seasonal naive" in answer.out.replace("_", " ")


def test_what_cannot_be_back_tested_is_told(wfm, with_aht: Path) -> None:
    """No handle times is exit 3, too little history exit 5, both in words."""
    answer = wfm("backtest", "--in", "history.csv", "--aht")
    assert answer.code == 3
    assert "handle times" in answer.err
    answer = wfm("backtest", "--in", "history.csv", "--horizons", "8w")
    assert answer.code == 5
    assert "shorter --horizons" in answer.err


def test_models_are_compared_by_name(wfm, centre: Path) -> None:
    """A comma list or the option twice: each named model, and the two simple means beside."""
    words = ("--in", "history.csv", "--horizons", "1d", "--origins", 2, "--json")
    for named in (("--model", "mean4, top_down"), ("--model", "mean4", "--model", "top_down")):
        told = wfm("backtest", *words, *named).json["backtest"]
        models = list(dict.fromkeys(row["model"] for row in told))
        assert models == ["mean4", "top_down", "seasonal_naive", "mean8"]


def test_the_model_in_force_is_the_one_judged(wfm, centre: Path) -> None:
    """Without --model it is that of wfm.toml."""
    text = Path("wfm.toml").read_text(encoding="utf-8")
    Path("wfm.toml").write_text(text + '\n[forecast]\nmodel = "momentum8"\n')
    told = wfm("backtest", "--in", "history.csv", "--horizons", "1d", "--origins", 2, "--json")
    assert told.json["backtest"][0]["model"] == "momentum8"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--model", "magic"), 3, "there are auto, seasonal_naive"),
        (("--model", "mean4,"), 3, "no model ''"),
        (("--model", "drivers"), 3, "drivers.csv"),
        (("--model", "mean4", "--aht"), 2, "--model"),
    ],
)
def test_a_model_that_cannot_be_judged_is_refused(
    wfm, centre: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """Unknown name, nothing to drive by, or a back-test without models."""
    answer = wfm("backtest", "--in", "history.csv", *words)
    assert answer.code == code
    assert said in answer.err


def test_the_rest_of_the_day_is_back_tested(wfm, centre: Path) -> None:
    """`--intraday` tells each time of day and method; with too little history exit 5."""
    answer = wfm("backtest", "--in", "history.csv", "--intraday")
    assert answer.code == 5
    rows = pd.read_csv("history.csv", parse_dates=["start"])
    earlier = rows.assign(start=rows["start"] - pd.Timedelta(days=63))
    both = pd.concat([earlier, rows])
    both.assign(start=both["start"].dt.strftime("%Y-%m-%dT%H:%M")).to_csv("long.csv", index=False)
    told = wfm("backtest", "--in", "long.csv", "--intraday", "--json").json["backtest"]
    assert {row["at"] for row in told} == {"10:00", "12:00", "14:00"}
    assert {row["method"] for row in told} == {"none", "ratio", "shrunk", "curves", "update"}
    assert wfm("backtest", "--intraday", "--aht").code == 2


def test_first_visits_are_forecast_where_asked_for(wfm, centre: Path) -> None:
    """A quarter of the contacts try again: the forecast is a quarter lower, and says so."""
    rows = pd.read_csv("history.csv")
    rows = rows.assign(offered=rows["offered"] * 4, not_first_visit=rows["offered"])
    rows.to_csv("again.csv", index=False)
    wfm("import", "csv", "again.csv")
    every = wfm("forecast", "--json").json
    assert every["demand"][0]["again_share"] == pytest.approx(0.25)
    with Path("wfm.toml").open("a", encoding="utf-8") as out:
        out.write('\n[forecast]\ndemand = "first-visits"\n')
    first = wfm("forecast", "--json").json
    ratio = first["contacts"]["shop"] / every["contacts"]["shop"]
    assert ratio == pytest.approx(0.75, abs=0.01)
    assert "recorded and asked for" in wfm("forecast").out


def test_first_visits_that_are_not_known_are_refused(wfm, centre: Path) -> None:
    """Exit 3 with where to get them."""
    wfm("import", "csv", "history.csv")
    text = Path("wfm.toml").read_text(encoding="utf-8")
    Path("wfm.toml").write_text(text + '\n[forecast]\ndemand = "first-visits"\n')
    answer = wfm("forecast")
    assert answer.code == 3
    assert "not_first_visit" in answer.err
    Path("wfm.toml").write_text(text + '\n[forecast]\ndemand = "all"\n')
    assert "first-visits" in wfm("forecast").err
