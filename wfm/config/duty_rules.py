"""The rules of a ``[[contract]]`` beyond hours and days, and what a preset makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wfm.config.section import Section
from wfm.config.units import duration_range_s, duration_s
from wfm.config.values import count, flag, seconds
from wfm.work_rules import DutyRules

__all__ = ["PRESETS", "Preset", "read_duty", "read_preset"]

_H = 3600


@dataclass(frozen=True, slots=True)
class Preset:
    """What a law asks of contracts: the default where one says nothing, else the least it may say.

    Parameters
    ----------
    rest_s
        Daily rest [s].
    duty
        Weekly rest, average hours, breaks, nights.
    """

    rest_s: int
    duty: DutyRules


PRESETS = {
    "none": Preset(0, DutyRules()),
    "eu": Preset(
        11 * _H,
        DutyRules(
            weekly_rest_s=35 * _H,
            average_s=(0, 48 * _H),
            average_weeks=17,
            break_after_s=6 * _H,
            night_average_s=8 * _H,
        ),
    ),
}
"""eu: Directive 2003/88/EC: 11 h daily rest (art. 3), a break in days longer than 6 h (art. 4),
24 + 11 h of rest a week (art. 5), 48 h a week on average over four months (art. 6, 16), night work
of 8 h on average (art. 8)."""


def read_preset(section: Section) -> Preset:
    """Preset that ``[scheduling]`` names."""
    name = section.read("preset", "none", _preset_name)
    return PRESETS[name]


def _preset_name(value: Any) -> str:
    if value not in PRESETS:
        raise ValueError(f"is no preset; known are {', '.join(PRESETS)}")
    return str(value)


def read_duty(section: Section, preset: Preset) -> DutyRules | None:
    """Rules of one ``[[contract]]``; None where a problem was noted."""
    law = preset.duty
    average_s = section.read("hours_on_average", law.average_s, lambda v: duration_range_s(str(v)))
    values: dict[str, Any] = {
        "nights_per_week": section.read("nights_per_week", None, count),
        "nights_in_row": section.read("nights_in_row", None, count),
        "rest_after_nights_s": section.read("rest_after_nights", 0, seconds),
        "night_average_s": section.read("night_average", law.night_average_s, seconds),
        "weekend_off_every": section.whole("weekend_off_every", 0),
        "whole_weekends": section.read("whole_weekends", False, flag),
        "start_spread_s": section.read("start_spread", None, lambda v: duration_s(str(v))),
        "paired_days_off": section.read("paired_days_off", False, flag),
        "weekly_rest_s": section.read("weekly_rest", law.weekly_rest_s, seconds),
        "average_s": average_s,
        "average_weeks": section.whole("average_weeks", law.average_weeks),
        "break_after_s": section.read("break_after", law.break_after_s, seconds),
        "least_days_in_row": section.whole("min_days_in_row", 1),
        "least_days_off_in_row": section.whole("min_days_off_in_row", 1),
        "weekends_in_four": section.read("weekends_in_4", None, count),
        "shifts_in_four_weeks": section.read("shifts_in_4_weeks", _counts({}), _counts),
    }
    made = section.build(lambda: DutyRules(**values))
    if made is not None:
        _keep_law(section, made, law)
    return made


def _counts(value: Any) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict):
        raise TypeError("must name shifts, like { night = 5 }")
    return tuple((str(name), count(most)) for name, most in value.items())


def _keep_law(section: Section, made: DutyRules, law: DutyRules) -> None:
    """Complain of what a contract allows and the preset does not."""
    if made.weekly_rest_s < law.weekly_rest_s:
        _too_loose(section, "weekly_rest", f"at least {law.weekly_rest_s / _H:g}h")
    for key, mine, most in (
        ("night_average", made.night_average_s, law.night_average_s),
        ("break_after", made.break_after_s, law.break_after_s),
        (
            "hours_on_average",
            made.average_s[1] if made.average_s else None,
            law.average_s[1] if law.average_s else None,
        ),
        ("average_weeks", made.average_weeks, law.average_weeks if law.average_s else None),
    ):
        if mine is not None and most is not None and mine > most:
            told = f"{most} weeks" if key == "average_weeks" else f"{most / _H:g}h"
            _too_loose(section, key, f"at most {told}")


def _too_loose(section: Section, key: str, asked: str) -> None:
    what = f"is looser than the preset of [scheduling], which asks for {asked}"
    found = str(section.table.get(key, ""))
    section.complain(key, what, found=found, fix="tighten it, or leave the preset out")
