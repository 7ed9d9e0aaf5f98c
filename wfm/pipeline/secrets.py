"""Secrets of switches and clouds: from the environment, or from a file that only its owner reads.

Never from the command line, where every user of the machine sees them, and never into a log.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from wfm.config.telephony import TelephonySettings
from wfm.errors import InputError, Problem

__all__ = ["read_secret"]

_LONGEST = 10_000


def read_secret(
    settings: TelephonySettings, root: Path, environment: Mapping[str, str] | None = None
) -> str:
    """Secret of one ``[[telephony]]``; empty when the settings name no place.

    Parameters
    ----------
    root
        Folder of wfm.toml, to which the path of a file is relative.
    environment
        Environment variables; those of the process when None.

    Raises
    ------
    InputError
        When the variable is not set, or the file is missing, empty or open to others.
    """
    if settings.secret_env:
        found = (os.environ if environment is None else environment).get(settings.secret_env, "")
        if not found:
            fix = f"export {settings.secret_env}=… in the shell or unit that starts wfm"
            raise InputError([_problem(settings, "secret_env", "is not set", fix)])
        return found
    return _from_file(settings, root / settings.secret_file) if settings.secret_file else ""


def _from_file(settings: TelephonySettings, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if mode & 0o077:
                what = f"may be read by others (mode {mode:o})"
                raise InputError([_problem(settings, "secret_file", what, f"chmod 600 {path}")])
            found = stream.read(_LONGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        fix = "write the secret into it, with mode 600"
        raise InputError([_problem(settings, "secret_file", reason, fix)]) from error
    if not found:
        raise InputError(
            [_problem(settings, "secret_file", "is empty", "write the secret into it")]
        )
    return found


def _problem(settings: TelephonySettings, key: str, what: str, fix: str) -> Problem:
    place = settings.secret_env or settings.secret_file
    return Problem(f"{place}: {what}", "wfm.toml", 0, f"telephony {settings.name!r}.{key}", "", fix)
