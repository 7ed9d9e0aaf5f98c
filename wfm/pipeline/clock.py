"""Between the wall clock that the forecast works on and the UTC that the store keeps."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from wfm.intervals import local_to_utc, utc_to_local

__all__ = ["SUMS", "as_in_files", "even_hours", "to_utc_intervals", "to_wall_clock"]

SUMS = ("offered", "answered", "abandoned", "talk_s", "not_first_visit")


def to_wall_clock(history: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """History by wall-clock slot: queue, start (naive) and sums; a doubled hour is one slot."""
    sums = [name for name in SUMS if name in history.columns]
    out = history[["queue", *sums]].copy()
    out["start"] = utc_to_local(history["interval_start"], timezone)
    for name in sums:
        out[name] = out[name].astype("float64")
    keys = ["queue", "start"] if out["queue"].nunique() > 1 else ["start"]
    if len(keys) > 1 or not out["start"].is_monotonic_increasing:
        out = out.sort_values(keys)
    out = out[["queue", "start", *sums]].reset_index(drop=True)
    doubled = out.duplicated(keys, keep=False)
    if not doubled.any():
        return out
    one = out[doubled].groupby(["queue", "start"])[sums].sum(min_count=1).reset_index()
    return pd.concat([out[~doubled], one]).sort_values(keys, ignore_index=True)


def even_hours(local: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """History in which a slot that autumn shows twice counts as one of ordinary length.

    Forecasts are learned from it, and say what a slot of ordinary length brings.
    """
    _, _, twice = local_to_utc(local["start"], timezone)
    if not twice.any():
        return local
    length = np.where(twice, 0.5, 1.0)
    sums = [name for name in SUMS if name in local.columns]
    return local.assign(**{name: local[name].astype("float64") * length for name in sums})


def to_utc_intervals(
    frame: pd.DataFrame, timezone: str, interval_s: int, *, doubled: bool = False
) -> pd.DataFrame:
    """Wall-clock forecast as UTC intervals: slots that spring skips are dropped.

    Parameters
    ----------
    doubled
        Whether a slot that autumn shows twice holds the contacts of both intervals, as in files;
        the forecast stage says what a slot of ordinary length brings.
    """
    utc, skipped, twice = local_to_utc(frame["start"], timezone)
    out = frame.drop(columns=["start"]).copy()
    out.insert(1, "interval_start", utc)
    out.insert(2, "interval_s", interval_s)
    if doubled:
        counts = _counts(out)
        out.loc[twice, counts] = out.loc[twice, counts] / 2
    later = out[twice].copy()
    later["interval_start"] = later["interval_start"] + pd.Timedelta(hours=1)
    both = pd.concat([out[~skipped], later], ignore_index=True)
    return both.sort_values(["queue", "interval_start"], ignore_index=True)


def as_in_files(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Forecast as a reader of the clock counts it: a slot shown twice holds both its intervals."""
    _, skipped, twice = local_to_utc(frame["start"], timezone)
    out = frame.copy()
    out.loc[twice, _counts(out)] = out.loc[twice, _counts(out)] * 2
    return out[~skipped].reset_index(drop=True)


def _counts(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name == "mean" or re.fullmatch(r"q[\d.]+", name)]
