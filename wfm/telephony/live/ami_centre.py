"""Events of Asterisk's manager interface → the same visits and agents' time as queue_log.

Each event that has a line in the log is fed to :class:`AsteriskLog` as that line. Where the
interface says less than the log, what comes around it is read too. Source: recordings of a real
Asterisk 22 with its log beside them, TELEPHONY.md section 1.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from wfm.telephony.asterisk_events import Event, Topic
from wfm.telephony.asterisk_log import AsteriskLog
from wfm.telephony.asterisk_state import AsteriskState
from wfm.telephony.findings import Case, Findings
from wfm.telephony.live.ami_evidence import ExitEvidence
from wfm.telephony.live.ami_protocol import Message
from wfm.telephony.live.defects import take_issues
from wfm.telephony.visits import AgentSpan, Visit

__all__ = ["AmiCentre"]

_ANNOUNCING_S = 30.0
"""Between leaving the queue and the connection the agent may hear an announcement."""

_ENDS = {"agent": "COMPLETEAGENT", "caller": "COMPLETECALLER", "transfer": "BLINDTRANSFER"}
_STAMP = re.compile(r"[1-9]\d{8,9}(\.\d+)?")
_LONGEST_S = 10_000_000


class _Who(NamedTuple):
    """Whom an event is about; empty where nobody."""

    call: str
    queue: str
    agent: str = ""

    @property
    def visit(self) -> tuple[str, str]:
        """Call and queue."""
        return self.call, self.queue


class AmiCentre:
    """Who waits, who talks and what the agents do, over any number of connections.

    Parameters
    ----------
    source
        Name of the switch, for the issues.
    state
        :meth:`dump` of an earlier watch, to go on from.

    Raises
    ------
    InputError
        When the state is none.

    Notes
    -----
    A caller who left by a key leaves without any word about it: whoever left the queue and was not
    connected within half a minute is taken as one. Attended transfers are told as blind ones.
    Times are the switch's own where it stamps its events (``timestampevents=yes``), else ours.
    """

    def __init__(self, source: str, state: str | None = None) -> None:
        self._state = AsteriskState() if state is None else AsteriskState.load(state)
        self.log: AsteriskLog = self._state.log
        self._evidence = ExitEvidence()
        self._left: dict[tuple[str, str], float] = {}
        self._queues: set[str] = set()
        self._findings = Findings(source)

    def feed(self, message: Message, now: float) -> None:
        """Take in one event; those that count nothing are passed over."""
        handler = _HANDLERS.get(message.get("Event", ""))
        stamp = message.get("Timestamp", "")
        at = float(stamp) if _STAMP.fullmatch(stamp) else now
        if handler is not None:
            try:
                handler(self, message, at)
            except ValueError as error:
                case = Case(0, f"{message['Event']}: {error}", effect_contacts=None)
                self._findings.note("malformed-event", "event left out", [case])
        self._settle_keys(at)

    def visits(self) -> list[Visit]:
        """Visits of the last days; who still waits counts as lost until the outcome comes."""
        return self.log.all_visits()

    def spans(self, now: float) -> list[AgentSpan]:
        """Stretches of agents' time of the last days; those that go on end ``now``."""
        return self.log.agents.all_spans(now)

    def queues(self) -> set[str]:
        """Queues that the switch has named."""
        return set(self._queues)

    def take_issues(self) -> pd.DataFrame:
        """Events without a visit, or with a figure missing, since last asked."""
        self._findings.note("event-without-entry", "not counted", self.log.orphans)
        self.log.orphans.clear()
        return take_issues(self._findings)

    def dump(self) -> str:
        """State as JSON text; visits closed before the day before yesterday are forgotten."""
        self._state.forget_old_days()
        return self._state.dump()

    def know(self, queue: str) -> None:
        """Note that there is such a queue."""
        self._queues.add(queue)

    def tell(
        self, name: str, topic: Topic, at: float, who: _Who, *data: str, figures: tuple[int, ...]
    ) -> None:
        """Let the log take in the line that it would have."""
        event = Event(int(at), who.call, who.queue, who.agent, name, data, topic, figures)
        last = self.log.last_epoch
        self.log.feed(event, 0)
        self.log.last_epoch = max(last, self.log.last_epoch)

    # -- callers -------------------------------------------------------------------------------

    def _join(self, message: Message, at: float) -> None:
        call, queue = _named(message, "Uniqueid"), _named(message, "Queue")
        self._evidence.joined(call, at)
        self._settle_keys(at, call)
        caller = message.get("CallerIDNum", "")
        self.know(queue)
        self.enter(call, queue, at, "" if caller == "<unknown>" else caller)

    def enter(self, call: str, queue: str, at: float, caller: str) -> None:
        """Begin a visit."""
        self.tell("ENTERQUEUE", Topic.ENTER, at, _Who(call, queue), "", caller, figures=())

    def _leave(self, message: Message, at: float) -> None:
        key = _named(message, "Uniqueid"), _named(message, "Queue")
        if self.log.visits.waiting(*key) is not None:
            self._left[key] = at

    def _abandon(self, message: Message, at: float) -> None:
        who = _Who(_named(message, "Uniqueid"), _named(message, "Queue"))
        visit = self.log.visits.waiting(who.call, who.queue)
        self.tell("ABANDON", Topic.EXIT, at, who, figures=(_seconds(message, "HoldTime"),))
        self._left.pop(who.visit, None)
        if visit is not None:
            self._evidence.gone(visit, at)

    def _connect(self, message: Message, at: float) -> None:
        who = _call(message)
        figures = _seconds(message, "HoldTime"), _seconds(message, "RingTime")
        self._left.pop(who.visit, None)
        self.tell("CONNECT", Topic.CONNECT, at, who, figures=figures)

    def _complete(self, message: Message, at: float) -> None:
        name = _ENDS.get(message.get("Reason", ""), "COMPLETECALLER")
        figures = _seconds(message, "HoldTime"), _seconds(message, "TalkTime")
        who = self._talking(message, wait_s=figures[0])
        self.tell(name, Topic.END, at, who, figures=figures)

    def _talking(self, message: Message, *, wait_s: int) -> _Who:
        """Whose talk ends; of a caller who has hung up the event often names only the agent."""
        if message.get("Uniqueid"):
            return _call(message)
        agent, queue = _named(message, "MemberName"), _named(message, "Queue")
        linked = message.get("DestLinkedid", "")
        visits = self.log.visits.talking_with(queue, agent)
        likely = sorted(visits, key=lambda visit: (visit.call != linked, visit.wait_s != wait_s))
        if not likely:
            raise ValueError("no talk of this agent")
        return _Who(likely[0].call, queue, agent)

    def _dump(self, message: Message, at: float) -> None:
        who = _call(message)
        self._left.pop(who.visit, None)
        self.tell("AGENTDUMP", Topic.EXIT, at, who, figures=())

    def _ring(self, message: Message, at: float) -> None:
        self.tell("RINGNOANSWER", Topic.RING_IN_VAIN, at, _call(message), figures=())

    def _record(self, message: Message, at: float) -> None:
        answered = message.get("Disposition") == "ANSWERED"
        call, application = message.get("UniqueID", ""), message.get("LastApplication", "")
        extension = message.get("Destination", "")
        self._evidence.record(call, application, extension, answered=answered, at=at)

    def _variable(self, message: Message, at: float) -> None:
        if message.get("Variable") == "QUEUESTATUS":
            self._evidence.status(message.get("Uniqueid", ""), message.get("Value", ""), at)

    def _user_event(self, message: Message, at: float) -> None:
        if message.get("UserEvent") == "QueueExit":
            self._evidence.status(message.get("Uniqueid", ""), message.get("Status", ""), at)

    def _settle_keys(self, at: float, call: str | None = None) -> None:
        """Let those who left long ago, or the one who comes again, have left by a key."""
        for key, left in list(self._left.items()):
            if key[0] == call or at - left > _ANNOUNCING_S:
                del self._left[key]
                visit = self.log.visits.waiting(*key)
                if visit is not None:
                    wait_s = max(int(left) - int(visit.entered), 0)
                    self.tell("EXITWITHKEY", Topic.EXIT, left, _Who(*key), figures=(wait_s,))

    # -- agents --------------------------------------------------------------------------------

    def _added(self, message: Message, at: float) -> None:
        paused = "PAUSED" if message.get("Paused") == "1" else ""
        self._agent("ADDMEMBER", message, at, paused)

    def _removed(self, message: Message, at: float) -> None:
        self._agent("REMOVEMEMBER", message, at)

    def _paused(self, message: Message, at: float) -> None:
        if message.get("Paused") == "1":
            self._agent("PAUSE", message, at, message.get("PausedReason", ""))
        else:
            self._agent("UNPAUSE", message, at)

    def _agent(self, name: str, message: Message, at: float, *data: str) -> None:
        who = _Who("NONE", _named(message, "Queue"), _named(message, "MemberName"))
        self.tell(name, Topic.AGENT, at, who, *data, figures=())

    def _login(self, message: Message, at: float) -> None:
        name = "AGENTLOGIN" if message["Event"] == "AgentLogin" else "AGENTLOGOFF"
        who = _Who("NONE", "NONE", _named(message, "Agent"))
        self.tell(name, Topic.AGENT, at, who, figures=())


