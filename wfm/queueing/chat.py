"""Chat: one agent holds several contacts at a time, each slower the more there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.queueing.arguments import below_one, not_negative, positive
from wfm.queueing.fewest import fewest_agents
from wfm.queueing.waiting_room import shares, waiting_room

__all__ = ["ChatService", "chat_service", "required_chat_agents"]


@dataclass(frozen=True, slots=True)
class ChatService:
    """Service of a chat queue.

    Parameters
    ----------
    p_wait, sl_offered, p_abandon
        Share of chats that wait, are answered within T, hang up [fraction].
    p_agent_idle
        Share of the agents' time without any chat [fraction].
    mean_queue
        Mean number of waiting chats.
    mean_chats
        Mean number of chats in progress.
    """

    p_wait: float
    sl_offered: float
    p_abandon: float
    p_agent_idle: float
    mean_queue: float
    mean_chats: float


def chat_service(
    arrivals_per_hour: float,
    aht_by_level_s: Sequence[float],
    agents: int,
    *,
    patience_s: float,
    threshold_s: float = 60.0,
) -> ChatService:
    """Service of agents who hold up to ``len(aht_by_level_s)`` chats each.

    Parameters
    ----------
    arrivals_per_hour
        Chats offered [1/h], above 0.
    aht_by_level_s
        Handle time of a chat whose agent holds 1, 2, ... chats [s].

    Notes
    -----
    Birth and death: the chats in progress are spread as evenly as possible over the agents, and an
    agent with k chats ends each of them at rate 1 / aht_k. Waiting chats hang up after an
    exponential patience. With one level this is Erlang A.

    Examples
    --------
    >>> service = chat_service(2000, [300, 360, 450], 85, patience_s=120, threshold_s=30)
    >>> round(service.p_abandon, 4), round(service.sl_offered, 3)
    (0.0162, 0.978)
    """
    positive(arrivals_per_hour=arrivals_per_hour, agents=agents, patience_s=patience_s)
    if not aht_by_level_s:
        raise ValueError("aht_by_level_s must name at least one handle time, got none")
    positive(**{f"aht_by_level_s[{k}]": aht for k, aht in enumerate(aht_by_level_s)})
    not_negative(threshold_s=threshold_s)
    rate = arrivals_per_hour / 3600.0
    full = agents * len(aht_by_level_s)
    ends = np.array([_ends_per_s(j, agents, aht_by_level_s) for j in range(full, 0, -1)])
    share, left = shares(np.cumsum(np.log(ends / rate)))
    room = waiting_room(left, rate, float(ends[0]), patience_s, threshold_s)
    chats = np.arange(full - 1, -1, -1)
    return ChatService(
        p_wait=room.p_wait,
        sl_offered=room.sl_offered,
        p_abandon=room.p_abandon,
        p_agent_idle=float(share @ np.maximum(0, agents - chats)) / agents * room.p_no_wait,
        mean_queue=room.mean_queue,
        mean_chats=float(share @ chats) * room.p_no_wait + full * room.p_wait,
    )


def _ends_per_s(chats: int, agents: int, aht_by_level_s: Sequence[float]) -> float:
    """Chats finished per second when so many are spread evenly."""
    level, more = divmod(chats, agents)
    rate = more * (level + 1) / aht_by_level_s[level] if more else 0.0
    return rate + ((agents - more) * level / aht_by_level_s[level - 1] if level else 0.0)


def required_chat_agents(
    arrivals_per_hour: float,
    aht_by_level_s: Sequence[float],
    *,
    patience_s: float,
    service_level: float,
    threshold_s: float = 60.0,
) -> int:
    """Fewest agents whose chats are answered within T often enough (answered in T / offered).

    Examples
    --------
    >>> required_chat_agents(2000, [300, 360, 450], patience_s=120, service_level=0.8)
    68
    """
    below_one(service_level=service_level)
    if arrivals_per_hour == 0:
        return 0

    def good(agents: int) -> bool:
        service = chat_service(
            arrivals_per_hour,
            aht_by_level_s,
            agents,
            patience_s=patience_s,
            threshold_s=threshold_s,
        )
        return service.sl_offered >= service_level

    return fewest_agents(good)
