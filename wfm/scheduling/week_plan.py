"""The plans of a week's pools: side by side where there is an executor, else one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from wfm.scheduling.limits import SolveLimits
from wfm.scheduling.plan import Step, plan_days
from wfm.scheduling.problem import CoverProblem, Plan
from wfm.scheduling.result import Progress
from wfm.scheduling.roster import when_done
from wfm.scheduling.skills import Pool
from wfm.scheduling.week import Carried, Inputs, Week, cover_problem, settled

__all__ = ["planned", "proofs_of", "teller"]


def proofs_of(opened: Week, week: Week, carried: Carried) -> dict[Pool, CoverProblem]:
    """Problems of a week for its bound, where they are others than those that are planned.

    Nobody's days are given yet, nor a window of starts.

    Parameters
    ----------
    opened, week
        The week before and after days were given to people.
    """
    pools = week.given.planned_pools()
    if carried.horizon is None:
        steady = any(person.contract.duty.start_spread_s is not None for person in week.people)
        return {pool: cover_problem(week, pool, carried) for pool in pools if steady}
    free, out = settled(opened), {}
    for pool in pools:
        heads = carried.horizon.price_head(free.keys(pool), free.line.dates)
        out[pool] = replace(cover_problem(free, pool, carried), price_head=heads)
    return out


def planned(
    week: Week,
    carried: Carried,
    limits: SolveLimits,
    proofs: Mapping[Pool, CoverProblem],
) -> dict[Pool, Plan]:
    """Plan of each pool: side by side where there is an executor, else one after the other."""
    given, pools = week.given, week.given.planned_pools()
    for pool in pools:
        week.problems[pool] = cover_problem(week, pool, carried)
    if given.executor is None or len(pools) == 1:
        return {
            pool: plan_days(
                week.problems[pool],
                limits.part(1 / (len(pools) - n)),
                step=teller(given),
                proof=proofs.get(pool),
            )
            for n, pool in enumerate(pools)
        }
    waves = -(-len(pools) // given.workers)
    seconds = limits.left_s(1 / waves)
    apart = replace(limits, stop=None)
    waiting = {
        pool: given.executor.submit(_plan_there, problem, apart, seconds, proofs.get(pool))
        for pool, problem in week.problems.items()
    }
    plans = {}
    for pool, future in waiting.items():
        found = when_done(future, limits)
        plans[pool] = found or plan_days(week.problems[pool], limits)
        limits.cut.seen |= plans[pool].cut
        given.tell(Progress("plan", len(plans), len(pools)))
    return plans


def _plan_there(
    problem: CoverProblem,
    limits: SolveLimits,
    seconds: float,
    proof: CoverProblem | None,
) -> Plan:
    """Plan in another process, whose clock may be another."""
    there = replace(limits, until=time.monotonic() + seconds)
    return plan_days(problem, there, proof=proof)


def teller(given: Inputs) -> Step:
    """Tells the caller of each step of a stage."""
    return lambda stage, done, total, gap: given.tell(Progress(stage, done, total, gap))
