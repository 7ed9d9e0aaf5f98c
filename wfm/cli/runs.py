"""``wfm runs``: what was made when, from which inputs."""

from __future__ import annotations

from typing import Annotated

import typer

from wfm.cli.options import CONFIG, ConfigOption, JsonOption, StoreOption, echo_json, project

__all__ = ["register"]

group = typer.Typer(help="Runs: what was made when, from which inputs.", no_args_is_help=True)


@group.command("list")
def list_runs(
    config: ConfigOption = CONFIG, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """List all runs, newest first."""
    from wfm.pipeline.runs import all_runs
    from wfm.reports import print_frame

    runs = all_runs(project(config, store))
    if as_json:
        echo_json({"runs": runs.to_dict("records")})
        return
    columns = ["run", "kind", "created_at", "as_of", "parent", "status"]
    print_frame(runs[columns], title=f"{len(runs)} runs")


@group.command("show")
def show_run(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Run id, see `wfm runs list`.")],
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one run with its inputs and figures."""
    from wfm.pipeline.runs import run_facts

    facts = run_facts(project(config, store), run)
    if as_json:
        echo_json(facts)
        return
    for key, value in facts.items():
        typer.echo(f"{key:13} {value}")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="runs")
