"""The page of a forecast, just made or stored, and the accuracy of stored ones."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_fresh_and_a_stored_forecast_become_pages(wfm, centre: Path) -> None:
    """`wfm forecast --page` tells model and trials; `wfm export forecast-page` what came, too."""
    wfm("import", "csv", "history.csv")
    assert wfm("forecast", "--page", "fresh.html", "--horizon", "2w").code == 0
    fresh = Path("fresh.html").read_text(encoding="utf-8")
    assert "Model: " in fresh
    assert "Trials by day, 1 day ahead: WAPE" in fresh
    assert "Trials by day, 2 to 7 days ahead: WAPE" in fresh
    assert "mean of 8" in fresh
    assert fresh.count('class="band80"') > 7
    wfm("forecast", "--as-of", "2026-04-20", "--horizon", "2w")
    answer = wfm("export", "forecast-page", "out/stored.html")
    assert answer.code == 0, answer.err
    assert Path("out/stored.html").read_text(encoding="utf-8").count('class="actual"') > 7


def test_a_file_forecast_becomes_a_page(wfm, centre: Path) -> None:
    """Without a store."""
    words = ("--in", "history.csv", "--out", "f.csv", "--page", "file.html")
    assert wfm("forecast", *words, "--horizon", "1w").code == 0
    assert "<svg" in Path("file.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words", [("forecast", "--page", "x.png"), ("export", "forecast-page", "x.xlsx")]
)
def test_a_page_ends_in_html(wfm, centre: Path, words: tuple[str, ...]) -> None:
    """Any other file is a usage error, and is not written."""
    wfm("import", "csv", "history.csv")
    answer = wfm(*words)
    assert answer.code == 2
    assert ".html" in answer.err
    assert not Path(words[2]).exists()
    assert wfm("runs", "list", "--json").json["runs"] == []


def test_stored_forecasts_are_compared_as_they_were_made(wfm, centre: Path) -> None:
    """Two origins of the past give two origins at each lead that both have; none is exit 5."""
    wfm("import", "csv", "history.csv")
    wfm("forecast")
    answer = wfm("backtest", "--frozen")
    assert answer.code == 5
    assert "no stored forecast" in answer.err
    for as_of in ("2026-04-13", "2026-04-20"):
        wfm("forecast", "--as-of", as_of, "--horizon", "2w")
    rows = wfm("backtest", "--frozen", "--json").json["backtest"]
    told = {(row["level"], row["lead_days"]): row for row in rows}
    assert told["day", 1]["origins"] == 2
    assert told["day", 7]["n"] == 8
    assert told["interval", 7]["wape"] < told["interval", 7]["naive_wape"]
    assert told["interval", 1]["coverage_95"] is not None
    assert wfm("backtest", "--frozen", "--aht").code == 2
