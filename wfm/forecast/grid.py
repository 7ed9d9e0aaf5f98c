"""One queue's history as a matrix of days × slots, closed and unknown cells empty."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.forecast.calendar import BoolArray, DayKind, Days, FloatArray, QueueCalendar, open_slots
from wfm.intervals import DAY_S

__all__ = ["Grid", "UnfitHistoryError", "ahead_of", "learn_opening", "read_grid"]

_PATTERN_DAYS = 56
"""The open pattern is learned from this many last days."""
_OPEN_SHARE = 0.34
"""A slot is open when it is recorded on at least this share of its weekday's dates."""
_STOPPED_DAYS = 28
"""A queue without a contact for this long has stopped."""
_HOLIDAYS_SEEN = 2
"""A holiday of a new name is closed when as many others all were."""
_LEAST_DAYS = 14
"""Less history than this and there is nothing to learn from."""


class UnfitHistoryError(ValueError):
    """A queue whose history cannot be forecast from; the text says what to do instead."""

    def __init__(self, what: str, found: str, fix: str) -> None:
        super().__init__(f"{what}, found {found}; {fix}")
        self.what, self.found, self.fix = what, found, fix


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """History of one queue on its wall clock; equal to itself alone, and never changed.

    Parameters
    ----------
    days
        Dates of the rows, up to the day before the forecast starts.
    counts
        Contacts, shape (days, slots); NaN where closed or not known.
    opens
        Whether a slot is open, shape (days, slots).
    pattern
        Whether a slot of a weekday is open on an ordinary day, shape (7, slots).
    """

    days: Days
    counts: FloatArray
    opens: BoolArray
    pattern: BoolArray

    @property
    def slots(self) -> int:
        """Intervals in a day of 24 hours."""
        return int(self.counts.shape[1])

    def until(self, stop: int) -> Grid:
        """Give the history as it stood before the day at position ``stop``."""
        return Grid(self.days.cut(0, stop), self.counts[:stop], self.opens[:stop], self.pattern)

    def since(self, start: int) -> Grid:
        """Give the history from the day at position ``start`` on."""
        n = len(self.days)
        return Grid(self.days.cut(start, n), self.counts[start:], self.opens[start:], self.pattern)

    def with_counts(self, counts: FloatArray) -> Grid:
        """Give the same days with other counts."""
        return Grid(self.days, counts, self.opens, self.pattern)


def read_grid(
    history: pd.DataFrame, calendar: QueueCalendar, *, until: dt.date, interval_s: int
) -> Grid:
    """Days × slots of one queue from its interval rows.

    Parameters
    ----------
    history
        Columns start (naive local time) and offered, one queue; the two equal times of an autumn
        night are added up.
    until
        First day that is not history.
    interval_s
        Length of an interval [s].

    Raises
    ------
    UnfitHistoryError
        When the history is empty, too short, constant, or the queue has stopped.
    """
    slots = DAY_S // interval_s
    # numpy keeps whatever unit the column has, so seconds are asked for by name
    seconds = history["start"].to_numpy().astype("datetime64[s]").astype(np.int64)
    day, slot = seconds // DAY_S, seconds % DAY_S // interval_s
    last = np.datetime64(until, "D").astype(np.int64)
    offered = history["offered"].to_numpy(dtype=np.float64, na_value=np.nan)
    use = (day < last) & np.isfinite(offered)
    if not use.any() or offered[use].sum() <= 0:
        raise UnfitHistoryError(
            "no contacts before the forecast starts", f"{int(use.sum())} intervals of 0", _BORROW
        )
    day, slot, offered = day[use], slot[use], offered[use]
    first = int(day.min())
    _refuse_unfit(day, offered, first, int(last))
    counts = np.zeros((int(last) - first, slots))
    known = np.zeros(counts.shape, dtype=np.bool_)
    np.add.at(counts, (day - first, slot), offered)
    known[day - first, slot] = True
    counts[~known] = np.nan
    return _opened(counts, calendar, np.datetime64(first, "D").item(), interval_s)


_BORROW = (
    'say what to expect of it with new = { like = "sibling", share = 0.2 } or '
    "new = { per_day = 300 } in wfm.toml"
)


