"""Rules of a contract that are in force, in words, each with a way to drop and to loosen it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from wfm.domain import Contract
from wfm.scheduling.check_duty import hours
from wfm.work_rules import DutyRules

__all__ = ["Rule", "rules_of"]

_H = 3600
_STEP_S = 1800

Change = Callable[[Contract, float], Contract]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a contract: its words, the contract without it, and how it can be loosened.

    Parameters
    ----------
    drop
        The contract without the rule.
    loosen
        The contract with the value in place of the rule's; None where there is nothing between.
    now, end, step
        The rule's value, the loosest one that makes sense, and the grid between.
    say
        Words for a value.
    """

    words: str
    drop: Callable[[Contract], Contract]
    loosen: Change | None = None
    now: float = 0.0
    end: float = 0.0
    step: float = 1.0
    say: Callable[[float], str] = str


def rules_of(contract: Contract) -> list[Rule]:
    """Rules of a contract that are in force."""
    low, high = contract.week_s
    few, many = contract.days_per_week
    by_hour = {"step": float(_STEP_S)}
    rules = [
        Rule(
            f"rest of {hours(contract.rest_s)} between shifts",
            lambda c: replace(c, rest_s=0),
            lambda c, v: replace(c, rest_s=int(v)),
            contract.rest_s,
            0.0,
            say=lambda v: f"rest of {hours(v)}",
            **by_hour,
        ),
        Rule(
            f"{hours(low)} to {hours(high)} a week",
            lambda c: replace(c, week_s=(0, 7 * 24 * _H)),
            lambda c, v: replace(c, week_s=(int(v), max(int(v), c.week_s[1]))),
            low,
            0.0,
            say=lambda v: f"hours_per_week from {hours(v)}",
            **by_hour,
        ),
        Rule(
            f"{few} to {many} days a week" if few < many else f"{few} days a week",
            lambda c: replace(c, days_per_week=(0, 7)),
            lambda c, v: replace(c, days_per_week=(int(v), max(int(v), c.days_per_week[1]))),
            few,
            0.0,
            say=lambda v: f"days_per_week from {v:.0f}",
        ),
        Rule(
            f"{hours(contract.day_s[0])} to {hours(contract.day_s[1])} a day",
            lambda c: replace(c, day_s=(0, 24 * _H)),
            lambda c, v: replace(c, day_s=(int(v), c.day_s[1])),
            contract.day_s[0],
            0.0,
            say=lambda v: f"hours_per_day from {hours(v)}",
            **by_hour,
        ),
        Rule(
            f"at most {contract.max_days_in_row} days in a row",
            lambda c: replace(c, max_days_in_row=7),
            lambda c, v: replace(c, max_days_in_row=int(v)),
            contract.max_days_in_row,
            7.0,
            say=lambda v: f"max_days_in_row of {v:.0f}",
        ),
    ]
    return [*rules, *_duty_rules(contract.duty)]


def _duty_rules(duty: DutyRules) -> Iterator[Rule]:
    """Rules beyond hours and days that are in force."""

    def with_duty(**change: object) -> Callable[[Contract], Contract]:
        return lambda c: replace(c, duty=replace(c.duty, **change))  # type: ignore[arg-type]

    if duty.weekly_rest_s:
        yield Rule(
            f"{hours(duty.weekly_rest_s)} of rest once a week",
            with_duty(weekly_rest_s=0),
            lambda c, v: replace(c, duty=replace(c.duty, weekly_rest_s=int(v))),
            duty.weekly_rest_s,
            0.0,
            float(_STEP_S),
            lambda v: f"weekly_rest of {hours(v)}",
        )
    if duty.start_spread_s is not None:
        yield Rule(
            f"starts within {hours(duty.start_spread_s)} of one another",
            with_duty(start_spread_s=None),
            lambda c, v: replace(c, duty=replace(c.duty, start_spread_s=int(v))),
            duty.start_spread_s,
            24.0 * _H,
            float(_STEP_S),
            lambda v: f"start_spread of {hours(v)}",
        )
    if duty.paired_days_off:
        yield Rule("two days off in a row", with_duty(paired_days_off=False))
    if duty.whole_weekends:
        yield Rule("weekends whole", with_duty(whole_weekends=False))
    if duty.nights_per_week is not None:
        words = f"at most {duty.nights_per_week} nights a week"
        yield Rule(words, with_duty(nights_per_week=None))
    if duty.nights_in_row is not None:
        yield Rule(f"at most {duty.nights_in_row} nights in a row", with_duty(nights_in_row=None))
    if duty.rest_after_nights_s:
        words = f"{hours(duty.rest_after_nights_s)} of rest after nights"
        yield Rule(words, with_duty(rest_after_nights_s=0))
    for name, words in (
        ("least_days_in_row", "at least {} working days in a row"),
        ("least_days_off_in_row", "at least {} days off in a row"),
    ):
        least = getattr(duty, name)
        if least > 1:
            yield Rule(words.format(least), with_duty(**{name: 1}))
    if duty.night_average_s is not None:
        words = f"nights of {hours(duty.night_average_s)} on average"
        yield Rule(words, with_duty(night_average_s=None))
