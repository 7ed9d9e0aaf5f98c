"""Employee shift scheduling (Curtois and Qu, 2014), read from its own format into wfm's rules.

Two to four weeks, a few fixed shifts, people with own limits, days off, requests and cover with
weights. What may not follow what becomes times of day and a rest between shifts; everything else is
a rule of a contract. The penalty and the hard rules are also computed here by the benchmark's own
words, from the finished roster alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import OFF, RosterPrices, RosterProblem
from wfm.scheduling.duty import Duty
from wfm.scheduling.stretch import Before, Weekend
from wfm.work_rules import DutyRules

STEP_MIN = 15
A_DAY = 24 * 60 // STEP_MIN
LONG_AGO = -(10**6)


@dataclass(frozen=True)
class Employee:
    """One line of the staff section; times in minutes."""

    name: str
    shifts: dict[str, int]
    most_min: int
    least_min: int
    most_in_row: int
    least_in_row: int
    least_off: int
    weekends: int


@dataclass(frozen=True)
class Instance:
    """One file. ``on`` and ``off`` are requests: weight by employee, day and shift."""

    days: int
    shifts: dict[str, tuple[int, frozenset[str]]]
    staff: list[Employee]
    away: dict[str, frozenset[int]]
    on: dict[tuple[str, int, str], int]
    off: dict[tuple[str, int, str], int]
    cover: dict[tuple[int, str], tuple[int, int, int]]


def read_instance(path: Path) -> Instance:
    """Sections begin with a line ``SECTION_…``; values stand below, comma by comma."""
    sections: dict[str, list[list[str]]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("SECTION_"):
            name = line.strip().removeprefix("SECTION_")
            sections[name] = []
        elif line.strip() and not line.startswith("#"):
            sections[name].append(line.strip().split(","))
    staff = [
        Employee(
            f[0], {k: int(n) for k, n in (p.split("=") for p in f[1].split("|"))}, *map(int, f[2:])
        )
        for f in sections["STAFF"]
    ]
    asked = [
        {(who, int(day), shift): int(weight) for who, day, shift, weight in sections.get(part, [])}
        for part in ("SHIFT_ON_REQUESTS", "SHIFT_OFF_REQUESTS")
    ]
    return Instance(
        int(sections["HORIZON"][0][0]),
        {f[0]: (int(f[1]), frozenset(p for p in f[2].split("|") if p)) for f in sections["SHIFTS"]},
        staff,
        {f[0]: frozenset(map(int, f[1:])) for f in sections["DAYS_OFF"]},
        asked[0],
        asked[1],
        {(int(f[0]), f[1]): (int(f[2]), int(f[3]), int(f[4])) for f in sections["COVER"]},
    )


def clock_times(instance: Instance) -> tuple[dict[str, int], int]:
    """Starts of the shifts and a rest [steps] that bar exactly what may not follow what.

    Differences of starts are bounded from above for what is barred and from below for what is not;
    shortest paths give times, or show that this rest has none.
    """
    shifts = instance.shifts
    for rest in range(A_DAY):
        bounds = []
        for before, after in product(shifts, shifts):
            length, barred = shifts[before]
            limit = length // STEP_MIN + rest - A_DAY
            if after in barred:
                bounds.append((before, after, limit - 1))
            else:
                bounds.append((after, before, -limit))
        at = dict.fromkeys(shifts, 0)
        for _ in shifts:
            for low, high, most in bounds:
                at[high] = min(at[high], at[low] + most)
        first = min(at.values())
        kept = all(at[high] <= at[low] + most for low, high, most in bounds)
        if kept and max(at.values()) - first < A_DAY:
            return {name: start - first for name, start in at.items()}, rest
    raise ValueError("no times of day bar what may not follow what")


def roster_problem(instance: Instance) -> tuple[RosterProblem, list[str]]:
    """The file as one roster of all its weeks, and the shift of each kind."""
    kinds = list(instance.cover)
    names = np.array([name for _, name in kinds])
    starts, rest = clock_times(instance)
    day = np.array([day for day, _ in kinds])
    clock = np.array([starts[name] for name in names])
    minutes = np.array([instance.shifts[name][0] for name in names])
    staff, people = instance.staff, len(instance.staff)
    under = {weight for _, weight, _ in instance.cover.values()}
    over = {weight for _, _, weight in instance.cover.values()}
    assert len(under) == len(over) == 1, "weights of cover differ"
    return RosterProblem(
        days_on_line=instance.days,
        day=day,
        start=day * A_DAY + clock,
        end=day * A_DAY + clock + minutes // STEP_MIN,
        paid_s=minutes * 60,
        count=np.array([need for need, _, _ in instance.cover.values()]),
        days=np.tile([0, instance.days], (people, 1)),
        paid_range_s=np.array([(e.least_min * 60, e.most_min * 60) for e in staff]),
        rest=np.full(people, rest),
        in_row=np.array([e.most_in_row for e in staff]),
        allowed=np.array(
            [
                [e.shifts[s] > 0 and d not in instance.away.get(e.name, ()) for d, s in kinds]
                for e in staff
            ]
        ),
        price=np.array(
            [
                [
                    float(instance.off.get((e.name, *k), 0) - instance.on.get((e.name, *k), 0))
                    for k in kinds
                ]
                for e in staff
            ]
        ),
        last_end=np.full(people, LONG_AGO),
        run=np.zeros(people, dtype=np.int64),
        prices=RosterPrices(uncovered=under.pop(), day=1000.0, paid_h=200.0, beyond=over.pop()),
        clock_s=clock * STEP_MIN * 60,
        night=np.zeros(len(kinds), dtype=bool),
        template=names,
        duty=tuple(_duty(instance, employee) for employee in staff),
    ), names.tolist()


def _duty(instance: Instance, employee: Employee) -> Duty:
    few = tuple((k, n) for k, n in employee.shifts.items() if 0 < n < instance.days)
    rules = DutyRules(
        least_days_in_row=employee.least_in_row,
        least_days_off_in_row=employee.least_off,
        weekends_in_four=employee.weekends,
        shifts_in_four_weeks=few,
    )
    weekends = tuple(Weekend((d, d + 1)) for d in range(5, instance.days, 7))
    midnights = tuple(A_DAY * day for day in range(instance.days + 1))
    last = midnights[-1]
    return Duty(
        rules,
        STEP_MIN * 60,
        LONG_AGO,
        0,
        LONG_AGO,
        midnights,
        last,
        None,
        Before(weekends=weekends),
    )


def worked(assignment: NDArray[np.int64], names: list[str]) -> list[list[str]]:
    """Shift of each employee and day by name, empty for off."""
    return [["" if kind == OFF else names[kind] for kind in row] for row in assignment.tolist()]


def penalty(instance: Instance, roster: list[list[str]]) -> int:
    """The benchmark's objective: requests not met, and cover below and above what is asked."""
    index = {employee.name: row for row, employee in enumerate(instance.staff)}
    total = sum(w for (who, d, s), w in instance.on.items() if roster[index[who]][d] != s)
    total += sum(w for (who, d, s), w in instance.off.items() if roster[index[who]][d] == s)
    for (day, shift), (need, under, over) in instance.cover.items():
        there = sum(row[day] == shift for row in roster)
        total += under * max(need - there, 0) + over * max(there - need, 0)
    return total


