"""One golden LP per rule: the rows it adds to a tiny model, the variables it takes away.

A rule is turned on for Ann (and sometimes Ben) in a tiny week; what that changes in the plan's and
in the roster's model is compared with ``golden/RULE.lp``. Rules that only take choices away have
bounds of 0, or prices, in place of rows. After a change that is meant, write the files anew and
read what changed::

    scripts/test --renew-golden tests/scheduling/test_golden_lp.py
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wfm.domain import Agent, Anchor, BreakRule, Contract, Leave, SchedulingRules, ShiftTemplate
from wfm.errors import InputError
from wfm.intervals import OpeningHours
from wfm.presence import PresenceRule
from wfm.scheduling import RULES
from wfm.scheduling.assign import roster_model
from wfm.scheduling.cover import cover_model
from wfm.scheduling.line import build_line, grid_step_s, local_dates
from wfm.scheduling.scheduler import week_on
from wfm.scheduling.solver import Model
from wfm.scheduling.validate import check_inputs
from wfm.scheduling.week import Carried, Inputs, Week, cover_problem, own_options, roster_problem
from wfm.work_rules import Arranged, Availability, DutyRules, FixedShift

H = 3600
MONDAY = dt.date(2024, 5, 6)
GOLDEN = Path(__file__).with_name("golden")
FREE = Contract("c", ("t",), (0, 24 * H), (0, 120 * H), (0, 7), 0, 7)
ANN, BEN = Agent("ann", "Ann", "c", ("q",)), Agent("ben", "Ben", "c", ("q",))
NAMES = ("mo", "tu", "we", "th", "fr", "sa", "su")


def shift(*starts: int, length: tuple[int, int] = (8, 8), breaks: Sequence = ()) -> ShiftTemplate:
    """Shifts that start at one or two hours."""
    step = (starts[-1] - starts[0]) * H or H
    span = (starts[0] * H, starts[-1] * H)
    return ShiftTemplate("t", span, step, (length[0] * H, length[1] * H), 4 * H, tuple(breaks))


def pause(name: str, first: int, last: int, *, paid: bool = True) -> BreakRule:
    """An hour's break with its window [h after the start]."""
    return BreakRule(name, H, paid, Anchor.START, (first * H, last * H))


@dataclass(frozen=True)
class Centre:
    """A tiny centre; days of the week on which one agent is needed all day."""

    template: ShiftTemplate
    contract: Contract = FREE
    days: tuple[int, ...] = (0,)
    agents: tuple[Agent, ...] = (ANN,)
    leave: tuple[Leave, ...] = ()
    arranged: Arranged = field(default_factory=Arranged)
    presence: tuple[PresenceRule, ...] = ()
    worked: tuple[tuple[int, int], ...] = ()
    queues: tuple[str, ...] = ("q",)
    more: tuple[ShiftTemplate, ...] = ()
    layer: str = "roster"

    def duty(self, **rules: object) -> Centre:
        """The same with rules beyond hours and days."""
        return replace(self, contract=replace(self.contract, duty=DutyRules(**rules)))

    def asks(self, **rules: object) -> Centre:
        """The same with other rules of the contract."""
        return replace(self, contract=replace(self.contract, **rules))

    @property
    def requirement(self) -> pd.DataFrame:
        """One agent an hour of each day; nobody on the days between."""
        rows = []
        for day in range(max(self.days) + 1):
            for hour in range(24):
                start = pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(days=day, hours=hour)
                rows += [(queue, start, 3600, float(day in self.days)) for queue in self.queues]
        names = ["queue", "interval_start", "interval_s", "agents_required"]
        return pd.DataFrame(rows, columns=names)

    @property
    def templates(self) -> dict[str, ShiftTemplate]:
        """Templates by name."""
        return {template.name: template for template in (self.template, *self.more)}

    def week(self) -> Week:
        """The week as the scheduler lays it out."""
        contracts, rules = {"c": self.contract}, SchedulingRules(presence=self.presence)
        check_inputs(self.requirement, self.agents, contracts, self.templates, (), (), "UTC")
        given = Inputs(
            self.requirement, self.agents, contracts, self.templates, rules, "UTC", self.leave, (),
            0, 1, lambda _: None, None, self.arranged,
        )  # fmt: skip
        dates = local_dates(self.requirement["interval_start"], "UTC")
        line = build_line(dates, grid_step_s([3600], self.templates.values()), "UTC")
        return week_on(given, line, self.carried())

    def carried(self) -> Carried:
        """What was worked before: day and hour of eight-hour shifts."""
        carried = Carried()
        rows = []
        for day, hour in self.worked:
            start = pd.Timestamp(MONDAY, tz="UTC") + pd.Timedelta(days=day, hours=hour)
            rows.append(("ann", start, start + pd.Timedelta(hours=8), "t", 8 * H))
        if rows:
            columns = ["agent", "start", "end", "template", "paid_s"]
            carried.begin(pd.DataFrame(rows, columns=columns), "UTC")
        return carried


