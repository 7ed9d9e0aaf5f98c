"""Export what a run made: workbook, web page or calendars of the roster, or a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from wfm.errors import PlanError, UsageError
from wfm.pipeline.explain_roster import blocks_of, explain_roster
from wfm.pipeline.forecast_page import page_of_run
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.pipeline.staff import stored_rows
from wfm.pipeline.workbook import stored_book
from wfm.reports import (
    QualityBlock,
    write_calendars,
    write_frame,
    write_roster_page,
    write_roster_workbook,
    write_table,
)
from wfm.store import open_store

__all__ = ["KINDS", "export"]

_TABLES = {
    "roster": "roster_shift",
    "forecast": "forecast",
    "requirement": "requirement",
    "coverage": "coverage",
}

_ENDINGS = (".xlsx", ".csv", ".csv.gz", ".parquet")

KINDS = (*_TABLES, "forecast-page", "html", "ics")


def export(
    project: Project,
    people: People,
    kind: str,
    path: Path,
    *,
    now: dt.datetime,
    run: str | None = None,
) -> str:
    """Write one kind of result to a file (``ics``: a folder) and give the run it came from.

    Raises
    ------
    UsageError
        When there is no such kind, or no format for the file's suffix.
    PlanError
        When no run has it.
    """
    if kind not in KINDS:
        raise UsageError(f"no such export: {kind!r}; known are {', '.join(KINDS)}")
    if kind == "forecast-page":
        return page_of_run(project, path, run)
    if kind == "html" and path.suffix not in (".html", ".htm"):
        raise UsageError(f"{path}: a web page ends in .html")
    if kind in ("html", "ics") or (kind == "roster" and path.suffix == ".xlsx"):
        return _book(project, people, kind, path, now, run)
    if not path.name.lower().endswith(_ENDINGS):
        raise UsageError(f"{path}: {kind} is written as {', '.join(_ENDINGS)}; end the name so")
    name, rows = stored_rows(project, _TABLES[kind], run)
    rows.insert(0, "run", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xlsx":
        write_table(path, rows, sheet=kind, title=f"{project.config.name}: {kind}, run {name}")
    else:
        write_frame(path, rows)
    return name


def _book(
    project: Project, people: People, kind: str, path: Path, now: dt.datetime, run: str | None
) -> str:
    """The roster for people to look at."""
    book = stored_book(project, people, run)
    if kind == "ics":
        write_calendars(path, book, stamp=now)
        return book.run
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "html":
        with open_store(project.store) as store:
            forecast = store.read("forecast", book.run)
        write_roster_page(path, book, forecast=None if forecast.empty else forecast)
    else:
        write_roster_workbook(path, replace(book, quality=_quality(project, people, book.run)))
    return book.run


def _quality(project: Project, people: People, run: str) -> list[QualityBlock]:
    """Quality sheet of a stored roster; none where its requirement is not in the store."""
    try:
        return blocks_of(explain_roster(project, people, run=run), project)
    except PlanError:
        return []
