"""Every table that crosses a border: column, kind, unit, key, range, meaning.

One description gives the check of a frame, the SQL type in :mod:`wfm.store` and the glossary in
README. An unknown column is refused, a missing one named, and every bad cell of a frame is told
at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from wfm.budget_lines import LINES
from wfm.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

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
    "Column",
    "Kind",
    "Table",
    "check",
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


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    low, high
        Inclusive range of a count or number; None is open.
    required
        Whether the column must be there at all.
    nullable
        Whether cells may be empty; an optional column always may.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    required: bool = True
    nullable: bool = False

    @property
    def empty_allowed(self) -> bool:
        """Whether a cell may be empty."""
        return self.nullable or not self.required


@dataclass(frozen=True, slots=True)
class Table:
    """A table that crosses a border; ``key`` names the columns that identify a row."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Give the description of one column."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """All column names in order."""
        return [column.name for column in self.columns]


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

_LARGEST_COUNT = 2**53
"""Above this a float64 no longer holds every whole number."""

_SHOWN = 50
"""Bad cells told one by one per column and rule; the rest is counted."""


def check(
    frame: pd.DataFrame, table: Table, *, source: str = "", first_row: int = 2
) -> pd.DataFrame:
    """Give the frame back with the table's columns in order and their dtypes.

    Optional columns that are missing are added empty. The input is not changed.

    Parameters
    ----------
    source
        File name for messages.
    first_row
        Line number of the frame's first row in that file.

    Raises
    ------
    InputError
        With every missing or unknown column, empty cell, wrong kind, value out of range and
        duplicate key.
    """
    problems = _column_problems(frame, table, source)
    if problems:
        raise InputError(problems)
    where = source or table.name
    out = frame.reset_index(drop=True)
    for column in table.columns:
        if column.name in out.columns:
            given = out[column.name]
            out[column.name], bad = _convert(given, column)
            problems += _cell_problems(
                out[column.name], given, bad, column, source=where, first_row=first_row
            )
        else:
            out[column.name] = _empty(column, len(out))
    keys = [name for name in table.key if name in out.columns]
    if keys and not problems and out.duplicated(keys).any():
        for row in out.index[out.duplicated(keys)][:_SHOWN]:
            found = ", ".join(str(out.at[row, key]) for key in keys)
            problems.append(
                Problem(
                    f"the same {' and '.join(keys)} twice",
                    where,
                    int(row) + first_row,
                    found=found,
                    fix="keep one of the rows",
                )
            )
    if problems:
        raise InputError(problems)
    return out[table.names]


def _column_problems(frame: pd.DataFrame, table: Table, source: str) -> list[Problem]:
    where = source or table.name
    found = ", ".join(map(str, frame.columns))
    missing = [
        Problem("missing column", where, 1, column.name, found, f"add it: {column.meaning}")
        for column in table.columns
        if column.required and column.name not in frame.columns
    ]
    unknown = [
        Problem(
            "unknown column", where, 1, str(name), fix=f"{table.name} has {', '.join(table.names)}"
        )
        for name in frame.columns
        if name not in table.names
    ]
    return missing + unknown


def _convert(cells: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """Cells in the column's dtype, and a mask of the cells that are not of its kind."""
    import pandas as pd

    given = cells.notna()
    match column.kind:
        case Kind.TEXT:
            text = [str(cell) if there else None for cell, there in zip(cells, given, strict=True)]
            return pd.Series(text, dtype="object", index=cells.index), ~given & False
        case Kind.FLAG:
            bad = given & ~cells.isin([True, False])
            return cells.where(~bad, other=False).astype("boolean"), bad
        case Kind.TIME:
            time = pd.to_datetime(cells, utc=True, errors="coerce", format="ISO8601")
            return time.dt.as_unit("us"), given & time.isna()
        case Kind.COUNT:
            number = pd.to_numeric(cells, errors="coerce").astype("float64")
            whole = (number % 1 == 0) & (number.abs() <= _LARGEST_COUNT)
            return number.where(whole).astype("Int64"), given & ~whole
        case Kind.NUMBER:
            number = pd.to_numeric(cells, errors="coerce").astype("float64")
            finite = number.abs() < float("inf")
            return number.where(finite), given & ~finite


def _empty(column: Column, length: int) -> pd.Series:
    import pandas as pd

    dtypes = {
        Kind.TEXT: "object",
        Kind.COUNT: "Int64",
        Kind.NUMBER: "float64",
        Kind.TIME: "datetime64[us, UTC]",
        Kind.FLAG: "boolean",
    }
    return pd.Series([None] * length, dtype=dtypes[column.kind])


_KIND_WORDS = {
    Kind.COUNT: ("is not a whole number", "write digits only"),
    Kind.NUMBER: ("is not a number", "write a number with a decimal point"),
    Kind.TIME: ("is not a time", "write ISO 8601, like 2003-03-03T07:00:00Z"),
    Kind.FLAG: ("is neither true nor false", "write true or false"),
    Kind.TEXT: ("is not text", "write text"),
}


def _cell_problems(
    cells: pd.Series,
    given: pd.Series,
    bad: pd.Series,
    column: Column,
    *,
    source: str,
    first_row: int,
) -> list[Problem]:
    rules: list[tuple[pd.Series, str, str]] = [(bad, *_KIND_WORDS[column.kind])]
    if not column.empty_allowed:
        empty = cells.isna() | (cells == "") if column.kind is Kind.TEXT else cells.isna()
        rules.append((empty & ~bad, "is empty", f"fill it in: {column.meaning}"))
    if column.kind in {Kind.COUNT, Kind.NUMBER}:
        if column.low is not None:
            below = (cells < column.low).fillna(value=False).astype(bool)
            rules.append((below, f"is below {column.low:g}", "correct the value"))
        if column.high is not None:
            above = (cells > column.high).fillna(value=False).astype(bool)
            rules.append((above, f"is above {column.high:g}", "correct the value"))
    problems = []
    for mask, what, fix in rules:
        rows = list(mask.index[mask])
        problems += [
            Problem(what, source, int(row) + first_row, column.name, _shown(given.at[row]), fix)
            for row in rows[:_SHOWN]
        ]
        if len(rows) > _SHOWN:
            problems.append(
                Problem(f"{what}: {len(rows) - _SHOWN} more rows", source, 0, column.name)
            )
    return problems


def _shown(cell: object) -> str:
    import pandas as pd

    return "" if cell is None or pd.isna(cell) else str(cell)