def broken(instance: Instance, roster: list[list[str]]) -> list[str]:
    """The benchmark's hard rules that a roster breaks, in words."""
    found = []
    for employee, row in zip(instance.staff, roster, strict=True):
        mine = [shift for shift in row if shift]
        minutes = sum(instance.shifts[shift][0] for shift in mine)
        on = [bool(shift) for shift in row]
        runs = _runs(on)
        tests = {
            "shifts": all(mine.count(s) <= most for s, most in employee.shifts.items()),
            "minutes": employee.least_min <= minutes <= employee.most_min,
            "in row": all(n <= employee.most_in_row for is_on, n, _ in runs if is_on),
            "least in row": all(
                n >= employee.least_in_row for is_on, n, end in runs if is_on and not end
            ),
            "least off": all(
                n >= employee.least_off for is_on, n, end in runs if not is_on and not end
            ),
            "weekends": sum(any(on[d : d + 2]) for d in range(5, len(on), 7)) <= employee.weekends,
            "days off": not any(on[day] for day in instance.away.get(employee.name, ())),
            "follows": not any(a and b in instance.shifts[a][1] for a, b in pairwise(row)),
        }
        found += [f"{employee.name}: {name}" for name, kept in tests.items() if not kept]
    return found


def _runs(on: list[bool]) -> list[tuple[bool, int, bool]]:
    """Stretches of on or off: which, how long, whether at an end of the horizon."""
    cuts = [0, *(k for k in range(1, len(on)) if on[k] != on[k - 1]), len(on)]
    return [(on[a], b - a, a == 0 or b == len(on)) for a, b in pairwise(cuts)]
