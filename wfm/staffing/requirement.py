"""Forecast to requirement: smallest agents that keep every part of the target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from wfm.domain import Channel, MovingLoad, Queue, Shrinkage
from wfm.queueing import required_agents
from wfm.queueing.time_varying import Method, staffing_rate
from wfm.schema import REQUIREMENT
from wfm.staffing.chat import chat_requirement
from wfm.staffing.deferred import deferred_requirement
from wfm.staffing.opening import open_mask
from wfm.staffing.service import model_name, service_column, target_performance

__all__ = ["staff"]

_METHODS: dict[MovingLoad, Method] = {
    MovingLoad.LAG: "lag",
    MovingLoad.MOL: "mol",
    MovingLoad.MOL_PEAK: "mol_peak",
}


def staff(
    forecast: pd.DataFrame,
    queues: Mapping[str, Queue],
    shrinkage: Shrinkage,
    *,
    timezone: str,
    holidays: Collection[dt.date] = (),
) -> pd.DataFrame:
    """Agents needed by queue and open interval.

    Parameters
    ----------
    forecast
        Columns queue, interval_start (UTC), interval_s, mean [contacts]; aht_s [s] where known.
    queues
        Model, patience, target and opening hours by name; ``Queue.aht_s`` fills a missing aht_s.
    shrinkage
        Added by division: agents_required = agents_net / (1 - shrinkage), not rounded.
    timezone
        IANA zone of the opening hours.
    holidays
        Dates on which the holiday hours hold.

    Returns
    -------
    pandas.DataFrame
        Columns of ``schema.REQUIREMENT`` but ``run``; closed intervals are left out.

    Raises
    ------
    ValueError
        When the forecast names a queue that is not in ``queues``.

    Notes
    -----
    Voice: each interval is taken as if it had been in steady state at its mean rate, or at the
    rate that ``Queue.load`` puts in its place; the service columns are those of that rate.
    ``agents_net`` is the exact smallest whole number, so the only rounding is that one. Chat: see
    :mod:`wfm.staffing.chat`. Deferred work: see :mod:`wfm.staffing.deferred`; its intervals are
    the unbroken line from the first to the last, nobody required where nobody works.
    """
    parts = [
        _staff_queue(rows.reset_index(drop=True), _known(queues, str(name)), timezone, holidays)
        for name, rows in forecast.groupby("queue", sort=False)
    ]
    columns = [name for name in REQUIREMENT.names if name != "run"]
    if not parts:
        return pd.DataFrame(columns=columns)
    out = pd.concat(parts, ignore_index=True)
    out["agents_required"] = out["agents_net"] / (1.0 - shrinkage.total)
    return out[columns]


def _known(queues: Mapping[str, Queue], name: str) -> Queue:
    if name not in queues:
        raise ValueError(f"the forecast has a queue {name!r} that nobody configured")
    return queues[name]


def _staff_queue(
    rows: pd.DataFrame, queue: Queue, timezone: str, holidays: Collection[dt.date]
) -> pd.DataFrame:
    if queue.channel is Channel.DEFERRED:
        return deferred_requirement(rows, queue, timezone, holidays)
    open_rows = rows[open_mask(rows, queue, timezone, holidays)].reset_index(drop=True)
    if queue.channel is Channel.CHAT:
        return chat_requirement(open_rows, queue)
    return _voice_requirement(open_rows, queue)


def _voice_requirement(open_rows: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    out = open_rows[["queue", "interval_start", "interval_s"]].copy()
    out["offered"] = open_rows["mean"].astype(float)
    known = open_rows["aht_s"] if "aht_s" in open_rows else pd.Series(np.nan, out.index)
    out["aht_s"] = known.astype(float).where(known > 0, queue.aht_s)
    out["patience_s"] = queue.patience_s
    per_hour = out["offered"] * 3600 / out["interval_s"].astype(float)
    out["load_erlang"] = per_hour * out["aht_s"] / 3600
    target = queue.target
    per_hour = moving_rate(out, per_hour, queue)
    needed = required_agents(
        model_name(queue),
        per_hour.to_numpy(),
        out["aht_s"].to_numpy(),
        patience_s=queue.patience_s,
        threshold_s=target.threshold_s,
        service_level=target.service_level,
        definition=target.definition.value,
        max_asa_s=target.max_asa_s,
        max_abandonment=target.max_abandonment,
        max_occupancy=target.max_occupancy,
        min_agents=target.min_agents,
    )
    out["agents_net"] = np.asarray(needed.agents, float)
    out["binding"] = np.asarray(needed.binding, dtype=object)
    served = target_performance(queue, per_hour, out["aht_s"], out["agents_net"])
    out["service_level"] = np.clip(service_column(served, target.definition), 0, 1)
    out["asa_s"] = served.asa_answered_s
    out["p_abandon"] = np.clip(np.nan_to_num(served.p_abandon), 0, 1)
    out["occupancy"] = np.clip(served.occupancy, 0, 1)
    return out


def moving_rate(rows: pd.DataFrame, per_hour: pd.Series, queue: Queue) -> pd.Series:
    """Rate to staff each interval for [1/h]; days begin empty unless they go on from the last."""
    if queue.load is MovingLoad.INTERVAL or rows.empty:
        return per_hour
    out = per_hour.copy()
    length = pd.to_timedelta(rows["interval_s"].astype(int), unit="s")
    gap = rows["interval_start"] != (rows["interval_start"] + length).shift()
    for _, part in rows.groupby(gap.cumsum()):
        out[part.index] = staffing_rate(
            per_hour[part.index].to_numpy(),
            part["aht_s"].to_numpy(),
            interval_s=float(part["interval_s"].iloc[0]),
            method=_METHODS[queue.load],
        )
    return out
