"""How many contacts a day brings: a Gaussian process over the log of day totals.

A day's total is a product, so its log is a sum: weekday, kind of day, place in the month, place
in the year, a slowly wandering level, spells of some weeks and of some days, and noise on top of
the Poisson part. Each term is a covariance between dates (how alike they are); how strong it is,
is learned by marginal likelihood and held near figures usual for contact centres where the
history says little. The posterior mean shrinks each effect by itself: a holiday seen once moves
the next one a little, a payday seen twelve times moves it much, the level goes back to its mean,
unless a trend of months is likely (:mod:`wfm.forecast.day_trend`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.linalg.lapack import dpotrf

from wfm.forecast.calendar import BoolArray, Days, FloatArray, IntArray
from wfm.forecast.day_likeness import (
    STEP_SD,
    Strengths,
    covariance,
    epoch,
    likenesses,
    step_likeness,
)
from wfm.forecast.day_rows import HALF, DayRows, day_rows
from wfm.forecast.day_strengths import (
    inverted,
    learn_strengths,
    learn_year,
    likely_movement,
    usual_strengths,
)
from wfm.forecast.day_trend import Trend, learn_trend, trend_likeness

__all__ = ["DayLevel", "LevelState", "fit_day_level", "refit_day_level"]

_LEARN_DAYS = 250
"""Strengths are learned from this many last days."""
_MOVE_DAYS = 90
"""How far the level may move is judged by so many last days."""
_LEARNINGS = 2
"""Odd days are known only once the strengths are, and the other way round."""
_TAIL = 4.0
"""Degrees of freedom of the noise: its tails are those of Student's t, not of the normal."""
_ROUNDS = 3
_STEP_GAIN = 8.0
"""A level shift must make the history this much more likely [log]."""
_STEP_LEAST = 0.08
_STEP_DAYS = 4
"""Known days that a level shift must have behind it."""
_STEPS = 4
_FRESH_DAYS = 21
"""How far the level wanders by itself is first learned without so many last days: a fresh shift
would else be taken for a habit."""
_MOST_VARIANCE = 0.3
"""Of the log total, as far as it lifts the mean over the median."""


