"""The inverse questions: how much load some agents carry, and what one agent more or less does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from wfm.queueing.arguments import Floats, Limit, broadcast
from wfm.queueing.performance import Performance, performance
from wfm.queueing.required import DEFINITIONS

__all__ = ["carried_per_hour", "neighbours"]

HALVINGS = 60

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def carried_per_hour(
    model: str,
    agents: ArrayLike,
    aht_s: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    threshold_s: ArrayLike = 20.0,
    service_level: ArrayLike | None = None,
    definition: str = "offered",
    max_asa_s: ArrayLike | None = None,
    max_abandonment: ArrayLike | None = None,
    max_occupancy: ArrayLike | None = None,
) -> Floats:
    """Most calls an hour that so many agents can take and still keep the target.

    Parameters
    ----------
    model, aht_s, patience_s, threshold_s
        As in :func:`wfm.queueing.performance`.
    agents
        Agents on the phones, at least 0; need not be whole.
    service_level, definition, max_asa_s, max_abandonment, max_occupancy
        The target, as in :func:`wfm.queueing.required_agents`; at least one part must be set. For
        Erlang B ``service_level`` is the share that finds a free line.

    Raises
    ------
    ValueError
        When no part is set or an argument is out of range.

    Notes
    -----
    Halves an interval of rates sixty times, so the rate is good to about 1e-15 of itself. A target
    that even a single call an hour breaks gives a rate near 0.

    Examples
    --------
    >>> rate = carried_per_hour("erlang_c", 14, 180, service_level=0.8)
    >>> float(rate.round(2))
    217.37
    """
    if definition not in DEFINITIONS:
        raise ValueError(f"definition must be one of {', '.join(DEFINITIONS)}, got {definition!r}")
    parts = {
        "service_level": service_level,
        "max_asa_s": max_asa_s,
        "max_abandonment": max_abandonment,
        "max_occupancy": max_occupancy,
    }
    asked = {name: value for name, value in parts.items() if value is not None}
    if not asked:
        raise ValueError(
            "a target is needed: service_level, max_asa_s, max_abandonment or max_occupancy"
        )
    shape, (heads, aht, patience, threshold, *goals) = broadcast(
        Limit("agents", agents),
        Limit("aht_s", aht_s, above=0.0),
        Limit("patience_s", 1.0 if patience_s is None else patience_s, above=0.0),
        Limit("threshold_s", threshold_s),
        *(Limit(name, value, above=0.0) for name, value in asked.items()),
    )

    def kept(rate: Floats) -> Bools:
        service = performance(
            model, rate, aht, heads,
            patience_s=None if patience_s is None else patience, threshold_s=threshold,
        )  # fmt: skip
        level = (
            1.0 - service.p_block if model == "erlang_b" else getattr(service, f"sl_{definition}")
        )
        return (heads > 0) & _keeps(service, level, dict(zip(asked, goals, strict=True)))

    return _largest(kept, (heads + 1.0) * 3600.0 / aht).reshape(shape)


def _keeps(service: Performance, level: Floats, goals: dict[str, Floats]) -> Bools:
    """Whether every part of the target that is asked for holds."""
    most = {
        "max_asa_s": service.asa_answered_s,
        "max_abandonment": service.p_abandon,
        "max_occupancy": service.occupancy,
    }
    good = np.ones(level.shape, dtype=bool)
    for name, goal in goals.items():
        good &= level >= goal if name == "service_level" else most[name] <= goal
    return good


def _largest(kept: Callable[[Floats], Bools], high: Floats) -> Floats:
    """Largest rates that are kept: ``high`` is doubled until it is not, then halved in."""
    low = np.zeros_like(high)
    for _ in range(HALVINGS):
        more = kept(high)
        if not more.any():
            break
        low, high = np.where(more, high, low), np.where(more, 2.0 * high, high)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        more = kept(middle)
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return low


def neighbours(
    model: str,
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    agents: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    threshold_s: ArrayLike = 20.0,
) -> Performance:
    """Service with one agent fewer, as many, and one more, along a leading axis of length 3.

    Parameters
    ----------
    model, arrivals_per_hour, aht_s, patience_s, threshold_s
        As in :func:`wfm.queueing.performance`.
    agents
        Agents on the phones; one fewer than 0 stays 0.

    Examples
    --------
    >>> neighbours("erlang_c", 200, 180, 14).sl_offered.round(3)
    array([0.796, 0.888, 0.941])
    """
    given = [arrivals_per_hour, aht_s, threshold_s, 1.0 if patience_s is None else patience_s]
    shape = np.broadcast_shapes(*(np.shape(value) for value in (agents, *given)))
    heads = np.broadcast_to(np.asarray(agents, dtype=np.float64), shape)
    return performance(
        model,
        arrivals_per_hour,
        aht_s,
        np.stack([np.maximum(heads - 1.0, 0.0), heads, heads + 1.0]),
        patience_s=patience_s,
        threshold_s=threshold_s,
    )
