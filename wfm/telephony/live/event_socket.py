"""Dialogue with FreeSWITCH's event socket: log in, ask who is there, listen.

Headers, a blank line, and a body where ``Content-Length`` says so. Every command has one reply, in
the order of the commands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from wfm.telephony.freeswitch_centre import blocks_of
from wfm.telephony.live.conversation import BrokenStreamError, LoginRefusedError
from wfm.telephony.live.freeswitch_live import FreeswitchLive, Row
from wfm.telephony.visits import Visit

__all__ = ["EventSocketConversation", "EventSocketParser", "Frame"]

_LONGEST = 1 << 24


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: its headers, and its body where it has one."""

    headers: dict[str, str]
    body: str = ""

    @property
    def kind(self) -> str:
        """What the message is, like ``auth/request`` or ``text/event-plain``."""
        return self.headers.get("Content-Type", "")


class EventSocketParser:
    """Messages of a stream that may be cut anywhere.

    Examples
    --------
    >>> parser = EventSocketParser()
    >>> parser.feed(b"Content-Type: api/response\\nContent-Length: 4\\n\\n+O")
    []
    >>> [frame.body for frame in parser.feed(b"K\\nContent-")]
    ['+OK\\n']
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Messages that are whole now.

        Raises
        ------
        BrokenStreamError
            When a length is none, or a message is longer than any can be.
        """
        self._rest += data
        frames = []
        while (frame := self._next()) is not None:
            if frame.headers:
                frames.append(frame)
        if len(self._rest) > _LONGEST:
            raise BrokenStreamError("a message without an end")
        return frames

    def _next(self) -> Frame | None:
        head, blank, rest = self._rest.partition(b"\n\n")
        if not blank:
            return None
        headers = {}
        for line in head.decode("utf-8", "replace").split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip()] = value.strip()
        length = headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or not int(length[:9]) <= _LONGEST:
            raise BrokenStreamError("Content-Length is no length")
        if len(rest) < int(length):
            return None
        body, self._rest = rest[: int(length)], rest[int(length) :]
        return Frame(headers, body.decode("utf-8", "replace"))


class EventSocketConversation:
    """One connection to an event socket.

    Parameters
    ----------
    centre
        Outlives the connection.
    secret
        Password of event_socket.conf. The protocol sends it in the clear: stay on one machine, or
        go through a tunnel.
    """

    def __init__(self, centre: FreeswitchLive, secret: str) -> None:
        self._centre, self._secret = centre, secret
        self._parser = EventSocketParser()
        self._replies: deque[Callable[[Frame, float], bytes]] = deque()
        self._members: list[Row] = []
        self._known: list[Visit] = []
        self._ready = False

    @property
    def ready(self) -> bool:
        """Whether we know who is there."""
        return self._ready

    def hello(self) -> bytes:
        """Nothing: the switch speaks first."""
        return b""

    def keep_alive(self) -> bytes:
        """Ask for a sign of life."""
        return self._api("uptime", lambda *_: b"")

    def goodbye(self) -> bytes:
        """Log off."""
        return b"exit\n\n"

    def receive(self, data: bytes, now: float) -> bytes:
        """Take in what came; give what is to be said.

        Raises
        ------
        LoginRefusedError
            When the switch does not let us in.
        BrokenStreamError
            When it speaks another protocol.
        """
        return b"".join(self._heard(frame, now) for frame in self._parser.feed(data))

    def _heard(self, frame: Frame, now: float) -> bytes:
        match frame.kind:
            case "auth/request":
                return self._say(f"auth {self._secret}", self._let_in)
            case "text/rude-rejection":
                raise LoginRefusedError("this address may not connect (access list)")
            case "text/event-plain":
                for block in blocks_of(frame.body):
                    self._centre.feed(block)
            case "command/reply" | "api/response" if self._replies:
                return self._replies.popleft()(frame, now)
        return b""

    def _say(self, command: str, then: Callable[[Frame, float], bytes]) -> bytes:
        if "\n" in command or "\r" in command:
            raise ValueError("a command may not hold a line break")
        self._replies.append(then)
        return f"{command}\n\n".encode()

    def _api(self, command: str, then: Callable[[Frame, float], bytes]) -> bytes:
        return self._say(f"api {command}", then)

    def _let_in(self, frame: Frame, _: float) -> bytes:
        reply = frame.headers.get("Reply-Text", "")
        if not reply.startswith("+OK"):
            raise LoginRefusedError(reply.removeprefix("-ERR").strip() or "no reason given")
        self._known = list(self._centre.centre.open.values())
        events = self._say("event plain HEARTBEAT CUSTOM callcenter::info", self._subscribed)
        return events + self._api("callcenter_config queue list", self._queues)

    @staticmethod
    def _subscribed(frame: Frame, _: float) -> bytes:
        if not frame.headers.get("Reply-Text", "").startswith("+OK"):
            raise LoginRefusedError("no events of callcenter::info")
        return b""

    def _queues(self, frame: Frame, _: float) -> bytes:
        names = [row["name"] for row in _rows(frame.body) if row.get("name")]
        self._centre.know(names)
        lists = [
            self._api(f"callcenter_config queue list members {name}", self._member_list)
            for name in names
            if "\n" not in name
        ]
        return b"".join([*lists, self._api("callcenter_config agent list", self._agents)])

    def _member_list(self, frame: Frame, _: float) -> bytes:
        self._members += _rows(frame.body)
        return b""

    def _agents(self, frame: Frame, now: float) -> bytes:
        agents = _rows(frame.body)
        self._centre.reconcile(self._members, agents, known=self._known, now=now)
        self._members, self._ready = [], True
        return b""


def _rows(text: str) -> list[Row]:
    """Rows of one of the module's lists: names in the first line, ``|`` between cells."""
    lines = [line for line in text.splitlines() if "|" in line]
    names = lines[0].split("|") if lines else []
    return [dict(zip(names, line.split("|"), strict=False)) for line in lines[1:]]
