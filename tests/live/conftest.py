"""Switches of our own on real TCP sockets: they speak recorded bytes, cut and slow as asked."""

from __future__ import annotations

import contextlib
import hashlib
import random
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest


@dataclass
class Session:
    """One connection: the recorded events that it plays, and how.

    ``piece`` more bytes of the event behind the last one are sent before the connection is cut; the
    last session stays open. ``restarted``: the switch itself went down before it.
    """

    first: int
    last: int
    piece: int = 0
    restarted: bool = False


@dataclass
class ReplayServer:
    """What both protocols share: a socket, a thread, the recording's clock.

    What a switch says to which words is in the classes below.
    """

    events: list[bytes]
    sessions: list[Session]
    secret: str = "hunter2"
    seed: int = 1
    largest_chunk: int = 4096
    mute: bool = False
    tls: ssl.SSLContext | None = None
    now: float = 0.0
    heard: list[str] = field(default_factory=list)
    finished: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        """Listen on a free port."""
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.port = self._socket.getsockname()[1]
        self._random = random.Random(self.seed)
        self._place = 0
        self.now = self.moment(self.events[0]) if self.events else 1e9
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """End the thread; tell what went wrong in it."""
        self._stopping.set()
        self._thread.join()
        self._socket.close()
        if self.failure is not None:
            raise self.failure

    def _serve(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._socket.accept()
                try:
                    with self._agreed(connection) as agreed:
                        self._converse(agreed)
                except (ConnectionError, ssl.SSLError):
                    continue
                except Exception as error:
                    self.failure = error
                    self.finished.set()
                    return

    def _agreed(self, connection: socket.socket) -> socket.socket:
        if self.tls is not None:
            connection.settimeout(5)
            connection = self.tls.wrap_socket(connection, server_side=True)
        connection.settimeout(0.05)
        return connection

    def _converse(self, connection: socket.socket) -> None:
        session = self.sessions[min(self.connections, len(self.sessions) - 1)]
        self.connections += 1
        rest = b""
        playing = False
        self._send(connection, self.greeting)
        while not self._stopping.is_set():
            try:
                data = connection.recv(4096)
            except TimeoutError:
                continue
            if not data:
                return
            *asked, rest = (rest + data).split(self.command_end)
            for command in map(bytes.decode, asked):
                self.heard.append(command)
                if playing and self.is_ping(command):
                    # the watch asks only after silence: it has heard all that was said
                    self.finished.set()
                if self.mute:
                    continue
                self._send(connection, self.answer(command, session))
                if self.lets_events_flow(command) and not playing:
                    playing = True
                    self._play(connection, session)
                    if session is not self.sessions[-1]:
                        return

    def _play(self, connection: socket.socket, session: Session) -> None:
        for event in self.events[session.first : session.last]:
            self.pass_by(event)
            self.now = max(self.now, self.moment(event))
            self._send(connection, self.framed(event))
        self._place = session.last
        if session.piece:
            self._send(connection, self.framed(self.events[session.last])[: session.piece])

    def catch_up(self, session: Session) -> None:
        """Let the events that nobody heard pass, before the snapshot."""
        if session.restarted:
            self.go_down()
        for event in self.events[self._place : session.first]:
            self.pass_by(event)
        self._place = session.first
        if session.first < len(self.events):
            self.now = max(self.now, self.moment(self.events[session.first]))

    def _send(self, connection: socket.socket, data: bytes) -> None:
        connection.settimeout(5)
        while data:
            size = self._random.randint(1, self.largest_chunk)
            connection.sendall(data[:size])
            data = data[size:]
        connection.settimeout(0.05)


def headers(block: str) -> dict[str, str]:
    """Headers of a message, taken apart in the plainest way."""
    pairs = (line.split(":", 1) for line in block.replace("\r", "").split("\n") if ":" in line)
    return {name: value.strip() for name, value in pairs}


def message(**facts: str) -> bytes:
    """One message of a manager interface."""
    return "".join(f"{name}: {value}\r\n" for name, value in facts.items()).encode() + b"\r\n"


@dataclass
class AmiServer(ReplayServer):
    """An Asterisk's manager interface."""

    user: str = "wfm"
    challenge: str = "840415273"
    oddities: bytes = b"Event: Newfangled\r\nVariable: a=1\r\nVariable: b: 2\r\nOutput: x\r\n\r\n"
    greeting = b"Asterisk Call Manager/9.0.0\r\n"
    command_end = b"\r\n\r\n"

    def __post_init__(self) -> None:
        """Nobody waits; the members are those of the events."""
        self.waiting: dict[tuple[str, str], dict[str, str]] = {}
        self.members: dict[tuple[str, str], dict[str, str]] = {}
        # when the first of two calls ends, the switch forgets the other, the phone does not
        self.busy: set[tuple[str, str]] = set()
        self.talks: Counter[tuple[str, str]] = Counter()
        self.queues: set[str] = set()
        super().__post_init__()

    def is_ping(self, command: str) -> bool:
        """Ping."""
        return headers(command).get("Action") == "Ping"

    def lets_events_flow(self, command: str) -> bool:
        """After the snapshot."""
        return headers(command).get("Action") == "QueueStatus"

    def answer(self, command: str, session: Session) -> bytes:
        """Challenge, login, snapshot, pong."""
        asked = headers(command)
        said = {"ActionID": asked.get("ActionID", "")}
        match asked.get("Action"):
            case "Challenge":
                return message(Response="Success", **said, Challenge=self.challenge)
            case "Login":
                key = hashlib.md5((self.challenge + self.secret).encode()).hexdigest()
                if (asked.get("Username"), asked.get("Key")) != (self.user, key):
                    return message(Response="Error", **said, Message="Authentication failed")
                booted = message(Event="FullyBooted", Privilege="system,all", Uptime="7")
                return message(Response="Success", **said, Message="Accepted") + booted
            case "QueueStatus":
                self.catch_up(session)
                return self.oddities + self.snapshot(said)
            case "Ping":
                return message(Response="Success", **said, Ping="Pong", Timestamp="1.0")
        return b""

    def snapshot(self, said: dict[str, str]) -> bytes:
        """Who waits and who is there."""
        parts = [message(Response="Success", **said, EventList="start")]
        parts += [
            message(Event="QueueParams", Queue=queue, Max="0", Calls="0", **said)
            for queue in sorted(self.queues)
        ]
        for (name, queue), member in self.members.items():
            facts = {k: v for k, v in member.items() if k not in {"Event", "MemberName", "Queue"}}
            facts["InCall"] = "1" if (name, queue) in self.busy else "0"
            if self.talks[name, queue]:
                facts["Status"] = "2"
            parts.append(message(Event="QueueMember", Queue=queue, Name=name, **facts, **said))
        for (call, queue), join in self.waiting.items():
            wait = int(self.now) - int(float(join.get("Timestamp", self.now)))
            number = join.get("CallerIDNum", "")
            facts = {"Uniqueid": call, "CallerIDNum": number, "Wait": str(wait)}
            parts.append(message(Event="QueueEntry", Queue=queue, **facts, **said))
        parts.append(message(Event="QueueStatusComplete", **said, EventList="Complete"))
        return b"".join(parts)

    def framed(self, event: bytes) -> bytes:
        """CR LF, as the switch sent it."""
        return event.replace(b"\n", b"\r\n") + b"\r\n\r\n"

    def moment(self, event: bytes) -> float:
        """The switch's own stamp, where it stamps its events."""
        return float(headers(event.decode()).get("Timestamp", 0))

    def pass_by(self, event: bytes) -> None:
        """Who waits, who is a member, who talks."""
        facts = headers(event.decode())
        queue = facts.get("Queue", "")
        member = (facts.get("MemberName", ""), queue)
        caller = (facts.get("Uniqueid", ""), queue)
        match facts["Event"]:
            case "QueueCallerJoin":
                self.queues.add(queue)
                self.waiting[caller] = facts
            case "QueueCallerLeave" | "QueueCallerAbandon":
                self.waiting.pop(caller, None)
            case "AgentConnect":
                self.busy.add(member)
                self.talks[member] += 1
            case "AgentComplete":
                self.busy.discard(member)
                self.talks[member] -= 1
            case "QueueMemberRemoved":
                self.members.pop(member, None)
            case "QueueMemberAdded" | "QueueMemberStatus" | "QueueMemberPause":
                self.members[member] = facts

    def go_down(self) -> None:
        """Callers and talks are gone; members of the configuration are unpaused."""
        self.waiting.clear()
        self.busy.clear()
        self.talks.clear()
        for member in self.members.values():
            if member.get("Membership") != "dynamic":
                member["Paused"] = "0"


@dataclass
class EventSocketServer(ReplayServer):
    """A FreeSWITCH's event socket with mod_callcenter."""

    greeting = b"Content-Type: auth/request\n\n"
    command_end = b"\n\n"

    def __post_init__(self) -> None:
        """Nobody waits, nobody has logged in."""
        self.callers: dict[str, dict[str, str]] = {}
        self.agents: dict[str, dict[str, str]] = {}
        self.queues: set[str] = set()
        self.let_in = False
        super().__post_init__()

    def is_ping(self, command: str) -> bool:
        """Any question that comes after the lists."""
        return command == "api uptime"

    def lets_events_flow(self, command: str) -> bool:
        """After the last list."""
        return command == "api callcenter_config agent list"

    def answer(self, command: str, session: Session) -> bytes:
        """Password, subscription, lists."""
        if command.startswith("auth "):
            self.let_in = command == f"auth {self.secret}"
            return reply("+OK accepted" if self.let_in else "-ERR invalid")
        if not self.let_in:
            return reply("-ERR command not found")
        if command.startswith("event plain"):
            self.catch_up(session)
            return reply("+OK event listener enabled plain")
        return self.list_of(command.removeprefix("api callcenter_config ").split())

    def list_of(self, words: list[str]) -> bytes:
        """Queues, members of a queue, agents; of anything else a number."""
        names, rows = "", ["123"]
        match words:
            case ["queue", "list"]:
                names, rows = "name|strategy", [f"{queue}|x" for queue in sorted(self.queues)]
            case ["queue", "list", "members", queue]:
                names = "queue|uuid|joined_epoch|bridge_epoch|serving_agent|state"
                rows = [
                    f"{queue}|{uuid}|{c['joined']}|{c['bridged']}|{c['agent']}|{c['state']}"
                    for uuid, c in self.callers.items()
                    if c["queue"] == queue
                ]
            case ["agent", "list"]:
                names = "name|status|state|last_status_change"
                rows = [
                    f"{name}|{facts.get('status', '')}|{facts.get('state', '')}|0"
                    for name, facts in self.agents.items()
                ]
        return listed(names, rows)

    def framed(self, event: bytes) -> bytes:
        """Values URL-encoded in a body with its length, as the socket sends them."""
        pairs = (line.split(": ", 1) for line in event.decode().split("\n") if ": " in line)
        body = "".join(f"{name}: {quote(value)}\n" for name, value in pairs) + "\n"
        kind = "Content-Type: text/event-plain"
        return f"Content-Length: {len(body.encode())}\n{kind}\n\n{body}".encode()

    def moment(self, event: bytes) -> float:
        """The switch's own stamp."""
        return int(headers(event.decode())["Event-Date-Timestamp"]) / 1e6

    def pass_by(self, event: bytes) -> None:
        """Who waits, who talks, what the agents do."""
        facts = headers(event.decode())
        caller, agent = facts.get("CC-Member-UUID", ""), facts.get("CC-Agent", "")
        match facts.get("CC-Action"):
            case "member-queue-start" | "member-queue-resume":
                self.queues.add(facts["CC-Queue"])
                joined = str(int(self.moment(event)))
                fresh = {"joined": joined, "bridged": "0", "agent": "", "state": "Waiting"}
                self.callers[caller] = {**fresh, "queue": facts["CC-Queue"]}
            case "bridge-agent-start" if caller in self.callers:
                answered = facts["CC-Agent-Answered-Time"]
                talks = {"bridged": answered, "agent": agent, "state": "Answered"}
                self.callers[caller] |= talks
            case "member-queue-end" if caller in self.callers:
                raced = self.callers[caller]["state"] == "Answered"
                if not (raced and facts.get("CC-Cause") == "Cancel"):
                    del self.callers[caller]
            case "agent-status-change":
                self.agents.setdefault(agent, {})["status"] = facts["CC-Agent-Status"]
            case "agent-state-change":
                self.agents.setdefault(agent, {})["state"] = facts["CC-Agent-State"]

    def go_down(self) -> None:
        """Nothing is kept."""
        self.callers.clear()


def reply(text: str) -> bytes:
    """Reply to a command of the event socket."""
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def listed(names: str, rows: list[str]) -> bytes:
    """One of the module's lists."""
    body = "\n".join([names, *rows, "+OK", ""]).lstrip("\n")
    return f"Content-Type: api/response\nContent-Length: {len(body)}\n\n{body}".encode()


@pytest.fixture
def serve() -> Iterator:
    """Start a server; it is ended with the test."""
    with contextlib.ExitStack() as stack:

        def start(kind: str, events: list[bytes], sessions: list | None = None, **how):
            made = {"ami": AmiServer, "esl": EventSocketServer}[kind]
            plan = [Session(**each) for each in sessions or [{"first": 0, "last": len(events)}]]
            server = made(events, plan, **how)
            stack.callback(server.close)
            return server

        yield start
