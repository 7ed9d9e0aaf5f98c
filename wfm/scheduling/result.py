"""What the scheduler hands back: the roster, its coverage, the rules it breaks, its figures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wfm.scheduling.promise import Missed
from wfm.scheduling.solver import SolveStatus

__all__ = ["EarlyShort", "Progress", "Schedule", "ScheduleSummary"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is.

    Parameters
    ----------
    stage
        plan, roster, breaks or check.
    done, total
        Pieces of work.
    gap
        Relative gap of the plan where it is known [fraction].
    """

    stage: str
    done: int
    total: int
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class ScheduleSummary:
    """The figures of a roster, recomputed from the roster itself.

    Parameters
    ----------
    status
        optimal: within the asked gap of the bound; feasible: a legal roster that is not, or whose
        models were stopped by time.
    objective
        Price of over and under.
    bound
        Proven lower bound of that price over all rosters of these people, in which everybody has
        the days and hours of the contract and, where weekends go by turn, can go on having them in
        the weeks after; NaN when unknown.
    gap
        (objective - bound) / demand priced at 1: share of the agents required [fraction].
    over, under
        Agent-intervals above and below requirement, each interval by itself.
    demand
        Agent-intervals required.
    cost
        Paid hours times cost per hour.
    seconds
        Wall clock [s].
    unassigned
        Planned shifts that nobody took.
    violations
        Hard rules broken.
    paid_h
        Paid hours.
    wishes_granted, wishes_asked
        Wishes met and made.
    cut_short
        Time, or Ctrl-C, ended the work before its own limits did: a slower or quicker machine
        gives another roster. Where it is false, the same inputs and seed give the same roster.
    """

    status: SolveStatus
    objective: float
    bound: float
    gap: float
    over: float
    under: float
    demand: float
    cost: float
    seconds: float
    unassigned: int
    violations: int
    paid_h: float
    wishes_granted: int
    wishes_asked: int
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class EarlyShort:
    """A queue that is short from the horizon's beginning up to its first start of a shift.

    Parameters
    ----------
    until
        First moment at which a shift can start, in the centre's time.
    under_h
        Agent-hours short before it.
    """

    queue: str
    until: pd.Timestamp
    under_h: float

    def __str__(self) -> str:
        """Say it as a line for the planner."""
        return (
            f"{self.queue}: {self.under_h:,.1f} agent-hours short on {self.until:%a %Y-%m-%d} "
            f"before {self.until:%H:%M}, when its first shift can start: only a roster of the day "
            "before covers that"
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """A roster with everything needed to judge it.

    Parameters
    ----------
    shifts, activities, coverage
        Columns of ``wfm.schema`` ROSTER_SHIFT, ROSTER_ACTIVITY and COVERAGE without ``run``.
    violations
        rule, agent, day, amount, message, hard: one row per broken rule.
    missed
        Days or weeks whose promised service is not reached; each has its row in ``violations`` too.
    early
        Queues short before the first shift of the horizon can start, as a night before it would be
        needed.
    """

    shifts: pd.DataFrame
    activities: pd.DataFrame
    coverage: pd.DataFrame
    violations: pd.DataFrame
    summary: ScheduleSummary
    missed: tuple[Missed, ...] = ()
    early: tuple[EarlyShort, ...] = ()
