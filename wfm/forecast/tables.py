"""Accuracy and choice as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wfm.forecast.bands import LEVELS, ErrorSample, Scale, quantiles
from wfm.forecast.calendar import FloatArray
from wfm.forecast.choice import Choice
from wfm.forecast.models import AUTO, YARDSTICKS
from wfm.forecast.queue_forecast import FittedQueue, level_sample
from wfm.metrics import bias, poisson_floor, wape
from wfm.schema import QUANTILES

__all__ = ["accuracy_row", "choice_table", "sample_bands", "trial_table"]

_LEADS = (1, 7, 14, 42)


def choice_table(queue: str, choice: Choice) -> pd.DataFrame:
    """Weight and trial error of each model of a queue, yardsticks beside, best first."""
    rows = [
        {
            "queue": queue,
            "model": name,
            "weight": choice.weights.get(name, 0.0),
            "wape": error,
            "trials": choice.trials,
        }
        for name, error in choice.wape.items()
    ]
    columns = ["queue", "model", "weight", "wape", "trials"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        "weight", ascending=False, ignore_index=True
    )


def sample_bands(sample: ErrorSample, scale: Scale) -> FloatArray:
    """Quantiles of every cell of a sample, shape (quantiles of the schema, cells)."""
    phi = {q: sample.phi * scale.at(sample.lead_days, q) + sample.doubt for q in QUANTILES}
    return np.stack([quantiles(sample.said, phi[q], q) for q in QUANTILES])


def accuracy_row(sample: ErrorSample, bands: FloatArray | None = None) -> dict[str, Any]:
    """Accuracy of one model at one level.

    Parameters
    ----------
    bands
        Quantiles of the cells as of :func:`sample_bands`.

    Notes
    -----
    ``floor`` is the WAPE that the true Poisson rate would have; pinball is the weighted quantile
    loss (twice the loss over the count, mean over quantiles) and, like coverage, NaN without
    bands.
    """
    actual, said = sample.actual, sample.said
    row: dict[str, Any] = {
        "n": len(actual),
        "wape": wape(actual, said),
        "rmse": float(np.sqrt(np.mean((actual - said) ** 2))) if len(said) else np.nan,
        "bias": bias(actual, said),
        "floor": poisson_floor(said) if len(said) else np.nan,
        "pinball": np.nan,
        "coverage_80": np.nan,
        "coverage_95": np.nan,
    }
    if bands is None or not actual.sum() > 0:
        return row
    loss = [
        np.maximum(q * (actual - band), (q - 1) * (actual - band)).sum()
        for q, band in zip(QUANTILES, bands, strict=True)
    ]
    row["pinball"] = float(np.mean(loss) * 2 / actual.sum())
    row["coverage_80"] = float(np.mean((actual >= bands[1]) & (actual <= bands[3])))
    row["coverage_95"] = float(np.mean((actual >= bands[0]) & (actual <= bands[4])))
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
            sample = level_sample(fitted.trials, weights, fitted.spread, level)
            low = 0
            for high in _LEADS:
                mine = (sample.lead_days > low) & (sample.lead_days <= high)
                low = high
                if not mine.any():
                    continue
                part = sample.only(mine)
                bands = sample_bands(part, fitted.scale[level]) if name == AUTO else None
                rows.append(
                    {"queue": queue, "model": name, "level": level, "lead_days": high}
                    | accuracy_row(part, bands)
                )
    return pd.DataFrame(rows)
