"""What is to be planned, without a word about how: blocks of people on a line of needs.

A *block* is everyone who may be swapped for one another while counting heads: one contract, one
skill group. It carries sums only (heads a day, days and hours a week); persons come back in the
roster. Each skill group has a *lane*: a copy of the line and of the catalogue's options, one behind
the other, so that shifts and breaks of all groups are arrays of one length; what serves which queue
is decided per step by flow (:mod:`wfm.scheduling.flow`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.line import Demand, Line

__all__ = ["Block", "CoverProblem", "HeadLimit", "Plan", "staff_on_line", "thinned"]


@dataclass(frozen=True, slots=True)
class Block:
    """People of one contract and skill group, in sums.

    Parameters
    ----------
    options
        Indices of the catalogue's options they may work, in the lane of their skill group.
    heads
        Most people at work on each day; None is unlimited.
    days
        Fewest and most shifts over the horizon; None is free.
    paid_s
        Least and most paid time over the horizon [s]; None is free.
    rest
        Least steps between two shifts.
    slack_s
        Paid time kept free inside both ends of the range, so that persons fit later [s].
    fixed, former
        Shifts of each option that must stay, and that a former roster had; None is none.
    """

    name: str
    options: NDArray[np.int64]
    heads: NDArray[np.int64] | None = None
    days: tuple[int, int] | None = None
    paid_s: tuple[int, int] | None = None
    rest: int = 0
    slack_s: int = 0
    fixed: NDArray[np.int64] | None = None
    former: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class HeadLimit:
    """How many people of some lanes may and must be there at once.

    Parameters
    ----------
    lanes
        Lanes whose people it counts.
    active
        Steps of the line in which it holds, shape (steps,).
    least, most, resting
        Fewest and most at work, most on break; None is any.
    price
        Of one person too few or too many for one step.
    """

    name: str
    lanes: tuple[int, ...]
    active: NDArray[np.bool_]
    least: int
    most: int | None
    resting: int | None
    price: float


@dataclass(frozen=True, slots=True)
class CoverProblem:
    """How many shifts of which kind, so that the need of queues is covered at least cost.

    Parameters
    ----------
    catalogue
        Options of all lanes.
    demands
        Queues that share people; mostly one.
    carry
        Agents already at work in each step (the night before, pinned shifts), shape (steps,) over
        all lanes.
    price_paid_h
        Price of a paid hour in the objective, beside over and under.
    price_change
        Price of a former shift that is not planned again; steers the plan, not its objective.
    lanes
        Queues (indices) that each skill group serves.
    presence
        How many people may and must be there at once.
    resting
        Agents on break in each step from elsewhere, shape (steps,) over all lanes; None is nobody.
    price_head
        Price of a shift of each block on each day, shape (blocks, days), where days are shared out
        over more than this line; None is free.
    """

    line: Line
    catalogue: Catalogue
    demands: tuple[Demand, ...]
    blocks: tuple[Block, ...]
    carry: NDArray[np.float64]
    price_paid_h: float = 0.0
    price_change: float = 0.0
    lanes: tuple[tuple[int, ...], ...] = ((0,),)
    presence: tuple[HeadLimit, ...] = ()
    resting: NDArray[np.float64] | None = None
    price_head: NDArray[np.float64] | None = None

    @property
    def steps(self) -> int:
        """Steps of all lanes."""
        return len(self.lanes) * self.line.length

    @property
    def shared(self) -> bool:
        """Whether queues or skill groups come together, so that people flow between lanes."""
        return len(self.lanes) > 1 or len(self.demands) > 1

    @property
    def rest(self) -> NDArray[np.float64]:
        """Agents on break from elsewhere."""
        return np.zeros(self.steps) if self.resting is None else self.resting


def thinned(problem: CoverProblem, most: int) -> CoverProblem:
    """The same problem with at most so many shifts of each block and day, evenly out of all.

    For models that share days or windows out: rules of presence and former shifts are left to the
    plan.
    """
    blocks = []
    for block in problem.blocks:
        days = problem.catalogue.day[block.options]
        picks = [np.empty(0, dtype=np.int64)]
        for day in np.unique(days).tolist():
            mine = block.options[days == day]
            picks.append(mine[np.unique(np.linspace(0, len(mine) - 1, most).astype(int))])
        blocks.append(replace(block, options=np.concatenate(picks), fixed=None, former=None))
    return replace(problem, blocks=tuple(blocks), presence=())


@dataclass(frozen=True, slots=True)
class Plan:
    """Shift counts before they have names.

    Parameters
    ----------
    counts
        Shifts of each block and option, shape (blocks, options).
    breaks
        Breaks begun by class, window and step: {(class, day, window): counts of shape (steps,)}.
    objective
        Price of over, under and paid time, recomputed from the counts.
    bound
        Proven lower bound of the objective; NaN when none is known.
    cut
        Whether time or a stop cut the planning short.
    demands
        Demands that price each step where a promise over days or weeks is kept; empty without one.
    """

    counts: NDArray[np.int64]
    breaks: dict[tuple[int, int, int], NDArray[np.int64]]
    objective: float
    bound: float
    demands: tuple[Demand, ...] = ()
    cut: bool = False


def staff_on_line(
    catalogue: Catalogue,
    length: int,
    totals: NDArray[np.float64],
    breaks: Mapping[tuple[int, int, int], NDArray[np.int64] | NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Agents at work in each step, breaks taken out, from shifts per option and breaks begun."""
    change = np.zeros(length + 1)
    np.add.at(change, catalogue.start, totals)
    np.add.at(change, catalogue.end, -totals)
    for (kind, _, window), begun in breaks.items():
        span = catalogue.classes[kind].breaks[window].length
        change[: len(begun)] -= begun
        change[span : span + len(begun)] += begun[: length + 1 - span]
    return np.cumsum(change)[:length]
