"""Smallest number of agents that is good enough, where no formula starts the search near it."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["fewest_agents"]


def fewest_agents(good: Callable[[int], bool], *, start: int = 1) -> int:
    """Smallest number of agents, at least 1, that is good; more agents must never be worse.

    Parameters
    ----------
    good
        Whether so many agents keep the target; some number must.
    start
        Where to begin, at least 1: the load in whole erlang spares steps.

    Examples
    --------
    >>> fewest_agents(lambda agents: agents * agents >= 50), fewest_agents(lambda agents: True)
    (8, 1)
    """
    low, high = 0, start
    while not good(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high
