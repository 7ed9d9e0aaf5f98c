"""Amazon Connect contact records → visits.

One JSON object a line, delivered at least once and again after every edit, in any order. Source:
the contact-record data model, TELEPHONY.md section 3, and masked public samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from wfm.telephony.callers import caller_hash
from wfm.telephony.findings import Case, Findings
from wfm.telephony.json_records import json_lines
from wfm.telephony.visit_import import VisitImport
from wfm.telephony.visits import (
    AgentSpan,
    Ending,
    Outcome,
    Visit,
    agent_frame,
    ring_frame,
    visit_frame,
)

__all__ = ["read_connect"]

_AGAIN = {"TRANSFER", "QUEUE_TRANSFER"}
"""Ways in by which the contact has been in the centre before."""


def read_connect(
    paths: Sequence[str | Path],
    *,
    channel: str | None = "VOICE",
    caller_key: bytes | None = None,
) -> VisitImport:
    """Visits of contact records; of several versions of a contact the latest counts.

    Parameters
    ----------
    paths
        Files of JSON lines, plain or gzip, in any order.
    channel
        Only this channel; all of them when None.
    caller_key
        Key to hash customers' numbers with; without it they are dropped.

    Raises
    ------
    InputError
        When a file cannot be read.

    Notes
    -----
    Offered is a record with a queue, at the moment it entered; answered is one with an agent. A
    record with neither agent nor abandonment (a callback, or one that a flow moved on) left the
    queue by the system: withdrawn. Talk is ``AgentInteractionDuration``, never disconnect minus
    connect: after an external transfer the customer stays on the line without the agent. A record
    has only the last queue of its contact, so earlier queues of one record are not seen.
    """
    findings = Findings(", ".join(str(path) for path in paths))
    latest: dict[str, tuple[str, dict[str, Any]]] = {}
    lines = 0
    for path in paths:
        here = Findings(str(path))
        for row, record in json_lines(path, here):
            lines += 1
            contact = record.get("ContactId")
            if not isinstance(contact, str) or not contact:
                here.note("malformed-record", "record left out", [Case(row, "no ContactId")])
                continue
            updated = str(record.get("LastUpdateTimestamp") or "")
            if contact not in latest or updated >= latest[contact][0]:
                latest[contact] = (updated, record)
        findings.issues += here.issues
    visits = []
    for _, record in latest.values():
        try:
            visit = _visit(record, channel)
        except (ValueError, TypeError, OverflowError) as error:
            case = Case(0, f"contact {record['ContactId']}: {error}", effect_contacts=None)
            findings.note("malformed-record", "record left out", [case])
            continue
        if visit is not None:
            visit.caller = caller_hash(_number(record), caller_key)
            visits.append(visit)
    visits.sort(key=lambda visit: visit.entered)
    return VisitImport(
        visits=visit_frame(visits),
        agents=agent_frame(_talks(visits)),
        rings=ring_frame(visits),
        lines_read=lines,
        issues=findings.issue_frame(),
        whole_from=0.0,
    )


def _visit(record: dict[str, Any], channel: str | None) -> Visit | None:
    """Visit of a record; None for one that was in no queue or came by another channel."""
    queue = record.get("Queue")
    if not isinstance(queue, dict) or (channel and record.get("Channel") != channel):
        return None
    name = queue.get("Name") or queue.get("ARN")
    if not name:
        raise ValueError("a queue without name and ARN")
    method = str(record.get("InitiationMethod") or "")
    visit = Visit(
        str(record["ContactId"]),
        str(name),
        _epoch(queue, "EnqueueTimestamp"),
        first=not record.get("PreviousContactId") and method not in _AGAIN,
        caller_known=bool(record.get("CustomerEndpoint")),
    )
    agent = record.get("Agent")
    left = queue.get("DequeueTimestamp")
    visit.wait_s = _seconds(queue, "Duration")
    if isinstance(agent, dict):
        _answer(visit, agent, record)
    else:
        moved = method == "CALLBACK" or record.get("NextContactId")
        moved = moved or record.get("TransferCompletedTimestamp")
        visit.outcome = Outcome.WITHDRAWN if moved else Outcome.ABANDONED
        gone = "DequeueTimestamp" if left else "DisconnectTimestamp"
        visit.closed = _epoch(queue if left else record, gone)
    attempts = int(_seconds(record, "AgentConnectionAttempts"))
    tried_in_vain = max(attempts - (visit.outcome is Outcome.ANSWERED), 0)
    visit.rings = [visit.entered + (visit.wait_s or 0.0)] * min(tried_in_vain, 1000)
    return visit


def _number(record: dict[str, Any]) -> str:
    endpoint = record.get("CustomerEndpoint")
    return str(endpoint.get("Address") or "") if isinstance(endpoint, dict) else ""


def _answer(visit: Visit, agent: dict[str, Any], record: dict[str, Any]) -> None:
    visit.outcome = Outcome.ANSWERED
    visit.agent = str(agent.get("Username") or agent.get("ARN") or "")
    visit.connected = _epoch(agent, "ConnectedToAgentTimestamp")
    visit.talk_s = _seconds(agent, "AgentInteractionDuration")
    visit.hold_s = _seconds(agent, "CustomerHoldDuration")
    visit.acw_s = _seconds(agent, "AfterContactWorkDuration")
    transferred = record.get("TransferCompletedTimestamp")
    if transferred:
        visit.ending = Ending.ATTENDED_TRANSFER
    elif record.get("DisconnectReason") == "AGENT_DISCONNECT":
        visit.ending = Ending.AGENT
    else:
        visit.ending = Ending.CALLER
    visit.closed = visit.connected + visit.talk_s + visit.hold_s


def _talks(visits: list[Visit]) -> list[AgentSpan]:
    """Stretches of talk; contact records tell no other state of agents."""
    return [
        AgentSpan(visit.agent, visit.queue, "talk", visit.connected, visit.closed, "", "closed")
        for visit in visits
        if visit.agent and visit.connected is not None and visit.closed is not None
    ]


def _epoch(record: dict[str, Any], name: str) -> float:
    """Moment of a field; ValueError where it is none."""
    text = record.get(name)
    moment = (
        pd.to_datetime(str(text), utc=True, errors="coerce", format="ISO8601") if text else None
    )
    if moment is None or pd.isna(moment) or not 1990 <= moment.year < 2100:
        raise ValueError(f"{name} is no time")
    return float(moment.timestamp())


def _seconds(record: dict[str, Any], name: str) -> float:
    """Duration of a field, 0 where absent; ValueError where it is none."""
    value = record.get(name)
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError(f"{name} is no duration")
    return float(value)
