"""Dialogue with Asterisk's manager interface: log in, ask who is there, listen."""

from __future__ import annotations

import hashlib

from wfm.telephony.live.ami_centre import AmiCentre
from wfm.telephony.live.ami_protocol import AmiParser, Message, action
from wfm.telephony.live.ami_snapshot import QueueSnapshot
from wfm.telephony.live.conversation import LoginRefusedError

__all__ = ["AmiConversation"]

_CHALLENGE, _LOGIN, _STATUS, _PING = "wfm-challenge", "wfm-login", "wfm-status", "wfm-ping"


class AmiConversation:
    """One connection to a manager interface.

    The secret itself never goes over the wire: the login answers a challenge (``AuthType: MD5``).

    Parameters
    ----------
    centre
        Outlives the connection.
    user, secret
        Of a section in the switch's manager.conf; ``read = agent,call,cdr,dialplan,user`` tells
        the most, ``read = agent`` is enough to count.
    """

    def __init__(self, centre: AmiCentre, user: str, secret: str) -> None:
        self._centre, self._user, self._secret = centre, user, secret
        self._parser = AmiParser()
        self._snapshot: QueueSnapshot | None = None
        self._ready = False

    @property
    def ready(self) -> bool:
        """Whether the snapshot is complete."""
        return self._ready

    def hello(self) -> bytes:
        """Ask for a challenge."""
        return action("Challenge", AuthType="MD5", ActionID=_CHALLENGE)

    def keep_alive(self) -> bytes:
        """Ask for a sign of life."""
        return action("Ping", ActionID=_PING)

    def goodbye(self) -> bytes:
        """Log off."""
        return action("Logoff")

    def receive(self, data: bytes, now: float) -> bytes:
        """Take in what came; give what is to be said.

        Raises
        ------
        LoginRefusedError
            When the switch does not let us in.
        """
        return b"".join(self._heard(message, now) for message in self._parser.feed(data))

    def _heard(self, message: Message, now: float) -> bytes:
        if "Response" in message:
            return self._answered(message)
        if self._snapshot is not None and message.get("ActionID") == _STATUS:
            if message.get("Event") == "QueueStatusComplete":
                self._snapshot.reconcile(now)
                self._snapshot, self._ready = None, True
            else:
                self._snapshot.feed(message)
            return b""
        self._centre.feed(message, now)
        return b""

    def _answered(self, message: Message) -> bytes:
        asked = message.get("ActionID")
        if message["Response"] == "Error" and asked in {_CHALLENGE, _LOGIN, _STATUS}:
            raise LoginRefusedError(message.get("Message", "no reason given"))
        if asked == _CHALLENGE:
            words = (message.get("Challenge", "") + self._secret).encode()
            key = hashlib.md5(words, usedforsecurity=False).hexdigest()
            return action("Login", AuthType="MD5", Username=self._user, Key=key, ActionID=_LOGIN)
        if asked == _LOGIN:
            self._snapshot = QueueSnapshot(self._centre)
            return action("QueueStatus", ActionID=_STATUS)
        return b""
