"""A centre's folder: wfm.toml, the people files beside it, and the store."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wfm.config import Config, load
from wfm.domain import Queue
from wfm.intervals import holiday_names

__all__ = ["NOTES", "Project", "open_project"]

NOTES = ("events.csv", "adjustments.csv", "school.csv", "paydays.csv", "drivers.csv")
"""Files that planners keep by hand beside wfm.toml and that the forecast reads."""

_DATABASE_URL = "WFM_DATABASE_URL"
_STORE_FILE = "wfm.db"


@dataclass(frozen=True, slots=True)
class Project:
    """One centre's folder.

    Parameters
    ----------
    root
        Folder of wfm.toml; agents.csv, leave.csv and wishes.csv stand beside it.
    store
        Database URL, or path of the SQLite file.
    """

    root: Path
    config: Config
    store: str

    @property
    def queues(self) -> Mapping[str, Queue]:
        """Queues by name."""
        return {queue.name: queue for queue in self.config.queues}

    @property
    def notes(self) -> tuple[str, ...]:
        """Texts of events.csv and the like, empty where there is none: inputs of a run."""
        paths = [self.root / name for name in NOTES]
        return tuple(path.read_text("utf-8-sig") if path.is_file() else "" for path in paths)

    def holidays(self, first: dt.date, last: dt.date) -> Mapping[dt.date, str]:
        """Public holidays between two dates, both included."""
        years = range(first.year, last.year + 1)
        named = holiday_names(self.config.country, self.config.subdivision, years)
        return {day: name for day, name in named.items() if first <= day <= last}


def open_project(config_path: Path, *, store: str | None = None) -> Project:
    """Project of a wfm.toml.

    Parameters
    ----------
    store
        Path or URL of the database; else ``WFM_DATABASE_URL``; else wfm.db beside wfm.toml.

    Raises
    ------
    InputError
        When wfm.toml is missing or wrong.
    """
    root = config_path.parent
    chosen = store or os.environ.get(_DATABASE_URL) or str(root / _STORE_FILE)
    return Project(root, load(config_path), chosen)
