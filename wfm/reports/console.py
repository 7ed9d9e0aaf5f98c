"""The screen after a plan.

It fits 80 columns and reads without colour: what is chosen, missed or broken is also said in words.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

__all__ = ["BacktestRow", "PlanSummary", "print_plan_summary"]


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """Back-test of one model: WAPE by interval and by day, bias [fractions].

    Parameters
    ----------
    chosen
        Whether the plan's forecast was made with it.
    """

    model: str
    wape_interval: float
    wape_day: float
    bias: float
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """Figures of the screen after ``wfm plan``.

    Parameters
    ----------
    contacts
        Contacts forecast from ``forecast_from`` to ``forecast_to``, both included.
    backtest
        The chosen model and what it is held against, seasonal naive among them.
    wape_floor
        WAPE by interval that even the true mean would have [fraction]; None leaves it out.
    agents_scheduled, agents_available
        People with a shift, people on the roster.
    demand_h, over_h, under_h
        Agent-hours required, and above and below it; never netted.
    service_level
        Service level the roster is expected to give [fraction].
    service_target
        Promised service level [fraction]; None when there is none.
    objective, bound, gap
        Of the week's plan; gap [fraction]. None where there is none.
    seconds
        Wall clock of the whole plan [s].
    violations
        Rules broken.
    files
        Label and path of what was written.
    notes
        One line each, shown last.
    """

    centre: str
    run: str
    first_day: dt.date
    last_day: dt.date
    forecast_from: dt.date
    forecast_to: dt.date
    contacts: float
    interval_s: int
    backtest: Sequence[BacktestRow]
    agents_scheduled: int
    agents_available: int
    demand_h: float
    over_h: float
    under_h: float
    service_level: float | None
    cost: float
    currency: str
    status: str
    seconds: float
    violations: int
    wape_floor: float | None = None
    service_target: float | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    files: Sequence[tuple[str, Path | str]] = ()
    notes: Sequence[str] = ()


def print_plan_summary(summary: PlanSummary, *, console: Console | None = None) -> None:
    """Print the screen of a plan.

    Parameters
    ----------
    console
        Where to; standard output unless given.
    """
    out = console or Console()
    out.print(
        Group(
            _title(summary, out.width),
            Rule(style="dim"),
            _forecast(summary),
            Text(),
            _roster(summary),
            Text(),
            *_files(summary),
            *_notes(summary),
        )
    )


def _title(summary: PlanSummary, width: int) -> RenderableType:
    """Centre, days and run; the run has a line of its own where there is no room beside them."""
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    grid.add_column(ratio=1)
    grid.add_column(justify="right", no_wrap=True)
    head = Text(summary.centre, style="bold")
    head.append(f"  roster {_span(summary.first_day, summary.last_day)}", style="not bold")
    run = Text(summary.run, style="dim")
    if head.cell_len + 2 + run.cell_len > width:
        return Group(head, run)
    grid.add_row(head, run)
    return grid


def _span(first: dt.date, last: dt.date) -> str:
    return f"{first:%a} {first.isoformat()} – {last:%a} {last.isoformat()}"


def _forecast(summary: PlanSummary) -> RenderableType:
    days = (summary.forecast_to - summary.forecast_from).days + 1
    length = f"{days // 7} weeks" if days % 7 == 0 and days > 7 else f"{days} days"
    head = Text("Forecast  ", style="bold")
    told = f"{summary.contacts:,.0f} contacts in {length} to {summary.forecast_to.isoformat()}"
    head.append(told, style="not bold")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("back-test", min_width=26)
    for heading in (f"WAPE {summary.interval_s // 60} min", "WAPE day", "bias"):
        table.add_column(heading, justify="right")
    for row in summary.backtest:
        style = "bold green" if row.chosen else ""
        name = f"{row.model} (chosen)" if row.chosen else row.model
        figures = (_percent(row.wape_interval), _percent(row.wape_day), _percent(row.bias, "+"))
        table.add_row(name, *figures, style=style)
    if summary.wape_floor is not None:
        table.add_row("floor (Poisson noise)", _percent(summary.wape_floor), "", "", style="dim")
    return Group(head, table)


def _roster(summary: PlanSummary) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(no_wrap=True, min_width=24)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_row(
        "agents",
        f"{summary.agents_scheduled:,} of {summary.agents_available:,} scheduled",
        "demand",
        f"{summary.demand_h:,.1f} h",
    )
    grid.add_row("over", _part(summary.over_h, summary), "under", _part(summary.under_h, summary))
    grid.add_row(
        "service level", _service(summary), "cost", f"{summary.cost:,.0f} {summary.currency}"
    )
    broken = Text(f"{summary.violations} broken", style="red bold" if summary.violations else "")
    grid.add_row("schedule", _solved(summary), "rules", broken)
    bounds = "" if summary.bound is None else f"{summary.bound:,.1f}"
    if summary.objective is not None and bounds:
        bounds = f"{summary.objective:,.1f} / {bounds}"
    label = "objective / bound" if summary.objective is not None else "bound"
    grid.add_row("took", f"{summary.seconds:.0f} s", label if bounds else "", bounds)
    return Group(Text("Roster", style="bold"), grid)


def _part(hours: float, summary: PlanSummary) -> str:
    share = hours / summary.demand_h if summary.demand_h > 0 else math.nan
    return f"{hours:,.1f} h ({_percent(share)})"


def _service(summary: PlanSummary) -> Text:
    if summary.service_level is None:
        return Text("not known")
    told = f"{_percent(summary.service_level)} expected"
    if summary.service_target is None:
        return Text(told)
    met = summary.service_level >= summary.service_target
    goal = f", goal {_percent(summary.service_target, digits=0)}"
    return Text(told + goal, style="" if met else "yellow")


def _solved(summary: PlanSummary) -> str:
    return summary.status + (
        "" if summary.gap is None else f", gap {_percent(summary.gap, digits=2)}"
    )


def _files(summary: PlanSummary) -> list[RenderableType]:
    if not summary.files:
        return []
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, path in summary.files:
        grid.add_row(label, Text(str(path)))
    return [Text("Files", style="bold"), grid]


def _notes(summary: PlanSummary) -> list[RenderableType]:
    return [Text(f"note: {note}", style="yellow") for note in summary.notes]


def _percent(value: float, sign: str = "", digits: int = 1) -> str:
    return "–" if math.isnan(value) else f"{value:{sign}.{digits}%}".replace("%", " %")
