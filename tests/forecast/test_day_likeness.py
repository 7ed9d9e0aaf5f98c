"""How alike days are, against the formulas written out cell by cell."""

from __future__ import annotations

import calendar
import datetime as dt
from math import exp, pi, sin

import numpy as np
import pytest

from wfm.forecast.calendar import DayKind, Days, QueueCalendar
from wfm.forecast.day_likeness import epoch, likenesses

EVERY_DAY = np.ones(7, dtype=np.bool_)


def place_in_month(day: dt.date) -> int:
    """Days from the first, or of 31 to the end."""
    length = calendar.monthrange(day.year, day.month)[1]
    return day.day - 1 if day.day <= 15 else 31 - (length - day.day + 1)


def one_cell(a: Days, b: Days, i: int, j: int, since: float) -> dict[str, float]:
    """Every term between day ``i`` and day ``j``."""
    first, second = a.date[i].item(), b.date[j].item()
    gap = abs((first - second).days)
    same = float(first.weekday() == second.weekday())
    arc = abs(place_in_month(first) - place_in_month(second))
    sd = {DayKind.HOLIDAY: 1.0, DayKind.EVE: 0.3, DayKind.AFTER: 0.12}
    of_kind = sum(s**2 for kind, s in sd.items() if a.kind[i] == kind and b.kind[j] == kind)
    day_zero = dt.date(1970, 1, 1)
    return {
        "fixed": 9.0 + same + of_kind,
        "spell": exp(-gap / 3),
        "season": exp(-gap / 18),
        "wander": min((first - day_zero).days, (second - day_zero).days) - since,
        "month": exp(-0.5 * (min(arc, 31 - arc) / 2.5) ** 2),
        "weekday": same * exp(-gap / 60),
        "year": exp(-2 * sin(pi * gap / 365.25) ** 2),
    }


def test_each_term_is_its_formula_in_every_cell() -> None:
    """Days of three years with gaps and holidays, past against past and past against ahead."""
    holidays = {
        dt.date(y, m, d): "day off" for y in (2023, 2024, 2025) for m, d in ((1, 1), (7, 4))
    }
    days = Days.span(dt.date(2022, 12, 20), 1000, QueueCalendar(holidays=holidays), EVERY_DAY)
    rng = np.random.default_rng(5)
    a = days.at(np.union1d(rng.choice(900, 40, replace=False), [11, 12, 13]))
    b = days.cut(900, 942)
    for other in (a, b):
        found = likenesses(a, other, epoch(a), year=True)
        for i in range(0, len(a), 3):
            for j in range(len(other)):
                wanted = one_cell(a, other, i, j, epoch(a))
                assert {name: found[name][i, j] for name in found} == pytest.approx(
                    wanted, rel=1e-13, abs=1e-300
                )


def test_no_days_are_alike_to_nothing() -> None:
    """A past without a day has a covariance without a row."""
    days = Days.span(dt.date(2024, 1, 1), 5, QueueCalendar(), EVERY_DAY)
    found = likenesses(days.cut(0, 0), days, 0.0, year=False)
    assert len(found) == 6
    assert all(values.shape == (0, 5) for values in found.values())
