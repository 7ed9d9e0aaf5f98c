"""What the watch asks of a switch's protocol, whichever it is."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from wfm.telephony.visits import AgentSpan, Visit

__all__ = ["BrokenStreamError", "Conversation", "LiveCentre", "LoginRefusedError"]


class LoginRefusedError(Exception):
    """The switch does not let us in; trying again with the same secret would not help."""


class BrokenStreamError(Exception):
    """What came is not the switch's protocol; a new connection may do better."""


class LiveCentre(Protocol):
    """Who waits, who talks and what the agents do, as the events of a switch tell it."""

    def visits(self) -> list[Visit]:
        """Visits of the last days; who still waits counts as lost until the outcome comes."""

    def spans(self, now: float) -> list[AgentSpan]:
        """Stretches of agents' time of the last days; those that go on end ``now``."""

    def queues(self) -> set[str]:
        """Queues known, those without calls too."""

    def take_issues(self) -> pd.DataFrame:
        """Events that could not be counted (:data:`wfm.schema.ISSUE`), each given once."""

    def dump(self) -> str:
        """State as JSON text, to go on from; old days are forgotten."""


class Conversation(Protocol):
    """One connection's dialogue: bytes in, bytes out."""

    @property
    def ready(self) -> bool:
        """Whether we are let in and know who is there."""

    def hello(self) -> bytes:
        """First words."""

    def receive(self, data: bytes, now: float) -> bytes:
        """Take in what came; give what is to be said.

        Raises
        ------
        LoginRefusedError
            When the switch does not let us in.
        BrokenStreamError
            When it speaks another protocol.
        """

    def keep_alive(self) -> bytes:
        """Words that the switch must answer."""

    def goodbye(self) -> bytes:
        """Last words."""
