"""Planners' own changes to a forecast: a layer with reasons, laid on again after each forecast.

A change of a queue reaches the days, weeks and groups that it is part of; a change of a group is
spread over its queues as they share its contacts. Interval sums stay day and week sums, and
queues still add up to their group.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from wfm.forecast.forecasting import Forecast

__all__ = ["Adjustment", "How", "adjusted", "adjusted_forecast"]


class How(StrEnum):
    """What an adjustment does with the contacts of its span."""

    SET = "set"
    """They are this many in all."""
    TIMES = "times"
    """They are multiplied."""
    PLUS = "plus"
    """So many more (or fewer, down to none) in all."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One change of one queue, or of all queues of a group together.

    Parameters
    ----------
    queue
        Name of the queue or of the group.
    first, until
        Span of local time, ``until`` not included.
    value
        Contacts in all (set, plus) or a factor (times).
    reason, author
        Why and by whom; neither may be empty.
    """

    queue: str
    first: dt.datetime
    until: dt.datetime
    how: How
    value: float
    reason: str
    author: str

    def __post_init__(self) -> None:
        """Refuse a change that nobody answers for or that makes no forecast."""
        if not self.reason.strip() or not self.author.strip():
            raise ValueError(f"adjustment of {self.queue} at {self.first}: give reason and author")
        if self.until <= self.first:
            raise ValueError(f"adjustment of {self.queue} at {self.first} ends before it starts")
        if self.how is not How.PLUS and self.value < 0:
            raise ValueError(f"adjustment of {self.queue} at {self.first}: contacts below 0")

    def queues(
        self, there: Collection[str], groups: Mapping[str, Sequence[str]]
    ) -> tuple[str, ...]:
        """Queues that it is of: the one of its name, else those of the group of its name."""
        known = (self.queue,) if self.queue in there else groups.get(self.queue, ())
        return tuple(queue for queue in known if queue in there)


def adjusted(
    frame: pd.DataFrame,
    adjustments: Sequence[Adjustment],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Forecast with adjustments laid on in order; the frame given is not changed.

    Mean and quantiles of a span are scaled alike, so its shape, the shares of a group's queues and
    the relative uncertainty stay. Where nothing was expected, set and plus spread evenly over the
    span.

    Parameters
    ----------
    frame
        As :attr:`wfm.forecast.Forecast.frame`.
    groups
        Queues by group.

    Raises
    ------
    ValueError
        When an adjustment touches no row of the forecast.
    """
    out = frame.copy()
    lines, there = _lines(out), set(out["queue"])
    for one in adjustments:
        mine = (
            out["queue"].isin(one.queues(there, groups or {}))
            & (out["start"] >= pd.Timestamp(one.first))
            & (out["start"] < pd.Timestamp(one.until))
        )
        if not mine.any():
            raise ValueError(f"adjustment of {one.queue} at {one.first} touches no forecast")
        total = float(out.loc[mine, "mean"].sum())
        goal = {
            How.SET: one.value,
            How.TIMES: total * one.value,
            How.PLUS: max(total + one.value, 0.0),
        }[one.how]
        if total > 0:
            out.loc[mine, lines] *= goal / total
        else:
            out.loc[mine, lines] = np.full((int(mine.sum()), len(lines)), goal / mine.sum())
    return out


def adjusted_forecast(
    result: Forecast,
    adjustments: Sequence[Adjustment],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Forecast:
    """Forecast with adjustments laid on intervals, days, weeks and groups alike.

    Raises
    ------
    ValueError
        As of :func:`adjusted`.
    """
    frame = adjusted(result.frame, adjustments, groups)
    moved = frame[["queue", "start"]].assign(change=frame["mean"] - result.frame["mean"])
    of = {queue: group for group, queues in (groups or {}).items() for queue in queues}
    return replace(
        result,
        frame=frame,
        totals=_moved(result.totals, "queue", moved),
        groups=_moved(result.groups, "group", moved.assign(group=moved["queue"].map(of))),
    )


_ROUNDING = 1e-9


def _lines(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name == "mean" or re.fullmatch(r"q[\d.]+", name)]


def _moved(table: pd.DataFrame, key: str, moved: pd.DataFrame) -> pd.DataFrame:
    """Rows of intervals, days and weeks with the changes of their intervals, bands moved alike."""
    if table.empty or not moved["change"].any():
        return table
    change = np.zeros(len(table))
    for level, sums in _changes(key, moved).items():
        mine = (table["level"] == level).to_numpy()
        where = pd.MultiIndex.from_frame(table.loc[mine, [key, "start"]])
        change[mine] = sums.reindex(where).fillna(0.0).to_numpy()
    old = table["mean"].to_numpy(dtype=np.float64)
    left = old + change
    new = np.where(left > _ROUNDING * old, left, 0.0)  # of a day set to nothing nothing is left
    lines = _lines(table)
    known = table[lines].notna().to_numpy()
    factor = np.divide(new, old, out=np.ones_like(old), where=old > 0)
    values = np.where((old > 0)[:, None], table[lines] * factor[:, None], new[:, None])
    out = table.copy()
    out[lines] = np.where(known, values, np.nan)
    return out


def _changes(key: str, moved: pd.DataFrame) -> dict[str, pd.Series]:
    """Changes by level, each by name and start of interval, day or week."""
    slots = moved.groupby([key, "start"])["change"].sum()
    days = slots.groupby(
        [slots.index.get_level_values(0), slots.index.get_level_values(1).floor("D")]
    ).sum()
    by_date = days.unstack(0).asfreq("D").fillna(0.0)
    weeks = by_date[::-1].rolling(7, min_periods=1).sum()[::-1]
    return {"interval": slots, "day": days, "week": weeks.unstack()}
