"""How forecasts that were handed out compare with what came, by lead time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wfm.metrics import bias, poisson_floor, wape

__all__ = ["LEADS_DAYS", "accuracy_by_lead"]

LEADS_DAYS = (1, 7, 14, 28, 42, 84)
"""Last day of each lead bucket."""

_ENOUGH = 0.95
"""A day or week counts when this share of its forecast has a record to compare with."""
_BANDS = (("coverage_80", "q0.1", "q0.9"), ("coverage_95", "q0.025", "q0.975"))
_COLUMNS = [
    *("queue", "level", "lead_days", "origins", "n", "actual", "forecast", "wape", "bias"),
    *("rmse", "floor", "naive_wape", "pinball", "coverage_80", "coverage_95"),
]


def accuracy_by_lead(
    forecasts: pd.DataFrame, actuals: pd.DataFrame, *, leads_days: Sequence[int] = LEADS_DAYS
) -> pd.DataFrame:
    """Accuracy of frozen forecasts by queue, level and lead time.

    Parameters
    ----------
    forecasts
        Columns queue, origin and start (naive local wall clock), mean, and quantiles where there
        are any (``q0.025`` …); forecasts from several origins one below the other, each as it was
        handed out, adjustments included.
    actuals
        Columns queue, start (naive local wall clock), offered; also from before the first origin,
        for the comparison with last week. Intervals without a row are not known.
    leads_days
        Last lead of each bucket [days]; lead 1 is the 24 hours from the origin on. What lies
        beyond the last is left out.

    Returns
    -------
    pandas.DataFrame
        queue, level (interval, day, week), lead_days (last of its bucket; a week by its last day),
        origins (forecasts that it rests on), n (cells), actual, forecast (contacts), wape, bias,
        rmse, floor (Poisson), naive_wape (the same intervals of the last week known at the origin;
        NaN where it is not on record), pinball, coverage_80, coverage_95 (intervals only). No rows
        where nothing can be compared yet.

    Raises
    ------
    ValueError
        When a column is missing.

    Notes
    -----
    Days are those of the calendar, weeks run from the origin; both are compared on the intervals on
    record, if these hold 95 % of their forecast.

    Examples
    --------
    >>> start = pd.date_range("2026-03-02", periods=48, freq="30min")
    >>> said = pd.DataFrame({"queue": "a", "origin": start[0], "start": start, "mean": 10.0})
    >>> came = pd.DataFrame({"queue": "a", "start": start, "offered": 11.0})
    >>> table = accuracy_by_lead(said, came)
    >>> table[["level", "lead_days", "n", "wape"]].round(3).to_dict("records")[0]
    {'level': 'interval', 'lead_days': 1, 'n': 48, 'wape': 0.091}
    """
    _refuse_missing(forecasts, ("queue", "origin", "start", "mean"), "forecasts")
    _refuse_missing(actuals, ("queue", "start", "offered"), "actuals")
    both = _beside(forecasts, actuals)
    rows = []
    for queue, mine in both.groupby("queue", sort=False):
        for level, cells in _levels(mine).items():
            low = 0
            for high in sorted(leads_days):
                part = cells[(cells["lead_days"] > low) & (cells["lead_days"] <= high)]
                low = high
                if len(part) and part["offered"].sum() > 0:
                    head = {"queue": queue, "level": level, "lead_days": high}
                    rows.append(head | _row(part))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _refuse_missing(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"{what} have no column {', '.join(missing)}")


def _beside(forecasts: pd.DataFrame, actuals: pd.DataFrame) -> pd.DataFrame:
    """Forecast rows with what came, last week's value and their lead; closed intervals left out."""
    passed = (forecasts["start"] - forecasts["origin"]).dt.days
    said = forecasts.assign(lead_days=passed + 1, week=passed // 7)[passed >= 0]
    said["horizon"] = said.groupby(["queue", "origin"])["lead_days"].transform("max")
    came = actuals.groupby(["queue", "start"], as_index=False)["offered"].sum(min_count=1)
    came["start"] = came["start"].astype(said["start"].dtype)
    out = said[said["mean"] > 0].merge(came, on=["queue", "start"], how="left")
    out["before"] = out["start"] - pd.to_timedelta(7 * (out["week"] + 1), unit="D")
    naive = came.rename(columns={"start": "before", "offered": "naive"})
    out["before"] = out["before"].astype(naive["before"].dtype)
    return out.merge(naive, on=["queue", "before"], how="left")


def _levels(mine: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Cells of a queue to compare, by level."""
    week = 7 * (mine["week"] + 1)
    whole = mine[week <= mine["horizon"]].assign(cell=week, lead_days=week)
    return {
        "interval": mine[mine["offered"].notna()],
        "day": _summed(mine.assign(cell=mine["start"].dt.normalize())),
        "week": _summed(whole),
    }


def _summed(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells summed by origin, where enough of them is on record."""
    known = cells["offered"].notna()
    parts = cells.assign(
        on_record=cells["mean"].where(known, 0.0),
        offered=cells["offered"].fillna(0.0),
        unseen=(known & cells["naive"].isna()).astype("int64"),
        naive=cells["naive"].where(known).fillna(0.0),
    )
    sums = ["mean", "on_record", "offered", "naive", "unseen"]
    grouped = parts.groupby(["origin", "cell"])
    out = grouped[sums].sum().join(grouped["lead_days"].max()).reset_index()
    out = out[out["on_record"] >= _ENOUGH * out["mean"]]
    return out.assign(mean=out["on_record"], naive=out["naive"].where(out["unseen"] == 0))


def _row(part: pd.DataFrame) -> dict[str, object]:
    actual = part["offered"].to_numpy(dtype=np.float64)
    said = part["mean"].to_numpy(dtype=np.float64)
    seen = part["naive"].notna().to_numpy()
    row: dict[str, object] = {
        "origins": part["origin"].nunique(),
        "n": len(part),
        "actual": float(actual.sum()),
        "forecast": float(said.sum()),
        "wape": wape(actual, said),
        "bias": bias(actual, said),
        "rmse": float(np.sqrt(np.mean((actual - said) ** 2))),
        "floor": poisson_floor(said),
        "naive_wape": wape(actual[seen], part["naive"].to_numpy(dtype=np.float64)[seen]),
    }
    for name, low, high in _BANDS:
        if {low, high} <= set(part.columns):
            row[name] = float(np.mean((actual >= part[low]) & (actual <= part[high])))
    bands = [name for name in part.columns if name.startswith("q0")]
    if bands:
        losses = [
            np.maximum(q * (actual - part[name]), (q - 1) * (actual - part[name])).sum()
            for name in bands
            for q in (float(name[1:]),)
        ]
        row["pinball"] = float(np.mean(losses) * 2 / actual.sum())
    return row
