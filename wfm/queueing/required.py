"""Smallest whole number of agents that keeps a promise, and which part of the promise binds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.queueing.arguments import Floats, Limit, broadcast
from wfm.queueing.editions import ROWS_OF_ERLANG_C, formulas
from wfm.queueing.performance import MODELS

__all__ = ["DEFINITIONS", "MOST_ERLANG", "PARTS", "Requirement", "required_agents"]

DEFINITIONS = ("offered", "answered", "excl_short_abandon", "abandon_within_t_ok", "virtual")
"""Service-level definitions, in the order of the ``sl_*`` columns."""
PARTS = ("service_level", "asa", "abandonment", "occupancy", "min_agents")
"""Parts of a target that can bind."""

MOST_ERLANG = 1e15
"""Above it neighbouring whole numbers of agents are no longer told apart in double precision."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Agents needed, in the common shape of the arguments.

    Parameters
    ----------
    agents
        Fewest agents that keep every part of the target [persons].
    binding
        The part that asks for most, the first of :data:`PARTS` where several do; ``none`` where no
        agent is needed.
    by_part
        Agents that each part of :data:`PARTS` alone would need; one leading axis of that length.
    """

    agents: NDArray[np.int64]
    binding: NDArray[np.str_]
    by_part: NDArray[np.int64]


def required_agents(
    model: str,
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    threshold_s: ArrayLike = 20.0,
    service_level: ArrayLike | None = None,
    definition: str = "offered",
    max_asa_s: ArrayLike | None = None,
    max_abandonment: ArrayLike | None = None,
    max_occupancy: ArrayLike | None = None,
    min_agents: ArrayLike = 0,
) -> Requirement:
    """Smallest number of agents that keeps every part of a target that is set.

    Net agents, on the phones, before shrinkage. Erlang A may need fewer agents than the load.

    Parameters
    ----------
    model
        ``erlang_b``, ``erlang_c`` or ``erlang_a``.
    arrivals_per_hour
        Calls offered [1/h], at least 0.
    aht_s
        Average handle time [s], above 0.
    patience_s
        Mean time to hang up [s], above 0; Erlang A only.
    threshold_s
        Answer threshold T [s], at least 0.
    service_level
        Least service level [fraction], from 0 to below 1; for Erlang B the least share of calls
        that find a free line.
    definition
        Which service level, one of :data:`DEFINITIONS`.
    max_asa_s
        Largest mean wait of answered calls [s], above 0; Erlang C and A.
    max_abandonment
        Largest share of calls that hang up [fraction], above 0; Erlang C never abandons.
    max_occupancy
        Largest occupancy [fraction], above 0; Erlang C and A.
    min_agents
        Fewest agents in any case, also without calls.

    Raises
    ------
    ValueError
        When a name is unknown, an argument is NaN, infinite or out of range, Erlang A lacks the
        patience, or Erlang B is asked for a wait.

    Notes
    -----
    The measures are monotone in the number of agents, so the parts are solved one by one and the
    largest answer counts. A measure within 4e-15 of its target counts as met.

    Examples
    --------
    >>> need = required_agents("erlang_a", 6000, 300, patience_s=120, service_level=0.8)
    >>> int(need.agents), str(need.binding)
    (459, 'service_level')
    >>> capped = required_agents("erlang_c", [0, 100], 180, service_level=0.8, max_occupancy=0.6)
    >>> capped.agents, capped.binding
    (array([0, 9]), array(['none', 'occupancy'], dtype='<U13'))
    """
    _check_names(model, definition, patience_s, max_asa_s, max_abandonment, max_occupancy)
    shape, columns = broadcast(
        Limit("arrivals_per_hour", arrivals_per_hour),
        Limit("aht_s", aht_s, above=0.0),
        Limit("patience_s", patience_s if model == "erlang_a" else 1.0, above=0.0),  # type: ignore[arg-type]
        Limit("threshold_s", threshold_s),
        Limit("service_level", 0.0 if service_level is None else service_level, below=1.0),
        _wanted("max_asa_s", max_asa_s),
        _wanted("max_abandonment", max_abandonment),
        _wanted("max_occupancy", max_occupancy),
        Limit("min_agents", min_agents),
    )
    rate, aht, patience, threshold, level, asa, abandonment, occupancy, fewest = columns
    load = rate * aht / 3600.0
    Limit("arrivals_per_hour times aht_s [erlang]", load, below=MOST_ERLANG).checked()
    parts = np.zeros((len(PARTS), load.size))
    parts[4] = np.ceil(fewest)
    # 0 stands for "not asked for": the range of every part begins above it
    if model == "erlang_a":
        formulas("erlang_a", load.size).required_a(
            load, aht, patience, threshold, DEFINITIONS.index(definition),
            level, asa, abandonment, occupancy, parts,
        )  # fmt: skip
    elif model == "erlang_c":
        formulas("erlang", load.size // ROWS_OF_ERLANG_C).required_c(
            load, aht, threshold, level, asa, occupancy, parts
        )
    else:
        formulas("erlang", load.size // ROWS_OF_ERLANG_C).required_b(load, 1.0 - level, parts[0])
    return _answer(parts, shape)


def _wanted(name: str, value: ArrayLike | None) -> Limit:
    return Limit(name, 0.0) if value is None else Limit(name, value, above=0.0)


def _check_names(
    model: str,
    definition: str,
    patience_s: ArrayLike | None,
    max_asa_s: ArrayLike | None,
    max_abandonment: ArrayLike | None,
    max_occupancy: ArrayLike | None,
) -> None:
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, got {model!r}")
    if definition not in DEFINITIONS:
        raise ValueError(f"definition must be one of {', '.join(DEFINITIONS)}, got {definition!r}")
    if model == "erlang_a" and patience_s is None:
        raise ValueError("erlang_a needs patience_s, the mean time to hang up; got None")
    waits = (max_asa_s, max_abandonment, max_occupancy)
    if model == "erlang_b" and any(part is not None for part in waits):
        raise ValueError("erlang_b knows no wait: only service_level and min_agents can be asked")


def _answer(parts: Floats, shape: tuple[int, ...]) -> Requirement:
    by_part = parts.astype(np.int64)
    agents = by_part.max(axis=0)
    names = np.array([*PARTS, "none"])
    binding = names[np.where(agents > 0, by_part.argmax(axis=0), len(PARTS))]
    return Requirement(
        agents.reshape(shape), binding.reshape(shape), by_part.reshape(len(PARTS), *shape)
    )
