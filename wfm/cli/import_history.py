"""``wfm import``: interval history or call records into the store, or into files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfm.cli.capacity import import_workbook
from wfm.cli.import_profiles import guess_profile, list_formats, tell_unverified
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
    from collections.abc import Sequence

    import pandas as pd

    from wfm.pipeline.intake.ingest import Ingested, Part

__all__ = ["import_history", "register"]


def import_history(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FORMAT] FILE…",
            help="A format of --list, then files; no format with --profile or --guess.",
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="List the formats, then stop.")] = False,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="Mapping profile of your own (TOML).")
    ] = None,
    guess: Annotated[
        bool, typer.Option("--guess", help="Propose a mapping profile for FILE; --out writes it.")
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
    table: Annotated[
        str, typer.Option("--table", help="asterisk-table: name of the table.")
    ] = "queue_log",
    cdr: Annotated[
        list[Path] | None,
        typer.Option("--cdr", help="Asterisk: Master.csv, to tell calls refused at the door."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option("--state", help="With --out: read on from here, keep the files up to date."),
    ] = None,
    reread: Annotated[
        bool, typer.Option("--reread", help="Call records: from the start of the log again.")
    ] = False,
    caller_hash_key_env: Annotated[
        str | None,
        typer.Option(
            "--caller-hash-key-env",
            help="Variable with a key: callers' numbers are hashed with it, else dropped.",
        ),
    ] = None,
    scenario: Annotated[
        str, typer.Option("--scenario", help="budget: name to keep the workbook's plan under.")
    ] = "workbook",
    as_json: JsonOption = False,
) -> None:
    """Import interval history or call records; the same file twice changes nothing.

    csv and excel have the columns queue, start (wall clock, or with an offset) and offered, and
    may have answered, abandoned, aht_s and the other columns of the interval history. Exports of
    other switches are read by a mapping profile. The rest are a switch's own records: files of one
    log, in any order, rotated or grown since the last import. budget reads the inputs of a budget
    workbook back and plans with them.
    """
    from wfm.pipeline.intake.call_records import (
        RecordOptions,
        caller_key_of,
        read_records,
        write_records,
    )
    from wfm.pipeline.intake.formats import is_call_records
    from wfm.pipeline.intake.ingest import (
        counting_of,
        doubted,
        import_files,
        import_options,
        read_parts,
    )

    if listing:
        list_formats(as_json=as_json)
        return
    if words and words[0] == "budget":
        import_workbook(words[1:], project(config, store), scenario, as_json=as_json)
        return
    if words and words[0] == "archive":
        _archive(words[1:], config, store, as_json=as_json)
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
        guess_profile([Path(file) for file in files], options, out, as_json=as_json)
        return
    counting = counting_of(
        duration(threshold, "--threshold"),
        duration(short, "--short"),
        attribution,
        quiet=out is None,
    )
    records = RecordOptions(
        table=table,
        cdr=tuple(cdr or ()),
        state_file=state,
        # of visits and agents' time a reading that goes on has the last days only
        reread=reread or (out is None and bool(visits or agents)),
        caller_key=caller_key_of(caller_hash_key_env),
        keep_visits=visits is not None,
    )
    reading = ""
    if is_call_records(format_name):
        if state is not None and out is None:
            raise UsageError("--state goes with --out; the store keeps its own")
        kept_in = centre if out is None else None
        part, reading = read_records(format_name, files, options, counting, records, kept_in)
        parts = [part]
    else:
        _refuse_record_options(bool(visits or agents or cdr or state or caller_hash_key_env))
        tell_unverified(format_name)
        parts = read_parts(format_name, [Path(file) for file in files], options, counting)
    if out is not None:
        parts = [doubted(part, options, counting, centre) for part in parts]
    if reading:
        write_records(parts[0], records, reading, intervals=out, visits=visits, agents=agents)
    if out is not None:
        _to_file(parts, out, options.timezone, write=not reading, as_json=as_json)
        return
    centre = centre or project(config, store)
    done = import_files(centre, parts, options, counting, now=now(), reading=reading)
    _tell(done, set(centre.queues), options.timezone, as_json=as_json)


def _archive(words: list[str], config: Path, store: str | None, *, as_json: bool) -> None:
    """Bring a whole store back from its archive."""
    from wfm.pipeline.archive import import_archive

    if len(words) != 1:
        raise UsageError("write `wfm import archive FILE`, with one file")
    rows = import_archive(project(config, store), Path(words[0]))
    if as_json:
        echo_json({"file": words[0], "rows": rows})
    else:
        typer.echo(f"{sum(rows.values())} rows of {len(rows)} tables brought in from {words[0]}")


def _format_and_files(
    words: list[str], profile: Path | None, *, guess: bool
) -> tuple[str, list[str]]:
    """Format and files of the words on the command line."""
    if guess and profile is not None:
        raise UsageError("--guess makes a profile, --profile names one; give one of them")
    if guess or profile is not None:
        return str(profile or ""), words
    if not words:
        raise UsageError("no format and no file given; `wfm import --list` lists the formats")
    return words[0], words[1:]


def _refuse_record_options(given: bool) -> None:
    if given:
        names = "--visits, --agents, --cdr, --state and --caller-hash-key-env"
        raise UsageError(f"{names} are for call records, not for summed intervals")


def _to_file(
    parts: Sequence[Part], out: Path, timezone: str, *, write: bool, as_json: bool
) -> None:
    import pandas as pd

    from wfm.pipeline.intake.ingest import repeat_callers
    from wfm.reports import write_frame

    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    if write:
        write_frame(out, frame.drop(columns=["interval_s"]))
    if as_json:
        facts = {"intervals": len(frame), "file": str(out)}
        echo_json({**facts, "repeat_callers": repeat_callers(parts)})
    else:
        typer.echo(f"{len(frame)} intervals written to {out}")
        _tell_issues(pd.concat([part.issues for part in parts], ignore_index=True), timezone)
        _tell_callers(repeat_callers(parts))


def _tell(done: Ingested, known: set[str], timezone: str, *, as_json: bool) -> None:
    strange = sorted(set(done.frame["queue"]) - known)
    if strange:
        typer.echo(f"note: not in wfm.toml, so not planned: queue {', '.join(strange)}", err=True)
    if as_json:
        echo_json(_facts(done))
        return
    typer.echo(
        f"{done.rows_read} rows read, {len(done.frame)} intervals: {done.new} new, "
        f"{done.changed} changed, {done.unchanged} unchanged"
    )
    _tell_issues(done.issues, timezone)
    _tell_callers(done.repeat_callers)


def _tell_callers(share: float | None) -> None:
    if share is not None:
        typer.echo(f"{share:.1%} of known callers had called within 24 hours before")


def _facts(done: Ingested) -> dict[str, object]:
    return {
        "rows_read": done.rows_read,
        "intervals": len(done.frame),
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "issues": done.issues.groupby("kind").size().to_dict() if len(done.issues) else {},
        "repeat_callers": done.repeat_callers,
    }


def _tell_issues(issues: pd.DataFrame, timezone: str) -> None:
    from wfm.pipeline.intake.doubts import issue_words

    for line in issue_words(issues, timezone):
        typer.echo(line if line.startswith(" ") else f"note: {line}", err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_history)
