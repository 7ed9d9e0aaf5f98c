"""Own events: campaigns, bill runs, outages of a supplier, with an effect given or learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import BoolArray, Days, Event, FloatArray, IntArray
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
_SPREAD_SD, _SPREAD_SHARE = 0.05, 0.25
"""How far occurrences usually lie apart on the log scale: whatever they do, and with what they do;
no campaign is quite like the last one, nor like its plan."""
_SPREAD_TIMES = 2.0
"""The usual spread is believed as if it had been seen between so many occurrences more."""
_MOST_LOG = 2.0
"""An effect of more than this, or of nothing left, is no more uncertain."""


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
    mean_sd, each_sd
        Doubt of the factor [sd of its log]: of the mean of all occurrences, and of each beside it.
    """

    name: str
    factor: float
    days: int
    given: bool = False
    mean_sd: float = 0.0
    each_sd: float = 0.0

    @property
    def known(self) -> bool:
        """Whether there is anything that it rests on."""
        return self.given or self.days > 0

    @property
    def sd(self) -> float:
        """Doubt of what one occurrence does [sd of the log of its factor]."""
        return float(np.hypot(self.mean_sd, self.each_sd))

    @property
    def ground(self) -> str:
        """What it rests on, in words."""
        if self.given:
            return "as given"
        if not self.days:
            return "never seen, no effect"
        return f"learned from {self.days} day{'s' if self.days > 1 else ''}"


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

    def doubts(self, known_days: int, ahead: Days, slots: int) -> FloatArray:
        """Independent relative errors of what the events do, shape (errors, ahead, slots).

        Notes
        -----
        The mean effect of a name is off for all its occurrences alike, and each occurrence by
        itself on all its days. Days of events that come again and again stay in the history and
        in the trials, so what those differ by is in the bands already.
        """
        out = [np.zeros((0, len(ahead), slots))]
        for effect in self.effects.get(known_days, ()):
            mine = [event for event in self.events if event.name == effect.name]
            out.append(_error(ahead, mine, slots, effect.mean_sd))
            out += [_error(ahead, [e], slots, effect.each_sd) for e in mine if not e.recurs]
        return np.concatenate(out)

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


def _error(days: Days, events: Sequence[Event], slots: int, log_sd: float) -> FloatArray:
    """Relative error of the cells that events touch, shape (1, days, slots); (0, …) for none."""
    on = _touched(days, events, slots)
    error = np.where(on, np.sqrt(np.expm1(log_sd**2)), 0.0)
    return error[None] if error.any() else np.zeros((0, *on.shape))


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
    few contacts they had; an event never seen and not given has no effect. The doubt of a learned
    mean is what was shrunk away (the next may well be like the ones before), and how far its
    occurrences lie apart; a given one is as far off as one occurrence usually lies from the next.
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
            factor = 1 + given[-1]
            each_sd = _usual_spread(float(np.log(max(factor, _LEAST_FACTOR))))
            out.append(EventEffect(name, factor, 0, given=True, each_sd=each_sd))
        else:
            on = _touched(past.days, mine, past.slots)[rows] & ~np.isnan(counts)
            came, due = np.where(on, counts, 0.0), np.where(on, expected, 0.0)
            out.append(_learned(name, came, due, _spells(past.days.at(rows), mine)))
    return tuple(out)


def _usual_spread(log_effect: float) -> float:
    """How far one occurrence usually lies from another [sd of the log]."""
    return float(np.hypot(_SPREAD_SD, _SPREAD_SHARE * min(abs(log_effect), _MOST_LOG)))


def _spells(days: Days, events: Sequence[Event]) -> IntArray:
    """Which of some events touches each day, the last where several do; -1 for none."""
    out = np.full(len(days), -1, dtype=np.int64)
    for number, event in enumerate(events):
        on = (days.date >= np.datetime64(event.first)) & (days.date <= np.datetime64(event.last))
        out[on] = number
    return out


def _learned(name: str, came: FloatArray, due: FloatArray, spell: IntArray) -> EventEffect:
    """Effect from what came and what was due in the cells of an event, by day and slot.

    Parameters
    ----------
    spell
        Occurrence of each day.
    """
    due_day = due.sum(axis=1)
    use = due_day > 0
    due_day, came_day = due_day[use], came.sum(axis=1)[use]
    ratio = np.log((came_day + 0.5) / (due_day + 0.5))
    n = len(ratio)
    if n == 0:
        return EventEffect(name, 1.0, 0, mean_sd=_EFFECT_SD)
    noise = _DAY_SD**2 + 1 / (due_day + 0.5)
    doubt_days = max(_DOUBT_DAYS, float(noise.mean()) / _EFFECT_SD**2)
    log = float(ratio.sum()) / (n + doubt_days)
    each_sd = _spread(ratio, noise, spell[use], _usual_spread(log))
    times = len(np.unique(spell[use]))
    shrunk = float(ratio.mean()) - log
    mean_sd = float(np.sqrt(shrunk**2 + each_sd**2 / times + noise.mean() / n))
    return EventEffect(name, float(np.exp(log)), n, mean_sd=mean_sd, each_sd=each_sd)


def _spread(ratio: FloatArray, noise: FloatArray, spell: IntArray, usual: float) -> float:
    """How far occurrences lie apart beyond the noise of their days [sd of the log]."""
    at = np.unique(spell, return_inverse=True)[1]
    size = np.bincount(at)
    mean = np.bincount(at, ratio) / size
    apart = ((mean - mean.mean()) ** 2).sum()
    chance = (np.bincount(at, noise) / size**2).sum() * (1 - 1 / len(size))
    seen = max(float(apart - chance), 0.0)
    return float(np.sqrt((_SPREAD_TIMES * usual**2 + seen) / (_SPREAD_TIMES + len(size) - 1)))
