"""Handle times that are not exponential: a stated approximation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wfm.queueing.arguments import Floats, Limit, broadcast
from wfm.queueing.performance import performance

__all__ = ["service_level_any_handle_time"]


def service_level_any_handle_time(
    arrivals_per_hour: ArrayLike,
    aht_s: ArrayLike,
    agents: ArrayLike,
    *,
    handle_time_cv: ArrayLike,
    threshold_s: ArrayLike = 20.0,
) -> Floats:
    """Service level P(wait <= T) of Erlang C for handle times of any spread, approximately.

    Parameters
    ----------
    handle_time_cv
        Standard deviation of the handle time over its mean, at least 0; 1 gives Erlang C itself.

    Notes
    -----
    Allen-Cunneen: P(wait) stays that of Erlang C, the wait of those who wait is exponential with
    its mean scaled by (1 + cv²) / 2 [1]_. Measured against simulated lognormal handle times (3 to
    400 Erlang at 60 to 97 % occupancy): within 0.02 up to cv 1, too pessimistic above, by up
    to 0.04 at cv 1.5 and 0.06 at cv 2.5. Without abandonment only; with it the law of the handle
    time matters little beyond its mean [2]_ and Erlang A serves as it is.

    Examples
    --------
    >>> rate, agents = 200, 14
    >>> level = service_level_any_handle_time(rate, 180, agents, handle_time_cv=[0, 1, 2])
    >>> level.round(3)
    array([0.928, 0.888, 0.854])

    .. [1] Allen (1990), Probability, Statistics and Queueing Theory, 2nd ed.
    .. [2] Whitt (2005), Engineering solution of a basic call-center model, Management Science 51.
    """
    shape, (rate, aht, heads, cv, threshold) = broadcast(
        Limit("arrivals_per_hour", arrivals_per_hour),
        Limit("aht_s", aht_s, above=0.0),
        Limit("agents", agents),
        Limit("handle_time_cv", handle_time_cv),
        Limit("threshold_s", threshold_s),
    )
    p_wait = performance("erlang_c", rate, aht, heads).p_wait
    spare_per_s = np.maximum(0.0, heads / aht - rate / 3600.0)
    scaled = spare_per_s * 2.0 / (1.0 + cv**2)
    level = np.where(spare_per_s > 0, 1.0 - p_wait * np.exp(-scaled * threshold), 0.0)
    return np.where(rate > 0, level, 1.0).reshape(shape)
