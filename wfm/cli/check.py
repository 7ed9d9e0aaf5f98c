"""``wfm check``: configuration, people and data looked at before a run."""

from __future__ import annotations

import typer

from wfm.cli.options import (
    CONFIG,
    AgentsOption,
    ConfigOption,
    JsonOption,
    StoreOption,
    echo_json,
    project,
)
from wfm.errors import InputError, Problem

__all__ = ["check", "register"]


def check(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    agents: AgentsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at wfm.toml, the people files and the history; exit 3 when a run could not start."""
    from wfm.pipeline.gates import check_project

    centre = project(config, store)
    findings = check_project(centre, agents=agents or centre.root / "agents.csv")
    if as_json:
        echo_json(
            {
                "findings": [
                    {"gate": item.gate, "message": item.message, "serious": item.serious}
                    for item in findings
                ]
            }
        )
    serious = [item for item in findings if item.serious]
    if not as_json:
        for item in findings:
            if not item.serious:
                typer.echo(f"note: {item.gate}: {item.message}")
    if serious:
        raise InputError([Problem(f"{item.gate}: {item.message}") for item in serious])
    if not as_json:
        typer.echo("ready to plan")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)
