"""Calls that a queue refused at its door, from Asterisk's call detail records.

A full queue, or one that nobody serves, leaves no line in the queue log. The call's own record
tells that it was sent there: its last application was Queue, or its destination names the queue.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from wfm.telephony.csv_table import read_bytes
from wfm.telephony.findings import Case, Findings

__all__ = ["find_refused"]

_DST, _LASTAPP, _LASTDATA, _UNIQUEID = 2, 7, 8, 16
_CALL = re.compile(r"(?:[\w.-]{1,40}-)?(\d{9,10})\.\d{1,9}")


def find_refused(
    paths: Sequence[str | Path], visits: pd.DataFrame, interval_s: int, whole_from: float = 0.0
) -> pd.DataFrame:
    """Issues (:data:`wfm.schema.ISSUE`): contacts refused by queue and interval.

    Parameters
    ----------
    paths
        ``Master.csv`` of cdr-csv with ``loguniqueid=yes``: 17 columns or more, no header.
    visits
        :data:`wfm.telephony.visits.VISIT` of the log of the same time.
    interval_s
        Length of the intervals [s]; a call belongs to that of its uniqueid, which is in UTC.
    whole_from
        Records of earlier calls are passed over [epoch s]; the visits do not reach back that far.

    Raises
    ------
    InputError
        When a file cannot be read.

    Notes
    -----
    The contacts are not in ``offered``, since the log does not have them; demand is higher by them.
    A call has as many records as phones rang for it, so it counts once in each queue. Where the
    dial plan goes on after the queue and the extension has another name than the queue, a refusal
    is not seen.
    """
    findings = Findings(", ".join(str(path) for path in paths))
    entered = set(zip(visits["call"], visits["queue"], strict=True))
    queues = set(visits["queue"])
    refused: dict[tuple[str, str], float] = {}
    for path in paths:
        here = Findings(str(path))
        for call, epoch, record in _calls(path, here):
            if epoch >= whole_from:
                new = {(call, queue) for queue in _queues_of(record, queues)} - entered
                refused |= dict.fromkeys(new, epoch)
        findings.issues += here.issues
    findings.note("refused-at-the-door", "not in offered", _cases(refused, interval_s))
    return findings.issue_frame()


def _calls(path: str | Path, findings: Findings) -> Iterator[tuple[str, float, list[str]]]:
    """Uniqueid, its time [epoch s] and the record of each call of a file."""
    text = read_bytes(path).decode("utf-8", "replace")
    for row, record in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
        call = _CALL.fullmatch(record[_UNIQUEID]) if len(record) > _UNIQUEID else None
        if call is not None:
            yield call[0], float(call[1]), record
        elif record:
            case = Case(row, "no uniqueid", effect_contacts=None)
            findings.note("malformed-record", "record left out", [case])


def _queues_of(record: Sequence[str], queues: set[str]) -> set[str]:
    """Queues that a call was sent to, as far as its last application and destination tell."""
    asked = record[_LASTDATA].split(",")[0] if record[_LASTAPP] == "Queue" else ""
    return {asked, record[_DST]} & queues


def _cases(refused: dict[tuple[str, str], float], interval_s: int) -> list[Case]:
    facts = pd.DataFrame(
        {
            "queue": [queue for _, queue in refused],
            "start": [int(epoch // interval_s * interval_s) for epoch in refused.values()],
        }
    )
    counts = facts.groupby(["queue", "start"]).size()
    return [
        Case(0, f"{count} calls", queue, pd.Timestamp(start, unit="s", tz="UTC"), float(count))
        for (queue, start), count in counts.items()
    ]
