"""``wfm init``: a new project folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["init", "register"]


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make.", metavar="DIR")],
) -> None:
    """Write an annotated wfm.toml, the CSV files beside it, and units for the timer."""
    from wfm.pipeline.init import create_project

    for path in create_project(folder, python=sys.executable):
        typer.echo(f"wrote {path}")
    typer.echo(f"\nNext: edit {folder}/wfm.toml and {folder}/agents.csv, then in {folder}:")
    typer.echo("  wfm import csv HISTORY.csv    columns queue, start, offered")
    typer.echo("  wfm check")
    typer.echo("  wfm plan")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)
