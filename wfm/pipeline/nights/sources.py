"""What a night brings in: new files of all sources, late corrections within the days still open."""

from __future__ import annotations

import datetime as dt
import glob
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wfm.config.nightly import Gate, Source
from wfm.errors import InputError, UsageError
from wfm.intervals import local_to_utc, utc_to_local
from wfm.pipeline.intake.call_records import RecordOptions, read_records
from wfm.pipeline.intake.formats import TABLE_FORMAT, VISIT_FORMATS, is_call_records
from wfm.pipeline.intake.ingest import (
    Ingested,
    counting_of,
    hash_of,
    import_files,
    import_options,
    read_parts,
)
from wfm.pipeline.nights.history_gates import Finding
from wfm.pipeline.project import Project
from wfm.store import Store

__all__ = ["BroughtIn", "bring_in", "late_by_day", "utc_of"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What the files of a night were like.

    Parameters
    ----------
    files
        Files that were read.
    closed
        Corrections of days that are closed, not taken [rows].
    rows_read
        Rows and lines that were read in them.
    findings
        Files that were refused, and sources without a file.
    """

    files: int = 0
    closed: int = 0
    rows_read: int = 0
    findings: tuple[Finding, ...] = ()

    def plus(self, other: BroughtIn) -> BroughtIn:
        """Both together."""
        return BroughtIn(
            self.files + other.files,
            self.closed + other.closed,
            self.rows_read + other.rows_read,
            self.findings + other.findings,
        )


def utc_of(moment: dt.datetime, timezone: str) -> dt.datetime:
    """UTC of a local time; an hour later where the clock skips it."""
    utc, skipped, _ = local_to_utc(pd.Series([pd.Timestamp(moment)]), timezone)
    if skipped.iloc[0]:
        return utc_of(moment + dt.timedelta(hours=1), timezone)
    found: dt.datetime = utc.iloc[0].to_pydatetime()
    return found


def bring_in(project: Project, store: Store, *, as_of: dt.datetime, now: dt.datetime) -> BroughtIn:
    """Files of all sources that have not been seen before, brought into the store.

    Logs of calls are read on from where the last import stopped. A file that is refused is a
    finding; the other files are brought in all the same.
    """
    settings = project.config.nightly
    seen = set(store.imports()["file_hash"])
    open_from = as_of - dt.timedelta(days=settings.reopen_days)
    closed_before = utc_of(open_from, project.config.timezone)
    total = BroughtIn()
    for source in settings.sources:
        for files in _groups(project, source):
            if not files:
                text = f"no file is like {source.files}"
                total = total.plus(BroughtIn(findings=(Finding(Gate.SOURCE, text),)))
            elif source.format == TABLE_FORMAT or hash_of(files) not in seen:
                total = total.plus(_import(project, source, files, closed_before, now))
    return total


def _groups(project: Project, source: Source) -> Iterator[list[Path]]:
    """Files to be read together: those of one log, or each interval file by itself.

    The table of a switch is no file; its database stands in the place of one.
    """
    if source.format == TABLE_FORMAT:
        place = project.root / source.files
        yield [place if place.is_file() else Path(source.files)]
        return
    found = sorted(glob.glob(source.files, root_dir=project.root, recursive=True))
    files = [project.root / name for name in found if (project.root / name).is_file()]
    if source.format in VISIT_FORMATS or not files:
        yield files
    else:
        yield from ([path] for path in files)


def _import(
    project: Project,
    source: Source,
    files: list[Path],
    closed_before: dt.datetime,
    now: dt.datetime,
) -> BroughtIn:
    """Bring in the new files of a source; files that are refused become a finding."""
    names = ", ".join(path.name for path in files)
    try:
        done = _stored(project, source, files, closed_before, now)
    except (InputError, UsageError, OSError) as error:
        first, *more = str(error).splitlines()
        text = f"{names} refused: {first}" + (f" (and {len(more)} more)" if more else "")
        log.warning("%s", text, extra={"facts": {"event": "source_refused", "files": names}})
        return BroughtIn(findings=(Finding(Gate.SOURCE, text),))
    if done is None:
        return BroughtIn()
    log.info(
        "%s: %d new, %d changed, %d unchanged",
        *(names, done.new, done.changed, done.unchanged),
        extra={
            "facts": {
                "event": "imported",
                "files": names,
                "rows_read": done.rows_read,
                "new": done.new,
                "changed": done.changed,
            }
        },
    )
    return BroughtIn(len(files), done.closed, done.rows_read)


def _stored(
    project: Project,
    source: Source,
    files: list[Path],
    closed_before: dt.datetime,
    now: dt.datetime,
) -> Ingested | None:
    """Read files and store them; None where a log has not grown."""
    options = import_options(
        project,
        timezone=source.timezone,
        interval_s=source.interval_s,
        queue=source.queue,
        accept=source.accept,
        sheet=source.sheet,
    )
    counting = counting_of(source.threshold_s, source.short_s, source.attribution, quiet=True)
    if is_call_records(source.format):
        is_file = [path.is_file() for path in files]
        words = [str(path) for path in files] if all(is_file) else [source.files]
        part, reading = read_records(
            source.format, words, options, counting, RecordOptions(), project
        )
        if not part.rows_read:
            return None
        parts = [part]
    else:
        parts, reading = read_parts(source.format, files, options, counting), ""
    return import_files(
        project,
        parts,
        options,
        counting,
        now=now,
        closed_before=closed_before,
        reading=reading,
        look_back=False,
    )


def late_by_day(store: Store, since_import: int, timezone: str) -> pd.DataFrame:
    """Corrections since an import by queue and local day: intervals, contacts before and after."""
    changes = store.changes(since_import)
    changes["day"] = utc_to_local(changes["interval_start"], timezone).dt.date.astype(str)
    grouped = changes.groupby(["queue", "day"], sort=True)
    return grouped.agg(
        intervals=("offered", "size"),
        contacts_before=("offered_before", "sum"),
        contacts=("offered", "sum"),
    ).reset_index()