@dataclass(frozen=True)
class Text:
    """A model in words: rows, prices by variable."""

    rows: list[str]
    prices: dict[str, float]


def words(model: Model, names: Mapping[str, str]) -> Text:
    """Rows with readable names, those without one as ``y``."""

    def term(variable: object, factor: float, at: int) -> str:
        name = names.get(variable.name, variable.name.replace("v", "y"))
        size = "" if abs(factor) == 1 else f"{abs(factor):.6g} "
        sign = "-" if factor < 0 else "+" if at else ""
        return f"{sign} {size}{name}".strip()

    rows = []
    for row in model.rows:
        parts = [term(v, f, k) for k, (v, f) in enumerate(row.items()) if f]
        sense = {-1: "<=", 0: "=", 1: ">="}[row.sense]
        rows.append(f"{' '.join(parts) or '0'} {sense} {-row.constant or 0.0:g}")
    prices = {
        names[v.name]: price
        for v, price in zip(model.variables, model.prices, strict=True)
        if v.name in names
    }
    return Text(rows, prices)


def called(week: Week, option: int, who: str) -> str:
    """Name of a shift: who, weekday, start, length."""
    catalogue = week.catalogue
    hours = int(catalogue.end[option] - catalogue.start[option]) * week.line.step_s // H
    day, clock = NAMES[int(catalogue.day[option])], int(catalogue.clock_s[option]) // H
    return f"{who}_{day}_{clock:02d}_{hours}h"


def roster_words(centre: Centre) -> Text:
    """The model that hands shifts to persons, one shift of each kind."""
    week = centre.week()
    options = np.unique(
        np.concatenate([own_options(week, p.contract, p.serves) for p in week.people])
    )
    count = np.ones(len(options), dtype=np.int64)
    model, taken = roster_model(roster_problem(week, centre.carried(), options, count))
    names = {
        variable.name: called(week, int(options[kind]), person.agent.agent)
        for person, by_day in zip(week.people, taken, strict=True)
        for pairs in by_day
        for kind, variable in pairs
    }
    return words(model, names)


def plan_words(centre: Centre) -> Text:
    """The model that counts shifts and breaks of the first pool."""
    week, names = centre.week(), {}
    problem = cover_problem(week, week.given.planned_pools()[0], centre.carried())
    made = cover_model(problem, np.arange(len(problem.catalogue)))
    size = len(week.catalogue)
    for (block, option), variable in made.shifts.items():
        names[variable.name] = called(week, option % size, f"n{block}")
    for (kind, day, window), steps in made.breaks.items():
        rule = problem.catalogue.classes[kind].breaks[window].name
        for step, variables in steps.items():
            hour = (step % week.line.length - week.line.midnights[day]) * week.line.step_s // H
            for number, variable in enumerate(variables):
                names[variable.name] = f"{rule}_{NAMES[day]}_{hour:02d}_{number}"
    return words(made.model, names)


