"""Which models a queue is forecast with: weights from rolling-origin errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wfm.forecast.calendar import FloatArray
from wfm.forecast.trials import Trial

__all__ = ["Choice", "blend", "choose"]

_POWER = 8
"""Weights fall with this power of the error: sharp, yet never one model alone."""
_FAITH = {"top_down": 4.0}
"""Weight before any trial, 1 for a model not named: what many queues have shown over few trials."""
_RECENCY = 0.85
"""A trial one origin older counts this much less."""
_LEAST_TRIALS = 3
"""With fewer trials their errors are luck, and the plain average is taken."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Weights of the models, summing to 1, and the error each had.

    Parameters
    ----------
    weights
        Weight by model name.
    wape
        Recency-weighted WAPE by interval of each model over the trials; NaN without trials.
    trials
        How many origins were tried.
    """

    weights: Mapping[str, float]
    wape: Mapping[str, float]
    trials: int


def choose(names: Sequence[str], trials: Sequence[Trial]) -> Choice:
    """Weigh models by the error that each had in the trials.

    Parameters
    ----------
    names
        Models to weigh; a trial may hold others beside.
    """
    newest = len(trials) - 1
    wape = {}
    for name in names:
        error = total = 0.0
        for age, trial in enumerate(reversed(trials)):
            known = ~np.isnan(trial.actual)
            weight = _RECENCY**age
            error += weight * np.abs(trial.actual - trial.said[name])[known].sum()
            total += weight * trial.actual[known].sum()
        wape[name] = error / total if total > 0 else float("nan")
    if newest + 1 < _LEAST_TRIALS or not all(w > 0 for w in wape.values()):
        raw = {name: _FAITH.get(name, 1.0) for name in names}
    else:
        best = min(wape.values())
        raw = {name: _FAITH.get(name, 1.0) * (best / wape[name]) ** _POWER for name in names}
    total = sum(raw.values())
    return Choice({name: w / total for name, w in raw.items()}, wape, len(trials))


def blend(said: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Weighted mean of forecasts."""
    return np.asarray(sum(weight * said[name] for name, weight in weights.items()))
