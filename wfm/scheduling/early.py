"""The first night of a horizon: who is still at work in it, and what is short all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from wfm.domain import Agent, Contract, ShiftTemplate
from wfm.intervals import DAY_S
from wfm.scheduling.measure import Segment
from wfm.scheduling.result import EarlyShort
from wfm.scheduling.skills import group_name

__all__ = ["night_before", "short_before_start"]


def night_before(
    past: pd.DataFrame, agents: Sequence[Agent], queues: Collection[str], first: pd.Timestamp
) -> list[Segment]:
    """People whose last shift runs on past the first midnight of a horizon, from then to its end.

    Parameters
    ----------
    past
        Columns agent, start, end, and template where it is known.
    first
        The first midnight.

    Notes
    -----
    They count as at work throughout: what breaks they take is not known here.
    """
    known = {agent.agent: agent for agent in agents}
    out = []
    for row in past[past["end"] > first].itertuples(index=False):
        skills = set(known[row.agent].skills) & set(queues) if row.agent in known else set()
        if skills:
            template = str(getattr(row, "template", ""))
            head = (row.agent, group_name(skills), template, known[row.agent].contract)
            start, end, begin = (t.tz_convert("UTC") for t in (row.start, row.end, first))
            whole = (0.0, start, end, max(start, begin), end)
            out.append(Segment(*head, *whole, "work", work=True, paid=True))
    return out


def short_before_start(
    coverage: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    timezone: str,
) -> tuple[EarlyShort, ...]:
    """Queues that are short where only shifts of the night before the horizon could be at work.

    Parameters
    ----------
    coverage
        Columns queue, interval_start (UTC), interval_s [s], under.
    timezone
        IANA zone of the clocks in templates.
    """
    out = []
    first = coverage["interval_start"].min().tz_convert(timezone).date()
    for queue, rows in coverage.groupby("queue", sort=True):
        known = {agent.contract for agent in agents if queue in agent.skills}
        shifts = [templates[name] for contract in known for name in contracts[contract].shifts]
        if not shifts:
            continue
        begins_s = min(shift.start_s[0] for shift in shifts)
        night_s = max(shift.start_s[1] + shift.length_s[1] for shift in shifts) - DAY_S
        until = _moment(first, begins_s, timezone)
        reached = _moment(first, max(min(night_s, begins_s), 0), timezone)
        early = rows[rows["interval_start"] < reached]
        under_h = float((early["under"] * early["interval_s"].astype(float)).sum()) / 3600
        if under_h > 0:
            out.append(EarlyShort(str(queue), until, under_h))
    return tuple(out)


def _moment(day: dt.date, clock_s: int, timezone: str) -> pd.Timestamp:
    """When the wall clock shows so many seconds after midnight."""
    wall = pd.Timestamp(dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=clock_s))
    return wall.tz_localize(timezone, nonexistent="shift_forward", ambiguous=True)
