"""Why a requirement is what it is: inputs, formula, one agent fewer and one more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.domain import Channel, Queue, Shrinkage
from wfm.staffing.chat import chat_within, levels_s
from wfm.staffing.service import model_name, service_column, target_performance

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One interval's requirement, number by number.

    Parameters
    ----------
    neighbours
        Rows for n - 1, n and n + 1 agents: agents, service_level and, for voice, asa_s, p_abandon,
        occupancy; the one row of the plan for deferred work.
    sentence
        The whole in words.
    """

    neighbours: pd.DataFrame
    sentence: str


def explain(row: pd.Series, queue: Queue, shrinkage: Shrinkage) -> Explanation:
    """Explanation of one row of the requirement."""
    per_hour = float(row["offered"]) * 3600 / float(row["interval_s"])
    if queue.channel is Channel.DEFERRED:
        return _explain_deferred(row, queue, shrinkage)
    net = int(row["agents_net"])
    agents = np.arange(max(net - 1, 0), net + 2)
    neighbours = pd.DataFrame({"agents": agents})
    if queue.channel is Channel.CHAT:
        held = ", ".join(f"{aht_s:.0f} s" for aht_s in levels_s(queue))
        load = f"{row['offered']:.1f} chats in {int(row['interval_s']) // 60} min, {held} each"
        model = f"when an agent holds up to {len(levels_s(queue))}"
        neighbours["service_level"] = chat_within(queue, per_hour, agents)
    else:
        load = (
            f"{row['offered']:.1f} contacts in {int(row['interval_s']) // 60} min × "
            f"{row['aht_s']:.0f} s = {row['load_erlang']:.2f} erlang"
        )
        model = model_name(queue)
        served = target_performance(queue, per_hour, float(row["aht_s"]), agents)
        neighbours["service_level"] = service_column(served, queue.target.definition)
        neighbours["asa_s"] = served.asa_answered_s
        neighbours["p_abandon"] = np.nan_to_num(served.p_abandon)
        neighbours["occupancy"] = served.occupancy
    sentence = (
        f"{load}; {model} with patience {queue.patience_s:.0f} s needs {net} agents "
        f"({row['binding']} binds); {_with_shrinkage(net, shrinkage)}"
    )
    return Explanation(neighbours, sentence)


def _explain_deferred(row: pd.Series, queue: Queue, shrinkage: Shrinkage) -> Explanation:
    """Deferred work has no neighbours: a plan of the whole line keeps the promise, or does not."""
    net = float(row["agents_net"])
    neighbours = pd.DataFrame({"agents": [net], "service_level": [row["service_level"]]})
    sentence = (
        f"{row['offered']:.1f} contacts arrive in {int(row['interval_s']) // 60} min, due in "
        f"{queue.target.threshold_s / 3600:g} h; work levelled over the worked hours takes "
        f"{net:.2f} agents ({row['binding']} binds); {_with_shrinkage(net, shrinkage)}"
    )
    return Explanation(neighbours, sentence)


def _with_shrinkage(net: float, shrinkage: Shrinkage) -> str:
    return f"{net:g} / (1 - {shrinkage.total:.3f}) = {shrinkage.gross(net):.2f} to schedule"
