"""events.csv: campaigns, bill runs and outages, past and planned, with their effect if known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from wfm.errors import InputError, Problem
from wfm.forecast import Event
from wfm.pipeline.hand_kept import CellError, Row, filled, iso_date, read_rows

__all__ = ["EVERY_QUEUE", "read_events"]

EVERY_QUEUE = ""
"""Queue of events that touch all queues."""


def read_events(path: Path, queues: Sequence[str]) -> Mapping[str, tuple[Event, ...]]:
    """Events by queue; no file is no events.

    Parameters
    ----------
    path
        events.csv: queue (empty for all), from, to, name, and effect: a fraction like 0.2 or
        ``+20%``; empty lets past events of the same name tell it.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if not path.exists():
        return {}
    problems: list[Problem] = []
    found: dict[str, list[Event]] = {name: [] for name in queues}
    columns = ("queue", "from", "to", "name")
    for row, (queue, event) in read_rows(path, columns, ("effect",), _event, problems):
        if queue != EVERY_QUEUE and queue not in found:
            fix = f"known are {', '.join(queues)}; empty means all"
            problems.append(Problem("no such queue", path.name, row, "queue", queue, fix))
            continue
        for name in queues if queue == EVERY_QUEUE else [queue]:
            found[name].append(event)
    if problems:
        raise InputError(problems)
    return {name: tuple(events) for name, events in found.items()}


def _event(row: Row) -> tuple[str, Event]:
    first, last = iso_date(row, "from"), iso_date(row, "to")
    try:
        return row["queue"], Event(filled(row, "name"), first, last, _effect(row["effect"]))
    except ValueError as error:
        raise CellError(str(error), "to", row["to"], "correct the row") from error


def _effect(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError as error:
        fix = "write a fraction like 0.2, or +20%"
        raise CellError("is not a number", "effect", text, fix) from error
