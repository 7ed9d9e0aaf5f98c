"""FreeSWITCH call detail records → visits: the way back when events were missed.

CSV without a header, one row a leg, by a ``cdr_csv`` template that writes the queue variables;
FusionPBX's ``v_xml_cdr`` has the same columns. Source: a recorded FreeSWITCH 1.11, TELEPHONY.md
section 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from wfm.telephony.callers import caller_hash
from wfm.telephony.csv_table import read_raw_csv
from wfm.telephony.findings import Case, Findings
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

__all__ = ["CDR_COLUMNS", "read_freeswitch_cdr"]

CDR_COLUMNS = (
    "caller_id_number",
    "destination_number",
    "start_epoch",
    "answer_epoch",
    "end_epoch",
    "duration",
    "billsec",
    "hangup_cause",
    "uuid",
    "cc_side",
    "cc_queue",
    "cc_member_uuid",
    "cc_queue_joined_epoch",
    "cc_queue_answered_epoch",
    "cc_queue_terminated_epoch",
    "cc_queue_canceled_epoch",
    "cc_cause",
    "cc_cancel_reason",
    "cc_agent",
    "cc_agent_bridged",
)
"""Columns of the template that README shows."""

_CANCELLED = {
    "": Outcome.ABANDONED,
    "NONE": Outcome.ABANDONED,
    "BREAK_OUT": Outcome.ABANDONED,
    "TIMEOUT": Outcome.TIMEOUT,
    "NO_AGENT_TIMEOUT": Outcome.TIMEOUT,
    "EXIT_WITH_KEY": Outcome.KEY,
}


def read_freeswitch_cdr(
    paths: Sequence[str | Path],
    *,
    caller_key: bytes | None = None,
) -> VisitImport:
    """Visits of call detail records; legs of agents and calls of no queue are passed over.

    Parameters
    ----------
    paths
        Files with :data:`CDR_COLUMNS`, in any order; a call that stands in several counts once.
    caller_key
        Key to hash callers' numbers with; without it they are dropped.

    Raises
    ------
    InputError
        When a file cannot be read.

    Notes
    -----
    A call through two queues carries the variables of the last one only, so its first visit is
    missing here. A record has no rings in vain. A time-out whose record says that an agent was
    bridged is an answer: the agent won the race.
    """
    findings = Findings(", ".join(str(path) for path in paths))
    visits: dict[tuple[str, str], Visit] = {}
    rows_read = 0
    for path in paths:
        raw = read_raw_csv(path, header=CDR_COLUMNS, delimiter=",")
        here = Findings(str(path))
        cases = [Case(problem.row, problem.what, effect_contacts=None) for problem in raw.problems]
        here.note("malformed-record", "record left out", cases)
        for row, record in zip(raw.cells.index, raw.cells.to_dict("records"), strict=True):
            rows_read += 1
            if record.get("cc_side") != "member" or not record.get("cc_queue"):
                continue
            try:
                visit = _visit(record)
            except ValueError as error:
                case = Case(int(row), str(error), effect_contacts=None)
                here.note("malformed-record", "record left out", [case])
                continue
            visit.caller = caller_hash(record.get("caller_id_number", ""), caller_key)
            visits[record.get("uuid", ""), visit.call] = visit
        findings.issues += here.issues
    every = sorted(visits.values(), key=lambda visit: visit.entered)
    return VisitImport(
        visits=visit_frame(every),
        agents=agent_frame(_talks(every)),
        rings=ring_frame(every),
        lines_read=rows_read,
        issues=findings.issue_frame(),
        whole_from=0.0,
    )


def _visit(record: Mapping[str, str]) -> Visit:
    known = bool(record.get("caller_id_number"))
    call = record.get("cc_member_uuid") or record.get("uuid") or ""
    if not call:
        raise ValueError("no call")
    entered = _epoch(record, "cc_queue_joined_epoch")
    visit = Visit(call, record["cc_queue"], entered, caller_known=known)
    bridged = record.get("cc_agent_bridged") == "true"
    if record.get("cc_cause") == "answered" or (bridged and record.get("cc_queue_answered_epoch")):
        visit.outcome, visit.ending = Outcome.ANSWERED, Ending.CALLER
        visit.agent = record.get("cc_agent") or None
        visit.connected = _epoch(record, "cc_queue_answered_epoch")
        visit.closed = _end_of_talk(record, visit.connected)
        visit.wait_s = max(visit.connected - entered, 0)
        visit.talk_s = max(visit.closed - visit.connected, 0)
        return visit
    left = "cc_queue_canceled_epoch"
    visit.closed = _epoch(record, left if record.get(left) else "end_epoch")
    visit.wait_s = max(visit.closed - entered, 0)
    visit.outcome = _CANCELLED.get(record.get("cc_cancel_reason", ""), Outcome.WITHDRAWN)
    return visit


def _end_of_talk(record: Mapping[str, str], connected: float) -> int:
    """End of the talk; of a call through two queues the variable may still be the first one's."""
    name = "cc_queue_terminated_epoch"
    ended = _epoch(record, name) if record.get(name) else 0
    return ended if ended >= connected else _epoch(record, "end_epoch")


def _epoch(record: Mapping[str, str], name: str) -> int:
    text = record.get(name, "")
    if not (text.isascii() and text.isdigit()) or not 900_000_000 <= int(text[:12]) < 4_200_000_000:
        raise ValueError(f"{name} is no time")
    return int(text)


def _talks(visits: Sequence[Visit]) -> list[AgentSpan]:
    return [
        AgentSpan(visit.agent, visit.queue, "talk", visit.connected, visit.closed, "", "closed")
        for visit in visits
        if visit.agent and visit.connected is not None
    ]
