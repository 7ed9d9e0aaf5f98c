"""Accuracy of forecast handle times at past origins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from wfm.forecast.calendar import FloatArray, QueueCalendar
from wfm.forecast.forecasting import check_history
from wfm.forecast.grid import Grid, UnfitHistoryError, read_grid
from wfm.forecast.handle_time import predict_aht_s
from wfm.forecast.queue_tables import scatter

__all__ = ["backtest_aht"]

_LEAST_PAST_DAYS = 21


def backtest_aht(
    history: pd.DataFrame,
    *,
    as_of: dt.datetime,
    interval_s: int,
    horizons_days: Sequence[int] = (7, 14),
    origins: int = 6,
) -> pd.DataFrame:
    """Error of the handle time by queue and horizon at weekly origins.

    Parameters
    ----------
    history
        Columns queue, start (naive local), offered, answered and talk_s [s].

    Returns
    -------
    pandas.DataFrame
        queue, model (profile, mean), horizon_days, origins, answered, wape, bias. ``mean`` is the
        plain average of all history, the yardstick. Errors are of handling seconds, so each
        interval counts by the contacts answered in it.

    Raises
    ------
    ValueError
        When a column is missing or the interval does not divide a day.
    """
    check_history(history, interval_s)
    missing = [name for name in ("answered", "talk_s") if name not in history.columns]
    if missing:
        raise ValueError(f"history has no column {', '.join(missing)}")
    past = history[history["start"] < pd.Timestamp(as_of)]
    rows: list[dict[str, object]] = []
    for queue, mine in past.groupby("queue", sort=False):
        try:
            grid = read_grid(mine, QueueCalendar(), until=as_of.date(), interval_s=interval_s)
        except UnfitHistoryError:
            continue
        answered = scatter(mine, "answered", grid, interval_s)
        handle_s = scatter(mine, "talk_s", grid, interval_s)
        for horizon in horizons_days:
            rows += [
                {"queue": queue, **row}
                for row in _horizon_rows(grid, answered, handle_s, horizon, origins)
            ]
    columns = ["queue", "model", "horizon_days", "origins", "answered", "wape", "bias"]
    return pd.DataFrame(rows, columns=columns)


def _horizon_rows(
    grid: Grid, answered: FloatArray, handle_s: FloatArray, horizon_days: int, count: int
) -> list[dict[str, object]]:
    newest = len(grid.days) - horizon_days
    chosen = [o for k in range(count) if (o := newest - 7 * k) >= _LEAST_PAST_DAYS]
    calls, true_s = (
        np.concatenate([np.nan_to_num(table[o : o + horizon_days]).ravel() for o in chosen])
        if chosen
        else np.empty(0)
        for table in (answered, handle_s)
    )
    if not true_s.sum() > 0:
        return []
    said: dict[str, list[FloatArray]] = {"profile": [], "mean": []}
    for o in chosen:
        n, s = answered[:o], handle_s[:o]
        ahead = grid.days.cut(o, o + horizon_days)
        profile = predict_aht_s(n, s, grid.days.weekday[:o], ahead)
        plain = np.nansum(s) / max(float(np.nansum(n)), 1.0)
        said["profile"].append(np.nan_to_num(profile, nan=plain).ravel())
        said["mean"].append(np.full(profile.size, plain))
    rows: list[dict[str, object]] = []
    for name, parts in said.items():
        off_s = calls * np.concatenate(parts) - true_s
        rows.append(
            {
                "model": name,
                "horizon_days": horizon_days,
                "origins": len(chosen),
                "answered": float(calls.sum()),
                "wape": float(np.abs(off_s).sum() / true_s.sum()),
                "bias": float(off_s.sum() / true_s.sum()),
            }
        )
    return rows
