"""Register of models: name → how it is made once the day level of a queue is known."""

from __future__ import annotations

from collections.abc import Callable

from wfm.forecast.day_arima import DayArima
from wfm.forecast.day_ets import DayEts
from wfm.forecast.day_level import DayLevel
from wfm.forecast.factors import Factors
from wfm.forecast.model import Model
from wfm.forecast.momentum_mean import MomentumMean
from wfm.forecast.seasonal_naive import SeasonalNaive
from wfm.forecast.smoothing import DoubleSmoothing
from wfm.forecast.top_down import TopDown
from wfm.forecast.weekday_mean import WeekdayMean

__all__ = ["AUTO", "BLENDED", "MODELS", "YARDSTICKS", "check_model", "make_model"]

AUTO = "auto"
"""Not a model but the choice among :data:`BLENDED`."""


MODELS: dict[str, Callable[[DayLevel], Model]] = {
    "seasonal_naive": lambda _: SeasonalNaive(),
    "mean4": lambda _: WeekdayMean(4),
    "mean8": lambda _: WeekdayMean(8),
    "momentum8": lambda _: MomentumMean(8),
    "smoothing": lambda _: DoubleSmoothing(),
    "day_ets": lambda _: DayEts(),
    "day_arima": lambda _: DayArima(),
    "factors": lambda _: Factors(),
    "top_down": TopDown,
}
"""Models by name. The day level is slow to learn, so it is learned once for all origins."""

YARDSTICKS = ("seasonal_naive", "mean8")
"""Shown beside whatever is chosen."""

BLENDED = ("mean8", "factors", "top_down")
"""What ``auto`` blends."""


def check_model(name: str) -> None:
    """Refuse a model that is not there.

    Raises
    ------
    ValueError
        With the names that are.
    """
    if name != AUTO and name not in MODELS:
        raise ValueError(f"no model {name!r}; there are {', '.join([AUTO, *MODELS])}")


def make_model(name: str, level: DayLevel) -> Model:
    """Give the model, made ready for a queue."""
    return MODELS[name](level)
