"""The grid of a file's intervals: its grain, the local days under it, what is missing on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.intervals import DAY_S, OpeningHours, zone
from wfm.telephony.options import ImportOptions

__all__ = [
    "LocalDays",
    "grain_s",
    "missing_intervals",
    "open_mask",
    "open_starts",
    "times_before_unread_rows",
]


@dataclass(frozen=True, slots=True)
class LocalDays:
    """Local day of each time: its date, and its midnight in UTC.

    Parameters
    ----------
    date
        Midnight on the wall clock, naive.
    midnight
        The moment the day begins, UTC; intervals are counted from there, so that they fit the wall
        clock in zones that are half an hour off.
    """

    date: pd.Series
    midnight: pd.Series

    @classmethod
    def of(cls, times: pd.Series, timezone: str) -> LocalDays:
        """Local days of UTC times."""
        date = times.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
        known = {day: _midnight(day, timezone) for day in date.drop_duplicates()}
        midnight = date.map(known) if known else times
        return cls(date, midnight.astype("datetime64[us, UTC]"))


def _midnight(day: pd.Timestamp, timezone: str) -> pd.Timestamp:
    """UTC of local midnight; of the first moment of the day where a clock change skips midnight."""
    return pd.Timestamp(
        dt.datetime(day.year, day.month, day.day, tzinfo=zone(timezone))
    ).tz_convert("UTC")


def times_before_unread_rows(rows: pd.DataFrame) -> pd.MultiIndex:
    """Queue and time of the last row before each row whose time was refused.

    What follows such a time may well be in the file, so no gap is made of it.
    """
    before = rows["start"].groupby(rows["queue"]).ffill()
    unread = rows["start"].isna() & before.notna()
    return pd.MultiIndex.from_arrays([rows.loc[unread, "queue"], before[unread]])


def grain_s(timed: pd.DataFrame, timezone: str, default_s: int, unsure: pd.MultiIndex) -> pd.Series:
    """Interval length of the file, row by row [s].

    The ``interval_s`` column where the file has one; otherwise the distance that occurs most often
    between neighbours of one queue and day, because a stray time or a gap must not change it. The
    two copies of an autumn time are an hour apart whatever the grain, so they tell nothing.
    """
    if "interval_s" in timed:
        return timed["interval_s"]
    order = timed[["queue", "start", "ambiguous"]].assign(
        date=LocalDays.of(timed["start"], timezone).date
    )
    order = order.sort_values(["queue", "start"])
    before = order.groupby(["queue", "date"])["start"].shift()
    sure = ~pd.MultiIndex.from_arrays([order["queue"], before]).isin(unsure)
    apart_s = (order["start"] - before).dt.total_seconds()
    copies = order["ambiguous"] & order["ambiguous"].shift(fill_value=False) & (apart_s == 3600)
    step_s = apart_s[sure & ~copies].dropna()
    if step_s.empty:
        return pd.Series(float(default_s), timed.index)
    by_queue = step_s.groupby(order["queue"]).agg(_commonest)
    return timed["queue"].map(by_queue).fillna(_commonest(step_s))


def _commonest(values: pd.Series) -> float:
    """Most frequent value, the smallest of them on a tie."""
    return float(values.mode().min())


def missing_intervals(
    timed: pd.DataFrame, grain: pd.Series, options: ImportOptions, timezone: str
) -> pd.DataFrame:
    """Intervals that should be there and are not.

    Returns
    -------
    pandas.DataFrame
        ``queue, start, run, step_s, start_before, row_after``: consecutive intervals between the
        same two rows of the file share a ``run``.
    """
    columns = ["queue", "start", "run", "step_s", "start_before", "row_after"]
    runs = []
    for queue, part in timed.groupby("queue", sort=False):
        step_s = int(grain.loc[part.index].iloc[0])
        opening = (options.opening or {}).get(str(queue))
        ordered = part["start"].sort_values()
        present = pd.DatetimeIndex(ordered)
        starts = _expected_starts(present, step_s, timezone, opening, options.holidays)
        starts = starts.difference(present.union(_second_copies(part))).as_unit("us")
        after = present.searchsorted(starts)
        apart = np.diff(starts.asi8, prepend=0) != step_s * 1_000_000
        line = ordered.index.to_numpy()
        found = {
            "queue": queue,
            "start": starts,
            "run": np.cumsum(apart | (np.diff(after, prepend=-1) != 0)),
            "step_s": step_s,
            "start_before": present[np.maximum(after - 1, 0)],
            "row_after": line[np.minimum(after, len(line) - 1)],
        }
        if len(starts):
            runs.append(pd.DataFrame(found, columns=columns))
    return pd.concat(runs, ignore_index=True) if runs else pd.DataFrame(columns=columns)


def _second_copies(part: pd.DataFrame) -> pd.DatetimeIndex:
    """Later autumn hour of wall-clock rows: a file that shows the hour once has nothing there."""
    return pd.DatetimeIndex(part.loc[part["ambiguous"], "start"]) + pd.Timedelta(hours=1)


def _expected_starts(
    present: pd.DatetimeIndex,
    step_s: int,
    timezone: str,
    opening: OpeningHours | None,
    holidays: frozenset[dt.date],
) -> pd.DatetimeIndex:
    """Interval starts that one queue should have on the days it has rows.

    With opening hours: every open interval, except on the first and the last day of the file, which
    may be cut off. Without: everything between the first and the last interval of each day.
    """
    days = LocalDays.of(present.to_series(), timezone)
    spans = pd.DataFrame({"date": days.date, "start": present}).groupby("date")["start"]
    first, last = spans.min(), spans.max()
    starts = _all_starts(first.index, step_s, timezone)
    date = starts.tz_convert(timezone).tz_localize(None).normalize()
    from_first = starts >= pd.DatetimeIndex(first.reindex(date))
    until_last = starts <= pd.DatetimeIndex(last.reindex(date))
    if opening is None:
        return starts[from_first & until_last]
    is_open = open_mask(starts, step_s, timezone, opening, holidays)
    begun = from_first | (date > first.index[0])
    not_ended = until_last | (date < first.index[-1])
    return starts[is_open & begun & not_ended]


def _all_starts(dates: pd.Index, step_s: int, timezone: str) -> pd.DatetimeIndex:
    """UTC starts of every interval of the given local days."""
    begin = np.array([_midnight(day, timezone).timestamp() for day in dates], dtype="int64")
    one_day = pd.Timedelta(days=1)
    end = np.array([_midnight(day + one_day, timezone).timestamp() for day in dates], dtype="int64")
    # a day has 25 hours when the clock goes back
    epochs = begin[:, None] + np.arange(0, DAY_S + 3600, step_s)[None, :]
    epochs = epochs[epochs < end[:, None]]
    return pd.DatetimeIndex(pd.to_datetime(epochs, unit="s", utc=True)).as_unit("us")


def open_starts(
    first: pd.Timestamp,
    last: pd.Timestamp,
    step_s: int,
    timezone: str,
    opening: OpeningHours,
    holidays: frozenset[dt.date],
) -> pd.DatetimeIndex:
    """UTC starts of the open intervals between two moments, both included."""
    ends = pd.Series([first, last]).dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    starts = _all_starts(pd.date_range(ends[0], ends[1]), step_s, timezone)
    starts = starts[(starts >= first) & (starts <= last)]
    return starts[open_mask(starts, step_s, timezone, opening, holidays)]


def open_mask(
    starts: pd.DatetimeIndex,
    step_s: int,
    timezone: str,
    opening: OpeningHours,
    holidays: frozenset[dt.date],
) -> np.ndarray:
    """Whether any part of the intervals is open."""
    local = starts.tz_convert(timezone).tz_localize(None)
    date = local.normalize()
    clock_s = ((local - date) // pd.Timedelta(seconds=1)).to_numpy()
    mask = np.zeros(len(starts), dtype=bool)
    day_code, dates = pd.factorize(date)
    hours = [opening.spans(day.date(), holiday=day.date() in holidays) for day in dates]
    for spans in set(hours):
        such_days = np.array([each == spans for each in hours])[day_code]
        for from_s, to_s in spans:
            mask |= such_days & (clock_s < to_s) & (clock_s + step_s > from_s)
    return mask
