"""Choices of models over the nights: tried anew once a week, or as soon as there is reason to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from wfm import __version__
from wfm.forecast import QueueCalendar
from wfm.pipeline.run_record import digest
from wfm.store import QueueChoice, Store

__all__ = ["KeptChoice", "KeptChoices", "choices_at", "ground_of", "group_label"]


@dataclass(frozen=True, slots=True)
class KeptChoice:
    """What the trials of a queue taught in an earlier night.

    Parameters
    ----------
    as_of
        Local time of that night.
    ground
        Hash over what it holds for; see :func:`ground_of`.
    """

    run: str
    as_of: dt.datetime
    ground: str
    learnt: str


@dataclass(frozen=True, slots=True)
class KeptChoices:
    """Choices that a night may go by.

    Parameters
    ----------
    found
        The newest of each queue and group.
    alarmed
        Queues whose bias raised an alarm in the night before: their models are tried anew.
    as_of
        Local time of the night.
    every_days
        Age at which models are tried anew [days].
    """

    found: Mapping[str, QueueChoice]
    alarmed: frozenset[str]
    as_of: dt.datetime
    every_days: int

    @property
    def inputs(self) -> object:
        """All that the night goes by of them, for its hash."""
        mine = sorted((name, one.run) for name, one in self.found.items() if self._fresh(one))
        return mine, sorted(self.alarmed)

    def _fresh(self, choice: QueueChoice) -> bool:
        return self.as_of - choice.as_of < dt.timedelta(days=self.every_days)

    def of(self, store: Store, name: str) -> tuple[KeptChoice | None, str]:
        """Choice that a queue or group may go by, or why there is none."""
        choice = self.found.get(name)
        if choice is None:
            return None, "first choice"
        if not self._fresh(choice):
            return None, f"the last choice is {(self.as_of - choice.as_of).days} days old"
        if name in self.alarmed:
            return None, "an alarm of its bias"
        kept = store.nights.choice(choice.run, name)
        return KeptChoice(choice.run, choice.as_of, kept.ground, kept.learnt), ""


def choices_at(
    store: Store, as_of: dt.datetime, *, known_at: dt.datetime, every_days: int
) -> KeptChoices:
    """Choices that a night may go by, as they stood when it began.

    Only nights of an earlier ``as_of`` count, so the same night again finds the same.
    """
    found = store.nights.choices(as_of, known_at=known_at, code_version=__version__)
    before = store.nights.last_before(as_of, known_at=known_at)
    alarmed = json.loads(before.summary).get("alarmed", []) if before else []
    return KeptChoices(found, frozenset(alarmed), as_of, every_days)


def group_label(name: str) -> str:
    """Name under which the choice of a group is kept beside those of queues."""
    return f"group {name}"


def ground_of(
    settings: Sequence[object], calendars: Sequence[QueueCalendar], settled: pd.DataFrame
) -> str:
    """Hash over what a choice of models holds for.

    Parameters
    ----------
    settings
        Of the forecast.
    settled
        History from before the days that were open when the choice was made.
    """
    drivers = [
        digest(one.drivers.names, one.drivers.date.tobytes(), one.drivers.values.tobytes())
        for one in calendars
        if one.drivers is not None
    ]
    plain = [(one.opening, one.holidays, one.events, one.verdicts) for one in calendars]
    return digest(__version__, settings, plain, drivers, settled)
