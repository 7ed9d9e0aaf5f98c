"""``wfm import``: interval history or call records into the store, or into files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wfm.cli.import_options import (
    AcceptOption,
    AgentsOption,
    AttributionOption,
    CallerHashKeyEnvOption,
    CdrOption,
    GuessOption,
    IntervalOption,
    ListingOption,
    OutOption,
    ProfileOption,
    QueueOption,
    RereadOption,
    ScenarioOption,
    SheetOption,
    ShortOption,
    StateOption,
    TableOption,
    ThresholdOption,
    TimezoneOption,
    VisitsOption,
    WordsArgument,
)
from wfm.cli.import_own import OWN, import_own
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

    from wfm.pipeline.intake.call_records import RecordOptions
    from wfm.pipeline.intake.ingest import Counting, Ingested, Part
    from wfm.pipeline.project import Project
    from wfm.telephony import ImportOptions

__all__ = ["import_history", "register"]


def import_history(
    words: WordsArgument = None,
    listing: ListingOption = False,
    profile: ProfileOption = None,
    guess: GuessOption = False,
    config: ConfigOption = CONFIG,
    store: StoreOption = None,
    out: OutOption = None,
    timezone: TimezoneOption = None,
    interval: IntervalOption = None,
    queue: QueueOption = None,
    sheet: SheetOption = None,
    accept: AcceptOption = None,
    threshold: ThresholdOption = "20s",
    short: ShortOption = "5s",
    attribution: AttributionOption = "arrival",
    visits: VisitsOption = None,
    agents: AgentsOption = None,
    table: TableOption = "queue_log",
    cdr: CdrOption = None,
    state: StateOption = None,
    reread: RereadOption = False,
    caller_hash_key_env: CallerHashKeyEnvOption = None,
    scenario: ScenarioOption = "workbook",
    as_json: JsonOption = False,
) -> None:
    """Import interval history or call records; the same file twice changes nothing.

    csv and excel have the columns queue, start (wall clock, or with an offset) and offered, and
    may have answered, abandoned, aht_s and the other columns of the interval history. Exports of
    other switches are read by a mapping profile. The rest are a switch's own records: files of one
    log, in any order, rotated or grown since the last import. budget reads the inputs of a budget
    workbook back and plans with them; roster reads the hand edits of a roster workbook, tells what
    they do to coverage, cost and rules, and keeps the roster that they make.
    """
    from wfm.pipeline.intake.call_records import RecordOptions, caller_key_of
    from wfm.pipeline.intake.ingest import counting_of, import_files, import_options

    accepted = [part.strip() for part in (accept or "").split(",") if part.strip()]
    if listing:
        list_formats(as_json=as_json)
        return
    if words and words[0] in OWN:
        import_own(words, project(config, store), scenario, accepted, as_json=as_json)
        return
    format_name, files = _format_and_files(words or [], profile, guess=guess)
    alone = (guess or out is not None) and not config.exists()
    centre = None if alone else project(config, store)
    options = import_options(
        centre,
        timezone=timezone,
        interval_s=duration(interval, "--interval") if interval else None,
        queue=queue,
        accept=accepted,
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
    asked = _Asked(format_name, files, options, counting, records, out, visits, agents)
    parts, reading = _read(asked, centre)
    if out is not None:
        _to_file(parts, out, options.timezone, write=not reading, as_json=as_json)
        return
    centre = centre or project(config, store)
    done = import_files(centre, parts, options, counting, now=now(), reading=reading)
    _tell(done, set(centre.queues), options.timezone, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks to read, and which files to write."""

    format_name: str
    files: list[str]
    options: ImportOptions
    counting: Counting
    records: RecordOptions
    out: Path | None
    visits: Path | None
    agents: Path | None


def _read(asked: _Asked, centre: Project | None) -> tuple[list[Part], str]:
    """What the files give, and for call records the name of the reading."""
    from wfm.pipeline.intake.call_records import read_records, write_records
    from wfm.pipeline.intake.formats import is_call_records
    from wfm.pipeline.intake.ingest import doubted, read_parts

    name, options, counting, records = (
        asked.format_name,
        asked.options,
        asked.counting,
        asked.records,
    )
    if not is_call_records(name):
        _refuse_record_options(asked)
        tell_unverified(name)
        parts = read_parts(name, [Path(file) for file in asked.files], options, counting)
        if asked.out is not None:
            parts = [doubted(part, options, counting, centre) for part in parts]
        return parts, ""
    if records.state_file is not None and asked.out is None:
        raise UsageError("--state goes with --out; the store keeps its own")
    kept_in = centre if asked.out is None else None
    part, reading = read_records(name, asked.files, options, counting, records, kept_in)
    if asked.out is not None:
        part = doubted(part, options, counting, centre)
    write_records(
        part, records, reading, intervals=asked.out, visits=asked.visits, agents=asked.agents
    )
    return [part], reading


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


def _refuse_record_options(asked: _Asked) -> None:
    records = asked.records
    given = (asked.visits, asked.agents, records.cdr, records.state_file, records.caller_key)
    if any(given):
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
