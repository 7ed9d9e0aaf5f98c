"""Months ahead on the command line: file, growth cases, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest


def test_months_ahead_of_the_store(wfm, centre: Path) -> None:
    """Rows by queue, case and month; the file has what was printed."""
    wfm("import", "csv", "history.csv")
    words = ("--long-range", 24, "--growth", "low=0%,plan=10%", "--out", "years.csv")
    answer = wfm("forecast", *words)
    assert answer.code == 0
    assert "+10.0%" in answer.out
    rows = pd.read_csv("years.csv", parse_dates=["start"])
    assert list(rows.columns[:6]) == ["queue", "case", "origin", "start", "open_days", "mean"]
    assert len(rows) == 48
    first, last = (
        rows[rows["start"].dt.year == year].groupby("case")["mean"].sum() for year in (2027, 2028)
    )
    assert last["plan"] / last["low"] > first["plan"] / first["low"] > 1.05


def test_weeks_ahead_of_a_file_as_json(wfm, centre: Path) -> None:
    """A history file does as well; weeks begin on Mondays."""
    answer = wfm("forecast", "--in", "history.csv", "--long-range", 2, "--by", "week", "--json")
    rows = pd.DataFrame(answer.json["rows"])
    assert set(rows["case"]) == {"low", "base", "high"}
    assert (pd.to_datetime(rows["start"]).dt.day_of_week == 0).all()
    assert answer.json["growth"][0]["history_days"] == 61


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--by", "day"), "month or week"),
        (("--growth", "base=lots"), "3%"),
        (("--growth", "base=-150%"), "no growth"),
        (("--growth", "a=1%,a=2%"), "twice"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(wfm, centre: Path, words, said: str) -> None:
    """Exit 2 with what to write instead."""
    answer = wfm("forecast", "--in", "history.csv", "--long-range", 3, *words)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--in", "history.csv", "--long-range", 3, "--page", "x.html"), "--page cannot go with"),
        (("--in", "history.csv", "--growth", "3%"), "--growth: of use only with --long-range"),
        (("--by", "week"), "--by: of use only with --long-range"),
        (("--paths", 9, "--seed", 4), "--paths, --seed: of use only with --paths-out"),
        (
            ("--country", "US", "--quantiles", "0.5"),
            "--country, --quantiles: of use only with --in",
        ),
    ],
)
def test_options_that_would_do_nothing_are_told(wfm, centre: Path, words, said: str) -> None:
    """Exit 2 before any work, with what they want beside them."""
    answer = wfm("forecast", *words)
    assert answer.code == 2
    assert said in answer.err
