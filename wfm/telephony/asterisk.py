"""Asterisk's queue_log → visits, agent time and intervals; FreePBX, Issabel, Wazo and VitalPBX too.

Reads any number of files of one log (rotated, packed, cut anywhere) in one go or in instalments.
Source of every rule: recordings of a real Asterisk 22, TELEPHONY.md section 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from wfm.telephony.asterisk_reading import AsteriskReading, twin
from wfm.telephony.asterisk_state import AsteriskState
from wfm.telephony.visit_fold import RunningSums
from wfm.telephony.visit_import import VisitImport
from wfm.telephony.visits import agent_frame, ring_frame, visit_frame

__all__ = ["AsteriskImport", "read_asterisk"]

_AT_ONCE = 50_000
"""Visits that may gather before those of earlier days are counted and let go."""


@dataclass(frozen=True, slots=True)
class AsteriskImport(VisitImport):
    """Visits of a queue_log, and where its reading stopped.

    Parameters
    ----------
    state
        What the next instalment needs.
    """

    state: AsteriskState = field(default_factory=AsteriskState)

    @property
    def resume(self) -> str:
        """State as text, for :meth:`AsteriskState.load`."""
        return self.state.dump()


def read_asterisk(
    paths: Sequence[str | Path],
    state: AsteriskState | None = None,
    *,
    caller_key: bytes | None = None,
    sums: RunningSums | None = None,
) -> AsteriskImport:
    """Visits, agent time and issues of the files of one queue_log.

    Parameters
    ----------
    paths
        Files of one log in any order: ``queue_log``, ``queue_log.0``, ``queue_log-20260302.gz`` …
    state
        Where an earlier reading stopped; what it read is not read again. It is not changed.
    caller_key
        Key to hash callers' numbers with, so that those who call again can be told; without it the
        numbers are dropped.
    sums
        Where visits of earlier days are counted instead of being kept: memory then holds the open
        visits and those of the last three days, however long the log. They are not in ``visits``.

    Raises
    ------
    InputError
        When a file cannot be read.

    Notes
    -----
    Calls that the switch refuses (queue full, nobody there) leave no line at all, so demand is
    under-counted by them. Lines that are none, events of calls that never entered and events with
    unknown names become issues, never errors.
    """
    state = AsteriskState() if state is None else _copied(state)
    log, found = state.log, AsteriskReading()
    log.caller_key = caller_key
    lines_read, room, whole_from = 0, _AT_ONCE, state.whole_from
    spans: list[pd.DataFrame] = []
    for line in state.files.lines(paths):
        lines_read += 1
        found.feed(log, line)
        if sums is not None and len(log.visits.closed) >= room:
            spans.append(_counted(state, sums, found))
            room = len(log.visits.closed) + _AT_ONCE
    issues = found.issues(log)
    end = log
    if state.files.tail is not None:
        # a last line without an end may be a piece of one: seen in the result, not in the state
        end = twin(log)
        issues = found.with_last_line(end, state.files.tail[0])
    visits = end.all_visits()
    result = AsteriskImport(
        visits=visit_frame(visits),
        agents=_together([*spans, agent_frame(end.all_spans())]),
        rings=ring_frame(visits),
        lines_read=lines_read,
        issues=issues,
        whole_from=whole_from,
        sums=sums,
        queues=tuple(sorted(state.queues | {visit.queue for visit in visits})),
        state=state,
    )
    state.forget_old_days()
    return result


def _counted(state: AsteriskState, sums: RunningSums, found: AsteriskReading) -> pd.DataFrame:
    """Count what ended days ago, then let it go; give back the agents' time of those days."""
    visits, agents, cut = state.log.visits, state.log.agents, state.cut
    old = [visit for visit in visits.closed if (visit.closed or 0) < cut]
    frame = visit_frame(old)
    sums.add(frame, ring_frame(old))
    found.doubt(frame)
    state.queues |= set(frame["queue"])
    state.whole_from = max(state.whole_from, cut)
    visits.closed = [visit for visit in visits.closed if (visit.closed or 0) >= cut]
    spans = [span for span in agents.closed if (span.end or 0) < cut]
    agents.closed = [span for span in agents.closed if (span.end or 0) >= cut]
    return agent_frame(spans)


def _together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Agents' time of several days by agent and time."""
    if len(frames) == 1:
        return frames[0]
    every = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    order = ["agent", "queue", "state", "start"]
    return every.sort_values(order, ignore_index=True, kind="stable")


def _copied(state: AsteriskState) -> AsteriskState:
    """State that may read on by itself; the visits of the last days are shared, not copied."""
    files = replace(state.files, known=list(state.files.known))
    return replace(state, files=files, log=twin(state.log), queues=set(state.queues))
