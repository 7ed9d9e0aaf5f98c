"""Employee shift scheduling (Curtois and Qu), in wfm's rules and by wfm's roster.

The penalty and the hard rules are recomputed by the benchmark's own words; wfm's checker tests the
same rosters by its own.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from wfm.domain import Agent, Contract, ShiftTemplate
from wfm.scheduling import check_roster
from wfm.scheduling.assign import OFF
from wfm.scheduling.facts import RosterFacts, roster_facts
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.people import Person
from wfm.scheduling.roster import assign_people
from wfm.work_rules import DutyRules

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".." / "shared/data/scheduling/curtois"
MONDAY = dt.date(2024, 5, 6)

TINY = """SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
A,E=7|L=1,2400,960,3,2,2,1
B,E=7|L=0,2400,0,3,1,1,0
SECTION_DAYS_OFF
A,6
SECTION_SHIFT_ON_REQUESTS
A,0,L,5
SECTION_SHIFT_OFF_REQUESTS
B,2,E,3
SECTION_COVER
0,E,1,100,1
0,L,1,100,1
1,E,1,100,1
2,E,1,100,1
"""


@pytest.fixture(scope="session")
def adapter() -> ModuleType:
    """The reader, the translation into wfm's rules and the benchmark's own words."""
    path = ROOT / "scripts" / "benchmarks" / "curtois.py"
    spec = importlib.util.spec_from_file_location("curtois", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["curtois"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def facts(adapter: ModuleType, instance: object, roster: list[list[str]]) -> RosterFacts:
    """A roster of the set as wfm's checker reads one."""
    starts, rest = adapter.clock_times(instance)
    step_s, weeks = adapter.STEP_MIN * 60, instance.days // 7
    templates, contracts, agents, rows = {}, {}, [], []
    for name, (minutes, _) in instance.shifts.items():
        start_s, length_s = starts[name] * step_s, minutes * 60
        span, lengths = (start_s, start_s), (length_s, length_s)
        templates[name] = ShiftTemplate(name, span, step_s, lengths, step_s)
    for who, line in zip(instance.staff, roster, strict=True):
        few = tuple((k, n) for k, n in who.shifts.items() if 0 < n < instance.days)
        duty = DutyRules(
            least_days_in_row=who.least_in_row,
            least_days_off_in_row=who.least_off,
            weekends_in_four=who.weekends,
            shifts_in_four_weeks=few,
            average_s=(-(-who.least_min * 60 // weeks), who.most_min * 60 // weeks),
            average_weeks=weeks,
        )
        mine = tuple(name for name, most in who.shifts.items() if most)
        free = ((0, 86400), (0, 7 * 86400), (0, 7))
        made = Contract(who.name, mine, *free, rest * step_s, who.most_in_row, duty=duty)
        contracts[who.name] = made
        agents.append(Agent(who.name, who.name, who.name, ("q",)))
        for day, name in enumerate(line):
            if name:
                start = pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(
                    days=day, seconds=starts[name] * step_s
                )
                length = pd.Timedelta(minutes=instance.shifts[name][0])
                paid_s = instance.shifts[name][0] * 60
                rows.append((who.name, start, start + length, name, who.name, "q", paid_s))
    names = ["agent", "start", "end", "template", "contract", "skill", "paid_s"]
    shifts = pd.DataFrame(rows, columns=names)
    activities = shifts[["agent", "start", "end"]].assign(activity="work", paid=True)
    cuts = []
    for week in range(weeks):
        dates = [MONDAY + dt.timedelta(days=7 * week + day) for day in range(7)]
        own = [(a, contracts[a.agent]) for a in agents]
        cuts.append(
            (dates, [Person(a, c, (True,) * 7, (0, 7), (0, 7 * 86400), ("q",)) for a, c in own])
        )
    return roster_facts(shifts, activities, agents, contracts, templates, (), cuts, "UTC")


def solved(adapter: ModuleType, name: str, seconds: float) -> tuple[object, list[list[str]]]:
    """An instance and the roster that is found for it in a time."""
    path = FOLDER / f"{name}.txt"
    if not path.exists():
        pytest.skip("the benchmark set is not beside the checkout")
    instance = adapter.read_instance(path)
    problem, names = adapter.roster_problem(instance)
    limits = SolveLimits(gap=0.0, until=time.monotonic() + seconds)
    made = assign_people(problem, [np.arange(problem.persons)], limits)
    assert (made.assignment != OFF).any()
    return instance, adapter.worked(made.assignment, names)


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("Instance1", 607),
        ("Instance2", 828),
        pytest.param("Instance3", 1007, marks=pytest.mark.slow),
        pytest.param("Instance4", 1732, marks=pytest.mark.slow),
    ],
)
def test_the_value_that_is_asked_for_is_reached(adapter: ModuleType, name: str, best: int) -> None:
    """Penalty by the benchmark's formula at most the bar; no hard rule broken by either check."""
    instance, roster = solved(adapter, name, 120)
    assert adapter.broken(instance, roster) == []
    assert check_roster(facts(adapter, instance, roster))["message"].tolist() == []
    assert adapter.penalty(instance, roster) <= best


def test_the_own_words_count_what_is_missed(adapter: ModuleType, tmp_path: Path) -> None:
    """A request each way, one shift short, one above; and each hard rule when it is broken."""
    path = tmp_path / "tiny.txt"
    path.write_text(TINY, encoding="utf-8")
    instance = adapter.read_instance(path)
    good = [["L", "L", "", "", "", "", ""], ["E", "E", "E", "", "", "", ""]]
    assert adapter.penalty(instance, good) == 3
    assert adapter.broken(instance, good) == ["A: shifts"]
    other = [["E", "E", "", "", "", "", ""], ["", "E", "", "", "", "", ""]]
    assert adapter.broken(instance, other) == []
    assert adapter.penalty(instance, other) == 5 + 100 + 1 + 100
    bad = [["L", "E", "", "E", "E", "E", "E"], ["", "", "", "E", "", "E", ""]]
    told = ["minutes", "in row", "least off", "days off", "follows"]
    assert adapter.broken(instance, bad) == [*(f"A: {name}" for name in told), "B: weekends"]


def test_times_of_day_bar_exactly_what_may_not_follow(adapter: ModuleType) -> None:
    """Two early and two late kinds in the order of the largest files."""
    path = FOLDER / "Instance10.txt"
    if not path.exists():
        pytest.skip("the benchmark set is not beside the checkout")
    instance = adapter.read_instance(path)
    starts, rest = adapter.clock_times(instance)
    for before, (minutes, barred) in instance.shifts.items():
        end = starts[before] + minutes // adapter.STEP_MIN
        for after in instance.shifts:
            assert (adapter.A_DAY + starts[after] < end + rest) == (after in barred)
