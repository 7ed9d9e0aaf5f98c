"""Average handle time by weekday and slot, weighted by the contacts it was measured on."""

from __future__ import annotations

import numpy as np

from wfm.forecast.calendar import Days, FloatArray, IntArray

__all__ = ["predict_aht_s"]

_HALF_LIFE_DAYS = 42.0
_BORROW_CONTACTS = 30.0
"""A cell with this many contacts trusts itself and its margin alike."""


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
    return np.asarray(week[ahead.weekday])
