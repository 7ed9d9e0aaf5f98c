"""Which columns of an unknown export hold the time, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["TimeColumns", "find_time"]

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%d/%m/%Y")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_SWAPPED = {"%m/%d/%Y": "%d/%m/%Y", "%d/%m/%Y": "%m/%d/%Y"}
_ISO = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"


@dataclass(frozen=True, slots=True)
class TimeColumns:
    """Where the start of the interval stands.

    Parameters
    ----------
    unsure
        Whether day and month could be the other way round.
    """

    columns: tuple[str, ...]
    time_format: str
    unsure: bool = False


def find_time(cells: pd.DataFrame) -> TimeColumns | None:
    """Columns that make up the start of the interval; None where none do.

    Parameters
    ----------
    cells
        Text cells of the first rows.
    """
    for name in cells:
        found = _whole_time(cells[name])
        if found is not None:
            return found
    for name in cells:
        for date in _DATES:
            if _fits(cells[name], date):
                return _with_clock(cells, str(name), date)
    return None


def _whole_time(column: pd.Series) -> TimeColumns | None:
    """Date and clock in one cell."""
    name = str(column.name)
    if column.str.fullmatch(_ISO).all():
        return TimeColumns((name,), "ISO8601")
    for date in _DATES:
        for clock in _CLOCKS:
            if _fits(column, f"{date} {clock}"):
                return _sure_or_not(column, (name,), date, f" {clock}")
    return None


def _with_clock(cells: pd.DataFrame, name: str, date: str) -> TimeColumns | None:
    """A date, and the clock in another column: 07:00, 700 or 7."""
    for other in cells.columns.drop(name):
        for clock in _CLOCKS:
            if _fits(cells[other], clock):
                return _sure_or_not(cells[name], (name, str(other)), date, f" {clock}")
    for other in cells.columns.drop(name):
        mark = _whole_number_clock(cells[other])
        if mark is not None:
            return _sure_or_not(cells[name], (name, str(other)), date, f" {mark}")
    return None


def _whole_number_clock(column: pd.Series) -> str | None:
    """``HHMM`` for 30, 700 and 1415; ``HOUR`` for 0 to 23."""
    if not column.str.fullmatch(r"\d{1,4}").all():
        return None
    number = column.astype("int64")
    named = any(word in str(column.name) for word in ("time", "start", "hour", "period"))
    if not named:
        return None
    if (number < 24).all() and "hour" in str(column.name):
        return "HOUR"
    minutes = number % 100
    whole = (number < 2400).all() and minutes.isin(range(0, 60, 5)).all()
    return "HHMM" if whole else None


def _sure_or_not(dates: pd.Series, columns: tuple[str, ...], date: str, clock: str) -> TimeColumns:
    swapped = _SWAPPED.get(date)
    whole = f"{swapped}{clock}" if len(columns) == 1 else swapped
    unsure = swapped is not None and _fits(dates, str(whole))
    return TimeColumns(columns, f"{date}{clock}", unsure)


def _fits(column: pd.Series, time_format: str) -> bool:
    if not column.str.contains(r"\d").all():
        return False
    times = pd.to_datetime(column, format=time_format, errors="coerce")
    return bool(times.notna().all())
