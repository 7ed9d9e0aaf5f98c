"""Single values of wfm.toml, each from its words to what the planner counts in."""

from __future__ import annotations

from typing import Any

from wfm.config.units import duration_s
from wfm.intervals import DAY_S, INTERVALS_S

__all__ = ["count", "flag", "one_of", "planning_interval", "seconds", "whole_days"]


def one_of(enum: type) -> Any:
    """Reader of a member of an enumeration."""

    def convert(value: Any) -> Any:
        try:
            return enum(value)
        except ValueError:
            known = ", ".join(str(item) for item in enum)  # type: ignore[attr-defined]
            raise ValueError(f"is not one of {known}") from None

    return convert


def count(value: Any) -> int:
    """Whole number of at least 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("is not a whole number of at least 0")
    return value


def seconds(value: Any) -> int:
    """Duration [s]."""
    return duration_s(str(value))


def flag(value: Any) -> bool:
    """True or false, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise TypeError("is neither true nor false")
    return value


def whole_days(value: Any) -> int:
    """Duration in whole days."""
    seconds = duration_s(str(value))
    if seconds < DAY_S or seconds % DAY_S:
        raise ValueError('write whole days or weeks, like "42d" or "6w"')
    return seconds // DAY_S


def planning_interval(value: Any) -> int:
    """Planning interval [s], one that divides the hour."""
    seconds = duration_s(str(value))
    if seconds not in INTERVALS_S:
        known = ", ".join(f'"{s // 60}m"' for s in INTERVALS_S)
        raise ValueError(f"no such planning interval; choose one of {known}")
    return seconds