@dataclass(frozen=True, slots=True)
class LevelState:
    """What a fit of the day level learned, so that further days need no learning.

    Parameters
    ----------
    strengths, habit
        Log of the standard deviation of each term; and as learned without the last days, which
        says what is a shift of level and what is habit.
    steps
        First days of new levels [days since 1970-01-01].
    dates
        Days that were known [days since 1970-01-01], ascending.
    poisson, extra
        Poisson variance of the log of each day, and by how much its noise was raised.
    trend
        Smooth trend that may be; None where there is next to no chance of one.
    """

    strengths: Strengths
    habit: Strengths
    steps: tuple[int, ...]
    dates: IntArray
    poisson: FloatArray
    extra: FloatArray
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class DayLevel:
    """Posterior of the log day total.

    Parameters
    ----------
    strengths, habit
        Log of the standard deviation of each term; habit is without the last days.
    days
        Days that it was learned from.
    steps
        First days of new levels [days since 1970-01-01].
    extra
        By how much the noise of each day was raised; far above 1 is an odd day.
    trend, trending
        Smooth trend that may be, and the posterior were there one: what is expected of a day is
        the mean of both, as each is likely. None where there is next to no chance of one. How far
        off the level may be is told without it: past origins tell that.
    """

    strengths: Strengths
    habit: Strengths
    days: Days
    steps: tuple[int, ...]
    extra: FloatArray
    poisson: FloatArray
    y: FloatArray
    factor: FloatArray
    centre: float
    year: bool
    trend: Trend | None = None
    trending: DayLevel | None = None

    def total(self, ahead: Days, until: np.datetime64 | None = None) -> FloatArray:
        """Expected contacts of each day ahead.

        Parameters
        ----------
        until
            Last day that may be known; None is the last of all.

        Notes
        -----
        What was known at an earlier origin is the leading block of the same Cholesky factor, so
        past origins cost next to nothing. The mean of a log-normal rate lies above its median by
        half the variance of the log; that of odd days' long tails is capped.
        """
        n = self._known(until)
        half = self._half(ahead, n)
        told = solve_triangular(self.factor[:n, :n], self.y[:n], lower=True, check_finite=False)
        variance = np.diag(self.alike(ahead, ahead)) - (half**2).sum(axis=0)
        variance = variance + np.exp(2 * self.strengths["noise"])
        log_total = self.centre + half.T @ told + 0.5 * np.minimum(variance, _MOST_VARIANCE)
        own = np.asarray(np.maximum(np.exp(log_total) - HALF, 0.0))
        if self.trend is None or self.trending is None:
            return own
        moved = self.trending.total(ahead, until)
        return np.asarray(own + self.trend.chance * (moved - own))

    def spread(self, ahead: Days, until: np.datetime64 | None = None) -> FloatArray:
        """Covariance of the log totals ahead beyond their Poisson part, shape (ahead, ahead)."""
        half = self._half(ahead, self._known(until))
        noise = np.exp(2 * self.strengths["noise"])
        return np.asarray(self.alike(ahead, ahead) - half.T @ half + noise * np.eye(len(ahead)))

    @property
    def state(self) -> LevelState:
        """What was learned; see :func:`refit_day_level`."""
        dates = self.days.date.astype(np.int64)
        return LevelState(
            self.strengths, self.habit, self.steps, dates, self.poisson, self.extra, self.trend
        )

    def step_size(self, step: int) -> float:
        """Learned size of a level shift [log]."""
        alpha = cho_solve((self.factor, True), self.y, check_finite=False)
        return float(STEP_SD**2 * alpha[self.days.date.astype(np.int64) >= step].sum())

    def likely_movement(self) -> float:
        """Expected factor on the variance of the level's movement over what was learned."""
        start = max(0, len(self.y) - _MOVE_DAYS)
        days, y = self.days.cut(start, len(self.y)), self.y[start:]
        terms = likenesses(days, days, epoch(days), year=self.year)
        terms["fixed"] += step_likeness(days, days, self.steps)
        noise = (np.exp(2 * self.strengths["noise"]) + self.poisson) * self.extra
        return likely_movement(terms, y - y.mean(), noise[start:], self.strengths)

    def _half(self, ahead: Days, known: int) -> FloatArray:
        """Covariance of the first ``known`` rows with days ahead over the Cholesky factor."""
        alike = self.alike(self.days.cut(0, known), ahead)
        factor = self.factor[:known, :known]
        return np.asarray(solve_triangular(factor, alike, lower=True, check_finite=False))

    def _known(self, until: np.datetime64 | None) -> int:
        if until is None:
            return len(self.y)
        return int(np.searchsorted(self.days.date, until, side="right"))

    def alike(self, a: Days, b: Days) -> FloatArray:
        """Covariance between the log totals of two sets of days, shape (a, b), noise left out."""
        terms = likenesses(a, b, epoch(self.days), year=self.year)
        terms["fixed"] += step_likeness(a, b, self.steps)
        if "trend" in self.strengths:
            terms["trend"] = trend_likeness(a, b)
        return covariance(terms, self.strengths)


