"""Own events: campaigns, bill runs, outages of a supplier, with an effect given or learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import BoolArray, Days, Event, FloatArray, span_cells
from wfm.forecast.day_level import DayLevel, fit_day_level
from wfm.forecast.grid import Grid
from wfm.forecast.profile import full_day_totals, weekday_profiles

__all__ = [
    "EventEffect",
    "event_effects",
    "event_factors",
    "without_events",
    "without_recurring_effects",
]

_DOUBT_DAYS = 1.0
"""An effect learned from this many days is taken at half (of its log)."""
_EFFECT_SD, _DAY_SD = 0.2, 0.08
"""Usual size of an effect and scatter of a day, on the log scale: many small days doubt more."""
_LEAST_DAYS = 21
"""With fewer days that no event touches, nothing is learned of those that come again."""


@dataclass(frozen=True, slots=True)
class EventEffect:
    """What an event does to a day's contacts.

    Parameters
    ----------
    factor
        Contacts are multiplied by this.
    days
        Past days that it was learned from; 0 when it was given.
    """

    name: str
    factor: float
    days: int


def _touched(grid: Grid, events: Sequence[Event]) -> BoolArray:
    on = np.zeros(grid.counts.shape, dtype=np.bool_)
    for event in events:
        on |= span_cells(grid.days, event, grid.slots)
    return on


def without_events(grid: Grid, events: Sequence[Event]) -> Grid:
    """History with events unknown, so that no model takes them for ordinary.

    Those that come again and again stay; see :func:`without_recurring_effects`.
    """
    on = _touched(grid, [event for event in events if not event.recurs])
    return grid.with_counts(np.where(on, np.nan, grid.counts)) if on.any() else grid


def without_recurring_effects(grid: Grid, events: Sequence[Event]) -> Grid:
    """History in which days of school holidays, pay days and the like look as if they were none.

    Parameters
    ----------
    grid
        As of :func:`without_events`.

    Notes
    -----
    Their effect is learned from the days that no event touches, on both sides, and divided out.
    """
    again = [event for event in events if event.recurs]
    blind = np.where(_touched(grid, again), np.nan, grid.counts)
    calm = int((~np.isnan(blind)).any(axis=1).sum())
    if calm < _LEAST_DAYS or calm == int((~np.isnan(grid.counts)).any(axis=1).sum()):
        return grid
    plain = grid.with_counts(blind)
    level = fit_day_level(plain.days, full_day_totals(plain, weekday_profiles(plain)))
    effects = event_effects(grid, again, level)
    factor = np.maximum(event_factors(grid.days, again, effects, grid.slots), 0.01)
    return grid.with_counts(grid.counts / factor)


def event_effects(grid: Grid, events: Sequence[Event], level: DayLevel) -> tuple[EventEffect, ...]:
    """Effect of every event name.

    Parameters
    ----------
    grid
        History, events included; NaN where not known.
    level
        Day level learned without the events.

    Notes
    -----
    A given uplift is taken as it is. Otherwise the effect is the mean log ratio of what came to
    what the day level says of those days from both sides, shrunk by how few days there were and how
    few contacts they had; an event never seen and not given has no effect.
    """
    out = []
    expected = level.total(grid.days)[:, None] * weekday_profiles(grid)[grid.days.weekday]
    for name in dict.fromkeys(event.name for event in events):
        mine = [event for event in events if event.name == name]
        given = [event.uplift for event in mine if event.uplift is not None]
        if given:
            out.append(EventEffect(name, 1 + given[-1], 0))
            continue
        on = _touched(grid, mine) & ~np.isnan(grid.counts)
        came = np.where(on, np.nan_to_num(grid.counts), 0.0).sum(axis=1)
        due = np.where(on, expected, 0.0).sum(axis=1)
        use = due > 0
        ratio = np.log((came[use] + 0.5) / (due[use] + 0.5))
        n = len(ratio)
        noise = (_DAY_SD**2 + 1 / (due[use] + 0.5)).mean() / _EFFECT_SD**2 if n else 0.0
        log = ratio.sum() / (n + max(_DOUBT_DAYS, float(noise))) if n else 0.0
        out.append(EventEffect(name, float(np.exp(log)), n))
    return tuple(out)


def event_factors(
    ahead: Days, events: Sequence[Event], effects: Sequence[EventEffect], slots: int
) -> FloatArray:
    """Factor by day and slot ahead; events at one time multiply."""
    factor = {effect.name: effect.factor for effect in effects}
    out = np.ones((len(ahead), slots))
    for event in events:
        out[span_cells(ahead, event, slots)] *= factor[event.name]
    return out
