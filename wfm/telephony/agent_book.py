"""Stretches of agent time of a log that is being read: login, membership, pause, talk."""

from __future__ import annotations

from dataclasses import replace

from wfm.telephony.visits import AgentSpan

__all__ = ["AgentBook"]

_Key = tuple[str, str, str]
"""State, agent, queue."""


class AgentBook:
    """One open stretch per state, agent and queue."""

    def __init__(self) -> None:
        self._open: dict[_Key, AgentSpan] = {}
        self.closed: list[AgentSpan] = []

    def begin(self, state: str, agent: str, queue: str, epoch: float, reason: str = "") -> None:
        """Begin a stretch; a repeat while one is open changes nothing (Break, then Lunch).

        So two calls at once make one stretch of talk, which the first end closes.
        """
        key = (state, agent, queue)
        if key not in self._open:
            self._open[key] = AgentSpan(agent, queue, state, epoch, reason=reason)

    def end(self, state: str, agent: str, queue: str, epoch: float, by: str = "closed") -> None:
        """End a stretch; nothing where none is open."""
        span = self._open.pop((state, agent, queue), None)
        if span is not None:
            span.end, span.ended_by = epoch, by
            self.closed.append(span)

    def restart(self, epoch: float) -> None:
        """Cut off all talk, and unpause the members that the configuration brings back.

        Members that were added come back as they were, even paused, with no line about it
        (``persistentmembers=yes``, the default); agents stay logged in.
        """
        for state, agent, queue in list(self._open):
            if state == "talk":
                self.end(state, agent, queue, epoch, "cut")
            elif state == "pause" and ("member", agent, queue) not in self._open:
                self.end(state, agent, queue, epoch, "restart")

    def all_spans(self, epoch: float) -> list[AgentSpan]:
        """Closed stretches, and the open ones up to the end of the log."""
        still = [replace(span, end=epoch, ended_by="open") for span in self.open_spans()]
        return self.closed + still

    def open_spans(self) -> list[AgentSpan]:
        """Stretches without an end."""
        return list(self._open.values())

    def adopt(self, span: AgentSpan) -> None:
        """Take up an open stretch that an earlier reading left."""
        self._open[span.state, span.agent, span.queue] = span
