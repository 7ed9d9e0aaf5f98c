"""Every table that crosses a border: column, kind, unit, key, range, meaning.

One description gives the check of a frame, the SQL type in :mod:`wfm.store` and what a message
says a missing cell means. An unknown column is refused, a missing one named, and every bad cell of
a frame is told at once.
"""

from wfm.schema.checking import check
from wfm.schema.table import Column, Kind, Table
from wfm.schema.tables import (
    AGENT_STATE,
    CAPACITY_MONTH,
    COVERAGE,
    FORECAST,
    IMPORT_LOG,
    INTERVAL_HISTORY,
    ISSUE,
    LIVE_GAP,
    QUANTILES,
    READING_STATE,
    REQUIREMENT,
    ROSTER_ACTIVITY,
    ROSTER_SHIFT,
    RUN,
    TABLES,
    quantile_column,
)

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
