"""A limited number of lines: a call that finds them all taken hears the busy tone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wfm.queueing.arguments import not_negative, positive
from wfm.queueing.kernels.incomplete_gamma import upper_ratio

__all__ = ["FiniteLinesService", "finite_lines_service"]


@dataclass(frozen=True, slots=True)
class FiniteLinesService:
    """Service with a limited number of lines; shares of all calls unless said otherwise.

    Parameters
    ----------
    p_block
        Calls that find every line taken [fraction].
    p_wait_of_all
        Calls that get a line and wait [fraction].
    p_abandon_of_all
        Calls that hang up [fraction].
    sl_of_all, sl_of_unblocked
        Answered within T, of all calls and of those that get a line [fraction].
    occupancy
        Share of the agents' time spent on calls [fraction].
    mean_queue
        Mean number of waiting calls.
    """

    p_block: float
    p_wait_of_all: float
    p_abandon_of_all: float
    sl_of_all: float
    sl_of_unblocked: float
    occupancy: float
    mean_queue: float


def finite_lines_service(
    arrivals_per_hour: float,
    aht_s: float,
    agents: int,
    lines: int,
    *,
    patience_s: float,
    threshold_s: float = 20.0,
) -> FiniteLinesService:
    """Erlang A with N lines for talking and waiting together (M/M/n/N+M).

    Parameters
    ----------
    arrivals_per_hour
        Calls offered [1/h], above 0.
    lines
        Lines N, at least as many as agents.

    Notes
    -----
    A sum over the waiting places. With k ahead exp(-θV) is Beta(x, k+1), x = nμ/θ; its incomplete
    beta function grows by one term with each place, added in logarithms where it underflows.

    Examples
    --------
    >>> service = finite_lines_service(1200, 300, 95, 110, patience_s=300)
    >>> round(service.sl_of_all, 4), round(service.p_block, 4)
    (0.6302, 0.0275)
    """
    positive(arrivals_per_hour=arrivals_per_hour, aht_s=aht_s, agents=agents, patience_s=patience_s)
    not_negative(threshold_s=threshold_s)
    if not agents <= lines < math.inf:
        raise ValueError(f"lines must be at least the {agents} agents, got {lines}")
    load = arrivals_per_hour * aht_s / 3600.0
    x, y = agents * patience_s / aht_s, load * patience_s / aht_s
    places = int(lines - agents)
    k = np.arange(places + 1)
    log_weight = np.concatenate([[0.0], np.cumsum(np.log(y / (x + k[1:])))])
    top = float(log_weight.max())
    weight = np.exp(log_weight - top)
    total = float(weight.sum())
    # the weight of "an agent is free" may be infinite against the rest
    free_weight = upper_ratio(agents, load, load - agents) * math.exp(-top)
    free = 1.0 / (1.0 + total / free_weight) if free_weight > 0.0 else 0.0
    share = weight / total * (total / (total + free_weight))
    in_time = x / (x + k + 1) * _served_soon(x, places, threshold_s / patience_s)
    # the last state is "every line taken": who comes then is blocked
    soon = free + float(share[:-1] @ in_time[:-1])
    queue = float(share @ k)
    p_block = float(share[-1])
    p_abandon = queue / y
    return FiniteLinesService(
        p_block=p_block,
        p_wait_of_all=float(share[:-1].sum()),
        p_abandon_of_all=p_abandon,
        sl_of_all=soon,
        sl_of_unblocked=soon / (1.0 - p_block),
        occupancy=load * (1.0 - p_block - p_abandon) / agents,
        mean_queue=queue,
    )


def _served_soon(
    x: float, places: int, u: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """1 - I_z(x+1, k+1) for k = 0..places, z = exp(-u): the wait is short, given service."""
    if u == 0.0:
        return np.zeros(places + 1)
    i = np.arange(1, places + 1)
    steps = np.log(-math.expm1(-u)) + np.log((x + i) / i)
    terms = np.concatenate([[-(x + 1.0) * u], -(x + 1.0) * u + np.cumsum(steps)])
    return np.asarray(np.maximum(0.0, 1.0 - np.cumsum(np.exp(terms))))
