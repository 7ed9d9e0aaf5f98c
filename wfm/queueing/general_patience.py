"""Waiting with any law of patience: lognormal, Weibull or read off the data (M/M/n+G)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from wfm.queueing.arguments import Floats, below_one, not_negative, positive
from wfm.queueing.fewest import fewest_agents
from wfm.queueing.kernels.incomplete_gamma import upper_ratio
from wfm.queueing.patience_law import PatienceLaw

__all__ = ["GeneralService", "general_patience_service", "required_general_patience"]

DROP = 42.0
"""The density counts down to e^-42 of its peak."""
PANELS = 40
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


@dataclass(frozen=True, slots=True)
class GeneralService:
    """Service under a general law of patience; measures as in ``Performance``."""

    p_wait: float
    sl_offered: float
    sl_virtual: float
    asa_answered_s: float
    mean_wait_all_s: float
    p_abandon: float
    p_abandon_within_t: float
    occupancy: float
    mean_queue: float


def general_patience_service(
    arrivals_per_hour: float,
    aht_s: float,
    agents: int,
    law: PatienceLaw,
    *,
    threshold_s: float = 20.0,
) -> GeneralService:
    """Service of agents whose callers hang up by any law of patience.

    Parameters
    ----------
    arrivals_per_hour
        Calls offered [1/h], above 0.
    agents
        Agents on the phones, at least 1.
    law
        Survival of patience and its integral, see :mod:`wfm.queueing.patience_law`.

    Raises
    ------
    ValueError
        When an argument is out of range, or the calls that never hang up alone exceed the agents.

    Notes
    -----
    The offered wait has density λ π(n-1) exp(λ ∫_0^v S - n μ v), S being the survival of patience
    [1]_ [2]_; integrals by Gauss-Legendre panels, broken at T and at the corners of S.

    Examples
    --------
    With exponential patience this is Erlang A:

    >>> from wfm.queueing.patience_law import ExponentialPatience
    >>> service = general_patience_service(6000, 300, 459, ExponentialPatience(120))
    >>> round(service.sl_offered, 4)
    0.8002

    .. [1] Baccelli & Hebuterne (1981), On queues with impatient customers, Performance '81.
    .. [2] Zeltyn & Mandelbaum (2005), Call centers with impatient customers, Queueing Systems 51.
    """
    positive(arrivals_per_hour=arrivals_per_hour, aht_s=aht_s, agents=agents)
    not_negative(threshold_s=threshold_s)
    rate, ends = arrivals_per_hour / 3600.0, agents / aht_s
    load = rate * aht_s
    edges, top = _panels(law, rate, ends, threshold_s)
    half = 0.5 * np.diff(edges)
    v = ((edges[:-1] + half)[:, None] + half[:, None] * NODES).ravel()
    waited, left = law.waited(v), law.survival(v)
    density = (half[:, None] * WEIGHTS).ravel() * rate * np.exp(rate * waited - ends * v - top)
    # weight of the states 0..n-1 over that of n-1 is 1/B(n-1)
    free = (1.0 + upper_ratio(agents - 1, load, load - agents + 1)) * math.exp(-top)
    norm = free + float(density.sum())
    density /= norm
    free /= norm
    soon = v <= threshold_s
    still = float(density[~soon].sum())
    left_at_t = float(law.survival(np.asarray([threshold_s]))[0])
    served = free + float(density @ left)
    in_time = free + float(density[soon] @ left[soon])
    mean_wait = float(density @ waited)
    return GeneralService(
        p_wait=1.0 - free,
        sl_offered=in_time,
        sl_virtual=1.0 - still,
        asa_answered_s=float(density @ (v * left)) / served,
        mean_wait_all_s=mean_wait,
        p_abandon=float(density @ (1.0 - left)),
        p_abandon_within_t=float(density[soon] @ (1.0 - left[soon])) + (1.0 - left_at_t) * still,
        occupancy=load * served / agents,
        mean_queue=rate * mean_wait,
    )


def _panels(law: PatienceLaw, rate: float, ends: float, threshold_s: float) -> tuple[Floats, float]:
    """Edges of the quadrature panels and the largest exponent."""

    def exponent(v: Floats) -> Floats:
        return np.asarray(rate * law.waited(v) - ends * v)

    reach = 1.0 / ends
    while True:
        grid = np.linspace(0.0, reach, 2001)
        height = exponent(grid)
        top = float(height.max())
        if height[-1] < top - DROP:
            break
        reach *= 2.0
        if not math.isfinite(reach * rate):
            raise ValueError("the calls that never hang up are more than the agents can take")
    inside = np.flatnonzero(height > top - DROP)
    low, high = grid[max(0, inside[0] - 1)], grid[min(grid.size - 1, inside[-1] + 1)]
    if high < reach / 50.0:
        # the stretch is short against the grid: look closer
        grid = np.linspace(0.0, high, 2001)
        inside = np.flatnonzero(exponent(grid) > top - DROP)
        high = grid[min(grid.size - 1, inside[-1] + 1)]
    even = np.linspace(low, high, PANELS + 1)
    # a Weibull law with a shape below 1 is steep at 0
    steep = even[1] * 0.5 ** np.arange(1, 30) if low == 0.0 else np.empty(0)
    cuts = np.concatenate([[threshold_s], law.corners_s()])
    cuts = cuts[(cuts > low) & (cuts < high)]
    return np.unique(np.concatenate([even, steep, cuts])), top


def required_general_patience(
    arrivals_per_hour: float,
    aht_s: float,
    law: PatienceLaw,
    *,
    service_level: float,
    threshold_s: float = 20.0,
) -> int:
    """Fewest agents with the service level (answered in T / offered) under a law of patience.

    Examples
    --------
    >>> from wfm.queueing.patience_law import LognormalPatience
    >>> required_general_patience(6000, 300, LognormalPatience(120, 1.0), service_level=0.8)
    495
    """
    below_one(service_level=service_level)

    def good(agents: int) -> bool:
        service = general_patience_service(
            arrivals_per_hour, aht_s, agents, law, threshold_s=threshold_s
        )
        return service.sl_offered >= service_level

    return fewest_agents(good, start=max(1, math.ceil(arrivals_per_hour * aht_s / 3600.0)))
