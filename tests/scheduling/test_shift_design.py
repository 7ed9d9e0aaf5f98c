"""Minimum shift design, read from its own file format: few distinct shifts that cover a week.

The model is the scheduler's own (priced short and over, one door to the solver) with a price per
distinct shift; the horizon is cyclic.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from wfm.scheduling.flow import short_and_over
from wfm.scheduling.line import Demand
from wfm.scheduling.solver import Model, Term, solve

FOLDER = Path(__file__).resolve().parents[2] / ".." / "shared/data/scheduling/msd"
MOST_NODES = 3000


@dataclass(frozen=True)
class Design:
    """One instance; starts and lengths in steps."""

    step_min: int
    days: int
    need: np.ndarray
    shifts: list[tuple[int, int]]
    weights: dict[str, float]


def minutes(clock: str) -> int:
    """Minutes after midnight of ``h:m``."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def read_design(path: Path) -> Design:
    """Sections begin with a line of ``#``; values stand below."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            name = line.strip("# ").split(":")[0].split(",")[0]
            sections.setdefault(name, [])
        elif line.strip():
            sections[name].append(line.strip())
    step = int(sections["MinuteInterval"][0])
    shifts: set[tuple[int, int]] = set()
    for line in sections["Abbr"]:
        start, late, early, length, longer, shorter = line.split()[-7:-1]
        first, usual = minutes(start), int(length)
        starts = range(first - int(early), first + int(late) + 1, step)
        lengths = range(usual - int(shorter), usual + int(longer) + 1, step)
        shifts |= {(s // step, n // step) for s, n in product(starts, lengths)}
    need = np.array([float(n) for line in sections["Requirements"] for n in line.split()])
    weights = {key: float(sections[key][0]) for key in ("UnderCover", "Overcover", "Shifts")}
    return Design(step, int(sections["DaysPerCycle"][0]), need, sorted(shifts), weights)


def fitness(design: Design) -> float:
    """Least under and over minutes plus the price of distinct shifts, by one model."""
    model, length = Model("design"), len(design.need)
    a_day = length // design.days
    cover: list[list[Term]] = [[] for _ in range(length)]
    top = float(design.need.max())
    for start, steps in design.shifts:
        used = model.variable(high=1.0, price=design.weights["Shifts"], whole=True)
        for day in range(design.days):
            at = [(day * a_day + start + n) % length for n in range(steps)]
            most = min(top, float(design.need[at].max()))
            duties = model.variable(high=most, whole=True)
            model.row([(duties, 1.0), (used, -most)], "<=", 0.0)
            for step in at:
                cover[step].append((duties, 1.0))
    price = np.full(length, float(design.step_min))
    under, over = (price * design.weights[key] for key in ("UnderCover", "Overcover"))
    demand = Demand("all", design.need, under, over, design.need > 0)
    for step, terms in enumerate(cover):
        priced, right = short_and_over(model, demand, step, whole=True)
        model.row([*terms, *priced], "==", right)
    return solve(model, nodes=MOST_NODES, time_limit_s=600).objective


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("ds1_ex1", 480),
        ("ds1_ex5", 480),
        ("ds1_ex7", 270),
        ("ds1_ex12", 90),
        ("ds3_ex1", 2385),
        ("ds4_1", 18420),
        pytest.param("ds1_ex26", 600, marks=pytest.mark.slow),
        pytest.param("ds1_ex2", 300, marks=pytest.mark.slow),
    ],
)
def test_the_best_known_design_is_reached(name: str, best: float) -> None:
    """Values proved for the set: under and over minutes and the price of each distinct shift."""
    path = FOLDER / f"{name}.txt"
    if not path.exists():
        pytest.skip("the shift design set is not beside the checkout")
    assert fitness(read_design(path)) == pytest.approx(best)
