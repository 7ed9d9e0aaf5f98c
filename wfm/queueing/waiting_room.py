"""What all relatives of Erlang A share: the queue behind "everybody busy", callers hanging up.

Blending, chat and redials change what happens left of the point where a contact must wait. Right of
it the queue is that of Erlang A: contacts come at rate λ, the busy agents finish one at rate s
together, each waiting contact hangs up at rate θ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wfm.queueing.arguments import Floats
from wfm.queueing.kernels.erlang_a import chances, late
from wfm.queueing.kernels.incomplete_gamma import mean_excess

__all__ = ["WaitingRoom", "shares", "waiting_room"]


@dataclass(frozen=True, slots=True)
class WaitingRoom:
    """Service seen from the queue.

    Parameters
    ----------
    p_wait, p_no_wait
        Share of contacts that wait and that do not [fraction].
    sl_offered
        Answered within T / offered [fraction].
    p_abandon
        Share of contacts that hang up [fraction].
    mean_queue
        Mean number waiting.
    p_just_full
        Long-run share of time with everybody busy and nobody waiting [fraction].
    """

    p_wait: float
    p_no_wait: float
    sl_offered: float
    p_abandon: float
    mean_queue: float
    p_just_full: float


def waiting_room(
    left: float, arrivals_per_s: float, ends_per_s: float, patience_s: float, threshold_s: float
) -> WaitingRoom:
    """Service of a queue whose states with room to spare weigh ``left`` times "just full".

    Parameters
    ----------
    left
        Weight of the states in which a contact need not wait, over that of "everybody busy, nobody
        waits".
    arrivals_per_s
        Contacts offered [1/s], above 0.
    ends_per_s
        Contacts finished while everybody is busy [1/s], above 0.
    """
    x, y, u = ends_per_s * patience_s, arrivals_per_s * patience_s, threshold_s / patience_s
    p_wait, free, inverse = chances(left, x, y, 1.0)
    _, served_over = late(x, y, 1.0, u, p_wait, inverse)
    served = free + x / y * p_wait * (1.0 - inverse)
    queue = p_wait * mean_excess(x, y, y - x)
    level = max(0.0, served - served_over)
    return WaitingRoom(p_wait, free, level, queue / y, queue, p_wait * inverse)


def shares(log_weights: Floats) -> tuple[Floats, float]:
    """Weights as shares of their sum, and the sum itself (infinite where it overflows)."""
    if log_weights.size == 0:
        return log_weights, 0.0
    top = float(log_weights.max())
    weights = np.exp(log_weights - top)
    total = float(weights.sum())
    return weights / total, total * math.exp(top) if top < 700.0 else math.inf
