"""Ledger of accuracy: the forecasts that were in force against what came, and its alarms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.intervals import local_to_utc, utc_to_local
from wfm.metrics import poisson_floor
from wfm.store import Store
from wfm.store.night_schema import ACCURACY

__all__ = [
    "LEADS_DAYS",
    "Alarm",
    "Frozen",
    "accuracy_table",
    "bias_alarms",
    "frozen_versions",
    "queue_ledger",
]

LEADS_DAYS = (1, 7, 14, 28)
"""A lead is that of the newest version that was at least so old, and younger than the next."""

_BAND = 1.96
"""Standard deviations of a Poisson count: 95 % of days lie inside when the mean is right."""
_ENOUGH = 0.95
"""A day counts when this share of its forecast has a record to compare with."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A version of the forecast that was in force, with the local date it was made for."""

    run: str
    first_day: dt.date


def frozen_versions(store: Store) -> tuple[Frozen, ...]:
    """Versions that were put in force and are still there, newest first."""
    promoted = store.versions.promotions().drop_duplicates("run", keep="last")
    runs = store.runs().set_index("run")
    runs = runs[runs["as_of"].notna() & runs["pruned_at"].isna()]
    found = [
        Frozen(run, _first_whole_day(dt.datetime.fromisoformat(runs.at[run, "as_of"])))
        for run in promoted["run"][::-1]
        if run in runs.index
    ]
    # of two for the same day the one that was promoted last comes first: the sort is stable
    return tuple(sorted(found, key=lambda version: version.first_day, reverse=True))


def _first_whole_day(as_of: dt.datetime) -> dt.date:
    return as_of.date() + dt.timedelta(days=as_of.time() != dt.time())


def _version(versions: Sequence[Frozen], day: dt.date, lead_days: int) -> str | None:
    """Newest version for a day at a lead."""
    later = [lead for lead in LEADS_DAYS if lead > lead_days]
    for version in versions:
        ahead = (day - version.first_day).days + 1
        if ahead >= lead_days and (not later or ahead < later[0]):
            return version.run
    return None


