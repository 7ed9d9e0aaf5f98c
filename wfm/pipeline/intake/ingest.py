"""Import history: read every file, refuse all of them or store all of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem, UsageError
from wfm.intervals import INTERVALS_S, zone
from wfm.pipeline.intake.doubts import history_around, with_doubts
from wfm.pipeline.intake.formats import VISIT_FORMATS, IntervalReader, Log, interval_reader
from wfm.pipeline.project import Project
from wfm.store import open_store
from wfm.telephony import (
    TOLERANCES,
    Attribution,
    ImportOptions,
    RunningSums,
    VisitImport,
    repeat_share,
    stored_states,
)

__all__ = [
    "Counting",
    "Ingested",
    "Part",
    "counting_of",
    "doubted",
    "hash_of",
    "import_files",
    "import_options",
    "read_parts",
    "repeat_callers",
    "visit_part",
]


@dataclass(frozen=True, slots=True)
class Counting:
    """How call records are counted.

    Parameters
    ----------
    threshold_s, short_s
        Answer threshold and longest short abandon [s].
    attribution
        By interval of arrival, or of the event.
    quiet
        Whether intervals without a call get a row of zeros, as the store wants them.
    """

    threshold_s: float = 20.0
    short_s: float = 5.0
    attribution: Attribution = Attribution.ARRIVAL
    quiet: bool = True


def counting_of(threshold_s: float, short_s: float, attribution: str, *, quiet: bool) -> Counting:
    """Counting with an attribution by name.

    Raises
    ------
    UsageError
        When there is no such attribution.
    """
    known = [item.value for item in Attribution]
    if attribution not in known:
        raise UsageError(f"no such attribution: {attribution!r}; known are {', '.join(known)}")
    return Counting(float(threshold_s), float(short_s), Attribution(attribution), quiet)


@dataclass(frozen=True, slots=True)
class Part:
    """What one file, or the files of one log, gave.

    Parameters
    ----------
    visits
        Visits and agent time of call records; None where the source had summed already.
    """

    source: str
    file_hash: str
    frame: pd.DataFrame
    rows_read: int
    issues: pd.DataFrame
    visits: VisitImport | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of the files."""

    rows_read: int
    new: int
    changed: int
    unchanged: int
    frame: pd.DataFrame
    issues: pd.DataFrame
    closed: int = 0
    repeat_callers: float | None = None


def import_options(
    project: Project | None,
    *,
    timezone: str | None = None,
    interval_s: int | None = None,
    queue: str | None = None,
    accept: Sequence[str] = (),
    sheet: str | None = None,
) -> ImportOptions:
    """Options of an import; what is not given comes from the project.

    Raises
    ------
    UsageError
        When a tolerance, the zone or the interval is unknown.
    """
    config = project.config if project else None
    strange = [name for name in accept if name not in TOLERANCES]
    if strange:
        known = ", ".join(sorted(TOLERANCES))
        raise UsageError(f"--accept {', '.join(strange)}: unknown; known are {known}")
    try:
        place = zone(timezone or (config.timezone if config else "UTC")).key
    except ValueError as error:
        raise UsageError(f"--timezone: {error}") from error
    step_s = interval_s or (config.interval_s if config else 1800)
    if step_s not in (60, *INTERVALS_S):
        known = ", ".join(f"{s // 60}m" for s in INTERVALS_S)
        raise UsageError(f"--interval: no such planning interval; choose one of {known}")
    return ImportOptions(
        timezone=place, interval_s=step_s, queue=queue, accept=frozenset(accept), sheet=sheet
    )


def read_parts(
    format_name: str,
    files: Sequence[Path],
    options: ImportOptions,
    counting: Counting,
    *,
    state: str = "",
    caller_key: bytes | None = None,
    keep_visits: bool = True,
) -> list[Part]:
    """Every file read, or one InputError with the problems of all of them.

    Parameters
    ----------
    format_name
        Of :func:`wfm.pipeline.intake.formats.known_formats`, or the path of a mapping profile.
    state
        Where an earlier reading of the same log stopped.
    caller_key
        Key to hash callers' numbers with; without it they are dropped.
    keep_visits
        Whether every visit is wanted; otherwise those of earlier days are counted and let go.
    """
    if not files:
        raise UsageError("no file given")
    if format_name in VISIT_FORMATS:
        sums = None if keep_visits or caller_key else _sums(options, counting)
        read = VISIT_FORMATS[format_name](Log(files, state, caller_key, sums))
        name = ", ".join(path.name for path in files)
        return [visit_part(read, name, hash_of(files), options, counting)]
    reader = interval_reader(format_name)
    parts: list[Part] = []
    problems: list[Problem] = []
    for path in files:
        try:
            parts.append(_interval_part(reader, path, options))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return parts


