"""Callers who hang up and dial again: recorded volume is not demand."""

from __future__ import annotations

from dataclasses import dataclass

from wfm.queueing.arguments import not_negative, positive
from wfm.queueing.kernels.incomplete_gamma import upper_ratio
from wfm.queueing.waiting_room import WaitingRoom, waiting_room

__all__ = ["RedialService", "redial_service"]


@dataclass(frozen=True, slots=True)
class RedialService:
    """Service where some of those who hang up come back.

    Parameters
    ----------
    attempts_per_fresh_call
        Recorded calls per call that somebody first wanted to make.
    p_wait, sl_offered_attempts, p_abandon_attempt
        Of one attempt [fraction].
    p_never_served
        Share of callers who give up for good [fraction].
    """

    attempts_per_fresh_call: float
    p_wait: float
    sl_offered_attempts: float
    p_abandon_attempt: float
    p_never_served: float


def redial_service(
    fresh_per_hour: float,
    aht_s: float,
    agents: int,
    *,
    patience_s: float,
    redial_probability: float,
    threshold_s: float = 20.0,
) -> RedialService:
    """Erlang A whose arrival rate L solves L = λ + r L P(abandon | L).

    Parameters
    ----------
    fresh_per_hour
        First attempts [1/h], above 0.
    redial_probability
        Share of those who hang up that dial again [fraction], from 0 to below 1.

    Notes
    -----
    Redials are taken to come late enough to look like fresh Poisson calls [1]_.
    L (1 - r P(abandon)) rises in L, so there is one solution; it lies between λ and λ / (1 - r).

    Examples
    --------
    >>> service = redial_service(600, 300, 45, patience_s=120, redial_probability=0.7)
    >>> round(service.p_wait, 4), round(service.attempts_per_fresh_call, 3)
    (0.9271, 1.243)

    .. [1] Aguir, Karaesmen, Aksin & Chauvet (2004), The impact of retrials on call center
       performance, OR Spectrum 26.
    """
    positive(fresh_per_hour=fresh_per_hour, aht_s=aht_s, agents=agents, patience_s=patience_s)
    if not 0 <= redial_probability < 1:
        raise ValueError(f"redial_probability must be from 0 to below 1, got {redial_probability}")
    not_negative(threshold_s=threshold_s)

    def room(rate: float) -> WaitingRoom:
        load = rate * aht_s
        left = upper_ratio(agents, load, load - agents)
        return waiting_room(left, rate, agents / aht_s, patience_s, threshold_s)

    fresh = fresh_per_hour / 3600.0
    low, high = fresh, fresh / (1.0 - redial_probability)
    for _ in range(60):
        rate = 0.5 * (low + high)
        if rate * (1.0 - redial_probability * room(rate).p_abandon) < fresh:
            low = rate
        else:
            high = rate
    at = room(high)
    gone = at.p_abandon
    return RedialService(
        attempts_per_fresh_call=high / fresh,
        p_wait=at.p_wait,
        sl_offered_attempts=at.sl_offered,
        p_abandon_attempt=gone,
        p_never_served=gone * (1 - redial_probability) / (1 - redial_probability * gone),
    )
