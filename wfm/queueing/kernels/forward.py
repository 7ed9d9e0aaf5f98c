"""The law of the number of contacts as it moves in time: uniformised forward equations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .mode import kernel

if TYPE_CHECKING:
    from wfm.queueing.arguments import Floats

__all__ = ["advance", "served_soon"]


@kernel
def advance(law: Floats, mean: Floats, up: float, down: Floats, span: float) -> None:
    """Move ``law`` on by ``span`` and put its average over that time into ``mean``.

    Births at rate ``up`` (none in the last state), deaths at ``down``. Powers of the uniformised
    chain weighted by Poisson probabilities: every term is positive, no step size to choose. Long
    spans are cut so that the Poisson weights do not underflow.
    """
    fastest = up + down.max()
    pieces = max(1, math.ceil(fastest * span / 60.0))
    jumps = fastest * span / pieces
    rise = np.full(law.size, up / fastest)
    rise[-1] = 0.0
    fall = down / fastest
    stay = 1.0 - rise - fall
    mean[:] = 0.0
    for _ in range(pieces):
        power = law.copy()
        weight = math.exp(-jumps)
        beyond = 1.0 - weight
        law[:] = weight * power
        total = beyond * power
        m = 0
        # not "until beyond is gone": rounding may leave it at 1e-15 for ever
        while m < jumps or weight > 1e-17:
            following = stay * power
            following[1:] += rise[:-1] * power[:-1]
            following[:-1] += fall[1:] * power[1:]
            power = following
            m += 1
            weight *= jumps / m
            beyond = max(0.0, beyond - weight)
            law += weight * power
            total += beyond * power
        mean += total / (jumps * pieces)


@kernel
def served_soon(x: float, u: float, out: Floats) -> None:
    """P(served within T | k ahead) for k = 0, 1, ...; x = nμ/θ > 0, u = T / patience.

    With k ahead exp(-θV) ~ Beta(x, k+1); the incomplete beta grows by one term with each k.
    """
    if u <= 0.0:
        out[:] = 0.0
        return
    step = math.log(-math.expm1(-u))
    log_term = -(x + 1.0) * u
    beta = math.exp(log_term)
    for k in range(out.size):
        out[k] = max(0.0, x / (x + k + 1.0) * (1.0 - beta))
        log_term += step + math.log((x + k + 1.0) / (k + 1.0))
        beta += math.exp(log_term)
