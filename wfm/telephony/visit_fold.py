"""Queue visits → interval history: each figure in the interval of arrival, or of its own event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from wfm import schema
from wfm.telephony.grid import LocalDays
from wfm.telephony.visits import Ending, Outcome

__all__ = ["Attribution", "RunningSums", "fold_intervals", "with_quiet_intervals"]

_TRANSFERS = (Ending.BLIND_TRANSFER, Ending.ATTENDED_TRANSFER)


class Attribution(StrEnum):
    """Interval that a figure of a visit belongs to."""

    ARRIVAL = "arrival"
    """The one in which the contact came: what a plan needs."""
    EVENT = "event"
    """The one in which it happened: what a wallboard and the switch's own reports show."""


@dataclass(slots=True)
class RunningSums:
    """Intervals of visits that need not be kept, so that a log of years fits into memory.

    Parameters
    ----------
    interval_s, threshold_s, short_s, attribution, timezone
        As for :func:`fold_intervals`.
    """

    interval_s: int
    threshold_s: float
    short_s: float
    attribution: Attribution = Attribution.ARRIVAL
    timezone: str = "UTC"
    _folded: list[pd.DataFrame] = field(default_factory=list)

    def add(self, visits: pd.DataFrame, rings: pd.DataFrame) -> None:
        """Count visits that are over."""
        self._folded.append(self._fold(visits, rings))

    def with_rest(self, visits: pd.DataFrame, rings: pd.DataFrame) -> pd.DataFrame:
        """Interval history of all that was counted and of these visits."""
        names = schema.INTERVAL_HISTORY.names
        every = pd.concat([*self._folded, self._fold(visits, rings)], ignore_index=True)
        sums = every.groupby(["queue", "interval_start", "interval_s"], as_index=False).sum()
        return schema.check(sums[names], schema.INTERVAL_HISTORY)

    def counts_like(self, other: RunningSums) -> bool:
        """Whether both count in the same way."""
        names = ("interval_s", "threshold_s", "short_s", "attribution", "timezone")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def _fold(self, visits: pd.DataFrame, rings: pd.DataFrame) -> pd.DataFrame:
        return fold_intervals(
            visits,
            self.interval_s,
            threshold_s=self.threshold_s,
            short_s=self.short_s,
            attribution=self.attribution,
            rings=rings,
            timezone=self.timezone,
        )