def _interval_part(reader: IntervalReader, path: Path, options: ImportOptions) -> Part:
    read = reader(path, options)
    return Part(path.name, hash_of([path]), read.frame, read.rows_read, read.issues)


def _sums(options: ImportOptions, counting: Counting) -> RunningSums:
    return RunningSums(
        options.interval_s,
        counting.threshold_s,
        counting.short_s,
        counting.attribution,
        options.timezone,
    )


def visit_part(
    read: VisitImport, name: str, file_hash: str, options: ImportOptions, counting: Counting
) -> Part:
    """Intervals of call records."""
    frame = read.intervals(
        options.interval_s,
        threshold_s=counting.threshold_s,
        short_s=counting.short_s,
        attribution=counting.attribution,
        timezone=options.timezone,
        quiet=counting.quiet,
    )
    return Part(name, file_hash, frame, read.lines_read, read.issues, read)


def hash_of(files: Sequence[Path]) -> str:
    """SHA-256 over the bytes of files, one after the other."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as stream:
            for block in iter(partial(stream.read, 1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()


def doubted(
    part: Part,
    options: ImportOptions,
    counting: Counting,
    project: Project | None,
    context: pd.DataFrame | None = None,
) -> Part:
    """What was read, with the doubts about it among its issues.

    Parameters
    ----------
    context
        The intervals with the history before them; by themselves when None.
    """
    issues = with_doubts(
        part.issues,
        part.frame,
        part.frame if context is None else context,
        source=part.source,
        timezone=options.timezone,
        project=project,
        visits=part.visits,
        by_event=part.visits is not None and counting.attribution is Attribution.EVENT,
    )
    return replace(part, issues=issues)


def import_files(
    project: Project,
    parts: Sequence[Part],
    options: ImportOptions,
    counting: Counting,
    *,
    now: dt.datetime,
    closed_before: dt.datetime | None = None,
    reading: str = "",
    look_back: bool = True,
) -> Ingested:
    """What was read brought into the store.

    An upsert by (queue, interval_start): the same file twice changes nothing, a corrected file
    changes only what differs; figures from before ``closed_before`` are corrected no more. Agents'
    time of call records goes along, and gaps of live feeds that the records fill are healed.

    Parameters
    ----------
    reading
        Name under which the place where a log's reading stopped is kept, after all else: when the
        import is killed before that, the next one reads the same again.
    look_back
        Whether the half year before is read to hold the new days against; a night has gates of its
        own, and for hundreds of queues that would be much to hold at once.
    """
    new = changed = unchanged = closed = 0
    kept = []
    with open_store(project.store) as store:
        for read in parts:
            context = history_around(store, read.frame) if look_back else None
            part = doubted(read, options, counting, project, context)
            kept.append(part)
            counts = store.import_intervals(
                part.frame,
                source=part.source,
                file_hash=part.file_hash,
                imported_at=now,
                issues=part.issues,
                closed_before=closed_before,
            )
            if part.visits is not None:
                store.write_agent_states(stored_states(part.visits.agents, part.source))
                store.heal_gaps(part.frame, part.source)
                if reading and part.visits.resume:
                    store.save_reading_state(reading, part.visits.resume, saved_at=now)
            closed += counts.closed
            new, changed = new + counts.new, changed + counts.changed
            unchanged += counts.unchanged
    return Ingested(
        sum(part.rows_read for part in kept),
        new,
        changed,
        unchanged,
        pd.concat([part.frame for part in kept], ignore_index=True),
        pd.concat([part.issues for part in kept], ignore_index=True),
        closed,
        repeat_callers(kept),
    )


def repeat_callers(parts: Sequence[Part]) -> float | None:
    """Share of known callers' contacts that had called in the day before; None where none is."""
    visits = [part.visits.visits for part in parts if part.visits is not None]
    return repeat_share(pd.concat(visits, ignore_index=True)) if visits else None
