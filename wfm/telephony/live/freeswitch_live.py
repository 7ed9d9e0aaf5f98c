"""Events of a running mod_callcenter → visits and agents' time, over any number of connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from wfm.telephony.findings import Case, Findings
from wfm.telephony.freeswitch_centre import Block, FreeswitchCentre
from wfm.telephony.freeswitch_state import dump_centre, load_centre
from wfm.telephony.live.defects import take_issues
from wfm.telephony.visits import AgentSpan, Ending, Outcome, Visit

__all__ = ["FreeswitchLive", "Row"]

Row = Mapping[str, str]
"""Cells of a row of one of the module's lists, by column."""

_DAY_S = 86_400
_KEPT_DAYS = 2


class FreeswitchLive:
    """Who waits, who talks and what the agents do.

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
    """

    def __init__(self, source: str, state: str | None = None) -> None:
        self._findings = Findings(source)
        self.centre = (
            FreeswitchCentre(self._findings)
            if state is None
            else load_centre(state, self._findings)
        )
        self._queues: set[str] = set()

    def feed(self, block: Block) -> None:
        """Take in one event; one that cannot be read becomes an issue."""
        try:
            self.centre.feed(block)
        except ValueError as error:
            case = Case(0, str(error), effect_contacts=None)
            self._findings.note("malformed-event", "event left out", [case])
        if block.get("CC-Queue"):
            self._queues.add(block.get("CC-Queue"))

    def visits(self) -> list[Visit]:
        """Visits of the last days; who still waits counts as lost until the outcome comes."""
        return self.centre.visits()

    def spans(self, now: float) -> list[AgentSpan]:
        """Stretches of agents' time of the last days; those that go on end ``now``."""
        still = [replace(s, end=now, ended_by="open") for s in self.centre.spans.values()]
        return self.centre.past_spans + still

    def queues(self) -> set[str]:
        """Queues that the switch has named."""
        return set(self._queues)

    def take_issues(self) -> pd.DataFrame:
        """Events that could not be counted, late cancels and automatic breaks, each once."""
        return take_issues(self._findings)

    def dump(self) -> str:
        """State as JSON text; what ended before the day before yesterday is forgotten."""
        self.centre.forget((self.centre.last_epoch // _DAY_S - _KEPT_DAYS) * _DAY_S)
        return dump_centre(self.centre)

    # -- who is there after a cut ---------------------------------------------------------------

    def know(self, queues: list[str]) -> None:
        """Note the queues that there are."""
        self._queues.update(queues)

    def reconcile(
        self, members: list[Row], agents: list[Row], *, known: list[Visit], now: float
    ) -> None:
        """Bring what is known in line with the module's own lists.

        Parameters
        ----------
        members, agents
            Rows of ``queue list members`` of every queue, and of ``agent list``.
        known
            Visits that were open when they were asked for: only these may have ended unheard.

        Notes
        -----
        A member who has hung up may stay in the list as Abandoned, to be taken up again.
        """
        there = {row.get("uuid", ""): row for row in members if row.get("state") != "Abandoned"}
        for visit in known:
            if visit.call not in there and self.centre.open.get(visit.call) is visit:
                self._end_unseen(visit, now)
        for member, row in there.items():
            if member and row.get("queue") and member not in self.centre.open:
                self._take_up(member, row, now)
        for row in agents:
            for kind in ("status", "state"):
                self._agent(row, kind, now)

    def _end_unseen(self, visit: Visit, now: float) -> None:
        """Close a visit that ended while nobody listened."""
        if visit.connected is None:
            visit.outcome = Outcome.LOST
        else:
            visit.ending = visit.ending or Ending.CUT
        visit.closed = visit.closed or now
        self.centre.closed.append(self.centre.open.pop(visit.call))

    def _take_up(self, member: str, row: Row, now: float) -> None:
        """Begin a visit that began unseen."""
        entered = _epoch(row, "joined_epoch") or now
        visit = Visit(member, row["queue"], entered)
        answered = _epoch(row, "bridge_epoch")
        if row.get("state") == "Answered" and answered:
            visit.outcome, visit.agent = Outcome.ANSWERED, row.get("serving_agent", "")
            visit.connected, visit.wait_s = answered, max(answered - entered, 0.0)
        self.centre.open[member] = visit
        self._queues.add(row["queue"])

    def _agent(self, row: Row, kind: str, now: float) -> None:
        """Begin an agent's status or state where another one is known, or none."""
        agent, value = row.get("name", ""), row.get(kind, "")
        span = self.centre.spans.get((agent, kind))
        if not (agent and value) or (span is not None and span.reason == value):
            return
        since = (_epoch(row, "last_status_change") if kind == "status" else 0.0) or now
        if span is not None:
            since = max(since, span.start)
            span.end, span.ended_by = since, "closed"
            self.centre.past_spans.append(span)
        self.centre.spans[agent, kind] = AgentSpan(agent, "", kind, since, reason=value)


def _epoch(row: Row, name: str) -> float:
    text = row.get(name, "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0
