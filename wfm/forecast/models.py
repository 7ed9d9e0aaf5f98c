"""Register of models: name → how it is made once day level and drivers of a queue are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wfm.forecast.day_arima import DayArima
from wfm.forecast.day_ets import DayEts
from wfm.forecast.day_level import DayLevel
from wfm.forecast.day_regression import DayRegression
from wfm.forecast.driver_regression import DriverRegression
from wfm.forecast.drivers import Drivers
from wfm.forecast.factors import Factors
from wfm.forecast.model import Model
from wfm.forecast.momentum_mean import MomentumMean
from wfm.forecast.seasonal_naive import SeasonalNaive
from wfm.forecast.smoothing import DoubleSmoothing
from wfm.forecast.top_down import TopDown
from wfm.forecast.weekday_mean import WeekdayMean

__all__ = [
    "AUTO",
    "BLENDED",
    "DRIVEN",
    "MODELS",
    "SEASONED",
    "YARDSTICKS",
    "Basis",
    "check_model",
    "make_model",
]

DRIVEN = "drivers"
"""The model that needs drivers; part of ``auto`` where there are any."""
AUTO = "auto"
"""Not a model but the choice among :data:`BLENDED`."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What models may be made of.

    Parameters
    ----------
    level
        Day level of the whole history; slow to learn, so it is learned once for all origins.
    drivers
        Values by date of what drives the contacts, where they are given.
    """

    level: DayLevel
    drivers: Drivers | None = None


def _driven(basis: Basis) -> Model:
    if basis.drivers is None:
        raise ValueError("model 'drivers' needs values by date; write drivers.csv")
    return DriverRegression(basis.drivers)


MODELS: dict[str, Callable[[Basis], Model]] = {
    "seasonal_naive": lambda _: SeasonalNaive(),
    "mean4": lambda _: WeekdayMean(4),
    "mean8": lambda _: WeekdayMean(8),
    "momentum8": lambda _: MomentumMean(8),
    "smoothing": lambda _: DoubleSmoothing(),
    "day_ets": lambda _: DayEts(),
    "day_arima": lambda _: DayArima(),
    "factors": lambda _: Factors(),
    "regression": lambda _: DayRegression(),
    "top_down": lambda basis: TopDown(basis.level),
    DRIVEN: _driven,
}
"""Models by name."""

YARDSTICKS = ("seasonal_naive", "mean8")
"""Shown beside whatever is chosen."""

BLENDED = ("momentum8", "factors", "top_down")
"""What ``auto`` blends."""

SEASONED = ("regression",)
"""Blended too where there are days of more than a year: growth and season are known apart."""


def check_model(name: str) -> None:
    """Refuse a model that is not there.

    Raises
    ------
    ValueError
        With the names that are.
    """
    if name != AUTO and name not in MODELS:
        raise ValueError(f"no model {name!r}; there are {', '.join([AUTO, *MODELS])}")


def make_model(name: str, basis: Basis) -> Model:
    """Give the model, made ready for a queue.

    Raises
    ------
    ValueError
        When it needs drivers and there are none.
    """
    return MODELS[name](basis)
