"""Between the wall clock that the forecast works on and the UTC that the store keeps."""

from __future__ import annotations

import pandas as pd

from wfm.intervals import local_to_utc, utc_to_local

__all__ = ["to_utc_intervals", "to_wall_clock"]

_SUMS = ("offered", "answered", "abandoned", "talk_s")


def to_wall_clock(history: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """History by wall-clock slot: queue, start (naive) and sums; a doubled hour is one slot."""
    sums = [name for name in _SUMS if name in history.columns]
    out = history[["queue", *sums]].copy()
    out["start"] = utc_to_local(history["interval_start"], timezone)
    for name in sums:
        out[name] = out[name].astype("float64")
    grouped = out.groupby(["queue", "start"], sort=False)[sums]
    return grouped.sum(min_count=1).reset_index().sort_values(["queue", "start"], ignore_index=True)


def to_utc_intervals(frame: pd.DataFrame, timezone: str, interval_s: int) -> pd.DataFrame:
    """Wall-clock rows as UTC intervals.

    Slots that spring skips are dropped; the contacts of a slot that autumn shows twice are halved
    between its two intervals, so that the day's total stays.
    """
    utc, skipped, twice = local_to_utc(frame["start"], timezone)
    out = frame.drop(columns=["start"]).copy()
    out.insert(1, "interval_start", utc)
    out.insert(2, "interval_s", interval_s)
    counts = [name for name in out.columns if name in ("mean", "offered") or name[:2] in _QUANTILE]
    out.loc[twice, counts] = out.loc[twice, counts] / 2
    later = out[twice].copy()
    later["interval_start"] = later["interval_start"] + pd.Timedelta(hours=1)
    both = pd.concat([out[~skipped], later], ignore_index=True)
    return both.sort_values(["queue", "interval_start"], ignore_index=True)


_QUANTILE = ("q0", "q1")
