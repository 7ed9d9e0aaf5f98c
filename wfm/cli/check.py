"""``wfm check``: configuration, people and data looked at before a run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from wfm.pipeline.project import Project

__all__ = ["check", "register"]


def check(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    agents: AgentsOption = None,
    maturity: Annotated[
        bool, typer.Option("--maturity", help="How far the planning has come, and the next step.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at wfm.toml, the people files and the history; exit 3 when a run could not start."""
    centre = project(config, store)
    if maturity:
        _tell_maturity(centre, as_json=as_json)
        return
    from wfm.pipeline.gates import check_project

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


def _tell_maturity(centre: Project, *, as_json: bool) -> None:
    from wfm.pipeline.maturity import maturity_of

    found = maturity_of(centre)
    if as_json:
        facts = [asdict(fact) for fact in found.facts]
        echo_json({"level": found.level, "name": found.name, "facts": facts})
        return
    typer.echo(f"level {found.level} of 5: {found.name}")
    for fact in found.facts:
        mark = "yes" if fact.seen else "no "
        typer.echo(f"  {fact.level}  {mark}  {fact.topic}: {fact.evidence}")
    if found.next_step:
        typer.echo(f"next: {found.next_step}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)
