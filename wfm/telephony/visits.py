"""The counting model: queue visits and stretches of agent time, whatever the switch.

A *queue visit* is one entry of one contact into one queue. A call that overflows or is handed on
makes several visits; only the first of them is a first visit. Everything that is counted by
interval is a sum over visits, so that contacts never count twice and every one of them has exactly
one outcome.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pandas as pd

from wfm.schema import Column, Kind, Table, check

__all__ = [
    "AGENT_STATE",
    "VISIT",
    "AgentSpan",
    "Ending",
    "Outcome",
    "Visit",
    "agent_frame",
    "ring_frame",
    "visit_frame",
    "visit_of",
]


class Outcome(StrEnum):
    """How a visit ended; the names of the interval counts."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMEOUT = "timeout"
    KEY = "key_exit"
    EMPTY = "empty_exit"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    """The log has no end: the switch died, or the log stops while the contact waits."""


class Ending(StrEnum):
    """How the talk of an answered visit ended."""

    AGENT = "agent"
    CALLER = "caller"
    BLIND_TRANSFER = "blind_transfer"
    ATTENDED_TRANSFER = "attended_transfer"
    CUT = "cut"
    """The switch died while they talked; the talk time is not known."""
    OPEN = "open"
    """They still talked at the end of the log."""


@dataclass(slots=True)
class Visit:
    """One entry of one contact into one queue, filled in as events come; times as epochs [s].

    Parameters
    ----------
    closed
        End of the visit: of the talk when answered, of the waiting otherwise.
    rings
        Moments at which an agent's phone had rung in vain.
    caller
        Keyed hash of the caller's number, where it was asked for; never the number.
    """

    call: str
    queue: str
    entered: float
    first: bool = True
    caller_known: bool = True
    outcome: Outcome | None = None
    wait_s: float | None = None
    ring_s: float | None = None
    agent: str | None = None
    connected: float | None = None
    talk_s: float | None = None
    hold_s: float | None = None
    acw_s: float | None = None
    ending: Ending | None = None
    closed: float | None = None
    rings: list[float] = field(default_factory=list)
    caller: str | None = None


@dataclass(slots=True)
class AgentSpan:
    """A stretch of an agent's time in one state (login, member, pause, talk); epochs [s].

    Parameters
    ----------
    ended_by
        ``closed``, ``cut`` or ``restart`` when the switch died, ``open`` when the log stops.
    """

    agent: str
    queue: str
    state: str
    start: float
    end: float | None = None
    reason: str = ""
    ended_by: str = ""


def visit_of(fields: dict[str, Any]) -> Visit:
    """Visit from its fields as a kept state has them, words for outcome and ending.

    Raises
    ------
    TypeError, ValueError
        When they are no fields of a visit.
    """
    outcome, ending = fields["outcome"], fields["ending"]
    words = {
        "outcome": None if outcome is None else Outcome(outcome),
        "ending": None if ending is None else Ending(ending),
    }
    return Visit(**{**fields, **words})


def _time(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, Kind.TIME, meaning, "UTC", nullable=nullable)


def _seconds(name: str, meaning: str) -> Column:
    return Column(name, Kind.NUMBER, meaning, "s", nullable=True)


def _text(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, Kind.TEXT, meaning, nullable=nullable)


VISIT = Table(
    "visit",
    "one entry of one contact into one queue",
    (),
    (
        _text("call", "call as the switch names it; never a caller's number"),
        _text("queue", "queue entered"),
        _time("entered", "when"),
        Column("first", Kind.FLAG, "whether the call had not been in a queue before"),
        Column("caller_known", Kind.FLAG, "whether the caller sent a number"),
        _text("outcome", "answered, abandoned, timeout, key_exit, empty_exit, withdrawn or lost"),
        _seconds("wait_s", "time in the queue, ringing included"),
        _seconds("ring_s", "last ring, part of the wait"),
        _text("agent", "who answered", nullable=True),
        _time("connected", "when", nullable=True),
        _seconds("talk_s", "time with the agent, hold included where the switch has no hold time"),
        _seconds("hold_s", "time on hold, where the switch tells"),
        _seconds("acw_s", "after-call work, where the switch tells"),
        _text("ending", "agent, caller, *_transfer, cut or open", nullable=True),
        _time("closed", "end of the talk, or of the waiting", nullable=True),
        Column("ring_no_answer", Kind.COUNT, "rings that no agent took", "contacts", low=0),
        Column("caller", Kind.TEXT, "keyed hash of the caller's number", required=False),
    ),
)

AGENT_STATE = Table(
    "agent_state",
    "stretch of an agent's time in one state",
    (),
    (
        _text("agent", "agent as the switch names it"),
        Column("queue", Kind.TEXT, "queue, empty for all", required=False),
        _text("state", "login, member, pause or talk"),
        _time("start", "first moment"),
        _time("end", "moment after"),
        Column("duration_s", Kind.NUMBER, "end - start", "s"),
        Column("reason", Kind.TEXT, "reason given for a pause", required=False),
        _text("ended_by", "closed, restart, cut (restart while talking) or open (end of the log)"),
    ),
)


def _utc(epochs: pd.Series) -> pd.Series:
    return pd.to_datetime(epochs.astype("float64"), unit="s", utc=True)


def visit_frame(visits: Iterable[Visit]) -> pd.DataFrame:
    """Visits as a checked frame (:data:`VISIT`), in the order they entered."""
    every = list(visits)
    names = [name for name in VISIT.names if name != "ring_no_answer"]
    columns: dict[str, list[object]] = {
        name: [getattr(visit, name) for visit in every] for name in names
    }
    frame = pd.DataFrame(
        {name: pd.Series(cells, dtype="object") for name, cells in columns.items()}
    )
    for name in ("entered", "connected", "closed"):
        frame[name] = _utc(frame[name])
    frame["ring_no_answer"] = [len(visit.rings) for visit in every]
    return check(frame, VISIT)


def ring_frame(visits: Iterable[Visit]) -> pd.DataFrame:
    """Rings in vain: ``queue`` and the moment ``at``."""
    rings = [(visit.queue, at) for visit in visits for at in visit.rings]
    frame = pd.DataFrame(rings, columns=["queue", "at"])
    return frame.assign(at=_utc(frame["at"]))


def agent_frame(spans: Iterable[AgentSpan]) -> pd.DataFrame:
    """Stretches of agent time as a checked frame (:data:`AGENT_STATE`), by agent and time."""
    every = sorted(spans, key=lambda span: (span.agent, span.queue, span.state, span.start))
    frame = pd.DataFrame(
        {
            "agent": [span.agent for span in every],
            "queue": [span.queue for span in every],
            "state": [span.state for span in every],
            "start": _utc(pd.Series([span.start for span in every], dtype="float64")),
            "end": _utc(pd.Series([span.end for span in every], dtype="float64")),
            "duration_s": [(span.end or span.start) - span.start for span in every],
            "reason": [span.reason for span in every],
            "ended_by": [span.ended_by for span in every],
        }
    )
    return check(frame, AGENT_STATE)
