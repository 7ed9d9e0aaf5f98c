"""Where the reading of mod_callcenter's events stands, kept between two instalments."""

from __future__ import annotations

import json
from dataclasses import asdict

from wfm.errors import InputError, Problem
from wfm.telephony.findings import Findings
from wfm.telephony.freeswitch_centre import FreeswitchCentre
from wfm.telephony.visits import AgentSpan, visit_of

__all__ = ["dump_centre", "load_centre"]

_VERSION = 1


def dump_centre(centre: FreeswitchCentre) -> str:
    """State as JSON text; no caller's number is in it."""
    return json.dumps(
        {
            "version": _VERSION,
            "last_epoch": centre.last_epoch,
            "open": [asdict(visit) for visit in centre.open.values()],
            "closed": [asdict(visit) for visit in centre.closed],
            "sessions": centre.sessions,
            "spans": [asdict(span) for span in centre.spans.values()],
            "past_spans": [asdict(span) for span in centre.past_spans],
        }
    )


def load_centre(text: str, findings: Findings) -> FreeswitchCentre:
    """Centre as :func:`dump_centre` left it.

    Raises
    ------
    InputError
        When the text is no such state.
    """
    try:
        raw = json.loads(text)
        if raw["version"] != _VERSION:
            raise ValueError(f"version {raw['version']}")
        spans = [AgentSpan(**fields) for fields in raw["spans"]]
        return FreeswitchCentre(
            findings,
            last_epoch=int(raw["last_epoch"]),
            open={fields["call"]: visit_of(fields) for fields in raw["open"]},
            closed=[visit_of(fields) for fields in raw["closed"]],
            sessions={str(name): float(at) for name, at in raw["sessions"].items()},
            spans={(span.agent, span.state): span for span in spans},
            past_spans=[AgentSpan(**fields) for fields in raw["past_spans"]],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        fix = "remove the state; the events are then read from their start"
        raise InputError([Problem(f"is no reading state ({error})", fix=fix)]) from error