def golden(rule: str) -> str:
    """What a rule changes in the model, as an LP."""
    without, with_rule = CASES[rule]
    write = plan_words if with_rule.layer == "plan" else roster_words
    head = f"\\ {rule}: {(RULES[rule].__doc__ or '').splitlines()[0]}"
    try:
        after = write(with_rule)
    except InputError as error:
        return f"{head}\n\\ refused before any model is made: {error}\nEnd\n"
    before = write(without)
    unnamed = re.compile(r"\by\d+")
    left = Counter(unnamed.sub("y", row) for row in before.rows)
    new = []
    for row in after.rows:
        key = unnamed.sub("y", row)
        left[key] -= 1
        if left[key] < 0:
            new.append(row)
    numbers: dict[str, str] = {}
    told = [
        unnamed.sub(lambda m: numbers.setdefault(m.group(), f"y{len(numbers) + 1}"), row)
        for row in new
    ]
    prices = [
        f" {after.prices[name]:+g} {name}"
        for name in after.prices
        if name in before.prices and after.prices[name] != before.prices[name]
    ]
    gone = [f" {name} = 0" for name in before.prices if name not in after.prices]
    parts = [head, "Minimize", *prices, "Subject To", *(f" {row}" for row in told)]
    return "\n".join([*parts, *(["Bounds", *gone] if gone else []), "End"]) + "\n"


def hours(first: int, last: int) -> OpeningHours:
    """Every day from one hour to another."""
    return OpeningHours(tuple((((first * H, last * H),)) for _ in range(7)))


DAY = Centre(shift(8))
TWO_STARTS = Centre(shift(6, 14), days=(0, 1))
WEEK = Centre(shift(8), days=tuple(range(7)))
NIGHTS = Centre(shift(22), days=(0, 1, 2))
DAY_AND_NIGHT = Centre(shift(6, 22), days=(0, 1))
PLAN = Centre(shift(8), layer="plan")
PAIR = replace(PLAN, agents=(ANN, BEN))
MEAL = replace(PAIR, template=shift(8, breaks=[pause("meal", 3, 5)]))
TEAS = (pause("tea", 2, 3), pause("cake", 3, 4))
SNACKS = replace(PLAN, template=shift(8, breaks=[pause("tea", 1, 2), pause("cake", 3, 5)]))


def with_spans(centre: Centre, first: int, last: int) -> Centre:
    """Ann is there at some hours of every day only."""
    spans = tuple(Availability("ann", day, first * H, last * H) for day in range(7))
    return replace(centre, arranged=Arranged(spans))