def fit_day_level(days: Days, totals: FloatArray) -> DayLevel:
    """Posterior from the day totals that are known.

    Parameters
    ----------
    totals
        Contacts by day; NaN where not known or closed.

    Notes
    -----
    Days that the others do not explain get a larger noise (Student's t by reweighting on
    leave-one-out residuals), so that a storm or an outage moves neither level nor weekday. A
    shift of level that makes the history far more likely becomes a term of its own.
    """
    past = day_rows(days, totals)
    used = past.days
    terms = likenesses(used, used, epoch(used), year=past.year)
    habit = strengths = usual_strengths()
    factor, extra = _robust(covariance(terms, strengths), past, strengths)
    past = _with_expected_noise(past, factor, extra, strengths)
    steps: tuple[int, ...] = ()
    recent = past.last(_LEARN_DAYS)
    for turn in range(_LEARNINGS):
        seen = recent.before_last(_FRESH_DAYS) if turn == 0 else recent
        strengths = strengths | learn_strengths(
            seen, extra[len(extra) - len(recent.y) :][: len(seen.y)], steps, strengths
        )
        if past.year:
            strengths["year"] = learn_year(terms, past, extra, strengths)
        factor, extra = _robust(covariance(terms, strengths), past, strengths)
        if turn == 0:
            habit = strengths
            # only now: how far the level wanders by itself must be known to call a shift one
            alike = covariance(terms, strengths)
            doubt = extra if used.kept is None else _robust(alike, past.judged(), strengths)[1]
            steps = _find_steps(alike, past, strengths, doubt)
            terms["fixed"] += step_likeness(used, used, steps)
    level = _level(past, factor, strengths, habit, steps, extra)
    return _with_trend(level, learn_trend(used, level.y, factor @ factor.T))


def _level(
    past: DayRows,
    factor: FloatArray,
    strengths: Strengths,
    habit: Strengths,
    steps: tuple[int, ...],
    extra: FloatArray,
) -> DayLevel:
    centre = float(past.y.mean())
    y = past.y - centre
    return DayLevel(
        strengths, habit, past.days, steps, extra, past.poisson, y, factor, centre, past.year
    )


def _with_trend(level: DayLevel, trend: Trend | None) -> DayLevel:
    """Hear the trend too, where there is a chance of one."""
    if trend is None:
        return level
    strengths = level.strengths | {"trend": trend.log_sd}
    trending = replace(level, strengths=strengths)
    noise = (np.exp(2 * strengths["noise"]) + level.poisson) * level.extra
    factor, _ = dpotrf(trending.alike(level.days, level.days) + np.diag(noise), lower=1, clean=1)
    return replace(level, trend=trend, trending=replace(trending, factor=factor))


def refit_day_level(days: Days, totals: FloatArray, state: LevelState) -> DayLevel | None:
    """Posterior with the strengths of an earlier fit; None where the level has shifted since.

    Parameters
    ----------
    totals
        Contacts by day, as of :func:`fit_day_level`; the same days give the same posterior.

    Notes
    -----
    The noise of days that the earlier fit knew stays; that of a new day goes by how far it is
    from what the others make expect. A shift of level is looked for as always.
    """
    past = day_rows(days, totals)
    place = np.searchsorted(state.dates, past.days.date.astype(np.int64))
    place = np.minimum(place, len(state.dates) - 1)
    new = state.dates[place] != past.days.date.astype(np.int64)
    terms = likenesses(past.days, past.days, epoch(past.days), year=past.year)
    terms["fixed"] += step_likeness(past.days, past.days, state.steps)
    alike = covariance(terms, state.strengths)
    past, extra = replace(past, poisson=state.poisson[place]), state.extra[place]
    if new.any():
        past, extra = _with_new_days(alike, past, extra, new, state.strengths)
    known = len(state.steps)
    if _find_steps(covariance(terms, state.habit), past, state.habit, extra, known):
        return None
    noise = np.exp(2 * state.strengths["noise"]) + past.poisson
    factor, _ = dpotrf(alike + np.diag(noise * extra), lower=1, clean=1)
    level = _level(past, factor, state.strengths, state.habit, state.steps, extra)
    return _with_trend(level, state.trend)


