"""Planners' own changes to a forecast: a layer with reasons, laid on again after each forecast."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

__all__ = ["Adjustment", "How", "adjusted"]


class How(StrEnum):
    """What an adjustment does with the contacts of its span."""

    SET = "set"
    """They are this many in all."""
    TIMES = "times"
    """They are multiplied."""
    PLUS = "plus"
    """So many more (or fewer, down to none) in all."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One change of one queue.

    Parameters
    ----------
    first, until
        Span of local time, ``until`` not included.
    value
        Contacts in all (set, plus) or a factor (times).
    reason, author
        Why and by whom; neither may be empty.
    """

    queue: str
    first: dt.datetime
    until: dt.datetime
    how: How
    value: float
    reason: str
    author: str

    def __post_init__(self) -> None:
        """Refuse a change that nobody answers for or that makes no forecast."""
        if not self.reason.strip() or not self.author.strip():
            raise ValueError(f"adjustment of {self.queue} at {self.first}: give reason and author")
        if self.until <= self.first:
            raise ValueError(f"adjustment of {self.queue} at {self.first} ends before it starts")
        if self.how is not How.PLUS and self.value < 0:
            raise ValueError(f"adjustment of {self.queue} at {self.first}: contacts below 0")


def adjusted(frame: pd.DataFrame, adjustments: Sequence[Adjustment]) -> pd.DataFrame:
    """Forecast with adjustments laid on in order; the frame given is not changed.

    Mean and quantiles of a span are scaled alike, so its shape and relative uncertainty stay.
    Where nothing was expected, set and plus spread evenly over the span.

    Parameters
    ----------
    frame
        As :attr:`wfm.forecast.Forecast.frame`.

    Raises
    ------
    ValueError
        When an adjustment touches no row of the forecast.
    """
    out = frame.copy()
    lines = [name for name in out.columns if name == "mean" or re.fullmatch(r"q[\d.]+", name)]
    for one in adjustments:
        mine = (
            (out["queue"] == one.queue)
            & (out["start"] >= pd.Timestamp(one.first))
            & (out["start"] < pd.Timestamp(one.until))
        )
        if not mine.any():
            raise ValueError(f"adjustment of {one.queue} at {one.first} touches no forecast")
        total = float(out.loc[mine, "mean"].sum())
        goal = {
            How.SET: one.value,
            How.TIMES: total * one.value,
            How.PLUS: max(total + one.value, 0.0),
        }[one.how]
        if total > 0:
            out.loc[mine, lines] *= goal / total
        else:
            out.loc[mine, lines] = np.full((int(mine.sum()), len(lines)), goal / mine.sum())
    return out
