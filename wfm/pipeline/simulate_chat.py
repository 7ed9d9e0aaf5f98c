"""Chats of planned days, drawn and served by the agents that the plan has at them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wfm.domain import Channel, Queue
from wfm.pipeline.simulated_day import Simulation, day_figures, day_grid, warm_up_s, whole_agents
from wfm.queueing.chat_simulation import simulate_chats
from wfm.staffing.chat import levels_s

__all__ = ["chat_days"]


def chat_days(
    source: np.random.Generator, queue: Queue, rows: pd.DataFrame, how: Simulation, present: float
) -> pd.DataFrame:
    """Figures of one chat queue day by day (:func:`wfm.pipeline.simulated_day.day_figures`).

    Parameters
    ----------
    rows
        Coverage of the queue with its forecast, day and local interval start beside it.
    present
        Share of the scheduled agents that are on the contacts [fraction].
    """
    days = [part for _, part in rows.groupby("day")]
    drawn = zip(source.spawn(len(days)), days, strict=True)
    return pd.DataFrame([_day(each, queue, part, how, present) for each, part in drawn])


def _day(
    source: np.random.Generator, queue: Queue, rows: pd.DataFrame, how: Simulation, present: float
) -> dict[str, object]:
    interval_s, grid = float(rows["interval_s"].iloc[0]), day_grid(rows)
    part = rows.drop_duplicates("local").set_index("local").reindex(grid)
    told = simulate_chats(
        source,
        (part["offered"].fillna(0.0) * 3600 / interval_s).tolist(),
        whole_agents(part["scheduled"] * present),
        levels_s(queue),
        patience_s=queue.patience_s,
        threshold_s=queue.target.threshold_s,
        interval_s=interval_s,
        replications=how.replications,
        handle_time_cv=how.handle_time_cv,
        warm_up_s=warm_up_s(grid),
    )
    return day_figures(
        queue.name,
        Channel.CHAT,
        part,
        level=told.sl_offered,
        abandoned=told.p_abandon,
        answer_s=told.asa_answered_s,
        by_interval=told.sl_offered_by_interval.mean,
        occupancy=float(told.occupancy.mean),
    )
