"""Asterisk's queue log from its SQL table → visits: local times placed by the callid's epoch.

The table's time is the switch's wall clock unless it writes GMT, so the hour that autumn shows
twice stands there twice. A callid begins with the epoch at which the call began, and rows are
written nearly in order: both together tell which of the two is meant.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from wfm.errors import InputError, Problem
from wfm.intervals import zone
from wfm.telephony.asterisk_reading import AsteriskReading
from wfm.telephony.asterisk_state import AsteriskState
from wfm.telephony.findings import Case
from wfm.telephony.log_files import LogLine
from wfm.telephony.visit_import import VisitImport
from wfm.telephony.visits import agent_frame, ring_frame, visit_frame

__all__ = ["LOOK_BACK", "AsteriskTableImport", "TableRow", "last_row_read", "read_asterisk_table"]

LOOK_BACK = 1000
"""Rows before the last one read that are looked at again: some are committed out of order."""

_CALL_EPOCH = re.compile(r"(?:.*-)?(\d{9,10})\.\d+")
_EPOCH = re.compile(r"(\d{9,10})(?:\.(\d{1,6}))?")
_SLACK_S = 2
_BACK_S = 60


class TableRow(Protocol):
    """What a row of the table must tell."""

    @property
    def number(self) -> int:
        """Its id."""

    @property
    def time(self) -> str | dt.datetime:
        """Local time, or epoch."""

    @property
    def call(self) -> str:
        """The callid."""

    @property
    def queue(self) -> str:
        """Name of the queue."""

    @property
    def agent(self) -> str:
        """Name of the member."""

    @property
    def event(self) -> str:
        """Name of the event."""

    @property
    def data(self) -> tuple[str, ...]:
        """The fields behind it."""


@dataclass(frozen=True, slots=True)
class AsteriskTableImport(VisitImport):
    """Visits of a queue_log table, and where their reading stopped."""

    state: str = ""

    @property
    def resume(self) -> str:
        """Where reading can go on, as text; empty for a table without ids."""
        return self.state


def last_row_read(state: str) -> int:
    """Id behind which the next reading should begin; 0 without a state.

    Raises
    ------
    InputError
        When the text is no state of a table.
    """
    return max(_progress(state)[0] - LOOK_BACK, 0) if state else 0


def read_asterisk_table(
    rows: Iterable[TableRow],
    timezone: str,
    state: str = "",
    *,
    source: str = "queue_log",
    numbered: bool = True,
    caller_key: bytes | None = None,
) -> AsteriskTableImport:
    """Visits, agent time and issues of rows of a queue_log table.

    Parameters
    ----------
    rows
        In the order of their ids, from :func:`last_row_read` on.
    timezone
        Zone of the switch's wall clock; UTC where it writes GMT.
    state
        ``resume`` of an earlier reading.
    source
        Name of the table for the issues.
    numbered
        Whether the rows have ids, without which reading always starts anew.
    caller_key
        Key to hash callers' numbers with; without it they are dropped.

    Raises
    ------
    InputError
        When the state is none.
    """
    last, seen, kept = _progress(state) if state else (0, frozenset(), "")
    reading_state = AsteriskState.load(kept) if kept else AsteriskState()
    log, found = reading_state.log, AsteriskReading()
    log.caller_key = caller_key
    new = [row for row in rows if row.number not in seen]
    placed = list(_placed(new, zone(timezone), log.last_epoch))
    for _, row, text in sorted(placed, key=lambda each: each[0]):
        found.feed(log, LogLine(source, row.number, text))
    unread = len(new) - len(placed)
    if unread:
        cases = [Case(0, f"{unread} rows without a time", effect_contacts=None)]
        found.of(source).note("malformed-line", "row left out", cases)
    visits = log.all_visits()
    numbers = [last, *seen, *(row.number for row in new)]
    whole_from = reading_state.whole_from
    issues = found.issues(log)
    frames = visit_frame(visits), agent_frame(log.all_spans()), ring_frame(visits)
    queues = tuple(sorted(reading_state.queues | {visit.queue for visit in visits}))
    reading_state.forget_old_days()
    left_off = _left_off(numbers, reading_state.dump()) if numbered else ""
    return AsteriskTableImport(*frames, len(new), issues, whole_from, queues, state=left_off)


def _placed(
    rows: Sequence[TableRow], here: ZoneInfo, last_epoch: float
) -> Iterator[tuple[float, TableRow, bytes]]:
    """Rows with their moment [epoch s] and their line; those without a time are left out."""
    before = last_epoch
    for row in _forward(rows):
        moment = _moment(row, here, before)
        if moment is None:
            continue
        before = moment
        fields = (str(int(moment)), row.call, row.queue, row.agent, row.event, *_whole(row))
        yield moment, row, "|".join(fields).encode()


def _forward(rows: Sequence[TableRow]) -> Sequence[TableRow]:
    """Rows from the oldest on; a dump without ids may run backwards."""
    texts = [str(row.time) for row in rows]
    backward = sum(later < earlier for earlier, later in pairwise(texts))
    forward = sum(later > earlier for earlier, later in pairwise(texts))
    return rows[::-1] if backward > forward else rows


def _whole(row: TableRow) -> tuple[str, ...]:
    """Fields of the event; the sixth of a linked transfer has no column and is made up for."""
    if row.event == "ATTENDEDTRANSFER" and len(row.data) == 5 and row.data[0] == "LINK":
        return (*row.data, "1")
    return row.data


def _moment(row: TableRow, here: ZoneInfo, before: float) -> float | None:
    """Epoch of a row [s]; None where its time is none."""
    if isinstance(row.time, dt.datetime):
        local = row.time
    else:
        text = row.time.strip()
        if _EPOCH.fullmatch(text):
            return float(text)
        try:
            local = dt.datetime.fromisoformat(text)
        except ValueError:
            return None
    if local.tzinfo is not None:
        return local.timestamp()
    first, second = (local.replace(tzinfo=here, fold=fold).timestamp() for fold in (0, 1))
    if second <= first:
        # an ordinary time, or one that spring skips
        return first
    call = _CALL_EPOCH.fullmatch(row.call)
    too_early = call is not None and first < int(call[1]) - _SLACK_S
    return second if too_early or first < before - _BACK_S else first


def _progress(state: str) -> tuple[int, frozenset[int], str]:
    """Last id, ids shortly before it, and the state of the log."""
    try:
        raw = json.loads(state)
        return int(raw["last"]), frozenset(map(int, raw["seen"])), str(raw["log"])
    except (ValueError, KeyError, TypeError) as error:
        fix = "remove the state; the table is then read from its start"
        raise InputError([Problem(f"is no reading state ({error})", fix=fix)]) from error


def _left_off(numbers: Sequence[int], log: str) -> str:
    last = max(numbers)
    seen = sorted({number for number in numbers if number > last - LOOK_BACK})
    return json.dumps({"last": last, "seen": seen, "log": log})
