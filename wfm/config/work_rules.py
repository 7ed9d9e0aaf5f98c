"""``[[shift]]``, ``[[contract]]`` and ``[scheduling]``: what a roster may look like."""

from __future__ import annotations

import math
from typing import Any, Literal

from wfm.config.duty_rules import Preset, read_duty
from wfm.config.section import Section
from wfm.config.units import break_window, clock_range, duration_range_s
from wfm.config.values import flag, seconds
from wfm.domain import Anchor, BreakRule, Contract, SchedulingRules, ShiftTemplate

__all__ = ["read_contract", "read_rules", "read_template"]


def read_template(section: Section) -> ShiftTemplate | None:
    """Shift template of one ``[[shift]]``; None where a problem was noted."""
    name = section.text("name", required=True)
    start_s = section.read("start", (0, 0), lambda v: clock_range(str(v)), required=True)
    start_step_s = section.duration("start_step", 1800)
    length_s = section.duration_range("length", (1, 1))
    length_step_s = section.duration("length_step", 1800)
    breaks = [rule for child in section.children("breaks") if (rule := _break(child))]
    gap = section.read("gap", None, lambda v: duration_range_s(str(v)))
    section.finish()
    return section.build(
        lambda: ShiftTemplate(
            name, start_s, start_step_s, length_s, length_step_s, tuple(breaks), gap
        )
    )


def _break(section: Section) -> BreakRule | None:
    name = section.text("name", "break")
    length_s = section.duration("length", 900, required=True)
    paid = section.read("paid", True, flag, required=True)
    nothing = ("start", (0, 0), (0.0, 0.0))
    anchor, window_s, share = section.read(
        "when", nothing, lambda v: break_window(str(v)), required=True
    )
    longer_s = section.read("if_longer_than", 0, seconds)
    section.finish()
    return section.build(
        lambda: BreakRule(name, length_s, paid, Anchor(anchor), window_s, longer_s, share)
    )


def read_contract(section: Section, preset: Preset) -> Contract | None:
    """Contract of one ``[[contract]]``; None where a problem was noted."""
    name = section.text("name", required=True)
    shifts = section.texts("shifts", required=True)
    day_s = section.duration_range("hours_per_day", (0, 0))
    week_s = section.duration_range("hours_per_week", (0, 0))
    days_per_week = section.read("days_per_week", (5, 5), _day_range, required=True)
    rest_s = section.duration("rest", 11 * 3600)
    max_days_in_row = section.whole("max_days_in_row", 6)
    cost = section.number("cost_per_hour", 0.0)
    duty = read_duty(section, preset)
    if rest_s < preset.rest_s:
        what = f"is shorter than the preset of [scheduling], {preset.rest_s / 3600:g}h"
        section.complain("rest", what, found=str(section.table.get("rest")), fix="lengthen it")
    section.finish()
    if duty is None:
        return None
    head = (name, shifts, day_s, week_s, days_per_week, rest_s, max_days_in_row)
    return section.build(lambda: Contract(*head, cost, duty))


def _day_range(value: Any) -> tuple[int, int]:
    low, dash, high = str(value).partition("-")
    if not low.strip().isdigit() or (dash and not high.strip().isdigit()):
        raise ValueError('write days per week as 5 or "4-5"')
    first, last = int(low), int(high if dash else low)
    if not 1 <= first <= last <= 7:
        raise ValueError("days per week run from small to large, from 1 to 7")
    return first, last


def read_rules(section: Section, *, by_service: bool) -> SchedulingRules:
    """Prices and limits of ``[scheduling]``."""
    default = SchedulingRules()
    under = section.read(
        "under", default.under, lambda v: default.under if by_service else _price(v)
    )
    over = section.number("over", default.over)
    rest_slack_s = section.read("rest_slack", default.rest_slack_s, seconds)
    gap = section.fraction("gap", default.gap) or 0.0
    time_limit_s = section.duration("time_limit", int(default.time_limit_s))
    solver = section.read("solver", default.solver, _engine)
    section.finish()
    return SchedulingRules(under, over, rest_slack_s, gap, float(time_limit_s), solver)


def _engine(value: Any) -> Literal["highs", "cbc"]:
    if value == "highs":
        return "highs"
    if value == "cbc":
        return "cbc"
    raise ValueError('is neither "highs" nor "cbc"')


def _price(value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 < value < math.inf:
        raise ValueError('is neither "service" nor a number above 0')
    return float(value)
