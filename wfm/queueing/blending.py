"""Blending: outbound work fills idle agents, a few are kept free for the next call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.queueing.arguments import not_negative, positive
from wfm.queueing.waiting_room import shares, waiting_room

__all__ = ["BlendService", "blend_service"]


@dataclass(frozen=True, slots=True)
class BlendService:
    """Service of inbound calls and the outbound work done beside them.

    Parameters
    ----------
    p_wait, sl_offered, p_abandon
        Of inbound calls [fraction].
    occupancy
        Share of the agents' time spent on inbound and outbound [fraction].
    outbound_per_hour
        Outbound jobs done [1/h].
    """

    p_wait: float
    sl_offered: float
    p_abandon: float
    occupancy: float
    outbound_per_hour: float


def blend_service(
    arrivals_per_hour: float,
    aht_s: float,
    agents: int,
    idle_reserved: int,
    *,
    patience_s: float,
    threshold_s: float = 20.0,
) -> BlendService:
    """Erlang A beside an endless backlog: an outbound job starts when more than c agents idle.

    Parameters
    ----------
    arrivals_per_hour
        Inbound calls offered [1/h], above 0.
    aht_s
        Average handle time of a call and of an outbound job [s].
    idle_reserved
        Agents c kept free for calls, from 0 to ``agents``.

    Notes
    -----
    A threshold on the idle agents is optimal for equal handle times [1]_.

    Examples
    --------
    >>> service = blend_service(600, 300, 70, 4, patience_s=120)
    >>> round(service.sl_offered, 4), round(service.outbound_per_hour, 1)
    (0.9509, 225.4)

    .. [1] Bhulai & Koole (2003), A queueing model for call blending in call centers, IEEE TAC 48.
    """
    positive(arrivals_per_hour=arrivals_per_hour, aht_s=aht_s, agents=agents, patience_s=patience_s)
    not_negative(threshold_s=threshold_s)
    if not 0 <= idle_reserved <= agents:
        raise ValueError(f"idle_reserved must be from 0 to {agents} agents, got {idle_reserved}")
    rate = arrivals_per_hour / 3600.0
    idle = np.arange(1, int(idle_reserved) + 1)
    share, left = shares(np.cumsum(np.log((agents - idle + 1) / (rate * aht_s))))
    room = waiting_room(left, rate, agents / aht_s, patience_s, threshold_s)
    fewest_busy = float(share[-1]) * room.p_no_wait if idle_reserved else room.p_just_full
    return BlendService(
        p_wait=room.p_wait,
        sl_offered=room.sl_offered,
        p_abandon=room.p_abandon,
        occupancy=1.0 - float(share @ idle) / agents * room.p_no_wait,
        # every end of work in the state with c idle agents starts an outbound job
        outbound_per_hour=3600.0 / aht_s * (agents - idle_reserved) * fewest_busy,
    )
