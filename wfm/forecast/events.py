"""Own events: campaigns, bill runs, outages of a supplier, with an effect given or learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import BoolArray, Days, Event, FloatArray
from wfm.forecast.day_level import DayLevel, fit_day_level
from wfm.forecast.grid import Grid
from wfm.forecast.model import Model
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.intervals import DAY_S

__all__ = ["EventEffect", "EventLore", "WithEvents", "learn_events", "without_events"]

_DOUBT_DAYS = 1.0
"""An effect learned from this many days is taken at half (of its log)."""
_EFFECT_SD, _DAY_SD = 0.2, 0.08
"""Usual size of an effect and scatter of a day, on the log scale: many small days doubt more."""
_LEAST_DAYS = 21
"""With fewer days that no event touches, nothing is learned of those that come again."""
_LEAST_FACTOR = 0.01
"""An effect is divided out of the history no further than this."""


@dataclass(frozen=True, slots=True)
class EventEffect:
    """What an event does to a day's contacts.

    Parameters
    ----------
    factor
        Contacts are multiplied by this.
    days
        Past days that it was learned from; 0 when it was given.
    given
        Whether a planner said it.
    """

    name: str
    factor: float
    days: int
    given: bool = False

    @property
    def known(self) -> bool:
        """Whether there is anything that it rests on."""
        return self.given or self.days > 0

    @property
    def ground(self) -> str:
        """What it rests on, in words."""
        if self.given:
            return "as given"
        return f"learned from {self.days} days" if self.days else "never seen, no effect"


@dataclass(frozen=True, slots=True)
class EventLore:
    """Events of a queue, and what was known of their effects at each origin.

    Parameters
    ----------
    events
        Past and planned.
    effects
        By days of history before the origin: effects of all events, as that history tells them.
    """

    events: tuple[Event, ...]
    effects: Mapping[int, tuple[EventEffect, ...]]

    def calm(self, past: Grid) -> Grid:
        """History as if there had been no events.

        Days of one-off events are unknown, so that no model takes them for ordinary. Those that
        come again and again (school holidays, pay days) may fill half of it, so they stay with
        their effect divided out.
        """
        again = [event for event in self.events if event.recurs]
        calm = without_events(past, self.events)
        if not again:
            return calm
        factor = _factors(past.days, again, self.effects[len(past.days)], past.slots)
        return calm.with_counts(calm.counts / np.maximum(factor, _LEAST_FACTOR))

    def factors(self, known_days: int, ahead: Days, slots: int) -> FloatArray:
        """Factor by day and slot ahead, shape (ahead, slots); events at one time multiply."""
        return _factors(ahead, self.events, self.effects.get(known_days, ()), slots)

    def unheard(self, known_days: int, ahead: Days, slots: int) -> BoolArray:
        """Days × slots of one-off events of which nothing could be known at an origin."""
        strange = {one.name for one in self.effects.get(known_days, ()) if not one.known}
        once = [one for one in self.events if one.name in strange and not one.recurs]
        return _touched(ahead, once, slots)


@dataclass(frozen=True, slots=True)
class WithEvents:
    """A model that knows of the events: it learns from the calm history and adds their effects."""

    model: Model
    lore: EventLore

    @property
    def name(self) -> str:
        """Name in tables."""
        return self.model.name

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Expected contacts with the events that were planned, by what was known of them."""
        calm = self.model.predict(self.lore.calm(past), ahead)
        return calm * self.lore.factors(len(past.days), ahead, past.slots)


