"""Register of models: name → how it is made for a history."""

from __future__ import annotations

from collections.abc import Callable

from wfm.forecast.day_level import fit_day_level
from wfm.forecast.factors import Factors
from wfm.forecast.grid import Grid
from wfm.forecast.model import Model
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.seasonal_naive import SeasonalNaive
from wfm.forecast.top_down import TopDown
from wfm.forecast.weekday_mean import WeekdayMean

__all__ = ["AUTO", "BLENDED", "MODELS", "YARDSTICKS", "check_model", "make_model"]

AUTO = "auto"
"""Not a model but the choice among :data:`BLENDED`."""


def _top_down(grid: Grid) -> Model:
    totals = full_day_totals(grid, weekday_profiles(grid))
    return TopDown(fit_day_level(grid.days, totals).strengths)


MODELS: dict[str, Callable[[Grid], Model]] = {
    "seasonal_naive": lambda _: SeasonalNaive(),
    "mean4": lambda _: WeekdayMean(4),
    "mean8": lambda _: WeekdayMean(8),
    "factors": lambda _: Factors(),
    "top_down": _top_down,
}
"""Models by name. What is slow to learn is learned here once and used at every trial origin."""

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


def make_model(name: str, grid: Grid) -> Model:
    """Give the model, made ready for a history."""
    return MODELS[name](grid)
