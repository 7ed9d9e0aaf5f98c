"""Tables in the terminal."""

from __future__ import annotations

import io
import math

import pandas as pd
import pytest
from rich.console import Console

from wfm.reports.console_table import print_frame


def screen(show, width=80):
    """Text that a terminal of this width would show."""
    out = io.StringIO()
    show(Console(file=out, width=width, no_color=True))
    return out.getvalue()


def test_a_table_in_the_terminal():
    """Numbers right, times short with their zone, empty cells a dash, formats by column."""
    frame = pd.DataFrame(
        {
            "model": ["a[1]", None],
            "wape": [0.1234, math.nan],
            "n": [1, 20000],
            "start": pd.to_datetime(["2003-03-03T07:00Z", None], utc=True),
            "load": [0.00123, 34.5],
        }
    )
    text = screen(
        lambda console: print_frame(
            frame, title="back-test", formats={"wape": ".2%"}, console=console
        )
    )
    rows = [line.split() for line in text.splitlines()]
    assert rows[0] == ["back-test"]
    assert rows[2] == ["a[1]", "12.34%", "1", "2003-03-03", "07:00Z", "0.00"]
    assert rows[3] == ["–", "–", "20000", "–", "34.50"]


def test_an_empty_table_shows_its_headings(capsys):
    """Nothing found is shown as such, on standard output."""
    print_frame(pd.DataFrame({"run": [], "kind": []}), title="0 runs")
    assert "run" in capsys.readouterr().out


@pytest.fixture
def backtest():
    """A wide table as the back-test gives it."""
    levels = [("interval", 0.041), ("day", 0.015), ("week", 0.012)]
    return pd.DataFrame(
        [
            {
                "queue": "bank",
                "model": model,
                "level": level,
                "horizon_days": days,
                "origins": 6,
                "n": 168 * days,
                "wape": wape,
                "bias": -0.003692,
                "floor": 0.0223,
                "pinball": 0.011234,
                "coverage_80": 0.857,
                "coverage_95": 1.0,
            }
            for model in ("auto", "seasonal_naive")
            for days in (1, 42)
            for level, wape in levels
        ]
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_word_is_broken_at_any_width(backtest, width):
    """Every cell and word stands whole; what is the same in every row is said once."""
    text = screen(lambda console: print_frame(backtest, title="back-test", console=console), width)
    lines = text.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width
    told = "queue bank, origins 6, bias -0.4%, floor 2.2%, pinball 0.0112, coverage 80 85.7%"
    assert " ".join(text.split()).startswith(f"back-test {told}")
    body = text.split()
    assert body.count("seasonal_naive") == 6
    assert body.count("4.1%") == 4
    assert "horizon" in body


def test_columns_that_do_not_fit_go_below(backtest):
    """On a narrow terminal the rest of the columns follow, with the names of the rows again."""
    varied = backtest.assign(bias=range(12), floor=0.1 * backtest.index, pinball=backtest.index / 7)
    text = screen(lambda console: print_frame(varied, console=console), 50)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 50
    assert text.split().count("seasonal_naive") == 12
    assert "pinball" in text


def test_texts_alone_are_split_too():
    """A list of runs with long names and times keeps each of them whole."""
    runs = pd.DataFrame(
        {
            "run": ["20261122-052421-plan-042ca6", "20261122-052421-staff-042ca6"],
            "kind": ["plan", "staff"],
            "as_of": ["2003-08-09T00:00:00", None],
            "parent": ["20261122-052421-forecast-11ffee", "20261122-052421-forecast-22ffee"],
            "status": ["optimal", "ok"],
        }
    )
    text = screen(lambda console: print_frame(runs, console=console), 70)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 70
    for word in ("20261122-052421-plan-042ca6", "20261122-052421-forecast-11ffee", "optimal"):
        assert word in text
    assert "2003-08-09 00:00" in text


def test_only_what_tells_rows_apart_is_repeated():
    """The run id alone goes before the columns below; the rest of a row stands once."""
    runs = pd.DataFrame(
        {
            "run": ["20261122-052421-plan-042ca6", "20261122-052421-staff-042ca6"],
            "kind": ["plan", "staff"],
            "as_of": ["2003-08-09T00:00:00", "2003-08-10T00:00:00"],
            "parent": ["20261122-052421-forecast-11ffee", None],
            "status": ["optimal", "ok"],
        }
    )
    words = screen(lambda console: print_frame(runs, console=console), 80).split()
    assert words.count("20261122-052421-plan-042ca6") == 2
    assert words.count("2003-08-09") == words.count("plan") == words.count("optimal") == 1


def test_a_column_without_a_word_is_left_out():
    """A mark that no run has is neither a column nor a heading alone beside the title."""
    runs = pd.DataFrame({"run": ["a", "b", "c"], "kind": ["plan", "staff", "x"], "mark": [""] * 3})
    text = screen(lambda console: print_frame(runs, title="3 runs", console=console))
    assert text.splitlines()[0].rstrip() == "3 runs"
    assert "mark" not in text


@pytest.mark.parametrize("name", ["naive_wape", "abandoned_share", "again_share", "coverage_80"])
def test_shares_are_told_in_percent(name):
    """As the figures that they stand beside are."""
    frame = pd.DataFrame({"queue": ["a", "b"], name: [0.0852, 0.1]})
    text = screen(lambda console: print_frame(frame, title="t", console=console))
    assert "8.5%" in text
