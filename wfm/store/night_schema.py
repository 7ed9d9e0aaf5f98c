"""Tables of nights and of versions of the forecast, described like those of wfm.schema."""

from __future__ import annotations

from wfm.schema import Column, Kind, Table

__all__ = [
    "ACCURACY",
    "HISTORY_PACK",
    "NIGHT_TABLES",
    "PIN",
    "PROMOTION",
    "QUEUE_CHOICE",
    "RUN_INPUT",
    "RUN_QUEUE",
]


def _text(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, Kind.TEXT, meaning, nullable=nullable)


def _number(name: str, meaning: str, unit: str, *, nullable: bool = True) -> Column:
    return Column(name, Kind.NUMBER, meaning, unit, nullable=nullable)


_RUN = _text("run", "the run concerned")
_QUEUE = _text("queue", "what the contacts wait in")

RUN_QUEUE = Table(
    "run_queue",
    "what became of a queue in a night",
    ("run", "queue"),
    (
        _RUN,
        _QUEUE,
        _text("status", "ok, fallback (last good forecast carried on), held or skipped"),
        _text("message", "why it is not ok, and what the gates saw", nullable=True),
        _text("source_run", "run that a fallback was taken from", nullable=True),
        _text("inputs_hash", "SHA-256 over the history that was used", nullable=True),
        _text("results_hash", "SHA-256 over forecast and requirement", nullable=True),
        _text("models", "models that were blended", nullable=True),
        Column("history_rows", Kind.COUNT, "intervals of history", "rows", low=0),
        _number("contacts", "contacts forecast", "contacts"),
        _number("agent_hours", "hours of agents required", "h"),
        _number("seconds", "time it took to compute", "s"),
        _text("choice_run", "run whose choice of models it goes by", nullable=True),
        _text("choice_why", "why models were tried anew, or none were", nullable=True),
    ),
)

QUEUE_CHOICE = Table(
    "queue_choice",
    "what the trials of a queue or group taught in a night, for nights to come",
    ("run", "queue"),
    (
        _RUN,
        _QUEUE,
        _text("ground", "SHA-256 over settings, calendar and settled history it holds for"),
        _text("learnt", "weights of the models, bands, day level"),
    ),
)

RUN_INPUT = Table(
    "run_input",
    "files that a night read, as they stood",
    ("run", "name"),
    (_RUN, _text("name", "wfm.toml, events.csv and the like"), _text("text", "content")),
)

PROMOTION = Table(
    "promotion",
    "which run was the one in force, from when on",
    ("number",),
    (
        Column("number", Kind.COUNT, "order of the promotions", low=1),
        _RUN,
        Column("promoted_at", Kind.TIME, "when", "UTC"),
        _text("how", "nightly, promote or rollback"),
        _text("reason", "why, in a person's words", nullable=True),
    ),
)

PIN = Table(
    "pin",
    "runs that are not pruned, and that nights do not replace",
    ("run",),
    (
        _RUN,
        Column("pinned_at", Kind.TIME, "when", "UTC"),
        _text("reason", "why, in a person's words", nullable=True),
    ),
)

ACCURACY = Table(
    "accuracy",
    "forecasts in force against what came, by local day (weeks by their Monday)",
    ("queue", "level", "lead_days", "day"),
    (
        _QUEUE,
        _text("level", "interval, day or week"),
        Column("lead_days", Kind.COUNT, "days ahead, 1 is the first day forecast", "d", low=1),
        _text("day", "local date"),
        _text("run", "run in force so long before"),
        _number("actual", "contacts that came", "contacts", nullable=False),
        _number("forecast", "contacts forecast", "contacts", nullable=False),
        _number("absolute_error", "sum of absolute errors", "contacts", nullable=False),
        _number("floor_error", "the same of a perfect forecast", "contacts", nullable=False),
    ),
)

HISTORY_PACK = Table(
    "history_pack",
    "settled history of a queue in one text, a copy of its rows that is quick to read",
    ("queue",),
    (
        _QUEUE,
        Column("until", Kind.TIME, "end of what is packed", "UTC"),
        Column("known_import", Kind.COUNT, "import after which it stood so", low=0),
        Column("rows", Kind.COUNT, "intervals that are packed", "rows", low=0),
        _text("data", "starts and figures, compressed"),
    ),
)

NIGHT_TABLES = (RUN_QUEUE, QUEUE_CHOICE, RUN_INPUT, PROMOTION, PIN, ACCURACY, HISTORY_PACK)
