"""``wfm import``: interval history into the store, or into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.options import (
    CONFIG,
    ConfigOption,
    JsonOption,
    StoreOption,
    duration,
    echo_json,
    now,
    project,
)
from wfm.errors import UsageError

if TYPE_CHECKING:
    from wfm.pipeline.ingest import Ingested
    from wfm.telephony import IntervalImport

__all__ = ["import_history", "register"]


def import_history(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="csv or excel.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files to read.")],
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the intervals here, not into the store.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Zone of wall-clock times (default: centre's).")
    ] = None,
    interval: Annotated[
        str | None, typer.Option("--interval", help="Planning interval (default: centre's).")
    ] = None,
    queue: Annotated[
        str | None, typer.Option("--queue", help="Queue of files without a queue column.")
    ] = None,
    accept: Annotated[
        str | None,
        typer.Option("--accept", help="Tolerances, separated by commas; errors name them."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Import interval history; the same file twice changes nothing.

    Files have the columns queue, start (wall clock, or with an offset) and offered, and may have
    answered, abandoned, aht_s and the other columns of the interval history.
    """
    from wfm.pipeline.ingest import FORMATS, import_files, import_options, read_files

    if format_name not in FORMATS:
        raise UsageError(f"no such format: {format_name!r}; known are {', '.join(FORMATS)}")
    options = import_options(
        None if out is not None and not config.exists() else project(config, store),
        timezone=timezone,
        interval_s=duration(interval, "--interval") if interval else None,
        queue=queue,
        accept=[part.strip() for part in (accept or "").split(",") if part.strip()],
    )
    if out is not None:
        _to_file(read_files(format_name, files, options), out, as_json=as_json)
        return
    done = import_files(project(config, store), format_name, files, options, now=now())
    if as_json:
        echo_json(_facts(done))
        return
    typer.echo(
        f"{done.rows_read} rows read, {len(done.frame)} intervals: {done.new} new, "
        f"{done.changed} changed, {done.unchanged} unchanged"
    )
    _tell_issues(done.issues)


def _to_file(read: list[IntervalImport], out: Path, *, as_json: bool) -> None:
    import pandas as pd

    from wfm.reports import write_frame

    frame = pd.concat([part.frame for part in read], ignore_index=True)
    write_frame(out, frame)
    if as_json:
        echo_json({"intervals": len(frame), "file": str(out)})
    else:
        typer.echo(f"{len(frame)} intervals written to {out}")
        _tell_issues(pd.concat([part.issues for part in read], ignore_index=True))


def _facts(done: Ingested) -> dict[str, object]:
    return {
        "rows_read": done.rows_read,
        "intervals": len(done.frame),
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "issues": done.issues.groupby("kind").size().to_dict() if len(done.issues) else {},
    }


def _tell_issues(issues: object) -> None:
    import pandas as pd

    if not isinstance(issues, pd.DataFrame) or issues.empty:
        return
    for (kind, action), rows in issues.groupby(["kind", "action"]):
        contacts = rows["effect_contacts"].fillna(0).sum()
        typer.echo(f"note: {kind} × {len(rows)}: {action} ({contacts:g} contacts)", err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_history)
