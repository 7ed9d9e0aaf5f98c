"""``wfm explain``: where a number comes from."""

from __future__ import annotations

import datetime as dt
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
    moment,
    people,
    project,
)
from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.pipeline.project import Project

__all__ = ["explain", "register"]


def explain(
    what: Annotated[
        str, typer.Argument(metavar="QUEUE|roster", help="Queue, or roster for a whole roster.")
    ],
    start: Annotated[
        str | None,
        typer.Argument(metavar="START", help="Interval by wall clock, 2003-08-11T10:00."),
    ] = None,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    agents: AgentsOption = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="The contacts of the interval, not its agents.")
    ] = False,
    run: RunOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain the agents of one interval, or a roster: quality, shortages, cheapest extra hours.

    An interval needs its queue and its start; with --forecast its contacts are taken apart into
    level, weekday, special day, events and adjustments. `wfm explain roster` explains the newest
    roster.
    """
    centre = project(config, store)
    wall = moment(start)
    if wall is not None and forecast:
        _contacts(centre, what, wall, run, as_json=as_json)
    elif wall is not None:
        _interval(centre, what, wall, run, as_json=as_json)
    elif what == "roster":
        _roster(centre, agents, run, as_json=as_json)
    else:
        raise UsageError("name an interval, like 2003-08-11T10:00; or say `wfm explain roster`")


def _interval(
    centre: Project, queue: str, wall: dt.datetime, run: str | None, *, as_json: bool
) -> None:
    from wfm.pipeline.explain import explain_requirement
    from wfm.reports import print_frame

    found, told = explain_requirement(centre, queue, wall, run=run)
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


def _contacts(
    centre: Project, queue: str, wall: dt.datetime, run: str | None, *, as_json: bool
) -> None:
    from wfm.pipeline.explain_forecast import tell_forecast
    from wfm.reports import print_frame

    story = tell_forecast(centre, queue, wall, run=run)
    parts, models = story.told.table, story.told.models
    if as_json:
        facts = {"run": story.run, "queue": queue, "start": wall, "mean": story.mean}
        echo_json(facts | {"parts": parts.to_dict("records"), "models": models.to_dict("records")})
        return
    typer.echo(f"run {story.run}: {queue} expects {story.mean:,.2f} contacts at {wall}")
    print_frame(parts, title="product of", formats={"factor": ",.3f", "contacts": ",.2f"})
    print_frame(models, title="what each model says of the interval", formats={"contacts": ",.2f"})


def _roster(centre: Project, agents: Path | None, run: str | None, *, as_json: bool) -> None:
    from wfm.pipeline.explain_roster import blocks_of, explain_roster, story_facts
    from wfm.reports import print_frame, print_quality

    told = explain_roster(centre, people(centre, agents), run=run)
    if as_json:
        echo_json(story_facts(told))
        return
    typer.echo(f"run {told.run}")
    print_quality(blocks_of(told, centre))
    typer.echo("")
    print_frame(told.fairness, title="Fairness: what each person carries of this roster")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)
