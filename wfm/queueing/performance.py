"""Service of a given number of agents: Erlang B, C and A over arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from wfm.queueing.arguments import Floats, Limit, broadcast
from wfm.queueing.editions import ROWS_OF_ERLANG_C, formulas

__all__ = ["MODELS", "AgentsBetween", "Performance", "performance"]

MODELS = ("erlang_b", "erlang_c", "erlang_a")
"""Loss, waiting, waiting with abandonment."""

AgentsBetween = Literal["gamma", "linear"]


@dataclass(frozen=True, slots=True)
class Performance:
    """Steady-state service, each an array of the arguments' common shape.

    NaN marks what the model does not define (``p_wait`` of Erlang B, ``p_block`` of C and A). With
    V the wait offered to a call and T the answer threshold:

    Parameters
    ----------
    p_block
        Share of calls lost because all lines are busy [fraction].
    p_wait
        Share of calls that do not find a free agent [fraction].
    sl_offered
        Answered in T / offered.
    sl_answered
        Answered in T / answered.
    sl_excl_short_abandon
        Answered in T / (offered - abandoned in T).
    sl_abandon_within_t_ok
        (Answered in T + abandoned in T) / offered.
    sl_virtual
        P(V <= T): the service of a caller who would never hang up.
    asa_answered_s
        Mean wait of answered calls [s]; infinite where the queue grows without end or nobody
        answers.
    mean_wait_all_s
        Mean wait of all calls [s].
    p_abandon
        Share of calls that hang up [fraction].
    p_abandon_within_t
        Share of calls that hang up within T [fraction].
    occupancy
        Share of the agents' time spent on calls [fraction].
    mean_queue
        Mean number of waiting calls.
    """

    p_block: Floats
    p_wait: Floats
    sl_offered: Floats
    sl_answered: Floats
    sl_excl_short_abandon: Floats
    sl_abandon_within_t_ok: Floats
    sl_virtual: Floats
    asa_answered_s: Floats
    mean_wait_all_s: Floats
    p_abandon: Floats
    p_abandon_within_t: Floats
    occupancy: Floats
    mean_queue: Floats


ROWS = len(fields(Performance))


def performance(
    model: str,
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    agents: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    threshold_s: ArrayLike = 20.0,
    agents_between: AgentsBetween = "gamma",
) -> Performance:
    """Service that a number of agents gives, in steady state.

    Parameters
    ----------
    model
        ``erlang_b`` (calls that find no agent are lost), ``erlang_c`` (they wait without end) or
        ``erlang_a`` (they wait and hang up).
    arrivals_per_hour
        Calls offered [1/h], at least 0.
    aht_s
        Average handle time [s], above 0.
    agents
        Agents on the phones, at least 0; need not be whole.
    patience_s
        Mean time to hang up [s], above 0; Erlang A only.
    threshold_s
        Answer threshold T [s], at least 0.
    agents_between
        What a fraction of an agent means: ``gamma``, the continuation of 1/B by the incomplete
        gamma function, or ``linear``, the line between the results of the two whole numbers.

    Raises
    ------
    ValueError
        When the model is unknown, an argument is NaN, infinite or out of range (its name and value
        are told), or Erlang A lacks the patience.

    Notes
    -----
    Poisson arrivals, exponential handle times and patience, first come first served. With
    agents <= load Erlang C gives P(wait) 1, service level 0 and an infinite ASA. No calls: nobody
    waits, service level 1.

    Examples
    --------
    >>> service = performance("erlang_a", 6000, 300, [459, 500], patience_s=120)
    >>> service.sl_offered.round(4), service.p_abandon.round(4)
    (array([0.8002, 0.9707]), array([0.0844, 0.0219]))
    """
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, got {model!r}")
    if agents_between not in ("gamma", "linear"):
        raise ValueError(f"agents_between must be 'gamma' or 'linear', got {agents_between!r}")
    if model == "erlang_a" and patience_s is None:
        raise ValueError("erlang_a needs patience_s, the mean time to hang up; got None")
    shape, (rate, aht, heads, patience, threshold) = broadcast(
        Limit("arrivals_per_hour", arrivals_per_hour),
        Limit("aht_s", aht_s, above=0.0),
        Limit("agents", agents),
        Limit("patience_s", patience_s if model == "erlang_a" else 1.0, above=0.0),  # type: ignore[arg-type]
        Limit("threshold_s", threshold_s),
    )
    load = rate * aht / 3600.0
    if agents_between == "linear":
        table = _between(model, load, aht, heads, patience, threshold)
    else:
        table = _evaluate(model, load, aht, heads, patience, threshold)
    return Performance(*(row.reshape(shape) for row in table))


def _evaluate(
    model: str, load: Floats, aht_s: Floats, agents: Floats, patience_s: Floats, threshold_s: Floats
) -> Floats:
    """Table of all measures, one row each."""
    table = np.full((ROWS, load.size), np.nan)
    if model == "erlang_a":
        formulas("erlang_a", load.size).evaluate_a(
            load, aht_s, patience_s, agents, threshold_s, table
        )
    elif model == "erlang_c":
        formulas("erlang", load.size // ROWS_OF_ERLANG_C).evaluate_c(
            load, aht_s, agents, threshold_s, table
        )
    else:
        formulas("erlang", load.size // ROWS_OF_ERLANG_C).evaluate_b(load, agents, table)
    return table


def _between(
    model: str, load: Floats, aht_s: Floats, agents: Floats, patience_s: Floats, threshold_s: Floats
) -> Floats:
    """Straight line between the whole numbers of agents below and above."""
    below = np.floor(agents)
    share = agents - below
    low = _evaluate(model, load, aht_s, below, patience_s, threshold_s)
    if not share.any():
        return low
    high = _evaluate(model, load, aht_s, below + 1.0, patience_s, threshold_s)
    # an infinite ASA below must not turn a whole number above into NaN
    return np.where(share == 0.0, low, np.where(np.isinf(low), low, low + share * (high - low)))
