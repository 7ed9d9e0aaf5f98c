"""Call records from files or a switch's table, read on from where the last import stopped."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from wfm.errors import UsageError
from wfm.pipeline.intake.formats import TABLE_FORMAT
from wfm.pipeline.intake.ingest import Counting, Part, read_parts, visit_part
from wfm.pipeline.intake.resume import merged, read_state_file, stored_state, write_state_file
from wfm.pipeline.project import Project
from wfm.reports import write_frame
from wfm.store import QueueLogTable
from wfm.telephony import (
    ImportOptions,
    find_refused,
    last_row_read,
    read_asterisk_table,
)

__all__ = ["RecordOptions", "caller_key_of", "read_records", "write_records"]


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """How call records are read.

    Parameters
    ----------
    table
        Name of the table of a switch's database.
    cdr
        Call detail records that tell refused calls.
    state_file
        Where the reading stopped, kept beside --out; in the store when None.
    reread
        Whether to begin at the start of the log again.
    caller_key
        Key to hash callers' numbers with; without it they are dropped.
    keep_visits
        Whether every visit is to be written; otherwise memory stays small however long the log.
    """

    table: str = "queue_log"
    cdr: tuple[Path, ...] = ()
    state_file: Path | None = None
    reread: bool = False
    caller_key: bytes | None = None
    keep_visits: bool = False


def caller_key_of(variable: str | None) -> bytes | None:
    """Key of an environment variable; None where none is named.

    Raises
    ------
    UsageError
        When the variable is not set, or too short for a key.
    """
    if variable is None:
        return None
    key = os.environ.get(variable, "").encode()
    if len(key) < 16:
        raise UsageError(
            f"--caller-hash-key-env {variable}: the variable must hold a key of 16 bytes or more"
        )
    return key


def read_records(
    format_name: str,
    words: Sequence[str],
    options: ImportOptions,
    counting: Counting,
    records: RecordOptions,
    project: Project | None,
) -> tuple[Part, str]:
    """What is new in a log, and the name under which the place where it stopped is kept.

    Parameters
    ----------
    words
        Files of one log, or the database of a switch (:data:`TABLE_FORMAT`): the path of an SQLite
        file, a URL without a password, or ``env:NAME`` of a variable that holds one.
    project
        Whose store knows where the last reading stopped; None when only a state file may.
    """
    where = _place(format_name, words, records.table)
    reading = _reading(format_name, where, options, counting, records)
    state = ""
    if records.state_file is not None and not records.reread:
        state = read_state_file(records.state_file, reading)
    elif project is not None and not records.reread:
        state = stored_state(project, reading)
    if format_name == TABLE_FORMAT:
        part = _table_part(words, options, counting, records, state)
    else:
        files = [Path(word) for word in words]
        (part,) = read_parts(
            format_name,
            files,
            options,
            counting,
            state=state,
            caller_key=records.caller_key,
            # refusals are told by comparing with all visits
            keep_visits=records.keep_visits or bool(records.cdr),
        )
    if records.cdr and part.visits is not None:
        refused = find_refused(
            records.cdr, part.visits.visits, options.interval_s, part.visits.whole_from
        )
        if len(refused):
            issues = [part.issues, refused] if len(part.issues) else [refused]
            part = replace(part, issues=pd.concat(issues, ignore_index=True))
    return part, reading


def write_records(
    part: Part,
    records: RecordOptions,
    reading: str,
    *,
    intervals: Path | None,
    visits: Path | None,
    agents: Path | None,
) -> None:
    """Write what was read; with a state file, what is new over what the files hold already.

    The state is written last: killed before that, the next reading gives the same again.
    """
    read = part.visits
    if read is None:
        raise ValueError("no call records")
    contacts = read.visits if records.caller_key else read.visits.drop(columns="caller")
    for path, table, column in (
        (intervals, part.frame.drop(columns=["interval_s"]), "interval_start"),
        (visits, contacts, "closed"),
        (agents, read.agents, "end"),
    ):
        if path is not None:
            keep = records.state_file is not None
            write_frame(path, merged(path, table, column, read.whole_from) if keep else table)
    if records.state_file is not None:
        write_state_file(records.state_file, reading, read.resume)


def _reading(
    format_name: str, where: str, options: ImportOptions, counting: Counting, records: RecordOptions
) -> str:
    """Name of a reading; another way of counting is another one, from the start of the log."""
    hashed = hashlib.sha256(records.caller_key).hexdigest()[:8] if records.caller_key else "no"
    return (
        f"{format_name} {where} interval={options.interval_s} zone={options.timezone} "
        f"threshold={counting.threshold_s:g} short={counting.short_s:g} "
        f"by={counting.attribution} callers={hashed}"
    )


def _place(format_name: str, words: Sequence[str], table: str) -> str:
    """Where a log stands: the folders of its files, or database and table."""
    if format_name == TABLE_FORMAT:
        return f"{' '.join(words)} {table}"
    return " ".join(sorted({str(Path(word).resolve().parent) for word in words}))


def _table_part(
    words: Sequence[str],
    options: ImportOptions,
    counting: Counting,
    records: RecordOptions,
    state: str,
) -> Part:
    if len(words) != 1:
        raise UsageError(f"{TABLE_FORMAT} takes one database: a path, a URL or env:NAME")
    with QueueLogTable(_database(words[0]), records.table) as table:
        after = last_row_read(state) if table.numbered else 0
        read = read_asterisk_table(
            table.rows(after),
            options.timezone,
            state if table.numbered else "",
            source=table.place,
            numbered=table.numbered,
            caller_key=records.caller_key,
        )
        name = table.place
    mark = hashlib.sha256(f"{name} {read.resume} {read.lines_read}".encode()).hexdigest()
    return visit_part(read, name, mark, options, counting)


def _database(word: str) -> str:
    """Path or URL of a word of the command line, where no password may stand.

    Raises
    ------
    UsageError
        When it has a password, or names a variable that is not set.
    """
    if word.startswith("env:"):
        found = os.environ.get(word[4:], "")
        if not found:
            raise UsageError(f"{word}: the variable is not set")
        return found
    if re.match(r"[^:/]+://[^/@]*:[^/@]*@", word):
        raise UsageError(
            "a password on the command line is seen by everybody on the machine; put the URL into "
            "an environment variable and write env:NAME"
        )
    return word
