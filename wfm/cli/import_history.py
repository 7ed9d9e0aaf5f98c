"""``wfm import``: interval history or call records into the store, or into files."""

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
    import pandas as pd

    from wfm.pipeline.ingest import Ingested, Part

__all__ = ["import_history", "register"]


def import_history(
    format_name: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="csv, excel, asterisk, freeswitch, freeswitch-cdr, connect or genesys.",
        ),
    ],
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
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Sheet of a workbook (default: the first).")
    ] = None,
    accept: Annotated[
        str | None,
        typer.Option("--accept", help="Tolerances, separated by commas; errors name them."),
    ] = None,
    threshold: Annotated[
        str, typer.Option("--threshold", help="Call records: answer threshold.")
    ] = "20s",
    short: Annotated[
        str, typer.Option("--short", help="Call records: longest short abandon.")
    ] = "5s",
    attribution: Annotated[
        str, typer.Option("--attribution", help="Call records: by arrival or by event.")
    ] = "arrival",
    visits: Annotated[
        Path | None, typer.Option("--visits", help="Call records: write the queue visits here.")
    ] = None,
    agents: Annotated[
        Path | None, typer.Option("--agents", help="Call records: write the agents' time here.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Import interval history or call records; the same file twice changes nothing.

    csv and excel have the columns queue, start (wall clock, or with an offset) and offered, and
    may have answered, abandoned, aht_s and the other columns of the interval history. The others
    are a switch's own records: files of one log, in any order.
    """
    from wfm.pipeline.ingest import (
        FORMATS,
        counting_of,
        import_files,
        import_options,
        read_parts,
    )

    if format_name not in FORMATS:
        raise UsageError(f"no such format: {format_name!r}; known are {', '.join(FORMATS)}")
    options = import_options(
        None if out is not None and not config.exists() else project(config, store),
        timezone=timezone,
        interval_s=duration(interval, "--interval") if interval else None,
        queue=queue,
        accept=[part.strip() for part in (accept or "").split(",") if part.strip()],
        sheet=sheet,
    )
    counting = counting_of(
        duration(threshold, "--threshold"),
        duration(short, "--short"),
        attribution,
        quiet=out is None,
    )
    parts = read_parts(format_name, files, options, counting)
    _records(parts, visits, agents)
    if out is not None:
        _to_file(parts, out, as_json=as_json)
        return
    centre = project(config, store)
    done = import_files(centre, parts, now=now())
    strange = sorted(set(done.frame["queue"]) - set(centre.queues))
    if strange:
        typer.echo(f"note: not in wfm.toml, so not planned: queue {', '.join(strange)}", err=True)
    if as_json:
        echo_json(_facts(done))
        return
    typer.echo(
        f"{done.rows_read} rows read, {len(done.frame)} intervals: {done.new} new, "
        f"{done.changed} changed, {done.unchanged} unchanged"
    )
    _tell_issues(done.issues)


def _records(parts: list[Part], visits: Path | None, agents: Path | None) -> None:
    """Write visits and agents' time of call records where they were asked for."""
    from wfm.reports import write_frame

    read = parts[0].visits
    if read is None and (visits or agents):
        raise UsageError("--visits and --agents are for call records, not for summed intervals")
    if read is not None and visits is not None:
        write_frame(visits, read.visits)
    if read is not None and agents is not None:
        write_frame(agents, read.agents)


def _to_file(parts: list[Part], out: Path, *, as_json: bool) -> None:
    import pandas as pd

    from wfm.reports import write_frame

    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    write_frame(out, frame.drop(columns=["interval_s"]))
    if as_json:
        echo_json({"intervals": len(frame), "file": str(out)})
    else:
        typer.echo(f"{len(frame)} intervals written to {out}")
        _tell_issues(pd.concat([part.issues for part in parts], ignore_index=True))


def _facts(done: Ingested) -> dict[str, object]:
    return {
        "rows_read": done.rows_read,
        "intervals": len(done.frame),
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "issues": done.issues.groupby("kind").size().to_dict() if len(done.issues) else {},
    }


def _tell_issues(issues: pd.DataFrame) -> None:
    if issues.empty:
        return
    for (kind, action), rows in issues.groupby(["kind", "action"]):
        contacts = rows["effect_contacts"].fillna(0).sum()
        typer.echo(f"note: {kind} × {len(rows)}: {action} ({contacts:g} contacts)", err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_history)
