"""Events of FreeSWITCH's mod_callcenter, one by one, into visits and agents' time.

Source of every rule: a recorded FreeSWITCH 1.11, TELEPHONY.md section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from wfm.telephony.callers import WITHHELD, caller_hash
from wfm.telephony.findings import Case, Findings
from wfm.telephony.visits import AgentSpan, Ending, Outcome, Visit

__all__ = ["Block", "FreeswitchCentre", "blocks_of"]

_CANCELLED = {
    "NONE": Outcome.ABANDONED,
    "BREAK_OUT": Outcome.ABANDONED,
    "TIMEOUT": Outcome.TIMEOUT,
    "NO_AGENT_TIMEOUT": Outcome.TIMEOUT,
    "EXIT_WITH_KEY": Outcome.KEY,
}


@dataclass(frozen=True, slots=True)
class Block:
    """One event: its headers, and the line it begins in."""

    row: int
    headers: dict[str, str]

    def get(self, name: str) -> str:
        """Value of a header, empty where it is missing."""
        return self.headers.get(name, "")

    def seconds(self, name: str) -> int:
        """Whole seconds of a header; ValueError where it is none."""
        text = self.get(name)
        if not (text.isascii() and text.isdigit()) or len(text) > 12:
            raise ValueError(f"{name} is no time")
        return int(text)

    @property
    def epoch(self) -> int:
        """When it happened, in whole seconds as the module itself counts."""
        stamp = self.get("Event-Date-Timestamp")
        if not (stamp.isascii() and stamp.isdigit()) or len(stamp) != 16:
            raise ValueError("Event-Date-Timestamp is no time")
        return int(stamp) // 1_000_000


@dataclass(slots=True)
class FreeswitchCentre:
    """Who waits and who talks, event by event.

    Parameters
    ----------
    open
        Visits that go on, by member.
    sessions
        Calls that have been in a queue, with their last entry [epoch s].
    spans
        Stretches of agents' time that go on, by agent and kind.
    caller_key
        Key that callers' numbers are hashed with; they are dropped when None.
    """

    findings: Findings
    last_epoch: int = 0
    open: dict[str, Visit] = field(default_factory=dict)
    closed: list[Visit] = field(default_factory=list)
    sessions: dict[str, float] = field(default_factory=dict)
    spans: dict[tuple[str, str], AgentSpan] = field(default_factory=dict)
    past_spans: list[AgentSpan] = field(default_factory=list)
    caller_key: bytes | None = None

    def feed(self, block: Block) -> None:
        """Take in one event."""
        self.last_epoch = block.epoch
        handler = _HANDLERS.get(block.get("CC-Action"))
        if handler is not None:
            handler(self, block)

    def start(self, block: Block) -> None:
        """Begin a visit; one that is taken up again after a hang-up is a visit of its own."""
        member, queue = block.get("CC-Member-UUID"), block.get("CC-Queue")
        if not (member and queue):
            raise ValueError("no member or no queue")
        session = block.get("CC-Member-Session-UUID")
        caller = block.get("CC-Member-CID-Number").strip().lower()
        resumed = block.get("CC-Action") == "member-queue-resume"
        earlier = self.open.pop(member, None)
        if earlier is not None:
            self._close(earlier, block.epoch, Outcome.LOST)
        first = not resumed and session not in self.sessions
        visit = Visit(member, queue, block.epoch, first, caller not in WITHHELD)
        visit.caller = caller_hash(caller, self.caller_key)
        self.open[member] = visit
        if session:
            self.sessions[session] = block.epoch

    def answer(self, block: Block) -> None:
        """Connect to an agent."""
        visit = self._visit(block)
        if visit is not None:
            connected = block.seconds("CC-Agent-Answered-Time")
            visit.outcome, visit.agent = Outcome.ANSWERED, block.get("CC-Agent")
            visit.connected = connected
            visit.wait_s = max(connected - block.seconds("CC-Member-Joined-Time"), 0)
            visit.ring_s = max(connected - block.seconds("CC-Agent-Called-Time"), 0)

    def hang_up(self, block: Block) -> None:
        """End the talk."""
        visit = self._visit(block)
        if visit is not None and visit.connected is not None:
            ended = block.seconds("CC-Bridge-Terminated-Time")
            visit.talk_s, visit.closed = max(ended - visit.connected, 0), ended

    def leave(self, block: Block) -> None:
        """End a visit; a time-out that lost its race against the answer ends nothing."""
        visit = self._visit(block)
        if visit is None:
            return
        left = block.seconds("CC-Member-Leaving-Time")
        if visit.connected is not None:
            if block.get("CC-Cause") == "Cancel":
                case = Case(block.row, block.get("CC-Cancel-Reason"), visit.queue)
                self.findings.note("late-cancel", "counted as answered", [case])
                return
            if visit.closed is None:
                visit.talk_s, visit.closed = max(left - visit.connected, 0), left
            visit.ending = Ending.CALLER
            self.closed.append(self.open.pop(visit.call))
            return
        visit.wait_s = max(left - block.seconds("CC-Member-Joined-Time"), 0)
        reason = block.get("CC-Cancel-Reason")
        self._close(self.open.pop(visit.call), left, _CANCELLED.get(reason, Outcome.WITHDRAWN))

    def fail(self, block: Block) -> None:
        """Count a ring that no agent took; a phone that still rang when the caller left is none."""
        visit = self.open.get(block.get("CC-Member-UUID"))
        if visit is not None:
            visit.rings.append(block.epoch)

    def change(self, block: Block) -> None:
        """Begin an agent's next status (of the day) or state (of the call)."""
        kind = "status" if block.get("CC-Action") == "agent-status-change" else "state"
        agent = block.get("CC-Agent")
        if not agent:
            raise ValueError("no agent")
        span = self.spans.get((agent, kind))
        if span is not None:
            span.end, span.ended_by = block.epoch, "closed"
            self.past_spans.append(span)
        value = block.get("CC-Agent-Status" if kind == "status" else "CC-Agent-State")
        self.spans[agent, kind] = AgentSpan(agent, "", kind, block.epoch, reason=value)

    def automatic(self, block: Block) -> None:
        """Note a break that the module, not the agent, began."""
        case = Case(block.row, f"{block.get('CC-Agent')} {block.get('CC-Agent-No-Answer-Status')}")
        self.findings.note("automatic-break", "not a break of the agent", [case])

    def visits(self) -> list[Visit]:
        """All visits by entry; who waits at the end is lost, who talks is open."""
        still = [
            replace(visit, outcome=Outcome.LOST, closed=visit.entered)
            if visit.connected is None
            else replace(visit, ending=visit.ending or Ending.OPEN)
            for visit in self.open.values()
        ]
        return sorted(self.closed + still, key=lambda visit: visit.entered)

    def agent_spans(self) -> list[AgentSpan]:
        """All stretches; the last ones are open."""
        still = [
            replace(span, end=self.last_epoch, ended_by="open") for span in self.spans.values()
        ]
        return self.past_spans + still

    def forget(self, before: float) -> None:
        """Forget what ended, and calls that last entered a queue, before a moment."""
        self.closed = [visit for visit in self.closed if (visit.closed or 0.0) >= before]
        self.past_spans = [span for span in self.past_spans if (span.end or 0.0) >= before]
        self.sessions = {name: at for name, at in self.sessions.items() if at >= before}

    def _visit(self, block: Block) -> Visit | None:
        visit = self.open.get(block.get("CC-Member-UUID"))
        if visit is None:
            case = Case(block.row, block.get("CC-Action"), block.get("CC-Queue") or None)
            self.findings.note("event-without-entry", "not counted", [case])
        return visit

    def _close(self, visit: Visit, epoch: float, outcome: Outcome) -> None:
        visit.outcome, visit.closed = outcome, epoch
        self.closed.append(visit)


_HANDLERS: dict[str, Callable[[FreeswitchCentre, Block], None]] = {
    "member-queue-start": FreeswitchCentre.start,
    "member-queue-resume": FreeswitchCentre.start,
    "bridge-agent-start": FreeswitchCentre.answer,
    "bridge-agent-end": FreeswitchCentre.hang_up,
    "bridge-agent-fail": FreeswitchCentre.fail,
    "member-queue-end": FreeswitchCentre.leave,
    "agent-status-change": FreeswitchCentre.change,
    "agent-state-change": FreeswitchCentre.change,
    "agent-max-no-answer": FreeswitchCentre.automatic,
}


def blocks_of(text: str) -> Iterator[Block]:
    """Events of a file; headers of no callcenter event are skipped."""
    headers: dict[str, str] = {}
    begun = 1
    for row, line in enumerate([*text.splitlines(), ""], start=1):
        name, colon, value = line.partition(":")
        if colon:
            if not headers:
                begun = row
            headers[name.strip()] = unquote(value.strip())
        elif not line.strip():
            if "CC-Action" in headers:
                yield Block(begun, headers)
            headers = {}
