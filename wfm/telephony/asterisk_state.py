"""Where the reading of a queue_log stands, kept between two instalments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from wfm.errors import InputError, Problem
from wfm.telephony.asterisk_log import AsteriskLog
from wfm.telephony.log_files import LogFiles, LogLine, Prefix
from wfm.telephony.visits import AgentSpan, Visit, visit_of

__all__ = ["AsteriskState"]

_VERSION = 2
_VISIT = [each.name for each in fields(Visit)]
_SPAN = [each.name for each in fields(AgentSpan)]
_DAY_S = 86_400
_KEPT_DAYS = 2


@dataclass(slots=True)
class AsteriskState:
    """Files read, visits and stretches still open, and the visits of the last days.

    Opaque to callers, who keep :meth:`dump` between two instalments. The last days are kept so that
    their intervals can be given whole when a late line corrects them.

    Parameters
    ----------
    whole_from
        Every visit that entered or ended since is here [epoch s].
    queues
        Every queue that the log has named.
    """

    files: LogFiles = field(default_factory=LogFiles)
    log: AsteriskLog = field(default_factory=AsteriskLog)
    whole_from: float = 0.0
    queues: set[str] = field(default_factory=set)

    @property
    def cut(self) -> float:
        """Moment before which nothing that ended can be corrected any more [epoch s]."""
        return float((self.log.last_epoch // _DAY_S - _KEPT_DAYS) * _DAY_S)

    def forget_old_days(self) -> None:
        """Keep only what late lines may still correct."""
        visits, agents = self.log.visits, self.log.agents
        self.queues |= {visit.queue for visit in visits.closed}
        cut = self.cut
        kept = [visit for visit in visits.closed if (visit.closed or 0) >= cut]
        if len(kept) < len(visits.closed):
            self.whole_from = max(self.whole_from, cut)
            visits.closed = kept
        agents.closed = [span for span in agents.closed if (span.end or 0) >= cut]

    def dump(self) -> str:
        """Give the state as JSON text; no caller's number is in it."""
        visits, agents, tail = self.log.visits, self.log.agents, self.files.tail
        piece = None
        if tail is not None:
            line, prefix = tail
            place = {"file": line.file, "row": line.row, "text": line.text.decode("latin-1")}
            piece = {**place, "prefix": asdict(prefix)}
        return json.dumps(
            {
                "version": _VERSION,
                "known": [asdict(prefix) for prefix in self.files.known],
                "tail": piece,
                "last_epoch": self.log.last_epoch,
                "whole_from": self.whole_from,
                "calls": visits.known_calls,
                "queues": sorted(self.queues),
                # rows, not objects: a busy centre has a hundred thousand of them
                "visits": _rows(visits.closed + visits.open_visits(), _VISIT),
                "closed_spans": _rows(agents.closed, _SPAN),
                "open_spans": _rows(agents.open_spans(), _SPAN),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def load(cls, text: str) -> AsteriskState:
        """State from its JSON text.

        Raises
        ------
        InputError
            When the text is no such state.
        """
        try:
            raw = json.loads(text)
            if raw["version"] != _VERSION:
                raise ValueError(f"version {raw['version']}")
            return cls._of(raw)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            fix = "remove the state; the log is then read from its start"
            raise InputError([Problem(f"is no reading state ({error})", fix=fix)]) from error

    @classmethod
    def _of(cls, raw: dict[str, Any]) -> AsteriskState:
        state = cls(whole_from=float(raw["whole_from"]), queues=set(raw["queues"]))
        state.files.known = [Prefix(**prefix) for prefix in raw["known"]]
        if raw["tail"] is not None:
            place = raw["tail"]
            line = LogLine(place["file"], int(place["row"]), place["text"].encode("latin-1"))
            state.files.tail = (line, Prefix(**place["prefix"]))
        state.log.last_epoch = int(raw["last_epoch"])
        state.log.visits.remember(raw["calls"])
        for row in raw["visits"]:
            visit = visit_of(dict(zip(_VISIT, row, strict=True)))
            if visit.closed is None:
                state.log.visits.adopt(visit)
            else:
                state.log.visits.closed.append(visit)
        state.log.agents.closed = [_span(row) for row in raw["closed_spans"]]
        for row in raw["open_spans"]:
            state.log.agents.adopt(_span(row))
        return state


def _rows(objects: Sequence[object], names: Sequence[str]) -> list[list[object]]:
    return [[getattr(each, name) for name in names] for each in objects]


def _span(row: Sequence[Any]) -> AgentSpan:
    return AgentSpan(**dict(zip(_SPAN, row, strict=True)))
