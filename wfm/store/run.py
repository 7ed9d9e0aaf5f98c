"""A run: who made what, when, from which inputs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = ["ABANDONED", "HELD", "NIGHTLY", "RUNNING", "Run"]

NIGHTLY = "nightly"
"""Kind of a run that counts only once it is promoted."""

RUNNING = "running"
"""Status of a night that is being made, or that broke off."""

HELD = "held"
"""Status of a night that a gate kept from being promoted."""

ABANDONED = "abandoned"
"""Status of a night that broke off and whose results were taken away."""


@dataclass(frozen=True, slots=True)
class Run:
    """Who made what, when, from which inputs; the row of :data:`wfm.schema.RUN`.

    Parameters
    ----------
    run
        Identifier, unique for ever.
    kind
        forecast, staff, schedule, plan or backtest.
    created_at
        When the run was made; with a zone.
    inputs_hash
        SHA-256 over configuration, people and the rows that were used.
    code_version
        Version of wfm.
    as_of
        Local time before which history was used.
    parent
        Run whose result was the input.
    status
        ok, or what fell short.
    summary
        Figures of the run as JSON.
    known_import
        Last import that the run knew, where it matters.
    finished_at, pruned_at
        When a night was through, and when its results were pruned.
    """

    run: str
    kind: str
    created_at: dt.datetime
    inputs_hash: str
    code_version: str
    as_of: str | None = None
    parent: str | None = None
    status: str = "ok"
    summary: str = "{}"
    known_import: int | None = None
    finished_at: dt.datetime | None = None
    pruned_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a run without a name or a zone."""
        if not self.run:
            raise ValueError("a run needs an identifier")
        if self.created_at.tzinfo is None:
            raise ValueError("created_at needs a time zone")
