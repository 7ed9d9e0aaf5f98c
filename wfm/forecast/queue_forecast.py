"""One queue: models tried at past origins, blended, with bands from the trials' errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wfm.forecast.bands import LEVELS, ErrorSample, Scale, learn_scale
from wfm.forecast.bands import quantiles as count_quantiles
from wfm.forecast.calendar import BoolArray, Days, Event, FloatArray, IntArray
from wfm.forecast.choice import Choice, blend, choose
from wfm.forecast.day_level import fit_day_level
from wfm.forecast.drivers import Drivers
from wfm.forecast.events import (
    EventEffect,
    EventLore,
    WithEvents,
    learn_events,
    without_events,
)
from wfm.forecast.grid import Grid
from wfm.forecast.model import Model
from wfm.forecast.models import AUTO, BLENDED, DRIVEN, SEASONED, YARDSTICKS, Basis, make_model
from wfm.forecast.profile import full_day_totals, weekday_profiles
from wfm.forecast.spread import Spread, learn_spread
from wfm.forecast.trials import Trial, eve_origins, run_trials, trial_origins

__all__ = [
    "FittedQueue",
    "Outlook",
    "event_covariance",
    "fit_queue",
    "knowing_models",
    "level_sample",
]

_TRIALS = 8
_EVES = 20
"""Trials one day ahead, on as many last open days."""
_STEP_DAYS = 7
_TRIAL_HORIZON_DAYS = 42
"""Bands beyond six weeks use the errors of the sixth."""
_CLOSED_PHI = 1e-4
"""Least dispersion of a day or week; that of one without contacts."""
_SHIFT_DAYS = 56
"""After a shift of level within this many days, only the model that sees it is used."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected contacts of one level with the dispersion expected round them.

    Parameters
    ----------
    level
        interval, day or week.
    mean, phi
        Of each cell; intervals by day and slot, days and weeks in order.
    doubt
        Dispersion that comes on top of the calibrated one: what is uncertain of the events.
    lead_days
        Days ahead of each cell (of a week: of its last day).
    """

    level: str
    mean: FloatArray
    phi: FloatArray
    doubt: FloatArray
    lead_days: IntArray


@dataclass(frozen=True, slots=True)
class FittedQueue:
    """Models of a queue with the weights and scales that its trials gave.

    Parameters
    ----------
    grid
        History, events included.
    lore
        What was known of the events at each origin.
    """

    grid: Grid
    lore: EventLore
    models: tuple[Model, ...]
    choice: Choice
    spread: Spread
    scale: dict[str, Scale]
    trials: tuple[Trial, ...]

    @property
    def effects(self) -> tuple[EventEffect, ...]:
        """Effects of the events as the whole history tells them."""
        return self.lore.effects.get(len(self.grid.days), ())

    def mean(self, ahead: Days, opens: BoolArray) -> FloatArray:
        """Expected contacts, shape (ahead, slots); exactly 0 where closed."""
        said = {
            model.name: np.where(opens, np.maximum(model.predict(self.grid, ahead), 0.0), 0.0)
            for model in self.models
            if model.name in self.choice.weights
        }
        return blend(said, self.choice.weights)

    def outlooks(
        self, mean: FloatArray, covariance: FloatArray, doubts: FloatArray | None = None
    ) -> dict[str, Outlook]:
        """Intervals, days and weeks of a forecast, weeks counted from its first day."""
        return _outlooks(mean, self.spread, covariance, doubts)

    def covariance(self, ahead: Days) -> FloatArray:
        """Relative covariance of the rates of days ahead before calibration, events left out."""
        return self.spread.day_covariance(ahead)

    def doubts(self, ahead: Days) -> FloatArray | None:
        """Relative errors of what the events do, shape (errors, ahead, slots); None without."""
        if not self.lore.events:
            return None
        return self.lore.doubts(len(self.grid.days), ahead, self.grid.slots)

    def quantile(self, outlook: Outlook, quantile: float) -> FloatArray:
        """Quantile of every cell of an outlook."""
        scale = self.scale[outlook.level].at(outlook.lead_days, quantile)
        phi = outlook.phi * (scale[:, None] if outlook.level == "interval" else scale)
        phi = phi + outlook.doubt
        return count_quantiles(outlook.mean, phi, quantile)


def event_covariance(mean: FloatArray, doubts: FloatArray | None) -> FloatArray:
    """Relative covariance of the days' contacts by what is uncertain of the events.

    Parameters
    ----------
    mean
        Contacts by day and slot: an event of some hours moves the day by their share.
    doubts
        As of :meth:`FittedQueue.doubts`.
    """
    if doubts is None or not len(doubts):
        return np.zeros((len(mean), len(mean)))
    day = mean.sum(axis=1)
    moved = (doubts * mean).sum(axis=2)
    error = np.divide(moved, day, out=np.zeros_like(moved), where=day > 0)
    return np.asarray(error.T @ error)


def _outlooks(
    mean: FloatArray, spread: Spread, covariance: FloatArray, doubts: FloatArray | None
) -> dict[str, Outlook]:
    lead = np.arange(1, len(mean) + 1)
    day = mean.sum(axis=1)
    day_phi = np.diag(covariance).copy()
    of_events = event_covariance(mean, doubts)
    in_doubt = np.zeros_like(mean) if doubts is None else (doubts**2).sum(axis=0)
    # full weeks only: a part of one is no week
    weeks = np.repeat(np.eye(len(mean) // 7), 7, axis=1)
    weighted = weeks * day[: weeks.shape[1]]
    total = weighted.sum(axis=1)

    def by_week(every: FloatArray) -> FloatArray:
        whole = every[: weeks.shape[1], : weeks.shape[1]]
        phi = np.einsum("wi,ij,wj->w", weighted, whole, weighted)
        return np.asarray(np.divide(phi, total**2, out=np.zeros_like(total), where=total > 0))

    week_phi = np.where(total > 0, by_week(covariance), _CLOSED_PHI)
    last = 7 * np.arange(1, len(total) + 1)
    return {
        "interval": Outlook("interval", mean, spread.intervals(day_phi), in_doubt, lead),
        "day": Outlook("day", day, day_phi, np.diag(of_events).copy(), lead),
        "week": Outlook("week", total, week_phi, by_week(of_events), last),
    }


def fit_queue(
    grid: Grid,
    horizon_days: int,
    model: str = AUTO,
    drivers: Drivers | None = None,
    events: Sequence[Event] = (),
) -> FittedQueue:
    """Try the models at past origins and weigh them.

    Parameters
    ----------
    grid
        History, events included.
    model
        Name in :data:`wfm.forecast.models.MODELS`, or ``auto`` for the blend.
    drivers
        Values by date of what drives the contacts, where they are given.
    events
        Past and planned; every trial knows of their effects what was known at its origin.

    Raises
    ------
    ValueError
        When the model needs drivers and there are none.
    """
    horizon = max(min(horizon_days, _TRIAL_HORIZON_DAYS), _STEP_DAYS)
    origins = trial_origins(len(grid.days), horizon, _TRIALS, _STEP_DAYS)
    last_days = eve_origins(without_events(grid, events), _EVES)
    lore = learn_events(grid, events, [*origins, *last_days, len(grid.days)])
    calm = lore.calm(grid)
    level = fit_day_level(calm.days, full_day_totals(calm, weekday_profiles(calm)))
    basis = Basis(level, drivers)
    names = _candidates(grid, basis) if model == AUTO else (model,)
    wanted = tuple(dict.fromkeys([*names, *YARDSTICKS]))
    models = knowing_models(wanted, basis, lore)
    spread = learn_spread(calm, level)
    trials = _heard(run_trials(grid, models, spread, origins, horizon), grid, lore)
    eves = run_trials(grid, models, spread, last_days, 1)
    choice = choose(names, trials if horizon_days > 1 else eves, YARDSTICKS)
    trials += eves
    scale = {
        name: learn_scale(level_sample(trials, choice.weights, spread, name), name)
        for name in LEVELS
    }
    return FittedQueue(grid, lore, models, choice, spread, scale, tuple(trials))


def knowing_models(names: Sequence[str], basis: Basis, lore: EventLore) -> tuple[Model, ...]:
    """Models by name that know of the events, where there are any."""
    made = (make_model(name, basis) for name in names)
    return tuple(WithEvents(model, lore) if lore.events else model for model in made)


def _heard(trials: Sequence[Trial], grid: Grid, lore: EventLore) -> list[Trial]:
    """Trials that know the events' doubts, without days that nobody could have foreseen."""
    out = []
    for trial in trials:
        ahead = grid.days.cut(trial.origin, trial.origin + len(trial.lead_days))
        strange = lore.unheard(trial.origin, ahead, grid.slots)
        actual = np.where(strange, np.nan, trial.actual)
        doubts = lore.doubts(trial.origin, ahead, grid.slots) if lore.events else None
        out.append(replace(trial, actual=actual, doubts=doubts))
    return out


