"""A person at a time: the week that helps coverage most, straight from the catalogue.

For people whom the planned shifts do not fit (hours out of range, days short). Everyone else's
roster stands; each step of the line has a price for one agent more; the week is then one small
model with the same rows as the roster. A person whose rules can be kept at all gets them kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import OFF, RosterPrices, RosterProblem, assign_block
from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.line import Demand

__all__ = ["best_week", "gain_of_one", "option_gains"]

_SHARE = 0.5
"""Part of the time left that the week of one person may take."""


def gain_of_one(demand: Demand, staff: NDArray[np.float64]) -> NDArray[np.float64]:
    """Price saved by one agent more in each step; below 0 where it would be over."""
    return demand.cost(staff) - demand.cost(staff + 1.0)


def option_gains(catalogue: Catalogue, gain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Price saved by each option, its breaks taken where they are missed least.

    Windows are taken one by one, so where they overlap the gain is a little too high.
    """
    sums = np.concatenate([[0.0], np.cumsum(gain)])
    out = sums[catalogue.end] - sums[catalogue.start]
    for kind, made in enumerate(catalogue.classes):
        mine = np.flatnonzero(catalogue.kind == kind)
        for window in made.breaks:
            at = catalogue.start[mine][:, None] + np.array(window.starts)[None, :]
            out[mine] -= (sums[at + window.length] - sums[at]).min(axis=1)
    return np.asarray(out)


def best_week(
    catalogue: Catalogue,
    options: NDArray[np.int64],
    gains: NDArray[np.float64],
    person: RosterProblem,
    limits: SolveLimits,
) -> NDArray[np.int64]:
    """Options of the best week of one person, shape (days,), -1 for off.

    Parameters
    ----------
    options
        Options the person may take on days that can be worked.
    gains
        Price saved by each of the catalogue's options, wishes included.
    person
        The person alone; its kinds are replaced by the options.
    """
    if not len(options):
        return np.full(person.days_on_line, OFF, dtype=np.int64)
    scale = max(float(np.abs(gains[options]).max(initial=0.0)), 1.0)
    ask = RosterProblem(
        days_on_line=person.days_on_line,
        day=catalogue.day[options],
        start=catalogue.start[options],
        end=catalogue.end[options],
        paid_s=catalogue.paid_s[options],
        count=np.ones(len(options), dtype=np.int64),
        days=person.days,
        paid_range_s=person.paid_range_s,
        rest=person.rest,
        in_row=person.in_row,
        allowed=np.ones((1, len(options)), dtype=bool),
        price=-gains[options][None, :],
        last_end=person.last_end,
        run=person.run,
        clock_s=catalogue.clock_s[options],
        night=catalogue.night[options],
        template=catalogue.templates[options],
        duty=person.duty,
        prices=RosterPrices(uncovered=0.0, day=40 * scale, paid_h=10 * scale),
    )
    found = assign_block(
        ask,
        gap=0.02,
        nodes=200,
        time_limit_s=limits.left_s(_SHARE),
        engine=limits.engine,
        seed=limits.seed,
        stop=limits.stop,
    )
    limits.cut.seen |= found.cut
    week = found.assignment[0]
    return np.asarray(np.where(week == OFF, OFF, options[week]))
