"""Supply: every cohort's heads from period to period, and what they give on the contacts.

A cohort is a line of the opening headcount or a hiring class. Its heads roll forward exactly:
opening + joined - leavers + moved = closing = next opening. Trainees roll apart: opening + hired -
failed - graduated = next opening. What depends on the calendar alone (share of the period on the
contacts, in each tenure band, in each ramp step) is worked out first and once, by days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wfm.capacity.inputs import CapacityInputs, HiringClass, Move, MoveKind, OpeningHeads
from wfm.capacity.timeline import Floats, Period, overlaps

__all__ = [
    "Cohort",
    "CohortCalendar",
    "CohortHeads",
    "GroupSupply",
    "calendar_of",
    "class_cohort",
    "cohorts_of",
    "group_supply",
    "pool_of",
    "roll",
    "support_heads",
    "survival",
]


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who joined together.

    Parameters
    ----------
    heads
        Persons who join: the opening heads, or the class less those who fail.
    joins
        First day on the contacts; None is before the plan.
    hired
        First day of employment; None is longer than any band or ramp.
    trainees
        Persons in training from ``hired`` to ``joins``; 0 for opening headcount.
    """

    name: str
    group: str
    contract: str
    grade: str
    heads: float
    hired: dt.date | None
    joins: dt.date | None
    trainees: float = 0.0


@dataclass(frozen=True, slots=True)
class CohortCalendar:
    """Shares of each period by the calendar alone.

    Parameters
    ----------
    present
        Share of the period from joining on [fraction].
    in_band
        Months of the period spent in each tenure band, shape (bands, periods) [month].
    productivity
        Mean output while present over a tenured agent's [fraction].
    probation
        Share of the presence in the first band [fraction].
    in_training
        Share of the period in training [fraction].
    joining, starting
        Index of the period in which they join, and start training; -1 is before the plan,
        the number of periods is after it.
    """

    present: Floats
    in_band: Floats
    productivity: Floats
    probation: Floats
    in_training: Floats
    joining: int
    starting: int


@dataclass(frozen=True, slots=True)
class CohortHeads:
    """One cohort's heads; an array over the periods each."""

    cohort: Cohort
    calendar: CohortCalendar
    opening: Floats
    joined: Floats
    leavers: Floats
    moved: Floats
    closing: Floats

    @property
    def average(self) -> Floats:
        """Mean heads on the contacts: half of what the period changes."""
        start = self.opening + self.joined
        return self.calendar.present * (start + self.closing) / 2

    @property
    def trainees(self) -> Floats:
        """Mean heads in training."""
        return self.cohort.trainees * self.calendar.in_training


def cohorts_of(inputs: CapacityInputs) -> tuple[Cohort, ...]:
    """Opening headcount, then classes, in the order of the inputs."""
    return tuple(
        [_opening(inputs, row) for row in inputs.headcount]
        + [class_cohort(inputs, one) for one in inputs.classes]
    )


def _opening(inputs: CapacityInputs, row: OpeningHeads) -> Cohort:
    begin = inputs.periods[0].start
    trained = dt.timedelta(weeks=inputs.training.weeks)
    if row.hired is not None and row.hired + trained > begin:
        raise ValueError(
            f"headcount {row.name!r}: hired {row.hired} and so still in training when the plan "
            "begins; give them as a class"
        )
    heads = row.heads - row.on_leave
    if heads < 0:
        raise ValueError(f"headcount {row.name!r}: more on leave than there are")
    return Cohort(row.name, row.group, row.contract, row.grade, heads, row.hired, None)


def class_cohort(inputs: CapacityInputs, one: HiringClass) -> Cohort:
    """Cohort of a class: in training, then on the contacts."""
    joins = one.start + dt.timedelta(weeks=inputs.training.weeks)
    if joins <= inputs.periods[0].start:
        raise ValueError(
            f"class {one.name!r}: started {one.start} and is trained before the plan begins; "
            "count its people in the headcount"
        )
    graduates = one.size * (1.0 - inputs.training.washout)
    return Cohort(
        one.name, one.group, one.contract, one.grade, graduates, one.start, joins, float(one.size)
    )


