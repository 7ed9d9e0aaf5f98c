"""A quick roster by matching: day after day, persons to shifts at least price.

Each day is an assignment problem, solved exactly; the days before decide who may rest, the days
after are only guessed by what each person still owes. It always ends in well under a second a
hundred people and stands in when a model is stopped, and gives models something to start from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from wfm.scheduling.assign import OFF, RosterProblem
from wfm.scheduling.duty import kept_with
from wfm.scheduling.stretch import short_stretches

__all__ = ["match_days"]

_NEVER = 1e7


def match_days(
    problem: RosterProblem, assignment: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Hand out shifts day by day; shape (persons, days).

    Parameters
    ----------
    assignment
        Persons already done keep their rows; a row of -2 is to be filled. None fills all.
    """
    out = np.full((problem.persons, problem.days_on_line), -2, dtype=np.int64)
    if assignment is not None:
        out[:] = assignment
    free = np.flatnonzero((out == -2).any(axis=1))
    out[free] = OFF
    left = problem.count - np.bincount(out[out != OFF], minlength=len(problem.count))
    run, end = problem.run[free].copy(), problem.last_end[free].copy()
    worked = np.zeros(len(free), dtype=np.int64)
    paid = np.zeros(len(free))
    for day in range(problem.days_on_line):
        kinds = np.repeat(
            np.arange(len(left)), np.where(problem.day == day, np.maximum(left, 0), 0)
        )
        price = _day_prices(problem, free, kinds, day, run, end, worked, paid)
        _bar_by_duty(problem, free, kinds, day, out, price)
        rows, columns = linear_sum_assignment(price)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if column < len(kinds) and price[row, column] < _NEVER / 2:
                kind = int(kinds[column])
                out[free[row], day] = kind
                left[kind] -= 1
                run[row], end[row] = run[row] + 1, problem.end[kind]
                worked[row], paid[row] = worked[row] + 1, paid[row] + problem.paid_s[kind]
            else:
                run[row] = 0
    _drop_short_stretches(problem, free, out)
    return out


def _drop_short_stretches(
    problem: RosterProblem, free: NDArray[np.int64], out: NDArray[np.int64]
) -> None:
    """Take back stretches of work that stayed too short."""
    for person in free.tolist():
        duty = problem.duty_of(person)
        if duty is not None and duty.rules.least_days_in_row > 1:
            worked = set(np.flatnonzero(out[person] != OFF).tolist())
            short = short_stretches(duty.rules, duty.before, worked, problem.days_on_line)
            out[person, short] = OFF


def _bar_by_duty(
    problem: RosterProblem,
    free: NDArray[np.int64],
    kinds: NDArray[np.int64],
    day: int,
    out: NDArray[np.int64],
    price: NDArray[np.float64],
) -> None:
    """Bar the shifts that would break a rule of the person's week; split weekends are not tried."""
    for row, person in enumerate(free.tolist()):
        duty = problem.duty_of(person)
        if duty is None:
            continue
        split = duty.rules.whole_weekends and duty.weekend is not None and day in duty.weekend
        kept = kept_with(duty, problem.kinds, out[person], day, kinds) & (not split)
        price[row, : len(kinds)][~kept] = _NEVER


def _day_prices(
    problem: RosterProblem,
    free: NDArray[np.int64],
    kinds: NDArray[np.int64],
    day: int,
    run: NDArray[np.int64],
    end: NDArray[np.int64],
    worked: NDArray[np.int64],
    paid: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Price of each shift, then of a day off, for each free person; shape (free, kinds + free)."""
    days, ranges = problem.days[free], problem.paid_range_s[free]
    can = np.array(
        [
            problem.allowed[free][:, (problem.day == later) & (problem.count > 0)].any(axis=1)
            for later in range(day, problem.days_on_line)
        ]
    ).sum(axis=0)
    owed = np.maximum(days[:, 0] - worked, 0)
    target = (ranges.sum(axis=1) / 2 - paid) / np.maximum((days.sum(axis=1) / 2 - worked), 1)
    price = problem.price[np.ix_(free, kinds)] - problem.prices.uncovered
    price = price + 4 * np.abs(problem.paid_s[kinds][None, :] - target[:, None]) / 3600
    price -= 20.0 * (owed / np.maximum(can, 1))[:, None]
    barred = ~problem.allowed[np.ix_(free, kinds)]
    barred |= problem.start[kinds][None, :] < (end + problem.rest[free])[:, None]
    barred |= ((run >= problem.in_row[free]) | (worked >= days[:, 1]))[:, None]
    barred |= (paid[:, None] + problem.paid_s[kinds][None, :]) > ranges[:, 1][:, None]
    price[barred] = _NEVER
    off = np.full((len(free), len(free)), _NEVER)
    np.fill_diagonal(off, np.where(owed >= can, problem.prices.day, 0.0))
    return np.hstack([price, off])
