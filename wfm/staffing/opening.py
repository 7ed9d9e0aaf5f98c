"""Which intervals are open, and which are worked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Queue
from wfm.intervals import OpeningHours, utc_to_local

__all__ = ["open_mask", "worked_mask"]


def open_mask(
    rows: pd.DataFrame, queue: Queue, timezone: str, holidays: Collection[dt.date]
) -> NDArray[np.bool_]:
    """Which rows lie in the hours in which the queue takes contacts."""
    return _inside(rows, queue.opening, timezone, holidays)


def worked_mask(
    rows: pd.DataFrame, queue: Queue, timezone: str, holidays: Collection[dt.date]
) -> NDArray[np.bool_]:
    """Which rows lie in the hours in which agents work at the queue."""
    return _inside(rows, queue.worked or queue.opening, timezone, holidays)


def _inside(
    rows: pd.DataFrame, hours: OpeningHours, timezone: str, holidays: Collection[dt.date]
) -> NDArray[np.bool_]:
    local = utc_to_local(rows["interval_start"], timezone)
    second = (local - local.dt.normalize()).dt.total_seconds().astype(int)
    return np.array(
        [
            hours.is_open(day, start_s, int(length_s), holiday=day in holidays)
            for day, start_s, length_s in zip(
                local.dt.date, second, rows["interval_s"], strict=True
            )
        ],
        dtype=bool,
    )
