"""Lines of a queue log, one by one, into the log's state, with what is wrong with them."""

from __future__ import annotations

import copy

import pandas as pd

from wfm import schema
from wfm.telephony.asterisk_events import MalformedLineError, parse_line
from wfm.telephony.asterisk_log import AsteriskLog
from wfm.telephony.cleaning import find_long_visits
from wfm.telephony.findings import Case, Findings
from wfm.telephony.log_files import LogLine

__all__ = ["AsteriskReading", "twin"]


def twin(log: AsteriskLog) -> AsteriskLog:
    """Copy of a log that may run on by itself; what is closed is shared, not copied."""
    visits, spans = log.visits.closed, log.agents.closed
    log.visits.closed, log.agents.closed = [], []
    copied = copy.deepcopy(log)
    log.visits.closed, log.agents.closed = visits, spans
    copied.visits.closed, copied.agents.closed = list(visits), list(spans)
    return copied


class AsteriskReading:
    """Issues of one reading, by file."""

    def __init__(self) -> None:
        self._by_file: dict[str, Findings] = {}
        self._last_file = ""
        self._doubts: list[pd.DataFrame] = []

    def doubt(self, visits: pd.DataFrame) -> None:
        """Look at visits that are not kept."""
        doubts = find_long_visits(visits, source=self._last_file)
        self._doubts += [doubts] if len(doubts) else []

    def feed(self, log: AsteriskLog, line: LogLine) -> None:
        """Let a log take in a line; note what is wrong with it."""
        self._last_file = line.file
        try:
            event = parse_line(_decoded(line.text))
        except MalformedLineError as error:
            if line.text.strip():
                case = Case(line.row, str(error), effect_contacts=None)
                self.of(line.file).note("malformed-line", "line left out", [case])
            return
        log.feed(event, line.row)
        if log.orphans:
            self.of(line.file).note("event-without-entry", "not counted", log.orphans)
            log.orphans.clear()

    def issues(self, log: AsteriskLog) -> pd.DataFrame:
        """All issues; unknown events by name with their number."""
        cases = [Case(0, f"{name} {count} times") for name, count in sorted(log.unknown.items())]
        if cases:
            self.of(self._last_file).note("unknown-event", "not counted", cases)
        log.unknown.clear()
        frames = [findings.issue_frame() for findings in self._by_file.values()]
        frames += self._doubts
        if not frames:
            return Findings("").issue_frame()
        return schema.check(pd.concat(frames, ignore_index=True), schema.ISSUE)

    def with_last_line(self, log: AsteriskLog, line: LogLine) -> pd.DataFrame:
        """All issues, those of a last line without an end included."""
        self.feed(log, line)
        return self.issues(log)

    def of(self, file: str) -> Findings:
        """Findings of one file."""
        return self._by_file.setdefault(file, Findings(file))


def _decoded(text: bytes) -> str:
    """Names are UTF-8 or, on older systems, Latin-1."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
