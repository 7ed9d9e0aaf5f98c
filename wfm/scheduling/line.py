"""The line of grid intervals: real time in even steps, with what is needed in each.

The horizon is a line, not a pile of days. A night shift simply runs on, and a day of 23 or 25
hours has fewer or more steps. The line reaches a day past the last midnight, so that shifts of
the last day have room; what they are worth there :mod:`wfm.scheduling.hand_over` says.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import gcd

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import ShiftTemplate
from wfm.intervals import DAY_S, days, local_to_utc
from wfm.scheduling.promise import Promise, agents_least, promise_of

__all__ = [
    "Demand",
    "Line",
    "build_line",
    "deeper_prices",
    "demand_on",
    "grid_step_s",
    "local_dates",
    "prices_of",
    "short_prices",
]

_BRIDGE_S = 7200
"""A pause in the requirement up to this long does not close the centre [s]."""


@dataclass(frozen=True, slots=True)
class Line:
    """The grid of one horizon.

    Parameters
    ----------
    origin
        UTC time of step 0, the first local midnight.
    step_s
        Length of a step [s].
    dates
        Local dates of the horizon, no gaps.
    midnights
        Step of each date's local midnight and of the midnight after the last, shape (days + 1,).
    """

    origin: pd.Timestamp
    step_s: int
    dates: tuple[dt.date, ...]
    midnights: tuple[int, ...]
    timezone: str

    @property
    def length(self) -> int:
        """Number of steps, the free day after the last midnight included."""
        return self.midnights[-1] + DAY_S // self.step_s + 1

    def time(self, step: int) -> pd.Timestamp:
        """UTC time of a step's left edge."""
        return self.origin + pd.Timedelta(seconds=int(step) * self.step_s)

    def steps(self, times: pd.Series) -> NDArray[np.int64]:
        """Step that holds each UTC time; below 0 before the line."""
        seconds = (times - self.origin).dt.total_seconds().to_numpy()
        return np.asarray(np.floor_divide(seconds, self.step_s), dtype=np.int64)

    def clock_steps(self, clocks_s: Iterable[int]) -> NDArray[np.int64]:
        """Step of each time of day on each date, shape (dates, clocks); -1 where skipped."""
        clocks = list(clocks_s)
        stamps = [pd.Timestamp(d) + pd.Timedelta(seconds=c) for d in self.dates for c in clocks]
        utc, missing, _ = local_to_utc(pd.Series(stamps), self.timezone)
        found = self.steps(utc.where(~missing, self.origin))
        found[missing.to_numpy()] = -1
        return found.reshape(len(self.dates), len(clocks))


_NO_KNOTS = np.zeros((0, 0))


