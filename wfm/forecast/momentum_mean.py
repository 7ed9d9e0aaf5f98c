"""Mean of the last k same weekdays times how the last two weeks ran against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import DayKind, Days, FloatArray
from wfm.forecast.grid import Grid
from wfm.forecast.weekday_mean import WeekdayMean

__all__ = ["MomentumMean"]

_RECENT_DAYS = 14
_SHARE = 0.5
"""Of the recent change (of its log) that is believed to last."""
_MOST = 2.0
"""No more than doubled or halved."""


@dataclass(frozen=True, slots=True)
class MomentumMean:
    """Mean of the last ``k`` same weekdays by slot, moved half way to the last two weeks' level.

    A planner checks it by hand: contacts of the last two weeks over what the means say of the
    same days, square root of that, times the mean.
    """

    k: int = 8

    @property
    def name(self) -> str:
        """Name in tables."""
        return f"momentum{self.k}"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Repeat each weekday's mean day, moved."""
        return WeekdayMean(self.k).predict(past, ahead) * self.factor(past)

    def factor(self, past: Grid) -> float:
        """Factor on the means, 1 where the last two weeks say nothing."""
        recent = past.since(max(0, len(past.days) - _RECENT_DAYS))
        said = WeekdayMean(self.k).predict(past, recent.days)
        use = ~np.isnan(recent.counts) & (recent.days.kind == DayKind.ORDINARY)[:, None]
        came, expected = recent.counts[use].sum(), said[use].sum()
        if came <= 0 or expected <= 0:
            return 1.0
        return float(np.clip((came / expected) ** _SHARE, 1 / _MOST, _MOST))
