"""How far a centre's planning has come, told by what its data show, and the next step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from wfm.pipeline.project import Project
from wfm.store import open_store

__all__ = ["LEVELS", "Maturity", "MaturityFact", "maturity_of"]

LEVELS = ("ad hoc", "measured", "forecast", "planned", "steered")
"""Names of the levels, 1 to 5."""

_WEEKS_MEASURED = 8


@dataclass(frozen=True, slots=True)
class MaturityFact:
    """One thing that a mature centre does.

    Parameters
    ----------
    level
        Level that it belongs to, 2 to 5.
    seen
        Whether the data show it.
    evidence
        What was found.
    step
        What to do where it is not done.
    """

    level: int
    topic: str
    seen: bool
    evidence: str
    step: str


@dataclass(frozen=True, slots=True)
class Maturity:
    """The level reached: all facts up to it are seen."""

    level: int
    facts: tuple[MaturityFact, ...]

    @property
    def name(self) -> str:
        """Name of the level."""
        return LEVELS[self.level - 1]

    @property
    def next_step(self) -> str:
        """First thing to do; empty when nothing is left."""
        return next((fact.step for fact in self.facts if not fact.seen), "")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the project and its store hold."""

    project: Project
    history: pd.DataFrame
    runs: pd.DataFrame

    def runs_of(self, *kinds: str) -> int:
        return int(self.runs["kind"].isin(kinds).sum())

    def rows_of(self, name: str) -> int:
        path = self.project.root / name
        if not path.is_file():
            return 0
        lines = [line for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
        return max(0, len([line for line in lines if not line.startswith("#")]) - 1)


def maturity_of(project: Project) -> Maturity:
    """Level of a centre from facts in its folder and store.

    Raises
    ------
    StoreError
        When the store cannot be read.
    """
    with open_store(project.store) as store:
        names = [queue.name for queue in project.config.queues]
        seen = _Seen(project, store.history(queues=names), store.runs())
    facts = tuple(sorted((look(seen) for look in _FACTS), key=lambda fact: fact.level))
    missing = [fact.level for fact in facts if not fact.seen]
    return Maturity(min(missing) - 1 if missing else len(LEVELS), facts)


def _history(seen: _Seen) -> MaturityFact:
    starts = seen.history["interval_start"]
    weeks = (starts.max() - starts.min()).days / 7 if len(starts) else 0.0
    return MaturityFact(
        2,
        "history",
        weeks >= _WEEKS_MEASURED,
        f"{weeks:.0f} weeks of intervals",
        f"import at least {_WEEKS_MEASURED} weeks of the switch's intervals: wfm import",
    )


def _handle_time(seen: _Seen) -> MaturityFact:
    history = seen.history
    known = int((history["talk_s"].fillna(0) > 0).sum()) if "talk_s" in history else 0
    return MaturityFact(
        2,
        "handle time",
        known > 0,
        f"{known:,} intervals with handle times",
        "bring talk, hold and after-call work along with the contacts",
    )


def _shrinkage(seen: _Seen) -> MaturityFact:
    shrinkage = seen.project.config.shrinkage
    return MaturityFact(
        2,
        "shrinkage",
        bool(shrinkage.planned and shrinkage.unplanned),
        f"{len(shrinkage.planned)} planned and {len(shrinkage.unplanned)} unplanned reasons",
        "split shrinkage by reason in [shrinkage], planned and unplanned apart",
    )


def _versions(seen: _Seen) -> MaturityFact:
    kept = seen.runs_of("forecast", "plan", "nightly")
    return MaturityFact(
        3,
        "versions",
        kept >= 2,
        f"{kept} forecasts kept",
        "forecast again as data come in; every version stays: wfm forecast",
    )


def _tracked(seen: _Seen) -> MaturityFact:
    """A forecast counts as tracked once contacts came after it was made."""
    made = seen.runs[seen.runs["kind"].isin(["forecast", "plan", "nightly"])]["as_of"].dropna()
    starts = seen.history["interval_start"]
    last = starts.max().tz_localize(None) if len(starts) else pd.NaT
    origins = pd.to_datetime(made, errors="coerce", format="ISO8601")
    followed = int((origins < last).sum()) if len(starts) else 0
    return MaturityFact(
        3,
        "accuracy",
        followed > 0,
        f"{followed} forecasts with actuals after them",
        "import what came after a forecast and compare: wfm backtest",
    )


def _events(seen: _Seen) -> MaturityFact:
    rows = seen.rows_of("events.csv") + seen.rows_of("adjustments.csv")
    return MaturityFact(
        4,
        "events",
        rows > 0,
        f"{rows} events and adjustments",
        "write campaigns, outages and changes with their reasons into events.csv",
    )


def _rosters(seen: _Seen) -> MaturityFact:
    made = seen.runs_of("schedule", "plan")
    return MaturityFact(
        4,
        "rosters",
        made > 0,
        f"{made} rosters made",
        "build rosters from the requirement: wfm plan",
    )


def _scenarios(seen: _Seen) -> MaturityFact:
    made = seen.runs_of("capacity")
    return MaturityFact(
        4,
        "scenarios",
        made >= 2,
        f"{made} capacity plans and scenarios",
        "plan headcount for more than one case: wfm capacity --set …",
    )


def _nights(seen: _Seen) -> MaturityFact:
    made = seen.runs_of("nightly")
    return MaturityFact(
        5,
        "nightly",
        made >= 5,
        f"{made} nights",
        "let the machine re-forecast every night: wfm nightly",
    )


_FACTS: tuple[Callable[[_Seen], MaturityFact], ...] = (
    _history,
    _handle_time,
    _shrinkage,
    _versions,
    _tracked,
    _events,
    _rosters,
    _scenarios,
    _nights,
)
