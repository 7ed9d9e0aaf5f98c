"""How a day's contacts spread over its slots: one smoothed profile per weekday."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from wfm.forecast.calendar import DayKind, FloatArray
from wfm.forecast.grid import Grid

__all__ = ["full_day_totals", "weekday_profiles"]

_HALF_LIFE_DAYS = 100.0
"""A day this old counts half for the profile."""
_SPECIAL_WEIGHT = 0.05
"""Holidays and their neighbours count this much: their days are shaped otherwise."""
_REACH_H = 8.0
"""What one slot of a weekday does differently from other weekdays, slots this near do too [h]."""
_SMOOTH_H = 2.0
"""How ragged the day is, is judged over this many hours [h]."""
_CAUTION = 0.05
"""Keeps slots with next to no noise from deciding alone how much weekdays differ."""
_LEAST_SHARE = 0.5
"""A day with less of its profile on record tells nothing of its total."""


@lru_cache(maxsize=4)
def weekday_profiles(past: Grid) -> FloatArray:
    """Share of the day's contacts by weekday and slot, each row summing to 1, shape (7, slots).

    Notes
    -----
    Recent days count more. The profile common to all weekdays is smoothed as far as its own
    Poisson noise accounts for its raggedness. A weekday's profile is the common one times a
    factor by slot; the factors are a Gaussian process along the day whose strength is the excess
    of their scatter over Poisson noise, so a sparse Saturday borrows from the week and a busy
    Monday stands on its own. Several models ask for the profiles of one history in turn, so the
    latest are kept.
    """
    mean, size = _weekday_means(past)
    level = mean.sum(axis=1, keepdims=True)
    common = _common_profile(mean, size, level)
    prior = np.where(level > 0, level, level.mean()) * common
    likeness = _slot_likeness(past.slots)
    out = prior.copy()
    for w in range(7):
        on = (size[w] > 0) & (prior[w] > 0)
        if on.any():
            noise = 1 / (size[w, on] * prior[w, on])
            ratio = mean[w, on] / prior[w, on] - 1
            out[w, on] *= np.maximum(1 + _denoised(ratio, noise, likeness[np.ix_(on, on)]), 0.0)
    out = np.where(past.pattern | (mean > 0), out, 0.0)
    total = out.sum(axis=1, keepdims=True)
    share = np.divide(out, total, out=np.zeros_like(out), where=total > 0)
    share.setflags(write=False)
    return np.asarray(share)


def _weekday_means(past: Grid) -> tuple[FloatArray, FloatArray]:
    """Weighted mean by weekday and slot, and the number of days that it is worth."""
    age = len(past.days) - np.arange(len(past.days), dtype=np.float64)
    weight = 0.5 ** (age / _HALF_LIFE_DAYS)
    weight *= np.where(past.days.kind == DayKind.ORDINARY, 1.0, _SPECIAL_WEIGHT)
    known = ~np.isnan(past.counts)
    counts = np.where(known, past.counts, 0.0)
    total, once, twice = (np.zeros((7, past.slots)) for _ in range(3))
    for w in range(7):
        mine = past.days.weekday == w
        total[w] = weight[mine] @ counts[mine]
        once[w] = weight[mine] @ known[mine]
        twice[w] = weight[mine] ** 2 @ known[mine]
    mean = np.divide(total, once, out=np.zeros_like(total), where=once > 0)
    return mean, np.divide(once**2, twice, out=np.zeros_like(total), where=twice > 0)


def _common_profile(mean: FloatArray, size: FloatArray, level: FloatArray) -> FloatArray:
    """Share by slot over all weekdays, each slot pulled to its neighbours as noise demands."""
    due = (level * size).sum(axis=0)
    share = np.divide((mean * size).sum(axis=0), due, out=np.zeros_like(due), where=due > 0)
    noise = np.divide(share, due, out=np.zeros_like(due), where=due > 0)
    beside = (np.roll(share, 1) + np.roll(share, -1)) / 2
    noise_beside = (np.roll(noise, 1) + np.roll(noise, -1)) / 4
    inner = (due > 0) & (np.roll(due, 1) > 0) & (np.roll(due, -1) > 0) & (beside > 0)
    gap = share - beside
    scale = np.where(inner, beside, 1.0) ** 2
    excess = np.where(inner, (gap**2 - noise - noise_beside) / scale, 0.0)
    near = np.exp(-0.5 * (_hours_apart(len(due)) / _SMOOTH_H) ** 2)
    signal = np.maximum(near @ excess / np.maximum(near @ inner, 1e-9), 0.0) * scale
    keep = np.where(inner, signal + noise_beside, 1.0)
    keep /= np.where(inner, signal + noise + noise_beside, 1.0)
    smooth = np.where(inner, beside + keep * gap, share)
    return np.asarray(smooth / max(float(smooth.sum()), 1e-12))


def _hours_apart(slots: int) -> FloatArray:
    hour = np.arange(slots) * 24 / slots
    return np.asarray(np.abs(hour[:, None] - hour[None]))


def _slot_likeness(slots: int) -> FloatArray:
    return np.asarray(np.exp(-_hours_apart(slots) / _REACH_H))


def _denoised(ratio: FloatArray, noise: FloatArray, likeness: FloatArray) -> FloatArray:
    """Posterior mean of the factors given their noisy estimates."""
    weight = (noise + _CAUTION) ** -2
    signal = max(float(((ratio**2 - noise) * weight).sum() / weight.sum()), 1e-5)
    alike = signal * likeness
    return np.asarray(alike @ np.linalg.solve(alike + np.diag(noise), ratio))


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
