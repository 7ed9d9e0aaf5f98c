"""Rules that tie the shifts of one person's week together: as rows of a model, and as a test.

Nights, steady starts, days off in a pair, whole weekends, one long rest. Every rule is kept by
being off, so rows are hard and a roster always exists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.solver import Model
from wfm.scheduling.stretch import Before, keeps_stretches, stretch_rows
from wfm.work_rules import DutyRules

__all__ = [
    "Duty",
    "Kinds",
    "Work",
    "duty_rows",
    "keeps_duty",
    "kept_with",
    "longest_rest",
    "week_of",
]

_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Duty:
    """The rules of one person in one week; steps count from the week's first midnight.

    Parameters
    ----------
    step_s
        Length of a step [s].
    last_end
        End of the last shift before the week; far below 0 when there is none.
    nights_before
        Nights in a row up to the week.
    free_of_nights
        First step of a shift that is no night, after the nights of the week before.
    midnights
        First midnight of the week and the one after its last day.
    next_start
        Earliest step at which a shift of the week after can start.
    weekend
        Indices of Saturday and Sunday; None when the week holds only one of them.
    before
        Days in a row, weekends and shifts before the week.
    """

    rules: DutyRules
    step_s: int
    last_end: int
    nights_before: int
    free_of_nights: int
    midnights: tuple[int, ...]
    next_start: int
    weekend: tuple[int, int] | None
    before: Before = field(default_factory=Before)

    @property
    def whole(self) -> bool:
        """Whether the week has all its seven days; rules of whole weeks bind only then."""
        return len(self.midnights) == 8

    @property
    def days(self) -> int:
        """Days of the week."""
        return len(self.midnights) - 1

    @property
    def rest(self) -> int:
        """Weekly rest in steps."""
        return -(-self.rules.weekly_rest_s // self.step_s)

    @property
    def inside(self) -> int:
        """Steps of the weekly rest that must lie in the week."""
        return min(self.rest, _DAY_S // self.step_s)


@dataclass(frozen=True, slots=True)
class Work:
    """One shift of a week: day, steps, start on the clock [s], paid time [s], night work."""

    day: int
    start: int
    end: int
    clock_s: int
    paid_s: int
    night: bool
    template: str = ""


def keeps_duty(duty: Duty, week: Sequence[Work], *, done: int | None = None) -> bool:
    """Whether the shifts of a week keep all rules.

    Parameters
    ----------
    week
        Shifts in order of time.
    done
        Days that are settled; the others count as off for now. None when all are.
    """
    tests: tuple[Callable[[Duty, Sequence[Work]], bool], ...] = (
        _few_nights,
        _rest_after_nights,
        _steady_starts,
        _paired_days_off,
        _weekly_rest,
        _few_of_a_template,
    )
    worked, settled = {work.day for work in week}, done is None
    return (
        all(test(duty, week) for test in tests)
        and keeps_stretches(duty.rules, duty.before, worked, duty.days, whole=settled)
        and (not settled or _whole_weekend(duty, week))
    )


def _few_of_a_template(duty: Duty, week: Sequence[Work]) -> bool:
    most = dict(duty.rules.shifts_in_four_weeks)
    mine = Counter(work.template for work in week)
    return all(
        mine[name] <= max(limit - duty.before.shifts.get(name, 0), 0)
        for name, limit in most.items()
    )


def _few_nights(duty: Duty, week: Sequence[Work]) -> bool:
    rules, nights = duty.rules, [work for work in week if work.night]
    if rules.nights_per_week is not None and len(nights) > rules.nights_per_week:
        return False
    if rules.nights_in_row is not None:
        run, before = duty.nights_before, -1
        for work in nights:
            run = run + 1 if work.day == before + 1 else 1
            before = work.day
            if run > rules.nights_in_row:
                return False
    most = rules.night_average_s
    return most is None or sum(work.paid_s - most for work in nights) <= duty.before.night_room_s


def _rest_after_nights(duty: Duty, week: Sequence[Work]) -> bool:
    rest = -(-duty.rules.rest_after_nights_s // duty.step_s)
    if not rest:
        return True
    if week and not week[0].night and week[0].start < duty.free_of_nights:
        return False
    turns = ((a, b) for a, b in pairwise(week) if a.night and not b.night)
    return all(b.start - a.end >= rest for a, b in turns)


def _steady_starts(duty: Duty, week: Sequence[Work]) -> bool:
    spread, clocks = duty.rules.start_spread_s, [work.clock_s for work in week]
    return spread is None or not clocks or max(clocks) - min(clocks) <= spread


def _paired_days_off(duty: Duty, week: Sequence[Work]) -> bool:
    if not duty.rules.paired_days_off or not duty.whole:
        return True
    worked = {work.day for work in week}
    return any(day not in worked and day + 1 not in worked for day in range(6))


def _whole_weekend(duty: Duty, week: Sequence[Work]) -> bool:
    if not duty.rules.whole_weekends or duty.weekend is None:
        return True
    worked = {work.day for work in week}
    return (duty.weekend[0] in worked) == (duty.weekend[1] in worked)


def _weekly_rest(duty: Duty, week: Sequence[Work]) -> bool:
    if not duty.rest or not duty.whole:
        return True
    ends = [duty.last_end, *(work.end for work in week)]
    starts = [*(work.start for work in week), duty.next_start]
    return longest_rest(ends, starts, duty.midnights[-1], duty.inside) >= duty.rest


def longest_rest(ends: Sequence[int], starts: Sequence[int], week: int, inside: int) -> int:
    """Longest pause of which at least ``inside`` lies between 0 and the week's end; 0 if none.

    Examples
    --------
    A pause of 40 with only 10 of it in the week does not count:

    >>> longest_rest([0, 80], [30, 120], 90, 24), longest_rest([0, 60], [20, 120], 90, 24)
    (30, 60)
    """
    pauses = zip(ends, starts, strict=True)
    return max((b - a for a, b in pauses if min(b, week) - max(a, 0) >= inside), default=0)


Pairs = list[tuple[int, Any]]
"""Kinds of a day with their variables."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the rows need to know of each kind of shift, by index."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    paid_s: NDArray[np.int64]
    clock_s: NDArray[np.int64]
    night: NDArray[np.bool_]
    template: NDArray[np.str_] | None = None

    def name(self, kind: int) -> str:
        """Template of a kind; empty where kinds have none."""
        return "" if self.template is None else str(self.template[kind])


