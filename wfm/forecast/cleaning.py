"""What in a history is no ordinary traffic: outages, odd days, shifts of level; each told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wfm.forecast.calendar import (
    BoolArray,
    DayKind,
    FloatArray,
    Treat,
    Verdict,
    span_cells,
)
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

_REPAIR_WEEKS = 8
_REPAIR_DAYS = 4
"""A repaired day is the mean of as many same weekdays, none further off than so many weeks."""

_COLUMNS = ["queue", "kind", "first", "last", "contacts", "effect", "detail"]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """History with outages unknown and planners' verdicts carried out.

    Parameters
    ----------
    outages
        Rows of (first cell, last cell, missing contacts); cells count slots from the first day.
    raw
        History as it came.
    verdicts
        Those that touch the history.
    """

    grid: Grid
    outages: FloatArray
    raw: Grid
    verdicts: tuple[Verdict, ...]


def without_outages(grid: Grid, verdicts: Sequence[Verdict] = ()) -> Cleaned:
    """Empty runs in open hours that no chance explains become unknown instead of zero.

    Parameters
    ----------
    verdicts
        Kept spans are no outage whatever they look like; ignored ones become unknown, repaired ones
        the mean of the same weekday's nearest weeks.

    Notes
    -----
    Expected counts are the weekday's median day, so a queue that is often empty keeps its
    zeros. A run is an outage when a Poisson count of its expected contacts is 0 with a chance
    below one in a million.
    """
    known = [one for one in verdicts if span_cells(grid.days, one, grid.slots).any()]
    decided = _decided(grid, known)
    kept = _touched(grid, known, Treat.KEEP)
    expected = np.where(kept, 0.0, _median_days(decided))
    # a closed holiday is empty for a reason, and the next one will be
    expected[grid.days.kind != DayKind.ORDINARY] = 0.0
    flat = decided.counts.ravel()
    zero = np.concatenate([[False], (flat == 0) & ~kept.ravel(), [False]])
    edges = np.flatnonzero(np.diff(zero.astype(np.int8)))
    counts, rows = flat.copy(), []
    running = np.concatenate([[0.0], np.cumsum(expected.ravel())])
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        missing = running[stop] - running[first]
        if stop - first >= _RUN and missing > -np.log(_CHANCE):
            counts[first:stop] = np.nan
            rows.append((float(first), float(stop - 1), float(missing)))
    outages = np.array(rows, dtype=np.float64).reshape(-1, 3)
    clean = decided.with_counts(counts.reshape(grid.counts.shape))
    return Cleaned(clean, outages, grid, tuple(known))


def _median_days(grid: Grid) -> FloatArray:
    """Median day of each date's weekday, shape (days, slots)."""
    out = np.zeros_like(grid.counts)
    for w in range(7):
        mine = grid.days.weekday == w
        known = mine & ~np.isnan(grid.counts).all(axis=1)
        if known.any():
            out[mine] = np.median(np.nan_to_num(grid.counts[known]), axis=0)
    return out


def _touched(grid: Grid, verdicts: Sequence[Verdict], treat: Treat) -> BoolArray:
    on = np.zeros(grid.counts.shape, dtype=np.bool_)
    for one in verdicts:
        if one.treat is treat:
            on |= span_cells(grid.days, one, grid.slots)
    return on


def _decided(grid: Grid, verdicts: Sequence[Verdict]) -> Grid:
    """History with what planners decided, their kept days marked."""
    if not verdicts:
        return grid
    kept = np.asarray(_touched(grid, verdicts, Treat.KEEP).any(axis=1))
    repair = _touched(grid, verdicts, Treat.REPAIR)
    gone = repair | _touched(grid, verdicts, Treat.IGNORE)
    counts = np.where(gone, np.nan, grid.counts)
    for day in np.flatnonzero(repair.any(axis=1)):
        near = [
            counts[other]
            for weeks in range(1, _REPAIR_WEEKS + 1)
            for other in (day - 7 * weeks, day + 7 * weeks)
            if 0 <= other < len(counts) and not np.isnan(counts[other]).all()
        ][:_REPAIR_DAYS]
        if near:
            usual = np.mean(np.nan_to_num(np.stack(near)), axis=0)
            mend = repair[day] & ~np.isnan(grid.counts[day])
            counts[day] = np.where(mend, usual, counts[day])
    return replace(grid, counts=counts, days=replace(grid.days, kept=kept))


def findings_table(
    queue: str, cleaned: Cleaned, level: DayLevel, effects: tuple[EventEffect, ...]
) -> pd.DataFrame:
    """What was found in a queue's history, with its size in contacts.

    Returns
    -------
    pandas.DataFrame
        queue, kind (outage, odd day, level shift, event, and what planners decided: keep, ignore,
        repair), first, last (local), contacts (more or fewer than expected over those days; NaN for
        a shift and an event), effect (factor on the contacts), detail.
    """
    grid = cleaned.grid
    rows: list[tuple[object, ...]] = [
        (queue, "outage", _time(grid, first), _time(grid, last), -missing, 0.0, "taken as unknown")
        for first, last, missing in cleaned.outages
    ]
    profiles = weekday_profiles(grid)
    totals = full_day_totals(grid, profiles)
    expected = level.total(grid.days)
    usual = expected[:, None] * profiles[grid.days.weekday]
    rows += [_verdict_row(queue, cleaned, one, usual) for one in cleaned.verdicts]
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
        none = np.datetime64("NaT", "us")
        rows.append(
            (queue, "event", none, none, np.nan, effect.factor, f"{effect.name}: {effect.ground}")
        )
    return pd.DataFrame(rows, columns=_COLUMNS)


def _verdict_row(
    queue: str, cleaned: Cleaned, verdict: Verdict, usual: FloatArray
) -> tuple[object, ...]:
    raw = cleaned.raw
    on = span_cells(raw.days, verdict, raw.slots) & ~np.isnan(raw.counts)
    came, due = float(raw.counts[on].sum()), float(usual[on].sum())
    cells = np.flatnonzero(on.ravel())
    first, last = (
        (_time(raw, cells[0]), _time(raw, cells[-1]))
        if len(cells)
        else (np.datetime64(verdict.first, "us"), np.datetime64(verdict.last, "us"))
    )
    factor = came / due if due > 0 else np.nan
    return (queue, str(verdict.treat), first, last, came - due, factor, "as events.csv says")


def _time(grid: Grid, cell: float) -> np.datetime64:
    day, slot = divmod(int(cell), grid.slots)
    return np.datetime64(
        grid.days.date[day].astype("datetime64[us]")
        + np.timedelta64(slot * 86400 // grid.slots, "s")
    )
