"""Gates on the history of one queue: open intervals without a row, silences, jumps, late data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Queue
from wfm.intervals import Span

__all__ = [
    "Finding",
    "day_findings",
    "gap_findings",
    "jump_findings",
    "late_findings",
    "queue_findings",
]

_MISSED = 12.0
"""Contacts that a run of zeros would usually have brought; by chance, one run in 160 000."""
_JUMP = 0.5
_NOISE = 4.0
"""Standard deviations of a Poisson count that a jump must exceed: small queues jump by chance."""
_DAY_JUMP = 0.3
_DAY_SPREADS = 4.0
"""Robust standard deviations of a day's total round its weekday that an odd day must exceed."""
_DAY_WEEKS = 3
"""Same weekdays that a day is held against, at least."""
_USUAL_DAYS = 56
_SHOWN = 5
"""Days told one by one per queue and gate; the rest is counted."""
_LOOK_BACK_DAYS = 14
"""A queue that was closed for longer is not late."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a gate saw, of a queue or of all; ``serious`` findings stop a run."""

    gate: str
    what: str
    serious: bool = False
    queue: str = ""

    @property
    def message(self) -> str:
        """What was seen, with the queue where it is one's own."""
        return f"{self.queue}: {self.what}" if self.queue else self.what


def queue_findings(
    queue: Queue,
    rows: pd.DataFrame,
    *,
    origin: dt.datetime,
    interval_s: int,
    timezone: str,
    holidays: Collection[dt.date],
    recent_days: int,
    max_lag_s: int,
    planned: Collection[dt.date] = (),
) -> list[Finding]:
    """What the gates of a night see in the history of a queue.

    Parameters
    ----------
    rows
        Its history by wall clock: start, offered.
    origin
        Local time of the night.
    recent_days
        Days before it that are looked at.
    max_lag_s
        Age of the newest interval that is still in time [s].
    planned
        Dates with events: they may be odd.
    """
    if rows.empty:
        return []  # it cannot be forecast, which is told by itself
    recent = rows[rows["start"] >= pd.Timestamp(origin) - pd.Timedelta(days=_USUAL_DAYS)]
    first = max(origin.date() - dt.timedelta(recent_days), rows["start"].min().date())
    days = pd.date_range(first, origin.date() - dt.timedelta(1)).date
    return [
        *late_findings(queue, rows, origin, interval_s, holidays, max_lag_s),
        *gap_findings(queue, recent, days, interval_s, timezone, holidays),
        *jump_findings(queue, recent),
        *day_findings(queue, recent, {*holidays, *planned}),
    ]


def late_findings(
    queue: Queue,
    rows: pd.DataFrame,
    origin: dt.datetime,
    interval_s: int,
    holidays: Container[dt.date],
    max_lag_s: int,
) -> list[Finding]:
    """Open intervals that should have come in by now have not."""
    newest = rows["start"].max()
    due = pd.Timestamp(origin) - pd.Timedelta(seconds=max_lag_s + interval_s)
    for back in range(_LOOK_BACK_DAYS):
        date = (due - pd.Timedelta(days=back)).date()
        spans = queue.opening.spans(date, holiday=date in holidays)
        starts = _starts(date, spans, interval_s)
        starts = starts[starts <= due.to_datetime64()]
        if len(starts):
            last = pd.Timestamp(starts[-1])
            if newest < last:
                text = f"nothing since {newest}, {last} should be there by now"
                return [Finding("late", text, queue=queue.name)]
            return []
    return []


def gap_findings(
    queue: Queue,
    rows: pd.DataFrame,
    days: Sequence[dt.date],
    interval_s: int,
    timezone: str,
    holidays: Container[dt.date],
) -> list[Finding]:
    """Open intervals without a row, and runs of zeros where calls were to be expected."""
    known = rows.set_index("start")["offered"].astype(float)
    clock = rows["start"] - rows["start"].dt.normalize()
    slot = [rows["start"].dt.day_of_week, clock]
    usual = rows["offered"].astype(float).groupby(slot).transform("mean")
    usual.index = pd.Index(rows["start"])
    each = [_starts(d, queue.opening.spans(d, holiday=d in holidays), interval_s) for d in days]
    starts = pd.DatetimeIndex(np.concatenate([np.array([], dtype="datetime64[s]"), *each]))
    shown = _shown(starts, timezone)
    starts, day = starts[shown], np.repeat(np.arange(len(each)), [len(one) for one in each])[shown]
    counts, expected = known.reindex(starts).to_numpy(), usual.reindex(starts).to_numpy()
    ends = np.searchsorted(day, np.arange(len(each) + 1))
    told: dict[str, list[str]] = {"coverage": [], "zeros": []}
    for date, first, end in zip(days, ends[:-1], ends[1:], strict=True):
        came = counts[first:end]
        missing = int(np.isnan(came).sum())
        if missing and missing == len(came):
            told["coverage"].append(f"{date} is open but has no row")
        elif missing:
            told["coverage"].append(f"{date} lacks {missing} of {len(came)} open intervals")
        elif _missed(came, expected[first:end]) >= _MISSED:
            told["zeros"].append(f"{date} has a run of zeros while open")
    return [finding for gate, texts in told.items() for finding in _listed(gate, queue, texts)]


