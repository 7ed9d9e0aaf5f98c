"""Import interval history: read every file, refuse all of them or store all of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem, UsageError
from wfm.intervals import INTERVALS_S, zone
from wfm.pipeline.project import Project
from wfm.store import open_store
from wfm.telephony import TOLERANCES, ImportOptions, IntervalImport, read_csv, read_excel

__all__ = ["FORMATS", "Ingested", "import_files", "import_options", "read_files"]

Reader = Callable[[Path, ImportOptions], IntervalImport]

FORMATS: dict[str, Reader] = {"csv": read_csv, "excel": read_excel}
"""Readers of interval history by format name."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of the files."""

    rows_read: int
    new: int
    changed: int
    unchanged: int
    frame: pd.DataFrame
    issues: pd.DataFrame


def import_options(
    project: Project | None,
    *,
    timezone: str | None = None,
    interval_s: int | None = None,
    queue: str | None = None,
    accept: Sequence[str] = (),
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
    if step_s not in INTERVALS_S:
        known = ", ".join(f"{s // 60}m" for s in INTERVALS_S)
        raise UsageError(f"--interval: no such planning interval; choose one of {known}")
    return ImportOptions(timezone=place, interval_s=step_s, queue=queue, accept=frozenset(accept))


def read_files(
    format_name: str, files: Sequence[Path], options: ImportOptions
) -> list[IntervalImport]:
    """Every file read, or one InputError with the problems of all of them."""
    read: list[IntervalImport] = []
    problems: list[Problem] = []
    for path in files:
        try:
            read.append(FORMATS[format_name](path, options))
        except InputError as error:
            problems += error.problems
    if not files:
        problems.append(Problem("no file given"))
    if problems:
        raise InputError(problems)
    return read


def import_files(
    project: Project,
    format_name: str,
    files: Sequence[Path],
    options: ImportOptions,
    *,
    now: dt.datetime,
) -> Ingested:
    """Interval history of the files brought into the store.

    An upsert by (queue, interval_start): the same file twice changes nothing, a corrected file
    changes only what differs.

    Raises
    ------
    InputError
        When any file has any problem; then nothing is stored.
    """
    read = read_files(format_name, files, options)
    new = changed = unchanged = 0
    with open_store(project.store) as store:
        for path, part in zip(files, read, strict=True):
            file_hash = hashlib.sha256(path.read_bytes()).hexdigest()
            counts = store.import_intervals(
                part.frame,
                source=path.name,
                file_hash=file_hash,
                imported_at=now,
                issues=part.issues,
            )
            new, changed = new + counts.new, changed + counts.changed
            unchanged += counts.unchanged
    return Ingested(
        sum(part.rows_read for part in read),
        new,
        changed,
        unchanged,
        pd.concat([part.frame for part in read], ignore_index=True),
        pd.concat([part.issues for part in read], ignore_index=True),
    )
