"""Answer of ``QueueStatus``: who waits and who is there now, held against what was known.

After a cut, callers and talks that ended unseen are closed, those that began unseen taken up.
"""

from __future__ import annotations

from wfm.telephony.live.ami_centre import AmiCentre
from wfm.telephony.live.ami_protocol import Message
from wfm.telephony.visits import Ending, Outcome

__all__ = ["QueueSnapshot"]

_LONGEST_TALK_S = 12 * 3600
_IN_CALL = {"2", "3", "6", "7", "8"}
"""Device states of a member on the phone.

``InCall`` alone says no when the first of two calls at once ends, and older switches have none.
"""


class QueueSnapshot:
    """Events of one answer, collected until it is complete.

    Made when the question is asked: only what was known then may have ended unheard, whatever the
    clocks say.
    """

    def __init__(self, centre: AmiCentre) -> None:
        self._centre = centre
        self._visits_then = centre.log.visits.open_visits()
        self._spans_then = centre.log.agents.open_spans()
        self._talked_then = [v for v in self._visits_then if v.connected is not None]
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

    def reconcile(self, now: float) -> None:
        """Bring what is known in line with the answer."""
        for queue in self._queues:
            self._centre.know(queue)
        self._callers(now)
        self._talks(now)
        self._agents(now)

    def _callers(self, now: float) -> None:
        visits = self._centre.log.visits
        for visit in self._visits_then:
            waits = visit.outcome is None
            if waits and (visit.call, visit.queue) not in self._waiting:
                visits.leave(visit, now, Outcome.LOST, None)
        for (call, queue), message in self._waiting.items():
            if visits.waiting(call, queue) is None and visits.talking(call, queue) is None:
                entered = now - _whole(message, "Wait")
                self._centre.enter(call, queue, entered, message.get("CallerIDNum", ""))

    def _talks(self, now: float) -> None:
        visits, agents = self._centre.log.visits, self._centre.log.agents
        for visit in self._talked_then:
            # a member who logged out while talking is not in the list: nothing is known of the call
            member = self._members.get((visit.agent or "", visit.queue))
            hung_up = member is not None and not _on_the_phone(member)
            too_long = now - (visit.connected or now) > _LONGEST_TALK_S
            if visit.ending is None and (hung_up or too_long):
                visits.end(visit, now, Ending.CUT, None)
                agents.end("talk", visit.agent or "", visit.queue, now, "cut")

    def _agents(self, now: float) -> None:
        agents = self._centre.log.agents
        there = {key for key, member in self._members.items() if _is_dynamic(member)}
        paused = {key for key, member in self._members.items() if member.get("Paused") == "1"}
        for span in self._spans_then:
            key = (span.agent, span.queue)
            left = span.state == "member" and key not in there
            back = span.state == "pause" and key not in paused
            if span.end is None and (left or back):
                agents.end(span.state, span.agent, span.queue, now, "closed")
        for agent, queue in there:
            since = _since(self._members[agent, queue], "LoginTime", now)
            agents.begin("member", agent, queue, since)
        for agent, queue in paused:
            member = self._members[agent, queue]
            reason = member.get("PausedReason", "")
            agents.begin("pause", agent, queue, _since(member, "LastPause", now), reason)


def _on_the_phone(member: Message) -> bool:
    return member.get("InCall") == "1" or member.get("Status") in _IN_CALL


def _is_dynamic(member: Message) -> bool:
    return member.get("Membership") == "dynamic"


def _since(member: Message, name: str, now: float) -> float:
    """Moment of a header, or now where it has none or one to come."""
    epoch = _whole(member, name)
    return float(epoch) if 0 < epoch <= now else now


def _whole(message: Message, name: str) -> int:
    text = message.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