def _starts(date: dt.date, spans: Sequence[Span], interval_s: int) -> NDArray[np.datetime64]:
    """Wall-clock starts of the open intervals of a day."""
    seconds = [np.arange(first, last, interval_s) for first, last in spans]
    return np.datetime64(date, "s") + np.concatenate([np.array([], dtype=np.int64), *seconds])


def _shown(starts: pd.DatetimeIndex, timezone: str) -> NDArray[np.bool_]:
    """Which of some wall-clock times exist: none of the hour that spring leaves out."""
    first = np.ones(len(starts), dtype=np.bool_)
    there = starts.tz_localize(timezone, ambiguous=first, nonexistent="NaT").notna()
    return np.asarray(there, dtype=np.bool_)


def _listed(gate: str, queue: Queue, texts: list[str]) -> list[Finding]:
    more = len(texts) - _SHOWN
    told = [*texts[:_SHOWN], *([f"{more} more days like these"] if more > 0 else [])]
    return [Finding(gate, text, queue=queue.name) for text in told]


def _missed(counts: np.ndarray, usual: np.ndarray) -> float:
    """Contacts that the longest silence of a day would usually have brought."""
    most = run = 0.0
    if counts.all():
        return most
    for count, expected in zip(counts.tolist(), usual.tolist(), strict=True):
        run = run + expected if count == 0 else 0.0
        most = max(most, run)
    return most


def jump_findings(queue: Queue, rows: pd.DataFrame) -> list[Finding]:
    """Last week against the four weeks before."""
    daily = rows.groupby(rows["start"].dt.normalize())["offered"].sum()
    last = daily[daily.index > daily.index.max() - pd.Timedelta(days=7)]
    before = daily[daily.index > daily.index.max() - pd.Timedelta(days=35)].drop(last.index)
    if before.empty or before.mean() == 0:
        return []
    change = last.mean() / before.mean() - 1
    expected = float(before.mean() * len(last))
    if abs(change) <= _JUMP or abs(last.sum() - expected) <= _NOISE * sqrt(expected):
        return []
    text = f"the last week is {change:+.0%} against the four before"
    return [Finding("jump", text, queue=queue.name)]


def day_findings(queue: Queue, rows: pd.DataFrame, odd: Container[dt.date]) -> list[Finding]:
    """Newest day against the median of the same weekday in the weeks before.

    Only the newest: what is odd is told the night that it comes in, and not for a week.

    Parameters
    ----------
    odd
        Dates that are held against nothing, nor anything against them.

    Notes
    -----
    The usual scatter is that of the days before round the median of their weekday, on the log
    scale, and never below that of a Poisson count.
    """
    daily = rows.groupby(rows["start"].dt.normalize())["offered"].sum()
    daily = daily[[day.date() not in odd for day in daily.index]]
    newest = rows["start"].max().normalize()
    if newest not in daily.index:
        return []
    came, before = float(daily[newest]), daily[daily.index < newest]
    usual = before.groupby(before.index.day_of_week).transform("median")
    same = before[before.index.day_of_week == newest.day_of_week]
    if len(same) < _DAY_WEEKS or (expected := float(same.median())) <= 0:
        return []
    off = np.log((before + 0.5) / (usual + 0.5))
    # of n days round their own median less is left than a new day strays
    spread = max(1.4826 * float(off.abs().median()), 1 / sqrt(expected))
    spread *= sqrt(1 + np.pi / 2 / len(same))
    change = (came + 0.5) / (expected + 0.5)
    if abs(change - 1) <= _DAY_JUMP or abs(np.log(change)) <= _DAY_SPREADS * spread:
        return []
    day = f"{newest:%Y-%m-%d} brought {came:.0f}"
    off = came / expected - 1
    text = f"{day}, {off:+.0%} against {expected:.0f} of its weekday"
    return [Finding("day_jump", text, queue=queue.name)]
