"""One queue: models tried at past origins, blended, with bands from the trials' errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.forecast.bands import LEVELS, Dispersion, ErrorSample, learn_dispersion
from wfm.forecast.calendar import BoolArray, Days, FloatArray
from wfm.forecast.choice import Choice, blend, choose
from wfm.forecast.grid import Grid
from wfm.forecast.model import Model
from wfm.forecast.models import AUTO, BLENDED, YARDSTICKS, make_model
from wfm.forecast.trials import Trial, run_trials, trial_origins

__all__ = ["FittedQueue", "fit_queue", "level_sample"]

_TRIALS = 8
_STEP_DAYS = 7
_TRIAL_HORIZON_DAYS = 42
"""Bands beyond six weeks use the errors of the sixth."""


@dataclass(frozen=True, slots=True)
class FittedQueue:
    """Models of a queue with the weights and dispersions that its trials gave."""

    grid: Grid
    models: tuple[Model, ...]
    choice: Choice
    dispersion: dict[str, Dispersion]
    trials: tuple[Trial, ...]

    def mean(self, ahead: Days, opens: BoolArray) -> FloatArray:
        """Expected contacts, shape (ahead, slots); exactly 0 where closed."""
        said = {
            model.name: np.where(opens, np.maximum(model.predict(self.grid, ahead), 0.0), 0.0)
            for model in self.models
            if model.name in self.choice.weights
        }
        return blend(said, self.choice.weights)


def fit_queue(grid: Grid, horizon_days: int, model: str = AUTO) -> FittedQueue:
    """Try the models at past origins and weigh them.

    Parameters
    ----------
    model
        Name in :data:`wfm.forecast.models.MODELS`, or ``auto`` for the blend.
    """
    names = BLENDED if model == AUTO else (model,)
    wanted = tuple(dict.fromkeys([*names, *YARDSTICKS]))
    models = tuple(make_model(name, grid) for name in wanted)
    horizon = min(horizon_days, _TRIAL_HORIZON_DAYS)
    origins = trial_origins(len(grid.days), max(horizon, _STEP_DAYS), _TRIALS, _STEP_DAYS)
    trials = run_trials(grid, models, origins, max(horizon, _STEP_DAYS))
    choice = choose(names, trials)
    dispersion = {
        level: learn_dispersion(level_sample(trials, choice.weights, level), level)
        for level in LEVELS
    }
    return FittedQueue(grid, models, choice, dispersion, tuple(trials))


def level_sample(trials: Sequence[Trial], weights: Mapping[str, float], level: str) -> ErrorSample:
    """Blend and count of all trials, summed to interval, day or week.

    Days and weeks hold whole days only; a week of which a day is missing is compared on the rest.
    """
    samples = [
        _trial_sample(trial, blend(trial.said, weights), level, 1000 * number)
        for number, trial in enumerate(trials)
    ]
    return ErrorSample.joined(samples)


def _trial_sample(trial: Trial, mean: FloatArray, level: str, label: int) -> ErrorSample:
    known = ~np.isnan(trial.actual)
    if level == "interval":
        row, column = np.nonzero(known)
        return ErrorSample(
            mean[row, column], trial.actual[row, column], trial.lead_days[row], row + label
        )
    size = 1 if level == "day" else 7
    rows = np.flatnonzero((known | (mean == 0)).all(axis=1) & known.any(axis=1))
    group, place = np.unique((trial.lead_days[rows] - 1) // size, return_inverse=True)
    said, actual = (
        np.asarray(np.bincount(place, cells[rows].sum(axis=1), len(group)), dtype=np.float64)
        for cells in (mean, np.where(known, trial.actual, 0.0))
    )
    return ErrorSample(said, actual, (group + 1) * size, group * size + label)
