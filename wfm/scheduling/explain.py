"""What a roster says for itself: who is short when, what each rule costs, which hour helps most.

Reads the tables of a :class:`~wfm.scheduling.result.Schedule` and, for the cheapest relaxation, the
line's gains per option; it changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wfm.domain import Agent, Contract, DayWish, SchedulingRules
from wfm.scheduling.measure import against_least, priced, wishes_met
from wfm.scheduling.result import Schedule

__all__ = ["Relaxation", "Shortage", "relaxations", "rule_costs", "shortages"]

_SHORT = 0.5
"""An interval is short from here on; less comes from rounding fractions [agents]."""

_TOLD = 5
"""Relaxations that are told; twice as many shortages are looked at."""

_SLACKS = (pd.Timedelta(0), pd.Timedelta(minutes=30))
"""A shift that touches an hour is the one to lengthen; where none does, one that is near it."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A stretch of intervals of one queue that are short of agents.

    Parameters
    ----------
    start, end
        First moment and moment after (UTC).
    agent_h
        Agent-hours missing.
    worst
        Most agents missing in an interval.
    required, scheduled
        Mean agents required and at work.
    """

    queue: str
    start: pd.Timestamp
    end: pd.Timestamp
    agent_h: float
    worst: float
    required: float
    scheduled: float

    def __str__(self) -> str:
        """Give the shortage as one line, in UTC."""
        return f"{self.when('UTC')} UTC: {self.told}"

    def when(self, timezone: str) -> str:
        """Queue, day and hours by the wall clock of a zone."""
        start, end = self.start.tz_convert(timezone), self.end.tz_convert(timezone)
        return f"{self.queue} {start:%a %d %b %H:%M}-{end:%H:%M}"

    @property
    def told(self) -> str:
        """How much is short, in words."""
        return (
            f"{self.agent_h:.1f} agent-hours short, at worst {self.worst:.1f} agents, "
            f"{self.scheduled:.1f} at work of {self.required:.1f}"
        )


def shortages(coverage: pd.DataFrame) -> list[Shortage]:
    """Stretches of intervals at least half an agent short, the largest first."""
    found = []
    for queue, rows in coverage.groupby("queue", sort=True):
        ordered = rows.sort_values("interval_start").reset_index(drop=True)
        length = pd.to_timedelta(ordered["interval_s"].astype("int64"), unit="s")
        end = ordered["interval_start"] + length
        short = ordered["under"] >= _SHORT
        torn = (ordered["interval_start"] != end.shift()) | (short != short.shift())
        for _, part in ordered[short].groupby(torn.cumsum()[short]):
            hours = part["under"] * part["interval_s"].astype(float) / 3600
            found.append(
                Shortage(
                    str(queue),
                    part["interval_start"].iloc[0],
                    end[part.index[-1]],
                    float(hours.sum()),
                    float(part["under"].max()),
                    float(part["required"].mean()),
                    float(part["scheduled"].mean()),
                )
            )
    return sorted(found, key=lambda s: (-s.agent_h, s.start))


def rule_costs(
    schedule: Schedule,
    requirement: pd.DataFrame,
    rules: SchedulingRules,
    wishes: Sequence[DayWish],
    timezone: str,
) -> pd.DataFrame:
    """What each rule costs or breaks: rule, count, amount, price; one row per rule with a count.

    Over and under are priced as in the objective; promises over days by the contacts short; wishes
    that were not met by their weight; hard rules have an amount (hours, days) and no price.
    """  # fmt: skip
    coverage = against_least(requirement, schedule.coverage)
    rows: list[tuple[str, int, float, float]] = []
    for part, other in (("under", "over"), ("over", "under")):
        price = priced(requirement, coverage.assign(**{other: 0.0}), rules)
        count = int((coverage[part] > 1e-9).sum())
        rows.append((part, count, float(coverage[part].sum()), float(price.sum())))
    owed = schedule.missed
    short, dear = (sum(getattr(each, name) for each in owed) for name in ("contacts", "price"))
    rows.append(("service_of_the_period", len(owed), float(short), float(dear)))
    met = wishes_met(schedule.shifts, wishes, timezone)
    missed = [wish.weight for wish, granted in zip(wishes, met, strict=True) if not granted]
    rows.append(("wishes", len(missed), float(len(missed)), float(sum(missed))))
    hard = schedule.violations[schedule.violations["hard"].astype(bool)]
    for rule, broken in hard.groupby("rule", sort=True):
        rows.append((str(rule), len(broken), float(broken["amount"].sum()), float("nan")))
    frame = pd.DataFrame(rows, columns=["rule", "count", "amount", "price"])
    return frame[frame["count"] > 0].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One thing that could give way, what it would win and what it would cost.

    Parameters
    ----------
    what
        In plain words.
    start
        Where the hour would go (UTC).
    saves
        Price of under-staffing that one more hour of work there takes away.
    cost
        What the hour costs at the contract's rate; 0 where it has none.
    """

    what: str
    start: pd.Timestamp
    saves: float
    cost: float


