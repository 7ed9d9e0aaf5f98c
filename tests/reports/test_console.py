"""The screen after a plan."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import math

import pytest
from rich.console import Console

from wfm.reports.console import BacktestRow, PlanSummary, print_plan_summary


@pytest.fixture
def summary():
    """A week for three hundred people."""
    return PlanSummary(
        centre="Retail bank",
        run="plan-20030808-1a2b3c",
        first_day=dt.date(2003, 8, 11),
        last_day=dt.date(2003, 8, 17),
        forecast_from=dt.date(2003, 8, 9),
        forecast_to=dt.date(2003, 9, 19),
        contacts=1234567.4,
        interval_s=1800,
        backtest=[
            BacktestRow("profile with trend and holidays", 0.123, 0.056, 0.004, chosen=True),
            BacktestRow("seasonal naive", 0.151, 0.08, -0.001),
            BacktestRow("mean of 8 same weekdays", 0.144, math.nan, -0.011),
        ],
        wape_floor=0.079,
        agents_scheduled=301,
        agents_available=330,
        demand_h=9876.5,
        over_h=123.4,
        under_h=45.6,
        service_level=0.783,
        service_target=0.8,
        cost=234567.8,
        currency="USD",
        status="feasible",
        gap=0.0013,
        objective=9876.5,
        bound=9864.1,
        seconds=62.3,
        violations=2,
        files=[("roster", "out/roster.xlsx"), ("store", "wfm.db")],
        notes=["12 agent-hours short on Mon 2003-08-11 between 10:00 and 11:30"],
    )


def screen(show, width=80, *, colour=False):
    """Text that a terminal of this width would show."""
    out = io.StringIO()
    terminal = {"force_terminal": True, "color_system": "truecolor"} if colour else {}
    show(Console(file=out, width=width, no_color=not colour, **terminal))
    return out.getvalue()


def test_one_screen_says_it_all(summary):
    """80 columns by 24 lines hold every figure, whole, in words where colour would tell."""
    text = screen(lambda console: print_plan_summary(summary, console=console))
    lines = text.splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    assert "…" not in text
    for figure in (
        "Retail bank",
        "plan-20030808-1a2b3c",
        "1,234,567 contacts in 6 weeks to 2003-09-19",
        "profile with trend and holidays (chosen)",
        "12.3 %",
        "15.1 %",
        "+0.4 %",
        "-1.1 %",
        "7.9 %",
        "301 of 330 scheduled",
        "9,876.5 h",
        "123.4 h (1.2 %)",
        "45.6 h (0.5 %)",
        "78.3 % expected, goal 80 %",
        "234,568 USD",
        "feasible, gap 0.13 %",
        "2 broken",
        "9,876.5 / 9,864.1",
        "62 s",
        "out/roster.xlsx",
        "note: 12 agent-hours short",
    ):
        assert figure in text, figure


def test_what_is_not_known_is_left_out(summary):
    """No gap, bound, target, floor or files: the lines are gone, nothing says None or nan."""
    bare = dataclasses.replace(
        summary,
        gap=None,
        objective=None,
        bound=None,
        service_target=None,
        service_level=None,
        wape_floor=None,
        files=(),
        notes=(),
        backtest=(),
        demand_h=0.0,
    )
    text = screen(lambda console: print_plan_summary(bare, console=console))
    assert not any(word in text for word in ("None", "nan", "gap", "bound", "Files", "floor"))
    assert "not known" in text


def test_a_long_name_leaves_the_dates_whole(summary):
    """Where centre, days and run do not fit side by side, the run stands below."""
    long = dataclasses.replace(summary, centre="Customer service north")
    lines = screen(lambda console: print_plan_summary(long, console=console)).splitlines()
    assert lines[0].rstrip().endswith("Sun 2003-08-17")
    assert [line.strip() for line in lines].count(summary.run) == 1


def test_text_with_brackets_is_shown_as_it_is(summary):
    """A centre or file called [red] is a name, not markup."""
    odd = dataclasses.replace(summary, centre="[red]Bank[/red]", files=[("x", "[bold]/a")])
    text = screen(lambda console: print_plan_summary(odd, console=console))
    assert "[red]Bank[/red]" in text
    assert "[bold]/a" in text


def test_no_color_is_honoured(summary, monkeypatch):
    """With NO_COLOR a terminal gets no colour codes; without it, it does."""

    def show(console):
        print_plan_summary(summary, console=console)

    assert "\x1b[1;32m" in screen(show, colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    show(Console(file=out, width=80, force_terminal=True))
    assert "\x1b[1;32m" not in out.getvalue()
