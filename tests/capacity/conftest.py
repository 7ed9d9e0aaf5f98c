"""Small plans: one queue open Monday to Friday, a staffer whose agents are known by heart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wfm.capacity import CapacityInputs, Need, QueueWeek, opening_counts, work_out_need
from wfm.capacity.inputs import ContractHours, OpeningHeads, QueueDemand, ShrinkageType
from wfm.capacity.timeline import months
from wfm.headcount import Grade, Group, TenureBand
from wfm.intervals import OpeningHours

OFFICE = OpeningHours((((32400, 61200),),) * 5 + ((), ()), holidays=())
"""Monday to Friday 09:00-17:00."""


@dataclass(frozen=True)
class LoadStaffer:
    """As many agents as the offered load, not rounded; service is the share that is there."""

    def agents(self, weeks: pd.DataFrame) -> pd.DataFrame:
        """Offered load of each row."""
        load = weeks["mean"] * weeks["aht_s"] / weeks["interval_s"]
        return pd.DataFrame({"agents_net": load, "asa_s": 0.0, "p_abandon": 0.0})

    def service(self, weeks: pd.DataFrame, agents: np.ndarray) -> np.ndarray:
        """Agents over load, at most 1."""
        load = (weeks["mean"] * weeks["aht_s"] / weeks["interval_s"]).to_numpy(float)[:, None]
        share = np.divide(agents, load, out=np.ones(agents.shape), where=load > 0)
        return np.minimum(share, 1.0)


@pytest.fixture(scope="session")
def small() -> Callable[..., CapacityInputs]:
    """Maker of the inputs of one group: 10 tenured heads, 1600 contacts of 360 s a month."""

    def make(count: int = 6, **changes: Any) -> CapacityInputs:
        inputs = CapacityInputs(
            periods=months(dt.date(2026, 1, 1), count),
            queue=(
                QueueDemand(
                    "q", (1600.0,) * count, (360.0,) * count, (0.0,) * count, (0.1,) * count
                ),
            ),
            group=(Group("g", ("q",), "Main", "Service", "4711"),),
            shrinkage=(ShrinkageType("sick", (0.2,) * count),),
            attrition=(TenureBand("probation", 13, 0.0), TenureBand("tenured", 0, 0.0)),
            pay=(Grade("agent", 20.0),),
            contract=(ContractHours("full", 40.0),),
            headcount=(OpeningHeads("old", "g", "full", "agent", 10.0),),
        )
        return replace(inputs, **changes)

    return make


@pytest.fixture(scope="session")
def week() -> Callable[..., QueueWeek]:
    """Maker of an even week over office hours for the periods of some inputs."""

    def make(inputs: CapacityInputs, opening: OpeningHours = OFFICE) -> QueueWeek:
        dates, on_holiday = opening_counts(opening, inputs.periods, 1800)
        share = np.zeros((7, 48))
        for weekday, spans in enumerate(opening.week):
            for start_s, end_s in spans:
                share[weekday, start_s // 1800 : end_s // 1800] = 1.0
        return QueueWeek(share / share.sum(), dates, on_holiday)

    return make


@pytest.fixture(scope="session")
def need_for(week: Callable[..., QueueWeek]) -> Callable[..., Need]:
    """Need of some inputs by the staffer that everybody can check by hand."""

    def make(inputs: CapacityInputs, opening: OpeningHours = OFFICE) -> Need:
        weeks = {queue.name: week(inputs, opening) for queue in inputs.queue}
        return work_out_need(inputs, weeks, LoadStaffer())

    return make
