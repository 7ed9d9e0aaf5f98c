"""The run that every row of a result carries: id, inputs, outcome."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from wfm import __version__

if TYPE_CHECKING:
    from wfm.store import Run

__all__ = ["digest", "new_run"]


def digest(*parts: object) -> str:
    """SHA-256 over texts, numbers and frames, independent of the machine.

    Examples
    --------
    >>> digest("a", 1) == digest("a", 1) != digest("a", 2)
    True
    """
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, pd.DataFrame):
            sha.update("|".join(map(str, part.columns)).encode())
            sha.update(pd.util.hash_pandas_object(part, index=False).to_numpy().tobytes())
        else:
            sha.update(repr(part).encode())
        sha.update(b"\x00")
    return sha.hexdigest()


def new_run(
    kind: str,
    inputs_hash: str,
    *,
    now: dt.datetime,
    taken: Sequence[str] = (),
    as_of: dt.datetime | None = None,
    parent: str | None = None,
    status: str = "ok",
    summary: Mapping[str, object] | None = None,
) -> Run:
    """A run named by time, kind and inputs; a number is added when that name is taken."""
    from wfm.store import Run  # processes that only work on values load no database

    name = f"{now:%Y%m%d-%H%M%S}-{kind}-{inputs_hash[:6]}"
    run, count = name, 1
    while run in taken:
        count += 1
        run = f"{name}-{count}"
    return Run(
        run=run,
        kind=kind,
        created_at=now,
        as_of=as_of.isoformat() if as_of else None,
        inputs_hash=inputs_hash,
        code_version=__version__,
        parent=parent,
        status=status,
        summary=json.dumps(dict(summary or {}), sort_keys=True, default=str),
    )
