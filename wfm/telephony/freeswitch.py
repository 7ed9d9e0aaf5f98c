"""FreeSWITCH mod_callcenter (FusionPBX too): events of the event socket → visits, agent time.

Blocks of ``Key: value`` lines with a blank line between, as ``event plain CUSTOM
callcenter::info`` sends them; what they mean is in :mod:`freeswitch_centre`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wfm.telephony.csv_table import read_bytes
from wfm.telephony.findings import Case, Findings
from wfm.telephony.freeswitch_centre import Block, FreeswitchCentre, blocks_of
from wfm.telephony.visit_import import VisitImport
from wfm.telephony.visits import agent_frame, ring_frame, visit_frame

__all__ = ["read_freeswitch"]


def read_freeswitch(paths: Sequence[str | Path]) -> VisitImport:
    """Visits, agent time and issues of recorded mod_callcenter events.

    Parameters
    ----------
    paths
        Event files, plain or gzip, in any order; events that stand in two of them count once.

    Raises
    ------
    InputError
        When a file cannot be read.

    Notes
    -----
    ``calls_abandoned`` of the module counts every cancelled call, time-outs and lost races too;
    here only callers who hung up are abandoned. The module has no after-call work: agents'
    ``wrap-up-time`` is a setting, not a measurement. A resumed caller's wait includes the time off
    the line, as the module counts it.
    """
    findings = Findings(", ".join(str(path) for path in paths))
    blocks, seen = [], set()
    for path in paths:
        for block in blocks_of(read_bytes(path).decode("utf-8", "replace")):
            stamp = block.get("Event-Date-Timestamp"), block.get("Event-Sequence")
            identity = (*stamp, block.get("CC-Action"), block.get("CC-Member-UUID"))
            if identity not in seen or not all(stamp):
                blocks.append(block)
            seen.add(identity)
    centre = FreeswitchCentre(findings)
    for block in sorted(blocks, key=_order):
        try:
            centre.feed(block)
        except ValueError as error:
            case = Case(block.row, str(error), effect_contacts=None)
            findings.note("malformed-event", "event left out", [case])
    visits = centre.visits()
    return VisitImport(
        visits=visit_frame(visits),
        agents=agent_frame(centre.agent_spans()),
        rings=ring_frame(visits),
        lines_read=len(blocks),
        issues=findings.issue_frame(),
        whole_from=0.0,
    )


def _order(block: Block) -> tuple[int, int]:
    """Time, then the switch's own count; the file's order where they are missing."""
    return _number(block.get("Event-Date-Timestamp")), _number(block.get("Event-Sequence"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