def calendar_of(inputs: CapacityInputs, cohort: Cohort) -> CohortCalendar:
    """Shares of each period that a cohort spends in training, in each band and on the ramp."""
    periods = inputs.periods
    joins = cohort.joins or dt.date.min
    present = overlaps(periods, joins, dt.date.max)
    in_band = _in_bands(inputs, cohort, joins)
    length = np.array([period.months for period in periods])
    in_first = in_band[0] / length if len(in_band) > 1 else np.zeros(len(periods))
    training = np.zeros(len(periods))
    if cohort.hired and cohort.joins:
        training = overlaps(periods, cohort.hired, cohort.joins)
    return CohortCalendar(
        present,
        in_band,
        _productivity(inputs, cohort, present),
        np.divide(in_first, present, out=np.zeros(len(periods)), where=present > 0),
        training,
        _place(periods, cohort.joins),
        _place(periods, cohort.hired) if cohort.joins else -1,
    )


def _place(periods: Sequence[Period], day: dt.date | None) -> int:
    """Index of the period that holds a date; -1 before the first."""
    if day is None:
        return -1
    return sum(period.start <= day for period in periods) - 1 + (day >= periods[-1].end)


def _in_bands(inputs: CapacityInputs, cohort: Cohort, joins: dt.date) -> Floats:
    """Months of each period in each tenure band, from joining on."""
    periods = inputs.periods
    length = np.array([period.months for period in periods])
    bands = inputs.attrition
    if not bands:
        return np.zeros((1, len(periods)))
    if cohort.hired is None:
        out = np.zeros((len(bands), len(periods)))
        out[-1] = length
        return out
    edges = [cohort.hired]
    for band in bands[:-1]:
        edges.append(edges[-1] + dt.timedelta(weeks=band.weeks))
    edges.append(dt.date.max)
    return np.stack(
        [length * overlaps(periods, max(a, joins), max(b, joins)) for a, b in pairwise(edges)]
    )


def _productivity(inputs: CapacityInputs, cohort: Cohort, present: Floats) -> Floats:
    """Mean output while present; the ramp begins after training."""
    if cohort.hired is None:
        return np.ones(len(present))
    begin = cohort.hired + dt.timedelta(weeks=inputs.training.weeks)
    joins = cohort.joins or dt.date.min
    lost = np.zeros(len(present))
    for step in inputs.training.ramp:
        end = begin + dt.timedelta(weeks=step.weeks)
        lost += (1.0 - step.productivity) * overlaps(
            inputs.periods, max(begin, joins), max(end, joins)
        )
        begin = end
    return 1.0 - np.divide(lost, present, out=np.zeros(len(present)), where=present > 0)


def roll(
    inputs: CapacityInputs, cohort: Cohort, calendar: CohortCalendar, moved: Floats | None = None
) -> CohortHeads:
    """Heads of a cohort through all periods.

    Raises
    ------
    ValueError
        When more heads move out than there are.
    """
    count = len(inputs.periods)
    stay = survival(inputs, calendar)
    moves = np.zeros(count) if moved is None else moved
    opening, joined, leavers, closing = (np.zeros(count) for _ in range(4))
    heads = cohort.heads if calendar.joining < 0 else 0.0
    for k in range(count):
        opening[k] = heads
        joined[k] = cohort.heads if calendar.joining == k else 0.0
        leavers[k] = (opening[k] + joined[k]) * (1.0 - stay[k])
        heads = opening[k] + joined[k] - leavers[k] + moves[k]
        if heads < -1e-9:
            raise ValueError(
                f"{cohort.name!r}: more people move out in {inputs.periods[k].name} than there are"
            )
        heads = max(heads, 0.0)
        closing[k] = heads
    return CohortHeads(cohort, calendar, opening, joined, leavers, moves, closing)


def survival(inputs: CapacityInputs, calendar: CohortCalendar) -> Floats:
    """Share of each period's heads that is still there at its end [fraction]."""
    stay = np.ones(len(inputs.periods))
    for band, spent in zip(inputs.attrition, calendar.in_band, strict=False):
        stay = stay * (1.0 - inputs.hazard(band)) ** spent
    return stay