def _with_new_days(
    alike: FloatArray, past: DayRows, extra: FloatArray, new: BoolArray, strengths: Strengths
) -> tuple[DayRows, FloatArray]:
    """Noise of days that were not known, from what the known ones make expect of them."""
    own, old = np.exp(2 * strengths["noise"]), ~new
    known = alike[np.ix_(old, old)] + np.diag((own + past.poisson[old]) * extra[old])
    factor, _ = dpotrf(known, lower=1, clean=1)
    half = solve_triangular(factor, alike[np.ix_(old, new)], lower=True, check_finite=False)
    centre = past.y[old].mean()
    told = solve_triangular(factor, past.y[old] - centre, lower=True, check_finite=False)
    expected = centre + half.T @ told
    poisson, raised = past.poisson.copy(), extra.copy()
    poisson[new] = np.minimum(np.exp(-expected), 1 / HALF)
    variance = np.diag(alike)[new] - (half**2).sum(axis=0) + own + poisson[new]
    raised[new] = _raised((past.y[new] - expected) ** 2 / variance)
    if past.days.kept is not None:
        raised[past.days.kept] = 1.0
    return replace(past, poisson=poisson), raised


def _with_expected_noise(
    past: DayRows, factor: FloatArray, extra: FloatArray, strengths: Strengths
) -> DayRows:
    """Poisson noise by what a day was to bring, not by what came.

    A small count would else be thought noisy because it is small, its large neighbour sure, and
    the level of a sparse queue drawn upwards.
    """
    y = past.y - past.y.mean()
    noise = (np.exp(2 * strengths["noise"]) + past.poisson) * extra
    expected = past.y - noise * cho_solve((factor, True), y, check_finite=False)
    return replace(past, poisson=np.minimum(np.exp(-expected), 1 / HALF))


def _robust(
    alike: FloatArray, past: DayRows, strengths: Strengths
) -> tuple[FloatArray, FloatArray]:
    """Cholesky factor with odd days' noise raised, and by how much it was."""
    y = past.y - past.y.mean()
    noise = np.exp(2 * strengths["noise"]) + past.poisson
    extra = 1 / past.worth
    for _ in range(_ROUNDS - 1):
        _, inverse = inverted(alike + np.diag(noise * extra))
        precision = np.diag(inverse)
        left_out = (inverse @ y) / precision
        off = left_out**2 / (1 / precision - noise * (extra - 1 / past.worth))
        # a week is doubted as far as a day and no further: what is odd in it were single days
        most = np.where(past.worth > 1, 1.0, np.inf)
        extra = np.minimum(_raised(off) / past.worth, most)
        if past.days.kept is not None:
            extra[past.days.kept] = 1.0
    factor, _ = dpotrf(alike + np.diag(noise * extra), lower=1, clean=1)
    return factor, extra


def _raised(off: FloatArray) -> FloatArray:
    """By how much the noise of days is raised that are so far off [variances]."""
    return np.asarray(np.clip((_TAIL + off) / (_TAIL + 1), 1.0, 400.0))


def _find_steps(
    alike: FloatArray,
    past: DayRows,
    strengths: Strengths,
    extra: FloatArray,
    known: int = 0,
) -> tuple[int, ...]:
    """First days of new levels, the clearest first, beside so many that ``alike`` holds already.

    Notes
    -----
    Adding a level shift changes the covariance by rank one, so the gain in likelihood of every
    possible day comes from the running sums of one inverse.
    """
    noise = (np.exp(2 * strengths["noise"]) + past.poisson) * extra
    dates = past.days.date.astype(np.int64)
    y = past.y - past.y.mean()
    steps: tuple[int, ...] = ()
    while known + len(steps) < _STEPS:
        _, inverse = inverted(alike + step_likeness(past.days, past.days, steps) + np.diag(noise))
        pull = np.cumsum((inverse @ y)[::-1])[::-1]
        mass = np.diag(np.cumsum(np.cumsum(inverse[::-1, ::-1], axis=0), axis=1))[::-1]
        size = pull / (mass + STEP_SD**-2)
        gain = 0.5 * (pull * size - np.log1p(STEP_SD**2 * mass))
        gain[np.abs(size) < _STEP_LEAST] = -np.inf
        if past.days.kept is not None:
            gain[past.days.kept] = -np.inf
        gain[:_STEP_DAYS] = gain[len(gain) - _STEP_DAYS :] = -np.inf
        best = int(np.argmax(gain))
        if gain[best] < _STEP_GAIN:
            break
        steps = (*steps, int(dates[best]))
    return steps