def queue_ledger(
    store: Store,
    queue: str,
    versions: Sequence[Frozen],
    *,
    as_of: dt.datetime,
    days: int,
    timezone: str,
) -> pd.DataFrame:
    """Rows of the ledger for the last days of a queue, from the history as it is now.

    Weeks are those from Monday on that end in these days.
    """
    last = as_of.date() - dt.timedelta(days=1)
    dates = [last - dt.timedelta(days=k) for k in range(days)]
    mondays = [day - dt.timedelta(days=6) for day in dates if day.weekday() == 6]
    wanted = {
        (start, length, lead): run
        for start, length in [*((day, 1) for day in dates), *((day, 7) for day in mondays)]
        for lead in LEADS_DAYS
        if (run := _version(versions, start, lead)) is not None
    }
    if not wanted:
        return pd.DataFrame(columns=ACCURACY.names)
    first = min(start for start, _, _ in wanted)
    begin, end = _moments([first, as_of.date()], timezone)
    said = store.versions.rows("forecast", sorted(set(wanted.values())), queue, begin, end)
    came = store.history([queue], begin, end, figures=["offered"]).drop(columns="queue")
    both = said[["run", "interval_start", "mean"]].merge(came, on="interval_start", how="left")
    both["day"] = utc_to_local(both["interval_start"], timezone).to_numpy().astype("datetime64[D]")
    by_run = {str(run): _Beside.of(rows) for run, rows in both.groupby("run")}
    rows = []
    for (start, length, lead), run in wanted.items():
        if run in by_run:
            rows += _rows(by_run[run].days(start, length), queue, start, length, lead, run)
    return pd.DataFrame(rows, columns=ACCURACY.names)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Forecast of a version by interval, in order, beside what came; NaN where nothing is known."""

    day: NDArray[np.datetime64]
    mean: NDArray[np.float64]
    actual: NDArray[np.float64]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> _Beside:
        actual = rows["offered"].to_numpy(dtype=np.float64, na_value=np.nan)
        return cls(rows["day"].to_numpy().astype("datetime64[D]"), rows["mean"].to_numpy(), actual)

    def days(self, start: dt.date, length: int) -> _Beside:
        """Some days in a row."""
        ends = np.array([start, start + dt.timedelta(days=length)], dtype="datetime64[D]")
        first, end = np.searchsorted(self.day, ends)
        inside = slice(first, end)
        return _Beside(self.day[inside], self.mean[inside], self.actual[inside])


def _moments(days: Sequence[dt.date], timezone: str) -> list[dt.datetime]:
    utc, _, _ = local_to_utc(pd.Series(pd.to_datetime(list(days))), timezone)
    return [moment.to_pydatetime() for moment in utc]


def _rows(
    part: _Beside, queue: str, start: dt.date, length: int, lead: int, run: str
) -> list[dict[str, object]]:
    """Day and interval level of a day, or the week; nothing where too little is known."""
    known = ~np.isnan(part.actual)
    actual, mean = part.actual[known], part.mean[known]
    expected, total = float(mean.sum()), float(part.mean.sum())
    if total == 0 or expected < _ENOUGH * total:
        return []
    head = {"queue": queue, "lead_days": lead, "day": start.isoformat(), "run": run}
    sums = {"actual": float(actual.sum()), "forecast": expected}
    whole = {
        "level": "day" if length == 1 else "week",
        "absolute_error": abs(float(actual.sum()) - expected),
        "floor_error": poisson_floor([expected]) * expected,
    }
    if length == 7:
        return [{**head, **sums, **whole}]
    interval = {
        "level": "interval",
        "absolute_error": float(np.abs(actual - mean).sum()),
        "floor_error": poisson_floor(mean) * expected,
    }
    return [{**head, **sums, **whole}, {**head, **sums, **interval}]


def accuracy_table(ledger: pd.DataFrame) -> pd.DataFrame:
    """WAPE, bias and floor by queue, level and lead time of a ledger."""
    sums = ledger.groupby(["queue", "level", "lead_days"])[
        ["actual", "forecast", "absolute_error", "floor_error"]
    ].sum()
    sums["days"] = ledger.groupby(["queue", "level", "lead_days"]).size()
    sums = sums[sums["actual"] > 0]
    sums["wape"] = sums["absolute_error"] / sums["actual"]
    sums["bias"] = (sums["forecast"] - sums["actual"]) / sums["actual"]
    sums["floor"] = sums["floor_error"] / sums["actual"]
    return sums[["days", "actual", "forecast", "wape", "bias", "floor"]].reset_index()


@dataclass(frozen=True, slots=True)
class Alarm:
    """A queue that rings, and why."""

    queue: str
    message: str


def bias_alarms(ledger: pd.DataFrame, *, days: int) -> list[Alarm]:
    """Queues whose last days all missed to one side, each by more than chance.

    The forecast of the day before is meant: what a longer lead misses, the next version may mend.

    Examples
    --------
    >>> rows = {"queue": "a", "level": "day", "lead_days": 1, "day": ["1", "2"], "run": "r"}
    >>> ledger = pd.DataFrame(rows | {"forecast": 100.0, "actual": [130.0, 125.0]})
    >>> [alarm.message for alarm in bias_alarms(ledger, days=2)]
    ['a: 2 days in a row above the forecast by more than chance, 27.5% in all']
    >>> bias_alarms(ledger, days=3)
    []
    """
    last = ledger[(ledger["level"] == "day") & (ledger["lead_days"] == LEADS_DAYS[0])]
    alarms = []
    for queue, every in last.groupby("queue"):
        rows = every.sort_values("day").tail(days)
        off = (rows["actual"] - rows["forecast"]).to_numpy()
        beyond = np.abs(off) > _BAND * np.sqrt(rows["forecast"].to_numpy())
        if len(rows) == days and beyond.all() and abs(np.sign(off).sum()) == days:
            side = "above" if off[0] > 0 else "below"
            share = abs(off.sum()) / rows["forecast"].sum()
            text = f"{queue}: {days} days in a row {side} the forecast by more than chance"
            alarms.append(Alarm(str(queue), f"{text}, {share:.1%} in all"))
    return alarms
