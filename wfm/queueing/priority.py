"""Important callers first: several classes before the same agents, nobody hangs up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wfm.queueing.arguments import positive
from wfm.queueing.kernels.erlang import waiting

__all__ = ["PriorityService", "priority_service"]


@dataclass(frozen=True, slots=True)
class PriorityService:
    """Waits by class, the most important first.

    Parameters
    ----------
    p_wait
        Share of calls that wait, the same for every class [fraction].
    mean_wait_s
        Mean wait of all calls of each class [s]; infinite where the class finds no capacity left.
    """

    p_wait: float
    mean_wait_s: tuple[float, ...]


def priority_service(agents: float, loads_erlang: Sequence[float], aht_s: float) -> PriorityService:
    """Waits of classes served in order of importance, without interrupting a call.

    Parameters
    ----------
    agents
        Agents on the phones, above 0.
    loads_erlang
        Offered load of each class [erlang], the most important first.
    aht_s
        Average handle time of all classes [s].

    Notes
    -----
    M/M/n, head of the line, not preemptive [1]_ [2]_: W_k = C / (nμ (1 - σ_{k-1}) (1 - σ_k)) with
    C = Erlang C of the whole load and σ_k the share of the agents taken by classes 1..k.

    Examples
    --------
    >>> service = priority_service(10, [2.0, 6.0], 180)
    >>> [round(wait, 2) for wait in service.mean_wait_s]
    [9.21, 46.03]

    .. [1] Cobham (1954), Priority assignment in waiting line problems, Operations Research 2.
    .. [2] Kella & Yechiali (1985), Waiting times in the non-preemptive priority M/M/c queue.
    """
    positive(agents=agents, aht_s=aht_s)
    if not loads_erlang or any(not 0 <= load < float("inf") for load in loads_erlang):
        raise ValueError(f"loads_erlang must be finite and at least 0, got {list(loads_erlang)}")
    p_wait = waiting(agents, sum(loads_erlang))
    waits, ahead = [], 1.0
    for k in range(len(loads_erlang)):
        left = 1.0 - sum(loads_erlang[: k + 1]) / agents
        waits.append(p_wait * aht_s / agents / (ahead * left) if left > 0 else float("inf"))
        ahead = max(0.0, left)
    return PriorityService(p_wait, tuple(waits))
