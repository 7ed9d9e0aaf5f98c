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
    from wfm.telephony import ImportOptions

__all__ = ["import_history", "register"]

_SHOWN = 5
"""Rows and problems shown of a guess."""


def import_history(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FORMAT] FILE…",
            help="A format of --list, then files; no format with --profile or --guess.",
        ),
    ] = None,
    list_formats: Annotated[
        bool, typer.Option("--list", help="List the formats, then stop.")
    ] = False,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="Mapping profile of your own (TOML).")
    ] = None,
    guess: Annotated[
        bool,
        typer.Option("--guess", help="Propose a mapping profile for FILE; --out writes it."),
    ] = False,
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
    may have answered, abandoned, aht_s and the other columns of the interval history. Exports of
    other switches are read by a mapping profile. The rest are a switch's own records: files of one
    log, in any order.
    """
    from wfm.pipeline.ingest import (
        counting_of,
        doubted,
        import_files,
        import_options,
        read_parts,
    )

    if list_formats:
        _list_formats(as_json=as_json)
        return
    format_name, files = _format_and_files(words or [], profile, guess=guess)
    alone = (guess or out is not None) and not config.exists()
    centre = None if alone else project(config, store)
    options = import_options(
        centre,
        timezone=timezone,
        interval_s=duration(interval, "--interval") if interval else None,
        queue=queue,
        accept=[part.strip() for part in (accept or "").split(",") if part.strip()],
        sheet=sheet,
    )
    if guess:
        _guess(files, options, out, as_json=as_json)
        return
    counting = counting_of(
        duration(threshold, "--threshold"),
        duration(short, "--short"),
        attribution,
        quiet=out is None,
    )
    _tell_unverified(format_name)
    parts = read_parts(format_name, files, options, counting)
    _records(parts, visits, agents)
    if out is not None:
        parts = [doubted(part, options, counting, centre) for part in parts]
        _to_file(parts, out, options.timezone, as_json=as_json)
        return
    centre = centre or project(config, store)
    done = import_files(centre, parts, options, counting, now=now())
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
    _tell_issues(done.issues, options.timezone)


def _format_and_files(
    words: list[str], profile: Path | None, *, guess: bool
) -> tuple[str, list[Path]]:
    """Format and files of the words on the command line."""
    if guess and profile is not None:
        raise UsageError("--guess makes a profile, --profile names one; give one of them")
    if guess or profile is not None:
        return str(profile or ""), [Path(word) for word in words]
    if not words:
        raise UsageError("no format and no file given; `wfm import --list` lists the formats")
    return words[0], [Path(word) for word in words[1:]]


def _list_formats(*, as_json: bool) -> None:
    from wfm.pipeline.formats import known_formats

    formats = known_formats()
    if as_json:
        rows = [{"name": f.name, "title": f.title, "verified": f.verified} for f in formats]
        echo_json({"formats": rows})
        return
    width = max(len(each.name) for each in formats)
    for each in formats:
        mark = "" if each.verified else " (unverified)"
        typer.echo(f"{each.name:{width}}  {each.title}{mark}")


def _tell_unverified(format_name: str) -> None:
    from wfm.pipeline.formats import known_formats

    if any(each.name == format_name and not each.verified for each in known_formats()):
        typer.echo(
            f"note: the layout of {format_name} is not verified: hold the figures against your "
            "switch's own report",
            err=True,
        )


def _guess(files: list[Path], options: ImportOptions, out: Path | None, *, as_json: bool) -> None:
    """Propose a profile for one file; the text goes to stdout or a file, the rest to stderr."""
    from wfm.pipeline.formats import guess, guess_text

    if len(files) != 1:
        raise UsageError("--guess takes one file")
    if out is not None and out.suffix != ".toml":
        raise UsageError(f"{out}: a profile ends in .toml")
    proposal = guess(files[0], options)
    profile, rows, text = proposal.guess.profile, proposal.guess.first_rows, guess_text(proposal)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if as_json:
        name = profile.name if proposal.shipped else None
        problems = [str(problem) for problem in proposal.guess.problems]
        facts = {"shipped": name, "profile": text, "notes": list(proposal.doubts)}
        echo_json({**facts, "problems": problems, "rows": len(rows)})
        return
    if out is None:
        typer.echo(text)
    command = profile.name if proposal.shipped else f"--profile {out or 'PROFILE.toml'}"
    if proposal.shipped:
        typer.echo(f"this is the layout of {profile.name}: {profile.title}", err=True)
    for problem in proposal.guess.problems[:_SHOWN]:
        typer.echo(f"note: {problem}", err=True)
    if len(rows):
        typer.echo(f"first rows, as `wfm import {command} {files[0]}` would make them:", err=True)
        typer.echo(_first_rows(rows, options.timezone), err=True)


def _first_rows(rows: pd.DataFrame, timezone: str) -> str:
    """Some rows by the wall clock, columns without a figure left out."""
    head = rows.head(_SHOWN).dropna(axis=1, how="all").drop(columns="interval_s")
    local = head["interval_start"].dt.tz_convert(timezone).dt.strftime("%Y-%m-%dT%H:%M")
    return str(head.assign(interval_start=local).to_string(index=False))


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


def _to_file(parts: list[Part], out: Path, timezone: str, *, as_json: bool) -> None:
    import pandas as pd

    from wfm.reports import write_frame

    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    write_frame(out, frame.drop(columns=["interval_s"]))
    if as_json:
        echo_json({"intervals": len(frame), "file": str(out)})
    else:
        typer.echo(f"{len(frame)} intervals written to {out}")
        _tell_issues(pd.concat([part.issues for part in parts], ignore_index=True), timezone)


def _facts(done: Ingested) -> dict[str, object]:
    return {
        "rows_read": done.rows_read,
        "intervals": len(done.frame),
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "issues": done.issues.groupby("kind").size().to_dict() if len(done.issues) else {},
    }


def _tell_issues(issues: pd.DataFrame, timezone: str) -> None:
    from wfm.pipeline.doubts import issue_words

    for line in issue_words(issues, timezone):
        typer.echo(line if line.startswith(" ") else f"note: {line}", err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_history)
