"""Large centres in parts: sites apart, one worker, two, or a cluster, and the same roster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import wfm.scheduling.roster as roster_module
from wfm.domain import SchedulingRules
from wfm.pipeline.executor import at_a_time, executor
from wfm.scheduling import Schedule, schedule

RULES = SchedulingRules(time_limit_s=900)
"""Far more than is needed: a roster that time cut short depends on the machine."""


def run(centre, **more) -> Schedule:
    """Schedule a centre with its own leave and wishes."""
    given = {"leave": centre.leave, "wishes": centre.wishes, "timezone": centre.timezone, **more}
    return schedule(*centre.inputs(), RULES, **given)


def same(one: Schedule, other: Schedule) -> None:
    """Equal to the last break."""
    pd.testing.assert_frame_equal(one.shifts, other.shifts)
    pd.testing.assert_frame_equal(one.activities, other.activities)


def at_site(centre, site: str, queue: str):
    """The centre at a site of its own, with a queue of its own."""
    agents = [
        replace(a, agent=f"{site}{a.agent}", site=site, skills=(queue,)) for a in centre.agents
    ]
    leave = tuple(replace(item, agent=f"{site}{item.agent}") for item in centre.leave)
    wishes = tuple(replace(wish, agent=f"{site}{wish.agent}") for wish in centre.wishes)
    need = centre.requirement.assign(queue=queue)
    return replace(centre, requirement=need, agents=agents, leave=leave, wishes=wishes)


def both(first, second):
    """Two centres as one."""
    need = pd.concat([first.requirement, second.requirement], ignore_index=True)
    return replace(
        first,
        requirement=need,
        agents=[*first.agents, *second.agents],
        leave=(*first.leave, *second.leave),
        wishes=(*first.wishes, *second.wishes),
    )


def test_sites_that_share_no_queue_are_planned_as_if_alone(bank) -> None:
    """Two sites, a queue each: together they get the rosters that each would get by itself."""
    north, south = at_site(bank(6, 4.0), "N", "loans"), at_site(bank(5, 3.0), "S", "cards")
    together = run(both(north, south))
    assert together.summary.violations == 0
    apart = [run(north), run(south)]
    for alone in apart:
        mine = together.shifts["agent"].isin(alone.shifts["agent"])
        parts = together.shifts[mine].reset_index(drop=True)
        pd.testing.assert_frame_equal(parts, alone.shifts)
    bounds = [alone.summary.bound for alone in apart]
    assert together.summary.bound == pytest.approx(sum(bounds))


def test_sites_that_share_a_queue_have_one_plan_and_pieces_of_their_own(bank, monkeypatch) -> None:
    """Thirty people of two sites in pieces of at most eight: no more sites mixed than need be."""
    monkeypatch.setattr(roster_module, "BLOCK", 8)
    centre = bank(30, 20.0)
    agents = [replace(a, site="NS"[n % 2]) for n, a in enumerate(centre.agents)]
    pieces: list[np.ndarray] = []
    solved = roster_module._solved

    def seen(given, *rest):
        pieces.extend(piece.persons for piece in given)
        return solved(given, *rest)

    monkeypatch.setattr(roster_module, "_solved", seen)
    made = run(replace(centre, agents=agents))
    mixed = [len({agents[p].site for p in persons.tolist()}) > 1 for persons in pieces]
    assert len(pieces) > 4
    assert all(len(persons) <= 8 for persons in pieces)
    assert 0 < sum(mixed) <= 3, "at most one of each contract"
    assert made.summary.violations == 0
    assert made.summary.unassigned == 0


@pytest.mark.slow
def test_one_worker_two_and_a_cluster_make_the_same_roster(bank, monkeypatch) -> None:
    """Two pools of queues, groups in several pieces: where they are solved changes nothing."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(roster_module, "BLOCK", 8)
    centre = both(at_site(bank(10, 6.0), "N", "loans"), at_site(bank(10, 7.0), "S", "cards"))
    alone = run(centre)
    assert alone.summary.violations == 0
    with executor(workers=2) as there:
        same(alone, run(centre, executor=there, workers=2))
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=60,
        ) as cluster,
        executor(cluster=cluster.scheduler_address) as there,
    ):
        assert at_a_time(there, 1) == 2
        same(alone, run(centre, executor=there, workers=at_a_time(there, 1)))
