"""A service level promised over days or weeks: contacts owed, and what staff gives in a stretch.

A *cell* is an interval of the requirement. What agents answer in time in it is a concave line in
pieces, handed in as a table; the periods add their cells up. What is owed and not reached is priced
far above what agents cost, and told by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.scheduling.solver import Model, Term

__all__ = [
    "Missed",
    "Promise",
    "agents_least",
    "missed_frame",
    "missed_service",
    "promise_of",
    "promise_rows",
]

_SHORT = 30.0
"""Price of a contact short, in what one more would cost in the usual interval."""

_ROOM = 3e-4
"""Part of what is owed that is planned above it: models end a little short of their best."""

_TOLD = 0.05
"""Contacts short that are worth telling."""

Agents = Mapping[int, tuple[list[Term], float]]
"""Agents of the queue at work in each step, as terms and as a number."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a queue owes, and what agents give.

    Parameters
    ----------
    first, steps
        First step of each cell on the line and how many it has, shape (cells,).
    period
        Period of each cell, counted from 0.
    owed
        Contacts to be answered in time in each period.
    width, gain
        Agents of each piece, and contacts in time an agent of it gives, shape (cells, pieces);
        gains go down.
    less
        Contacts to be taken off in each cell, as the first agents give less than the next.
    label
        What each period is called in the requirement.
    usual
        What a contact more would cost in the usual interval.
    room
        Part of what is owed that a plan must give above it.
    worth
        What a contact more costs in each period, once a plan has found out.
    """

    first: NDArray[np.int64]
    steps: NDArray[np.int64]
    period: NDArray[np.int64]
    owed: NDArray[np.float64]
    width: NDArray[np.float64]
    gain: NDArray[np.float64]
    less: NDArray[np.float64]
    label: NDArray[np.float64]
    usual: float
    room: float = _ROOM
    worth: NDArray[np.float64] | None = None

    @property
    def price(self) -> float:
        """Price of a contact short."""
        return _SHORT * self.usual

    def answered(self, staff: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contacts answered in time in each cell, with so many at work in it on average."""
        top = self.width.cumsum(axis=1)
        inside = np.clip(staff[:, None] - (top - self.width), 0.0, self.width)
        return np.asarray((self.gain * inside).sum(axis=1) - self.less)

    def mean(self, staff: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean staff of each cell from staff on the line."""
        sums = np.concatenate([[0.0], staff.cumsum()])
        return np.asarray((sums[self.first + self.steps] - sums[self.first]) / self.steps)

    def short(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contacts short in each period, with so many at work in each cell."""
        made = np.bincount(self.period, self.answered(cells), minlength=len(self.owed))
        return np.asarray(np.maximum(self.owed - made, 0.0))

    def cost(self, staff: NDArray[np.float64]) -> float:
        """Price of all contacts short, with so many at work in each step of the line."""
        return self.price * float(self.short(self.mean(staff)).sum())


@dataclass(frozen=True, slots=True)
class Missed:
    """A period whose promise is not kept: contacts short, their price, and how it is told."""

    queue: str
    start: pd.Timestamp
    contacts: float
    price: float
    told: str


def agents_least(rows: pd.DataFrame) -> pd.Series:
    """Agents that each interval must have: those required, or where a period counts the least."""
    if "service_agents_1" not in rows.columns:
        return rows["agents_required"].astype(float)
    return rows["service_agents_1"].astype(float).fillna(rows["agents_required"].astype(float))


def _table(rows: pd.DataFrame, part: str) -> NDArray[np.float64]:
    names = [name for name in rows.columns if name.startswith(f"service_{part}_")]
    names.sort(key=lambda name: int(name.rsplit("_", 1)[1]))
    return np.asarray(rows[names].to_numpy(float))


def promise_of(
    rows: pd.DataFrame, first: NDArray[np.int64], steps: NDArray[np.int64], over: float
) -> Promise | None:
    """Promise of the rows of one queue; None where each interval counts for itself.

    Parameters
    ----------
    first, steps
        Where each row lies on the line.
    over
        Price of an agent-interval above the least staff.
    """
    if "service_period" not in rows.columns or rows["service_period"].isna().any():
        return None
    label, period = np.unique(rows["service_period"], return_inverse=True)
    due = rows["offered"].to_numpy(float) * rows["service_target"].to_numpy(float)
    width, gain = _table(rows, "agents"), _table(rows, "gain")
    owed = np.asarray(np.bincount(period, due, minlength=len(label)), dtype=float)
    less = rows["service_less"].to_numpy(float)
    usual = _usual(width, gain, due + less, over)
    return Promise(first, steps, period, owed, width, gain, less, label, usual)


def _usual(
    width: NDArray[np.float64], gain: NDArray[np.float64], due: NDArray[np.float64], over: float
) -> float:
    """Price of the part of an agent that the usual interval needs for a contact more."""
    made = (width * gain).cumsum(axis=1)
    at = np.minimum((made < due[:, None]).sum(axis=1), gain.shape[1] - 1)
    last = gain[np.arange(len(gain)), at]
    usual = float(np.median(last[last > 0])) if (last > 0).any() else 1.0
    return max(over, 1e-6) / usual


def promise_rows(model: Model, promise: Promise, agents: Agents) -> dict[int, int]:
    """Rows of a promise: pieces filled by the staff of each cell, and the sum of each period.

    Returns
    -------
    dict
        Row of each period's sum, counted from the first row added.
    """
    before, rows = len(model.rows), {}
    sums: list[list[Term]] = [[] for _ in promise.owed]
    right = promise.owed * (1.0 + promise.room)
    for cell, (first, steps, period) in enumerate(
        zip(promise.first.tolist(), promise.steps.tolist(), promise.period.tolist(), strict=True)
    ):
        there = [agents[step] for step in range(first, first + steps)]
        number = sum(count for _, count in there) / steps
        if not any(terms for terms, _ in there):
            one = np.zeros(len(promise.first))
            one[cell] = number
            right[period] -= promise.answered(one)[cell]
            continue
        right[period] += promise.less[cell]
        filled = []
        for width, gain in zip(promise.width[cell], promise.gain[cell], strict=True):
            if width > 0 and gain > 0:
                piece = model.variable(high=float(width), whole=False)
                filled.append((piece, 1.0))
                sums[period].append((piece, float(gain)))
        staff = [(v, -f / steps) for terms, _ in there for v, f in terms]
        model.row([*filled, *staff], "<=", number)
    for period, (terms, owed) in enumerate(zip(sums, right.tolist(), strict=True)):
        if terms:
            short = model.variable(price=promise.price, whole=False)
            rows[period] = len(model.rows) - before
            model.row([*terms, (short, 1.0)], ">=", owed)
    return rows


def missed_service(
    requirement: pd.DataFrame, coverage: pd.DataFrame, over: float, timezone: str
) -> Iterator[Missed]:
    """Periods whose promise is not kept.

    Parameters
    ----------
    coverage
        What the roster gives: ``scheduled`` by queue and interval.
    """
    if "service_period" not in requirement.columns:
        return
    keys = ["queue", "interval_start"]
    known = coverage[[*keys, "scheduled"]]
    for queue, rows in requirement.assign(
        interval_start=requirement["interval_start"].dt.as_unit("us")
    ).groupby("queue", sort=True):
        none = np.zeros(len(rows), dtype=np.int64)
        promise = promise_of(rows, none, none, over)
        if promise is None:
            continue
        staff = rows[keys].merge(known, on=keys, how="left")["scheduled"].fillna(0.0)
        told = _told(rows, promise, staff.to_numpy(float), timezone)
        for start, short, text in told:
            yield Missed(str(queue), start, short, short * promise.price, text)


def missed_frame(missed: Iterable[Missed], timezone: str) -> pd.DataFrame:
    """Rows as the rule check has them; a promise is no hard rule."""
    rows = [
        (
            "service_of_the_period",
            "",
            each.start.tz_convert(timezone).date(),
            each.contacts,
            f"{each.queue}: {each.told}",
            False,
        )
        for each in missed
    ]
    return pd.DataFrame(rows, columns=["rule", "agent", "day", "amount", "message", "hard"])


def _told(
    rows: pd.DataFrame, promise: Promise, staff: NDArray[np.float64], timezone: str
) -> Iterator[tuple[pd.Timestamp, float, str]]:
    offered = np.bincount(promise.period, rows["offered"], minlength=len(promise.owed))
    goal = float(rows["service_target"].iloc[0])
    for period, short in enumerate(promise.short(staff).tolist()):
        if short > _TOLD:
            mine = rows["interval_start"][promise.period == period]
            level = (promise.owed[period] - short) / offered[period]
            days = {moment.date() for moment in mine.dt.tz_convert(timezone)}
            span = "of the day" if len(days) == 1 else f"of {len(days)} days"
            text = f"{level:.1%} {span} in time, {goal:.0%} promised; {short:.1f} contacts short"
            yield mine.min(), short, text
