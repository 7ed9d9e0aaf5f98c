"""Queues and their group made to agree: the group's day is the sum of its queues' days.

A group of queues is steadier than each of them, so it is forecast by itself as well, from the sum
of their histories. Where that forecast and the sum of the queues differ, each gives way as far as
it is uncertain: minimum trace with variances alone (Wickramasuriya, Athanasopoulos & Hyndman 2019,
JASA 114(526)), day by day. Within a day every queue keeps its shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import pandas as pd

from wfm.forecast.calendar import FloatArray, QueueCalendar
from wfm.forecast.queue_tables import QueueTables

__all__ = ["GroupSum", "group_calendar", "group_history", "group_table", "reconciled"]


@dataclass(frozen=True, slots=True)
class GroupSum:
    """Histories of a group's queues added up, one after the other: so none of them need be kept.

    Parameters
    ----------
    offered
        Contacts of all by start.
    there
        Queues with rows by date.
    since
        First start of the queue that began last.
    """

    offered: pd.Series
    there: pd.Series
    since: pd.Timestamp

    @classmethod
    def of(cls, rows: pd.DataFrame) -> GroupSum:
        """Of one queue: start, offered."""
        offered = rows.groupby("start")["offered"].sum()
        dates = offered.index.normalize().unique()
        return cls(offered, pd.Series(1, index=dates), offered.index[0])

    def with_queue(self, other: GroupSum) -> GroupSum:
        """Both together."""
        return GroupSum(
            self.offered.add(other.offered, fill_value=0),
            self.there.add(other.there, fill_value=0),
            max(self.since, other.since),
        )

    def whole_days(self) -> pd.DataFrame:
        """start, offered over days on which no queue has a gap, from when all were there."""
        there = self.there[self.there.index >= self.since.normalize()]
        usual = there.groupby(there.index.day_of_week).transform("median")
        whole = there.index[there >= usual]
        kept = self.offered[self.offered.index.normalize().isin(whole)]
        return kept.rename_axis("start").rename("offered").reset_index()


def group_history(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum of the queues' histories by interval, over days on which none of them has a gap.

    Parameters
    ----------
    rows
        queue, start, offered of the queues of one group.
    """
    queues = [GroupSum.of(part) for _, part in rows.groupby("queue", sort=False)]
    return reduce(GroupSum.with_queue, queues).whole_days()


def group_calendar(members: Sequence[QueueCalendar]) -> QueueCalendar:
    """Holidays of the first member, hours learned, all members' events with effects to learn."""
    every = [replace(event, uplift=None) for member in members for event in member.events]
    events = dict.fromkeys(every)  # a set would change its order from process to process
    return QueueCalendar(None, members[0].holidays, tuple(events))


def reconciled(
    queues: Mapping[str, QueueTables], group: QueueTables | None
) -> dict[str, QueueTables]:
    """Tables of the queues, moved day by day so that they add up to what all know together.

    Days on which an event touches a queue or the group stay as they are: the group cannot know
    what was given for one queue.

    Parameters
    ----------
    group
        Tables of the group forecast by itself; None where it could not be.
    """
    if group is None:
        return dict(queues)
    said = np.stack([tables.days.mean for tables in queues.values()])
    variance = np.stack([tables.days.variance for tables in queues.values()])
    touched = np.any([tables.days.touched for tables in [*queues.values(), group]], axis=0)
    total = variance.sum(axis=0) + group.days.variance
    gap = np.where(touched | (said.sum(axis=0) <= 0), 0.0, group.days.mean - said.sum(axis=0))
    moved = said + variance * np.divide(gap, total, out=np.zeros_like(gap), where=total > 0)
    factor = np.divide(np.maximum(moved, 0.0), said, out=np.ones_like(said), where=said > 0)
    return {name: _scaled(tables, factor[row]) for row, (name, tables) in enumerate(queues.items())}


def _lines(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name == "mean" or name.startswith("q0")]


def _scaled(tables: QueueTables, factor: FloatArray) -> QueueTables:
    """Tables with every day's contacts times its factor; weeks are sums of days."""
    by_date = pd.Series(factor, index=pd.DatetimeIndex(tables.days.date))
    frame, special = tables.frame.copy(), tables.special.copy()
    mine = by_date.reindex(frame["start"].dt.normalize()).to_numpy()
    frame[_lines(frame)] = frame[_lines(frame)].to_numpy() * mine[:, None]
    if len(special):
        at = by_date.reindex(pd.DatetimeIndex(special["date"])).fillna(1.0).to_numpy()
        for name in ("contacts", "ordinary"):
            special[name] = special[name].to_numpy() * at
    days = replace(tables.days, mean=tables.days.mean * factor)
    return replace(
        tables,
        frame=frame,
        totals=_with_means(tables.totals, pd.Series(days.mean, index=by_date.index)),
        special=special,
        days=days,
    )


def _with_means(totals: pd.DataFrame, day: pd.Series) -> pd.DataFrame:
    """Days and weeks with new means, their quantiles moved alike."""
    out = totals.copy()
    week = day.rolling(7).sum().shift(-6)
    mean = np.where(
        out["level"] == "day",
        day.reindex(out["start"]).to_numpy(),
        week.reindex(out["start"]).to_numpy(),
    )
    old = out["mean"].to_numpy()
    factor = np.divide(mean, old, out=np.ones_like(old), where=old > 0)
    out[_lines(out)] = out[_lines(out)].to_numpy() * factor[:, None]
    return out


def group_table(
    name: str, queues: Mapping[str, QueueTables], group: QueueTables | None
) -> pd.DataFrame:
    """Group's intervals, days and weeks: means are the queues' sums, bands are the group's own.

    Returns
    -------
    pandas.DataFrame
        group, level (interval, day, week), start, mean, quantiles; NaN quantiles where the group
        could not be forecast by itself.
    """
    parts = [
        pd.concat([tables.frame.assign(level="interval"), tables.totals])
        for tables in queues.values()
    ]
    total = pd.concat(parts).groupby(["level", "start"], as_index=False)["mean"].sum()
    total.insert(0, "group", name)
    lines = _lines(parts[0])
    if group is None:
        return total.assign(**{line: np.nan for line in lines if line != "mean"})
    own = pd.concat([group.frame.assign(level="interval"), group.totals])
    own = own.set_index(["level", "start"])[lines].reindex(
        pd.MultiIndex.from_frame(total[["level", "start"]])
    )
    mean, base = total["mean"].to_numpy(), own["mean"].to_numpy()
    factor = np.divide(mean, base, out=np.zeros_like(mean), where=base > 0)
    for line in lines[1:]:
        total[line] = own[line].to_numpy() * factor
    return total
