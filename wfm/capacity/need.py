"""Need: contacts of a month through typical and peak weeks, staffed interval by interval.

A month's contacts are laid over its open intervals by the queue's week shape; the busiest week
gets ``peak_week`` times the mean week and the others what is left, so that the month's total
stays. Each week is staffed as the roster would be, and its hours are multiplied by the number of
dates they stand for: Σ interval hours = month hours, exactly.

New agents are slower. Their longer handle time is not known before the supply is, so the weeks
are staffed at several load factors and the hours between them are interpolated; the workbook does
the same sum, and so comes to the same figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wfm.capacity.inputs import CapacityInputs, QueueDemand
from wfm.capacity.timeline import Floats, Period
from wfm.domain import Channel
from wfm.intervals import DAY_S, OpeningHours
from wfm.queueing import required_agents

__all__ = [
    "FACTORS",
    "RATIOS",
    "GroupNeed",
    "Need",
    "QueueWeek",
    "Staffer",
    "lines_required",
    "opening_counts",
    "work_out_need",
]

FACTORS = (0.7, 0.85, 1.0, 1.1, 1.25, 1.5, 2.0)
"""Load factors that the weeks are staffed at; 1 is the forecast served by tenured agents."""

RATIOS = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 1.5)
"""Available over required hours at which the expected service is worked out."""

_BASE = FACTORS.index(1.0)
_ANCHOR = pd.Timestamp("2001-01-01", tz="UTC")
"""A Monday: the weeks are staffed on a clock without time changes, one every other week."""

_BLOCKING = 0.01
"""Share of calls that may find all trunks busy at the busiest interval."""

_NIGHT = (22 * 3600, 6 * 3600)
"""Night begins and ends [s after midnight]."""


@dataclass(frozen=True, slots=True)
class QueueWeek:
    """How a queue's contacts spread over its open intervals.

    Parameters
    ----------
    share
        Share of an ordinary week's contacts by weekday and interval, shape (7, intervals).
    dates
        Dates of each period on which the interval is open, shape (periods, 7, intervals).
    holiday_dates
        Those among them that are public holidays.
    """

    share: Floats
    dates: Floats
    holiday_dates: Floats
    channel: Channel = Channel.VOICE

    @property
    def interval_s(self) -> int:
        """Length of an interval [s]."""
        return DAY_S // int(self.share.shape[1])


class Staffer(Protocol):
    """Agents for a forecast, and the service of a number of agents, by each queue's own model."""

    def agents(self, weeks: pd.DataFrame) -> pd.DataFrame:
        """Columns agents_net, asa_s and p_abandon, row by row of queue, interval_start, mean."""

    def service(self, weeks: pd.DataFrame, agents: Floats) -> Floats:
        """Service level with these agents [fraction]; both of shape (rows, cases)."""


@dataclass(frozen=True, slots=True)
class GroupNeed:
    """Need of one group; every array has one value (or row) per period.

    Parameters
    ----------
    contacts, own_contacts
        All contacts, and those that are not outsourced.
    workload_h
        Own contacts × handle time of tenured agents [h].
    hours
        Net agent-hours at each of :data:`FACTORS` [h].
    service
        Service level at each of :data:`RATIOS` [fraction].
    night, weekend, holiday
        Share of the agent-hours that fall into them [fraction].
    peak_agents
        Most net agents at once in the busiest week.
    trunks
        Lines for talk and queue time at the busiest interval, 1 % blocking.
    phone_minutes
        Talk and queue time of own voice contacts [min].
    abandoned
        Own contacts that hang up when the requirement is met.
    night_open_h
        Hours in which the group is open at night [h].
    """

    group: str
    contacts: Floats
    own_contacts: Floats
    workload_h: Floats
    hours: Floats
    service: Floats
    night: Floats
    weekend: Floats
    holiday: Floats
    peak_agents: Floats
    trunks: Floats
    phone_minutes: Floats
    abandoned: Floats
    night_open_h: Floats

    def base_hours(self, factor: ArrayLike) -> Floats:
        """Net agent-hours when handle times (or contacts) are ``factor`` times as long [h]."""
        given = np.broadcast_to(np.asarray(factor, float), (len(self.hours),))
        return interpolated(given, FACTORS, self.hours)

    def service_at(self, ratio: ArrayLike) -> Floats:
        """Service level when ``ratio`` of the required hours are available [fraction]."""
        given = np.broadcast_to(np.asarray(ratio, float), (len(self.service),))
        return interpolated(given, RATIOS, self.service)


