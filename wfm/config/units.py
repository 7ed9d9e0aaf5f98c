"""How durations, clock times, spans and opening days are written in wfm.toml.

Durations are numbers with a unit ("20s", "30m", "7.5h", "6w"); ranges are "from-to"; clock times
are "HH:MM" up to "24:00". Every function raises ValueError with the form it expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from wfm.intervals import DAY_S, WEEKDAYS

__all__ = [
    "break_window",
    "clock",
    "clock_range",
    "duration_range_s",
    "duration_s",
    "spans",
    "weekdays",
]

_LONGEST_S = 10 * 366 * DAY_S
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": DAY_S, "w": 7 * DAY_S}


def duration_s(text: str) -> int:
    """Seconds of a duration.

    Examples
    --------
    >>> duration_s("20s"), duration_s("7.5h"), duration_s("6w")
    (20, 27000, 3628800)
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", text)
    if not match:
        raise ValueError('write a duration with its unit, like "20s", "30m" or "7.5h"')
    seconds = float(match[1]) * _UNIT_S[match[2]]
    if seconds % 1:
        raise ValueError("a duration must come to whole seconds")
    if seconds > _LONGEST_S:
        raise ValueError("is longer than ten years")
    return int(seconds)


def duration_range_s(text: str) -> tuple[int, int]:
    """Seconds of a range of durations; a single duration is a range of one.

    Examples
    --------
    >>> duration_range_s("4h-10h"), duration_range_s("8h")
    ((14400, 36000), (28800, 28800))
    """
    return _range(text, duration_s)


def clock(text: str) -> int:
    """Seconds after midnight of "HH:MM".

    Examples
    --------
    >>> clock("07:30"), clock("24:00")
    (27000, 86400)
    """
    match = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*", text)
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 if match else DAY_S + 1
    if not match or int(match[2]) > 59 or seconds > DAY_S:
        raise ValueError('write a time of day like "07:30", from "00:00" to "24:00"')
    return seconds


def clock_range(text: str) -> tuple[int, int]:
    """Seconds after midnight of "HH:MM-HH:MM"; one time alone is a range of one.

    Examples
    --------
    >>> clock_range("07:00-17:00"), clock_range("22:00")
    ((25200, 61200), (79200, 79200))
    """
    return _range(text, clock)


def _range(text: str, read: Callable[[str], int]) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    first = read(low)
    last = read(high) if dash else first
    if last < first:
        raise ValueError(f"{high.strip()} comes before {low.strip()}; write from small to large")
    return first, last


def spans(text: str | list[str]) -> tuple[tuple[int, int], ...]:
    """Open spans of a day: "07:00-21:00", a list of them, or "closed".

    Examples
    --------
    >>> spans("07:00-12:00"), spans(["08:00-12:00", "13:00-17:00"]), spans("closed")
    (((25200, 43200),), ((28800, 43200), (46800, 61200)), ())
    """
    if text == "closed":
        return ()
    found = []
    for part in text if isinstance(text, list) else [text]:
        start, dash, end = part.partition("-") if isinstance(part, str) else ("", "", "")
        if not dash:
            raise ValueError('write opening hours like "07:00-21:00", or "closed"')
        open_s, close_s = clock(start), clock(end)
        if close_s <= open_s:
            raise ValueError(
                f"closing {end.strip()} comes before opening {start.strip()}; hours past midnight "
                'are two spans, like ["00:00-06:00", "22:00-24:00"]'
            )
        found.append((open_s, close_s))
    found.sort()
    if any(before[1] > after[0] for before, after in pairwise(found)):
        raise ValueError("the hours overlap; write each span once")
    return tuple(found)


def weekdays(text: str) -> list[int]:
    """Numbers of weekdays, Monday 0, of "mon-fri", "sat" or "mon,wed".

    Examples
    --------
    >>> weekdays("mon-fri"), weekdays("sun-tue"), weekdays("mon,wed")
    ([0, 1, 2, 3, 4], [6, 0, 1], [0, 2])
    """
    found: list[int] = []
    for part in text.lower().split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            raise ValueError(f"write weekdays like mon-fri or sat; known are {', '.join(WEEKDAYS)}")
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - start) % 7 if dash else 0
        found += [(start + k) % 7 for k in range(length + 1)]
    return found


def break_window(text: str) -> tuple[str, tuple[int, int], tuple[float, float]]:
    """Anchor of a break, its window [s] and, of "40%-60% of length", its shares of the length.

    Examples
    --------
    >>> break_window("1h-3h from end")
    ('end', (3600, 10800), (0.0, 0.0))
    >>> break_window("40%-60% of length")
    ('length', (0, 0), (0.4, 0.6))
    """
    if shares := re.fullmatch(r"\s*([\d.]+)\s*%\s*-\s*([\d.]+)\s*%\s+of\s+length\s*", text):
        return "length", (0, 0), (float(shares[1]) / 100, float(shares[2]) / 100)
    match = re.fullmatch(r"\s*(\S+)\s+from\s+(start|end)\s*", text)
    if not match:
        raise ValueError(
            'write when the break starts like "1h-3h from start", "1h-3h from end" or '
            '"40%-60% of length"'
        )
    return match[2], duration_range_s(match[1]), (0.0, 0.0)