CASES: dict[str, tuple[Centre, Centre]] = {
    "unknown_agent": (DAY, replace(DAY, agents=(ANN, BEN))),
    "not_employed": (
        TWO_STARTS,
        replace(TWO_STARTS, agents=(replace(ANN, start_date=MONDAY + dt.timedelta(1)),)),
    ),
    "on_leave": (TWO_STARTS, replace(TWO_STARTS, leave=(Leave("ann", MONDAY),))),
    "lacks_skill": (
        replace(PLAN, queues=("q", "r"), agents=(replace(ANN, skills=("q", "r")),)),
        replace(PLAN, queues=("q", "r")),
    ),
    "not_a_template": (
        replace(DAY, more=(replace(shift(12), name="u"),)).asks(shifts=("t", "u")),
        replace(DAY, more=(replace(shift(12), name="u"),)),
    ),
    "wrong_paid_time": (
        Centre(shift(8, length=(4, 8), breaks=[replace(pause("meal", 1, 2, paid=False))])),
        Centre(shift(8, length=(4, 8), breaks=[pause("meal", 1, 2, paid=False)])).asks(
            day_s=(6 * H, 8 * H)
        ),
    ),
    "two_shifts_a_day": (DAY, Centre(shift(8, 14))),
    "short_rest": (TWO_STARTS, TWO_STARTS.asks(rest_s=11 * H)),
    "too_many_days_in_row": (WEEK, WEEK.asks(max_days_in_row=5)),
    "days_of_week": (WEEK, WEEK.asks(days_per_week=(3, 5))),
    "hours_of_week": (WEEK, WEEK.asks(week_s=(24 * H, 40 * H))),
    "broken_breaks": (PLAN, replace(PLAN, template=shift(8, breaks=[pause("meal", 3, 5)]))),
    "unbroken_work": (
        SNACKS,
        replace(SNACKS, template=replace(SNACKS.template, unbroken_s=(H, 4 * H))),
    ),
    "torn_activities": (
        replace(PLAN, template=shift(8, breaks=TEAS[:1])),
        replace(PLAN, template=shift(8, breaks=TEAS)),
    ),
    "too_many_nights": (NIGHTS, NIGHTS.duty(nights_per_week=2)),
    "too_many_nights_in_row": (NIGHTS, NIGHTS.duty(nights_in_row=1)),
    "short_rest_after_nights": (DAY_AND_NIGHT, DAY_AND_NIGHT.duty(rest_after_nights_s=24 * H)),
    "long_nights": (
        Centre(shift(21, length=(6, 10))),
        Centre(shift(21, length=(6, 10))).duty(night_average_s=8 * H),
    ),
    "no_weekend_off": (
        replace(WEEK, worked=((-2, 8),)),
        replace(WEEK, worked=((-2, 8),)).duty(weekend_off_every=2),
    ),
    "split_weekend": (WEEK, WEEK.duty(whole_weekends=True)),
    "unsteady_starts": (TWO_STARTS, TWO_STARTS.duty(start_spread_s=H)),
    "no_days_off_in_a_pair": (WEEK, WEEK.duty(paired_days_off=True)),
    "short_weekly_rest": (WEEK, WEEK.duty(weekly_rest_s=35 * H)),
    "hours_on_average": (
        replace(WEEK, worked=tuple((day, 8) for day in range(-7, -1))),
        replace(WEEK, worked=tuple((day, 8) for day in range(-7, -1))).duty(
            average_s=(0, 40 * H), average_weeks=2
        ),
    ),
    "short_stretch_of_work": (WEEK, WEEK.duty(least_days_in_row=2)),
    "short_stretch_off": (WEEK, WEEK.duty(least_days_off_in_row=2)),
    "too_many_weekends": (
        replace(WEEK, worked=((-2, 8),)),
        replace(WEEK, worked=((-2, 8),)).duty(weekends_in_four=1),
    ),
    "too_many_of_a_shift": (WEEK, WEEK.duty(shifts_in_four_weeks=(("t", 5),))),
    "no_break": (DAY, DAY.duty(break_after_s=6 * H)),
    "outside_availability": (TWO_STARTS, with_spans(TWO_STARTS, 6, 14)),
    "settled_shift_missing": (
        TWO_STARTS,
        replace(TWO_STARTS, arranged=Arranged(fixed=(FixedShift("ann", MONDAY, 14 * H, 22 * H),))),
    ),
    "too_few_at_work": (
        PAIR,
        replace(PAIR, presence=(PresenceRule("floor", min_at_work=2, at=hours(8, 10)),)),
    ),
    "too_many_at_work": (
        PAIR,
        replace(PAIR, presence=(PresenceRule("seats", max_at_work=1, at=hours(8, 10)),)),
    ),
    "too_many_on_break": (
        MEAL,
        replace(MEAL, presence=(PresenceRule("room", max_on_break=1, at=hours(11, 13)),)),
    ),
    "outside_hours": (
        TWO_STARTS,
        replace(TWO_STARTS, presence=(PresenceRule("site", open=hours(6, 14)),)),
    ),
}


def test_no_rule_lacks_a_golden_lp() -> None:
    """A new rule must come with the rows that it adds."""
    assert set(CASES) == set(RULES)
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(RULES)


@pytest.mark.parametrize("rule", list(CASES))
def test_a_rule_changes_the_model_as_it_did(rule: str, request: pytest.FixtureRequest) -> None:
    """Rows, senses, right sides, prices and what is taken away are those of the file."""
    path, made = GOLDEN / f"{rule}.lp", golden(rule)
    if request.config.getoption("--renew-golden"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")
    assert len(made.splitlines()) > 4 or "refused" in made
