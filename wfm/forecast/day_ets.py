"""Day totals by exponential smoothing state space (statsmodels ETS), spread by the profile."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np

from wfm.forecast.calendar import Days, FloatArray
from wfm.forecast.daily_series import daily_series
from wfm.forecast.grid import Grid

__all__ = ["DayEts"]

_LEAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class DayEts:
    """ETS(A, Ad, A) on log day totals × weekday profile.

    Notes
    -----
    Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing, by
    ``statsmodels.tsa.exponential_smoothing.ets``. Without the trend where history is under four
    weeks of open days, without the season where only one weekday is open. Rates learned at one
    origin serve later ones until the history is half as long again.
    """

    learned: dict[int, FloatArray] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name in tables."""
        return "day_ets"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Forecast the open days, spread each over its slots."""
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

        series = daily_series(past)
        long = len(series.log_total) >= _LEAST_WEEKS * series.season
        seasonal = {"seasonal": "add", "seasonal_periods": series.season}
        model = ETSModel(
            series.log_total,
            error="add",
            trend="add" if long else None,
            damped_trend=long,
            **(seasonal if series.season > 1 else {}),
        )
        with warnings.catch_warnings():
            # an optimum at the edge of the rates is a good one, if a reported one
            warnings.simplefilter("ignore")
            if series.size_class not in self.learned:
                self.learned[series.size_class] = model.fit(disp=False, maxiter=100).params
            smoothed = model.smooth(self.learned[series.size_class])
        log_ahead = np.asarray(smoothed.forecast(series.steps(ahead)))
        return series.spread(log_ahead, ahead)