@dataclass(frozen=True, slots=True)
class Demand:
    """What one queue needs on the line, each of shape (steps,).

    Parameters
    ----------
    need
        Agents required, real-valued.
    under, over
        Price of one agent short or above for one step.
    open
        Whether someone may be at work.
    knots, rises
        Where fewer agents are at work than a knot, each one below it costs a rise more, shape
        (knots, steps); knots go down, rises are at least 0. So the price of short is convex.
    lids, lid_prices
        Each agent above a lid costs its price more; shape (lids, steps).
    promise
        What is owed over days or weeks; priced apart from the cost of each step.

    Examples
    --------
    Ten needed at 1 a head; below eight a head costs 3 more:

    >>> one = np.ones(1)
    >>> deep = Demand("q", 10 * one, one, one, one > 0, 8 * np.ones((1, 1)), 3 * np.ones((1, 1)))
    >>> [float(deep.cost(staff * one)[0]) for staff in (11, 9, 8, 6)]
    [1.0, 1.0, 2.0, 10.0]
    """

    queue: str
    need: NDArray[np.float64]
    under: NDArray[np.float64]
    over: NDArray[np.float64]
    open: NDArray[np.bool_]
    knots: NDArray[np.float64] = field(default_factory=lambda: _NO_KNOTS)
    rises: NDArray[np.float64] = field(default_factory=lambda: _NO_KNOTS)
    lids: NDArray[np.float64] = field(default_factory=lambda: _NO_KNOTS)
    lid_prices: NDArray[np.float64] = field(default_factory=lambda: _NO_KNOTS)
    promise: Promise | None = None

    @property
    def steepest(self) -> NDArray[np.float64]:
        """Highest price of an agent short in each step."""
        return self.under + self.rises.sum(axis=0) if len(self.rises) else self.under

    def cost(self, staff: NDArray[np.float64]) -> NDArray[np.float64]:
        """Price of each step with so many at work; the last axis of ``staff`` is the line."""
        out = np.maximum(self.need - staff, 0.0) * self.under
        out = out + np.maximum(staff - self.need, 0.0) * self.over
        for knot, rise in zip(self.knots, self.rises, strict=True):
            out = out + np.maximum(knot - staff, 0.0) * rise
        for lid, price in zip(self.lids, self.lid_prices, strict=True):
            out = out + np.maximum(staff - lid, 0.0) * price
        return np.asarray(out)

    def part(self, span: slice | NDArray[np.int64]) -> Demand:
        """The same demand on some steps of the line."""
        made = replace(
            self,
            need=self.need[span],
            under=self.under[span],
            over=self.over[span],
            open=self.open[span],
        )
        if len(self.lids):
            made = replace(made, lids=self.lids[:, span], lid_prices=self.lid_prices[:, span])
        if not len(self.knots):
            return made
        return replace(made, knots=self.knots[:, span], rises=self.rises[:, span])


def grid_step_s(interval_s: Iterable[int], templates: Iterable[ShiftTemplate]) -> int:
    """Coarsest step that intervals, starts, lengths, breaks, their windows and gaps fall on [s].

    Examples
    --------
    >>> from wfm.domain import Anchor, BreakRule
    >>> rest = BreakRule("break", 900, True, Anchor.START, (3600, 7200))
    >>> day = ShiftTemplate("day", (25200, 32400), 1800, (28800, 28800), 1800, (rest,))
    >>> grid_step_s([1800], [day])
    900
    """
    step = gcd(*interval_s)
    for template in templates:
        step = gcd(step, *template.starts(), *template.lengths_s())
        for rule in template.breaks:
            step = gcd(step, rule.length_s, *rule.window_s)
        step = gcd(step, *(template.unbroken_s or ()))
    return step


def local_dates(
    starts: pd.Series, timezone: str, first_day: dt.date | None = None
) -> tuple[dt.date, ...]:
    """Every local date from the first to the last interval start, or from a day before on."""
    local = starts.dt.tz_convert(timezone)
    first, last = local.min().date(), local.max().date()
    first = min(first, first_day or first)
    return tuple(days(first, (last - first).days + 1))