@dataclass(frozen=True, slots=True)
class GroupSupply:
    """People of one group; an array over the periods each.

    Parameters
    ----------
    on_leave
        Closing heads on leave of absence.
    transfers, leave, promotions
        Net heads by transfer, net heads back from leave, heads promoted out.
    agent_fte, productive_fte
        Mean full-timers on the contacts, and the same counted by output.
    support
        Heads of each role, shape (roles, periods).
    """

    group: str
    cohorts: tuple[CohortHeads, ...]
    on_leave: Floats
    transfers: Floats
    leave: Floats
    promotions: Floats
    agent_fte: Floats
    productive_fte: Floats
    support: Floats

    def total(self, part: str) -> Floats:
        """Sum over the cohorts of one of their figures (opening, leavers, trainees …)."""
        found = [np.asarray(getattr(one, part), float) for one in self.cohorts]
        return np.asarray(sum(found, np.zeros(len(self.on_leave))), float)

    @property
    def mix(self) -> Floats:
        """Mean handle time over a tenured agent's: heads over output, at least 1."""
        good = self.productive_fte > 0
        ones = np.ones(len(self.agent_fte))
        return np.divide(self.agent_fte, self.productive_fte, out=ones, where=good)


def group_supply(inputs: CapacityInputs, group: str) -> GroupSupply:
    """Heads of one group, with support staff by span.

    Raises
    ------
    ValueError
        When heads move that are not there, or a move has no tenured headcount to come from.
    """
    count = len(inputs.periods)
    moved = _moves(inputs, group)
    pool = pool_of(inputs, group)
    if pool is None and any(moved[kind].any() for kind in moved):
        raise ValueError(f"group {group!r} has moves but no tenured headcount for them to change")
    total = moved["transfer"] + moved["leave"] - moved["promotion"]
    cohorts = []
    for cohort in cohorts_of(inputs):
        if cohort.group == group:
            calendar = calendar_of(inputs, cohort)
            change = total if cohort.name == pool else None
            cohorts.append(roll(inputs, cohort, calendar, change))
    on_leave = sum(row.on_leave for row in inputs.headcount if row.group == group)
    away = on_leave - np.cumsum(moved["leave"])
    if (away < -1e-9).any():
        raise ValueError(f"group {group!r}: more people come back than are on leave")
    fte = [(one, inputs.fte_of(one.cohort.contract)) for one in cohorts]
    heads = sum((one.average for one, _ in fte), np.zeros(count))
    support = support_heads(inputs, heads + sum((one.trainees for one, _ in fte), np.zeros(count)))
    helping = sum(
        (role.productive * row for role, row in zip(inputs.role, support, strict=True)),
        np.zeros(count),
    )
    return GroupSupply(
        group,
        tuple(cohorts),
        np.maximum(away, 0.0),
        moved["transfer"],
        moved["leave"],
        moved["promotion"],
        sum((one.average * share for one, share in fte), np.zeros(count)) + helping,
        sum((one.average * one.calendar.productivity * share for one, share in fte), helping),
        support,
    )


def pool_of(inputs: CapacityInputs, group: str) -> str | None:
    """Cohort that moves come from: the group's first tenured headcount."""
    rows = (row.name for row in inputs.headcount if row.group == group and row.hired is None)
    return next(rows, None)


def _moves(inputs: CapacityInputs, group: str) -> dict[str, Floats]:
    """Net heads by kind and period: transfers and returns in, promotions out."""
    found = {kind: np.zeros(len(inputs.periods)) for kind in ("transfer", "leave", "promotion")}
    for move in inputs.moves:
        k = _place(inputs.periods, move.date)
        if not 0 <= k < len(inputs.periods):
            continue
        kind, heads = _effect(move, group)
        found[kind][k] += heads
    return found


def _effect(move: Move, group: str) -> tuple[str, float]:
    """What a move does to a group."""
    if move.kind is MoveKind.TRANSFER:
        return "transfer", move.heads * ((move.to == group) - (move.group == group))
    mine = move.heads if move.group == group else 0.0
    if move.kind is MoveKind.PROMOTION:
        return "promotion", mine
    return "leave", mine if move.kind is MoveKind.RETURN else -mine


def support_heads(inputs: CapacityInputs, people: Floats) -> Floats:
    """Heads of each role for so many agents and trainees, rounded up, shape (roles, periods)."""
    counted: dict[str, Floats] = {"": people}
    for role in inputs.role:
        if role.span > 0:
            below = counted[role.of]
            # 24 agents over a span of 8 are 3 leaders whatever the last digit of 24 is
            counted[role.name] = np.ceil(np.round(below / role.span, 9))
        else:
            counted[role.name] = np.full(len(people), role.heads)
    rows = [counted[role.name] for role in inputs.role]
    return np.array(rows, float).reshape(-1, len(people))
