"""Own events: campaigns, bill runs, outages of a supplier, with an effect given or learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import BoolArray, Days, Event, FloatArray
from wfm.forecast.day_level import DayLevel
from wfm.forecast.grid import Grid

__all__ = ["EventEffect", "event_effects", "event_factors", "without_events"]

_DOUBT_DAYS = 1.0
"""An effect learned from this many days is taken at half (of its log)."""


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


def _on(days: Days, event: Event) -> BoolArray:
    first, last = np.datetime64(event.first, "D"), np.datetime64(event.last, "D")
    return np.asarray((days.date >= first) & (days.date <= last))


def without_events(grid: Grid, events: Sequence[Event]) -> Grid:
    """History with the days of events unknown, so that no model takes them for ordinary."""
    on = np.zeros(len(grid.days), dtype=np.bool_)
    for event in events:
        on |= _on(grid.days, event)
    return grid.with_counts(np.where(on[:, None], np.nan, grid.counts)) if on.any() else grid


def event_effects(
    totals: FloatArray, days: Days, events: Sequence[Event], level: DayLevel
) -> tuple[EventEffect, ...]:
    """Effect of every event name.

    Parameters
    ----------
    totals
        Contacts by day, events included; NaN where not known.
    level
        Day level learned without the events.

    Notes
    -----
    A given uplift is taken as it is. Otherwise the effect is the mean log ratio of what came to
    what the day level says of those days from both sides, shrunk by how few days there were; an
    event never seen and not given has no effect.
    """
    expected = level.total(days)
    out = []
    for name in dict.fromkeys(event.name for event in events):
        mine = [event for event in events if event.name == name]
        given = [event.uplift for event in mine if event.uplift is not None]
        if given:
            out.append(EventEffect(name, 1 + given[-1], 0))
            continue
        on = np.any([_on(days, event) for event in mine], axis=0)
        use = on & ~np.isnan(totals) & (expected > 0)
        ratio = np.log((totals[use] + 0.5) / (expected[use] + 0.5))
        n = len(ratio)
        log = ratio.sum() / (n + _DOUBT_DAYS) if n else 0.0
        out.append(EventEffect(name, float(np.exp(log)), n))
    return tuple(out)


def event_factors(
    ahead: Days, events: Sequence[Event], effects: Sequence[EventEffect]
) -> FloatArray:
    """Factor on each day ahead; events on one day multiply."""
    factor = {effect.name: effect.factor for effect in effects}
    out = np.ones(len(ahead))
    for event in events:
        out[_on(ahead, event)] *= factor[event.name]
    return out
