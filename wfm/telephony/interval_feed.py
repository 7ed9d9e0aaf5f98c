"""Interval history in the layouts that other planners import, so that wfm can collect for them.

Each layout can be read back by the mapping profile of the same name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from wfm.intervals import utc_to_local

__all__ = ["INTERVAL_LAYOUTS", "IntervalLayout", "interval_feed"]

_QUARTER_S = 900


@dataclass(frozen=True, slots=True)
class IntervalLayout:
    """How a feed is laid out.

    Parameters
    ----------
    utc
        Whether its times are UTC; otherwise the wall clock of the centre, which shows one autumn
        hour twice and does not tell the two apart.
    verified
        Whether the layout was held against its maker's description.
    """

    title: str
    utc: bool
    verified: bool
    header: tuple[str, ...]
    delimiter: str
    rows: Callable[[pd.DataFrame, str], pd.DataFrame]
    only_quarters: bool = False


def interval_feed(history: pd.DataFrame, layout: str, timezone: str) -> str:
    """Text of a feed, by time, then queue; figures that are not known are 0, as layouts want it.

    Parameters
    ----------
    history
        :data:`wfm.schema.INTERVAL_HISTORY`.
    layout
        One of :data:`INTERVAL_LAYOUTS`.
    timezone
        Zone of the wall clock, for layouts that show it.

    Raises
    ------
    ValueError
        When there is no such layout, or it cannot hold intervals of this length.
    """
    if layout not in INTERVAL_LAYOUTS:
        raise ValueError(f"no such layout: {layout!r}; known are {', '.join(INTERVAL_LAYOUTS)}")
    chosen = INTERVAL_LAYOUTS[layout]
    odd = history.loc[history["interval_s"] % _QUARTER_S != 0, "interval_s"]
    if layout != "teleopti" and len(odd):
        raise ValueError(
            f"{layout} begins on quarter hours; intervals are {odd.iloc[0] / 60:g} min"
        )
    if chosen.only_quarters and (history["interval_s"] != _QUARTER_S).any():
        raise ValueError(f"{layout} holds intervals of 15 min only; import with --interval 15m")
    ordered = history.sort_values(["interval_start", "queue"], ignore_index=True)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=chosen.delimiter, lineterminator="\n")
    if chosen.header:
        writer.writerow(chosen.header)
    writer.writerows(chosen.rows(ordered, timezone).itertuples(index=False))
    return text.getvalue()


def _count(history: pd.DataFrame, name: str) -> pd.Series:
    return history[name].fillna(0).astype("int64")


def _seconds(history: pd.DataFrame, name: str) -> pd.Series:
    return history[name].fillna(0.0).round().astype("int64")


def _utc(history: pd.DataFrame) -> pd.Series:
    return history["interval_start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _queue_numbers(queues: pd.Series) -> pd.Series:
    """Whole number of each queue: its name where that is one, its place by name otherwise."""
    names = sorted(queues.unique())
    plain = all(name.isascii() and name.isdigit() for name in names)
    numbers = {name: int(name) if plain else place for place, name in enumerate(names, start=1)}
    return queues.map(numbers)


def _teleopti(history: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """All 21 fields; what left the queue neither answered nor abandoned is overflow out."""
    local = utc_to_local(history["interval_start"], timezone)
    answered, abandoned = _count(history, "answered"), _count(history, "abandoned")
    offered = _count(history, "offered")
    known = history["answered"].notna() & history["abandoned"].notna()
    return pd.DataFrame(
        {
            "interval": history["interval_s"] // 60,
            "date": local.dt.strftime("%Y%m%d"),
            "time": local.dt.strftime("%H:%M"),
            "queue": _queue_numbers(history["queue"]),
            "queue_name": history["queue"],
            "offd_direct_call_cnt": offered,
            "overflow_in_call_cnt": 0,
            "aband_call_cnt": abandoned,
            "overflow_out_call_cnt": (offered - answered - abandoned).clip(lower=0).where(known, 0),
            "answ_call_cnt": answered,
            "queued_and_answ_call_dur": _seconds(history, "wait_answered_s"),
            "queued_and_aband_call_dur": _seconds(history, "wait_abandoned_s"),
            "talking_call_dur": _seconds(history, "talk_s"),
            "wrap_up_dur": 0,
            "queued_answ_longest_que_dur": 0,
            "queued_aband_longest_que_dur": 0,
            "avg_avail_member_cnt": 0,
            "ans_servicelevel_cnt": _count(history, "answered_in_threshold"),
            "wait_dur": 0,
            "aband_short_call_cnt": _count(history, "short_abandoned"),
            "aband_within_sl_cnt": 0,
        }
    )


def _genesys(history: pd.DataFrame, _: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "start": _utc(history),
            "queue": history["queue"],
            "media": "voice",
            "skills": "",
            "language": "",
            "offered": _count(history, "offered"),
            "handled": _count(history, "answered"),
            "handle_s": _seconds(history, "talk_s"),
        }
    )


def _eleveo(history: pd.DataFrame, _: str) -> pd.DataFrame:
    answered = _count(history, "answered")
    aht_s = (history["talk_s"].fillna(0.0) / answered.where(answered > 0)).fillna(0.0)
    return pd.DataFrame(
        {
            "start": _utc(history),
            "queue": history["queue"],
            "offered": _count(history, "offered"),
            "handled": answered,
            "abandoned": _count(history, "abandoned"),
            "aht_s": aht_s.map(lambda value: f"{value:.15g}"),
        }
    )


INTERVAL_LAYOUTS: dict[str, IntervalLayout] = {
    "teleopti": IntervalLayout(
        "Teleopti / Calabrio queue file, 21 columns without a header",
        utc=False,
        verified=True,
        header=(),
        delimiter=";",
        rows=_teleopti,
    ),
    "genesys-import": IntervalLayout(
        "Genesys Cloud WFM import: historical data",
        utc=True,
        verified=True,
        header=(
            "Interval Start UTC Date",
            "Queue",
            "Media Type",
            "Skill Set",
            "Language",
            "Offered",
            "Interactions Handled",
            "Total Handle Time (Seconds)",
        ),
        delimiter=",",
        rows=_genesys,
    ),
    "eleveo": IntervalLayout(
        "Eleveo WFM import: 15 minutes",
        utc=True,
        verified=False,
        header=("Interval Start", "Queue", "Offered", "Handled", "Abandoned", "AHT"),
        delimiter=",",
        rows=_eleveo,
        only_quarters=True,
    ),
}
"""Layouts of ``wfm export interval-feed``."""
