"""Chat: agents who hold several contacts at a time, each slower the more there are."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wfm.domain import Queue
from wfm.queueing.chat import ChatService, chat_service, required_chat_agents

__all__ = ["chat_abandoned", "chat_requirement", "chat_within", "levels_s"]


def levels_s(queue: Queue) -> tuple[float, ...]:
    """Handle times by number of chats held [s]; one at a time where nobody said."""
    return queue.aht_by_level_s or (queue.aht_s,)


def chat_requirement(open_rows: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    """Fewest agents by interval that keep a chat queue's promise.

    Parameters
    ----------
    open_rows
        Forecast of one queue in its open hours: interval_start, interval_s, mean [contacts].

    Returns
    -------
    pandas.DataFrame
        Columns of the requirement but run and agents_required. ``aht_s`` is the handle time with
        one chat at a time, ``load_erlang`` the load it would make; ``occupancy`` the share of time
        with at least one chat; ``asa_s`` is left empty.

    Notes
    -----
    Handle times are those of ``aht_by_level``, not volume divided by concurrency.
    """
    out = open_rows[["queue", "interval_start", "interval_s"]].copy()
    out["offered"] = open_rows["mean"].astype(float)
    out["aht_s"] = levels_s(queue)[0]
    out["patience_s"] = queue.patience_s
    per_hour = (out["offered"] * 3600 / out["interval_s"].astype(float)).to_numpy()
    out["load_erlang"] = per_hour * out["aht_s"] / 3600
    needed = [_needed(queue, float(rate)) for rate in per_hour]
    out["agents_net"] = [float(agents) for agents, _ in needed]
    out["binding"] = [binding for _, binding in needed]
    served = [
        _service(queue, rate, agents)
        for rate, agents in zip(per_hour, out["agents_net"], strict=True)
    ]
    out["service_level"] = [each.sl_offered if each else 1.0 for each in served]
    out["asa_s"] = np.nan
    out["p_abandon"] = [each.p_abandon if each else 0.0 for each in served]
    out["occupancy"] = [1 - each.p_agent_idle if each else 0.0 for each in served]
    return out


@lru_cache(maxsize=4096)
def _needed(queue: Queue, per_hour: float) -> tuple[int, str]:
    """Fewest agents, and the part of the target that asks for them."""
    target = queue.target
    agents, binding = target.min_agents, "min_agents"
    if per_hour <= 0:
        return agents, binding
    if target.service_level is not None:
        by_service = required_chat_agents(
            per_hour,
            levels_s(queue),
            patience_s=queue.patience_s,
            service_level=target.service_level,
            threshold_s=target.threshold_s,
        )
        if by_service > agents:
            agents, binding = by_service, "service_level"
    agents = max(agents, 1)
    while missed := _missed(queue, _service(queue, per_hour, agents)):
        agents, binding = agents + 1, missed
    return agents, binding


def _missed(queue: Queue, service: ChatService | None) -> str:
    """Part of the target that the service does not keep; empty when it keeps all."""
    target = queue.target
    if service is None:
        return ""
    if target.max_abandonment is not None and service.p_abandon > target.max_abandonment:
        return "abandonment"
    if target.max_occupancy is not None and 1 - service.p_agent_idle > target.max_occupancy:
        return "occupancy"
    return ""


def _service(queue: Queue, per_hour: float, agents: float) -> ChatService | None:
    """Service of whole agents; None without contacts."""
    if per_hour <= 0:
        return None
    return chat_service(
        per_hour,
        levels_s(queue),
        int(agents),
        patience_s=queue.patience_s,
        threshold_s=queue.target.threshold_s,
    )


def chat_within(queue: Queue, per_hour: ArrayLike, agents: ArrayLike) -> NDArray[np.float64]:
    """Share of chats answered in T by real-valued agents, straight between whole numbers."""
    return _between(queue, per_hour, agents, lambda served: served.sl_offered, nobody=0.0)


def chat_abandoned(queue: Queue, per_hour: ArrayLike, agents: ArrayLike) -> NDArray[np.float64]:
    """Share of chats that hang up on real-valued agents, straight between whole numbers."""
    return _between(queue, per_hour, agents, lambda served: served.p_abandon, nobody=1.0)


def _between(
    queue: Queue,
    per_hour: ArrayLike,
    agents: ArrayLike,
    share: Callable[[ChatService], float],
    *,
    nobody: float,
) -> NDArray[np.float64]:
    """A share at real-valued agents; ``nobody`` where none is at work, 1 - it without chats."""

    def at(rate: float, whole: int) -> float:
        if rate > 0 and not whole:
            return nobody
        service = _service(queue, rate, whole)
        return share(service) if service else 1.0 - nobody

    rates, numbers = np.broadcast_arrays(np.asarray(per_hour, float), np.asarray(agents, float))
    out = np.empty(rates.shape)
    for place, rate in np.ndenumerate(rates):
        low = int(np.floor(numbers[place]))
        part = float(numbers[place]) - low
        out[place] = at(float(rate), low)
        if part:
            out[place] += part * (at(float(rate), low + 1) - out[place])
    return out
