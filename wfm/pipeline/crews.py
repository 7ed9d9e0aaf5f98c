"""Skill groups of a roster: who is at work for which queues, interval by interval."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["crews_at", "crews_of", "split_group"]


def split_group(name: str, queues: Iterable[str]) -> list[str]:
    """Queues of a skill group's name.

    Examples
    --------
    >>> split_group("sales+service", ["sales", "service"]), split_group("c+c", ["c+c"])
    (['sales', 'service'], ['c+c'])
    """
    return [name] if name in set(queues) else name.split("+")


def crews_of(
    shifts: pd.DataFrame, activities: pd.DataFrame, rows: pd.DataFrame
) -> pd.DataFrame | None:
    """Agents at work by skill group and interval: group, interval_start, agents.

    None where every shift serves a single queue: the coverage says as much.

    Parameters
    ----------
    shifts, activities
        Columns of ``schema.ROSTER_SHIFT`` and ``schema.ROSTER_ACTIVITY``.
    rows
        Coverage whose intervals are asked for.
    """
    if set(shifts["skill"]) <= set(rows["queue"]):
        return None
    work = activities[activities["activity"] == "work"].sort_values("start")
    skill = shifts.sort_values("start")[["agent", "start", "skill"]]
    work = pd.merge_asof(work, skill, on="start", by="agent")
    times = rows.drop_duplicates("interval_start")[["interval_start", "interval_s"]]
    edges = _epoch_s(times["interval_start"])
    lengths = times["interval_s"].to_numpy(float)
    tables = []
    for name, part in work.groupby("skill"):
        worked = [_worked_s(part, at) for at in (edges, edges + lengths)]
        mine = times[["interval_start"]].assign(group=name)
        tables.append(mine.assign(agents=(worked[1] - worked[0]) / lengths))
    return pd.concat(tables, ignore_index=True)


def crews_at(crews: pd.DataFrame, rows: pd.DataFrame, queues: Collection[str]) -> pd.DataFrame:
    """Crews without the agents that the plan has at other queues than these.

    A crew that serves both is split as the coverage splits its queues.
    """
    names = rows["queue"].unique()
    wide = rows.pivot_table(index="interval_start", columns="queue", values="scheduled")
    wide = wide.reindex(columns=names).fillna(0.0)
    out = []
    for group, crew in crews.groupby("group"):
        serves = [name for name in split_group(str(group), names) if name in wide.columns]
        every = wide[serves].sum(axis=1)
        mine = wide[[name for name in serves if name in queues]].sum(axis=1)
        share = (mine / every.where(every > 0)).fillna(1.0)
        at = share.reindex(crew["interval_start"]).fillna(1.0).to_numpy()
        out.append(crew.assign(agents=crew["agents"].to_numpy() * at))
    return pd.concat(out, ignore_index=True)


def _epoch_s(times: pd.Series) -> NDArray[np.float64]:
    return np.asarray((times - pd.Timestamp(0, tz="UTC")).dt.total_seconds(), dtype=float)


def _worked_s(work: pd.DataFrame, moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Agent-seconds worked up to each moment."""
    total = np.zeros(len(moments))
    for name, sign in (("start", 1.0), ("end", -1.0)):
        edges = np.sort(_epoch_s(work[name]))
        sums = np.concatenate([[0.0], np.cumsum(edges)])
        past = np.searchsorted(edges, moments)
        total += sign * (moments * past - sums[past])
    return total