@dataclass(frozen=True, slots=True)
class Need:
    """Need of every group, and the staffed intervals that it was summed from.

    Parameters
    ----------
    intervals
        Staffed at load factor 1: queue, group, period, week, weekday, slot, dates, contacts,
        aht_s, agents_net, hours (agents × length × dates), asa_s, p_abandon, line_erlang.
    """

    groups: tuple[GroupNeed, ...]
    intervals: pd.DataFrame

    def of(self, group: str) -> GroupNeed:
        """Need of one group."""
        return next(one for one in self.groups if one.group == group)


def interpolated(at: Floats, grid: Sequence[float], values: Floats) -> Floats:
    """Row-wise linear interpolation, level beyond the ends of the grid.

    Examples
    --------
    >>> interpolated(np.array([1.5, 9.0]), (1.0, 2.0), np.array([[10.0, 20.0], [1.0, 2.0]]))
    array([15.,  2.])
    """
    found = values[:, 0].copy()
    for k in range(len(grid) - 1):
        part = np.clip((at - grid[k]) / (grid[k + 1] - grid[k]), 0.0, 1.0)
        found = found + (values[:, k + 1] - values[:, k]) * part
    return np.asarray(found, float)


def opening_counts(
    opening: OpeningHours,
    periods: Sequence[Period],
    interval_s: int,
    holidays: Collection[dt.date] = (),
) -> tuple[Floats, Floats]:
    """Open dates by period, weekday and interval, and the public holidays among them."""
    shape = (len(periods), 7, DAY_S // interval_s)
    dates, on_holiday = np.zeros(shape), np.zeros(shape)
    for k, period in enumerate(periods):
        for day in period.dates:
            for start_s, end_s in opening.spans(day, holiday=day in holidays):
                part = slice(start_s // interval_s, -(-end_s // interval_s))
                dates[k, day.weekday(), part] += 1
                on_holiday[k, day.weekday(), part] += day in holidays
    return dates, on_holiday


def work_out_need(inputs: CapacityInputs, weeks: Mapping[str, QueueWeek], staffer: Staffer) -> Need:
    """Need of every group, period by period.

    Parameters
    ----------
    weeks
        Week shape of every queue.
    staffer
        Each queue's own model.

    Raises
    ------
    ValueError
        When a queue has no week shape, contacts in a period in which it never opens, or a busiest
        week that is larger than its month.
    """
    rows = pd.concat(
        [_queue_weeks(inputs, queue, _shape(weeks, queue.name)) for queue in inputs.queue],
        ignore_index=True,
    )
    staffed = staffer.agents(rows[["queue", "interval_start", "interval_s", "mean", "aht_s"]])
    rows = rows.assign(
        **{name: staffed[name].to_numpy(float) for name in ("agents_net", "asa_s", "p_abandon")}
    )
    rows["hours"] = rows["agents_net"] * rows["interval_s"] / 3600 * rows["dates"]
    base = rows[rows["factor"] == _BASE].reset_index(drop=True)
    base["line_erlang"] = _lines_held(base, weeks)
    service = staffer.service(base, np.outer(base["agents_net"].to_numpy(float), RATIOS))
    found = tuple(
        _group_need(inputs, group.name, rows, base, service, weeks) for group in inputs.group
    )
    return Need(found, base.drop(columns=["factor", "interval_start"]))


def _shape(weeks: Mapping[str, QueueWeek], queue: str) -> QueueWeek:
    if queue not in weeks:
        raise ValueError(f"queue {queue!r} has no week shape")
    return weeks[queue]


def _queue_weeks(inputs: CapacityInputs, queue: QueueDemand, week: QueueWeek) -> pd.DataFrame:
    """Typical and peak week of each period at each load factor, one row per open interval."""
    parts = []
    for k, period in enumerate(inputs.periods):
        dates = week.dates[k]
        own = queue.contacts[k] * (1.0 - queue.outsourced[k])
        typical, peak = _split(inputs.peak_week, dates, week.share, period)
        due = float((dates * week.share).sum())
        if own > 0 and due <= 0:
            raise ValueError(
                f"queue {queue.name!r} has contacts in {period.name}, when it is never open"
            )
        unit = own / due if due > 0 else 0.0
        for kind, (count, level) in enumerate((typical, peak)):
            place = k * 2 + kind
            parts.append(_week(queue, week, count, level * unit, float(queue.aht_s[k]), place))
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "queue", queue.name)
    owner = next(group.name for group in inputs.group if queue.name in group.queues)
    frame.insert(1, "group", owner)
    return frame


def _split(
    peak_week: float, dates: Floats, share: Floats, period: Period
) -> tuple[tuple[Floats, float], tuple[Floats, float]]:
    """Dates and level of the typical weeks and of the peak week; the total stays."""
    if peak_week == 1.0 or period.days <= 7:
        return (dates, 1.0), (np.zeros_like(dates), peak_week)
    in_peak = np.minimum(dates, 1.0)
    rest = dates - in_peak
    total, peak, others = ((part * share).sum() for part in (dates, in_peak, rest))
    level = (total - peak_week * peak) / others if others > 0 else 1.0
    if level < 0:
        raise ValueError(f"peak_week {peak_week}: {period.name} would have less than nothing left")
    return (rest, float(level)), (in_peak, peak_week if others > 0 else 1.0)


def _week(
    queue: QueueDemand, week: QueueWeek, dates: Floats, unit: float, aht_s: float, place: int
) -> pd.DataFrame:
    """One week at every load factor; closed intervals are left out."""
    weekday, slot = np.nonzero(dates)
    count = len(weekday)
    step = week.interval_s
    weeks_on = (place * len(FACTORS) + np.arange(len(FACTORS))) * 14
    start = (weeks_on[:, None] + weekday[None, :]) * DAY_S + (slot * step)[None, :]
    return pd.DataFrame(
        {
            "period": np.full(count * len(FACTORS), place // 2),
            "week": np.full(count * len(FACTORS), ("typical", "peak")[place % 2]),
            "factor": np.repeat(np.arange(len(FACTORS)), count),
            "weekday": np.tile(weekday, len(FACTORS)),
            "slot": np.tile(slot, len(FACTORS)),
            "dates": np.tile(dates[weekday, slot], len(FACTORS)),
            "interval_start": _ANCHOR + pd.to_timedelta(start.ravel(), unit="s"),
            "interval_s": step,
            "mean": np.tile(week.share[weekday, slot] * unit, len(FACTORS)),
            "aht_s": aht_s * np.repeat(FACTORS, count),
        }
    )


def _group_need(
    inputs: CapacityInputs,
    group: str,
    rows: pd.DataFrame,
    base: pd.DataFrame,
    service: Floats,
    weeks: Mapping[str, QueueWeek],
) -> GroupNeed:
    count = len(inputs.periods)
    contacts_in, own_in, work_h = _demand(inputs.queues_of(group), count)
    mine = rows[rows["group"] == group]
    keys = mine["period"].to_numpy() * len(FACTORS) + mine["factor"].to_numpy()
    summed = np.bincount(keys, mine["hours"], count * len(FACTORS)).astype(float)
    chosen = (base["group"] == group).to_numpy()
    own = base[chosen]
    contacts = (own["mean"] * own["dates"]).to_numpy(float)
    period = own["period"].to_numpy()

    def total(values: NDArray[np.float64]) -> Floats:
        return np.bincount(period, values, count).astype(float)

    weighted = np.stack([total(contacts * column) for column in service[chosen].T], axis=1)
    sums = total(contacts)[:, None]
    curve = np.divide(weighted, sums, out=np.ones_like(weighted), where=sums > 0)
    line = own["line_erlang"].to_numpy(float)
    line_h = line * own["interval_s"].to_numpy(float) / 3600 * own["dates"].to_numpy(float)
    in_night, at_weekend, on_holiday = _premium_times(own, weeks)
    own_hours = own["hours"].to_numpy(float)
    all_hours = total(own_hours)

    def share(mask: Floats) -> Floats:
        part = total(own_hours * mask)
        return np.divide(part, all_hours, out=np.zeros(count), where=all_hours > 0)

    return GroupNeed(
        group,
        contacts=contacts_in,
        own_contacts=own_in,
        workload_h=work_h,
        hours=summed.reshape(count, -1),
        service=curve,
        night=share(in_night),
        weekend=share(at_weekend),
        holiday=share(on_holiday),
        peak_agents=_at_once(own, own["agents_net"].to_numpy(float), count),
        trunks=lines_required(_at_once(own, line, count)),
        phone_minutes=total(line_h) * 60,
        abandoned=total(contacts * np.nan_to_num(own["p_abandon"].to_numpy(float))),
        night_open_h=_night_open_h(own, in_night, count),
    )


def _lines_held(rows: pd.DataFrame, weeks: Mapping[str, QueueWeek]) -> Floats:
    """Lines held by talk and queue time, voice only [erlang]."""
    wait_s = np.nan_to_num(rows["asa_s"].to_numpy(float), nan=0.0, posinf=0.0)
    voice = np.array([weeks[name].channel is Channel.VOICE for name in rows["queue"]], bool)
    held_s = np.where(voice, rows["aht_s"].to_numpy(float) + wait_s, 0.0)
    return np.asarray(rows["mean"].to_numpy(float) * held_s / rows["interval_s"], float)


def _demand(queues: Sequence[QueueDemand], count: int) -> Floats:
    """Contacts, own contacts and workload [h] of some queues together, three rows."""
    out = np.zeros((3, count))
    for queue in queues:
        contacts = np.array(queue.contacts, float)
        own = contacts * (1.0 - np.array(queue.outsourced))
        out += np.stack([contacts, own, own * np.array(queue.aht_s) / 3600])
    return out


def _at_once(rows: pd.DataFrame, values: Floats, count: int) -> Floats:
    """Largest sum over queues in one interval, by period; intervals may differ in length."""
    at = pd.DataFrame(
        {
            "period": rows["period"],
            "week": rows["week"],
            "second": rows["weekday"] * DAY_S + rows["slot"] * rows["interval_s"],
            "value": values,
        }
    )
    top = at.groupby(["period", "week", "second"])["value"].sum().groupby("period").max()
    return np.asarray(top.reindex(range(count), fill_value=0.0), float)


def lines_required(load_erlang: ArrayLike, blocking: float = _BLOCKING) -> Floats:
    """Fewest trunks for a load of talk and queue time (Erlang B).

    Examples
    --------
    >>> lines_required([0, 10, 100]).tolist()
    [0.0, 18.0, 117.0]
    """
    load = np.asarray(load_erlang, float)
    need = required_agents("erlang_b", load, 3600.0, service_level=1.0 - blocking)
    return np.where(load > 0, need.agents, 0).astype(float)


def _premium_times(
    rows: pd.DataFrame, weeks: Mapping[str, QueueWeek]
) -> tuple[Floats, Floats, Floats]:
    """Share of each row's hours that lies at night, at the weekend, on a public holiday."""
    second = (rows["slot"] * rows["interval_s"]).to_numpy()
    night = ((second >= _NIGHT[0]) | (second < _NIGHT[1])).astype(float)
    weekend = (rows["weekday"].to_numpy() >= 5).astype(float)
    holiday = np.zeros(len(rows))
    for name, week in weeks.items():
        mine = (rows["queue"] == name).to_numpy()
        place = (rows["period"][mine], rows["weekday"][mine], rows["slot"][mine])
        dates = week.dates[place]
        holiday[mine] = np.divide(
            week.holiday_dates[place], dates, out=np.zeros(len(dates)), where=dates > 0
        )
    return night, weekend, holiday


def _night_open_h(rows: pd.DataFrame, in_night: Floats, count: int) -> Floats:
    """Hours at night in which at least one queue of the group is open."""
    at = rows[in_night > 0]
    second = at["weekday"] * DAY_S + at["slot"] * at["interval_s"]
    open_h = at.assign(second=second, h=at["dates"] * at["interval_s"] / 3600)
    once = open_h.groupby(["period", "week", "second"])["h"].max().groupby("period").sum()
    return np.asarray(once.reindex(range(count), fill_value=0.0), float)
