"""What in a history is no ordinary traffic: outages, odd days, shifts of level; each told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.forecast.calendar import DayKind, FloatArray
from wfm.forecast.day_level import DayLevel
from wfm.forecast.events import EventEffect
from wfm.forecast.grid import Grid
from wfm.forecast.profile import full_day_totals, weekday_profiles

__all__ = ["Cleaned", "findings_table", "without_outages"]

_RUN = 3
"""An outage is at least this many intervals without a contact."""
_CHANCE = 1e-6
"""…that would be empty by chance less often than this."""
_ODD = 4.0
"""A day whose noise had to be raised more than this is told."""

_COLUMNS = ["queue", "kind", "first", "last", "contacts", "effect", "detail"]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """History with outages unknown, and where they were.

    Parameters
    ----------
    outages
        Rows of (first cell, last cell, missing contacts); cells count slots from the first day.
    """

    grid: Grid
    outages: FloatArray


def without_outages(grid: Grid) -> Cleaned:
    """Empty runs in open hours that no chance explains become unknown instead of zero.

    Notes
    -----
    Expected counts are the weekday's median day, so a queue that is often empty keeps its
    zeros. A run is an outage when a Poisson count of its expected contacts is 0 with a chance
    below one in a million.
    """
    expected = np.zeros_like(grid.counts)
    for w in range(7):
        mine = grid.days.weekday == w
        known = mine & ~np.isnan(grid.counts).all(axis=1)
        if known.any():
            expected[mine] = np.median(np.nan_to_num(grid.counts[known]), axis=0)
    # a closed holiday is empty for a reason, and the next one will be
    expected[grid.days.kind != DayKind.ORDINARY] = 0.0
    flat = grid.counts.ravel()
    zero = np.concatenate([[False], flat == 0, [False]])
    edges = np.flatnonzero(np.diff(zero.astype(np.int8)))
    counts, rows = flat.copy(), []
    running = np.concatenate([[0.0], np.cumsum(expected.ravel())])
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        missing = running[stop] - running[first]
        if stop - first >= _RUN and missing > -np.log(_CHANCE):
            counts[first:stop] = np.nan
            rows.append((float(first), float(stop - 1), float(missing)))
    outages = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Cleaned(grid.with_counts(counts.reshape(grid.counts.shape)), outages)


def findings_table(
    queue: str, cleaned: Cleaned, level: DayLevel, effects: tuple[EventEffect, ...]
) -> pd.DataFrame:
    """What was found in a queue's history, with its size in contacts.

    Returns
    -------
    pandas.DataFrame
        queue, kind (outage, odd day, level shift, event), first, last (local), contacts (more or
        fewer than expected over those days; NaN for a shift and an event), effect (factor on the
        contacts), detail.
    """
    grid = cleaned.grid
    rows = [
        (queue, "outage", _time(grid, first), _time(grid, last), -missing, 0.0, "taken as unknown")
        for first, last, missing in cleaned.outages
    ]
    totals = full_day_totals(grid, weekday_profiles(grid))
    expected = level.total(grid.days)
    position = np.searchsorted(grid.days.date, level.days.date)
    odd = position[(level.extra > _ODD) & (level.days.kind == DayKind.ORDINARY)]
    for day in odd:
        date = grid.days.date[day].astype("datetime64[us]")
        more = totals[day] - expected[day]
        factor = totals[day] / max(expected[day], 1e-9)
        rows.append((queue, "odd day", date, date, more, factor, "counts less"))
    for step in sorted(level.steps):
        date = np.datetime64(step, "D").astype("datetime64[us]")
        factor = float(np.exp(level.step_size(step)))
        rows.append((queue, "level shift", date, date, np.nan, factor, "new level from here"))
    for effect in effects:
        how = f"learned from {effect.days} days" if effect.days else "as given, or never seen"
        none = np.datetime64("NaT", "us")
        rows.append((queue, "event", none, none, np.nan, effect.factor, f"{effect.name}: {how}"))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _time(grid: Grid, cell: float) -> np.datetime64:
    day, slot = divmod(int(cell), grid.slots)
    return np.datetime64(
        grid.days.date[day].astype("datetime64[us]")
        + np.timedelta64(slot * 86400 // grid.slots, "s")
    )