def relaxations(
    schedule: Schedule,
    requirement: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    rules: SchedulingRules,
) -> list[Relaxation]:
    """The cheapest extra hours: each shortage's dearest hour, given to the cheapest contract.

    Shifts which end or start next to the hour could be lengthened, of everybody who can serve the
    queue; where the contract has no hours left the line says so, because then the contract's week
    must give way.

    Parameters
    ----------
    requirement
        What was to be covered, with the prices it was planned at.

    Notes
    -----
    An hour saves what one agent more takes off the price of each interval, which is more where more
    are missing; it is worked by one person.
    """
    out = []
    gains = _gains(schedule.coverage, requirement, rules)
    for short in shortages(schedule.coverage)[: 2 * _TOLD]:
        start, saved = _dearest_hour(schedule, short, gains)
        served = [a for a in agents if short.queue in a.skills]
        names = {a.agent for a in served}
        touching, nearby = (_neighbours(schedule.shifts, names, start, slack) for slack in _SLACKS)
        near = touching or nearby
        if not served:
            continue
        pool = [a for a in served if a.agent in near] or served
        best = min(pool, key=lambda a: (contracts[a.contract].cost_per_hour, a.agent))
        contract = contracts[best.contract]
        left = contract.week_s[1] - _paid_around(schedule, best.agent, start)
        if best.agent in near and left >= 3600:
            what = f"lengthen the shift of {best.agent} by an hour"
        elif best.agent in near:
            what = f"let {best.agent} work an hour beyond the week of contract {contract.name}"
        else:
            what = f"bring in one more person for the hour (nobody of {contract.name} is near it)"
        out.append(Relaxation(what, start, saved, contract.cost_per_hour))
    return sorted(out, key=lambda r: (r.cost / r.saves if r.saves else np.inf, r.start))[:_TOLD]


def _gains(
    coverage: pd.DataFrame, requirement: pd.DataFrame, rules: SchedulingRules
) -> NDArray[np.float64]:
    """Price that one agent more takes off each row of the coverage."""
    more = coverage["scheduled"] + 1
    gap = coverage["required"] - more
    after = coverage.assign(scheduled=more, under=gap.clip(lower=0), over=(-gap).clip(lower=0))
    now, then = (priced(requirement, rows, rules) for rows in (coverage, after))
    return np.asarray(now.to_numpy() - then.to_numpy(), dtype=float)


def _paid_around(schedule: Schedule, agent: str, moment: pd.Timestamp) -> int:
    """Paid time of an agent in the week of the roster that holds a moment [s]."""
    first = schedule.coverage["interval_start"].min()
    week = first + (moment - first) // pd.Timedelta(weeks=1) * pd.Timedelta(weeks=1)
    mine = schedule.shifts[schedule.shifts["agent"] == agent]
    inside = (mine["start"] >= week) & (mine["start"] < week + pd.Timedelta(weeks=1))
    return int(mine.loc[inside, "paid_s"].sum())


def _dearest_hour(
    schedule: Schedule, short: Shortage, gains: NDArray[np.float64]
) -> tuple[pd.Timestamp, float]:
    """Start of the hour within a shortage that one more agent helps most, and what it saves.

    Of equal hours the first that touches somebody's shift, or else lies near one.
    """
    coverage = schedule.coverage
    rows = coverage[
        (coverage["queue"] == short.queue)
        & (coverage["interval_start"] >= short.start)
        & (coverage["interval_start"] < short.end)
    ].sort_values("interval_start")
    filled = gains[coverage.index.get_indexer(rows.index)]
    hour = max(int(3600 // int(rows["interval_s"].iloc[0])), 1)
    sums = np.convolve(filled, np.ones(min(hour, len(filled))), mode="valid")
    equal = np.flatnonzero(sums >= sums.max() - 1e-9).tolist()
    starts = rows["interval_start"]
    serving = set(schedule.shifts.loc[_serves(schedule.shifts, short.queue), "agent"])
    near = (
        n
        for slack in _SLACKS
        for n in equal
        if _neighbours(schedule.shifts, serving, starts.iloc[n], slack)
    )
    at = next(near, equal[0])
    return rows["interval_start"].iloc[at], float(sums[at])


def _serves(shifts: pd.DataFrame, queue: str) -> pd.Series:
    """Shifts of people whose skill group serves a queue."""
    return shifts["skill"].map(lambda group: group == queue or queue in str(group).split("+"))


def _neighbours(
    shifts: pd.DataFrame, agents: set[str], start: pd.Timestamp, slack: pd.Timedelta
) -> set[str]:
    """Those of some agents whose shift ends at the start of an hour or starts at its end."""
    end = start + pd.Timedelta(hours=1)
    mine = shifts[shifts["agent"].isin(agents)]
    near = mine["end"].between(start - slack, start + slack)
    near |= mine["start"].between(end - slack, end + slack)
    return set(mine.loc[near, "agent"])
