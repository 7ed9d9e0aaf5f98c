"""Floors while people are off the phone: how many may leave their work when.

A session takes people away from work, so it must not lie where a rule of presence asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from wfm.domain import Agent
from wfm.presence import PresenceRule
from wfm.scheduling.measure import Segment
from wfm.scheduling.presence import active_at, counts

__all__ = ["Floors", "floors_of"]


@dataclass(frozen=True, slots=True)
class Floors:
    """People who may leave their work in each step.

    Parameters
    ----------
    members
        Names of those whom each floor counts.
    spare
        At work above the floor, infinite where it does not hold, shape (floors, steps).
    """

    members: tuple[frozenset[str], ...] = ()
    spare: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))

    def may_leave(
        self,
        agents: Sequence[str],
        free: NDArray[np.bool_],
        first: NDArray[np.int64],
        steps: int,
    ) -> NDArray[np.bool_]:
        """Who of those free to leave together may, so that no floor is broken: the first of them.

        Parameters
        ----------
        free
            Who could leave from each start on, shape (agents, starts).
        first, steps
            First step of each start, shape (starts,), and how many steps it takes.
        """
        out = free.copy()
        for names, spare in zip(self.members, self.spare, strict=True):
            mine = np.array([agent in names for agent in agents])
            left = sliding_window_view(spare, steps).min(axis=1)[first]
            out[mine] &= out[mine].cumsum(axis=0) <= left
        return out

    def leave(self, agents: Iterable[str], span: NDArray[np.int64], sign: int = 1) -> None:
        """Take people from their work in some steps; with -1 give them back."""
        gone = list(agents)
        for names, spare in zip(self.members, self.spare, strict=True):
            spare[span] -= sign * sum(agent in names for agent in gone)


def floors_of(
    rules: Iterable[PresenceRule],
    agents: Sequence[Agent],
    segments: Sequence[Segment],
    times: pd.DatetimeIndex,
    timezone: str,
) -> Floors:
    """Floors of a roster.

    Parameters
    ----------
    segments
        What people do.
    times
        Start of each step (UTC), evenly apart.
    """
    asked = [rule for rule in rules if rule.min_at_work]
    members = tuple(frozenset(a.agent for a in agents if counts(rule, a)) for rule in asked)
    spare = np.full((len(asked), len(times)), np.inf)
    work = [s for s in segments if s.work]
    starts, ends = (
        times.searchsorted(pd.DatetimeIndex([getattr(s, edge) for s in work], tz="UTC"))
        for edge in ("start", "end")
    )
    for row, (rule, names) in enumerate(zip(asked, members, strict=True)):
        mine = np.array([s.agent in names for s in work], dtype=bool)
        change = np.zeros(len(times) + 1)
        np.add.at(change, starts[mine], 1.0)
        np.add.at(change, ends[mine], -1.0)
        holds = active_at(rule.at, times.tz_convert(timezone))
        spare[row, holds] = change.cumsum()[:-1][holds] - rule.min_at_work
    return Floors(members, spare)
