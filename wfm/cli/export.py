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
    date,
    echo_json,
    now,
    people,
    project,
)
from wfm.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt

    from wfm.pipeline.project import Project

__all__ = ["export", "register"]


def export(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="roster, html, ics, forecast, forecast-page, requirement, coverage, budget, "
            "interval-feed, agent-feed or archive (the whole store).",
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
    layout: Annotated[
        str | None,
        typer.Option(
            "--layout",
            help="Feeds: teleopti, genesys-import or eleveo; states or teleopti-rta for agents.",
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="Feeds: first local date (default: all).")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Feeds: last local date, included.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the roster as workbook, web page or calendars, a table of a run, the budget, or a feed.

    Feeds are the stored history and agents' states in the layouts of other planners. An archive is
    the whole store in one checksummed file, for backups and for moving to another database.
    """
    centre = project(config, store)
    if kind == "archive":
        _archive(centre, path, as_json=as_json)
        return
    if kind in ("interval-feed", "agent-feed"):
        _feed(centre, kind, path, layout, (date(first), date(last)), as_json=as_json)
        return
    if layout or first or last:
        raise UsageError("--layout, --from and --to are for interval-feed and agent-feed")
    if kind == "budget":
        from wfm.pipeline.budget.book import export_budget

        found = export_budget(centre, path, now=now(), scenario=scenario)
    else:
        found = _export(centre, agents, kind, path, run, scenario)
    if as_json:
        echo_json({"run": found, "file": str(path)})
    else:
        typer.echo(f"{kind} of run {found} written to {path}")


def _feed(
    centre: Project,
    kind: str,
    path: Path,
    layout: str | None,
    days: tuple[dt.date | None, dt.date | None],
    *,
    as_json: bool,
) -> None:
    from wfm.pipeline.feeds import export_feed

    feed = export_feed(centre, kind, path, layout=layout, first=days[0], last=days[1])
    if as_json:
        facts = {"layout": feed.layout, "rows": feed.rows, "clock": feed.clock}
        echo_json({**facts, "file": str(path)})
        return
    typer.echo(f"{feed.rows} rows written to {path}: {feed.layout}, times in {feed.clock}")
    if not feed.verified:
        typer.echo(f"note: the layout of {feed.layout} is not verified", err=True)


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


def _archive(centre: Project, path: Path, *, as_json: bool) -> None:
    from wfm.pipeline.archive import export_archive

    rows = export_archive(centre, path, now=now())
    if as_json:
        echo_json({"file": str(path), "rows": rows})
    else:
        typer.echo(f"{sum(rows.values())} rows of {len(rows)} tables written to {path}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)
