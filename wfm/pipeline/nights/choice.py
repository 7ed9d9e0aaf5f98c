"""Choices of models over the nights: tried anew once a week, or as soon as there is reason to.

Trials take most of the time of a night, so queues do not have theirs all on the same one: each has
its turn on a night of the week that goes by its name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from wfm import __version__
from wfm.forecast import QueueCalendar
from wfm.pipeline.run_record import digest

if TYPE_CHECKING:
    from wfm.config import Config
    from wfm.store import QueueChoice, Store

__all__ = ["KeptChoice", "KeptChoices", "choices_at", "ground_of", "group_label", "turn_of"]


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
        How often models are tried anew [days].
    groups
        Group by queue; queues of a group have their turn together, as its sum must be forecast by
        models that saw the same.
    """

    found: Mapping[str, QueueChoice]
    alarmed: frozenset[str]
    as_of: dt.datetime
    every_days: int
    groups: Mapping[str, str]

    @property
    def inputs(self) -> object:
        """All that the night goes by of them, for its hash."""
        mine = sorted((n, one.run) for n, one in self.found.items() if not self._due(n, one))
        return mine, sorted(self.alarmed)

    def _due(self, name: str, choice: QueueChoice) -> bool:
        """Whether the turn of a queue or group has come since its choice was made.

        A turn within half a period of a choice is let pass: that one is fresh.
        """
        together = self.groups.get(name)
        turn = turn_of(group_label(together) if together else name, self.every_days)
        first = choice.as_of.date().toordinal() + (self.every_days + 1) // 2
        last = self.as_of.date().toordinal()
        return first + (turn - first) % self.every_days <= last

    def of(self, store: Store, name: str) -> tuple[KeptChoice | None, str]:
        """Choice that a queue or group may go by, or why there is none."""
        choice = self.found.get(name)
        if choice is None:
            return None, "first choice"
        if self._due(name, choice):
            age = (self.as_of.date() - choice.as_of.date()).days
            return None, f"its turn, the last choice is {age} day{'s' * (age != 1)} old"
        if name in self.alarmed:
            return None, "an alarm of its bias"
        kept = store.nights.choice(choice.run, name)
        return KeptChoice(choice.run, choice.as_of, kept.ground, kept.learnt), ""


def turn_of(name: str, every_days: int) -> int:
    """Days of the calendar, modulo the period, on which the models of a queue are tried anew.

    By its name alone, so that it stays when other queues come and go.

    Examples
    --------
    >>> turns = [turn_of(f"q{k:04d}", 7) for k in range(700)]
    >>> [turns.count(day) for day in range(7)]
    [93, 90, 95, 111, 90, 112, 109]
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % every_days


def choices_at(
    store: Store, config: Config, as_of: dt.datetime, *, known_at: dt.datetime
) -> KeptChoices:
    """Choices that a night may go by, as they stood when it began.

    Only nights of an earlier ``as_of`` count, so the same night again finds the same.
    """
    found = store.nights.choices(as_of, known_at=known_at, code_version=__version__)
    before = store.nights.last_before(as_of, known_at=known_at)
    alarmed = json.loads(before.summary).get("alarmed", []) if before else []
    groups = {queue: name for name, queues in config.forecast.groups for queue in queues}
    every_days = config.nightly.choose_days
    return KeptChoices(found, frozenset(alarmed), as_of, every_days, groups)


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