def week_of(kinds: Kinds, row: NDArray[np.int64]) -> list[Work]:
    """Shifts of a week from their kinds by day, -1 for off."""
    return [
        Work(
            day,
            int(kinds.start[kind]),
            int(kinds.end[kind]),
            int(kinds.clock_s[kind]),
            int(kinds.paid_s[kind]),
            bool(kinds.night[kind]),
            kinds.name(kind),
        )
        for day, kind in enumerate(row.tolist())
        if kind >= 0
    ]


def kept_with(
    duty: Duty, kinds: Kinds, row: NDArray[np.int64], day: int, choices: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether the week keeps the rules with each of some kinds on a day.

    Days off count as settled, but for a weekend that is wholly worked or wholly off.
    """
    tried, kept = row.copy(), {}
    for kind in np.unique(choices).tolist():
        tried[day] = kind
        kept[kind] = keeps_duty(duty, week_of(kinds, tried), done=day)
    return np.array([kept[kind] for kind in choices.tolist()], dtype=bool)


def duty_rows(
    model: Model, duty: Duty, kinds: Kinds, by_day: Sequence[Pairs], *, price: float = 0.0
) -> None:
    """Add the rules of one person to a model.

    Parameters
    ----------
    price
        What it costs not to go on with a stretch that the week before left too short.
    """
    _night_rows(model, duty, kinds, by_day)
    _after_night_rows(model, duty, kinds, by_day)
    _start_rows(model, duty, kinds, by_day)
    if duty.whole and duty.rules.paired_days_off:
        _pair_rows(model, by_day)
    if duty.whole and duty.rest:
        _rest_rows(model, duty, kinds, by_day)
    if duty.rules.whole_weekends and duty.weekend is not None:
        first, second = (by_day[day] for day in duty.weekend)
        model.row([*((v, 1.0) for _, v in first), *((v, -1.0) for _, v in second)], "==", 0.0)
    if duty.rules.shapes_stretches:
        named = [[(kinds.name(k), v) for k, v in pairs] for pairs in by_day]
        stretch_rows(model, duty.rules, duty.before, named, price=price)


def _night_rows(model: Model, duty: Duty, kinds: Kinds, by_day: Sequence[Pairs]) -> None:
    rules = duty.rules
    nights = [[(k, v) for k, v in pairs if kinds.night[k]] for pairs in by_day]
    every = [pair for pairs in nights for pair in pairs]
    if not every:
        return
    if rules.nights_per_week is not None:
        model.row([(v, 1.0) for _, v in every], "<=", float(rules.nights_per_week))
    if rules.night_average_s is not None:
        over = [(v, float(kinds.paid_s[k] - rules.night_average_s) / 3600) for k, v in every]
        model.row(over, "<=", duty.before.night_room_s / 3600)
    most = rules.nights_in_row
    if most is not None:
        for first in range(-min(duty.nights_before, most), len(by_day) - most):
            window = nights[max(first, 0) : first + most + 1]
            model.row(
                [(v, 1.0) for pairs in window for _, v in pairs], "<=", float(most + min(first, 0))
            )


def _after_night_rows(model: Model, duty: Duty, kinds: Kinds, by_day: Sequence[Pairs]) -> None:
    """A night and a shift that is none exclude one another when the rest between is too short."""
    rest = -(-duty.rules.rest_after_nights_s // duty.step_s)
    if not rest:
        return
    reach = 1 + -(-rest * duty.step_s // _DAY_S)
    for day, pairs in enumerate(by_day):
        late = [(k, v) for k, v in pairs if kinds.night[k]]
        early = [(k, v) for k, v in pairs if not kinds.night[k]]
        barred = [(v, 1.0) for k, v in early if kinds.start[k] < duty.free_of_nights]
        if barred:
            _bar(model, duty, kinds, by_day[:day], barred)
        for other in by_day[day + 1 : day + 1 + reach]:
            days = [(k, v) for k, v in other if not kinds.night[k]]
            _cliques(model, kinds, late, days, rest)


def _bar(
    model: Model,
    duty: Duty,
    kinds: Kinds,
    before: Sequence[Pairs],
    barred: list[tuple[Any, float]],
) -> None:
    """Too early after the nights of the week before: only once another night lies between."""
    again = [(v, -1.0) for pairs in before for k, v in pairs if kinds.night[k]]
    model.row([*barred, *again], "<=", 0.0)


def _cliques(
    model: Model,
    kinds: Kinds,
    late: Pairs,
    early: Pairs,
    rest: int,
    *,
    unless: Any = None,
) -> None:
    """Shifts that end too late for a start exclude all that start no later.

    With ``unless`` they do so only where that variable is 1.
    """
    room = [] if unless is None else [(unless, 1.0)]
    most = 1.0 if unless is None else 2.0
    kept: dict[int, int] = {}
    for start in sorted({int(kinds.start[k]) for k, _ in early}):
        count = sum(int(kinds.end[k]) > start - rest for k, _ in late)
        if count:
            kept[count] = start
    for start in kept.values():
        terms = [(v, 1.0) for k, v in late if kinds.end[k] > start - rest]
        terms += [(v, 1.0) for k, v in early if kinds.start[k] <= start]
        model.row([*terms, *room], "<=", most)


def _start_rows(model: Model, duty: Duty, kinds: Kinds, by_day: Sequence[Pairs]) -> None:
    """All starts of the week lie in one window, of which the model chooses the first start."""
    spread = duty.rules.start_spread_s
    clocks = sorted({int(kinds.clock_s[k]) for pairs in by_day for k, _ in pairs})
    if spread is None or not clocks or clocks[-1] - clocks[0] <= spread:
        return
    window = {clock: model.variable(high=1.0, whole=True) for clock in clocks}
    model.row([(v, 1.0) for v in window.values()], "<=", 1.0)
    for pairs in by_day:
        for clock in sorted({int(kinds.clock_s[k]) for k, _ in pairs}):
            low = [(v, 1.0) for k, v in pairs if kinds.clock_s[k] <= clock]
            model.row([*low, *((v, -1.0) for c, v in window.items() if c <= clock)], "<=", 0.0)
            high = [(v, 1.0) for k, v in pairs if kinds.clock_s[k] >= clock]
            fits = [(v, -1.0) for c, v in window.items() if c + spread >= clock]
            model.row([*high, *fits], "<=", 0.0)


def _pair_rows(model: Model, by_day: Sequence[Pairs]) -> None:
    pair = [model.variable(high=1.0, whole=True) for _ in by_day[1:]]
    model.row([(v, 1.0) for v in pair], ">=", 1.0)
    for day, pairs in enumerate(by_day):
        near = [(v, 1.0) for v in pair[max(day - 1, 0) : day + 1]]
        for both in near:
            model.row([*((v, 1.0) for _, v in pairs), both], "<=", 1.0)


def _rest_rows(model: Model, duty: Duty, kinds: Kinds, by_day: Sequence[Pairs]) -> None:
    """One day off of the week has the whole rest round it.

    A rest as long as this nearly always holds a day on which no shift starts; the few that do not
    are left out here and accepted by the test.
    """
    rest, inside, days = duty.rest, duty.inside, len(by_day)
    round_ = [model.variable(high=1.0, whole=True) for _ in by_day]
    model.row([(v, 1.0) for v in round_], ">=", 1.0)
    first = max(duty.last_end + rest, max(duty.last_end, 0) + inside)
    last = min(duty.next_start - rest, duty.midnights[-1] - inside)
    for day, chosen in enumerate(round_):
        model.row([*((v, 1.0) for _, v in by_day[day]), (chosen, 1.0)], "<=", 1.0)
        for back, ahead in ((1, 1), (2, 1), (1, 2)):
            if day - back >= 0 and day + ahead < days:
                late, early = by_day[day - back], by_day[day + ahead]
                _cliques(model, kinds, late, early, rest, unless=chosen)
        for near in by_day[day + 1 : day + 3] if day < 2 else []:
            early = [(v, 1.0) for k, v in near if kinds.start[k] < first]
            if early:
                model.row([*early, (chosen, 1.0)], "<=", 1.0)
        for near in by_day[day - 2 : day] if day >= days - 2 else []:
            late = [(v, 1.0) for k, v in near if kinds.end[k] > last]
            if late:
                model.row([*late, (chosen, 1.0)], "<=", 1.0)
