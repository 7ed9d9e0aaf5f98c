"""How well the rest of a day is told from its beginning, on days of the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wfm.forecast.calendar import FloatArray, QueueCalendar
from wfm.forecast.cleaning import without_outages
from wfm.forecast.events import without_events
from wfm.forecast.forecasting import check_history
from wfm.forecast.grid import UnfitHistoryError, read_grid
from wfm.forecast.intraday_learning import LEARN_DAYS, PastDays, past_days
from wfm.intervals import DAY_S
from wfm.metrics import bias, wape

__all__ = ["INTRADAY_METHODS", "backtest_intraday"]

INTRADAY_METHODS = ("none", "ratio", "shrunk", "curves", "update")
"""Forecast as it was; times the plain ratio so far; the ratio shrunk by its information; curves and
scores; the mean of the last two, which is what is used."""

_LEAST_LEARNED = 28


def backtest_intraday(
    history: pd.DataFrame,
    calendars: Mapping[str, QueueCalendar],
    *,
    as_of: dt.datetime,
    interval_s: int,
    at_s: Sequence[int] = (36_000, 43_200, 50_400),
    days: int = 40,
) -> pd.DataFrame:
    """Error over the rest of the day by queue, time of day and method.

    Parameters
    ----------
    history, calendars, as_of, interval_s
        As of :func:`wfm.forecast.forecast`.
    at_s
        Times at which the day is looked at [s after local midnight]; what began before is known.
    days
        How many last ordinary days to try.

    Returns
    -------
    pandas.DataFrame
        queue, at_s, method (:data:`INTRADAY_METHODS`), days, wape and bias of the intervals of the
        rest of the day, wape_total of its total. A queue with too little history is left out.
    """
    check_history(history, interval_s)
    past = history[history["start"] < pd.Timestamp(as_of)]
    rows: list[dict[str, object]] = []
    for queue, mine in past.groupby("queue", sort=False):
        calendar = calendars.get(str(queue), QueueCalendar())
        try:
            grid = read_grid(mine, calendar, until=as_of.date(), interval_s=interval_s)
        except UnfitHistoryError:
            continue
        grid = without_events(without_outages(grid, calendar.verdicts).grid, calendar.events)
        known = past_days(grid, days + LEARN_DAYS)
        for moment in at_s:
            rows += [{"queue": queue, **row} for row in _rows(known, moment, days)]
    columns = ["queue", "at_s", "method", "days", "wape", "bias", "wape_total"]
    return pd.DataFrame(rows, columns=columns)


def _rows(past: PastDays, moment: int, days: int) -> list[dict[str, object]]:
    """Errors at one time of day."""
    cut = moment // (DAY_S // past.said.shape[1])
    said: dict[str, list[FloatArray]] = {name: [] for name in INTRADAY_METHODS}
    true = []
    for k in range(max(len(past.said) - days, _LEAST_LEARNED), len(past.said)):
        # closed by then, or not open yet
        if past.said[k, :cut].sum() <= 0 or past.said[k, cut:].sum() <= 0:
            continue
        for name, rest in _updates(past, k, cut).items():
            said[name].append(rest)
        true.append(past.came[k, cut:])
    if not true:
        return []
    return [
        {"at_s": moment, "method": name, "days": len(true), **_errors(true, rests)}
        for name, rests in said.items()
    ]


def _updates(past: PastDays, k: int, cut: int) -> dict[str, FloatArray]:
    """Rest of a day by every method, from the days before it."""
    mean = past.said[k]
    actual = np.where(np.arange(len(mean)) < cut, past.came[k], np.nan)
    known = past.knowledge(max(0, k - LEARN_DAYS), k, float(past.phi[k]))
    shrunk = known.by_ratio(mean, actual)
    return {
        "none": mean[cut:],
        "ratio": mean[cut:] * shrunk.ratio,
        "shrunk": shrunk.mean[cut:],
        "curves": known.by_curves(mean, actual).mean[cut:],
        "update": known.update(mean, actual).mean[cut:],
    }


def _errors(true: list[FloatArray], said: list[FloatArray]) -> dict[str, float]:
    came, told = np.concatenate(true), np.concatenate(said)
    totals = [np.array([part.sum() for part in parts]) for parts in (true, said)]
    return {
        "wape": wape(came, told),
        "bias": bias(came, told),
        "wape_total": wape(totals[0], totals[1]),
    }
