"""Rosters at night: only weeks that are not frozen, and only where the need moved beyond noise."""

from __future__ import annotations

import datetime as dt
from math import sqrt

import pandas as pd

from wfm.pipeline.earlier import earlier_rosters, former_run
from wfm.pipeline.nights.sources import utc_of
from wfm.pipeline.people import read_people
from wfm.pipeline.project import Project
from wfm.pipeline.schedule import ScheduleChoices, next_monday, roster_of, roster_tables
from wfm.store import Store

__all__ = ["moved_beyond_noise", "replan_weeks"]

_BAND = 1.96


def replan_weeks(project: Project, store: Store, run: str, *, as_of: dt.datetime) -> list[str]:
    """Make or mend the rosters of the open weeks, each kept in one transaction; what was done.

    Raises
    ------
    PlanError
        When nobody serves the queues in such a week.
    InputError
        When agents.csv or a file beside it is wrong.
    """
    settings = project.config.nightly
    people = read_people(project.root / "agents.csv", project.config)
    first = next_monday((as_of + dt.timedelta(days=settings.freeze_days)).date())
    told = []
    for week in range(settings.plan_weeks):
        monday = first + dt.timedelta(weeks=week)
        start, end = (
            utc_of(dt.datetime.combine(day, dt.time()), project.config.timezone)
            for day in (monday, monday + dt.timedelta(weeks=1))
        )
        need = store.versions.rows("requirement", [run], None, start, end).drop(columns=["run"])
        there = store.versions.roster_of_week(start, end)
        if need.empty or there == run:  # beyond the forecast, or done before the night broke off
            continue
        former = None
        if there is not None:
            coverage = store.versions.rows("coverage", [there], None, start, end)
            if not moved_beyond_noise(coverage, need, settings.noise):
                continue
            former = former_run(project, there)
        made = roster_of(
            project,
            people,
            need,
            ScheduleChoices(first_day=monday),
            earlier=earlier_rosters(project, monday, former=former),
        )
        store.nights.add(run, roster_tables(made))
        summary = made.schedule.summary
        how = f"mended from {there}" if there else "new"
        told.append(f"week of {monday} {how}: over {summary.over:.1f}, under {summary.under:.1f}")
    return told


def moved_beyond_noise(coverage: pd.DataFrame, need: pd.DataFrame, noise: float) -> bool:
    """Whether a queue's need differs from what its roster was made for by more than noise.

    That is: by more than the share ``noise`` of its agent hours, and by more than the count of its
    contacts would make it differ by chance.

    Parameters
    ----------
    coverage
        queue, interval_s [s], required [agents] of the roster.
    need
        queue, interval_s [s], agents_required, offered [contacts] of the new forecast.
    """
    before = (coverage["required"] * coverage["interval_s"]).groupby(coverage["queue"]).sum()
    now = (need["agents_required"] * need["interval_s"]).groupby(need["queue"]).sum()
    contacts = need["offered"].groupby(need["queue"]).sum()
    for queue in now.index:
        was, off = float(before.get(queue, 0.0)), abs(now[queue] - float(before.get(queue, 0.0)))
        chance = _BAND / sqrt(contacts[queue]) if contacts[queue] > 0 else 0.0
        if off > max(noise, chance) * max(was, 1.0):
            return True
    return False
