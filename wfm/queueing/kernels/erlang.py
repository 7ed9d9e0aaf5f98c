"""Erlang B and Erlang C: loss and waiting where nobody hangs up, and the smallest agents.

Agents may be real numbers: 1/B(n, a) = Γ(n+1, a) e^a a^-n [1]_.

.. [1] Jagers & van Doorn (1986), On the continued Erlang loss function, OR Letters 5.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .incomplete_gamma import upper_ratio
from .mode import kernel

if TYPE_CHECKING:
    from wfm.queueing.arguments import Floats

__all__ = ["TIE", "evaluate_b", "evaluate_c", "required_b", "required_c"]

TIE = 4e-15
"""A measure this close to its target meets it: rounding must not cost an agent."""
ROOT_HALF_PI = math.sqrt(0.5 * math.pi)


@kernel
def blocked(agents: float, load: float) -> float:
    """Probability that all agents are busy and the call is lost."""
    if load <= 0.0:
        return 1.0 if agents <= 0.0 else 0.0
    return 1.0 / (1.0 + upper_ratio(agents, load, load - agents))


@kernel
def _occupancy_b(agents: float, load: float) -> float:
    if load <= 0.0 or agents <= 0.0:
        return 1.0 if load > 0.0 else 0.0
    ratio = upper_ratio(agents, load, load - agents)
    return load / agents / (1.0 + 1.0 / ratio)


@kernel
def waiting(agents: float, load: float) -> float:
    """Probability that a call waits; 1 where the load is not below the agents."""
    if load <= 0.0:
        return 0.0
    if agents <= load:
        return 1.0
    return 1.0 / (1.0 + (agents - load) / agents * upper_ratio(agents, load, load - agents))


@kernel
def evaluate_b(load: Floats, agents: Floats, out: Floats) -> None:
    """Fill p_block (row 0) and occupancy (row 11) of ``out``."""
    for i in range(load.size):
        out[0, i] = blocked(agents[i], load[i])
        out[11, i] = _occupancy_b(agents[i], load[i])


@kernel
def evaluate_c(
    load: Floats, aht_s: Floats, agents: Floats, threshold_s: Floats, out: Floats
) -> None:
    """Fill the rows of ``out`` (order of ``Performance``) but p_block."""
    for i in range(load.size):
        a, n, t = load[i], agents[i], aht_s[i]
        p_wait = waiting(n, a)
        level, mean_wait, queue = 1.0, 0.0, 0.0
        if a > 0.0 and n > a:
            level = 1.0 - p_wait * math.exp(-(n - a) * threshold_s[i] / t)
            mean_wait = p_wait * t / (n - a)
            queue = p_wait * a / (n - a)
        elif a > 0.0:
            level, mean_wait, queue = 0.0, math.inf, math.inf
        out[1, i] = p_wait
        out[2:7, i] = level
        out[7:9, i] = mean_wait
        out[9:11, i] = 0.0
        out[11, i] = min(1.0, a / n) if n > 0.0 else (1.0 if a > 0.0 else 0.0)
        out[12, i] = queue


@kernel
def _least_b(load: float, most_blocked: float) -> float:
    """Fewest lines that block no larger share, by the recursion over lines."""
    ratio, n = 0.0, 0.0
    if load > 64.0:
        n = max(0.0, math.floor(load * (1.0 - most_blocked) - math.sqrt(load)))
        ratio = upper_ratio(n, load, load - n) if n > 0.0 else 0.0
    while (most_blocked + TIE) * (1.0 + ratio) < 1.0:
        n += 1.0
        ratio = n / load * (1.0 + ratio)
    while n > 0.0:
        below = ratio * load / n - 1.0
        if (most_blocked + TIE) * (1.0 + below) < 1.0:
            break
        n -= 1.0
        ratio = below
    return n


@kernel
def required_b(load: Floats, most_blocked: Floats, out: Floats) -> None:
    """Fewest lines of each case."""
    for i in range(load.size):
        out[i] = _least_b(load[i], most_blocked[i]) if load[i] > 0.0 else 0.0


@kernel
def _square_root_start(load: float, late: float, drift: float) -> float:
    """Agents at which Halfin & Whitt's limit lets a share ``late`` of the calls wait too long."""
    goal = math.log(late)
    # ln P(wait) = -1.2533 β - 0.26 β² to a hundredth; one Newton step then leaves the error that
    # the limit itself has
    slope = ROOT_HALF_PI + drift
    beta = (math.sqrt(slope * slope - 1.04 * goal) - slope) / 0.52
    bell = math.exp(-0.5 * beta * beta)
    hazard = ROOT_HALF_PI * (2.0 - math.erfc(beta * math.sqrt(0.5))) / bell
    waits = 1.0 / (1.0 + beta * hazard)
    slope = -waits * (hazard + beta * (1.0 + beta * hazard)) - drift
    beta = max(0.0, beta - (math.log(waits) - beta * drift - goal) / slope)
    return max(math.floor(load) + 1.0, math.floor(load + beta * math.sqrt(load) + 0.5))


