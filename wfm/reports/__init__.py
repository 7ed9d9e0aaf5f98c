"""Reports: results into what people hold in their hands.

:func:`write_roster_workbook` makes the planner's workbook out of a :class:`RosterBook`: a roster
with one cell per person and date, a heat map of the coverage, a Gantt per day, hours, wishes,
settings and the run behind it all, every figure a formula that follows hand edits;
:func:`read_roster_workbook` reads those edits back and :func:`coverage_change` says what they do.
:func:`write_roster_page` is the same roster as one web page with charts, :func:`write_calendars`
gives everybody a calendar. :func:`write_table` puts any table on one sheet. :func:`write_frame`
and :func:`read_frame` are the files between programs (CSV, gzip, Parquet).
:func:`print_plan_summary`, :func:`print_quality`, :func:`print_frame` and :func:`stage_progress`
are the terminal.

openpyxl is imported by the ``excel_*`` files alone and rich by the ``console*`` files; a name is
loaded when it is first asked for, so that reading a CSV loads neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wfm.reports.book import QualityBlock, QualityLine, RosterBook
    from wfm.reports.calendars import write_calendars
    from wfm.reports.console import BacktestRow, PlanSummary, print_plan_summary
    from wfm.reports.console_progress import StageProgress, stage_progress
    from wfm.reports.console_quality import print_quality
    from wfm.reports.console_table import print_frame
    from wfm.reports.excel_edits import read_roster_workbook, roster_run
    from wfm.reports.excel_table import write_table
    from wfm.reports.excel_workbook import write_roster_workbook
    from wfm.reports.forecast_page import QueuePicture, write_forecast_page
    from wfm.reports.frames import read_frame, write_frame
    from wfm.reports.html_page import write_roster_page
    from wfm.reports.json_document import json_text, write_json
    from wfm.reports.roster_edits import RosterEdits, ShiftChange, coverage_change

__all__ = [
    "BacktestRow",
    "PlanSummary",
    "QualityBlock",
    "QualityLine",
    "QueuePicture",
    "RosterBook",
    "RosterEdits",
    "ShiftChange",
    "StageProgress",
    "coverage_change",
    "json_text",
    "print_frame",
    "print_plan_summary",
    "print_quality",
    "read_frame",
    "read_roster_workbook",
    "roster_run",
    "stage_progress",
    "write_calendars",
    "write_forecast_page",
    "write_frame",
    "write_json",
    "write_roster_page",
    "write_roster_workbook",
    "write_table",
]

_HOMES = {
    "BacktestRow": "console",
    "PlanSummary": "console",
    "QualityBlock": "book",
    "QualityLine": "book",
    "QueuePicture": "forecast_page",
    "RosterBook": "book",
    "RosterEdits": "roster_edits",
    "ShiftChange": "roster_edits",
    "coverage_change": "roster_edits",
    "read_roster_workbook": "excel_edits",
    "roster_run": "excel_edits",
    "StageProgress": "console_progress",
    "json_text": "json_document",
    "print_frame": "console_table",
    "print_plan_summary": "console",
    "print_quality": "console_quality",
    "read_frame": "frames",
    "stage_progress": "console_progress",
    "write_calendars": "calendars",
    "write_forecast_page": "forecast_page",
    "write_frame": "frames",
    "write_json": "json_document",
    "write_roster_page": "html_page",
    "write_roster_workbook": "excel_workbook",
    "write_table": "excel_table",
}


def __getattr__(name: str) -> object:
    """Load the file that holds a name."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
