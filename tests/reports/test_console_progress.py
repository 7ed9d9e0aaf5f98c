"""Progress: a bar on a terminal, log lines elsewhere."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass

from rich.console import Console

from wfm.reports.console_progress import stage_progress


@dataclass(frozen=True)
class Report:
    """What a long job says."""

    stage: str
    done: int | None = None
    total: int | None = 10
    gap: float | None = None


def test_log_lines_elsewhere(caplog, capsys):
    """Off a terminal each stage gives a line, a long stage one every ten seconds."""
    Console(file=io.StringIO())
    times = iter([0.0, 1.0, 5.0, 11.5, 12.0, 13.0])
    with (
        caplog.at_level(logging.INFO, logger="wfm.reports.console_progress"),
        stage_progress(
            "planning", console=Console(file=io.StringIO()), clock=lambda: next(times)
        ) as tell,
    ):
        tell.stage("forecasting")
        tell(Report("shifts", 1))
        tell(Report("shifts", 2, gap=0.5))
        tell(Report("shifts", 6, gap=0.012))
        tell(Report("shifts", 7, gap=float("nan")))
        tell(Report("roster"))
    assert caplog.messages == [
        "planning: forecasting",
        "planning: shifts, 10%",
        "planning: shifts, 60%, gap 1.20%",
        "planning: roster",
    ]
    assert capsys.readouterr().out == ""


def test_a_bar_on_a_terminal():
    """A terminal shows the stage and the gap, and is left clean."""
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True)
    with stage_progress("planning", console=console) as tell:
        tell.stage("forecasting")
        tell(Report("shifts", 5, gap=0.0123))
    text = out.getvalue()
    assert "shifts" in text
    assert "gap 1.23%" in text
    assert text.rstrip("\n").endswith("\x1b[2K")
