"""``wfm nightly``: the night of a centre, for a timer to run; ``wfm status``: how it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    AsOfOption,
    ConfigOption,
    JsonOption,
    StoreOption,
    echo_json,
    moment,
    now,
    project,
)

__all__ = ["nightly", "register", "status"]


def nightly(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes (default: by wfm.toml).")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Address of a Dask scheduler, tcp://host:8786.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Bring in new data, look at it, re-forecast, compare, re-plan what is open, report.

    The same night twice does nothing. The exit code tells how it went; a night that was killed is
    taken up again by the next call.
    """
    from wfm.pipeline.nights.nightly import NightChoices
    from wfm.pipeline.nights.watch import watched_night
    from wfm.reports import stage_progress

    centre = project(config, store)
    choices = NightChoices(moment(as_of), workers, cluster)
    with stage_progress("the night") as progress:
        done = watched_night(centre, choices, clock=now, tell=progress.stage)
    if as_json:
        echo_json(done.status)
    else:
        typer.echo(done.status["summary"])
        repairs = [] if done.night.repeated else done.night.facts["repairs"]
        for line in [*repairs, *done.night.facts["alarms"]]:
            typer.echo(f"note: {line}", err=True)
        for line in [*done.night.facts["findings"], *done.hook_problems]:
            typer.echo(f"warning: {line}", err=True)
    raise typer.Exit(done.night.exit_code)


def status(
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit 7 when the forecast is too old or something is wrong."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the age of the forecast in force, the last night, gates and alarms."""
    from wfm.errors import GateError
    from wfm.pipeline.nights.status import status_of

    found = status_of(project(config, store), now=now())
    if as_json:
        echo_json(found.facts)
    else:
        for line in found.lines:
            typer.echo(line)
    if check and found.troubles:
        raise GateError("; ".join(found.troubles))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(nightly)
    app.command()(status)