def _candidates(grid: Grid, basis: Basis) -> tuple[str, ...]:
    last = int(grid.days.date[-1].astype(np.int64))
    shifted = any(last - step < _SHIFT_DAYS for step in basis.level.steps)
    driven = (DRIVEN,) if basis.drivers else ()
    seasoned = SEASONED if basis.level.year else ()
    return ("top_down", *driven) if shifted else (*BLENDED, *seasoned, *driven)


def level_sample(
    trials: Sequence[Trial], weights: Mapping[str, float], spread: Spread, level: str
) -> ErrorSample:
    """Blend and count of all trials, summed to interval, day or week.

    Days and weeks are compared where all of them is known.
    """
    samples = []
    for trial in trials:
        mean = blend(trial.said, weights)
        outlook = _outlooks(mean, spread, trial.covariance, trial.doubts)[level]
        samples.append(_against(outlook, mean, trial))
    return ErrorSample.joined(samples)


def _against(outlook: Outlook, mean: FloatArray, trial: Trial) -> ErrorSample:
    """Cells of an outlook that are known, beside what came."""
    known = ~np.isnan(trial.actual)
    day = trial.origin + trial.lead_days - 1
    if outlook.level == "interval":
        row, column = np.nonzero(known)
        return ErrorSample(
            mean[row, column],
            trial.actual[row, column],
            outlook.phi[row, column],
            outlook.doubt[row, column],
            trial.lead_days[row],
            day[row],
        )
    size = 1 if outlook.level == "day" else 7
    count = len(outlook.mean)
    whole = (known | (mean == 0)).all(axis=1)[: count * size].reshape(count, size).all(axis=1)
    actual = np.nansum(trial.actual, axis=1)[: count * size].reshape(count, size).sum(axis=1)
    use = whole & (outlook.mean > 0)
    return ErrorSample(
        outlook.mean[use],
        actual[use],
        np.maximum(outlook.phi[use], _CLOSED_PHI),
        outlook.doubt[use],
        outlook.lead_days[use],
        day[size - 1 :: size][:count][use],
    )
