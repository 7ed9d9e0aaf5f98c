"""What a bad day does to a plan: fewer people, more contacts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import Channel, Queue
from wfm.staffing.chat import chat_abandoned
from wfm.staffing.deferred import deferred_service
from wfm.staffing.service import expected_service, target_performance, total_service

__all__ = ["Stressed", "stressed"]


@dataclass(frozen=True, slots=True)
class Stressed:
    """Service of one queue under stress.

    Parameters
    ----------
    offered
        Contacts of the whole span.
    service_level
        Of the whole span, weighted by contacts [fraction].
    p_abandon
        Share that hangs up [fraction]; 0 for deferred work.
    worst_service
        Service level of the worst interval with contacts [fraction].
    backlog
        Contacts left beyond those that the plan itself leaves; 0 for voice and chat.
    days_to_clear
        Days of ordinary staff and overtime until that backlog is gone [day]; infinite without
        overtime.
    """

    offered: float
    service_level: float
    p_abandon: float
    worst_service: float
    backlog: float
    days_to_clear: float


def stressed(
    requirement: pd.DataFrame,
    queue: Queue,
    *,
    staff: float = 1.0,
    volume: float = 1.0,
    overtime: float = 0.1,
) -> Stressed:
    """Service of a planned span when people are missing or contacts pour in.

    Parameters
    ----------
    requirement
        Rows of one queue: offered, interval_s, aht_s, agents_net as planned.
    staff
        Share of the planned agents that work, at least 0; 0.5 is half the staff.
    volume
        Contacts over the planned ones, at least 0; 2 is double.
    overtime
        Extra share of the planned hours that can be worked afterwards, to clear a backlog.

    Raises
    ------
    ValueError
        When a share is negative or not finite.

    Notes
    -----
    Callers who hang up are lost; redials are left out, so that the true day is worse.
    """
    for name, share in (("staff", staff), ("volume", volume), ("overtime", overtime)):
        if not 0 <= share < math.inf:
            raise ValueError(f"{name} must be finite and at least 0, got {share}")
    rows = requirement.assign(offered=requirement["offered"] * volume)
    agents = requirement["agents_net"].to_numpy(float) * staff
    level = np.nan_to_num(expected_service(rows, agents, queue))
    asked = rows["offered"].to_numpy(float) > 0
    backlog = _backlog(requirement, rows, agents, queue)
    return Stressed(
        offered=float(rows["offered"].sum()),
        service_level=total_service(rows["offered"], level),
        p_abandon=_abandoned(rows, agents, queue),
        worst_service=float(level[asked].min()) if asked.any() else 1.0,
        backlog=backlog,
        days_to_clear=_days_to_clear(backlog, requirement, queue, overtime),
    )


def _abandoned(rows: pd.DataFrame, agents: np.ndarray, queue: Queue) -> float:
    if queue.channel is Channel.DEFERRED:
        return 0.0
    per_hour = (rows["offered"] * 3600 / rows["interval_s"].astype(float)).to_numpy()
    if queue.channel is Channel.CHAT:
        share = chat_abandoned(queue, per_hour, agents)
    else:
        share = np.nan_to_num(target_performance(queue, per_hour, rows["aht_s"], agents).p_abandon)
    return total_service(rows["offered"], np.clip(share, 0.0, 1.0))


def _backlog(planned: pd.DataFrame, rows: pd.DataFrame, agents: np.ndarray, queue: Queue) -> float:
    """Contacts left at the end beyond what the plan leaves."""
    if queue.channel is not Channel.DEFERRED or planned.empty:
        return 0.0
    left = deferred_service(rows, agents, queue).backlog[-1]
    usual = deferred_service(planned, planned["agents_net"], queue).backlog[-1]
    return max(0.0, float(left - usual))


def _days_to_clear(backlog: float, planned: pd.DataFrame, queue: Queue, overtime: float) -> float:
    if backlog <= 1e-9:
        return 0.0
    hours = float((planned["agents_net"] * planned["interval_s"]).sum()) / 3600
    days = float(planned["interval_s"].sum()) / 86_400
    spare_h = overtime * hours / days
    return backlog * queue.aht_s / 3600 / spare_h if spare_h > 0 else math.inf
