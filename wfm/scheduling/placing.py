"""A week's roster in real time: breaks placed, shifts that stay with the activities they had."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wfm.scheduling.assign import OFF
from wfm.scheduling.breaks import Placed, hand_out_breaks
from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.measure import Segment
from wfm.scheduling.mend import shift_totals
from wfm.scheduling.plan import place_breaks
from wfm.scheduling.problem import CoverProblem
from wfm.scheduling.result import Progress
from wfm.scheduling.week import Carried, Week, lanes_on_line

__all__ = ["place_week"]


def place_week(
    week: Week, assigned: NDArray[np.int64], carried: Carried, limits: SolveLimits
) -> None:
    """Place the breaks of the roster as it now stands and write it down in real time."""
    stays = (week.former.fixed >= 0) & (week.former.fixed == assigned) & week.former.kept
    for n, (pool, problem) in enumerate(week.problems.items()):
        mine = week.members(pool)
        kept = _kept_segments(week, mine, np.where(stays, assigned, OFF))
        base = replace(
            problem,
            carry=problem.carry + lanes_on_line(week, pool, kept),
            resting=problem.rest + lanes_on_line(week, pool, kept, resting=True),
        )
        free = np.where(stays, OFF, assigned)
        begun = place_breaks(base, shift_totals(week, free, pool), limits)
        for placed in _placed(week, problem, free, mine, begun):
            person = week.people[placed.person]
            kept += Segment.of(week.line, week.catalogue, placed, person)
        carried.add(kept, week.given.timezone)
        week.given.tell(Progress("breaks", n + 1, len(week.problems)))


def _placed(
    week: Week,
    problem: CoverProblem,
    free: NDArray[np.int64],
    mine: NDArray[np.int64],
    begun: dict[tuple[int, int, int], NDArray[np.int64]],
) -> list[Placed]:
    """Shifts of a pool with their breaks, back from the lanes to the week's one line."""
    lanes = {int(p): week.place(int(p))[1] for p in mine}
    worked = [
        (p, int(free[p, day]) + lane * len(week.catalogue))
        for p, lane in lanes.items()
        for day in np.flatnonzero(free[p] != OFF).tolist()
    ]
    return [
        Placed(
            placed.person,
            placed.option - lanes[placed.person] * len(week.catalogue),
            tuple(at - lanes[placed.person] * week.line.length for at in placed.breaks),
        )
        for placed in hand_out_breaks(problem.catalogue, worked, begun)
    ]


def _kept_segments(week: Week, mine: NDArray[np.int64], stays: NDArray[np.int64]) -> list[Segment]:
    """Shifts that must stay, with the activities they had."""
    out: list[Segment] = []
    if week.given.replan is None:
        return out
    activities = dict(tuple(week.given.replan.activities.groupby("agent")))
    for index, day in [(p, d) for p in mine.tolist() for d in np.flatnonzero(stays[p] != OFF)]:
        person = week.people[index]
        start, end = (
            week.line.time(steps[stays[index, day]])
            for steps in (week.catalogue.start, week.catalogue.end)
        )
        template = week.catalogue.classes[week.catalogue.kind[stays[index, day]]].template
        rows = activities[person.agent.agent]
        for row in rows[(rows["start"] >= start) & (rows["start"] < end)].itertuples():
            head = (person.agent.agent, person.group, template, person.contract.name)
            whole = (person.contract.cost_per_hour, start, end, row.start, row.end)
            work = row.activity == "work"
            out.append(Segment(*head, *whole, row.activity, work, bool(row.paid)))
    return out
