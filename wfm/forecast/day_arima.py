"""Day totals by seasonal ARIMA (statsmodels SARIMAX), spread by the profile."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np

from wfm.forecast.calendar import Days, FloatArray
from wfm.forecast.daily_series import daily_series
from wfm.forecast.grid import Grid

__all__ = ["DayArima"]

_LEAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class DayArima:
    """ARIMA(1,0,1)(0,1,1) with a week's season on log day totals × weekday profile.

    Notes
    -----
    ``statsmodels.tsa.statespace.SARIMAX``; the order that the literature uses for call centres
    (Taylor 2008, Management Science 54(2)). History under four weeks of open days keeps the plain
    autoregression round weekday means. Coefficients learned at one origin serve later ones until
    the history is half as long again.
    """

    learned: dict[int, FloatArray] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name in tables."""
        return "day_arima"

    def predict(self, past: Grid, ahead: Days) -> FloatArray:
        """Forecast the open days, spread each over its slots."""
        from statsmodels.tsa.statespace.sarimax import SARIMAX

        series = daily_series(past)
        long = series.season > 1 and len(series.log_total) >= _LEAST_WEEKS * series.season
        week = (0, 1, 1, series.season) if long else (0, 0, 0, 0)
        model = SARIMAX(
            series.log_total,
            order=(1, 0, 1),
            seasonal_order=week,
            trend=None if long else "c",
            enforce_invertibility=False,
        )
        with warnings.catch_warnings():
            # starting values that are not invertible are replaced, and told of
            warnings.simplefilter("ignore")
            if series.size_class not in self.learned:
                found = model.fit(disp=False, maxiter=60, method="lbfgs")
                self.learned[series.size_class] = found.params
            filtered = model.filter(self.learned[series.size_class])
        log_ahead = np.asarray(filtered.forecast(series.steps(ahead)))
        return series.spread(log_ahead, ahead)
