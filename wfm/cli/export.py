"""``wfm export``: what a run made, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    AgentsOption,
    ConfigOption,
    JsonOption,
    RunOption,
    StoreOption,
    echo_json,
    now,
    people,
    project,
)
from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.pipeline.project import Project

__all__ = ["export", "register"]


def export(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="roster, html, ics, forecast, requirement, coverage or budget."
        ),
    ],
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help=".xlsx, .csv, .csv.gz, .parquet or .html; for ics, a folder."
        ),
    ],
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    agents: AgentsOption = None,
    run: RunOption = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="Budget: kept scenario (default: base).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the roster as workbook, web page or calendars, a table of a run, or the budget."""
    centre = project(config, store)
    if kind == "budget":
        from wfm.pipeline.budget_book import export_budget

        found = export_budget(centre, path, now=now(), scenario=scenario)
    else:
        found = _export(centre, agents, kind, path, run, scenario)
    if as_json:
        echo_json({"run": found, "file": str(path)})
    else:
        typer.echo(f"{kind} of run {found} written to {path}")


def _export(
    centre: Project,
    agents: Path | None,
    kind: str,
    path: Path,
    run: str | None,
    scenario: str | None,
) -> str:
    from wfm.pipeline.export import export as write

    if scenario is not None:
        raise UsageError("--scenario is for the budget; name a run with --run")
    return write(centre, people(centre, agents), kind, path, now=now(), run=run)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)
