"""Asterisk's queue_log, event by event, into visits and agent time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from wfm.telephony.agent_book import AgentBook
from wfm.telephony.asterisk_events import ENDINGS, EXITS, Event, Topic
from wfm.telephony.callers import WITHHELD, caller_hash
from wfm.telephony.findings import Case
from wfm.telephony.visit_book import VisitBook
from wfm.telephony.visits import AgentSpan, Ending, Outcome, Visit

__all__ = ["AsteriskLog"]

_CLOCK_SLACK_S = 1
# Issues are kept; a damaged line may have a caller's number anywhere, so only names are quoted
_NAME = re.compile(r"[A-Z][A-Z_]{2,39}")
_CALL = re.compile(r"(?:[\w.-]{1,40}-)?\d{9,10}\.\d{1,9}")


@dataclass(slots=True)
class AsteriskLog:
    """What the events told so far.

    Parameters
    ----------
    last_epoch
        Time of the last event [s].
    unknown
        Events that mean nothing to wfm, counted by name.
    orphans
        Events of a visit that never entered.
    caller_key
        Key that callers' numbers are hashed with; they are dropped when None.
    """

    visits: VisitBook = field(default_factory=VisitBook)
    agents: AgentBook = field(default_factory=AgentBook)
    last_epoch: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    orphans: list[Case] = field(default_factory=list)
    caller_key: bytes | None = None

    def feed(self, event: Event, row: int) -> None:
        """Take in one event, in the order of the file."""
        self.last_epoch = event.epoch
        handler = _HANDLERS.get(event.topic)
        if handler is not None:
            handler(self, event, row)
        elif event.topic is Topic.UNKNOWN:
            self.unknown[event.name if _NAME.fullmatch(event.name) else "(no name)"] += 1

    def all_visits(self) -> list[Visit]:
        """Visits in order of entry; those still open as the end of the log leaves them."""
        still = [_as_left(visit) for visit in self.visits.open_visits()]
        return sorted(self.visits.closed + still, key=lambda visit: visit.entered)

    def all_spans(self) -> list[AgentSpan]:
        """Stretches of agent time; those still open end with the log."""
        return self.agents.all_spans(self.last_epoch)

    def _enter(self, event: Event, _: int) -> None:
        number = event.data[1].strip().lower() if len(event.data) > 1 else ""
        self.visits.enter(
            event.call,
            event.queue,
            event.epoch,
            caller_known=number not in WITHHELD,
            caller=caller_hash(number, self.caller_key),
        )

    def _connect(self, event: Event, row: int) -> None:
        wait_s, ring_s = event.figures
        visit = self.visits.waiting(event.call, event.queue) or self._consultation(event, wait_s)
        if visit is None:
            self._orphan(event, row)
            return
        self.visits.connect(visit, event.epoch, agent=event.agent, wait_s=wait_s, ring_s=ring_s)
        self.agents.begin("talk", event.agent, event.queue, event.epoch)

    def _consultation(self, event: Event, wait_s: int) -> Visit | None:
        """Visit of the consultation call that an attended transfer puts this call in place of.

        The agent's new call entered the queue; CONNECT comes with the old call and the whole wait
        (Asterisk issue 759).
        """
        entered = event.epoch - wait_s
        for visit in self.visits.waiting_in(event.queue):
            if abs(visit.entered - entered) <= _CLOCK_SLACK_S:
                self.visits.rename(visit, event.call)
                return visit
        return None

    def _exit(self, event: Event, row: int) -> None:
        visit = self.visits.waiting(event.call, event.queue)
        if visit is None:
            self._orphan(event, row)
            return
        wait_s = event.figures[0] if event.figures else max(event.epoch - visit.entered, 0)
        self.visits.leave(visit, event.epoch, EXITS[event.name], wait_s)

    def _end(self, event: Event, row: int) -> None:
        wait_s, talk_s = event.figures
        visit = self.visits.talking(event.call, event.queue) or self._handed_on(event, wait_s)
        if visit is None:
            self._orphan(event, row)
            return
        self.agents.end("talk", visit.agent or "", visit.queue, event.epoch)
        self.visits.end(visit, event.epoch, ENDINGS[event.name], talk_s)

    def _handed_on(self, event: Event, wait_s: int) -> Visit | None:
        """Visit that an attended transfer ends under the name of the consultation call."""
        if ENDINGS[event.name] is not Ending.ATTENDED_TRANSFER:
            return None
        talking = self.visits.talking_with(event.queue, event.agent)
        return next((visit for visit in talking if visit.wait_s == wait_s), None)

    def _ring(self, event: Event, row: int) -> None:
        visit = self.visits.waiting(event.call, event.queue)
        if visit is None:
            self._orphan(event, row)
        else:
            visit.rings.append(event.epoch)

    def _restart(self, event: Event, _: int) -> None:
        self.visits.restart(event.epoch)
        self.agents.restart(event.epoch)

    def _agent(self, event: Event, _: int) -> None:
        begin, end = self.agents.begin, self.agents.end
        agent, queue, epoch = event.agent, event.queue, event.epoch
        match event.name:
            case "ADDMEMBER":
                begin("member", agent, queue, epoch)
                if event.data and event.data[0] == "PAUSED":
                    begin("pause", agent, queue, epoch, "joined paused")
            case "REMOVEMEMBER":
                end("pause", agent, queue, epoch)
                end("member", agent, queue, epoch)
            case "PAUSE":
                begin("pause", agent, queue, epoch, "|".join(event.data))
            case "UNPAUSE":
                end("pause", agent, queue, epoch)
            case "AGENTLOGIN" | "AGENTCALLBACKLOGIN":
                begin("login", agent, "", epoch)
            case _:
                end("login", agent, "", epoch)

    def _orphan(self, event: Event, row: int) -> None:
        call = event.call if _CALL.fullmatch(event.call) else "(no name)"
        self.orphans.append(Case(row, f"{event.name} of call {call}", event.queue))


def _as_left(visit: Visit) -> Visit:
    """Open visit as the end of the log leaves it: lost at its entry, or still talking."""
    if visit.connected is None:
        return replace(visit, outcome=Outcome.LOST, closed=visit.entered)
    return replace(visit, ending=Ending.OPEN)


_HANDLERS: dict[Topic, Callable[[AsteriskLog, Event, int], None]] = {
    Topic.ENTER: AsteriskLog._enter,
    Topic.CONNECT: AsteriskLog._connect,
    Topic.EXIT: AsteriskLog._exit,
    Topic.END: AsteriskLog._end,
    Topic.RING_IN_VAIN: AsteriskLog._ring,
    Topic.RESTART: AsteriskLog._restart,
    Topic.AGENT: AsteriskLog._agent,
}
