"""Holidays and events ahead: what they do, and from which past days that is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.forecast.calendar import DayKind, Days, FloatArray, QueueCalendar
from wfm.forecast.day_level import DayLevel
from wfm.forecast.events import EventEffect

__all__ = ["DayRecord", "special_days"]

_COLUMNS = ["queue", "date", "what", "contacts", "ordinary", "factor", "learned_from"]
_SHOWN = 4
"""Past days told of each."""
_REACH_DAYS = 4
"""A day beside a holiday lies at most this far from it."""


@dataclass(frozen=True, slots=True)
class DayRecord:
    """Contacts of consecutive days.

    Parameters
    ----------
    contacts
        Whole days; NaN where not known or closed.
    """

    days: Days
    contacts: FloatArray


def special_days(
    queue: str,
    past: DayRecord,
    ahead: DayRecord,
    level: DayLevel,
    calendar: QueueCalendar,
    effects: Sequence[EventEffect],
) -> pd.DataFrame:
    """Days ahead that are not ordinary.

    Parameters
    ----------
    effects
        Of the events of the calendar.

    Returns
    -------
    pandas.DataFrame
        queue, date, what, contacts (forecast), ordinary (what the day level says of the same date
        were it an ordinary one), factor (the one over the other), learned_from: the latest past
        days that are alike and what came over ordinary on each; those of the same name first.
    """
    ordinary = level.total(_as_ordinary(ahead.days))
    came = past.contacts / np.maximum(level.total(_as_ordinary(past.days)), 1e-9)
    before = _names(past.days, calendar.holidays)
    rows = []
    for i, name in _names(ahead.days, calendar.holidays).items():
        alike = [d for d in before if past.days.kind[d] == ahead.days.kind[i]]
        same = [d for d in reversed(alike) if before[d] == name]
        others = [d for d in reversed(alike) if before[d] != name]
        told = [_told(past.days, d, before[d], came[d]) for d in [*same, *others][:_SHOWN]]
        rows.append((i, name, "; ".join(told) or "no such day yet"))
    known = {effect.name: effect for effect in effects}
    for event in calendar.events:
        first, last = np.datetime64(event.first), np.datetime64(event.last)
        for day in np.flatnonzero((ahead.days.date >= first) & (ahead.days.date <= last)):
            effect = known[event.name]
            if ahead.contacts[day] == 0 < effect.factor:
                continue  # closed: nothing to move
            rests = f"{effect.ground}: ×{effect.factor:.2f}, give or take {effect.sd:.0%}"
            rows.append((int(day), event.name, rests))
    table = []
    for i, what, learned in sorted(rows):
        date, contacts, usual = ahead.days.date[i].item(), ahead.contacts[i], ordinary[i]
        factor = contacts / usual if usual > 0 else np.nan
        table.append((queue, date, what, contacts, usual, factor, learned))
    return pd.DataFrame(table, columns=_COLUMNS)


def _as_ordinary(days: Days) -> Days:
    return Days(days.date, days.weekday, np.full_like(days.kind, DayKind.ORDINARY))


def _told(days: Days, i: int, name: str, factor: float) -> str:
    what = "closed" if np.isnan(factor) else f"×{factor:.2f}"
    return f"{days.date[i]} {name} {what}"


def _names(days: Days, holidays: Mapping[dt.date, str]) -> dict[int, str]:
    """Name of each special date by position: the holiday, or which holiday it stands beside."""
    out = {}
    for i in np.flatnonzero(days.kind != DayKind.ORDINARY):
        date = days.date[i].item()
        if days.kind[i] == DayKind.HOLIDAY:
            out[int(i)] = holidays[date]
            continue
        before = days.kind[i] == DayKind.EVE
        step = 1 if before else -1
        near = (date + dt.timedelta(days=step * k) for k in range(1, _REACH_DAYS + 1))
        holiday = next((holidays[day] for day in near if day in holidays), "holiday")
        out[int(i)] = f"day {'before' if before else 'after'} {holiday}"
    return out
