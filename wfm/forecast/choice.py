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
_FAITH = {"top_down": 4.0, "regression": 3.0, "drivers": 4.0}
"""Weight before any trial, 1 for a model not named: what many queues have shown over few trials."""
_RECENCY = 0.85
"""A trial one origin older counts this much less."""
_LEAST_TRIALS = 3
"""With fewer trials their errors are luck, and the plain average is taken."""
_SPARSE = 1.0
"""With fewer contacts an interval the error is taken by day: of most intervals nothing comes, and
who always says a little less would win."""
_TRIALS_TO_PICK = 4.0
"""A single model needs this many that share no days to take the place of the combination."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Weights of the models, summing to 1, and the error each had.

    Parameters
    ----------
    weights
        Weight by model name.
    wape
        Recency-weighted WAPE by interval (by day for sparse queues) of each model over the trials,
        yardsticks included; NaN without trials.
    trials
        How many origins were tried.
    """

    weights: Mapping[str, float]
    wape: Mapping[str, float]
    trials: int


def choose(names: Sequence[str], trials: Sequence[Trial], yardsticks: Sequence[str] = ()) -> Choice:
    """Weigh models by the error that each had in the trials.

    Parameters
    ----------
    names
        Models to weigh; a trial may hold others beside.
    yardsticks
        Models whose error is told without a weight.

    Notes
    -----
    The combination is the default. A single model takes its place only where its errors over the
    trials are smaller by more than one standard error of the difference (the restraint of Breiman,
    Friedman, Olshen & Stone 1984, Classification and Regression Trees, section 3.4.3).
    """
    every = tuple(dict.fromkeys([*names, *yardsticks]))
    wape = {name: _wape(trials, {name: 1.0}) for name in every}
    known = all(wape[name] > 0 for name in names)
    if len(trials) < _LEAST_TRIALS or not known:
        raw = {name: _FAITH.get(name, 1.0) for name in names}
    else:
        best = min(wape[name] for name in names)
        raw = {name: _FAITH.get(name, 1.0) * (best / wape[name]) ** _POWER for name in names}
    total = sum(raw.values())
    weights = {name: w / total for name, w in raw.items()}
    if known and _apart(trials) >= _TRIALS_TO_PICK:
        best_name = min(names, key=wape.__getitem__)
        if _clearly_better({best_name: 1.0}, weights, trials):
            weights = {best_name: 1.0}
    return Choice(weights, wape, len(trials))


def _losses(trials: Sequence[Trial], weights: Mapping[str, float]) -> FloatArray:
    """Absolute error and contacts of each trial, weighted by its recency, shape (trials, 2)."""
    out = np.zeros((len(trials), 2))
    for row, trial in enumerate(trials):
        known = ~np.isnan(trial.actual)
        came = np.where(known, trial.actual, 0.0)
        said = np.where(known, blend(trial.said, weights), 0.0)
        if came.sum() < _SPARSE * known.sum():
            came, said = came.sum(axis=1), said.sum(axis=1)
        recency = _RECENCY ** (len(trials) - 1 - row)
        out[row, 0] = recency * np.abs(came - said).sum()
        out[row, 1] = recency * came.sum()
    return out


def _wape(trials: Sequence[Trial], weights: Mapping[str, float]) -> float:
    error, total = _losses(trials, weights).sum(axis=0)
    return float(error / total) if total > 0 else float("nan")


def _clearly_better(
    one: Mapping[str, float], other: Mapping[str, float], trials: Sequence[Trial]
) -> bool:
    """Whether the first is better by more than one standard error over the trials."""
    gain = _losses(trials, other)[:, 0] - _losses(trials, one)[:, 0]
    return bool(gain.mean() > gain.std(ddof=1) / np.sqrt(_apart(trials)))


def _apart(trials: Sequence[Trial]) -> float:
    """How many trials these are worth that share no days: days covered over days of one."""
    if not trials:
        return 0.0
    days = np.concatenate([trial.origin + trial.lead_days for trial in trials])
    return len(np.unique(days)) * len(trials) / len(days)


def blend(said: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """Weighted mean of forecasts."""
    return np.asarray(sum(weight * said[name] for name, weight in weights.items()))
