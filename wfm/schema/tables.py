"""The tables that cross a border."""

from __future__ import annotations

from wfm.budget_lines import LINES
from wfm.schema.table import Column, Kind, Table

__all__ = [
    "AGENT_STATE",
    "CAPACITY_MONTH",
    "COVERAGE",
    "FORECAST",
    "IMPORT_LOG",
    "INTERVAL_HISTORY",
    "ISSUE",
    "LIVE_GAP",
    "QUANTILES",
    "READING_STATE",
    "REQUIREMENT",
    "ROSTER_ACTIVITY",
    "ROSTER_SHIFT",
    "RUN",
    "TABLES",
    "quantile_column",
]

QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
"""Quantiles that a forecast carries."""


def quantile_column(quantile: float) -> str:
    """Column name of a quantile.

    Examples
    --------
    >>> quantile_column(0.025), quantile_column(0.5)
    ('q0.025', 'q0.5')
    """
    return f"q{quantile:g}"


def _text(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, Kind.TEXT, meaning, nullable=nullable)


def _time(name: str, meaning: str) -> Column:
    return Column(name, Kind.TIME, meaning, "UTC")


def _count(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, Kind.COUNT, meaning, "contacts", low=0, required=required)


def _number(
    name: str,
    meaning: str,
    unit: str = "",
    *,
    high: float | None = None,
    required: bool = True,
    nullable: bool = False,
) -> Column:
    return Column(name, Kind.NUMBER, meaning, unit, 0, high, required, nullable)


_QUEUE = _text("queue", "what the contacts wait in")
_START = _time("interval_start", "left edge of the interval")
_INTERVAL = Column("interval_s", Kind.COUNT, "length of the interval", "s", low=60)
_RUN = _text("run", "the run that made the row")

INTERVAL_HISTORY = Table(
    "interval_history",
    "what came in, by interval of arrival",
    ("queue", "interval_start"),
    (
        _QUEUE,
        _START,
        _INTERVAL,
        _count("offered", "contacts that entered the queue", required=True),
        _count("answered", "contacts answered by an agent"),
        _count("abandoned", "contacts that hung up while waiting"),
        _count("short_abandoned", "abandoned within the short threshold; part of abandoned"),
        _count("timeout", "contacts that left by the queue's time-out"),
        _count("key_exit", "contacts that left by pressing a key"),
        _count("empty_exit", "contacts sent away because nobody was logged in"),
        _count("withdrawn", "contacts taken out of the queue by the system"),
        _count("lost", "contacts with no known end"),
        _count("answered_in_threshold", "answered within the answer threshold"),
        _number("wait_answered_s", "sum of waits of answered contacts", "s", required=False),
        _number("wait_abandoned_s", "sum of waits of abandoned contacts", "s", required=False),
        _number(
            "talk_s",
            "sum of handle time (talk, hold and after-call work as far as the source has them)",
            "s",
            required=False,
        ),
        _count("transferred", "answered contacts handed on"),
        _count("ring_no_answer", "rings that no agent took"),
        _count("not_first_visit", "contacts that had been in a queue before"),
    ),
)

FORECAST = Table(
    "forecast",
    "contacts and handle time to come",
    ("run", "queue", "interval_start"),
    (
        _RUN,
        _QUEUE,
        _START,
        _INTERVAL,
        _number("mean", "expected contacts", "contacts"),
        *(
            _number(quantile_column(q), f"{q:.1%} quantile of contacts", "contacts", required=False)
            for q in QUANTILES
        ),
        _number("aht_s", "average handle time", "s", required=False),
    ),
)

REQUIREMENT = Table(
    "requirement",
    "agents needed by interval",
    ("run", "queue", "interval_start"),
    (
        _RUN,
        _QUEUE,
        _START,
        _INTERVAL,
        _number("offered", "expected contacts", "contacts", required=False),
        _number("aht_s", "average handle time", "s", required=False),
        _number("patience_s", "mean time to hang up", "s", required=False),
        _number("load_erlang", "offered load", "erlang", required=False),
        _number("agents_net", "agents on the contacts", "agents", required=False),
        _number("agents_required", "agents to schedule, shrinkage added", "agents"),
        _number("service_level", "expected service level", "fraction", high=1, required=False),
        _number("asa_s", "expected mean wait of answered contacts", "s", required=False),
        _number("p_abandon", "expected share that hangs up", "fraction", high=1, required=False),
        _number("occupancy", "expected occupancy", "fraction", high=1, required=False),
        Column("binding", Kind.TEXT, "part of the target that asks for the most", required=False),
    ),
)

ROSTER_SHIFT = Table(
    "roster_shift",
    "one shift of one person",
    ("run", "agent", "start"),
    (
        _RUN,
        _text("agent", "staff number"),
        _time("start", "first moment of the shift"),
        _time("end", "moment after the shift"),
        _text("template", "shift template"),
        _text("contract", "contract of the person"),
        _text("skill", "queue or skill group that the shift serves"),
        Column("paid_s", Kind.COUNT, "paid time", "s", low=0),
        _number("cost", "paid hours × cost per hour", "money", required=False),
    ),
)

