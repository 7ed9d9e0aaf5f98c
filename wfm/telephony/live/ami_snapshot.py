"""Answer of ``QueueStatus``: who waits and who is there now, held against what was known.

After a cut, callers and talks that ended unseen are closed, those that began unseen taken up.
"""

from __future__ import annotations

from wfm.telephony.live.ami_centre import AmiCentre
from wfm.telephony.live.ami_protocol import Message
from wfm.telephony.visits import Ending, Outcome

__all__ = ["QueueSnapshot"]

_IN_CALL = {"2", "3", "6", "7", "8"}
"""Device states of a member on the phone, for switches that do not say ``InCall``."""


class QueueSnapshot:
    """Events of one answer, collected until it is complete.

    Parameters
    ----------
    asked_at
        When the question was sent [epoch s]; what happened since is newer than the answer.
    """

    def __init__(self, asked_at: float) -> None:
        self._asked_at = asked_at
        self._queues: set[str] = set()
        self._waiting: dict[tuple[str, str], Message] = {}
        self._members: dict[tuple[str, str], Message] = {}

    def feed(self, message: Message) -> None:
        """Take in one event of the answer."""
        queue = message.get("Queue", "")
        match message.get("Event"):
            case "QueueParams":
                self._queues.add(queue)
            case "QueueMember":
                # the list calls the member's name Name; events call it MemberName
                name = message.get("Name") or message.get("Location", "")
                self._members[name, queue] = message
            case "QueueEntry" if message.get("Uniqueid"):
                self._waiting[message["Uniqueid"], queue] = message

    def reconcile(self, centre: AmiCentre, now: float) -> None:
        """Bring what is known in line with the answer."""
        for queue in self._queues:
            centre.know(queue)
        self._callers(centre, now)
        self._talks(centre, now)
        self._agents(centre, now)

    def _callers(self, centre: AmiCentre, now: float) -> None:
        visits = centre.log.visits
        for visit in visits.open_visits():
            known = (visit.call, visit.queue) in self._waiting
            if visit.connected is None and not known and visit.entered < self._asked_at:
                visits.leave(visit, now, Outcome.LOST, None)
        for (call, queue), message in self._waiting.items():
            if visits.waiting(call, queue) is None and not _talks_now(centre, call, queue):
                entered = now - _whole(message, "Wait")
                centre.enter(call, queue, entered, message.get("CallerIDNum", ""))

    def _talks(self, centre: AmiCentre, now: float) -> None:
        visits, agents = centre.log.visits, centre.log.agents
        for visit in visits.open_visits():
            if visit.connected is None or visit.connected >= self._asked_at:
                continue
            member = self._members.get((visit.agent or "", visit.queue))
            if member is None or not _on_the_phone(member):
                visits.end(visit, now, Ending.CUT, None)
                agents.end("talk", visit.agent or "", visit.queue, now, "cut")

    def _agents(self, centre: AmiCentre, now: float) -> None:
        agents = centre.log.agents
        there = {key for key, member in self._members.items() if _is_dynamic(member)}
        paused = {key for key, member in self._members.items() if member.get("Paused") == "1"}
        for span in agents.open_spans():
            key = (span.agent, span.queue)
            left = span.state == "member" and key not in there
            back = span.state == "pause" and key not in paused
            if span.start < self._asked_at and (left or back):
                agents.end(span.state, span.agent, span.queue, now, "closed")
        for agent, queue in there:
            since = _since(self._members[agent, queue], "LoginTime", now)
            agents.begin("member", agent, queue, since)
        for agent, queue in paused:
            member = self._members[agent, queue]
            reason = member.get("PausedReason", "")
            agents.begin("pause", agent, queue, _since(member, "LastPause", now), reason)


def _talks_now(centre: AmiCentre, call: str, queue: str) -> bool:
    return centre.log.visits.talking(call, queue) is not None


def _on_the_phone(member: Message) -> bool:
    in_call = member.get("InCall")
    return in_call == "1" if in_call else member.get("Status") in _IN_CALL


def _is_dynamic(member: Message) -> bool:
    return member.get("Membership") == "dynamic"


def _since(member: Message, name: str, now: float) -> float:
    """Moment of a header, or now where it has none or one to come."""
    epoch = _whole(member, name)
    return float(epoch) if 0 < epoch <= now else now


def _whole(message: Message, name: str) -> int:
    text = message.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
