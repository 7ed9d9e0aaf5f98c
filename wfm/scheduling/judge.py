"""A roster read back from its tables and judged, whoever made it: the scheduler or a hand.

Knows no solver: what each week may ask of each person is worked out from the contracts anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from wfm.domain import Agent, Contract, DayWish, Leave, ShiftTemplate
from wfm.presence import PresenceRule
from wfm.scheduling.check import check_roster
from wfm.scheduling.facts import roster_facts
from wfm.scheduling.line import build_line, demand_on, grid_step_s, local_dates
from wfm.scheduling.measure import wishes_met
from wfm.scheduling.past import Past
from wfm.scheduling.people import Person, week_people, weeks
from wfm.scheduling.presence import opened
from wfm.scheduling.promise import missed_frame, missed_service
from wfm.scheduling.result import Schedule, ScheduleSummary
from wfm.scheduling.solver import SolveStatus
from wfm.work_rules import Arranged, Availability

__all__ = ["horizon_weeks", "judge"]

_STEP_S = 300


def judge(
    requirement: pd.DataFrame,
    shifts: pd.DataFrame,
    activities: pd.DataFrame,
    coverage: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    *,
    timezone: str,
    leave: Sequence[Leave] = (),
    wishes: Sequence[DayWish] = (),
    arranged: Arranged | None = None,
    past: pd.DataFrame | None = None,
    presence: Sequence[PresenceRule] = (),
    over: float = 1.0,
    objective: float = float("nan"),
    bound: float = float("nan"),
    first_day: dt.date | None = None,
) -> Schedule:
    """The roster with every broken rule and its figures.

    Parameters
    ----------
    shifts, activities, coverage
        Tables of the roster, as a run keeps them.
    arranged, past
        Availability and settled shifts; shifts worked before the roster.
    requirement
        What it had to cover; with what agents are worth, missed promises over days are told.
    presence
        How many people may and must be there at once.
    over
        Price of an agent-interval above the requirement; a promise over days is priced by it.
    objective, bound
        Price of over and under and its proven lower bound, where they are known.
    first_day
        Date on which the first week begins; None is the first date of the requirement.
    """
    arranged, before = arranged or Arranged(), Past()
    if past is not None:
        before.add(past, timezone)
    given = (agents, contracts, templates, leave)
    more = (arranged.availability, presence, first_day)
    cuts = horizon_weeks(requirement, *given, timezone, *more)
    facts = roster_facts(
        shifts,
        activities,
        *given,
        cuts,
        timezone,
        arranged=arranged,
        past=before,
        presence=presence,
    )
    violations = check_roster(facts)
    missed = tuple(missed_service(requirement, coverage, over, timezone))
    if missed:
        violations = pd.concat([violations, missed_frame(missed, timezone)])
    met = wishes_met(shifts, wishes, timezone)
    demand = float(coverage["required"].sum())
    summary = ScheduleSummary(
        status=SolveStatus.FEASIBLE,
        objective=objective,
        bound=bound,
        gap=(objective - bound) / demand if demand > 0 else 0.0,
        over=float(coverage["over"].sum()),
        under=float(coverage["under"].sum()),
        demand=demand,
        cost=float(shifts["cost"].sum()),
        seconds=0.0,
        unassigned=0,
        violations=int(violations["hard"].sum()),
        paid_h=float(shifts["paid_s"].sum()) / 3600,
        wishes_granted=sum(met),
        wishes_asked=len(met),
    )
    return Schedule(shifts, activities, coverage, violations, summary, missed)


def horizon_weeks(
    requirement: pd.DataFrame,
    agents: Sequence[Agent],
    contracts: Mapping[str, Contract],
    templates: Mapping[str, ShiftTemplate],
    leave: Sequence[Leave],
    timezone: str,
    availability: Sequence[Availability] = (),
    presence: Sequence[PresenceRule] = (),
    first_day: dt.date | None = None,
) -> list[tuple[Sequence[dt.date], Sequence[Person]]]:
    """What each week of a requirement may ask of each person."""
    step_s = min(grid_step_s(requirement["interval_s"].unique(), templates.values()), _STEP_S)
    out: list[tuple[Sequence[dt.date], Sequence[Person]]] = []
    for dates in weeks(local_dates(requirement["interval_start"], timezone, first_day)):
        line = build_line(dates, step_s, timezone)
        first, last = line.origin, line.time(line.midnights[-1])
        starts = requirement["interval_start"]
        rows = requirement[(starts >= first) & (starts < last)]
        demand = {
            str(queue): demand_on(line, rows, str(queue), 1.0, 1.0)
            for queue in sorted(rows["queue"].unique())
        }
        demand = opened(demand, line, presence, agents)
        given = (agents, contracts, templates, leave, availability, presence)
        people = week_people(line, demand, *given)
        out.append((dates, people))
    return out