ROSTER_ACTIVITY = Table(
    "roster_activity",
    "what a person does when, inside a shift",
    ("run", "agent", "start"),
    (
        _RUN,
        _text("agent", "staff number"),
        _time("start", "first moment"),
        _time("end", "moment after"),
        _text("activity", "work or the name of a break"),
        Column("paid", Kind.FLAG, "whether the time is paid"),
    ),
)

COVERAGE = Table(
    "coverage",
    "requirement against roster by interval",
    ("run", "queue", "interval_start"),
    (
        _RUN,
        _QUEUE,
        _START,
        _INTERVAL,
        _number("required", "agents to schedule", "agents"),
        _number("scheduled", "agents at work, breaks taken out", "agents"),
        _number("over", "scheduled above required", "agents"),
        _number("under", "required above scheduled", "agents"),
        _number("service_level", "service level to expect", "fraction", high=1, required=False),
    ),
)

CAPACITY_MONTH = Table(
    "capacity_month",
    "need, headcount and money of a group in a month (or week) to come",
    ("run", "group", "month"),
    (
        _RUN,
        _text("group", "people who serve the same queues"),
        _text("month", "like 2026-03; for a plan by week, its Monday"),
        *(
            _text(name, f"{name.replace('_', ' ')} of the group", nullable=True)
            for name in ("site", "department", "cost_centre")
        ),
        *(
            Column(line.name, Kind.NUMBER, line.label, line.unit, None if line.signed else 0)
            for line in LINES
        ),
    ),
)

RUN = Table(
    "run",
    "who made what, when, from which inputs",
    ("run",),
    (
        _RUN,
        _text("kind", "forecast, staff, schedule, plan or backtest"),
        _time("created_at", "when the run was made"),
        _text("as_of", "history before this local time was used", nullable=True),
        _text("inputs_hash", "SHA-256 over configuration, people and the rows that were used"),
        _text("code_version", "version of wfm"),
        _text("parent", "run whose result was the input", nullable=True),
        _text("status", "ok, or what fell short"),
        _text("summary", "figures of the run as JSON"),
        Column("known_import", Kind.COUNT, "last import that it knew", required=False),
        Column("finished_at", Kind.TIME, "when a night was through", "UTC", required=False),
        Column("pruned_at", Kind.TIME, "when its results were pruned", "UTC", required=False),
    ),
)

AGENT_STATE = Table(
    "agent_state",
    "stretch of an agent's time in one state, as the switch saw it",
    ("agent", "state", "queue", "start"),
    (
        _text("agent", "agent as the switch names it"),
        _text("state", "login, member (of a queue), pause or talk"),
        Column("queue", Kind.TEXT, "queue concerned, empty for all", required=False),
        _time("start", "first moment"),
        _time("end", "moment after; the last one seen while it goes on"),
        Column("reason", Kind.TEXT, "reason given for a pause", required=False),
        _text("ended_by", "closed, restart, cut (restart while talking) or open (goes on)"),
        _text("source", "import or switch that told it"),
    ),
)

ISSUE = Table(
    "issue",
    "defect of the data that came in, and what was done about it",
    ("file", "row", "kind", "queue", "interval_start", "found"),
    (
        _text("kind", "gap, duplicate, repeated-hour, ..."),
        _text("queue", "queue concerned", nullable=True),
        Column("interval_start", Kind.TIME, "interval concerned", "UTC", nullable=True),
        _text("file", "file it came from", nullable=True),
        Column("row", Kind.COUNT, "line or row in that file, 0 for the whole file", low=0),
        _text("found", "what stood there", nullable=True),
        _text("action", "what was done"),
        Column(
            "effect_contacts",
            Kind.NUMBER,
            "contacts added, or taken away when below 0; empty when not known",
            "contacts",
            nullable=True,
        ),
    ),
)

LIVE_GAP = "live-gap"
"""Kind of the issues that tell where a live feed heard nothing; a log's import heals them."""

IMPORT_LOG = Table(
    "import_log",
    "files that were brought in",
    ("import_id",),
    (
        Column("import_id", Kind.COUNT, "number of the import", low=1),
        _text("source", "file or switch"),
        _text("file_hash", "SHA-256 of the file"),
        _time("imported_at", "when"),
        Column("new", Kind.COUNT, "intervals not seen before", "rows", low=0),
        Column("changed", Kind.COUNT, "intervals whose figures changed", "rows", low=0),
        Column("unchanged", Kind.COUNT, "intervals that were there already", "rows", low=0),
        Column("first_start", Kind.TIME, "earliest interval it changed", "UTC", required=False),
    ),
)

READING_STATE = Table(
    "reading_state",
    "where the reading of a growing log stopped",
    ("source",),
    (
        _text("source", "format, place and way of counting of the log"),
        _text("state", "what the next reading needs, packed; no caller's number is in it"),
        _time("saved_at", "when"),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        INTERVAL_HISTORY,
        AGENT_STATE,
        FORECAST,
        REQUIREMENT,
        ROSTER_SHIFT,
        ROSTER_ACTIVITY,
        COVERAGE,
        CAPACITY_MONTH,
        RUN,
        ISSUE,
        IMPORT_LOG,
        READING_STATE,
    )
}
