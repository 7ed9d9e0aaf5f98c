"""Figures of a simulated day of one queue, the same for voice, chat and deferred work."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import Channel
from wfm.queueing.arguments import Floats
from wfm.queueing.estimates import Estimate
from wfm.staffing import total_service

__all__ = ["Simulation", "day_figures", "day_grid", "warm_up_s", "whole_agents"]

_NIGHT_WARM_UP_S = 3600.0


@dataclass(frozen=True, slots=True)
class Simulation:
    """How to simulate.

    Parameters
    ----------
    replications
        Days drawn for each planned day.
    seed
        Same seed, same contacts.
    handle_time_cv
        Standard deviation of the handle time over its mean; 1 is exponential, else lognormal.
    redial_probability
        Share of callers who hang up that dial again.
    workers
        Threads.
    """

    replications: int = 20
    seed: int = 0
    handle_time_cv: float = 1.0
    redial_probability: float = 0.0
    workers: int = 2


def day_grid(rows: pd.DataFrame) -> pd.DatetimeIndex:
    """Unbroken line of local interval starts from the first to the last of some rows."""
    step_s = float(rows["interval_s"].iloc[0])
    return pd.date_range(rows["local"].min(), rows["local"].max(), freq=f"{step_s:.0f}s")


def warm_up_s(grid: pd.DatetimeIndex) -> float:
    """Time to run before a day that is open at midnight, so that it begins warm [s]."""
    return _NIGHT_WARM_UP_S if grid[0].hour + grid[0].minute == 0 else 0.0


def whole_agents(agents: pd.Series) -> list[int]:
    """Whole agents by interval; fractions are carried on."""
    sums = np.cumsum(agents.fillna(0.0).to_numpy(float))
    return [int(count) for count in np.diff(np.rint(sums), prepend=0.0)]


def day_figures(
    queue: str,
    channel: Channel,
    part: pd.DataFrame,
    *,
    level: Estimate,
    abandoned: Estimate,
    answer_s: Estimate,
    by_interval: Floats,
    occupancy: float,
    backlog: Estimate | None = None,
) -> dict[str, object]:
    """One row of the days of a simulation.

    Parameters
    ----------
    part
        offered and service_level by local interval start, its index.
    level, abandoned, answer_s
        Service level, share that hung up, and mean time to the answer [s].
    by_interval
        Simulated service level of each interval of ``part``.
    backlog
        Contacts left at the end, of deferred work.
    """
    offered = part["offered"].fillna(0.0)
    known = np.where(offered.to_numpy() > 0, by_interval, np.nan)
    worst = int(np.nanargmin(known)) if np.isfinite(known).any() else 0
    left = backlog or Estimate(np.asarray(math.nan), np.asarray(math.nan))
    return {
        "queue": queue,
        "channel": str(channel),
        "day": part.index[0].date(),
        "offered": float(offered.sum()),
        "sl_formula": total_service(offered, part["service_level"].fillna(0)),
        "sl_simulated": float(level.mean),
        "sl_half_width": float(level.half_width),
        "p_abandon": float(abandoned.mean),
        "p_abandon_half_width": float(abandoned.half_width),
        "asa_s": float(answer_s.mean),
        "asa_half_width_s": float(answer_s.half_width),
        "worst_interval": part.index[worst],
        "worst_sl": float(known[worst]),
        "occupancy": occupancy,
        "backlog": float(left.mean),
        "backlog_half_width": float(left.half_width),
    }
