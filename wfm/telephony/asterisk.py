"""Asterisk's queue_log → visits, agent time and intervals; FreePBX, Issabel, Wazo and VitalPBX too.

Reads any number of files of one log (rotated, packed, cut anywhere) in one go or in instalments.
Source of every rule: recordings of a real Asterisk 22, TELEPHONY.md section 1.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wfm import schema
from wfm.telephony.asterisk_events import MalformedLineError, parse_line
from wfm.telephony.asterisk_log import AsteriskLog
from wfm.telephony.asterisk_state import AsteriskState
from wfm.telephony.findings import Case, Findings
from wfm.telephony.log_files import LogLine
from wfm.telephony.visit_import import VisitImport
from wfm.telephony.visits import agent_frame, ring_frame, visit_frame

__all__ = ["AsteriskImport", "read_asterisk"]


@dataclass(frozen=True, slots=True)
class AsteriskImport(VisitImport):
    """Visits of a queue_log, and where its reading stopped.

    Parameters
    ----------
    state
        What the next instalment needs.
    """

    state: AsteriskState


def read_asterisk(
    paths: Sequence[str | Path], state: AsteriskState | None = None
) -> AsteriskImport:
    """Visits, agent time and issues of the files of one queue_log.

    Parameters
    ----------
    paths
        Files of one log in any order: ``queue_log``, ``queue_log.0``, ``queue_log-20260302.gz`` …
    state
        Where an earlier reading stopped; what it read is not read again. It is not changed.

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
    state = AsteriskState() if state is None else copy.deepcopy(state)
    log, found = state.log, _Found()
    lines_read = 0
    for line in state.files.lines(paths):
        lines_read += 1
        found.feed(log, line)
    issues = found.issues(log)
    end = log
    if state.files.tail is not None:
        # a last line without an end may be a piece of one: seen in the result, not in the state
        end = _twin(log)
        issues = found.with_last_line(end, state.files.tail[0])
    visits = end.all_visits()
    result = AsteriskImport(
        visits=visit_frame(visits),
        agents=agent_frame(end.all_spans()),
        rings=ring_frame(visits),
        lines_read=lines_read,
        issues=issues,
        whole_from=state.whole_from,
        state=state,
    )
    state.forget_old_days()
    return result


def _twin(log: AsteriskLog) -> AsteriskLog:
    """Copy of a log that may run on by itself; what is closed is shared, not copied."""
    visits, spans = log.visits.closed, log.agents.closed
    log.visits.closed, log.agents.closed = [], []
    twin = copy.deepcopy(log)
    log.visits.closed, log.agents.closed = visits, spans
    twin.visits.closed, twin.agents.closed = list(visits), list(spans)
    return twin


class _Found:
    """Issues of one reading, by file."""

    def __init__(self) -> None:
        self._by_file: dict[str, Findings] = {}
        self._last_file = ""

    def feed(self, log: AsteriskLog, line: LogLine) -> None:
        """Let a log take in a line; note what is wrong with it."""
        self._last_file = line.file
        try:
            event = parse_line(_decoded(line.text))
        except MalformedLineError as error:
            if line.text.strip():
                case = Case(line.row, str(error), effect_contacts=None)
                self._of(line.file).note("malformed-line", "line left out", [case])
            return
        log.feed(event, line.row)
        if log.orphans:
            self._of(line.file).note("event-without-entry", "not counted", log.orphans)
            log.orphans.clear()

    def issues(self, log: AsteriskLog) -> pd.DataFrame:
        """All issues; unknown events by name with their number."""
        cases = [Case(0, f"{name} {count} times") for name, count in sorted(log.unknown.items())]
        if cases:
            self._of(self._last_file).note("unknown-event", "not counted", cases)
        log.unknown.clear()
        frames = [findings.issue_frame() for findings in self._by_file.values()]
        if not frames:
            return Findings("").issue_frame()
        return schema.check(pd.concat(frames, ignore_index=True), schema.ISSUE)

    def with_last_line(self, log: AsteriskLog, line: LogLine) -> pd.DataFrame:
        """All issues, those of a last line without an end included."""
        self.feed(log, line)
        return self.issues(log)

    def _of(self, file: str) -> Findings:
        return self._by_file.setdefault(file, Findings(file))


def _decoded(text: bytes) -> str:
    """Names are UTF-8 or, on older systems, Latin-1."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
