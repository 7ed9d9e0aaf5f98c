"""What was asked for beside what was recorded: redials on one side, outages on the other."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

__all__ = ["Demand", "demand_table", "demanded"]


class Demand(StrEnum):
    """Which contacts are forecast."""

    OFFERED = "offered"
    """All that entered the queue; staff for these where people try again as often as before."""
    FIRST_VISITS = "first-visits"
    """Only those who had not been in a queue before: what would come if nobody had to try again."""


def demanded(history: pd.DataFrame, demand: Demand) -> pd.DataFrame:
    """History whose offered contacts are those to forecast.

    Parameters
    ----------
    history
        Columns queue, offered and, for first visits, not_first_visit; where that is empty all
        contacts are taken.

    Raises
    ------
    ValueError
        When first visits are asked for and the history does not tell them.
    """
    if demand is Demand.OFFERED:
        return history
    if "not_first_visit" not in history.columns or history["not_first_visit"].isna().all():
        raise ValueError(
            "the history does not tell first visits (not_first_visit); import call records, or "
            "forecast what was offered"
        )
    again = history["not_first_visit"].fillna(0.0)
    return history.assign(offered=(history["offered"] - again).clip(lower=0.0))


def demand_table(history: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Recorded and asked-for contacts by queue.

    Parameters
    ----------
    history
        Columns queue, offered and, where known, not_first_visit and abandoned.
    findings
        As :attr:`wfm.forecast.Forecast.findings`.

    Returns
    -------
    pandas.DataFrame
        queue, offered (recorded), again (of them not for the first time), first_visits, again_share
        [fraction], abandoned_share [fraction], lost_in_outages (contacts that would have come while
        nothing was recorded). NaN where the history does not tell.
    """
    known = [name for name in ("offered", "not_first_visit", "abandoned") if name in history]
    table = history.groupby("queue")[known].sum(min_count=1).reset_index()
    again = table.get("not_first_visit", pd.Series(float("nan"), index=table.index))
    abandoned = table.get("abandoned", pd.Series(float("nan"), index=table.index))
    lost = (
        findings[findings["kind"] == "outage"].groupby("queue")["contacts"].sum()
        if len(findings)
        else pd.Series(dtype="float64")
    )
    return pd.DataFrame(
        {
            "queue": table["queue"],
            "offered": table["offered"],
            "again": again,
            "first_visits": table["offered"] - again,
            "again_share": again / table["offered"],
            "abandoned_share": abandoned / table["offered"],
            "lost_in_outages": -table["queue"].map(lost).fillna(0.0),
        }
    )