@kernel
def _least_level_c(load: float, level: float, patience: float) -> float:
    """Fewest agents with P(wait <= T) >= level; ``patience`` is T / AHT.

    Below 48 Erlang every n is tried in turn by the recursion of 1/B; above, one full evaluation at
    the square-root start and the recursion from there.
    """
    late = 1.0 - level + TIE
    if load < 48.0:
        ratio, n = 0.0, 0.0
        while n <= load:
            n += 1.0
            ratio = n / load * (1.0 + ratio)
        tail = math.exp(-(n - load) * patience)
        step = math.exp(-patience)
        while tail * n > late * (n + (n - load) * ratio):
            n += 1.0
            ratio = n / load * (1.0 + ratio)
            tail *= step
        return n
    n = _square_root_start(load, late, patience * math.sqrt(load))
    ratio = upper_ratio(n, load, load - n)
    if n * math.exp(-(n - load) * patience) > late * (n + (n - load) * ratio):
        while n * math.exp(-(n - load) * patience) > late * (n + (n - load) * ratio):
            n += 1.0
            ratio = n / load * (1.0 + ratio)
        return n
    while n - 1.0 > load:
        below = ratio * load / n - 1.0
        fewer = n - 1.0
        if fewer * math.exp(-(fewer - load) * patience) > late * (fewer + (fewer - load) * below):
            break
        n, ratio = fewer, below
    return n


@kernel
def _least_asa_c(load: float, asa: float) -> float:
    """Fewest agents whose mean wait, in handle times, is at most ``asa``."""
    n = math.floor(load) + 1.0
    step = 1.0
    while waiting(n + step, load) > asa * (n + step - load) * (1.0 + TIE):
        step *= 2.0
    low, high = n - 1.0, n + step
    while high - low > 1.0:
        middle = math.floor(0.5 * (low + high))
        if waiting(middle, load) > asa * (middle - load) * (1.0 + TIE):
            low = middle
        else:
            high = middle
    return high


@kernel
def least_for_occupancy(load: float, most: float) -> float:
    """Fewest agents with load / agents <= most."""
    n = max(1.0, math.floor(load / most))
    return n if load <= most * n * (1.0 + TIE) else n + 1.0


@kernel
def required_c(
    load: Floats,
    aht_s: Floats,
    threshold_s: Floats,
    level: Floats,
    asa_s: Floats,
    occupancy: Floats,
    out: Floats,
) -> None:
    """Fewest agents per part of the target: rows level, asa, (abandonment), occupancy.

    A part that is not asked for is 0 and gets 0.
    """
    for i in range(load.size):
        a = load[i]
        out[0:4, i] = 0.0
        if a <= 0.0:
            continue
        if level[i] > 0.0:
            out[0, i] = _least_level_c(a, level[i], threshold_s[i] / aht_s[i])
        if asa_s[i] > 0.0:
            out[1, i] = _least_asa_c(a, asa_s[i] / aht_s[i])
        if occupancy[i] > 0.0:
            out[3, i] = least_for_occupancy(a, occupancy[i])
