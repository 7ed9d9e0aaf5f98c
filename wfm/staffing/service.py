"""What a number of agents gives: expected service, and the price of one too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wfm.domain import Channel, Queue, ServiceLevelDefinition, StaffingModel
from wfm.queueing import Performance, performance
from wfm.staffing.chat import chat_within
from wfm.staffing.deferred import deferred_service

__all__ = ["expected_service", "service_column", "total_service", "under_price", "under_steps"]

_MODELS = {StaffingModel.ERLANG_A: "erlang_a", StaffingModel.ERLANG_C: "erlang_c"}


def model_name(queue: Queue) -> str:
    """Name of the queue's model in :mod:`wfm.queueing`."""
    return _MODELS[queue.model]


def service_column(served: Performance, definition: ServiceLevelDefinition) -> NDArray[np.float64]:
    """Service level by the chosen definition."""
    return np.asarray(getattr(served, f"sl_{definition.value}"), float)


def target_performance(
    queue: Queue, arrivals_per_hour: ArrayLike, aht_s: ArrayLike, agents: ArrayLike
) -> Performance:
    """Measures of the queue's model at its answer threshold; agents may be real-valued."""
    return performance(
        model_name(queue),
        np.asarray(arrivals_per_hour, float),
        np.asarray(aht_s, float),
        np.asarray(agents, float),
        patience_s=queue.patience_s,
        threshold_s=queue.target.threshold_s,
    )


def expected_service(
    requirement: pd.DataFrame, agents_net: ArrayLike, queue: Queue
) -> NDArray[np.float64]:
    """Service level by interval when ``agents_net`` are on the contacts [fraction].

    Parameters
    ----------
    requirement
        Rows of one queue: offered [contacts], interval_s and aht_s [s].
    agents_net
        Agents on the contacts, one per row, real-valued.
    """
    if queue.channel is Channel.DEFERRED:
        return deferred_service(requirement, agents_net, queue).within_promise
    per_hour = requirement["offered"] * 3600 / requirement["interval_s"].astype(float)
    if queue.channel is Channel.CHAT:
        return chat_within(queue, per_hour, agents_net)
    served = target_performance(queue, per_hour, requirement["aht_s"], agents_net)
    return np.clip(service_column(served, queue.target.definition), 0, 1)


def total_service(offered: ArrayLike, service_level: ArrayLike) -> float:
    """Service level of a whole period: that of each interval weighted by its contacts.

    Examples
    --------
    >>> round(total_service([100, 300], [0.6, 0.9]), 3)
    0.825
    """
    contacts = np.asarray(offered, float)
    total = contacts.sum()
    return float((contacts * np.asarray(service_level, float)).sum() / total) if total else np.nan


def under_price(
    requirement: pd.DataFrame, queue: Queue, *, under: float, over: float
) -> NDArray[np.float64]:
    """Price of one missing agent by interval, from the promise it costs.

    From n to n - 1 agents the service level drops and the occupancy of the others rises; the
    larger of the two, in points, is what the agent is worth (where the occupancy cap asks for
    the most, service hardly moves). Scaled so that the mean over the open intervals is
    ``under``; never below ``over``. So one short of ten weighs more than one of two hundred.

    Parameters
    ----------
    requirement
        Rows of one queue: offered, interval_s, aht_s, agents_net.
    under, over
        Mean price of an agent-interval short, and the price of one above requirement.
    """
    needed = requirement["agents_net"].to_numpy(float)
    if queue.channel is Channel.DEFERRED:  # work that waits anyway costs the same in any interval
        return np.full(len(requirement), max(under, over))
    points = _points(requirement, needed, queue)
    mean = points[needed > 0].mean() if (needed > 0).any() else 0.0
    if not mean > 0:
        return np.full(len(requirement), max(under, over))
    priced: NDArray[np.float64] = np.maximum(under * points / mean, over)
    return priced


def under_steps(
    requirement: pd.DataFrame, queue: Queue, *, under: float, over: float
) -> pd.DataFrame:
    """Price of missing agents by interval, dearer the deeper the shortage.

    The first agents short cost :func:`under_price`; after each further twentieth of the
    requirement (a whole agent at least) the price is what the next agent buys there, never less
    than before. So a shortage spreads over intervals instead of gathering in one.

    Parameters
    ----------
    requirement
        Rows of one queue: offered, interval_s, aht_s, agents_net, agents_required.
    under, over
        Mean price of the first agent-interval short, and the price of one above requirement.

    Returns
    -------
    DataFrame
        under_price, under_price_2 … under_price_4 and under_depth [agents], rows as given.
    """
    required = requirement["agents_required"].to_numpy(float)
    needed = requirement["agents_net"].to_numpy(float)
    depth = np.maximum(np.rint(_DEPTH * required), 1.0)
    first = under_price(requirement, queue, under=under, over=over)
    out = pd.DataFrame({"under_price": first, "under_depth": depth}, index=requirement.index)
    if queue.channel is Channel.DEFERRED:
        return out
    points = _points(requirement, needed, queue)
    per_point = np.divide(first, points, out=np.zeros_like(first), where=points > 1e-9)
    step = depth * np.divide(needed, required, out=np.ones_like(needed), where=required > 0)
    before = first
    for slab in range(1, _SLABS):
        deeper = _points(requirement, np.maximum(needed - slab * step, 0.0), queue)
        before = np.maximum(before, np.minimum(per_point * deeper, _DEAREST * under))
        out[f"under_price_{slab + 1}"] = before
    return out


_DEPTH = 0.05
"""Part of the requirement after which a shortage is priced anew."""

_SLABS = 4
_DEAREST = 10.0
"""Most times the mean price: at night one agent of one is all there is."""


def _points(
    requirement: pd.DataFrame, needed: NDArray[np.float64], queue: Queue
) -> NDArray[np.float64]:
    """What the last agent of each interval is worth: service kept, or occupancy spared."""
    per_hour = requirement["offered"] * 3600 / requirement["interval_s"].astype(float)
    agents = np.stack([needed, np.maximum(needed - 1, 0)])
    if queue.channel is Channel.CHAT:
        kept, left = chat_within(queue, per_hour.to_numpy(), agents)
        return np.asarray(kept - left, float)
    served = target_performance(queue, per_hour, requirement["aht_s"], agents)
    service = np.clip(service_column(served, queue.target.definition), 0, 1)
    busy = np.clip(np.nan_to_num(served.occupancy, nan=1.0), 0, 1)
    points: NDArray[np.float64] = np.maximum(service[0] - service[1], busy[1] - busy[0])
    return points
