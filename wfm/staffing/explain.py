"""Why a requirement is what it is: inputs, formula, one agent fewer and one more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import Queue, Shrinkage
from wfm.staffing.service import model_name, service_column, target_performance

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One interval's requirement, number by number.

    Parameters
    ----------
    neighbours
        Rows for n - 1, n and n + 1 agents: agents, service_level, asa_s, p_abandon, occupancy.
    sentence
        The whole in words.
    """

    neighbours: pd.DataFrame
    sentence: str


def explain(row: pd.Series, queue: Queue, shrinkage: Shrinkage) -> Explanation:
    """Explanation of one row of the requirement."""
    net = int(row["agents_net"])
    agents = np.arange(max(net - 1, 0), net + 2)
    per_hour = float(row["offered"]) * 3600 / float(row["interval_s"])
    served = target_performance(queue, per_hour, float(row["aht_s"]), agents)
    neighbours = pd.DataFrame(
        {
            "agents": agents,
            "service_level": service_column(served, queue.target.definition),
            "asa_s": served.asa_answered_s,
            "p_abandon": np.nan_to_num(served.p_abandon),
            "occupancy": served.occupancy,
        }
    )
    sentence = (
        f"{row['offered']:.1f} contacts in {int(row['interval_s']) // 60} min × "
        f"{row['aht_s']:.0f} s = {row['load_erlang']:.2f} erlang; {model_name(queue)} "
        f"with patience {queue.patience_s:.0f} s needs {net} agents ({row['binding']} binds); "
        f"{net} / (1 - {shrinkage.total:.3f}) = {shrinkage.gross(net):.2f} to schedule"
    )
    return Explanation(neighbours, sentence)
