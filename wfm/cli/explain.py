"""``wfm explain``: where a number comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    ConfigOption,
    JsonOption,
    RunOption,
    StoreOption,
    echo_json,
    moment,
    project,
)
from wfm.errors import UsageError

__all__ = ["explain", "register"]


def explain(
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="Queue.")],
    start: Annotated[
        str, typer.Argument(metavar="START", help="Interval by wall clock, 2003-08-11T10:00.")
    ],
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    run: RunOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain the agents of one interval: inputs, formula, one agent fewer and one more."""
    from wfm.pipeline.explain import explain_requirement
    from wfm.reports import print_frame

    wall = moment(start)
    if wall is None:
        raise UsageError("name an interval, like 2003-08-11T10:00")
    found, told = explain_requirement(project(config, store), queue, wall, run=run)
    if as_json:
        echo_json(
            {
                "run": found,
                "sentence": told.sentence,
                "neighbours": told.neighbours.to_dict("records"),
            }
        )
        return
    typer.echo(f"run {found}: {told.sentence}")
    print_frame(told.neighbours, title="one agent fewer, as required, one more")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)
