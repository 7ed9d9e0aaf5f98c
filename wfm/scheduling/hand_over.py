"""Past the last midnight: what the next roster will need, so that nights run on to no more.

Who is short there is the next roster's to see to; who is over there is over all the same. Without
a price for that, all hours too many of a week would end up in its last night.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.scheduling.flow import share_out
from wfm.scheduling.line import Demand, Line, demand_on
from wfm.scheduling.problem import CoverProblem

__all__ = ["hand_over_cost", "with_hand_over"]

_WEEK = 7


def with_hand_over(
    line: Line, demand: Mapping[str, Demand], requirement: pd.DataFrame
) -> dict[str, Demand]:
    """Lay the need after the last midnight on the line; over has its price there, short has none.

    Where the requirement ends, the need is that of the date a week earlier, or of the last date
    of a shorter horizon. A queue that closes before midnight stays as it is.
    """
    starts = requirement["interval_start"]
    rows = requirement[(starts >= line.origin) & (starts < line.time(line.length))]
    return {queue: _handed_over(line, given, rows) for queue, given in demand.items()}


def _handed_over(line: Line, demand: Demand, rows: pd.DataFrame) -> Demand:
    end = line.midnights[-1]
    if not demand.open[end:].any():
        return demand
    need, over = demand.need.copy(), demand.over.copy()
    known = demand_on(line, rows, demand.queue, 1.0, 1.0).need[end:]
    if not known.any():
        known = demand.need[_steps_before(line)]
    need[end:], over[end:] = known, float(np.median(demand.over[:end]))
    return replace(demand, need=need, over=over)


def _steps_before(line: Line) -> NDArray[np.int64]:
    """Steps at the clock of those after the last midnight, a week or a day earlier."""
    end = line.midnights[-1]
    back = end - line.midnights[-1 - (_WEEK if len(line.dates) >= _WEEK else 1)]
    steps = np.arange(end, line.length) - back
    return np.where(steps < end, steps, steps - back)


def hand_over_cost(problem: CoverProblem, staff: NDArray[np.float64]) -> float:
    """Price of who is over after the last midnight, with so many at work in each step of lanes."""
    after = np.arange(problem.line.midnights[-1], problem.line.length)
    demands = tuple(demand.part(after) for demand in problem.demands)
    by_lane = staff.reshape(len(problem.lanes), -1)[:, after]
    agents = share_out(demands, problem.lanes, by_lane).sum(axis=0)
    return sum(float(demand.cost(row).sum()) for demand, row in zip(demands, agents, strict=True))