def build_line(dates: tuple[dt.date, ...], step_s: int, timezone: str) -> Line:
    """Lay the grid over local dates."""
    ends = [*dates, dates[-1] + dt.timedelta(days=1)]
    utc = [pd.Timestamp(day).tz_localize(timezone).tz_convert("UTC") for day in ends]
    steps = tuple(int((t - utc[0]).total_seconds()) // step_s for t in utc)
    return Line(utc[0], step_s, dates, steps, timezone)


def demand_on(
    line: Line, requirement: pd.DataFrame, queue: str, under: float, over: float
) -> Demand:
    """Put the rows of one queue on the line, each repeated over its steps.

    Prices of the requirement are per agent and requirement interval and are spread over its steps:
    ``under_price`` and ``over_price``, and where a shortage is dearer the deeper it is
    ``under_price_2``, ``under_price_3`` … for each further ``under_depth`` whole agents.
    Intervals without a row are closed: nobody is needed and a person at work there is over, at the
    median price of an open step.
    """
    rows = requirement[requirement["queue"] == queue]
    first = line.steps(rows["interval_start"])
    spread = (rows["interval_s"] // line.step_s).to_numpy(dtype=np.int64)
    none = np.empty(0, dtype=np.int64)
    at = np.concatenate([none, *(np.arange(f, f + n) for f, n in zip(first, spread, strict=True))])
    inside = (at >= 0) & (at < line.length)
    at = at[inside]

    def laid(values: pd.Series | float) -> NDArray[np.float64]:
        column = np.broadcast_to(np.asarray(values, dtype=float), len(rows))
        return np.repeat(column, spread)[inside]

    prices = {"under": laid(short_prices(rows, under, over) / spread)}
    prices["over"] = laid(prices_of(rows, "over_price", over) / spread)
    need = np.zeros(line.length)
    need[at] = laid(agents_least(rows))
    priced = {}
    for name, values in prices.items():
        full = np.full(line.length, float(np.median(values)) if len(values) else 0.0)
        full[at] = values
        full[line.midnights[-1] :] = np.where(need[line.midnights[-1] :] > 0, full[-1], 0.0)
        priced[name] = full
    asked = np.zeros(line.length)
    asked[at] = laid(rows["agents_required"])
    made = Demand(queue, need, priced["under"], priced["over"], _opening(line, asked))
    here = (first >= 0) & (first + spread <= line.length)
    promise = promise_of(rows[here], first[here], spread[here], over)
    made = replace(made, promise=promise)
    deeper = deeper_prices(rows, under)
    if not len(deeper):
        return made
    knots, rises = np.zeros((2, len(deeper), line.length))
    for k, (knot, rise) in enumerate(deeper):
        knots[k, at], rises[k, at] = laid(knot), laid(rise / spread)
    return replace(made, knots=knots, rises=rises)


def deeper_prices(
    rows: pd.DataFrame, under: float
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Knots and rises of the price of short of requirement rows, the shallowest first.

    A price that falls with the shortage is lifted to the one before: the sum stays convex.
    """
    out = []
    need = np.floor(agents_least(rows).to_numpy(dtype=float) + 1e-9)
    before = prices_of(rows, "under_price", under)
    for step in range(2, 10):
        name = f"under_price_{step}"
        if name not in rows.columns or "under_depth" not in rows.columns:
            break
        price = np.maximum(prices_of(rows, name, 0.0), before)
        depth = np.maximum(rows["under_depth"].to_numpy(dtype=float), 1.0)
        out.append((np.maximum(need - (step - 1) * depth, 0.0), price - before))
        before = price
    return out


def short_prices(rows: pd.DataFrame, under: float, over: float) -> NDArray[np.float64]:
    """Price of an agent short; the least staff of a promise is not given up for its contacts."""
    plain = prices_of(rows, "under_price", under)
    nowhere = np.zeros(len(rows), dtype=np.int64)
    promise = promise_of(rows, nowhere, nowhere, over)
    if promise is None:
        return plain
    return np.asarray(np.maximum(plain, promise.price * promise.gain[:, 0]))


def prices_of(rows: pd.DataFrame, column: str, default: float) -> NDArray[np.float64]:
    """Prices of requirement rows, the default where none is given."""
    given: Mapping[str, pd.Series] = rows
    if column not in rows.columns:
        return np.full(len(rows), default)
    return np.asarray(given[column].astype("float64").fillna(default).to_numpy(), dtype=float)


def _opening(line: Line, need: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Steps with need, short pauses bridged, and the free tail where the last day runs into it."""
    open_ = need > 0
    end = line.midnights[-1]
    bridge = _BRIDGE_S // line.step_s
    busy = np.flatnonzero(open_)
    for before, after in itertools.pairwise(busy):
        if 1 < after - before <= bridge + 1:
            open_[before:after] = True
    if open_[max(end - bridge - 1, 0) : end].any():
        open_[end:] = True
    return open_
