"""Rows of no contacts for what the answer of a cloud leaves out: what did not happen is absent."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["Asked", "with_quiet_rows"]

_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Time that a cloud was asked for, from a moment until before another."""

    start: pd.Timestamp
    end: pd.Timestamp


def with_quiet_rows(rows: pd.DataFrame, asked: Asked | None = None) -> pd.DataFrame:
    """Rows with one of zeros for every queue and interval that they lack.

    Parameters
    ----------
    rows
        Typed rows: ``queue``, ``start``, ``ambiguous``, ``interval_s`` and figures.
    asked
        Time to fill; from the first to the last row when None.
    """
    length_s = float(rows["interval_s"].mode().min())
    if length_s < 60:
        return rows
    step = pd.Timedelta(seconds=length_s)
    first, last = rows["start"].min(), rows["start"].max()
    if asked is not None:
        # the grid is that of the rows, whatever part of an hour the zone is off
        first -= (first - asked.start) // step * step
        last += (asked.end - step - last) // step * step
    if (last - first) / step > _MOST:
        return rows
    times = pd.date_range(first, last, freq=step)
    every = pd.MultiIndex.from_product([rows["queue"].unique(), times], names=["queue", "start"])
    missing = every.difference(pd.MultiIndex.from_frame(rows[["queue", "start"]]))
    quiet = missing.to_frame(index=False).assign(ambiguous=False, interval_s=length_s)
    figures = [name for name in rows if name not in quiet]
    quiet[figures] = 0.0
    filled = pd.concat([rows.fillna({"answered_in_threshold": 0.0}), quiet], ignore_index=True)
    return filled.sort_values(["queue", "start"], ignore_index=True)
