"""What each further agent gives to the service of a day."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.domain import Channel, Queue, ServiceTarget, StaffingModel
from wfm.intervals import OpeningHours
from wfm.staffing import expected_service, service_pieces
from wfm.staffing.period import PIECES

ALWAYS = OpeningHours.always()


def rows(offered: float, aht_s: float, required: float) -> pd.DataFrame:
    """One half hour."""
    names = ["offered", "interval_s", "aht_s", "agents_required"]
    return pd.DataFrame([(offered, 1800, aht_s, required)], columns=names)


def line(made: pd.Series, agents: np.ndarray) -> np.ndarray:
    """Contacts in time by the pieces of one interval."""
    out = -np.full(len(agents), made["service_less"])
    left = agents.copy()
    for k in range(1, PIECES + 1):
        part = np.clip(left, 0, made[f"service_agents_{k}"])
        out += made[f"service_gain_{k}"] * part
        left = left - part
    return out


@settings(max_examples=25, deadline=None)
@given(
    st.floats(2, 800),
    st.floats(60, 600),
    st.floats(0.6, 1.0),
    st.sampled_from([*StaffingModel, Channel.CHAT]),
)
def test_the_line_is_concave_and_never_above_the_curve(
    offered: float, aht_s: float, present: float, kind: StaffingModel | Channel
) -> None:
    """At any whole number of agents: what is planned is kept, to two contacts of a thousand (where
    hundreds are tried in steps of a few, and where the curve of chats has corners)."""
    load = offered * aht_s / 1800
    need = rows(offered, aht_s, (load + 1.5 * load**0.5 + 1) / present)
    chat = kind is Channel.CHAT
    queue = Queue(
        "q",
        ALWAYS,
        channel=Channel.CHAT if chat else Channel.VOICE,
        model=StaffingModel.ERLANG_A if chat else kind,
        aht_s=aht_s,
        aht_by_level_s=(aht_s, 1.3 * aht_s) if chat else (),
    )
    made = service_pieces(need, queue, present=present).iloc[0]
    gains = [made[f"service_gain_{k}"] for k in range(1, PIECES + 1)]
    assert all(a >= b - 1e-9 for a, b in pairwise(gains))
    top = sum(made[f"service_agents_{k}"] for k in range(1, PIECES + 1))
    agents = np.arange(made["service_agents_1"], 1.2 * top + 1)[:200]
    many = need.loc[need.index.repeat(len(agents))]
    curve = offered * np.nan_to_num(expected_service(many, agents * present, queue))
    assert (line(made, agents) <= curve + 2e-3 * offered).all()
    corner = np.array([made["service_agents_1"]])
    there = offered * np.nan_to_num(expected_service(need, corner * present, queue))
    assert line(made, corner) == pytest.approx(there, abs=1e-6 * offered)


def test_the_line_reaches_the_service_of_the_requirement() -> None:
    """At the agents required it gives what the queueing model does, to half a contact in fifty."""
    need = rows(50, 240, 11.0)
    queue = Queue("q", ALWAYS)
    made = service_pieces(need, queue, present=1.0).iloc[0]
    curve = 50 * expected_service(need, np.array([11.0]), queue)
    assert line(made, np.array([11.0])) == pytest.approx(curve, abs=0.5)


def test_least_staff_keeps_min_agents_and_nobody_serves_nothing() -> None:
    """Two on the phones of whom a fifth are away are two and a half; no contact, no agent."""
    queue = Queue("q", ALWAYS, target=ServiceTarget(min_agents=2))
    made = service_pieces(rows(3, 120, 2.5), queue, present=0.8).iloc[0]
    assert made["service_agents_1"] >= 2.5
    none = service_pieces(rows(0, 120, 0.0), Queue("q", ALWAYS), present=0.8)
    assert not none.to_numpy().any()
