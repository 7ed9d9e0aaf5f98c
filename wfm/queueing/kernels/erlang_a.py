"""Erlang A (M/M/n+M): waiting where callers hang up after an exponential patience.

With x = nμ/θ, y = λ/θ and V the wait offered to a call [1]_::

    P(wait) = G / (U + G)                      U = upper_ratio(n, a), G = lower_ratio(x, y)
    E[queue | wait] = f = y - x + x/G          as a continued fraction where that cancels
    P(abandon) = P(wait) f / y
    P(V > t)  = P(wait) P(x, y z) / P(x, y)    z = exp(-θt)
    P(served, V > t) = n/a (P(V > t) - P(wait) z^x exp(y (1-z)) / G)

Under light load P(x, yz) / P(x, y) is taken as a ratio of two G, under heavy load as a ratio of
probabilities: no branch subtracts what is nearly equal. The mean wait of answered calls and the
abandonments within T have no such closed form that keeps its digits; they are integrals of the
log-concave density of V, taken by 48-point Gauss-Legendre on each side of its mode.

.. [1] Palm (1957); Baccelli & Hebuterne (1981); Mandelbaum & Zeltyn (2007), Service engineering in
   action: the Palm/Erlang-A queue.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .erlang import TIE
from .incomplete_gamma import (
    density,
    lower_probability,
    lower_ratio,
    mean_excess,
    stirling,
    upper_ratio,
)
from .mode import kernel, table

if TYPE_CHECKING:
    from wfm.queueing.arguments import Floats

__all__ = ["chances", "evaluate_a", "late", "required_a"]

GAUSS = table([part.tolist() for part in np.polynomial.legendre.leggauss(48)])
"""Nodes and weights on -1..1."""
REACH = 40.0
"""Where the density has fallen by e^-40 it no longer counts."""


@kernel
def _bend(u: float) -> float:
    """u - (1 - e^-u) without cancellation: what the linear part of the exponent leaves out."""
    if abs(u) > 0.5:
        return u + math.expm1(-u)
    total = 0.0
    for k in range(16, 1, -1):
        total = (1.0 - total) * u / k
    return total * u


@kernel
def chances(ratio: float, n: float, a: float, kappa: float) -> tuple[float, float, float]:
    """P(wait), P(no wait), 1/G; a > 0, n > 0, kappa = patience / AHT.

    ``ratio`` is the weight of the states with a free agent over that of "all busy, nobody waits":
    upper_ratio(n, a) for Erlang A itself; its relatives differ in this number only.
    """
    inverse = 1.0 / lower_ratio(n * kappa, a * kappa, (a - n) * kappa)
    odds = ratio * inverse
    return 1.0 / (1.0 + odds), (odds / (1.0 + odds) if odds < math.inf else 1.0), inverse


@kernel
def late(
    n: float, a: float, kappa: float, u: float, p_wait: float, inverse: float
) -> tuple[float, float]:
    """P(V > T) and P(V > T, served); u = T / patience."""
    gone = -math.expm1(-u)
    x, y, delta = n * kappa, a * kappa, (a - n) * kappa
    yz, delta_z = y * math.exp(-u), (a - n - a * gone) * kappa
    if y <= x or y <= 64.0:
        edge = p_wait * inverse * math.exp(delta * u - y * _bend(u))
        over = edge * lower_ratio(x, yz, delta_z)
    else:
        share = p_wait / lower_probability(x, y, delta)
        edge = share * density(x, yz, delta_z)
        over = share * lower_probability(x, yz, delta_z)
    return over, max(0.0, n / a * (over - edge))


@kernel
def _support(x: float, y: float) -> tuple[float, float, float]:
    """Mode of exp(y (1 - e^-u) - x u) over u >= 0 and the ends of the stretch where it lives."""
    if y <= x:
        b = x - y
        half = b - 0.5 * REACH
        root = math.sqrt(half * half + 2.0 * REACH * (b + y))
        # b u + y u²/(2 + u) = REACH, in the form that does not cancel
        top = 2.0 * REACH / (half + root) if half > 0.0 else (root - half) / (b + y)
        return 0.0, 0.0, top
    mode = math.log(y / x)
    k = REACH / x
    left = math.sqrt(2.0 * k)
    left = math.log1p(k + math.log1p(k + left))
    return mode, max(0.0, mode - left), mode + 0.5 * k + math.sqrt(k * (0.25 * k + 2.0))


@kernel
def _mean_wait_answered(
    n: float, a: float, kappa: float, p_wait: float, inverse: float, served_wait: float
) -> float:
    """E[V; served] in units of patience.

    The density of V on served calls is x exp(y (1 - e^-u) - (x+1) u) P(wait) / G.
    """
    x, y = n * kappa, a * kappa
    mode, low, high = _support(x + 1.0, y)
    first, total = 0.0, 0.0
    half = 0.5 * (mode - low)
    if half > 0.0:
        for j in range(len(GAUSS[0])):
            u = low + half * (1.0 + GAUSS[0][j])
            weight = half * GAUSS[1][j] * math.exp(-(x + 1.0) * _bend(u - mode))
            first += u * weight
            total += weight
    half = 0.5 * (high - mode)
    for j in range(len(GAUSS[0])):
        s = half * (1.0 + GAUSS[0][j])
        if mode > 0.0:
            weight = half * GAUSS[1][j] * math.exp(-(x + 1.0) * _bend(s))
        else:
            weight = half * GAUSS[1][j] * math.exp(-(1.0 + (n - a) * kappa) * s - y * _bend(s))
        first += (mode + s) * weight
        total += weight
    if mode > 0.0:
        return served_wait * first / total
    return p_wait * inverse * x * first


@kernel
def _abandon_panel(x: float, y: float, drift: float, mode: float, low: float, high: float) -> float:
    """Integral of (1 - e^-u) over the density of V, scaled to 1 at its mode."""
    if high <= low:
        return 0.0
    total, half = 0.0, 0.5 * (high - low)
    for j in range(len(GAUSS[0])):
        u = low + half * (1.0 + GAUSS[0][j])
        shape = x * _bend(u - mode) if mode > 0.0 else drift * u + y * _bend(u)
        total -= GAUSS[1][j] * math.exp(-shape) * math.expm1(-u)
    return half * total


@kernel
def _abandoned_within(
    n: float, a: float, kappa: float, u_top: float, p_wait: float, inverse: float, over: float
) -> float:
    """P(abandon within T): E[1 - exp(-θ min(V, T))], all terms positive; u_top = T / patience."""
    x, y, drift = n * kappa, a * kappa, (n - a) * kappa
    mode, low, high = _support(x, y)
    high = min(high, u_top)
    knee = min(high, mode + 12.0)
    total = _abandon_panel(x, y, drift, mode, low, min(mode, high))
    total += _abandon_panel(x, y, drift, mode, mode, knee)
    total += _abandon_panel(x, y, drift, mode, knee, high)
    if mode > 0.0:
        # G exp(-(y - x) + x ln(y/x)) in closed form
        peak = math.exp(math.lgamma(x + 1.0) + x - x * math.log(x)) if x < 32.0 else 0.0
        if x >= 32.0:
            peak = math.sqrt(2.0 * math.pi * x) * stirling(x)
        total *= p_wait * x / (peak * lower_probability(x, y, -drift))
    else:
        total *= p_wait * inverse * x
    return total - math.expm1(-u_top) * over


@kernel
def evaluate_a(
    load: Floats,
    aht_s: Floats,
    patience_s: Floats,
    agents: Floats,
    threshold_s: Floats,
    out: Floats,
) -> None:
    """Fill the rows of ``out`` (order of ``Performance``) but p_block."""
    for i in range(load.size):
        a, n, patience = load[i], agents[i], patience_s[i]
        kappa, u = patience / aht_s[i], threshold_s[i] / patience
        out[1:13, i] = 0.0
        if a <= 0.0:
            out[2:7, i] = 1.0
        elif n <= 0.0:
            _nobody_answers(a * kappa, u, patience, out, i)
        else:
            _fill(n, a, kappa, u, patience, out, i)


@kernel
def _nobody_answers(y: float, u: float, patience: float, out: Floats, i: int) -> None:
    """Calls, but no agents: everyone hangs up."""
    out[1, i] = 1.0
    out[5, i] = -math.expm1(-u)
    out[7, i] = math.inf
    out[8, i] = patience
    out[9, i] = 1.0
    out[10, i] = -math.expm1(-u)
    out[11, i] = 1.0
    out[12, i] = y


@kernel
def _fill(n: float, a: float, kappa: float, u: float, patience: float, out: Floats, i: int) -> None:
    """Column i where there are calls and agents."""
    p_wait, free, inverse = chances(upper_ratio(n, a, a - n), n, a, kappa)
    queue = mean_excess(n * kappa, a * kappa, (a - n) * kappa)
    over, served_over = late(n, a, kappa, u, p_wait, inverse)
    served_wait = n / a * p_wait * (1.0 - inverse)
    served = free + served_wait
    in_time = max(0.0, min(1.0, served - served_over))
    still = math.exp(-u) * over
    p_abandon = p_wait * queue / (a * kappa)
    out[1, i] = p_wait
    out[2, i] = in_time
    out[3, i] = in_time / (in_time + served_over) if in_time > 0.0 else 0.0
    out[4, i] = in_time / (in_time + still) if in_time > 0.0 else 0.0
    out[5, i] = max(0.0, 1.0 - still)
    out[6, i] = max(0.0, 1.0 - over)
    waited = _mean_wait_answered(n, a, kappa, p_wait, inverse, served_wait)
    out[7, i] = waited / served * patience
    out[8, i] = p_abandon * patience
    out[9, i] = p_abandon
    if u > 0.0:
        out[10, i] = _abandoned_within(n, a, kappa, u, p_wait, inverse, over)
    out[11, i] = min(1.0, a / n * free + p_wait * (1.0 - inverse))
    out[12, i] = p_wait * queue


# What a target may ask for; the first five are the service-level definitions in their order.
ANSWERED, EXCLUDING_SHORT, ABANDONED_OK, VIRTUAL, ASA, ABANDONMENT, OCCUPANCY = 1, 2, 3, 4, 5, 6, 7


@kernel
def _shortfall(kind: int, n: float, a: float, kappa: float, u: float) -> float:
    """What the target keeps small: 1 - service level, ASA / patience, P(abandon) or occupancy."""
    if n <= 0.0:
        if kind == ABANDONED_OK:
            return math.exp(-u)
        return math.inf if kind == ASA else 1.0
    p_wait, free, inverse = chances(upper_ratio(n, a, a - n), n, a, kappa)
    served_wait = n / a * p_wait * (1.0 - inverse)
    if kind == OCCUPANCY:
        result = a / n * free + p_wait * (1.0 - inverse)
    elif kind == ABANDONMENT:
        result = p_wait * mean_excess(n * kappa, a * kappa, (a - n) * kappa) / (a * kappa)
    elif kind == ASA:
        waited = _mean_wait_answered(n, a, kappa, p_wait, inverse, served_wait)
        result = waited / (free + served_wait)
    else:
        over, served_over = late(n, a, kappa, u, p_wait, inverse)
        result = _level_shortfall(kind, free + served_wait, over, served_over, math.exp(-u) * over)
    return result


@kernel
def _level_shortfall(
    kind: int, served: float, over: float, served_over: float, still: float
) -> float:
    """1 - service level by one of its definitions."""
    in_time = max(0.0, served - served_over)
    if kind == VIRTUAL:
        return over
    if kind == ABANDONED_OK:
        return still
    if kind == ANSWERED:
        return served_over / (in_time + served_over) if in_time > 0.0 else 1.0
    if kind == EXCLUDING_SHORT:
        return still / (in_time + still) if in_time > 0.0 else 1.0
    return 1.0 - in_time


@kernel
def _start(kind: int, a: float, kappa: float, u: float, allowed: float) -> float:
    """A first guess: the fluid level plus a square-root margin."""
    if kind == OCCUPANCY:
        return math.ceil(a / allowed)
    if kind == ABANDONMENT:
        return math.ceil(a * (1.0 - allowed))
    z = math.exp(-(allowed if kind == ASA else u))
    share = 0.5 if kind == ASA else min(0.9999, max(1e-4, allowed))
    if kind == 0 and 1.0 - z < share:
        # abandoning before T already uses up part of what may be missed
        share = (share - (1.0 - z)) / z if share - (1.0 - z) > 1e-3 else 1e-3
    p = share if share < 0.5 else 1.0 - share
    w = math.sqrt(-2.0 * math.log(p))
    margin = w - (2.30753 + 0.27061 * w) / (1.0 + w * (0.99229 + 0.04481 * w))
    if share > 0.5:
        margin = -margin
    # the offered wait varies as a Gamma of yz in the fluid regime, as the Erlang C queue near z = 1
    spread = math.sqrt(a * z / kappa)
    fluid = a * z + margin * min(spread, math.sqrt(a))
    return max(0.0, math.ceil(fluid))


@kernel
def _least(kind: int, a: float, kappa: float, u: float, allowed: float) -> float:
    """Fewest agents that keep the shortfall within what is allowed.

    Brackets from the start in growing steps, then interpolates the logarithm of the shortfall,
    which is nearly straight in n.
    """
    # rounding must not cost an agent, and next to 1 the limit itself is rounded
    limit = allowed * (1.0 + TIE) + (TIE if kind < ASA else 0.0)
    goal = math.log(limit)
    n = _start(kind, a, kappa, u, allowed)
    value = _shortfall(kind, n, a, kappa, u)
    low, high, at_low, at_high = -1.0, math.inf, math.inf, -math.inf
    step = max(1.0, math.floor(0.2 * math.sqrt(a)))
    while high - low > 1.0:
        height = math.log(max(value, 1e-300)) - goal if value < math.inf else math.inf
        if value <= limit:
            high, at_high = n, height
        else:
            low, at_low = n, height
        if high - low <= 1.0:
            break
        if high == math.inf:
            n = low + step
            step *= 2.0
        elif at_low == math.inf and low < 0.0:
            n = max(0.0, high - step)
            step *= 2.0
        else:
            middle = 0.5 * (low + high)
            if at_low < math.inf and at_low > at_high:
                middle = low + (high - low) * at_low / (at_low - at_high)
                if high - low > 8.0:
                    margin = 0.02 * (high - low)
                    middle = min(max(middle, low + margin), high - margin)
            n = min(max(math.ceil(middle), low + 1.0), high - 1.0)
        value = _shortfall(kind, n, a, kappa, u)
    return high


@kernel
def required_a(
    load: Floats,
    aht_s: Floats,
    patience_s: Floats,
    threshold_s: Floats,
    definition: int,
    level: Floats,
    asa_s: Floats,
    abandonment: Floats,
    occupancy: Floats,
    out: Floats,
) -> None:
    """Fewest agents per part of the target: rows level, asa, abandonment, occupancy.

    A part that is not asked for is 0 and gets 0.
    """
    for i in range(load.size):
        a, patience = load[i], patience_s[i]
        kappa, u = patience / aht_s[i], threshold_s[i] / patience
        out[0:4, i] = 0.0
        if a <= 0.0:
            continue
        if level[i] > 0.0:
            out[0, i] = _least(definition, a, kappa, u, 1.0 - level[i])
        if asa_s[i] > 0.0:
            out[1, i] = _least(ASA, a, kappa, u, asa_s[i] / patience)
        if abandonment[i] > 0.0:
            out[2, i] = _least(ABANDONMENT, a, kappa, u, abandonment[i])
        if occupancy[i] > 0.0:
            out[3, i] = _least(OCCUPANCY, a, kappa, u, occupancy[i])
