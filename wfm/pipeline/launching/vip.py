"""The most important customers: a group of their own, or first in one pool."""

from __future__ import annotations

import math

import pandas as pd

from wfm.domain import Queue
from wfm.queueing import required_agents
from wfm.queueing.priority import priority_service
from wfm.staffing import total_service

__all__ = ["vip_choice"]


def vip_choice(week: pd.DataFrame, vip: Queue, ordinary: Queue) -> pd.DataFrame:
    """Both ways in the busiest interval: way, agents, vip_wait_s, other_wait_s.

    Parameters
    ----------
    week
        Requirement of both queues.

    Raises
    ------
    ValueError
        When the two are never open together.

    Notes
    -----
    Nobody hangs up (Erlang C), so that both ways are counted alike. In one pool the agents keep the
    ordinary promise to all together, and the important go first, without interrupting a call.
    """
    mine = week[week["queue"] == vip.name].set_index("interval_start")
    theirs = week[week["queue"] == ordinary.name].set_index("interval_start")
    both = mine.merge(theirs, left_index=True, right_index=True, suffixes=("_vip", "_other"))
    loads = both[["load_erlang_vip", "load_erlang_other"]].to_numpy(float)
    if not len(both) or not loads.sum(axis=1).max() > 0:
        raise ValueError(f"{vip.name} and {ordinary.name} are never busy together")
    first, second = map(float, loads[loads.sum(axis=1).argmax()])
    aht_s = total_service([first, second], [vip.aht_s, ordinary.aht_s])
    own, rest = _agents(first, vip, vip.aht_s), _agents(second, ordinary, ordinary.aht_s)
    pool = _agents(first + second, ordinary, aht_s)
    waits = priority_service(pool, [first, second], aht_s).mean_wait_s
    alone = _wait_s(own, first, vip.aht_s), _wait_s(rest, second, ordinary.aht_s)
    rows = [("a group of their own", own + rest, *alone), ("first in one pool", pool, *waits)]
    return pd.DataFrame(rows, columns=["way", "agents", "vip_wait_s", "other_wait_s"])


def _agents(load_erlang: float, queue: Queue, aht_s: float) -> int:
    """Fewest agents that keep the queue's promise (Erlang C); none for nothing."""
    if load_erlang <= 0:
        return 0
    target = queue.target
    found = required_agents(
        "erlang_c",
        load_erlang / aht_s * 3600,
        aht_s,
        threshold_s=target.threshold_s,
        service_level=target.service_level,
        max_occupancy=target.max_occupancy,
        min_agents=max(target.min_agents, math.floor(load_erlang) + 1),
    )
    return int(found.agents)


def _wait_s(agents: int, load_erlang: float, aht_s: float) -> float:
    """Mean wait of all [s]."""
    return priority_service(agents, [load_erlang], aht_s).mean_wait_s[0] if agents else 0.0
