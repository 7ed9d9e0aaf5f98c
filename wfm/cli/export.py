"""``wfm export``: what a run made, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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

__all__ = ["export", "register"]


def export(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="roster, html, ics, forecast, requirement or coverage."
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
    as_json: JsonOption = False,
) -> None:
    """Write the roster as workbook, web page or calendars, or a table of a run."""
    from wfm.pipeline.export import export as write

    centre = project(config, store)
    found = write(centre, people(centre, agents), kind, path, now=now(), run=run)
    if as_json:
        echo_json({"run": found, "file": str(path)})
    else:
        typer.echo(f"{kind} of run {found} written to {path}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)
