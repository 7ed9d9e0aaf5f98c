"""Deferred work (e-mail, letters, back office): hours enough that nothing breaks its promise.

Contacts wait in a backlog and are worked first come, first served in the worked hours. Work done by
any moment must lie between what is due by then and what has arrived by then; of all such plans
the one that is as level as it can be is the tight string between the two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wfm.domain import Queue
from wfm.staffing.opening import worked_mask

__all__ = ["DeferredService", "deferred_requirement", "deferred_service", "level_work"]

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DeferredService:
    """What becomes of the contacts of each interval.

    Parameters
    ----------
    within_promise
        Share answered within the promise [fraction]; what is due after the last interval and has
        not been reached by then counts as kept.
    mean_wait_s
        Mean time to the answer [s]; NaN where it comes after the last interval.
    backlog
        Contacts waiting at the end of the interval, in contacts of the queue's mean handle time.
    """

    within_promise: _Floats
    mean_wait_s: _Floats
    backlog: _Floats


def deferred_requirement(
    rows: pd.DataFrame, queue: Queue, timezone: str, holidays: Collection[dt.date]
) -> pd.DataFrame:
    """Levelled agents by interval that keep the promise of a deferred queue.

    Parameters
    ----------
    rows
        Forecast of one queue: interval_start (UTC), interval_s, mean [contacts], aht_s [s].
    queue
        ``target.threshold_s`` is the promise (24 h), ``worked`` the hours in which it is worked on,
        ``backlog`` the contacts that wait at the start; it is what the plan ends with, too.

    Returns
    -------
    pandas.DataFrame
        Columns of the requirement but run and agents_required, on every interval from first to
        last, agents real-valued.

    Notes
    -----
    A contact that cannot be answered in time, because nobody works between its arrival and its
    deadline, is due at the end of the first worked span after it came; ``service_level`` tells.
    """
    out = _line(rows, queue)
    interval_s = float(out["interval_s"].iloc[0]) if len(out) else 1.0
    worked = worked_mask(out, queue, timezone, holidays)
    arriving_s = (out["offered"] * out["aht_s"]).to_numpy()
    done_s = level_work(
        arriving_s,
        worked,
        promise=int(queue.target.threshold_s // interval_s),
        opening_s=queue.backlog * queue.aht_s,
    )
    level = done_s / interval_s / (queue.target.max_occupancy or 1.0)
    least = queue.target.min_agents
    out["load_erlang"] = arriving_s / interval_s
    out["agents_net"] = np.where(worked, np.maximum(level, least), 0.0)
    out["binding"] = np.where(worked & (level < least), "min_agents", "promise")
    served = deferred_service(out, out["agents_net"], queue)
    out["service_level"] = served.within_promise
    out["asa_s"] = served.mean_wait_s
    out["p_abandon"] = 0.0
    agents = out["agents_net"].to_numpy(float)
    busy = np.zeros(len(out))
    np.divide(done_s / interval_s, agents, out=busy, where=agents > 0)
    out["occupancy"] = busy
    return out


def _line(rows: pd.DataFrame, queue: Queue) -> pd.DataFrame:
    """Forecast rows on an unbroken line of intervals, nothing arriving where there was no row."""
    if rows.empty:
        return pd.DataFrame(
            columns=["queue", "interval_start", "interval_s", "offered", "aht_s", "patience_s"]
        )
    length = int(rows["interval_s"].iloc[0])
    given = rows.set_index("interval_start").sort_index()
    line = pd.date_range(given.index[0], given.index[-1], freq=f"{length}s", name="interval_start")
    aht_s = given["aht_s"].reindex(line) if "aht_s" in given else pd.Series(np.nan, line)
    return pd.DataFrame(
        {
            "queue": queue.name,
            "interval_start": line,
            "interval_s": length,
            "offered": given["mean"].astype(float).reindex(line).fillna(0.0).to_numpy(),
            "aht_s": aht_s.astype(float).where(aht_s > 0, queue.aht_s).to_numpy(),
            "patience_s": queue.patience_s,
        }
    )


def level_work(
    arriving_s: ArrayLike, worked: ArrayLike, *, promise: int, opening_s: float = 0.0
) -> _Floats:
    """Work to do in each interval, as level as the promise allows [s].

    Parameters
    ----------
    arriving_s
        Work that arrives by interval [s].
    worked
        Whether anybody works in the interval.
    promise
        Whole intervals from the start of the interval of arrival to the deadline, at least 2.
    opening_s
        Work waiting at the start [s], due evenly over the promise.

    Raises
    ------
    ValueError
        When the promise is shorter than two intervals, or work arrives and nobody ever works.

    Notes
    -----
    The shortest path between cumulative deadlines and cumulative arrivals; it minimises the sum of
    any convex price of the agents at work, the peak included.

    Examples
    --------
    >>> level_work([6, 0, 0, 0], [True] * 4, promise=4).tolist()
    [0.0, 2.0, 2.0, 2.0]
    """
    arriving, at = np.asarray(arriving_s, float), np.flatnonzero(np.asarray(worked, bool))
    if promise < 2:
        raise ValueError(
            f"a deferred promise spans at least two intervals, got {promise}; "
            "plan shorter ones as voice or chat"
        )
    done = np.zeros(len(arriving))
    total = opening_s + float(arriving.sum())
    if not total > 0:
        return done
    if not len(at):
        raise ValueError("work arrives, but nobody ever works at it; see the queue's worked hours")
    arrived = opening_s + np.concatenate([[0.0], np.cumsum(arriving)])[at]
    due = np.cumsum(_due(arriving, at, promise, opening_s))
    due[-1] = max(due[-1], arrived[-1] - opening_s)
    due = np.minimum(due, arrived)
    arrived[-1] = due[-1]
    done[at] = np.diff(_tight_string(due, arrived), prepend=0.0)
    return done


def _due(
    arriving: _Floats, at: NDArray[np.intp], promise: int, opening_s: float
) -> NDArray[np.float64]:
    """Work that is due by the end of each worked interval and no earlier one."""
    came = np.concatenate([np.full(promise, -1), np.arange(len(arriving))])
    last = np.concatenate([np.arange(promise), np.arange(len(arriving)) + promise - 1])
    work = np.concatenate([np.full(promise, opening_s / promise), arriving])
    first = np.searchsorted(at, came + 1)  # first worked interval that begins after it came
    place = np.searchsorted(at, last, side="right") - 1
    breaks = np.flatnonzero(np.diff(at) > 1)
    span_end = np.append(breaks, len(at) - 1)
    possible = np.minimum(first, len(at) - 1)
    late = span_end[np.searchsorted(span_end, possible)]
    place = np.where(place < first, late, place)
    reached = (first < len(at)) & (last < len(arriving))
    due = np.bincount(place[reached], weights=work[reached], minlength=len(at))
    return np.asarray(due, float)


def _tight_string(lower: _Floats, upper: _Floats) -> _Floats:
    """Shortest path from 0 between two rising curves that meet at the end."""
    low, high = np.concatenate([[0.0], lower]), np.concatenate([[0.0], upper])
    path = np.zeros(len(low))
    start = 0
    while start < len(path) - 1:
        stop, height = _next_bend(low, high, start, path[start])
        path[start : stop + 1] = np.linspace(path[start], height, stop - start + 1)
        start = stop
    return path[1:]


def _next_bend(low: _Floats, high: _Floats, start: int, height: float) -> tuple[int, float]:
    """Where the string that leaves (start, height) first has to bend, and how high it is there."""
    run = np.arange(1, len(low) - start)
    floor = (low[start + 1 :] - height) / run
    ceiling = (high[start + 1 :] - height) / run
    steepest, flattest = np.maximum.accumulate(floor), np.minimum.accumulate(ceiling)
    crossed = np.flatnonzero(steepest > flattest)
    if not len(crossed):
        return len(low) - 1, float(low[-1])
    first = int(crossed[0])
    before = slice(0, first)
    if first == 0 or floor[first] > flattest[first - 1]:
        bend = int(np.flatnonzero(ceiling[before] == flattest[first - 1])[-1]) if first else 0
        return start + 1 + bend, float(high[start + 1 + bend])
    bend = int(np.flatnonzero(floor[before] == steepest[first - 1])[-1])
    return start + 1 + bend, float(low[start + 1 + bend])


def deferred_service(rows: pd.DataFrame, agents_net: ArrayLike, queue: Queue) -> DeferredService:
    """What a plan of agents gives the contacts of a deferred queue.

    Parameters
    ----------
    rows
        One queue on an unbroken line of intervals: offered [contacts], interval_s and aht_s [s].
    agents_net
        Agents at work by interval, real-valued.

    Notes
    -----
    A fluid in order of arrival; work of an interval can be done from the next one on.
    """
    interval_s = rows["interval_s"].to_numpy(float)
    arriving = (rows["offered"] * rows["aht_s"]).to_numpy(float)
    if not len(arriving):
        return DeferredService(*(np.zeros(0) for _ in range(3)))
    opening = queue.backlog * queue.aht_s
    came = opening + np.cumsum(arriving)
    capacity = np.cumsum(np.asarray(agents_net, float) * interval_s)
    before = np.concatenate([[opening], came[:-1]])
    # never more than there was: at any earlier moment all work in, and the capacity since
    done = capacity + np.minimum(np.minimum.accumulate(before - capacity), 0.0)
    ends = np.cumsum(interval_s)
    starts = ends - interval_s
    deadline = starts + queue.target.threshold_s
    times, worked_off = np.append(0.0, ends), np.append(0.0, done)
    by_then = np.interp(deadline, times, worked_off)
    by_then = np.where(deadline > ends[-1], came[-1], by_then)
    kept = np.ones(len(arriving))
    np.divide(by_then - before, arriving, out=kept, where=arriving > 0)
    answered = _moment(before + arriving / 2, worked_off, times)
    return DeferredService(
        np.clip(kept, 0.0, 1.0),
        np.maximum(answered - starts, 0.0),
        np.maximum(came - done, 0.0) / queue.aht_s,
    )


def _moment(work: _Floats, done: _Floats, times: _Floats) -> _Floats:
    """First moment at which so much work is done; NaN where it never is."""
    after = np.searchsorted(done, work, side="left").clip(1)
    known = after < len(done)
    here = np.where(known, after, 1)
    slope = np.zeros(len(work))
    rise = done[here] - done[here - 1]
    np.divide(work - done[here - 1], rise, out=slope, where=rise > 0)
    moment = times[here - 1] + slope * (times[here] - times[here - 1])
    return np.where(known, moment, np.nan)
