"""Doubtful days and intervals of a history, as issues: gaps, outages, jumps, impossible rows.

Nothing is changed here: a history that looks wrong may be right (a storm, a campaign). Each issue
says what was expected and how many contacts are at stake, so that a planner can correct the file or
declare an event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.intervals import OpeningHours, utc_to_local
from wfm.telephony.findings import Case, Findings
from wfm.telephony.grid import LocalDays, open_mask, open_starts
from wfm.telephony.visits import Outcome

__all__ = ["Doubts", "find_doubts", "find_long_visits"]

_KEPT = "kept, look at it"
_MISSED = "left out, not known"
_LEAST_SAME_DAYS = 4
"""Days of a weekday that one of them can be held against."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """How far a history may stray before it is told.

    Parameters
    ----------
    outage_contacts
        Contacts that should have come, by the same intervals of the weeks around, in a run of
        intervals without any; a run that should have had fewer is an ordinary quiet spell.
    jump
        Share by which a day's total may differ from the median of its weekday [fraction].
    jump_spreads
        And by how many robust standard deviations of that weekday; both must be passed.
    long_talk
        Mean handle time of an interval, or talk of a visit, in medians of the queue.
    long_visit_s
        And at least so much talk in a visit [s].
    """

    outage_contacts: float = 12.0
    jump: float = 0.5
    jump_spreads: float = 6.0
    long_talk: float = 10.0
    long_visit_s: float = 3600.0


def find_doubts(
    history: pd.DataFrame,
    timezone: str,
    *,
    opening: Mapping[str, OpeningHours] | None = None,
    holidays: frozenset[dt.date] = frozenset(),
    limits: Doubts | None = None,
    source: str = "",
) -> pd.DataFrame:
    """Issues (:data:`wfm.schema.ISSUE`) of an interval history.

    Parameters
    ----------
    history
        :data:`wfm.schema.INTERVAL_HISTORY`.
    opening
        Opening hours by queue, where known; contacts are not missed in closed hours, and an open
        interval without a row is a gap.
    holidays
        Dates whose totals are not held against their weekday.
    source
        File name for the issues.

    Notes
    -----
    The expectation of an interval is the median of the same weekday and time over the whole
    history, which a few bad days do not move. With a Poisson mean of 12 a run stays empty by
    chance once in 160 000 times (exp(-12)).
    """
    limits = limits or Doubts()
    findings = Findings(source)
    history = history.reset_index(drop=True)
    days = LocalDays.of(history["interval_start"], timezone)
    usual = _expected(history, days, timezone)
    suspect = pd.DataFrame(_rules(history)).any(axis=1)
    for queue, part in history.groupby("queue", sort=False):
        rows = part.sort_values("interval_start")
        expected = usual[rows.index]
        findings.note("impossible-row", _KEPT, _impossible(str(queue), rows[suspect[rows.index]]))
        findings.note("long-talk", _KEPT, _long_talk(str(queue), rows, limits))
        hours = (opening or {}).get(str(queue))
        if hours is not None:
            step_s = int(rows["interval_s"].iloc[0])
            gaps = _gaps(str(queue), rows, expected, timezone, hours, holidays)
            findings.note("gap", _MISSED, gaps)
            starts = pd.DatetimeIndex(rows["interval_start"])
            is_open = open_mask(starts, step_s, timezone, hours, holidays)
            rows, expected = rows[is_open], expected[is_open]
        findings.note("outage", _KEPT, _outages(str(queue), rows, expected, limits))
        findings.note("jump", _KEPT, _jumps(str(queue), rows, days, holidays, limits))
    return findings.issue_frame()


def find_long_visits(visits: pd.DataFrame, *, source: str = "") -> pd.DataFrame:
    """Issues (:data:`wfm.schema.ISSUE`) of visits with implausibly long talk.

    Parameters
    ----------
    visits
        :data:`wfm.telephony.visits.VISIT`.

    Notes
    -----
    Where members are dialled as local channels, a transfer made on the phone leaves no line and the
    talk runs on to the end of the transferred call; the sum of such an interval is too high.
    """
    limits, findings = Doubts(), Findings(source)
    for queue, part in visits[visits["talk_s"].notna()].groupby("queue", sort=False):
        middle_s = part["talk_s"].median()
        bar_s = max(limits.long_talk * middle_s, limits.long_visit_s)
        cases = [
            Case(0, f"{talk_s:.0f} s of talk, median {middle_s:.0f} s", str(queue), entered)
            for entered, talk_s in part.loc[part["talk_s"] > bar_s, ["entered", "talk_s"]].values
        ]
        findings.note("long-visit", _KEPT, cases)
    return findings.issue_frame().drop_duplicates(["queue", "interval_start", "found"])


def _gaps(
    queue: str,
    rows: pd.DataFrame,
    expected: pd.Series,
    timezone: str,
    hours: OpeningHours,
    holidays: frozenset[dt.date],
) -> list[Case]:
    """Runs of open intervals without a row, with the contacts that are usual there."""
    step_s = int(rows["interval_s"].iloc[0])
    present = pd.DatetimeIndex(rows["interval_start"])
    starts = open_starts(present[0], present[-1], step_s, timezone, hours, holidays)
    missing = starts.difference(present)
    if missing.empty:
        return []
    facts = pd.DataFrame({"start": missing, "run": present.searchsorted(missing)})
    known = pd.Series(expected.to_numpy(), _by_clock(present, timezone)).groupby(level=0).first()
    facts["expected"] = known.reindex(_by_clock(missing, timezone)).to_numpy()
    runs = facts.groupby("run").agg(
        start=("start", "first"), many=("start", "size"), expected=("expected", "sum")
    )
    return [
        Case(
            0,
            f"{each.many} open intervals missing, {each.expected:.0f} contacts usual",
            queue,
            each.start,
            -float(each.expected),
        )
        for each in runs.itertuples()
    ]


def _by_clock(starts: pd.DatetimeIndex, timezone: str) -> pd.Index:
    """Weekday and wall clock as one number [s since Monday 00:00]."""
    local = starts.tz_convert(timezone).tz_localize(None)
    clock_s = (local - local.normalize()) // pd.Timedelta(seconds=1)
    return pd.Index(local.day_of_week * 86_400 + clock_s)


def _expected(history: pd.DataFrame, days: LocalDays, timezone: str) -> pd.Series:
    """Median of the same queue, weekday and wall clock [contacts]."""
    clock = utc_to_local(history["interval_start"], timezone) - days.date
    alike = [history["queue"], days.date.dt.day_of_week, clock]
    return history["offered"].astype("float64").groupby(alike).transform("median")


def _impossible(queue: str, rows: pd.DataFrame) -> Iterator[Case]:
    """Parts above or beside their whole, handle time with nobody answered."""
    for words, mask in _rules(rows).items() if len(rows) else ():
        for start in rows.loc[mask, "interval_start"]:
            yield Case(0, words, queue, start)


def _rules(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Rows that break each rule, by its words."""
    offered = rows["offered"].astype("float64")
    outcomes = rows[[str(outcome) for outcome in Outcome]].astype("float64")
    parts = rows[["answered", "abandoned"]].astype("float64").sum(axis=1)
    broken = {
        "answered above offered": outcomes["answered"] > offered,
        "short abandoned above abandoned": rows["short_abandoned"] > rows["abandoned"],
        "answered in threshold above answered": rows["answered_in_threshold"] > rows["answered"],
        "answered + abandoned above offered": (parts > offered) & (outcomes["answered"] <= offered),
        "the seven outcomes do not add up to offered": outcomes.notna().all(axis=1)
        & (parts <= offered)
        & (outcomes.sum(axis=1) != offered),
        "handle time without an answer": (rows["answered"] == 0) & (rows["talk_s"] > 0),
    }
    return {words: rule.fillna(value=False).astype(bool) for words, rule in broken.items()}


