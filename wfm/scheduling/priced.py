"""What a promise over days makes of each step: agents priced by the contacts they would save.

The LP of the week says what one more contact in time costs in each period. With that price a
promise falls apart into steps, and whoever looks at one step at a time (the rule of thumb, a
person's week, a swap) knows what an agent is worth there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.line import Demand
from wfm.scheduling.promise import Promise

__all__ = ["by_contact", "contact_prices", "dearer"]

_RAISE = 1.4
"""How much dearer contacts become where too few are answered."""

_ENOUGH = 1e-4
"""Part of what is owed that may be missing without that."""

_SHADE = 0.95
"""Part of the price that is used: where an agent is worth what it costs, none is added."""


def by_contact(demand: Demand, worth: NDArray[np.float64]) -> Demand:
    """A demand whose agents are worth the contacts they give; the promise stays beside it.

    Parameters
    ----------
    worth
        Price of a contact in each period of the promise.
    """
    promise = demand.promise
    if promise is None:
        return demand
    need, under, over = demand.need.copy(), demand.under.copy(), demand.over.copy()
    pieces = promise.width.shape[1]
    knots, rises, lids, prices = np.zeros((4, pieces, len(need)))
    for cell in np.flatnonzero(promise.width.any(axis=1)).tolist():
        at = slice(promise.first[cell], promise.first[cell] + promise.steps[cell])
        value = _SHADE * worth[promise.period[cell]] / promise.steps[cell] * promise.gain[cell]
        here = _cell(promise, cell, value, float(under[at][0]), float(over[at][0]))
        need[at], under[at], over[at] = here.need, here.under, here.over
        knots[: len(here.knots), at], rises[: len(here.knots), at] = here.knots, here.rises
        lids[: len(here.lids), at], prices[: len(here.lids), at] = here.lids, here.lid_prices
    return replace(
        demand,
        promise=replace(promise, worth=worth),
        need=need,
        under=under,
        over=over,
        knots=knots,
        rises=rises,
        lids=lids,
        lid_prices=prices,
    )


def dearer(
    pure: Sequence[Demand], priced: Sequence[Demand], staff: NDArray[np.float64]
) -> tuple[Demand, ...]:
    """The same with contacts worth more in each period that is short.

    Parameters
    ----------
    pure
        The demands before they were priced.
    staff
        Agents of each queue in each step of the line, shape (queues, steps).
    """
    out = []
    for before, now, row in zip(pure, priced, staff, strict=True):
        promise = now.promise
        if promise is None or promise.worth is None:
            out.append(now)
            continue
        short = promise.short(promise.mean(row)) > _ENOUGH * promise.owed
        out.append(by_contact(before, np.where(short, _RAISE, 1.0) * promise.worth))
    return tuple(out)


def contact_prices(demands: Sequence[Demand]) -> dict[tuple[str, float], float]:
    """Price of a contact by queue and period, of demands that were priced."""
    return {
        (demand.queue, float(label)): float(price)
        for demand in demands
        if demand.promise is not None and demand.promise.worth is not None
        for label, price in zip(demand.promise.label, demand.promise.worth, strict=True)
    }


def _cell(
    promise: Promise, cell: int, value: NDArray[np.float64], under: float, over: float
) -> Demand:
    """One step of a cell: where the next agent is no longer worth it, and the slopes around it.

    Parameters
    ----------
    value
        What an agent of each piece saves in one step.
    under, over
        Price of one below the least staff, and of any agent above.
    """
    used = int((promise.width[cell] > 0).sum())
    tops, value = promise.width[cell].cumsum()[:used], value[:used]
    best = max(int((value > over).sum()), 1)
    slopes = np.append(value, 0.0) - over  # worth of one more, net, piece by piece
    below = np.concatenate([[value[0] + under], slopes[1:best]])[::-1]
    above = -slopes[best:]
    return Demand(
        "",
        tops[best - 1 : best, None],
        below[:1, None],
        above[:1, None],
        np.ones((1, 1), dtype=bool),
        tops[: best - 1][::-1, None],
        np.diff(below)[:, None],
        tops[best:, None],
        np.diff(above)[:, None],
    )