def learn_events(grid: Grid, events: Sequence[Event], origins: Sequence[int]) -> EventLore:
    """Effects of the events as they were known at some origins.

    Parameters
    ----------
    grid
        History, events included; NaN where not known.
    origins
        Days of history before each.

    Notes
    -----
    The day level is learned once, from the days that no event touches; what it says at an earlier
    origin rests on the days before that origin. An origin with fewer than three weeks of such
    days behind it knows the effects that were given and no other.
    """
    if not events:
        return EventLore((), {})
    blind = _without(grid, events)
    calm_days = np.concatenate([[0], np.cumsum((~np.isnan(blind.counts)).any(axis=1))])
    level = None
    if calm_days[-1] >= _LEAST_DAYS:
        level = fit_day_level(blind.days, full_day_totals(blind, weekday_profiles(blind)))
    known = {
        origin: _effects(
            grid.until(origin), events, level if calm_days[origin] >= _LEAST_DAYS else None
        )
        for origin in dict.fromkeys(origins)
    }
    return EventLore(tuple(events), known)


def without_events(grid: Grid, events: Sequence[Event]) -> Grid:
    """History with the days of one-off events unknown."""
    return _without(grid, [event for event in events if not event.recurs])


def _without(grid: Grid, events: Sequence[Event]) -> Grid:
    on = _touched(grid.days, events, grid.slots)
    return grid.with_counts(np.where(on, np.nan, grid.counts)) if on.any() else grid


def _cells(days: Days, event: Event, slots: int) -> tuple[slice, slice]:
    """Rows and columns of consecutive days that an event touches."""
    zero = days.date[0].item().toordinal()
    first, stop = event.first.toordinal() - zero, event.last.toordinal() + 1 - zero
    step = DAY_S // slots
    return slice(max(first, 0), max(stop, 0)), slice(
        event.from_s // step, -(-event.until_s // step)
    )


def _touched(days: Days, events: Sequence[Event], slots: int) -> BoolArray:
    on = np.zeros((len(days), slots), dtype=np.bool_)
    for event in events:
        on[_cells(days, event, slots)] = True
    return on


def _factors(
    days: Days, events: Sequence[Event], effects: Sequence[EventEffect], slots: int
) -> FloatArray:
    factor = {effect.name: effect.factor for effect in effects}
    out = np.ones((len(days), slots))
    for event in events:
        out[_cells(days, event, slots)] *= factor[event.name]
    return out


def _effects(
    past: Grid, events: Sequence[Event], level: DayLevel | None
) -> tuple[EventEffect, ...]:
    """Effect of every event name as a history tells it.

    Parameters
    ----------
    level
        Day level learned without the events; None when there are too few days without.

    Notes
    -----
    A given uplift is taken as it is. Otherwise the effect is the mean log ratio of what came to
    what the day level says of those days from both sides, shrunk by how few days there were and how
    few contacts they had; an event never seen and not given has no effect.
    """
    rows = np.flatnonzero(_touched(past.days, events, past.slots).any(axis=1))
    counts, expected = past.counts[rows], np.zeros((len(rows), past.slots))
    if level is not None and len(rows):
        day = level.total(past.days.at(rows), until=past.days.date[-1])
        expected = day[:, None] * weekday_profiles(past)[past.days.weekday[rows]]
    out = []
    for name in dict.fromkeys(event.name for event in events):
        mine = [event for event in events if event.name == name]
        given = [event.uplift for event in mine if event.uplift is not None]
        if given:
            out.append(EventEffect(name, 1 + given[-1], 0, given=True))
        else:
            on = _touched(past.days, mine, past.slots)[rows] & ~np.isnan(counts)
            out.append(_learned(name, np.where(on, counts, 0.0), np.where(on, expected, 0.0)))
    return tuple(out)


def _learned(name: str, came: FloatArray, due: FloatArray) -> EventEffect:
    """Effect from what came and what was due in the cells of an event, by day and slot."""
    due_day = due.sum(axis=1)
    use = due_day > 0
    due_day, came_day = due_day[use], came.sum(axis=1)[use]
    ratio = np.log((came_day + 0.5) / (due_day + 0.5))
    n = len(ratio)
    if n == 0:
        return EventEffect(name, 1.0, 0)
    noise = float((_DAY_SD**2 + 1 / (due_day + 0.5)).mean()) / _EFFECT_SD**2
    return EventEffect(name, float(np.exp(ratio.sum() / (n + max(_DOUBT_DAYS, noise)))), n)