def fold_intervals(
    visits: pd.DataFrame,
    interval_s: int,
    *,
    threshold_s: float,
    short_s: float,
    attribution: Attribution = Attribution.ARRIVAL,
    rings: pd.DataFrame | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """Interval history of queue visits; intervals without any event have no row.

    Parameters
    ----------
    visits
        :data:`wfm.telephony.visits.VISIT`.
    threshold_s
        Answered in threshold: wait at most this long [s].
    short_s
        Short abandon: hung up after at most this long [s].
    rings
        ``queue`` and moment ``at`` of each ring in vain, for attribution by event.
    timezone
        Zone whose midnight the intervals are counted from; matters only where clocks are off by
        parts of an interval.

    Notes
    -----
    By arrival, ``offered`` is the sum of the seven outcomes in every row, which is checked; by
    event it is so over the whole log. Calls that the switch turns away at the door leave no visit.
    """
    figures = _figures(visits, threshold_s, short_s)
    if attribution is Attribution.ARRIVAL:
        at = dict.fromkeys(figures, visits["entered"])
    else:
        at = _moments(visits, figures)
    long = [
        pd.DataFrame({"queue": visits["queue"], "at": at[name], "name": name, "value": values})
        for name, values in figures.items()
    ]
    if attribution is Attribution.ARRIVAL:
        vain = visits["ring_no_answer"].where(visits["ring_no_answer"] > 0)
        long.append(_rings(visits["queue"], visits["entered"], vain.astype("float64")))
    elif rings is not None:
        long.append(_rings(rings["queue"], rings["at"], 1.0))
    facts = pd.concat(long, ignore_index=True)
    facts = facts[facts["at"].notna() & facts["value"].notna()]
    if facts.empty:
        return schema.check(
            pd.DataFrame(columns=schema.INTERVAL_HISTORY.names), schema.INTERVAL_HISTORY
        )
    midnight = LocalDays.of(facts["at"], timezone).midnight
    step = pd.Timedelta(seconds=interval_s)
    facts["interval_start"] = midnight + (facts["at"] - midnight) // step * step
    names = [*figures, "ring_no_answer"]
    wide = facts.pivot_table(
        index=["queue", "interval_start"], columns="name", values="value", aggfunc="sum"
    )
    wide = wide.reindex(columns=names).fillna(0.0).rename_axis(columns=None).reset_index()
    wide["interval_s"] = interval_s
    if attribution is Attribution.ARRIVAL:
        _check_sums(wide)
    return schema.check(wide, schema.INTERVAL_HISTORY)


def _check_sums(history: pd.DataFrame) -> None:
    """Hold every row to what counting promises: each contact offered has one of seven outcomes."""
    outcomes = history[[str(outcome) for outcome in Outcome]].sum(axis=1)
    odd = history[outcomes != history["offered"]]
    if len(odd):
        row = odd.iloc[0]
        raise ValueError(
            f"{row['queue']} at {row['interval_start']}: {row['offered']:g} offered, "
            f"{outcomes[odd.index[0]]:g} outcomes; a visit has no outcome or two"
        )


def with_quiet_intervals(
    history: pd.DataFrame, interval_s: int, queues: Collection[str] = ()
) -> pd.DataFrame:
    """History with a row of zeros for every queue and interval that it lacks.

    From the first to the last interval of any queue: a log that was running would have shown more.

    Parameters
    ----------
    queues
        Further queues, of which the history has no row.
    """
    if history.empty:
        return history
    starts = pd.date_range(
        history["interval_start"].min(),
        history["interval_start"].max(),
        freq=pd.Timedelta(seconds=interval_s),
    ).as_unit("us")
    key = ["queue", "interval_start"]
    every = pd.MultiIndex.from_product([sorted({*history["queue"], *queues}), starts], names=key)
    lacking = every.difference(pd.MultiIndex.from_frame(history[key]))
    zeros = lacking.to_frame(index=False).assign(interval_s=interval_s)
    zeros[[name for name in history if name not in zeros]] = 0
    filled = pd.concat([history, schema.check(zeros, schema.INTERVAL_HISTORY)])
    return filled.sort_values(key, ignore_index=True)


def _rings(queue: pd.Series, at: pd.Series, value: pd.Series | float) -> pd.DataFrame:
    return pd.DataFrame({"queue": queue, "at": at, "name": "ring_no_answer", "value": value})


def _figures(visits: pd.DataFrame, threshold_s: float, short_s: float) -> dict[str, pd.Series]:
    """What each visit adds to each column of the history; NaN where it adds nothing."""
    outcome, wait_s = visits["outcome"], visits["wait_s"]
    answered, abandoned = outcome == Outcome.ANSWERED, outcome == Outcome.ABANDONED
    handle_s = visits["talk_s"] + visits[["hold_s", "acw_s"]].fillna(0.0).sum(axis=1)
    return {
        "offered": pd.Series(1.0, visits.index),
        **{str(kind): _one(outcome == kind) for kind in Outcome},
        "short_abandoned": _one(abandoned & (wait_s <= short_s)),
        "answered_in_threshold": _one(answered & (wait_s <= threshold_s)),
        "wait_answered_s": wait_s.where(answered),
        "wait_abandoned_s": wait_s.where(abandoned),
        "talk_s": handle_s,
        "transferred": _one(visits["ending"].isin(_TRANSFERS)),
        "not_first_visit": _one(~visits["first"].astype(bool)),
    }


def _one(mask: pd.Series) -> pd.Series:
    return mask.astype("float64").where(mask)


def _moments(visits: pd.DataFrame, figures: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Moment at which each figure happened."""
    moment_of = {
        "offered": "entered",
        "not_first_visit": "entered",
        "answered": "connected",
        "answered_in_threshold": "connected",
        "wait_answered_s": "connected",
    }
    return {name: visits[moment_of.get(name, "closed")] for name in figures}
