"""Time between breaks: windows narrowed exactly, placed at least price, kept by every roster."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from wfm.config import parse
from wfm.domain import Agent, Anchor, BreakRule, Contract, SchedulingRules, ShiftTemplate
from wfm.errors import InputError
from wfm.scheduling import schedule
from wfm.scheduling.breaks import hand_out_breaks
from wfm.scheduling.catalogue import compile_catalogue
from wfm.scheduling.limits import BreakForm, SolveLimits
from wfm.scheduling.line import Demand, build_line
from wfm.scheduling.plan import place_breaks
from wfm.scheduling.problem import Block, CoverProblem

H = 3600
Q = 900
LINE = build_line((dt.date(2024, 5, 6),), Q, "UTC")


def breaks_of(seed: int) -> tuple[BreakRule, ...]:
    """One to three breaks of a quarter or half hour, windows wherever they fall."""
    rng = np.random.default_rng(seed)
    out = []
    for n in range(int(rng.integers(1, 4))):
        early = int(rng.integers(2, 20)) * Q
        window = (early, early + int(rng.integers(0, 10)) * Q)
        anchor = (Anchor.START, Anchor.END)[rng.integers(2)]
        early_end = (window[0] + 2 * Q, window[1] + 2 * Q) if anchor is Anchor.END else window
        out.append(BreakRule(f"b{n}", int(rng.integers(1, 3)) * Q, True, anchor, early_end))
    return tuple(out)


def legal(template: ShiftTemplate, length_s: int) -> Iterator[tuple[int, ...]]:
    """Every placement on the quarter hour, found by trying them all."""
    rules = sorted(template.breaks_of(length_s), key=lambda rule: rule.starts_s(length_s))
    low, high = template.unbroken_s or (0, length_s)
    spans = [range(rule.starts_s(length_s)[0], rule.starts_s(length_s)[1] + 1, Q) for rule in rules]
    for starts in product(*spans):
        ends = [0, *(s + rule.length_s for s, rule in zip(starts, rules, strict=True))]
        works = [b - a for a, b in zip(ends, [*starts, length_s], strict=True)]
        if max(works) <= high and all(low <= work for work in works[1:-1]) and min(works) >= 0:
            yield starts


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.integers(0, 10**6), st.integers(0, 6), st.integers(6, 24))
def test_windows_are_those_that_some_placement_uses(seed: int, low: int, more: int) -> None:
    """Narrowed windows hold exactly the starts of legal placements; none is an error."""
    given_breaks = breaks_of(seed)
    try:
        bare = ShiftTemplate("t", (8 * H, 8 * H), H, (8 * H, 8 * H), H, given_breaks)
    except ValueError:
        assume(False)
    gap = (low * Q, (low + more) * Q)
    free = ShiftTemplate.__new__(ShiftTemplate)
    for name in ShiftTemplate.__slots__:
        object.__setattr__(free, name, gap if name == "unbroken_s" else getattr(bare, name))
    every = list(legal(free, 8 * H))
    if not every:
        with pytest.raises(ValueError, match="apart"):
            free.break_windows(8 * H)
        return
    windows = [(early, late) for _, early, late in free.break_windows(8 * H)]
    assert windows == [(min(starts), max(starts)) for starts in zip(*every, strict=True)]


def template(*, gap: tuple[int, int], lengths: tuple[int, int] = (8, 8)) -> ShiftTemplate:
    """Two short breaks and a meal with wide windows."""
    rules = (
        BreakRule("first", Q, True, Anchor.START, (H, 4 * H)),
        BreakRule("meal", 2 * Q, False, Anchor.START, (2 * H, 6 * H)),
        BreakRule("last", Q, True, Anchor.END, (H, 5 * H)),
    )
    span = (lengths[0] * H, lengths[1] * H)
    return ShiftTemplate("t", (8 * H, 10 * H), 1800, span, H, rules, gap)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=10),
    st.sampled_from(list(BreakForm)),
    st.booleans(),
    st.integers(0, 99),
)
def test_gaps_are_kept_first_come_first_served(
    options: list[int], form: BreakForm, hurried: bool, seed: int
) -> None:
    """Whatever the shifts, the need and the form, and by rule of thumb: every gap is kept."""
    low, high = 3, 10
    shift = template(gap=(low * Q, high * Q), lengths=(7, 8))
    catalogue = compile_catalogue(LINE, [shift])
    worked = [(person, option % len(catalogue)) for person, option in enumerate(options)]
    totals = np.bincount([o for _, o in worked], minlength=len(catalogue))
    need = np.random.default_rng(seed).integers(0, len(options) + 1, LINE.length).astype(float)
    price = np.ones(LINE.length)
    demand = Demand("q", need, 4 * price, price, need > 0)
    blocks = (Block("b", np.arange(len(catalogue))),)
    problem = CoverProblem(LINE, catalogue, (demand,), blocks, np.zeros(LINE.length))
    until = time.monotonic() + (0 if hurried else 60)
    begun = place_breaks(problem, totals, SolveLimits(form=form, until=until))
    for shift_placed in hand_out_breaks(catalogue, worked, begun):
        made = catalogue.classes[catalogue.kind[shift_placed.option]]
        ends = [int(catalogue.start[shift_placed.option])]
        starts = [*shift_placed.breaks, int(catalogue.end[shift_placed.option])]
        ends += [at + w.length for at, w in zip(shift_placed.breaks, made.breaks, strict=True)]
        works = [b - a for a, b in zip(ends, starts, strict=True)]
        assert max(works) <= high
        assert min(works[1:-1]) >= low


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(list(BreakForm)))
def test_breaks_of_two_cost_what_trying_all_finds(seed: int, form: BreakForm) -> None:
    """The price of the placement is that of the best of all pairs of placements."""
    rng = np.random.default_rng(seed)
    shift = template(gap=(4 * Q, 12 * Q))
    catalogue = compile_catalogue(LINE, [shift])
    worked = [(0, 0), (1, int(rng.integers(0, len(catalogue))))]
    totals = np.bincount([o for _, o in worked], minlength=len(catalogue))
    need = rng.integers(0, 3, LINE.length).astype(float)
    price = np.ones(LINE.length)
    demand = Demand("q", need, 4 * price, price, need > 0)
    blocks = (Block("b", np.arange(len(catalogue))),)
    problem = CoverProblem(LINE, catalogue, (demand,), blocks, np.zeros(LINE.length))

    def presence(option: int, starts: tuple[int, ...]) -> np.ndarray:
        out, first = np.zeros(LINE.length), int(catalogue.start[option])
        out[first : int(catalogue.end[option])] = 1
        rules = [rule for rule, _, _ in shift.break_windows(8 * H)]
        for rule, start in zip(rules, starts, strict=True):
            out[first + start // Q :][: rule.length_s // Q] -= 1
        return out

    mine = [np.array([presence(o, s) for s in legal(shift, 8 * H)]) for _, o in worked]
    best = min(float(demand.cost(one + mine[1]).sum(axis=1).min()) for one in mine[0])
    until = SolveLimits(gap=0.0, form=form, until=time.monotonic() + 60)
    begun = place_breaks(problem, totals, until)
    staff = np.zeros(LINE.length)
    for placed in hand_out_breaks(catalogue, worked, begun):
        first = int(catalogue.start[placed.option])
        staff += presence(placed.option, tuple((at - first) * Q for at in placed.breaks))
    worth = 0.99 * float(np.median(demand.over))
    assert best <= demand.cost(staff).sum() <= best + worth + 1e-6


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_random_rosters_keep_their_gaps(seed: int) -> None:
    """Schedule a small centre: stretches counted on the roster are within the template's."""
    rng = np.random.default_rng(seed)
    low, high = int(rng.integers(2, 6)) * Q, int(rng.integers(10, 14)) * Q
    shift = template(gap=(low, high), lengths=(7, 8))
    first = pd.Timestamp("2024-05-06", tz="UTC")
    rows = [
        ("q", first + pd.Timedelta(days=day, minutes=30 * half), 1800, float(rng.integers(0, 4)))
        for day in range(2)
        for half in range(16, 36)
    ]
    names = ["queue", "interval_start", "interval_s", "agents_required"]
    contract = Contract("c", ("t",), (0, 9 * H), (0, 40 * H), (0, 5))
    agents = [Agent(f"P{n}", f"P{n}", "c", ("q",)) for n in range(4)]
    rules = SchedulingRules(time_limit_s=30)
    need = pd.DataFrame(rows, columns=names)
    made = schedule(need, agents, {"c": contract}, {"t": shift}, rules, timezone="UTC")
    assert made.violations.empty
    work = made.activities[made.activities["activity"] == "work"]
    spans = (work["end"] - work["start"]).dt.total_seconds()
    assert spans.max() <= high
    inner = work.groupby(["agent", work["start"].dt.date]).cumcount()
    assert spans[inner.isin([1, 2])].min() >= low


TOML = """
[centre]
name = "Tiny"
timezone = "UTC"
interval = "30m"

[[queue]]
name = "q"
open = "always"

[[shift]]
name = "day"
start = "08:00"
length = "8h"
gap = "{gap}"
breaks = [{{ name = "meal", length = "30m", paid = false, when = "1h-3h from start" }}]
"""


def test_a_gap_is_read_and_one_that_cannot_be_is_refused_with_its_line() -> None:
    """After a break at three hours at the latest, four and a half are left."""
    (shift,) = parse(TOML.format(gap="1h-5h")).templates
    assert shift.unbroken_s == (H, 5 * H)
    assert [window[1:] for window in shift.break_windows(8 * H)] == [(5 * H // 2, 3 * H)]
    with pytest.raises(InputError, match="cannot lie 1 h to 4 h apart") as caught:
        parse(TOML.format(gap="1h-4h"))
    assert caught.value.problems[0].row == 11
