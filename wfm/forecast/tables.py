"""Accuracy and choice as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wfm.forecast.bands import LEVELS, ErrorSample, quantiles
from wfm.forecast.calendar import FloatArray
from wfm.forecast.choice import Choice
from wfm.forecast.models import AUTO, YARDSTICKS
from wfm.forecast.queue_forecast import FittedQueue, level_sample
from wfm.metrics import bias, poisson_floor, wape

__all__ = ["accuracy_row", "choice_table", "trial_table"]

_LEADS = (1, 7, 14, 42)
_TABLE_QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)


def choice_table(queue: str, choice: Choice) -> pd.DataFrame:
    """Weight and trial error of each model of a queue, best first."""
    rows = [
        {
            "queue": queue,
            "model": name,
            "weight": weight,
            "wape": choice.wape[name],
            "trials": choice.trials,
        }
        for name, weight in choice.weights.items()
    ]
    columns = ["queue", "model", "weight", "wape", "trials"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        "weight", ascending=False, ignore_index=True
    )


def accuracy_row(sample: ErrorSample, phi: FloatArray | None = None) -> dict[str, Any]:
    """Accuracy of one model at one level.

    ``floor`` is the WAPE that the true Poisson rate would have; pinball is divided by the mean
    count and, like coverage, NaN without bands.
    """
    row: dict[str, Any] = {
        "n": len(sample.actual),
        "wape": wape(sample.actual, sample.said),
        "bias": bias(sample.actual, sample.said),
        "floor": poisson_floor(sample.said) if len(sample.said) else np.nan,
        "pinball": np.nan,
        "coverage_80": np.nan,
        "coverage_95": np.nan,
    }
    if phi is None or not sample.actual.sum() > 0:
        return row
    band = quantiles(sample.said, phi, _TABLE_QUANTILES)
    loss = [
        np.maximum(q * (sample.actual - b), (q - 1) * (sample.actual - b)).sum()
        for q, b in zip(_TABLE_QUANTILES, band, strict=True)
    ]
    row["pinball"] = float(np.mean(loss) * 2 / sample.actual.sum())
    row["coverage_80"] = float(np.mean((sample.actual >= band[1]) & (sample.actual <= band[3])))
    row["coverage_95"] = float(np.mean((sample.actual >= band[0]) & (sample.actual <= band[4])))
    return row


def trial_table(queue: str, fitted: FittedQueue) -> pd.DataFrame:
    """Accuracy of the blend and the yardsticks over a queue's own trials, by level and lead.

    Notes
    -----
    The blend's weights and bands were learned from these same trials, so its rows flatter it a
    little; :func:`wfm.forecast.backtest.backtest` chooses anew at every origin.
    """
    every: dict[str, dict[str, float]] = {AUTO: dict(fitted.choice.weights)}
    every |= {name: {name: 1.0} for name in (*fitted.choice.weights, *YARDSTICKS)}
    rows = []
    for name, weights in every.items():
        for level in LEVELS:
            sample = level_sample(fitted.trials, weights, level)
            low = 0
            for high in _LEADS:
                mine = (sample.lead_days > low) & (sample.lead_days <= high)
                low = high
                if not mine.any():
                    continue
                part = ErrorSample(
                    sample.said[mine], sample.actual[mine], sample.lead_days[mine], sample.day[mine]
                )
                phi = fitted.dispersion[level].at(part.lead_days) if name == AUTO else None
                rows.append(
                    {"queue": queue, "model": name, "level": level, "lead_days": high}
                    | accuracy_row(part, phi)
                )
    return pd.DataFrame(rows)
