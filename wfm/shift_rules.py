"""Shift templates: start window, lengths, breaks with their windows, and the work between them.

Times of day and lengths are whole seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from wfm.intervals import DAY_S

__all__ = ["Anchor", "BreakRule", "ShiftTemplate"]


class Anchor(StrEnum):
    """What a break window is measured from."""

    START = "start"
    END = "end"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class BreakRule:
    """A break inside a shift.

    Parameters
    ----------
    name
        What it is called on the roster.
    length_s
        Length [s].
    paid
        Whether the time is paid.
    anchor
        Whether the window is counted forward from the shift's start, back from its end, or in
        shares of its length.
    window_s
        Earliest and latest **start** of the break [s from the anchor]; from the end, (3600, 10800)
        means it starts at least 1 h and at most 3 h before the shift ends.
    if_longer_than_s
        The break is due only in shifts longer than this [s].
    share
        Earliest and latest start as shares of the shift's length, in place of ``window_s``; whole
        lengths of the break after the shift's start that lie between them.

    Examples
    --------
    >>> lunch = BreakRule("lunch", 1800, False, Anchor.LENGTH, (0, 0), share=(0.4, 0.6))
    >>> [start / 3600 for start in lunch.starts_s(9 * 3600)]
    [4.0, 5.0]
    """

    name: str
    length_s: int
    paid: bool
    anchor: Anchor
    window_s: tuple[int, int]
    if_longer_than_s: int = 0
    share: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        """Refuse a window that runs backwards."""
        if self.length_s <= 0:
            raise ValueError(f"break {self.name!r}: length must be above 0")
        if not 0 <= self.window_s[0] <= self.window_s[1]:
            raise ValueError(f"break {self.name!r}: its window must run from small to large")
        if not 0 <= self.share[0] <= self.share[1] <= 1:
            raise ValueError(f"break {self.name!r}: shares run from small to large, 0 % to 100 %")

    def applies(self, shift_length_s: int) -> bool:
        """Whether a shift of this length gets the break."""
        return shift_length_s > self.if_longer_than_s

    def starts_s(self, shift_length_s: int) -> tuple[int, int]:
        """Earliest and latest start of the break [s after the shift's start]."""
        if self.anchor is Anchor.LENGTH:
            first, last = (share * shift_length_s / self.length_s for share in self.share)
            return math.ceil(first - 1e-9) * self.length_s, int(last + 1e-9) * self.length_s
        early, late = self.window_s
        if self.anchor is Anchor.START:
            return early, late
        return shift_length_s - late, shift_length_s - early


@dataclass(frozen=True, slots=True)
class ShiftTemplate:
    """Start window + lengths + breaks.

    Parameters
    ----------
    start_s
        Earliest and latest start [s after local midnight].
    start_step_s
        Grid of the starts [s].
    length_s
        Shortest and longest shift from first to last minute, breaks included [s].
    length_step_s
        Grid of the lengths [s].
    unbroken_s
        Least time from the end of a break to the next one, and longest time of work without one,
        before the first and after the last too [s]; None is any.
    """

    name: str
    start_s: tuple[int, int]
    start_step_s: int
    length_s: tuple[int, int]
    length_step_s: int
    breaks: tuple[BreakRule, ...] = ()
    unbroken_s: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse windows that run backwards and breaks that fall out of the shift."""
        if not 0 <= self.start_s[0] <= self.start_s[1] < DAY_S:
            raise ValueError(f"shift {self.name!r}: start window must lie within one day")
        if not 0 < self.length_s[0] <= self.length_s[1] <= DAY_S:
            raise ValueError(f"shift {self.name!r}: length range must run from small to large")
        if self.start_step_s <= 0 or self.length_step_s <= 0:
            raise ValueError(f"shift {self.name!r}: steps must be above 0")
        for length_s in self.lengths_s():
            for rule in self.breaks_of(length_s):
                early, late = rule.starts_s(length_s)
                if late < early:
                    raise ValueError(
                        f"shift {self.name!r}: break {rule.name!r} has no start in its part of a "
                        f"shift of {length_s / 3600:g} h; widen the part"
                    )
                if early < 0 or late + rule.length_s > length_s:
                    raise ValueError(
                        f"shift {self.name!r}: break {rule.name!r} does not fit into a shift of "
                        f"{length_s / 3600:g} h; narrow its window or use if_longer_than"
                    )
            self.break_windows(length_s)

    def starts(self) -> list[int]:
        """All starts [s after local midnight]."""
        return list(range(self.start_s[0], self.start_s[1] + 1, self.start_step_s))

    def lengths_s(self) -> list[int]:
        """All lengths [s]."""
        return list(range(self.length_s[0], self.length_s[1] + 1, self.length_step_s))

    def breaks_of(self, length_s: int) -> tuple[BreakRule, ...]:
        """Breaks that a shift of this length gets."""
        return tuple(rule for rule in self.breaks if rule.applies(length_s))

    def break_windows(self, length_s: int) -> tuple[tuple[BreakRule, int, int], ...]:
        """Breaks in the order they are taken, each with its earliest and latest start [s].

        Windows are narrowed to what the other breaks and the time between them leave, so that
        whichever start an earlier break has, a later one finds its own.

        Raises
        ------
        ValueError
            When the breaks cannot be placed.

        Examples
        --------
        >>> meal = BreakRule("meal", 1800, False, Anchor.START, (3600, 25200))
        >>> eight = ShiftTemplate("t", (0, 0), 1, (28800, 28800), 1, (meal,), (0, 5 * 3600))
        >>> [(early / 3600, late / 3600) for _, early, late in eight.break_windows(28800)]
        [(2.5, 5.0)]
        """
        rules = sorted(self.breaks_of(length_s), key=lambda rule: rule.starts_s(length_s))
        low, high = self.unbroken_s or (0, length_s)
        early, late = ([rule.starts_s(length_s)[end] for rule in rules] for end in (0, 1))
        ends = [rule.length_s for rule in rules]
        for k in range(len(rules)):
            early[k] = max(early[k], early[k - 1] + ends[k - 1] + low if k else 0)
            late[k] = min(late[k], late[k - 1] + ends[k - 1] + high if k else high)
        for k in reversed(range(len(rules))):
            last = k + 1 == len(rules)
            early[k] = max(early[k], (length_s if last else early[k + 1]) - high - ends[k])
            late[k] = late[k] if last else min(late[k], late[k + 1] - low - ends[k])
        if any(a > b for a, b in zip(early, late, strict=True)) or (not rules and high < length_s):
            raise ValueError(
                f"shift {self.name!r}: the {len(rules)} breaks of a shift of {length_s / 3600:g} h "
                f"cannot lie {low / 3600:g} h to {high / 3600:g} h apart; widen a window or the "
                "gap, or add a break"
            )
        return tuple(zip(rules, early, late, strict=True))

    def paid_s(self, length_s: int) -> int:
        """Paid time of a shift of this length [s]."""
        return length_s - sum(rule.length_s for rule in self.breaks_of(length_s) if not rule.paid)