def _refuse_unfit(day: np.ndarray, offered: FloatArray, first: int, last: int) -> None:
    if last - first < _LEAST_DAYS:
        raise UnfitHistoryError(
            f"history is too short: at least {_LEAST_DAYS} days are needed",
            f"{last - first} days",
            _BORROW,
        )
    heard = int(day[offered > 0].max())
    if last - heard > _STOPPED_DAYS:
        since = np.datetime64(heard, "D")
        raise UnfitHistoryError(
            f"the queue has stopped: no contact in {_STOPPED_DAYS} days",
            f"its last contact on {since}",
            "leave it out, or set as-of to a date at which it still ran",
        )
    if offered.min() == offered.max():
        raise UnfitHistoryError(
            "every interval has the same count, which no record of contacts has",
            f"{offered[0]:g} in {len(offered)} intervals",
            "check the export",
        )


def _opened(counts: FloatArray, calendar: QueueCalendar, first: dt.date, interval_s: int) -> Grid:
    """Drop what lies outside opening hours; a contact at night is a stray, not a habit."""
    n = len(counts)
    if calendar.opening is None:
        weekday = (np.datetime64(first, "D").astype(np.int64) + 3 + np.arange(n)) % 7
        pattern = learn_opening(counts, weekday)
        days = Days.span(first, n, calendar, _works(pattern))
        opens = pattern[days.weekday]
    else:
        always = Days.span(dt.date(2001, 1, 1), 7, QueueCalendar(), np.ones(7, dtype=np.bool_))
        pattern = open_slots(calendar.opening, always, interval_s)
        days = Days.span(first, n, calendar, _works(pattern))
        opens = open_slots(calendar.opening, days, interval_s)
    kept = np.where(opens, counts, np.nan)
    if not np.nansum(kept) > 0:
        raise UnfitHistoryError(
            "no contacts in opening hours", "contacts at other times only", "check the hours"
        )
    return Grid(days, kept, opens, pattern)


def _works(pattern: BoolArray) -> BoolArray:
    """Whether each weekday is open at all."""
    return np.asarray(pattern.any(axis=1))


def learn_opening(counts: FloatArray, weekday: np.ndarray) -> BoolArray:
    """Open weekday × slot pattern of a history without closed hours, shape (7, slots).

    Examples
    --------
    >>> counts = np.array([[np.nan, 3.0]] * 5 + [[np.nan, np.nan]] * 2)
    >>> learn_opening(counts, np.arange(7)).any(axis=1).sum()
    np.int64(5)
    """
    known = ~np.isnan(counts)
    stop = int(np.flatnonzero(known.any(axis=1)).max()) + 1
    start = max(0, stop - _PATTERN_DAYS)
    recent, wd = known[start:stop], weekday[start:stop]
    share = np.stack(
        [recent[wd == w].mean(axis=0) if (wd == w).any() else known[0] * 0.0 for w in range(7)]
    )
    return np.asarray(share >= _OPEN_SHARE)


def ahead_of(
    grid: Grid, calendar: QueueCalendar, count: int, interval_s: int
) -> tuple[Days, BoolArray]:
    """Give the ``count`` days after the history and which of their slots are open.

    Parameters
    ----------
    grid
        History as it came; without opening hours it also tells which holidays are closed.
    """
    first = (grid.days.date[-1] + np.timedelta64(1, "D")).item()
    days = Days.span(first, count, calendar, _works(grid.pattern))
    if calendar.opening is not None:
        return days, open_slots(calendar.opening, days, interval_s)
    opens = grid.pattern[days.weekday]
    opens[_closed_holidays(grid, calendar, days)] = False
    return days, opens


def _closed_holidays(grid: Grid, calendar: QueueCalendar, ahead: Days) -> BoolArray:
    """Dates ahead that are closed as their holiday always was, or as every holiday was.

    Notes
    -----
    A holiday is closed when each past one of its name has no row at all on a day that is open
    otherwise; one never seen, when at least two others were seen and all were closed.
    """
    due = (grid.days.kind == DayKind.HOLIDAY) & _works(grid.pattern)[grid.days.weekday]
    shut: dict[str, list[bool]] = {}
    for day in np.flatnonzero(due):
        name = calendar.holidays[grid.days.date[day].item()]
        shut.setdefault(name, []).append(bool(np.isnan(grid.counts[day]).all()))
    seen = [closed for each in shut.values() for closed in each]
    usual = len(seen) >= _HOLIDAYS_SEEN and all(seen)
    out = np.zeros(len(ahead), dtype=np.bool_)
    for day in np.flatnonzero(ahead.kind == DayKind.HOLIDAY):
        mine = shut.get(calendar.holidays[ahead.date[day].item()])
        out[day] = usual if mine is None else all(mine)
    return out
