"""How a day's contacts spread over its slots: one smoothed profile per weekday."""

from __future__ import annotations

import numpy as np

from wfm.forecast.calendar import DayKind, FloatArray
from wfm.forecast.grid import Grid

__all__ = ["full_day_totals", "weekday_profiles"]

_HALF_LIFE_DAYS = 70.0
"""A day this old counts half for the profile."""
_LEAST_SHARE = 0.5
"""A day with less of its profile on record tells nothing of its total."""


def weekday_profiles(past: Grid) -> FloatArray:
    """Share of the day's contacts by weekday and slot, each row summing to 1, shape (7, slots).

    Notes
    -----
    Recent days count more. A weekday's own share is shrunk towards the all-days share slot by
    slot, the more the noise of its counts outweighs the difference between weekdays (empirical
    Bayes), so a sparse Saturday borrows from the week and a busy Monday stands on its own.
    """
    age = len(past.days) - np.arange(len(past.days), dtype=np.float64)
    weight = 0.5 ** (age / _HALF_LIFE_DAYS)
    ordinary = past.days.kind == DayKind.ORDINARY
    if ordinary.sum() >= 14:
        weight = np.where(ordinary, weight, 0.05 * weight)
    known = ~np.isnan(past.counts)
    counts = np.where(known, past.counts, 0.0)
    size = np.zeros((7, past.slots))
    rate = np.zeros((7, past.slots))
    for w in range(7):
        mine = past.days.weekday == w
        size[w] = (weight[mine, None] * known[mine]).sum(axis=0)
        rate[w] = (weight[mine, None] * counts[mine]).sum(axis=0)
    mean = np.divide(rate, size, out=np.zeros_like(rate), where=size > 0)
    shrunk = _shrink(mean, size)
    shrunk = np.where(past.pattern | (mean > 0), shrunk, 0.0)
    total = shrunk.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(shrunk, total, out=np.zeros_like(shrunk), where=total > 0))


def _shrink(mean: FloatArray, size: FloatArray) -> FloatArray:
    """Pull each weekday's slot means towards the common profile at the weekday's own level."""
    level = mean.sum(axis=1, keepdims=True)
    common = (mean * size).sum(axis=0) / np.maximum(size.sum(axis=0), 1e-12)
    common = common / max(float(common.sum()), 1e-12)
    prior = np.where(level > 0, level, level.mean()) * common
    noise = np.divide(np.maximum(prior, 1e-9), size, out=np.full_like(prior, 1e9), where=size > 0)
    gap2 = (mean - prior) ** 2 - noise
    scale = np.where(size > 0, prior**2, 0.0)
    spread = np.maximum(gap2 * (size > 0), 0).sum(axis=0) / np.maximum(scale.sum(axis=0), 1e-12)
    signal = spread[None] * prior**2
    trust = np.divide(signal, signal + noise, out=np.zeros_like(signal), where=signal + noise > 0)
    return np.asarray(prior + trust * (mean - prior))


def full_day_totals(past: Grid, profiles: FloatArray) -> FloatArray:
    """Contacts by day, a day with gaps scaled up by the share of its profile on record.

    NaN for closed days and for days with less than half their profile on record.
    """
    share = profiles[past.days.weekday]
    due = np.where(past.opens, share, 0.0).sum(axis=1)
    got = np.where(np.isnan(past.counts), 0.0, share).sum(axis=1)
    total = np.nansum(past.counts, axis=1)
    enough = (got > 0) & (got >= _LEAST_SHARE * due)
    # a short holiday is short by its hours, not by a gap: what was open counts as the whole day
    return np.where(enough, total * due / np.where(enough, got, 1.0), np.nan)