def _long_talk(queue: str, rows: pd.DataFrame, limits: Doubts) -> Iterator[Case]:
    """Intervals whose mean handle time is many medians."""
    answered = rows["answered"].astype("float64")
    aht_s = (rows["talk_s"] / answered.where(answered > 0)).dropna()
    if len(aht_s) < 10:
        return
    middle_s = aht_s.median()
    for place, value in aht_s[aht_s > limits.long_talk * max(middle_s, 1.0)].items():
        words = f"mean handle time {value:.0f} s, median {middle_s:.0f} s"
        yield Case(0, words, queue, rows.at[place, "interval_start"])


def _outages(queue: str, rows: pd.DataFrame, expected: pd.Series, limits: Doubts) -> list[Case]:
    """Runs without a contact in which many should have come."""
    quiet = (rows["offered"] == 0).to_numpy(dtype=bool)
    starts = rows["interval_start"]
    length = pd.to_timedelta(rows["interval_s"].astype("int64"), unit="s")
    apart = (starts != starts.shift() + length.shift()).to_numpy(dtype=bool)
    run = np.cumsum(~quiet | apart)[quiet]
    missed = np.bincount(run, np.nan_to_num(expected.to_numpy()[quiet]))
    found = []
    for each in np.flatnonzero(missed >= limits.outage_contacts):
        (places,) = np.nonzero(run == each)
        start, total = starts[quiet].iloc[places[0]], float(missed[each])
        words = f"{len(places)} intervals without a contact, {total:.0f} expected"
        found.append(Case(0, words, queue, start, -total))
    return found


def _jumps(
    queue: str, rows: pd.DataFrame, days: LocalDays, holidays: frozenset[dt.date], limits: Doubts
) -> Iterator[Case]:
    """Days whose total is far from the median of their weekday."""
    date = days.date.loc[rows.index]
    if date.nunique() < _LEAST_SAME_DAYS:
        return
    by_day = rows["offered"].astype("float64").groupby(date)
    totals, many = by_day.sum(), by_day.size()
    # a day that has only begun, or of which a part is missing, is low for another reason
    whole = many >= 0.9 * many.groupby(many.index.day_of_week).transform("median")
    ordinary = np.array([day.date() not in holidays for day in totals.index], dtype=bool)
    totals = totals[whole & ordinary]
    weekday = totals.index.day_of_week
    middle = totals.groupby(weekday).transform("median")
    spread = 1.4826 * (totals - middle).abs().groupby(weekday).transform("median")
    # a spread below that of chance would make every day a jump
    spread = np.maximum(spread, np.sqrt(np.maximum(middle, 1.0)))
    enough = totals.groupby(weekday).transform("size") >= _LEAST_SAME_DAYS
    far = (totals - middle).abs()
    odd = (
        enough & (middle > 0) & (far > limits.jump * middle) & (far > limits.jump_spreads * spread)
    )
    midnights = days.midnight.loc[rows.index].groupby(date).first()
    for day in totals.index[odd]:
        words = f"{totals[day]:.0f} contacts, {middle[day]:.0f} are usual"
        yield Case(0, words, queue, midnights[day], float(totals[day] - middle[day]))
