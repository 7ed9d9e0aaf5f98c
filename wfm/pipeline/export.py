"""Export what a run made: roster workbook, or a table as xlsx, csv or parquet."""

from __future__ import annotations

from pathlib import Path

from wfm.errors import UsageError
from wfm.pipeline.people import People
from wfm.pipeline.project import Project
from wfm.pipeline.staff import stored_rows
from wfm.pipeline.workbook import stored_book
from wfm.reports import write_frame, write_roster_workbook, write_table

__all__ = ["KINDS", "export"]

KINDS = ("roster", "forecast", "requirement", "coverage")

_TABLES = {
    "roster": "roster_shift",
    "forecast": "forecast",
    "requirement": "requirement",
    "coverage": "coverage",
}


def export(
    project: Project, people: People, kind: str, path: Path, *, run: str | None = None
) -> str:
    """Write one kind of result to a file and give the run it came from.

    Raises
    ------
    UsageError
        When there is no such kind, or no format for the file's suffix.
    PlanError
        When no run has it.
    """
    if kind not in KINDS:
        raise UsageError(f"no such export: {kind!r}; known are {', '.join(KINDS)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "roster" and path.suffix == ".xlsx":
        book = stored_book(project, people, run)
        write_roster_workbook(path, book)
        return book.run
    name, rows = stored_rows(project, _TABLES[kind], run)
    rows.insert(0, "run", name)
    if path.suffix == ".xlsx":
        write_table(path, rows, sheet=kind, title=f"{project.config.name}: {kind}, run {name}")
    else:
        write_frame(path, rows)
    return name
