"""What really ended the waiting of calls that Asterisk's manager interface calls abandoned.

``QueueCallerAbandon`` is sent for time-outs, emptied queues and withdrawn callers too. What comes
around it tells them apart: the call joins another queue, its record ends in another application
than ``Queue``, or its dialplan status is told, if only by the extension that it went on to
(``Goto(q-${QUEUESTATUS},1)``). Without any of these it stays abandoned, as the interface says,
until the log is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from wfm.telephony.visits import Outcome, Visit

__all__ = ["ExitEvidence"]

_STATUS = {
    "TIMEOUT": Outcome.TIMEOUT,
    "LEAVEEMPTY": Outcome.EMPTY,
    "LEAVEUNAVAIL": Outcome.EMPTY,
    "WITHDRAW": Outcome.WITHDRAWN,
}
"""Values of the channel variable QUEUESTATUS that end a visit."""

_TOGETHER_S = 5.0
"""Events of one act come within this time, in any order."""

_REMEMBER_S = 3600.0
"""A caller who was sent to the voicemail may stay there for a while before the record comes."""


class _Record(NamedTuple):
    """When a call record came, and the outcome that it tells."""

    at: float
    outcome: Outcome


@dataclass(slots=True)
class ExitEvidence:
    """Calls reported as abandoned of late, and records that came before their report."""

    _gone: dict[str, Visit] = field(default_factory=dict)
    _lived_on: dict[str, _Record] = field(default_factory=dict)

    def gone(self, visit: Visit, at: float) -> None:
        """Note a visit reported as abandoned; its record may have come a moment before."""
        self._gone[visit.call] = visit
        record = self._lived_on.pop(visit.call, None)
        if record is not None and at - record.at <= _TOGETHER_S:
            visit.outcome = record.outcome
        self._forget(at)

    def joined(self, call: str, at: float) -> None:
        """Note that a call enters a queue: one that has just left another had not hung up."""
        visit = self._gone.pop(call, None)
        if visit is not None and at - (visit.closed or 0.0) <= _TOGETHER_S:
            self._revise(visit, Outcome.TIMEOUT)

    def record(
        self, call: str, application: str, extension: str, *, answered: bool, at: float
    ) -> None:
        """Note a call record, sent when the caller is off the line: where and what it ended in.

        Each offer to an agent has one too, not answered and ended in ``Queue``; they tell nothing.
        """
        if application in {"", "Queue"}:
            if answered:
                self._lived_on.pop(call, None)
            return
        visit = self._gone.get(call)
        outcome = _STATUS.get(extension.rpartition("-")[2], Outcome.TIMEOUT)
        if visit is None:
            self._lived_on[call] = _Record(at, outcome)
        else:
            self._revise(visit, outcome)

    def status(self, call: str, status: str, at: float) -> None:
        """Note the dialplan's word on why a call left its queue."""
        visit, outcome = self._gone.get(call), _STATUS.get(status)
        if visit is not None and outcome and at - (visit.closed or 0.0) <= _TOGETHER_S:
            visit.outcome = outcome

    @staticmethod
    def _revise(visit: Visit, outcome: Outcome) -> None:
        """Correct an outcome that nobody has told better."""
        if visit.outcome is Outcome.ABANDONED:
            visit.outcome = outcome

    def _forget(self, at: float) -> None:
        old = at - _REMEMBER_S
        self._gone = {c: v for c, v in self._gone.items() if (v.closed or 0.0) > old}
        self._lived_on = {c: r for c, r in self._lived_on.items() if r.at > at - _TOGETHER_S}
