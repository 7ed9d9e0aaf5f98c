"""One forecast number taken apart: level × weekday × special day × events × share of the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.forecast.calendar import BoolArray, DayKind, Days, FloatArray, IntArray
from wfm.forecast.choice import blend
from wfm.forecast.cleaning import without_outages
from wfm.forecast.events import WithEvents
from wfm.forecast.grid import Grid, ahead_of, read_grid
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.queue_forecast import FittedQueue, fit_queue
from wfm.forecast.queue_tables import QueueWork
from wfm.forecast.special_days import DayRecord, special_days
from wfm.intervals import DAY_S

__all__ = ["ForecastParts", "Part", "explain_forecast"]

_RECENT_DAYS = 28
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_KINDS = {
    DayKind.HOLIDAY: "public holiday",
    DayKind.EVE: "day before a holiday",
    DayKind.AFTER: "day after a holiday",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of a number.

    Parameters
    ----------
    factor
        The first of a number's parts is contacts a day, each other multiplies.
    detail
        What it rests on.
    """

    name: str
    factor: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ForecastParts:
    """A forecast number and what it is the product of.

    Parameters
    ----------
    parts
        Their product is the number.
    models
        model, weight, contacts (of this interval, events included), wape (in the trials):
        weights times contacts add up to the number; those without weight stand beside.
    """

    parts: tuple[Part, ...]
    models: pd.DataFrame

    @property
    def mean(self) -> float:
        """Contacts expected in the interval."""
        return float(np.prod([part.factor for part in self.parts]))

    @property
    def table(self) -> pd.DataFrame:
        """Part, factor, contacts (the product so far), detail."""
        factors = [part.factor for part in self.parts]
        return pd.DataFrame(
            {
                "part": [part.name for part in self.parts],
                "factor": factors,
                "contacts": np.cumprod(factors),
                "detail": [part.detail for part in self.parts],
            }
        )


@dataclass(frozen=True, slots=True)
class _Cell:
    """One interval ahead with all that its forecast is made of.

    Parameters
    ----------
    day
        Its date alone.
    opens
        Slots of the date that are open.
    calm
        Contacts of the date by model and slot as if there were no events.
    """

    work: QueueWork
    raw: Grid
    fitted: FittedQueue
    day: Days
    opens: BoolArray
    slot: int
    calm: dict[str, FloatArray]

    @property
    def weekday(self) -> int:
        return int(self.day.weekday[0])

    @property
    def profile(self) -> FloatArray:
        return np.asarray(weekday_profiles(self.fitted.lore.calm(self.fitted.grid))[self.weekday])


def explain_forecast(work: QueueWork, start: dt.datetime) -> ForecastParts:
    """Parts of the expected contacts of one interval.

    Parameters
    ----------
    work
        What the forecast was made from.
    start
        Start of the interval by wall clock, inside the window.

    Raises
    ------
    ValueError
        When the interval lies outside the window, or the history cannot be forecast from.

    Notes
    -----
    Level, weekday and special day are those of :mod:`wfm.forecast.day_level`: each is the ratio of
    what it says of the date to what it would say of an ordinary date, or of any weekday. How far
    the blend of all models lies from that stands as one factor.
    """
    cell = _fitted_cell(work, start)
    calm = blend(cell.calm, cell.fitted.choice.weights)
    effect = cell.fitted.lore.factors(len(cell.raw.days), cell.day, cell.raw.slots)[0, cell.slot]
    if calm[cell.slot] > 0:
        usual = f"the smoothed {_WEEKDAYS[cell.weekday]} has {cell.profile[cell.slot]:.2%}"
        share = Part("share of the day", calm[cell.slot] / calm.sum(), usual)
        parts = (*_day_parts(cell, float(calm.sum())), *_event_parts(cell), share)
    else:
        parts = (Part("nothing is expected" if cell.opens[cell.slot] else "closed", 0.0),)
    return ForecastParts(parts, _models_table(cell, float(effect)))


