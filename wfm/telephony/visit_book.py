"""Open visits of a log that is being read: who waits, who talks, who has gone."""

from __future__ import annotations

from collections import defaultdict

from wfm.telephony.visits import Ending, Outcome, Visit

__all__ = ["VisitBook"]

_Lines = dict[str, dict[str, list[Visit]]]
"""Visits by queue and call, each in the order of entry."""

_REMEMBER_S = 86_400
"""How long a call is known after its last entry; no call goes on for a day."""


class VisitBook:
    """Visits by call and queue, in the order they entered.

    The same call may be in one queue several times, one after the other or even with the lines of
    one second in the wrong order; so visits are kept in line, and an event goes to the first one in
    the state that the event ends. Memory holds the open visits, and those closed since they were
    last taken.
    """

    def __init__(self) -> None:
        self._waiting: _Lines = defaultdict(dict)
        self._talking: _Lines = defaultdict(dict)
        self._last_entry: dict[str, float] = {}
        self._next_clean_up = 0.0
        self.closed: list[Visit] = []

    def enter(
        self, call: str, queue: str, epoch: float, *, caller_known: bool, caller: str | None = None
    ) -> Visit:
        """Begin a visit."""
        visit = Visit(call, queue, epoch, call not in self._last_entry, caller_known)
        visit.caller = caller
        self._waiting[queue].setdefault(call, []).append(visit)
        self._last_entry[call] = epoch
        self._forget(epoch)
        return visit

    def waiting(self, call: str, queue: str) -> Visit | None:
        """Longest-waiting visit of a call in a queue."""
        visits = self._waiting[queue].get(call)
        return visits[0] if visits else None

    def talking(self, call: str, queue: str) -> Visit | None:
        """Longest-talking visit of a call in a queue."""
        visits = self._talking[queue].get(call)
        return visits[0] if visits else None

    def waiting_in(self, queue: str) -> list[Visit]:
        """All who wait in a queue."""
        return [visit for visits in self._waiting[queue].values() for visit in visits]

    def talking_with(self, queue: str, agent: str) -> list[Visit]:
        """All who talk with an agent through a queue."""
        every = (visit for visits in self._talking[queue].values() for visit in visits)
        return [visit for visit in every if visit.agent == agent]

    def rename(self, visit: Visit, call: str) -> None:
        """Let a waiting visit go on as that of another call (an attended transfer)."""
        self._take(self._waiting, visit)
        visit.first = visit.first and call not in self._last_entry
        visit.call = call
        self._waiting[visit.queue].setdefault(call, []).append(visit)

    def connect(
        self, visit: Visit, epoch: float, *, agent: str, wait_s: float, ring_s: float
    ) -> None:
        """Answer a waiting visit."""
        self._take(self._waiting, visit)
        visit.outcome, visit.agent, visit.connected = Outcome.ANSWERED, agent, epoch
        visit.wait_s, visit.ring_s = wait_s, ring_s
        self._talking[visit.queue].setdefault(visit.call, []).append(visit)

    def leave(self, visit: Visit, epoch: float, outcome: Outcome, wait_s: float | None) -> None:
        """End a waiting visit without an answer."""
        self._take(self._waiting, visit)
        visit.outcome, visit.closed, visit.wait_s = outcome, epoch, wait_s
        self.closed.append(visit)

    def end(self, visit: Visit, epoch: float, ending: Ending, talk_s: float | None) -> None:
        """End the talk of a visit."""
        self._take(self._talking, visit)
        visit.ending, visit.closed, visit.talk_s = ending, epoch, talk_s
        self.closed.append(visit)

    def restart(self, epoch: float) -> None:
        """Lose all who wait and cut off all who talk: the switch died."""
        for visit in self.open_visits():
            if visit.connected is None:
                self.leave(visit, epoch, Outcome.LOST, None)
            else:
                self.end(visit, epoch, Ending.CUT, None)

    def open_visits(self) -> list[Visit]:
        """All who wait or talk."""
        return [
            visit
            for book in (self._waiting, self._talking)
            for calls in book.values()
            for visits in calls.values()
            for visit in visits
        ]

    def adopt(self, visit: Visit) -> None:
        """Take up an open visit that an earlier reading left."""
        book = self._waiting if visit.connected is None else self._talking
        book[visit.queue].setdefault(visit.call, []).append(visit)

    @property
    def known_calls(self) -> dict[str, float]:
        """Calls that have been in a queue of late, with their last entry."""
        return dict(self._last_entry)

    def remember(self, calls: dict[str, float]) -> None:
        """Know calls from an earlier reading."""
        self._last_entry.update(calls)

    @staticmethod
    def _take(book: _Lines, visit: Visit) -> None:
        calls = book[visit.queue]
        left = [each for each in calls[visit.call] if each is not visit]
        if left:
            calls[visit.call] = left
        else:
            del calls[visit.call]

    def _forget(self, epoch: float) -> None:
        """Forget calls of yesterday, now and then."""
        if epoch < self._next_clean_up:
            return
        open_calls = {visit.call for visit in self.open_visits()}
        self._last_entry = {
            call: last
            for call, last in self._last_entry.items()
            if last > epoch - _REMEMBER_S or call in open_calls
        }
        self._next_clean_up = epoch + _REMEMBER_S / 4
