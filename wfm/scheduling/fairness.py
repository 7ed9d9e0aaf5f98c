"""Fairness over time: who carried the lates, nights and weekends, and whose wishes were missed.

A ledger is a table with one row per agent. It is read before a week is rostered, where it puts a
small price on one more late shift for those who had more than their colleagues, and written after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import DayWish
from wfm.scheduling.catalogue import Catalogue
from wfm.scheduling.line import Line
from wfm.scheduling.measure import wishes_met

__all__ = ["BURDENS", "LATE_S", "burden_prices", "fairness", "next_ledger", "option_burdens"]

LATE_S = 20 * 3600
"""A shift that ends after this time of its day is late [s after local midnight]."""

BURDENS = ("lates", "nights", "weekends")

_MOST = 3.0
"""Largest price of one burden more: below half a wish for a day off."""


def fairness(shifts: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """What each agent carries: agent, shifts, paid_h, lates, nights, weekends, start_spread_h.

    Notes
    -----
    Late is what ends after :data:`LATE_S`. A night ends on another date than it starts; a weekend
    shift starts on Saturday or Sunday; the spread is the difference of the latest and the earliest
    start on the clock.
    """
    start = shifts["start"].dt.tz_convert(timezone).dt.tz_localize(None)
    end = shifts["end"].dt.tz_convert(timezone).dt.tz_localize(None)
    midnight = start.dt.normalize()
    clock_h = (start - midnight).dt.total_seconds() / 3600
    facts = pd.DataFrame(
        {
            "agent": shifts["agent"],
            "paid_h": shifts["paid_s"].astype(float) / 3600,
            "lates": ((end - midnight).dt.total_seconds() > LATE_S).astype(int),
            "nights": (end.dt.normalize() > midnight).astype(int),
            "weekends": (start.dt.day_of_week >= 5).astype(int),
            "first": clock_h,
            "last": clock_h,
        }
    )
    grouped = facts.groupby("agent", sort=True)
    out = grouped[["paid_h", "lates", "nights", "weekends"]].sum()
    out.insert(0, "shifts", grouped.size())
    out["start_spread_h"] = grouped["last"].max() - grouped["first"].min()
    return out.reset_index()


def next_ledger(
    ledger: pd.DataFrame | None,
    shifts: pd.DataFrame,
    wishes: Sequence[DayWish],
    timezone: str,
) -> pd.DataFrame:
    """The ledger after a roster: agent, lates, nights, weekends, wishes_missed.

    Parameters
    ----------
    ledger
        The ledger before it; None when there was none.
    shifts, wishes
        The roster's shifts and the wishes made for it.
    """
    mine = fairness(shifts, timezone).set_index("agent")[list(BURDENS)]
    met = wishes_met(shifts, wishes, timezone)
    missed = pd.Series(
        [wish.agent for wish, granted in zip(wishes, met, strict=True) if not granted], dtype=object
    ).value_counts()
    mine = mine.reindex(mine.index.union(missed.index), fill_value=0)
    mine["wishes_missed"] = missed.reindex(mine.index).fillna(0)
    if ledger is not None:
        mine = mine.add(ledger.set_index("agent")[list(mine.columns)], fill_value=0)
    return mine.astype("int64").rename_axis("agent").reset_index()


def option_burdens(
    line: Line, catalogue: Catalogue, options: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether each option is late, a night, on a weekend; shape (3, options)."""
    ends = catalogue.clock_s[options]
    ends = ends + (catalogue.end - catalogue.start)[options] * line.step_s
    weekend = np.array([day.weekday() >= 5 for day in line.dates])[catalogue.day[options]]
    return np.array([ends > LATE_S, ends > 24 * 3600, weekend])


def burden_prices(
    carried: Mapping[str, Mapping[str, float]], agents: Sequence[str], marks: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Price of each option for each agent of one group, from what the ledger says they carry.

    Parameters
    ----------
    carried
        Counts by agent and burden.
    agents
        People who share the same shifts; only differences between them count.
    marks
        What each option is, shape (burdens, options).
    """
    table = np.array(
        [[carried.get(agent, {}).get(name, 0.0) for name in BURDENS] for agent in agents]
    ).reshape(-1, len(BURDENS))
    above = np.clip(table - table.mean(axis=0), -_MOST, _MOST) if len(table) else table
    return np.asarray(above @ marks.astype(float))
