"""Queues with an expectation in place of a history, added to a forecast of the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from wfm.domain import NewQueue, Queue
from wfm.errors import Problem
from wfm.forecast import (
    Forecast,
    NewQueueForecast,
    QueueCalendar,
    forecast_new_queue,
    read_sibling,
)

__all__ = ["Ground", "add_new_queues", "expected_queues", "new_queue_notes"]

_ENOUGH_DAYS = 21
"""With as many days of its own a queue needs no expectation."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What all new queues rest on.

    Parameters
    ----------
    history
        By wall clock: queue, start, offered; of all queues.
    calendars
        Of all queues.
    """

    history: pd.DataFrame
    calendars: Mapping[str, QueueCalendar]
    as_of: dt.datetime
    horizon_days: int
    interval_s: int
    quantiles: Sequence[float]


def expected_queues(queues: Sequence[Queue], history: pd.DataFrame) -> Mapping[str, NewQueue]:
    """Expectations that count, by queue: those of queues with too few days of their own.

    Days before its opening are an earlier centre's; they weigh in the estimate.
    """
    first = {queue.name: queue.new.first for queue in queues if queue.new is not None}
    opening = pd.to_datetime(history["queue"].map(first))
    own = history[opening.isna() | (history["start"] >= opening)]
    dates = own["start"].dt.normalize().groupby(own["queue"]).nunique()
    return {
        queue.name: queue.new
        for queue in queues
        if queue.new is not None and dates.get(queue.name, 0) < _ENOUGH_DAYS
    }


def add_new_queues(
    result: Forecast, expected: Mapping[str, NewQueue], ground: Ground
) -> tuple[Forecast, pd.DataFrame]:
    """Forecast with the new queues, and the estimates that they rest on.

    A new queue that cannot be estimated (its sibling has no history either) is skipped and told.
    """
    if not expected:
        return result, pd.DataFrame()
    made: dict[str, NewQueueForecast] = {}
    skipped = [one for one in result.skipped if one[0] not in expected]
    for name, new in expected.items():
        try:
            made[name] = _forecast(name, new, ground)
        except ValueError as error:
            skipped.append((name, Problem(str(error), fix="correct new in wfm.toml")))
    kept = result.frame if result.frame.empty else result.frame[~result.frame["queue"].isin(made)]
    frames = [kept, *(one.frame for one in made.values())]
    chosen = pd.DataFrame({"queue": list(made), "model": "estimates", "weight": 1.0, "trials": 0})
    others = result.chosen if result.chosen.empty else result.chosen[_others(result.chosen, made)]
    frame = _stacked(frames)
    return (
        replace(
            result,
            frame=frame.sort_values(["queue", "start"], ignore_index=True) if made else frame,
            chosen=_stacked([others, chosen]),
            skipped=tuple(skipped),
            sources={**result.sources, **{name: one.source for name, one in made.items()}},
        ),
        _stacked([one.estimates for one in made.values()]),
    )


def _others(table: pd.DataFrame, made: Mapping[str, NewQueueForecast]) -> pd.Series:
    return ~table["queue"].isin(made)


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _forecast(name: str, new: NewQueue, ground: Ground) -> NewQueueForecast:
    history, calendars = ground.history, ground.calendars
    sibling = None
    if new.like:
        sibling = read_sibling(
            new.like,
            history,
            calendars[new.like],
            as_of=ground.as_of,
            interval_s=ground.interval_s,
        )
    return forecast_new_queue(
        name,
        new,
        calendars[name],
        history[history["queue"] == name],
        sibling,
        as_of=ground.as_of,
        horizon_days=ground.horizon_days,
        interval_s=ground.interval_s,
        quantiles=ground.quantiles,
    )


def new_queue_notes(estimates: pd.DataFrame) -> list[str]:
    """Line for each new queue: that it is one, and what its volume rests on."""
    notes = []
    for queue, rows in estimates.groupby("queue", sort=False) if len(estimates) else ():
        told = "; ".join(
            f"{row.estimate} {row.contacts_a_week:,.0f} a week (weight {row.weight:.0%})"
            for row in rows.itertuples()
        )
        notes.append(f"{queue}: new queue, volume from estimates: {told}")
    return notes