def _call(message: Message) -> _Who:
    agent = _named(message, "MemberName")
    return _Who(_named(message, "Uniqueid"), _named(message, "Queue"), agent)


def _named(message: Message, name: str) -> str:
    value = message.get(name, "")
    if not value:
        raise ValueError(f"no {name}")
    return value


def _seconds(message: Message, name: str) -> int:
    text = message.get(name, "")
    if not (text.isascii() and text.isdigit()) or int(text) > _LONGEST_S:
        raise ValueError(f"{name} is no number of seconds")
    return int(text)


_HANDLERS: dict[str, Callable[[AmiCentre, Message, float], None]] = {
    "QueueCallerJoin": AmiCentre._join,
    "QueueCallerLeave": AmiCentre._leave,
    "QueueCallerAbandon": AmiCentre._abandon,
    "AgentConnect": AmiCentre._connect,
    "AgentComplete": AmiCentre._complete,
    "AgentDump": AmiCentre._dump,
    "AgentRingNoAnswer": AmiCentre._ring,
    "Cdr": AmiCentre._record,
    "VarSet": AmiCentre._variable,
    "UserEvent": AmiCentre._user_event,
    "QueueMemberAdded": AmiCentre._added,
    "QueueMemberRemoved": AmiCentre._removed,
    "QueueMemberPause": AmiCentre._paused,
    "AgentLogin": AmiCentre._login,
    "AgentLogoff": AmiCentre._login,
}
