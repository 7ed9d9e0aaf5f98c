"""What is done by rule of thumb when time is up: shifts one head at a time, breaks one by one.

Legal always, good often: each shift goes where the price of over and under falls most with what
stands already, each break to the steps of its window where it is missed least.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.flow import lane_demand
from wfm.scheduling.presence import rest_prices
from wfm.scheduling.problem import CoverProblem, staff_on_line
from wfm.scheduling.retour import gain_of_one, option_gains

__all__ = ["rough_breaks", "rough_day", "spread_breaks"]

Begun = dict[tuple[int, int, int], NDArray[np.int64]]


def rough_day(
    problem: CoverProblem,
    day: int,
    heads: NDArray[np.int64],
    paid_s: NDArray[np.float64],
    carry: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Shifts of one day, shape (blocks, options).

    Parameters
    ----------
    heads, paid_s
        People of each block who work today, and their paid time together [s].
    carry
        Agents at work from elsewhere, over all lanes.
    """
    catalogue = problem.catalogue
    counts = np.zeros((len(problem.blocks), len(catalogue)), dtype=np.int64)
    staff = carry.copy()
    for b, block in enumerate(problem.blocks):
        today = block.options[catalogue.day[block.options] == day]
        if block.fixed is not None:
            counts[b, today] = block.fixed[today]
        if not len(today):
            continue
        lane = int(catalogue.start[today[0]]) // problem.line.length
        own = slice(lane * problem.line.length, (lane + 1) * problem.line.length)
        asked = lane_demand(problem, staff, lane)
        for left in range(int(heads[b]) - int(counts[b].sum()), 0, -1):
            owed = (float(paid_s[b]) - float(counts[b] @ catalogue.paid_s)) / left
            off = np.abs(catalogue.paid_s[today] - owed)
            near = today[off <= off.min() + problem.line.step_s]
            gain = np.zeros(problem.steps)
            gain[own] = gain_of_one(asked, staff[own])
            gains = option_gains(catalogue, gain)
            pick = int(near[np.argmax(gains[near])])
            counts[b, pick] += 1
            there = catalogue.classes[catalogue.kind[pick]].presence
            staff[int(catalogue.start[pick]) :][: len(there)] += there
    return counts


def spread_breaks(problem: CoverProblem, totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """Agents at work before breaks are placed: each break spread evenly over its window."""
    catalogue = problem.catalogue
    staff = staff_on_line(catalogue, problem.steps, totals.astype(float), {})
    for option in np.flatnonzero(totals).tolist():
        for window in catalogue.classes[catalogue.kind[option]].breaks:
            first = int(catalogue.start[option]) + window.earliest
            span = window.latest - window.earliest + window.length
            staff[first : first + span] -= totals[option] * window.length / span
    return staff


def rough_breaks(
    problem: CoverProblem,
    totals: NDArray[np.int64],
    day: int,
    carry: NDArray[np.float64],
    away: NDArray[np.float64] | None = None,
) -> Begun:
    """Breaks begun by one day's shifts, each where it is missed least when its turn comes.

    Parameters
    ----------
    carry, away
        Agents at work and on break from elsewhere, over all lanes.
    """
    catalogue = problem.catalogue
    mine = np.where(catalogue.day == day, totals, 0)
    staff = carry + staff_on_line(catalogue, problem.steps, mine.astype(float), {})
    asked = [lane_demand(problem, staff, lane) for lane in range(len(problem.lanes))]
    by_lane = staff.reshape(len(problem.lanes), -1)
    resting = (problem.rest if away is None else away).copy()
    out: Begun = {}
    for option in np.repeat(np.flatnonzero(mine), mine[mine > 0]).tolist():
        kind, start = int(catalogue.kind[option]), int(catalogue.start[option])
        lane, free, due = start // problem.line.length, 0, problem.line.length
        windows, (least, most) = catalogue.classes[kind].breaks, catalogue.classes[kind].gap
        for w, window in enumerate(windows):
            first = max(window.earliest, free) + start - lane * problem.line.length
            last = min(window.latest, due) + start - lane * problem.line.length
            span = slice(first, last + window.length)
            own = by_lane[lane][span]
            demand = asked[lane].part(span)
            missed = demand.cost(own - 1) - demand.cost(own)
            missed += rest_prices(problem, resting, lane)[span]
            loss = np.cumsum(np.concatenate([[0.0], missed]))
            at = first + int(np.argmin(loss[window.length :] - loss[: -window.length]))
            by_lane[lane][at : at + window.length] -= 1.0
            resting.reshape(len(problem.lanes), -1)[lane][at : at + window.length] += 1.0
            end = at + lane * problem.line.length - start + window.length
            free, due = end + least, end + most
            begun = out.setdefault((kind, day, w), np.zeros(problem.steps, dtype=np.int64))
            begun[at + lane * problem.line.length] += 1
    return out
