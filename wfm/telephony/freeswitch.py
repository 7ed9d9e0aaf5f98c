"""FreeSWITCH mod_callcenter (FusionPBX too): events of the event socket → visits, agent time.

Blocks of ``Key: value`` lines with a blank line between, as ``event plain CUSTOM
callcenter::info`` sends them; what they mean is in :mod:`freeswitch_centre`. Files may grow and be
rotated between two readings: an event is known by its time, its number and its member.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wfm.errors import InputError, Problem
from wfm.telephony.csv_table import read_bytes
from wfm.telephony.findings import Case, Findings
from wfm.telephony.freeswitch_centre import Block, FreeswitchCentre, blocks_of
from wfm.telephony.freeswitch_state import dump_centre, load_centre
from wfm.telephony.visit_import import VisitImport
from wfm.telephony.visits import agent_frame, ring_frame, visit_frame

__all__ = ["FreeswitchImport", "read_freeswitch"]

_DAY_S = 86_400
_KEPT_DAYS = 2

_Identity = tuple[str, ...]
_Order = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FreeswitchImport(VisitImport):
    """Visits of mod_callcenter's events, and where their reading stopped."""

    state: str = ""

    @property
    def resume(self) -> str:
        """Where reading can go on, as text."""
        return self.state


@dataclass(slots=True)
class _Progress:
    """How far the events have been read.

    Parameters
    ----------
    last
        Time and number of the last event.
    recent
        Events of the last days, so that files may overlap.
    """

    last: _Order = (0, 0)
    recent: dict[_Identity, int] = field(default_factory=dict)
    whole_from: float = 0.0
    queues: set[str] = field(default_factory=set)


def read_freeswitch(
    paths: Sequence[str | Path], state: str = "", *, caller_key: bytes | None = None
) -> FreeswitchImport:
    """Visits, agent time and issues of recorded mod_callcenter events.

    Parameters
    ----------
    paths
        Event files, plain or gzip, in any order; events that stand in two of them count once.
    state
        ``resume`` of an earlier reading; what it read is not read again.
    caller_key
        Key to hash callers' numbers with; without it they are dropped.

    Raises
    ------
    InputError
        When a file cannot be read, or the state is none.

    Notes
    -----
    ``calls_abandoned`` of the module counts every cancelled call, time-outs and lost races too;
    here only callers who hung up are abandoned. The module has no after-call work: agents'
    ``wrap-up-time`` is a setting, not a measurement. A resumed caller's wait includes the time off
    the line, as the module counts it.
    """
    findings = Findings(", ".join(str(path) for path in paths))
    centre, progress = _taken_up(state, findings)
    centre.caller_key = caller_key
    whole, pieces = _blocks(paths)
    lines_read = _feed(centre, whole, progress, findings)
    # a last event without the blank line behind it may be a piece: in the result, not in the state
    end = copy.deepcopy(centre) if pieces else centre
    end.findings = findings
    if pieces:
        _feed(end, pieces, copy.deepcopy(progress), findings)
    visits = end.visits()
    whole_from = progress.whole_from
    queues = progress.queues | {visit.queue for visit in visits}
    return FreeswitchImport(
        visits=visit_frame(visits),
        agents=agent_frame(end.agent_spans()),
        rings=ring_frame(visits),
        lines_read=lines_read,
        issues=findings.issue_frame(),
        whole_from=whole_from,
        queues=tuple(sorted(queues)),
        state=_left_off(centre, progress),
    )


def _blocks(paths: Sequence[str | Path]) -> tuple[list[Block], list[Block]]:
    """Events of the files, and those at their ends that may be pieces."""
    whole: list[Block] = []
    pieces: list[Block] = []
    for path in paths:
        text = read_bytes(path).decode("utf-8", "replace").replace("\r\n", "\n")
        found = list(blocks_of(text))
        if found and not text.endswith("\n\n"):
            pieces.append(found.pop())
        whole += found
    return whole, pieces


def _feed(
    centre: FreeswitchCentre, blocks: Sequence[Block], progress: _Progress, findings: Findings
) -> int:
    """Take in the events that are new, in the order they happened; their number."""
    count = 0
    for block in _unread(blocks, progress, findings):
        count += 1
        try:
            centre.feed(block)
        except ValueError as error:
            case = Case(block.row, str(error), effect_contacts=None)
            findings.note("malformed-event", "event left out", [case])
    return count


def _unread(blocks: Sequence[Block], progress: _Progress, findings: Findings) -> Iterator[Block]:
    for block in sorted(blocks, key=_order):
        order, stamp = _order(block), block.get("Event-Date-Timestamp")
        names = ("Event-Sequence", "CC-Action", "CC-Member-UUID")
        identity = (stamp, *(block.get(name) for name in names))
        if all(identity[:2]) and identity in progress.recent:
            continue
        if all(identity[:2]) and order < progress.last:
            if order[0] >= progress.whole_from * 1e6:
                case = Case(block.row, block.get("CC-Action"), block.get("CC-Queue") or None)
                findings.note("late-event", "not counted: older than what was read", [case])
            continue
        progress.last = max(order, progress.last)
        progress.recent[identity] = order[0]
        yield block


def _taken_up(state: str, findings: Findings) -> tuple[FreeswitchCentre, _Progress]:
    if not state:
        return FreeswitchCentre(findings), _Progress()
    try:
        raw = json.loads(state)
        progress = _Progress(
            (int(raw["last"][0]), int(raw["last"][1])),
            {tuple(map(str, identity)): int(at) for identity, at in raw["recent"]},
            float(raw["whole_from"]),
            set(map(str, raw["queues"])),
        )
        centre = str(raw["centre"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        fix = "remove the state; the events are then read from their start"
        raise InputError([Problem(f"is no reading state ({error})", fix=fix)]) from error
    return load_centre(centre, findings), progress


def _left_off(centre: FreeswitchCentre, progress: _Progress) -> str:
    """State for the next reading, older days forgotten."""
    cut = (centre.last_epoch // _DAY_S - _KEPT_DAYS) * _DAY_S
    queues = progress.queues | {visit.queue for visit in centre.closed}
    many = len(centre.closed)
    kept = copy.copy(centre)
    kept.forget(cut)
    forgot = len(kept.closed) < many
    recent = [[list(name), at] for name, at in progress.recent.items() if at >= cut * 1_000_000]
    return json.dumps(
        {
            "last": progress.last,
            "recent": recent,
            "whole_from": max(progress.whole_from, cut) if forgot else progress.whole_from,
            "queues": sorted(queues),
            "centre": dump_centre(kept),
        }
    )


def _order(block: Block) -> _Order:
    """Time, then the switch's own count; the file's order where they are missing."""
    return _number(block.get("Event-Date-Timestamp")), _number(block.get("Event-Sequence"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
