"""One queue, one crew, first come first served: the fastest simulation there is.

A call is answered by the agent who is free first, if the caller lasts so long; a heap of free times
is all the state.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .mode import inlined, kernel

if TYPE_CHECKING:
    from wfm.queueing.arguments import Floats

__all__ = ["handle_time", "simulate_line"]


@inlined
def handle_time(rng: np.random.Generator, mean: float, cv: float) -> float:
    """Draw a handle time: exponential where cv is 1, else lognormal, constant where cv is 0."""
    if cv == 1.0:
        return mean * rng.standard_exponential()
    variance = math.log1p(cv * cv)
    return mean * math.exp(math.sqrt(variance) * rng.standard_normal() - 0.5 * variance)


@inlined
def _replace_first(free: Floats, value: float) -> None:
    """Put a new free time in place of the earliest."""
    i, size = 0, free.size
    child = 1
    while child < size:
        if child + 1 < size and free[child + 1] < free[child]:
            child += 1
        if free[child] >= value:
            break
        free[i] = free[child]
        i = child
        child = 2 * i + 1
    free[i] = value


@kernel
def simulate_line(
    rng: np.random.Generator,
    calls: int,
    gap: float,
    mean: float,
    cv: float,
    patience: float,
    threshold: float,
    free: Floats,
    out: Floats,
) -> None:
    """Run ``calls`` calls; ``free`` holds the agents' free times, the clock restarts at 0.

    ``out``: calls, waited, answered, answered within T, abandoned, abandoned within T, wait of
    answered, wait of abandoned, handling time.
    """
    now = 0.0
    for _ in range(calls):
        now += gap * rng.standard_exponential()
        offered_wait = max(0.0, free[0] - now)
        out[0] += 1.0
        if offered_wait > 0.0:
            out[1] += 1.0
            lasts = patience * rng.standard_exponential()
            if lasts < offered_wait:
                out[4] += 1.0
                out[7] += lasts
                if lasts <= threshold:
                    out[5] += 1.0
                continue
        out[2] += 1.0
        out[6] += offered_wait
        if offered_wait <= threshold:
            out[3] += 1.0
        duration = handle_time(rng, mean, cv)
        out[8] += duration
        _replace_first(free, now + offered_wait + duration)
    free -= now
