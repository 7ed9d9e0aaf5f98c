"""The whole store as one checksummed file, and back into an empty store."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from wfm.pipeline.project import Project
from wfm.reports.atomic import replacing
from wfm.store import open_store

__all__ = ["export_archive", "import_archive"]


def export_archive(project: Project, path: Path, *, now: dt.datetime) -> dict[str, int]:
    """Everything the store keeps, at one moment; rows by table. The file is whole or not there."""
    with open_store(project.store) as store, replacing(path) as draft:
        return store.write_archive(draft, now=now)


def import_archive(project: Project, path: Path) -> dict[str, int]:
    """Bring an archive into an empty store; rows by table.

    Raises
    ------
    InputError
        When the file is no archive, is damaged, or was made by a newer wfm.
    StoreError
        When the store is not empty.
    """
    with open_store(project.store) as store:
        return store.read_archive(path)
