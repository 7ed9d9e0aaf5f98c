"""Breaks from counts to persons."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.domain import Agent, Anchor, BreakRule, Contract, SchedulingRules, ShiftTemplate
from wfm.scheduling import schedule
from wfm.scheduling.breaks import hand_out_breaks
from wfm.scheduling.catalogue import compile_catalogue
from wfm.scheduling.limits import BreakForm, SolveLimits
from wfm.scheduling.line import Demand, build_line
from wfm.scheduling.plan import place_breaks
from wfm.scheduling.problem import Block, CoverProblem, staff_on_line

H = 3600
LINE = build_line((dt.date(2024, 5, 6),), 900, "UTC")


def overlapping() -> ShiftTemplate:
    """Three breaks whose windows overlap in most lengths."""
    rules = (
        BreakRule("first", 900, True, Anchor.START, (H, 2 * H)),
        BreakRule("meal", 1800, False, Anchor.START, (3 * H // 2, 3 * H)),
        BreakRule("last", 900, True, Anchor.END, (H, 3 * H)),
    )
    return ShiftTemplate("t", (8 * H, 11 * H), 1800, (5 * H, 7 * H), H, rules)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=12),
    st.sampled_from(list(BreakForm)),
    st.integers(0, 99),
)
def test_every_shift_gets_its_breaks_in_order_and_inside_their_windows(
    options: list[int], form: BreakForm, seed: int
) -> None:
    """Whatever the shifts and the need, first come first served keeps windows, order and counts."""
    catalogue = compile_catalogue(LINE, [overlapping()])
    worked = [(person, option % len(catalogue)) for person, option in enumerate(options)]
    totals = np.bincount([o for _, o in worked], minlength=len(catalogue))
    need = np.random.default_rng(seed).integers(0, len(options) + 1, LINE.length).astype(float)
    price = np.ones(LINE.length)
    demand = Demand("q", need, 4 * price, price, need > 0)
    problem = CoverProblem(
        LINE, catalogue, (demand,), (Block("b", np.arange(len(catalogue))),), np.zeros(LINE.length)
    )
    begun = place_breaks(problem, totals, SolveLimits(form=form, until=time.monotonic() + 60))
    placed = hand_out_breaks(catalogue, worked, begun)
    assert sorted((p.person, p.option) for p in placed) == sorted(worked)
    staff = np.zeros(LINE.length)
    for shift in placed:
        start, end = int(catalogue.start[shift.option]), int(catalogue.end[shift.option])
        staff[start:end] += 1
        free = start
        windows = catalogue.classes[catalogue.kind[shift.option]].breaks
        for window, at in zip(windows, shift.breaks, strict=True):
            assert start + window.earliest <= at <= start + window.latest
            assert at >= free
            free = at + window.length
            staff[at:free] -= 1
    assert (staff == staff_on_line(catalogue, LINE.length, totals.astype(float), begun)).all()


def test_a_break_in_a_part_of_the_shift_lies_there_whatever_the_length() -> None:
    """Lunch of shifts of four to ten hours starts between 40 and 60 % of each."""
    lunch = BreakRule("lunch", 1800, False, Anchor.LENGTH, (0, 0), share=(0.4, 0.6))
    template = ShiftTemplate("day", (8 * H, 12 * H), H, (4 * H, 10 * H), H, (lunch,))
    contract = Contract("c", ("day",), (3 * H, 10 * H), (8 * H, 20 * H), (2, 2))
    agents = [Agent(f"{n}", f"{n}", "c", ("q",)) for n in range(12)]
    starts = [
        pd.Timestamp("2024-05-06 08:00", tz="UTC") + pd.Timedelta(days=day, minutes=30 * n)
        for day in range(2)
        for n in range(24)
    ]
    need = [8.0 if 4 <= n < 12 else 4.0 for _ in range(2) for n in range(24)]
    rows = {"queue": "q", "interval_start": starts, "interval_s": 1800, "agents_required": need}
    made = schedule(
        pd.DataFrame(rows), agents, {"c": contract}, {"day": template},
        SchedulingRules(time_limit_s=60), timezone="UTC",
    )  # fmt: skip
    assert made.summary.violations == 0
    rests = made.activities[made.activities["activity"] == "lunch"]
    both = rests.merge(made.shifts, on="agent", suffixes=("", "_shift"))
    both = both[both["start"].between(both["start_shift"], both["end_shift"])]
    part = (both["start"] - both["start_shift"]) / (both["end_shift"] - both["start_shift"])
    assert len(part) == len(made.shifts)
    assert part.between(0.4, 0.6).all()
    assert (both["end_shift"] - both["start_shift"]).nunique() > 1
