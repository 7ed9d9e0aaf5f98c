"""Options that many commands share, and how their texts become values."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.pipeline.calendars import Place
    from wfm.pipeline.people import People
    from wfm.pipeline.project import Project

__all__ = [
    "AgentsOption",
    "AsOfOption",
    "ClusterOption",
    "ConfigOption",
    "CountryOption",
    "HorizonOption",
    "InOption",
    "JsonOption",
    "ModelOption",
    "OutOption",
    "RunOption",
    "StoreOption",
    "SubdivisionOption",
    "TimezoneOption",
    "WorkersOption",
    "date",
    "days",
    "duration",
    "echo_json",
    "moment",
    "now",
    "people",
    "place_options",
    "project",
    "share_option",
]

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", help="The centre's wfm.toml.", show_default=True)
]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Database path or URL (default: WFM_DATABASE_URL or wfm.db)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
InOption = Annotated[
    Path | None, typer.Option("--in", help="Read this file (.csv, .csv.gz, .parquet) instead.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write to this file instead of the store.")
]
RunOption = Annotated[
    str | None, typer.Option("--run", help="Run to take the input from (default: the latest).")
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="Local time; only history before it is used (default: its end)."),
]
HorizonOption = Annotated[
    str | None, typer.Option("--horizon", help="How far ahead, like 6w or 42d.")
]
ModelOption = Annotated[str | None, typer.Option("--model", help="auto, or the name of a model.")]
AgentsOption = Annotated[
    Path | None, typer.Option("--agents", help="agents.csv (default: beside wfm.toml).")
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Processes (default: threads of this one)."),
]
ClusterOption = Annotated[
    str | None, typer.Option("--cluster", help="Address of a Dask scheduler, tcp://host:8786.")
]

TimezoneOption = Annotated[
    str | None, typer.Option("--timezone", help="Zone of the wall clock of --in.")
]
CountryOption = Annotated[
    str | None, typer.Option("--country", help="Public holidays, like US, with --in.")
]
SubdivisionOption = Annotated[
    str | None, typer.Option("--subdivision", help="State or province, like NY, with --in.")
]

CONFIG = Path("wfm.toml")


def now() -> dt.datetime:
    """The present moment, the one clock of the command line."""
    return dt.datetime.now(dt.UTC)


def project(config: Path, store: str | None = None) -> Project:
    """The centre's folder."""
    from wfm.pipeline.project import open_project

    return open_project(config, store=store)


def place_options(
    centre: Project | None, timezone: str | None, country: str | None, subdivision: str | None
) -> Place:
    """Place of the options; a country that is named leaves the centre's subdivision behind."""
    from wfm.intervals import zone
    from wfm.pipeline.calendars import Place, place_of

    known = place_of(centre)
    try:
        clock = zone(timezone or known.timezone).key
    except ValueError as error:
        raise UsageError(f"--timezone: {error}") from error
    if country is None:
        return Place(clock, known.country, subdivision or known.subdivision)
    return Place(clock, country, subdivision or "")


def people(centre: Project, agents: Path | None) -> People:
    """The centre's people; leave.csv and wishes.csv are looked for beside agents.csv."""
    from wfm.pipeline.people import read_people

    return read_people(agents or centre.root / "agents.csv", centre.config)


def moment(text: str | None) -> dt.datetime | None:
    """Local date or time of an option."""
    if text is None:
        return None
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a time; write 2003-08-09 or 2003-08-09T12:00") from error
    if value.tzinfo is not None:
        raise UsageError(f"{text!r} has an offset; write the centre's wall clock")
    return value


def date(text: str | None) -> dt.date | None:
    """Local date of an option."""
    value = moment(text)
    return value.date() if value else None


def duration(text: str, option: str) -> int:
    """Duration of an option [s]; a bare number is seconds."""
    from wfm.config.units import duration_s

    try:
        return duration_s(text if not text.replace(".", "", 1).isdigit() else f"{text}s")
    except ValueError as error:
        raise UsageError(f"{option} {text!r}: {error}") from error


def share(text: object) -> float:
    """Fraction of an option, written 0.8 or 80%."""
    given = str(text).strip()
    try:
        value = float(given.removesuffix("%")) / (100 if given.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise typer.BadParameter(f"{given!r} is not a share; write it like 0.8 or 80%")
    return value


def share_option(name: str, told: str) -> Any:
    """Give an option whose value is a share."""
    return typer.Option(name, parser=share, metavar="SHARE", help=told)


def days(text: str | None) -> int | None:
    """Whole days of a duration option."""
    if text is None:
        return None
    seconds = duration(text, "--horizon")
    if seconds < 86_400 or seconds % 86_400:
        raise UsageError(f"--horizon {text!r}: write whole days or weeks, like 42d or 6w")
    return seconds // 86_400


def echo_json(value: dict[str, Any]) -> None:
    """Result as JSON on stdout; what is not finite becomes null."""
    from wfm.reports import json_text

    typer.echo(json_text(value))
