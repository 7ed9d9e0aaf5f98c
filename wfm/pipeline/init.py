"""A new project folder: annotated wfm.toml, agents.csv, events.csv, units of the night."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from wfm.errors import InputError, Problem

__all__ = ["FILES", "create_project"]

FILES = (
    "wfm.toml",
    "agents.csv",
    "leave.csv",
    "wishes.csv",
    "events.csv",
    "operations/wfm-nightly.service",
    "operations/wfm-nightly.timer",
    "operations/crontab",
    "operations/postgresql-roles.sql",
)


def create_project(folder: Path, *, python: str = "python3") -> list[Path]:
    """Files of a new project, written into ``folder``; nothing that exists is touched.

    Parameters
    ----------
    python
        Program that the timer units start wfm with.

    Raises
    ------
    InputError
        When one of the files is there already; then none is written.
    """
    there = [name for name in FILES if (folder / name).exists()]
    if there:
        fix = "choose another folder, or move the file away"
        raise InputError(
            [Problem("is there already", str(folder / name), fix=fix) for name in there]
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name in FILES:
            text = (resources.files("wfm.pipeline") / "templates" / name).read_text(
                encoding="utf-8"
            )
            if name.startswith("operations/"):
                text = text.replace("{folder}", str(folder.absolute())).replace("{python}", python)
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            written.append(folder / name)
    except OSError as error:
        raise InputError([Problem(f"cannot be written: {error.strerror}", str(folder))]) from error
    return written
