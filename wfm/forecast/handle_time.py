"""Average handle time by weekday and slot, weighted by the contacts it was measured on."""

from __future__ import annotations

import numpy as np

from wfm.forecast.calendar import Days, FloatArray, IntArray

__all__ = ["predict_aht_s"]

_HALF_LIFE_DAYS = 42.0
_BORROW_CONTACTS = 200.0
"""A cell with this many contacts trusts itself and its margin alike: single handle times scatter as
widely as they are long, cells differ by some percent."""
_TREND_DAYS = 15
"""With fewer days there is no trend to see."""
_SLOPE_SD = 0.0005
"""Usual trend of a handle time [share a day]."""
_FADE_DAYS = 28.0
_MOST = 0.25
"""A trend changes the handle time by no more than this share."""


def predict_aht_s(
    answered: FloatArray, handle_s: FloatArray, weekday: IntArray, ahead: Days
) -> FloatArray:
    """Average handle time of each slot ahead [s], shape (ahead, slots); NaN without any history.

    Parameters
    ----------
    answered
        Answered contacts, shape (days, slots); NaN where not known.
    handle_s
        Sum of their handle time [s], same shape.

    Notes
    -----
    A ratio of sums with a half-life of six weeks: first the overall mean, then by slot of the
    day, then by weekday and slot, each shrunk to the one before by the contacts that carry it.
    A trend of the days goes on top, as far as they are steady enough to show one; it fades ahead.
    """
    known = ~np.isnan(answered) & ~np.isnan(handle_s) & (np.nan_to_num(answered) > 0)
    n = np.where(known, answered, 0.0)
    s = np.where(known, handle_s, 0.0)
    if n.sum() <= 0:
        return np.full((len(ahead), answered.shape[1]), np.nan)
    weight = 0.5 ** (np.arange(len(n))[::-1, None] / _HALF_LIFE_DAYS)
    n, s = n * weight, s * weight
    overall = s.sum() / n.sum()
    day = (s.sum(axis=0) + _BORROW_CONTACTS * overall) / (n.sum(axis=0) + _BORROW_CONTACTS)
    week = np.empty((7, n.shape[1]))
    for w in range(7):
        mine = weekday == w
        own_n, own_s = n[mine].sum(), s[mine].sum()
        expected = (n[mine] * day).sum()
        # the weekday as a whole is slower or faster than the day profile says
        factor = (own_s + _BORROW_CONTACTS * overall) / (expected + _BORROW_CONTACTS * overall)
        base = day * (factor if own_n > 0 else 1.0)
        week[w] = (s[mine].sum(axis=0) + _BORROW_CONTACTS * base) / (
            n[mine].sum(axis=0) + _BORROW_CONTACTS
        )
    factor = _trend(n, s, week[weekday], len(ahead))
    return np.asarray(week[ahead.weekday] * factor[:, None])


def _trend(n: FloatArray, s: FloatArray, expected_s: FloatArray, ahead: int) -> FloatArray:
    """Factor on each day ahead: a straight line through the days' ratios, shrunk and fading.

    Notes
    -----
    The slope's noise comes from the scatter of the ratios themselves, so few or unsteady days
    leave next to none of it; ahead it fades out, as no handle time grows for ever.
    """
    carried = (n * expected_s).sum(axis=1)
    used = carried > 0
    if used.sum() < _TREND_DAYS:
        return np.ones(ahead)
    weight = carried[used] / carried[used].mean()
    off = s.sum(axis=1)[used] / carried[used] - 1
    age = (np.flatnonzero(used) - (len(n) - 1)).astype(np.float64)
    centre, level = np.average(age, weights=weight), np.average(off, weights=weight)
    reach = float(weight @ (age - centre) ** 2)
    if reach <= 0:
        return np.ones(ahead)
    slope = float(weight @ ((age - centre) * (off - level))) / reach
    left = off - level - slope * (age - centre)
    noise = float(weight**2 @ (left**2 * (age - centre) ** 2)) / reach**2
    slope *= _SLOPE_SD**2 / (_SLOPE_SD**2 + noise)
    lead = _FADE_DAYS * (1 - np.exp(-np.arange(1, ahead + 1) / _FADE_DAYS))
    return np.asarray(np.clip(1 + level + slope * (lead - centre), 1 - _MOST, 1 + _MOST))