def _fitted_cell(work: QueueWork, start: dt.datetime) -> _Cell:
    window, calendar = work.window, work.calendar
    until, interval_s = window.as_of.date(), window.interval_s
    raw = read_grid(work.rows, calendar, until=until, interval_s=interval_s)
    clean = without_outages(raw, calendar.verdicts).grid
    fitted = fit_queue(clean, window.horizon_days, work.model, calendar.drivers, calendar.events)
    ahead, opens = ahead_of(raw, calendar, window.days, interval_s)
    row = (start.date() - until).days
    if not 0 <= row < len(ahead):
        raise ValueError(f"{start} is not among the {len(ahead)} days that were forecast")
    second = start.hour * 3600 + start.minute * 60 + start.second
    past = fitted.lore.calm(clean)
    calm = {}
    for model in fitted.models:
        plain = model.model if isinstance(model, WithEvents) else model
        said = np.maximum(plain.predict(past, ahead)[row], 0.0)
        calm[model.name] = np.where(opens[row], said, 0.0)
    day = ahead.cut(row, row + 1)
    return _Cell(work, raw, fitted, day, opens[row], second // interval_s, calm)


def _day_parts(cell: _Cell, contacts: float) -> tuple[Part, ...]:
    """Parts whose product is the day's contacts without events."""
    level = cell.fitted.spread.level
    open_days = np.union1d(np.flatnonzero(cell.raw.pattern.any(axis=1)), [cell.weekday])
    ordinary = level.total(_as_weekdays(cell.day, open_days))
    any_day = float(np.exp(np.log(ordinary).mean()))
    this_weekday = float(ordinary[open_days == cell.weekday][0])
    total = float(level.total(cell.day)[0])
    name = _WEEKDAYS[cell.weekday]
    parts = [
        Part("level", any_day, _level_detail(cell)),
        Part(name, this_weekday / any_day, "beside the mean of all open weekdays"),
    ]
    kind = DayKind(int(cell.day.kind[0]))
    if kind is not DayKind.ORDINARY:
        parts.append(Part(_KINDS[kind], total / this_weekday, _special_detail(cell)))
    open_share = float(cell.profile[cell.opens].sum())
    if abs(open_share - 1) > 1e-9:
        parts.append(Part("opening hours", open_share, f"not those of every {name}"))
    weights = cell.fitted.choice.weights
    chosen = ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items() if weight > 0)
    parts.append(Part("models", contacts / (total * open_share), f"{chosen}, beside the above"))
    return tuple(parts)


def _as_weekdays(day: Days, weekdays: IntArray) -> Days:
    """Give the first of each of some weekdays from a date on, as ordinary days."""
    kind = np.full(len(weekdays), DayKind.ORDINARY, dtype=np.int64)
    # a day level knows the weekday by the date, so another weekday is another date
    return Days(day.date + (weekdays - day.weekday) % 7, weekdays, kind)


def _level_detail(cell: _Cell) -> str:
    grid = cell.fitted.grid
    totals = full_day_totals(grid, weekday_profiles(grid))[-_RECENT_DAYS:]
    known = totals[~np.isnan(totals)]
    seen = f"had {known.mean():,.1f} each" if len(known) else "are not on record"
    return f"contacts of an open day; those of the last {_RECENT_DAYS} days {seen}"


def _special_detail(cell: _Cell) -> str:
    """Name of a special day, and the past days that it is like."""
    grid = cell.fitted.grid
    past = DayRecord(grid.days, full_day_totals(grid, weekday_profiles(grid)))
    ahead = DayRecord(cell.day, np.zeros(1))
    level, calendar = cell.fitted.spread.level, cell.work.calendar
    told = special_days(cell.work.queue, past, ahead, level, calendar, cell.fitted.effects)
    events = {event.name for event in calendar.events}
    mine = told[~told["what"].isin(events)].iloc[0]
    return f"{mine['what']}; {mine['learned_from']}"


def _event_parts(cell: _Cell) -> tuple[Part, ...]:
    """Factor of each event that touches the interval: school holidays, pay days, campaigns."""
    interval_s = DAY_S // cell.raw.slots
    start_s = cell.slot * interval_s
    date = cell.day.date[0].item()
    effects = {effect.name: effect for effect in cell.fitted.effects}
    parts = []
    for event in cell.work.calendar.events:
        hours = event.from_s < start_s + interval_s and start_s < event.until_s
        if hours and event.first <= date <= event.last:
            effect = effects[event.name]
            parts.append(Part(event.name, effect.factor, effect.ground))
    return tuple(parts)


def _models_table(cell: _Cell, effect: float) -> pd.DataFrame:
    choice = cell.fitted.choice
    rows = [
        (name, choice.weights.get(name, 0.0), slots[cell.slot] * effect, choice.wape[name])
        for name, slots in cell.calm.items()
    ]
    table = pd.DataFrame(rows, columns=["model", "weight", "contacts", "wape"])
    return table.sort_values("weight", ascending=False, kind="stable", ignore_index=True)
