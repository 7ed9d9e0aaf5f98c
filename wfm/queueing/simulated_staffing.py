"""Staffing corrected by simulation: agents are moved until drawn callers get what was promised."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.queueing.arguments import Floats, below_one
from wfm.queueing.simulation import SimulatedGroup, SimulatedQueue, simulate

__all__ = ["SimulatedStaffing", "simulated_agents"]


@dataclass(frozen=True, slots=True)
class SimulatedStaffing:
    """Agents per interval with the service that was simulated for them.

    Parameters
    ----------
    sl_offered, half_width
        Answered in T / offered by interval, and half of its 95 % confidence interval.
    rounds
        Simulations that were needed.
    """

    agents: NDArray[np.int64]
    sl_offered: Floats
    half_width: Floats
    rounds: int


def simulated_agents(
    seed: int,
    queue: SimulatedQueue,
    agents: NDArray[np.int64],
    *,
    service_level: float,
    interval_s: float = 1800.0,
    replications: int = 100,
    rounds: int = 40,
    workers: int = 1,
) -> SimulatedStaffing:
    """Agents per interval that keep the target in every interval in the simulator.

    Where the forward equations do not reach: handle times that are not exponential, redials, very
    large centres. Every round draws the same calls, so that agents are compared and not chance.

    Parameters
    ----------
    seed
        Of the drawn calls.
    queue
        One queue, served by one group.
    agents
        Where to begin, such as agents for the modified offered load; one value per interval.
    service_level
        Least service level of every interval with calls, answered in T / offered [fraction].
    rounds
        Most simulations while adding; the last result is given even if it still falls short.

    Raises
    ------
    ValueError
        When the target is not between 0 and 1.

    Notes
    -----
    An interval that falls short gets more agents in proportion to what it lacks, at least one.
    Afterwards an agent is taken from every other interval with slack at a time, for as long as
    nothing falls short. After Feldman, Mandelbaum, Massey & Whitt (2008), Staffing of time-varying
    queues to achieve time-stable performance, Management Science 54.

    Examples
    --------
    >>> queue = SimulatedQueue("q", [60.0, 120.0, 120.0, 60.0], 600, patience_s=120)
    >>> start = np.array([5, 12, 20, 15])
    >>> found = simulated_agents(1, queue, start, service_level=0.8, replications=20)
    >>> bool((found.sl_offered >= 0.8).all())
    True
    """
    below_one(service_level=service_level)

    def drawn(heads: NDArray[np.int64]) -> SimulatedStaffing:
        group = SimulatedGroup(queue.name, heads.tolist(), {queue.name: 1})
        told = simulate(
            np.random.default_rng(seed),
            [queue],
            [group],
            interval_s=interval_s,
            replications=replications,
            workers=workers,
        ).sl_offered_by_interval
        level = np.where(np.isnan(told.mean[:, 0]), 1.0, told.mean[:, 0])
        return SimulatedStaffing(heads, level, np.nan_to_num(told.half_width[:, 0]), 1)

    busy = np.asarray(queue.arrivals_per_hour) > 0
    found, count = drawn(np.asarray(agents, dtype=np.int64)), 1
    while count < rounds and (short := busy & (found.sl_offered < service_level)).any():
        lack = (service_level - found.sl_offered) * np.sqrt(found.agents + 1.0)
        found = drawn(found.agents + np.where(short, np.maximum(1, np.ceil(lack)), 0).astype(int))
        count += 1
    for parity in (0, 1):
        open_to = busy & (np.arange(busy.size) % 2 == parity)
        while count < 3 * rounds and (less := open_to & (found.agents > 0)).any():
            tried, count = drawn(found.agents - less), count + 1
            short = busy & (tried.sl_offered < service_level)
            if not short.any():
                found = tried
                continue
            blamed = open_to & (short | np.roll(short, -1))
            if not blamed.any():
                break
            open_to = open_to & ~blamed
    return replace(found, rounds=count)
