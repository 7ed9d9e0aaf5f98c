"""Reading a growing log on from where the last import stopped: in the store, or beside --out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from wfm.errors import InputError, Problem, UsageError
from wfm.pipeline.project import Project
from wfm.reports import write_frame
from wfm.reports.atomic import replacing
from wfm.store import open_store

__all__ = ["merged", "read_state_file", "stored_state", "write_state_file"]

_TABLES = (".csv", ".csv.gz")


def stored_state(project: Project, source: str) -> str:
    """State that the last import of a log left; empty where there is none."""
    with open_store(project.store) as store:
        return store.reading_state(source) or ""


def read_state_file(path: Path, source: str) -> str:
    """State of a file; empty where there is no such file yet.

    Raises
    ------
    InputError
        When the file is that of another log or way of counting.
    """
    if not path.exists():
        return ""
    try:
        name, _, state = path.read_text(encoding="utf-8").partition("\n")
    except UnicodeDecodeError:
        name, state = "", ""
    if name != source:
        fix = "name another --state file, or remove this one to read the log from its start"
        problem = Problem("is the state of another log or way of counting", str(path), fix=fix)
        raise InputError([problem])
    return state


def write_state_file(path: Path, source: str, state: str) -> None:
    """Keep a state in a file, in one move."""
    with replacing(path) as draft:
        draft.write_text(f"{source}\n{state}", encoding="utf-8")


def merged(path: Path, frame: pd.DataFrame, column: str, since: float) -> pd.DataFrame:
    """Rows of an instalment behind those of the file that are older; all of them as text.

    Parameters
    ----------
    column
        Time that tells old rows from those that the instalment has anew; rows of the file without
        it, and rows that were still open, are replaced.
    since
        From here on the instalment is whole [epoch s].

    Raises
    ------
    UsageError
        When the file is no CSV.
    """
    if not path.name.endswith(_TABLES):
        raise UsageError(f"{path}: --state keeps files up to date that end in {', '.join(_TABLES)}")
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.csv"
        write_frame(fresh, frame)
        rows = pd.read_csv(fresh, dtype="str", keep_default_na=False)
    if not path.exists():
        return rows
    old = pd.read_csv(path, dtype="str", keep_default_na=False)
    if list(old) != list(rows):
        fix = "remove it, or name another --out"
        raise InputError([Problem("has other columns than this import writes", str(path), fix=fix)])
    times = pd.to_datetime(old[column], utc=True, errors="coerce", format="ISO8601")
    older = times < pd.Timestamp(since, unit="s", tz="UTC")
    if "ended_by" in old:
        older &= old["ended_by"] != "open"
    return pd.concat([old[older], rows], ignore_index=True)
