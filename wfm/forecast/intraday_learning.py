"""What past days say of how a day goes on, for correcting one that is under way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.forecast.calendar import DayKind, FloatArray, QueueCalendar
from wfm.forecast.cleaning import without_outages
from wfm.forecast.day_curves import DayCurves, learn_day_curves, rest_of_day_by_curves
from wfm.forecast.day_level import fit_day_level
from wfm.forecast.events import without_events
from wfm.forecast.grid import Grid, read_grid
from wfm.forecast.intraday import DayUpdate, rest_of_day
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.spread import learn_spread
from wfm.forecast.top_down import TopDown

__all__ = ["DayKnowledge", "PastDays", "learn_day_knowledge", "past_days"]

LEARN_DAYS = 60
"""Curves are learned from this many last days."""
_LEAST_PAST_DAYS = 28


@dataclass(frozen=True, slots=True)
class PastDays:
    """Ordinary days of the past with what was said of each one day before.

    Parameters
    ----------
    said, came
        Contacts by slot, shape (days, slots).
    phi
        Dispersion expected of each day's level, shape (days,).
    shape
        Dispersion of slots round a day of known level, shape (slots,).
    """

    said: FloatArray
    came: FloatArray
    phi: FloatArray
    shape: FloatArray

    def knowledge(self, first: int, stop: int, phi: float) -> DayKnowledge:
        """What the days at positions ``first`` … ``stop`` - 1 say of one of dispersion ``phi``."""
        curves = learn_day_curves(self.said[first:stop], self.came[first:stop])
        return DayKnowledge(phi, self.shape, curves)


@dataclass(frozen=True, slots=True)
class DayKnowledge:
    """How far a day may leave its forecast, and in which ways.

    Parameters
    ----------
    day_phi
        Dispersion of the day's level one day ahead.
    shape
        Dispersion of slots round a day of known level, shape (slots,).
    """

    day_phi: float
    shape: FloatArray
    curves: DayCurves

    def by_ratio(self, mean: FloatArray, actual: FloatArray) -> DayUpdate:
        """Rest of the day by the ratio so far, shrunk (:func:`wfm.forecast.rest_of_day`)."""
        known = ~np.isnan(actual)
        weight = np.where(known, mean, 0.0)
        total = weight.sum()
        # the slots leave their profile each by itself, so their sum does so less
        shape_phi = float((weight**2 @ self.shape) / total**2) if total > 0 else 0.0
        return rest_of_day(mean, actual, self.day_phi, shape_phi)

    def by_curves(self, mean: FloatArray, actual: FloatArray) -> DayUpdate:
        """Rest of the day by the ways in which days leave their forecast."""
        return rest_of_day_by_curves(mean, actual, self.curves)

    def update(self, mean: FloatArray, actual: FloatArray) -> DayUpdate:
        """Rest of the day by the mean of both, which errs less than either on most series.

        Parameters
        ----------
        mean
            Forecast of the day by slot [contacts].
        actual
            Contacts by slot; NaN for slots to come and for slots not known.
        """
        one, other = self.by_ratio(mean, actual), self.by_curves(mean, actual)
        return DayUpdate(
            factor=(one.factor + other.factor) / 2,
            ratio=one.ratio,
            phi=(one.phi + other.phi) / 2,
            mean=(one.mean + other.mean) / 2,
        )


def past_days(grid: Grid, count: int) -> PastDays:
    """Last ordinary days, each forecast by day level × profile from the days before it.

    Notes
    -----
    Strengths of the day level are those of the whole history, as in the trials of the forecast.
    """
    level = fit_day_level(grid.days, full_day_totals(grid, weekday_profiles(grid)))
    spread = learn_spread(grid, level)
    model = TopDown(level)
    whole = ~(np.isnan(grid.counts) & grid.opens).any(axis=1) & grid.opens.any(axis=1)
    ordinary = np.flatnonzero(whole & (grid.days.kind == DayKind.ORDINARY))
    chosen = [int(day) for day in ordinary[-count:] if day >= _LEAST_PAST_DAYS]
    said, phi = np.zeros((len(chosen), grid.slots)), np.zeros(len(chosen))
    for row, day in enumerate(chosen):
        before, ahead = grid.until(day), grid.days.cut(day, day + 1)
        said[row] = np.where(grid.opens[day], model.predict(before, ahead)[0], 0.0)
        phi[row] = spread.day_covariance(ahead, before.days.date[-1])[0, 0]
    return PastDays(said, np.nan_to_num(grid.counts[chosen]), phi, spread.shape)


def learn_day_knowledge(
    history: pd.DataFrame, calendar: QueueCalendar, *, day: dt.date, interval_s: int
) -> DayKnowledge:
    """What a queue's history before a day says of how that day may go.

    Parameters
    ----------
    history
        Columns start (naive local wall clock) and offered, one queue.

    Raises
    ------
    ValueError
        When the history is unfit, or has fewer than some six weeks of whole days.
    """
    past = history[history["start"] < pd.Timestamp(day)]
    grid = read_grid(past, calendar, until=day, interval_s=interval_s)
    grid = without_events(without_outages(grid, calendar.verdicts).grid, calendar.events)
    known = past_days(grid, LEARN_DAYS)
    phi = float(known.phi[-1]) if len(known.phi) else 0.0
    return known.knowledge(0, len(known.said), phi)
